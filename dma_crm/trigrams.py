"""Indexes for what stands anywhere in a text: PostgreSQL's trigrams; without them all is read."""

import logging
from dataclasses import dataclass

from django.db import NotSupportedError, ProgrammingError, transaction
from django.db.migrations import RunPython

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrigramIndex:
    """Answers `contains`, on PostgreSQL alone.

    `where` is SQL; a query must ask for the same. What is written seldom but looked for at once is
    `fresh`: else the index keeps a list of news that each search reads.
    """

    name: str
    table: str
    column: str = "text"
    where: str = ""
    fresh: bool = False

    def operation(self) -> RunPython:
        """Of a migration."""
        return RunPython(self.add, self.drop)

    def add(self, apps, schema_editor) -> None:
        """Without the right to create the extension, LIKE works without an index."""
        connection = schema_editor.connection
        if connection.vendor != "postgresql":
            return
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute(self.sql())
        except (ProgrammingError, NotSupportedError):
            logger.warning(
                "pg_trgm may not be created here: what stands inside texts is looked for without"
                " an index. A superuser can run CREATE EXTENSION pg_trgm, then you: %s",
                self.sql(),
            )

    def sql(self) -> str:
        ways = " WITH (fastupdate = off)" if self.fresh else ""
        rows = f" WHERE {self.where}" if self.where else ""
        what = f"{self.name} ON {self.table} USING gin ({self.column} gin_trgm_ops)"
        return f"CREATE INDEX IF NOT EXISTS {what}{ways}{rows}"

    def drop(self, apps, schema_editor) -> None:
        """The extension stays, others may use it."""
        if schema_editor.connection.vendor == "postgresql":
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(f"DROP INDEX IF EXISTS {self.name}")
