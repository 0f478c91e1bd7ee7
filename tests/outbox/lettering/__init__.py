"""An app with mails, for tests only."""
