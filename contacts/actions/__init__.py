"""Every write to contacts that has a rule."""
