"""What the import refuses."""


class UnreadableFileError(Exception):
    """The file cannot be read at all; its text is one sentence for the user."""
