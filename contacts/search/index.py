"""Keeps search entries, words and match keys of a record up to date."""


def index_record(record) -> None:
    """Rewrite the entry of one person, startup or partner; called by the action that wrote it."""


def index_many(records) -> None:
    """The same in bulk."""
