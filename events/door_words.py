"""What came of a report at the door, in words for whoever stands there."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.models import DoorEntry, DoorOutcome, DoorStep, RegistrationState
from events.wording import day_in_words, time_in_words

O = DoorOutcome  # noqa: E741 - read as S of states
GOOD = {O.DONE, O.ALREADY}
MAY_BE_LET_IN = {O.WAITING, O.CANCELLED, O.LAPSED, O.FULL}


def said_of(entry: DoorEntry, *, name: str = "") -> str:
    """`name` is what was typed of somebody who was not let in."""
    row = entry.registration
    words = {"name": row.name if row else name}
    if row and row.checked_in_at:
        words["time"] = time_in_words(row.checked_in_at)
    if entry.outcome == O.OVERTAKEN and row:
        return overtaken(row, words)
    if entry.outcome == O.ELSEWHERE and row:
        words |= {"event": row.event.title, "day": day_in_words(row.event.starts_at)}
        return _("The ticket of %(name)s is for another event: %(event)s, %(day)s.") % words
    if entry.outcome in GOOD:
        return presence(entry, words)
    return refusals()[O(entry.outcome)] % words


def presence(entry: DoorEntry, words: dict[str, str]) -> str:
    if entry.step == DoorStep.OUT or "time" not in words:
        return _("%(name)s is not here.") % words
    if entry.outcome == O.ALREADY:
        return _("%(name)s has been here since %(time)s already.") % words
    return _("%(name)s is here.") % words


def overtaken(row, words: dict[str, str]) -> str:
    if row.checked_in_at:
        return _("%(name)s was checked in at %(time)s, after this was typed: still here.") % words
    words["time"] = time_in_words(row.door_at)
    return _("At %(time)s somebody noted that %(name)s is not here. Please look again.") % words


def refusals() -> dict[DoorOutcome, str]:
    return {
        O.WAITING: _("%(name)s is on the waiting list and has no seat."),
        O.CANCELLED: _("%(name)s has no seat: this registration was cancelled."),
        O.LAPSED: _("%(name)s has no seat: the registration was never confirmed and has lapsed."),
        O.FULL: _("All seats are taken: %(name)s is not in yet."),
        O.CLOSED: _("This event is cancelled: %(name)s was not noted."),
        O.PARTS: _("%(name)s was not noted: each part of a programme has a door of its own."),
        O.UNKNOWN: _("This is no ticket of ours, or its registration was deleted."),
    }


def invalid(name: str) -> str:
    if name:
        return _("%(name)s could not be noted: please check name and e-mail.") % {"name": name}
    return _("A report could not be read. Please check the list.")


def page_words() -> dict[str, str]:
    """What the page says by itself, without a network; names in braces are filled in there."""
    refused = {
        str(outcome): text.replace("%(name)s", "{name}") for outcome, text in refusals().items()
    }
    return refused | {
        "here": pgettext("door", "{came} of {expected} here"),
        "connected": _("Connected"),
        "sending": _("Sending …"),
        "offline": _("No connection. Tap on: it is sent later."),
        "waiting_one": _("1 waits for a connection"),
        "waiting_many": _("{n} wait for a connection"),
        "signed_out": _("You are logged out; {n} notes are kept. Please log in again."),
        "refused": _("The server does not take the notes; {n} are kept. Please reload the page."),
        "forgetful": _("This browser keeps nothing: do not close this page before all is sent."),
        "is_in": _("{name} is here."),
        "is_out": _("{name} is not here."),
        "since": _("{name} has been here since {time} already."),
        "unsent": _("waits for a connection"),
        "foreign": _("This is no ticket of ours."),
        "not_in_list": _("This ticket is not in the list yet; it is being checked."),
        "no_camera": _("The camera cannot be used. Please type the code of the ticket."),
        "free": _("{free} seats are free."),
        "no_limit": _("There is no limit of seats."),
        "full": _("All {capacity} seats are taken; {came} guests are here."),
        "found": _("{n} found"),
        "over": _("Let in all the same"),
        "dismiss": _("Done"),
        "leave": _("Cancel"),
        "state_held": _("Not confirmed yet"),
        "state_offered": RegistrationState.OFFERED.label,
        "state_waiting": RegistrationState.WAITING.label,
        "state_cancelled": RegistrationState.CANCELLED.label,
        "state_lapsed": RegistrationState.LAPSED.label,
    }
