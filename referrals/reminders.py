"""What has been said about a referral beside its steps, by the clock or by hand."""

from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from referrals.models import BY_HAND, Referral, ReferralNotice
from referrals.notices import BY_KIND


def reminded_on(day: date) -> Exists:
    """Of a referral: whether somebody has sent a reminder about it by hand that day."""
    rows = ReferralNotice.objects.filter(kind=BY_HAND, occasion=day.isoformat())
    return Exists(rows.filter(referral=OuterRef("pk")))


def is_reminded(referral: Referral, day: date) -> bool:
    return Referral.objects.filter(reminded_on(day), pk=referral.pk).exists()


def reminders(referral: Referral) -> list[dict]:
    """As components/timeline.html wants them; for the agency alone."""
    return [node(row, referral) for row in referral.notices.order_by("-at")]


def node(row: ReferralNotice, referral: Referral) -> dict:
    known = BY_KIND.get(row.kind)
    by_hand = row.kind == BY_HAND
    return {
        "kind": "mail",
        "word": _("Reminder by hand") if by_hand else str(known.label if known else row.kind),
        "when": date_format(localtime(row.at), "SHORT_DATETIME_FORMAT"),
        "iso": row.at.isoformat(),
        "text": "",
        "who": referral.sender.spoken_name if by_hand else _("The system"),
    }
