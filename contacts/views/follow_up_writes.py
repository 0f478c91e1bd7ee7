"""Buttons of follow-ups: done, open again, further, to a colleague; one or several."""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.decorators import role_required
from accounts.history import EditConflict
from accounts.models import Role
from contacts import actions
from contacts.case import with_rights
from contacts.errors import ContactsError
from contacts.forms.follow_ups import HandOverForm, PostponeForm
from contacts.models import FollowUp
from contacts.views.editing import back
from contacts.views.follow_ups import LIST, find

MOST_AT_ONCE = 100


def writable(request, reference) -> FollowUp:
    """The row, if this actor may write it; one of others answers as if there were none."""
    row = find(request, reference)
    with_rights([row], request.actor)
    if not row.may_write:
        raise Http404
    return row


def acted(request, row, action, said: str, *, undo: str = "", **given):
    """Run one action and say what happened; where somebody was faster, say that."""
    try:
        action(follow_up=row, **given, by=request.actor, at=timezone.now())
    except EditConflict:
        messages.error(request, _("Somebody has just changed this follow-up."))
    except ContactsError as error:
        messages.error(request, error.message)
    else:
        tag = f"undo={reverse(undo, args=[row.reference])}" if undo else ""
        messages.success(request, said, extra_tags=tag)
    return back(request, LIST)


@role_required(Role.ADVISOR)
@require_POST
def follow_up_done(request, reference):
    row = writable(request, reference)
    undo = "contacts:follow_up_reopen"
    said = _("Done: %(subject)s") % {"subject": row.subject}
    return acted(request, row, actions.complete_follow_up, said, undo=undo)


@role_required(Role.ADVISOR)
@require_POST
def follow_up_reopen(request, reference):
    row = writable(request, reference)
    return acted(request, row, actions.reopen_follow_up, _("The follow-up is open again."))


@role_required(Role.ADVISOR)
@require_POST
def follow_up_postpone(request, reference):
    """One week further, or to the day the form names."""
    row = writable(request, reference)
    day = max(row.due_on, timezone.localdate()) + timedelta(days=7)
    if "due_on" in request.POST:
        form = PostponeForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Please choose a day that lies ahead."))
            return back(request, row.get_absolute_url())
        day = form.cleaned_data["due_on"]
    said = _("Moved to %(day)s.") % {"day": date_format(day, "SHORT_DATE_FORMAT")}
    undo = "contacts:follow_up_unpostpone"
    return acted(request, row, actions.postpone_follow_up, said, undo=undo, due_on=day)


@role_required(Role.ADVISOR)
@require_POST
def follow_up_unpostpone(request, reference):
    row = writable(request, reference)
    return acted(request, row, actions.undo_postponement, _("The follow-up has its old day again."))


@role_required(Role.ADVISOR, Role.MANAGER)
@require_POST
def follow_up_hand_over(request, reference):
    """Advisors hand over their own, managers reassign any."""
    manages = request.actor.role == Role.MANAGER
    row = find(request, reference) if manages else writable(request, reference)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose a colleague."))
        return back(request, row.get_absolute_url())
    colleague = form.cleaned_data["assignee"]
    said = _("Handed over to %(name)s.") % {"name": colleague}
    return acted(request, row, actions.hand_over_follow_up, said, assignee=colleague)


@role_required(Role.ADVISOR, Role.MANAGER)
@require_POST
def follow_ups_bulk(request):
    """Move or hand over the chosen ones, or all that the page showed."""
    rows = chosen_rows(request)
    manages = request.actor.role == Role.MANAGER  # reassigns, but plans nobody's days
    do = hand_over_rows if manages else BULK.get(request.POST.get("do", ""), postpone_rows)
    try:
        said, undo = do(request, rows)
    except (ContactsError, EditConflict):
        messages.error(request, _("Somebody has just changed one of them. Please look again."))
    else:
        tag = f"undo={undo}" if undo else ""
        messages.success(request, said, tag) if rows else messages.error(request, said)
    return back(request, LIST)


def chosen_rows(request) -> list[FollowUp]:
    named = request.POST.getlist("shown" if request.POST.get("all") else "chosen")
    return open_rows(request, named)


def open_rows(request, named: list[str]) -> list[FollowUp]:
    rows = FollowUp.objects.visible_to(request.actor)
    if request.actor.role == Role.ADVISOR:
        rows = FollowUp.objects.writable_by(request.actor)
    return list(rows.open().filter(reference__in=named[:MOST_AT_ONCE]).distinct())


def postpone_rows(request, rows) -> tuple[str, str]:
    now = timezone.now()
    moved = actions.postpone_follow_ups(
        follow_ups=rows, days=7, today=timezone.localdate(), by=request.actor, at=now
    )
    return counted(moved), undo_address(rows)


def move_rows(request, rows) -> tuple[str, str]:
    """To the day that was chosen; those that fall on it already are left alone."""
    form = PostponeForm(request.POST)
    if not form.is_valid():
        rows.clear()
        return _("Please choose a day that lies ahead."), ""
    day = form.cleaned_data["due_on"]
    moving = [row for row in rows if row.due_on != day]
    given = {"due_on": day, "by": request.actor, "at": timezone.now()}
    return counted(actions.move_follow_ups(follow_ups=moving, **given)), undo_address(moving)


def undo_address(rows) -> str:
    query = urlencode([("row", row.reference) for row in rows])
    return f"{reverse('contacts:follow_ups_undo')}?{query}" if rows else ""


@role_required(Role.ADVISOR)
@require_POST
def follow_ups_undo(request):
    """The rows that the address names have their old days again."""
    rows = open_rows(request, request.GET.getlist("row"))
    try:
        number = actions.undo_postponements(follow_ups=rows, by=request.actor, at=timezone.now())
    except (ContactsError, EditConflict):
        messages.error(request, _("Some of them have changed since; nothing was taken back."))
    else:
        messages.success(request, counted(number))
    return back(request, LIST)


def hand_over_rows(request, rows) -> tuple[str, str]:
    form = HandOverForm(request.POST)
    if not form.is_valid():
        rows.clear()
        return _("Please choose a colleague."), ""
    given = {"assignee": form.cleaned_data["assignee"], "by": request.actor, "at": timezone.now()}
    return counted(actions.hand_over_follow_ups(follow_ups=rows, **given)), ""


def counted(number: int) -> str:
    if not number:
        return _("Please choose at least one follow-up.")
    return ngettext("%(n)s follow-up changed.", "%(n)s follow-ups changed.", number) % {"n": number}


BULK = {"hand_over": hand_over_rows, "move": move_rows}
