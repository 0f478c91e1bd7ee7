"""Finding people, startups and partners by any spelling of their names."""

from contacts.search.finding import Hit, find

__all__ = ["Hit", "find"]
