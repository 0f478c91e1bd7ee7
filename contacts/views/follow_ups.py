import functools
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts import actions, mail_templates
from contacts.case import with_rights
from contacts.filters import FollowUpFilter
from contacts.forms.follow_ups import FollowUpForm, HandOverForm, PostponeForm
from contacts.models import FollowUp, FollowUpKind, MailTemplate, Person, Startup
from contacts.views.editing import create_page
from contacts.weeks import ONE_WEEK, days_of, name_of, week_of
from dma_crm.paging import page_of
from dma_crm.workdays import first_working_day

LIST = "contacts:follow_ups"
MOST_IN_A_WEEK = 300


@agency_required
@require_safe
def follow_ups(request):
    """What is open, soonest first; advisors start with their own. `?week=` shows one by day."""
    chosen = FollowUpFilter(request.GET, actor=request.actor)
    rows = chosen.apply(FollowUp.objects.visible_to(request.actor).open())
    rows = rows.select_related("person", "startup", "assignee", "template", "run__series")
    week = chosen.cleaned_data.get("week", "")
    shown = week_page(request, rows, week) if week else list_page(request, rows)
    in_a_week = first_working_day(timezone.localdate() + ONE_WEEK)
    context = {
        "filter": chosen,
        "tabs": tabs(chosen),
        "hand_over": HandOverForm(),
        "move": PostponeForm(initial={"due_on": in_a_week}),
        "may_choose": any(row.may_choose for row in shown["rows"]),
    }
    template = "contacts/follow_ups_week.html" if week else "contacts/follow_ups.html"
    return render(request, template, context | shown)


def list_page(request, rows) -> dict:
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=("due_on", "id"), cursor=cursor)
    shown = with_rights(page.rows, request.actor)
    return {"page": page, "rows": shown, "groups": by_week(shown)}


def week_page(request, rows, week: str) -> dict:
    """Overdue ones stand above the week of today, where they are planned anew."""
    today = timezone.localdate()
    monday = week_of(week, today)
    is_now = monday <= today < monday + ONE_WEEK
    rows = rows.filter(due_on__gte=date.min if is_now else monday, due_on__lt=monday + ONE_WEEK)
    shown = with_rights(rows.order_by("due_on", "id")[:MOST_IN_A_WEEK], request.actor)
    late = [row for row in shown if is_now and row.due_on < today]
    return {
        "rows": shown,
        "late": late,
        "days": days_of(monday, shown[len(late) :], today),
        "week": week_name(monday),
        "monday": monday,
        "previous": name_of(monday - ONE_WEEK),
        "next": name_of(monday + ONE_WEEK),
    }


def tabs(chosen: FollowUpFilter) -> list[dict]:
    """The list, and the week of today; filters go along."""
    week = chosen.cleaned_data.get("week", "")
    plain = chosen.without("week")
    this = f"{plain}&week={name_of(timezone.localdate())}"
    return [
        {"label": _("List"), "url": plain, "active": not week},
        {"label": _("Week"), "url": this, "active": bool(week)},
    ]


def by_week(rows: list[FollowUp]) -> list[dict]:
    today = timezone.localdate()
    return [
        {"label": label, "overdue": label == _("Overdue"), "rows": list(group)}
        for label, group in groupby(rows, key=lambda row: week_label(row.due_on, today))
    ]


def week_label(day, today) -> str:
    if day < today:
        return _("Overdue")
    if day == today:
        return _("Today")
    monday = day - timedelta(days=day.weekday())
    weeks = (monday - (today - timedelta(days=today.weekday()))).days // 7
    named = {0: _("This week"), 1: _("Next week")}
    return named.get(weeks) or week_name(day)


def week_name(day) -> str:
    year, number, _weekday = day.isocalendar()
    return _("Week %(number)s/%(year)s") % {"number": number, "year": year}


def find(request, reference) -> FollowUp:
    rows = FollowUp.objects.visible_to(request.actor).select_related(
        "person", "startup", "assignee", "template", "closed_by", "run__series"
    )
    return get_object_or_404(rows, reference=reference)


@agency_required
@require_safe
def follow_up(request, reference):
    row = find(request, reference)
    with_rights([row], request.actor)
    context = {"follow_up": row, "preview": preview_of(row), "hand_over": HandOverForm()}
    return render(request, "contacts/follow_up.html", context)


def preview_of(row: FollowUp):
    if row.kind != FollowUpKind.MAIL:
        return None
    return mail_templates.render(row.template, person=row.person, advisor=row.assignee)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up_create(request):
    """About `?person=P-…` or `?startup=S-…`; without either it asks whom it is about."""
    person, startup = subject(request)
    if not (person or startup):
        return ask_about(request, _("Plan a follow-up"))
    form = FollowUpForm(request.POST or None, user_id=request.user.pk, mail_possible=bool(person))
    create = functools.partial(plan, request, form, person, startup)
    about = person or startup
    context = {"about": about, "person": person, "cancel_url": about.get_absolute_url()}
    context["done_url"] = about.get_absolute_url()
    template = "contacts/follow_up_form.html"
    return create_page(request, form, create, model=FollowUp, template=template, context=context)


def ask_about(request, title: str):
    """Choose whom it is about; goes on with the form for the record that was chosen."""
    typed, picked = request.GET.get("about", "").strip(), request.GET.get("about_id", "")
    for name, model in (("person", Person), ("startup", Startup)):
        rows = model.objects.visible_to(request.actor)
        rows = rows.filter(pk=picked) if is_uuid(picked) else rows.filter(reference__iexact=typed)
        found = rows.first()
        if found:
            return redirect(f"{request.path}?{name}={found.reference}")
    context = {"cancel_url": reverse(LIST), "typed": typed, "title": title}
    return render(request, "contacts/follow_up_about.html", context)


def is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def subject(request) -> tuple[Person | None, Startup | None]:
    people = Person.objects.visible_to(request.actor)
    startups = Startup.objects.visible_to(request.actor)
    person, startup = request.GET.get("person"), request.GET.get("startup")
    return (
        get_object_or_404(people, reference=person) if person else None,
        get_object_or_404(startups, reference=startup) if startup else None,
    )


def plan(request, form, person, startup, *, id) -> FollowUp:
    row = actions.plan_follow_up(
        **form.parts(),
        person=person,
        startup=startup,
        id=id,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Follow-up planned."))
    return row


@role_required(Role.ADVISOR)
@require_safe
def mail_preview(request):
    """The chosen template with the data of this person, for the form."""
    people = Person.objects.visible_to(request.actor)
    person = people.filter(reference=request.GET.get("person", "")).first()
    chosen = request.GET.get("template", "")[:18]
    template = MailTemplate.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    if person is None or template is None:
        return HttpResponse("")
    preview = mail_templates.render(template, person=person, advisor=request.user)
    return render(request, "contacts/_mail_preview.html", {"preview": preview})
