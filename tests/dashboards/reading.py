"""Reading figures and the lists behind their numbers, as a person with a mouse would."""

import json
import re

PAGE = "/kennzahlen/"
DATA = re.compile(r'<script id="([a-z]+)-data" type="application/json">(.*?)</script>', re.S)


def figure(client, name, query=""):
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200
    return next(figure for figure in response.context["figures"] if figure.name == name)


def numbers(figure):
    """Label of each row → its numbers, the total as well."""
    return {row.label: [cell.value for cell in row.cells] for row in [*figure.rows, figure.total]}


def marks(client, name, query=""):
    """The marks of the chart as (value, address)."""
    data = dict(DATA.findall(client.get(f"{PAGE}?{query}").content.decode()))[name]
    rows = json.loads(data)["rows"]
    return [(cell["value"], cell["url"]) for row in rows for cell in row["cells"]]


def cells(figure):
    """Every counted number as (value, address)."""
    return [
        (cell.value, cell.url)
        for row in [*figure.rows, figure.total]
        for index, cell in enumerate(row.cells)
        if isinstance(cell.value, int) and not (figure.name == "vermittlungen" and index == 1)
    ]


def length_of(client, url):
    """How many rows the list has, page by page."""
    found, seen = 0, 0
    while url:
        response = client.get(url)
        assert response.status_code == 200, url
        if "phases" in response.context:
            return sum(all_of(phase) for phase in response.context["phases"])
        page = response.context["page"]
        found += len(page.rows)
        cursor, separator = page.next, "&" if "?" in url else "?"
        name = "seite" if url.startswith("/beratungen/") else "cursor"
        base = re.sub(rf"[&?]{name}=[^&]*", "", url)
        url = f"{base}{separator}{name}={cursor}" if cursor else ""
        seen += 1
        assert seen < 50
    return found


def all_of(phase):
    assert len(phase["startups"]) == min(phase["count"], 15)
    return phase["count"]
