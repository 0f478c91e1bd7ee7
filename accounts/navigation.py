"""Menus that apps fill in `AppConfig.ready()`: main navigation, the + menu, Verwaltung."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class MenuItem:
    """`key` is the letter behind `g` (navigation) or alone (create menu).

    `covers` are beginnings of further addresses that belong to this item.
    """

    url_name: str
    label: str | Promise
    roles: frozenset[str]
    order: int
    icon: str = ""
    key: str = ""
    description: str | Promise = ""
    covers: tuple[str, ...] = ()


@dataclass
class Menu:
    items: list[MenuItem] = field(default_factory=list)

    def register(self, url_name: str, label, *, roles: Iterable[str], order: int, **more) -> None:
        self.items.append(MenuItem(url_name, label, frozenset(roles), order, **more))

    def for_role(self, role: str) -> list[MenuItem]:
        return sorted((i for i in self.items if role in i.roles), key=lambda i: i.order)

    def shown(self, role: str, path: str) -> list[dict]:
        """Items as templates want them; active is the one closest to the present page."""
        items = [(item, reverse(item.url_name)) for item in self.for_role(role)]
        above = [
            (len(start), url)
            for item, url in items
            for start in (url, *item.covers)
            if path == start or (start != "/" and path.startswith(start))
        ]
        here = max(above, default=(0, ""))[1]
        return [
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "key": item.key,
                "active": url == here,
                "name": item.url_name,
            }
            for item, url in items
        ]


main = Menu()
create = Menu()
administration = Menu()
organisation = Menu()  # a partner's own: contact and capacity, services, team, keys, webhooks
