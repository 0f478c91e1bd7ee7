"""The search and match-key tables: one entry per person, startup or partner organisation.

Keys are made in Python in one place (contacts/folding.py, phonetics.py, matchkeys.py), so both
databases find the same. `contacts/search/index.py` writes these rows, nothing else does.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dma_crm.privacy import Privacy


class EntryKind(models.TextChoices):
    PERSON = "person", _("Person")
    STARTUP = "startup", _("Startup")
    PARTNER = "partner", _("Partner")


class SearchEntry(models.Model):
    """`text` is fold + collapse + digits of phones + mails, for fragments inside words."""

    PRIVACY = Privacy(personal="text person startup partner", not_personal="kind")

    kind = models.CharField(max_length=7, choices=EntryKind)
    person = models.OneToOneField(
        "contacts.Person", on_delete=models.CASCADE, null=True, related_name="search_entry"
    )
    startup = models.OneToOneField(
        "contacts.Startup", on_delete=models.CASCADE, null=True, related_name="search_entry"
    )
    partner = models.OneToOneField(
        "contacts.PartnerOrganisation",
        on_delete=models.CASCADE,
        null=True,
        related_name="search_entry",
    )
    text = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="person", person__isnull=False)
                | Q(kind="startup", startup__isnull=False)
                | Q(kind="partner", partner__isnull=False),
                name="search_entry_of_its_kind",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"


class SearchWord(models.Model):
    """The vocabulary; other processes load `id > last` of theirs."""

    PRIVACY = Privacy(personal="word phonetic")

    word = models.CharField(max_length=80, unique=True)
    phonetic = models.CharField(max_length=80, db_index=True)

    def __str__(self):
        return self.word


class EntryWord(models.Model):
    PRIVACY = Privacy(personal="word entry")

    word = models.CharField(max_length=80)
    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="words")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "entry"], name="word_once_per_entry")
        ]

    def __str__(self):
        return self.word


class MatchKey(models.Model):
    """Two records that share a key are compared as possible duplicates."""

    PRIVACY = Privacy(personal="key entry")

    key = models.CharField(max_length=120)
    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="match_keys")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "entry"], name="key_once_per_entry")]

    def __str__(self):
        return self.key
