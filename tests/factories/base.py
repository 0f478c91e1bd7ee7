from datetime import UTC, datetime

import factory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def reference(prefix: str):
    """Numbers in a range of their own (year 2025), so the counter of the product stays free."""
    return factory.Sequence(lambda number: f"{prefix}-2025-{number + 1:04d}")
