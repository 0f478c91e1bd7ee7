"""Shapes of input; rules live in the actions."""
