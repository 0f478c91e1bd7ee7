"""What people type in; forms check shape and have no effect."""
