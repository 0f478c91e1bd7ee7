"""What is shown of states and steps: words, tones, and the German verbs of the addresses."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from referrals.models import NeedStatus, Referral, ReferralStatus

S = ReferralStatus
TONES = {
    S.DRAFT: "neutral",
    S.SENT: "info",
    S.QUERY: "warning",
    S.ACCEPTED: "good",
    S.IN_PROGRESS: "good",
    S.ON_HOLD: "warning",
    S.COMPLETED: "good",
    S.DECLINED: "danger",
    S.FORWARDED: "neutral",
    S.WITHDRAWN: "neutral",
    S.EXPIRED: "danger",
}
NEED_TONES = {
    NeedStatus.OPEN: "neutral",
    NeedStatus.WAITING: "info",
    NeedStatus.HELPING: "good",
    NeedStatus.HELPED: "good",
    NeedStatus.UNMET: "danger",
    NeedStatus.SETTLED: "neutral",
}
# verb of the API -> path of the page, in the order in which a page offers them
PATHS = {
    "send": "senden",
    "still_active": "noch-aktiv",
    "accept": "annehmen",
    "answer": "antworten",
    "start": "beginnen",
    "resume": "fortsetzen",
    "complete": "abschliessen",
    "hold": "pausieren",
    "confirm_forward": "weiterleitung-bestaetigen",
    "refuse_forward": "weiterleitung-ablehnen",
    "acknowledge": "quittieren",
    "ask": "rueckfrage",
    "decline": "ablehnen",
    "forward": "weiterleiten",
    "undo": "rueckgaengig",
    "withdraw": "zurueckziehen",
}
BUTTONS = {
    "send": pgettext_lazy("referral step", "Send"),
    "accept": pgettext_lazy("referral step", "Accept"),
    "ask": pgettext_lazy("referral step", "Ask back"),
    "answer": pgettext_lazy("referral step", "Answer the query"),
    "decline": pgettext_lazy("referral step", "Decline"),
    "forward": pgettext_lazy("referral step", "Propose another organisation"),
    "confirm_forward": pgettext_lazy("referral step", "Follow the proposal"),
    "refuse_forward": pgettext_lazy("referral step", "Do not follow the proposal"),
    "undo": pgettext_lazy("referral step", "Undo the answer"),
    "still_active": pgettext_lazy("referral step", "Yes, we are on it"),
    "start": pgettext_lazy("referral step", "First contact made"),
    "hold": pgettext_lazy("referral step", "Pause"),
    "resume": pgettext_lazy("referral step", "Go on"),
    "complete": pgettext_lazy("referral step", "Complete"),
    "withdraw": pgettext_lazy("referral step", "Withdraw"),
    "acknowledge": pgettext_lazy("referral step", "Acknowledge the outcome"),
}
DONE = {
    "create": pgettext_lazy("referral step", "Draft made"),
    "send": pgettext_lazy("referral step", "Sent"),
    "accept": pgettext_lazy("referral step", "Accepted"),
    "ask": pgettext_lazy("referral step", "Asked back"),
    "answer": pgettext_lazy("referral step", "Query answered"),
    "decline": pgettext_lazy("referral step", "Declined"),
    "forward": pgettext_lazy("referral step", "Another organisation proposed"),
    "confirm_forward": pgettext_lazy("referral step", "Passed on"),
    "refuse_forward": pgettext_lazy("referral step", "Proposal not followed"),
    "undo": pgettext_lazy("referral step", "Answer taken back"),
    "still_active": pgettext_lazy("referral step", "Still active"),
    "start": pgettext_lazy("referral step", "First contact"),
    "hold": pgettext_lazy("referral step", "Paused"),
    "resume": pgettext_lazy("referral step", "Gone on"),
    "complete": pgettext_lazy("referral step", "Completed"),
    "withdraw": pgettext_lazy("referral step", "Withdrawn"),
    "acknowledge": pgettext_lazy("referral step", "Outcome acknowledged"),
    "consent_gone": pgettext_lazy("referral step", "Consent withdrawn"),
    "reschedule": pgettext_lazy("referral step", "Time to answer moved because of an absence"),
    "expire": pgettext_lazy("referral step", "Expired without an answer"),
    "replace": pgettext_lazy("referral step", "Another organisation asked instead"),
}
TOLD = {
    "send": _("The referral has been sent."),
    "accept": _("Accepted. The contact data can be seen now."),
    "ask": _("Your question has been sent. Your time to answer stands still meanwhile."),
    "answer": _("Your answer has been sent."),
    "decline": _("Declined. Those concerned are told."),
    "forward": _("Your proposal has been sent."),
    "confirm_forward": _("The referral has been passed on."),
    "refuse_forward": _("The referral stays where it is."),
    "undo": _("The answer has been taken back."),
    "still_active": _("Thank you! It is noted that you are on it."),
    "start": _("The first contact has been noted."),
    "hold": _("The referral is paused."),
    "resume": _("The referral goes on."),
    "complete": _("The referral is completed."),
    "withdraw": _("The referral has been withdrawn."),
    "acknowledge": _("The outcome has been acknowledged."),
}


def url_name(verb: str) -> str:
    """The verb itself; `answer` alone is the answer page behind a mail link."""
    return "answer_query" if verb == "answer" else verb


def tone(status: str) -> str:
    return TONES[ReferralStatus(status)]


def need_tone(status: str) -> str:
    return NEED_TONES[NeedStatus(status)]


def state(referral: Referral, actor: Actor) -> str:
    """The state from where the reader stands: what was sent to them waits for them."""
    waits = referral.status == S.SENT and referral.recipient_id == actor.organisation_id
    return str(_("Waits for your answer")) if waits else referral.get_status_display()


def done(action: str) -> str:
    """A step in words; one that a later version adds shows its own name."""
    return str(DONE.get(action, action))
