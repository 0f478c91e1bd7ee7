from django.db import models
from django.utils.translation import gettext_lazy as _

from dma_crm.logs import current_request_id
from dma_crm.models import Record

QUEUED, SENDING = "queued", "sending"  # the two states that everything to be sent knows


class LeasedQuerySet(models.QuerySet):
    def due(self, at):
        return self.filter(state=QUEUED, due_at__lte=at)

    def abandoned(self, at):
        """Claimed by somebody whose lease ran out: they died or hang. Others have no lease."""
        return self.filter(lease_until__lt=at)


class Leased(Record):
    """Something to be sent, worked on by one process at a time (see outbox/claims.py).

    `request_id` is that of the request or job run that caused it: one id through all logs.
    """

    LEASE_FIELDS = "due_at attempts lease_until claim_token request_id"
    UNTRIED: dict[str, None] = {}  # what a claim starts with, besides the lease

    state = models.CharField(max_length=10)  # each model says which
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True)
    claim_token = models.UUIDField(null=True)
    request_id = models.CharField(
        max_length=64, blank=True, default=current_request_id, db_default="", editable=False
    )

    class Meta:
        abstract = True

    @staticmethod
    def index_of_leases(name: str) -> models.Index:
        """Of the few that are claimed. Did it begin with the state, PostgreSQL might take it for

        what waits, as long as its statistics know of none that do.
        """
        leased = models.Q(lease_until__isnull=False)
        return models.Index(fields=["lease_until"], condition=leased, name=name)
