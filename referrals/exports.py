"""Referrals as rows of a spreadsheet, for whoever may see them: what the list shows and more."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role
from referrals import disclosure, words
from referrals.clock import local_day
from referrals.models import Referral
from referrals.steps_page import own_reference

CHUNK = 500
MOST_IN_A_WORKBOOK = 20_000  # built in memory; longer ones go out as CSV, row by row


def exportable(rows: QuerySet[Referral], actor: Actor) -> QuerySet[Referral]:
    """Advisors take their own cases with them; what others may see is what they may export."""
    return rows.filter(need__owner_id=actor.user_id) if actor.role == Role.ADVISOR else rows


def head() -> list[str]:
    return [
        _("Reference"), _("Our reference"), _("State"), _("State since"), _("From"), _("To"),
        _("Service"), _("Topics"), _("Phase"), _("Postcode"), _("Question"), _("Why this partner"),
        _("Sent on"), _("Answer by"), _("Person responsible"), _("First contact"),
        _("Goes on from"), _("Reason for declining"), _("Outcome"), _("Closed on"),
        _("Name"), _("E-mail"), _("Phone"), _("Changed on"),
    ]  # fmt: skip


def table(rows: QuerySet[Referral], actor: Actor, at) -> Iterator[list]:
    """Read and written in chunks: a long list fills no memory."""
    found = rows.with_names().order_by("-modified_at", "-id").iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        founders = disclosure.founders_of(chunk, actor, at)
        for referral in chunk:
            yield line(referral, founders[referral.pk], actor)


def line(referral: Referral, founder, actor: Actor) -> list:
    """Contact data only where `founders_of` gives it; the agency knows the names of its cases."""
    need, asked = referral.need, disclosure.is_readable(referral, actor)
    name = need.person.display_name if actor.is_agency else founder and founder.display_name
    return [
        referral.reference,
        own_reference(referral, actor.organisation_id),
        words.state(referral, actor),
        local_day(referral.status_since),
        referral.sender.name,
        referral.recipient.name,
        str(referral.service or ""),
        ", ".join(topic.label for topic in need.topics.all()) if asked else "",
        need.stage.label if asked and need.stage else "",
        need.postcode if asked else "",
        need.question if asked else "",
        referral.reason if asked else "",
        referral.sent_at and local_day(referral.sent_at),
        referral.respond_by,
        referral.responsible,
        referral.first_contact_on,
        referral.resume_on,
        referral.get_decline_reason_display(),
        referral.get_outcome_display(),
        referral.closed_at and local_day(referral.closed_at),
        name or "",
        ", ".join(founder.emails) if founder else "",
        ", ".join(founder.phones) if founder else "",
        local_day(referral.modified_at),
    ]
