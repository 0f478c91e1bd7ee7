from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import ActedOn
from dma_crm.models import Record
from dma_crm.privacy import Privacy


class ImportRun(Record, ActedOn):
    """One file that was read in, whole or not at all."""

    PRIVACY = Privacy(
        personal=ActedOn.ACTOR_PRIVACY,
        not_personal=(
            "file_name file_sha256 kind encoding at by_api_key by_organisation channel"
            " created updated unchanged skipped"
        ),
    )

    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    encoding = models.CharField(max_length=20)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]

    def __str__(self):
        return self.file_name


class RowOutcome(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    UNCHANGED = "unchanged", _("unchanged")
    SKIPPED = "skipped", _("skipped")


class ImportedRow(models.Model):
    """What became of one row; the fingerprint of its cells finds it again in a second import."""

    PRIVACY = Privacy(personal="fingerprint entry", not_personal="run number outcome reason")

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64, db_index=True)
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    reason = models.CharField(max_length=300, blank=True)
    entry = models.ForeignKey(
        "contacts.SearchEntry", on_delete=models.SET_NULL, null=True, related_name="imported_rows"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="import_row_number_once")
        ]

    def __str__(self):
        return f"{self.number}: {self.outcome}"
