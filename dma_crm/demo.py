"""Demo data: each app registers its part, `seed_demo` runs them in order."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PASSWORD = "mutterboden"  # noqa: S105 - of every demo account; serving without DEMO refuses these


@dataclass
class Demo:
    """What the parts share: dice of one seed, today, how much, and what earlier parts made."""

    dice: random.Random
    now: datetime
    scale: int = 1
    made: dict[str, Any] = field(default_factory=dict)


parts: list[tuple[int, Callable[[Demo], None]]] = []


def register(part: Callable[[Demo], None], *, order: int) -> None:
    parts.append((order, part))
    parts.sort(key=lambda entry: entry[0])
