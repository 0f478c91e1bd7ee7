"""What partners offer: read by every key, written by the partner's own."""
