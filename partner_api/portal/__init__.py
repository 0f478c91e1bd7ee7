"""What a partner organisation looks after itself: its keys and its webhooks."""
