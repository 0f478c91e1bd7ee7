import functools
from datetime import timedelta
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
from contacts.forms.follow_ups import FollowUpForm, HandOverForm
from contacts.models import FollowUp, FollowUpKind, MailTemplate, Person, Startup
from contacts.views.editing import create_page
from dma_crm.paging import page_of

LIST = "contacts:follow_ups"


@agency_required
@require_safe
def follow_ups(request):
    """What is open, soonest first, by week; advisors start with their own."""
    chosen = FollowUpFilter(request.GET, actor=request.actor)
    rows = chosen.apply(FollowUp.objects.visible_to(request.actor).open())
    page = page_of(
        rows.select_related("person", "startup", "assignee", "template"),
        ordering=("due_on", "id"),
        cursor=request.GET.get("cursor", ""),
    )
    groups = by_week(with_rights(page.rows, request.actor))
    context = {
        "page": page,
        "filter": chosen,
        "groups": groups,
        "hand_over": HandOverForm(),
        "may_choose": any(row.may_choose for row in page),
    }
    return render(request, "contacts/follow_ups.html", context)


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
    year, number, _weekday = day.isocalendar()
    return named.get(weeks) or _("Week %(number)s/%(year)s") % {"number": number, "year": year}


def find(request, reference) -> FollowUp:
    rows = FollowUp.objects.visible_to(request.actor).select_related(
        "person", "startup", "assignee", "template", "closed_by"
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
