"""Appointments that were agreed: planned, moved, cancelled, held, and told to calendars."""
