"""The URL tree as it is: every named pattern with its view."""

from collections import Counter
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver


def walk(patterns, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, inner)


def all_routes() -> list[tuple[str, URLPattern]]:
    """By name; of two routes of one name each with its parameters, as "name<a,b>"."""
    routes = list(walk(get_resolver().url_patterns))
    count = Counter(name for name, _entry in routes)
    return [(name if count[name] == 1 else exact(name, entry), entry) for name, entry in routes]


def exact(name: str, entry: URLPattern) -> str:
    return f"{name}<{','.join(entry.pattern.converters)}>"
