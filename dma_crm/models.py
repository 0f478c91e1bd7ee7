"""What every table has, speakable references, and the memory of the job loop."""

import uuid

from django.db import connection, models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from dma_crm.privacy import Privacy


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unguessable, and sorted by time, which keeps indexes compact."""
    return uuid.UUID(int=uuid7().int)


class Timestamped(models.Model):
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("modified"), default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Record(Timestamped):
    """Something outsiders may see: its id can be told without telling how many there are."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Referenced(Record):
    """A record with a reference that can be spoken on the phone, such as V-2026-0042."""

    REFERENCE_PREFIX: str

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A record that people edit: every write raises `version` (see accounts/history.py)."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Worded(Timestamped):
    """A catalogue row that the agency words itself, in as many languages as it likes."""

    code = models.SlugField(_("code"), max_length=50, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    names = models.JSONField(_("names"), default=dict, help_text=_("Language code to text"))
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        return worded(self.names, self.code)


def worded(names: dict[str, str], code: str) -> str:
    """The name in the language of the reader, else German, else the code."""
    return worded_in(translation.get_language(), names, code)


def worded_in(language: str | None, names: dict[str, str], code: str) -> str:
    return names.get(language or "") or names.get("de") or code


class ReferenceCounter(models.Model):
    """The last number given out, per kind of record and year."""

    PRIVACY = Privacy(not_personal="prefix year last")

    prefix = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="one_counter_per_year")
        ]

    def __str__(self):
        return f"{self.prefix}-{self.year}: {self.last}"


GIVE_OUT = """
    INSERT INTO dma_crm_referencecounter AS counter (prefix, year, last) VALUES (%s, %s, %s)
    ON CONFLICT (prefix, year) DO UPDATE SET last = counter.last + excluded.last
    RETURNING last
"""


def next_references(prefix: str, *, at, count: int = 1) -> list[str]:
    """`count` consecutive references of the local year of `at`; numbers are never given twice.

    The counter row is locked until the caller's transaction ends; a rollback gives them back.
    """
    year = timezone.localtime(at).year
    with connection.cursor() as cursor:
        cursor.execute(GIVE_OUT, [prefix, year, count])
        [[last]] = cursor.fetchall()
    return [f"{prefix}-{year}-{number:04d}" for number in range(last - count + 1, last + 1)]


def next_reference(model: type[Referenced], *, at) -> str:
    return next_references(model.REFERENCE_PREFIX, at=at)[0]


class JobRun(models.Model):
    """When each background job last ran; `/readyz` and the Systemstatus page read it."""

    PRIVACY = Privacy(not_personal="name started_at finished_at failed_at last_error")

    name = models.CharField(max_length=60, primary_key=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return self.name
