"""Mails that come back: read from their mailbox, understood, noted and suppressed."""
