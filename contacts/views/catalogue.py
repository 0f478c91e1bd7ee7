"""Topics, phases, sources and mail templates: one small implementation for rows with names."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.history import EditConflict
from accounts.models import Role
from contacts import actions
from contacts.forms import catalogue as forms
from contacts.forms.series import SeriesForm
from contacts.models import FollowUpSeries, MailTemplate, Source, Stage, Topic
from contacts.views.editing import form_page
from dma_crm.models import Worded


@dataclass(frozen=True)
class Catalogue:
    """`key` names its routes: contacts:<key>, <key>_create, <key>_edit."""

    key: str
    path: str
    title: Promise
    lead: Promise
    model: type
    form: type
    icon: str
    create: Callable[..., Worded] = actions.create_worded
    update: Callable[..., Worded] = actions.update_worded
    page: str = "contacts/catalogue_form.html"


CATALOGUES = [
    Catalogue(
        "topics",
        "themen",
        gettext_lazy("Topics"),
        gettext_lazy("What consultations, services and events are about."),
        Topic,
        forms.TopicForm,
        "tag",
    ),
    Catalogue(
        "stages",
        "phasen",
        gettext_lazy("Phases"),
        gettext_lazy("The way of a venture, in its order."),
        Stage,
        forms.StageForm,
        "signpost-split",
    ),
    Catalogue(
        "sources",
        "herkunft",
        gettext_lazy("Sources"),
        gettext_lazy("How people come to us."),
        Source,
        forms.SourceForm,
        "door-open",
    ),
    Catalogue(
        "mail_templates",
        "mailvorlagen",
        gettext_lazy("Mail templates"),
        gettext_lazy("Mails that follow-ups send on their day."),
        MailTemplate,
        forms.MailTemplateForm,
        "envelope",
        actions.create_template,
        actions.reword_template,
        "contacts/mail_template.html",
    ),
    Catalogue(
        "series",
        "serien",
        gettext_lazy("Series of follow-ups"),
        gettext_lazy("What follows an occasion, such as a first consultation, and when."),
        FollowUpSeries,
        SeriesForm,
        "arrow-repeat",
        actions.create_series,
        actions.update_series,
        "contacts/series_form.html",
    ),
]
BY_KEY = {catalogue.key: catalogue for catalogue in CATALOGUES}
MOST_ROWS = 500
EDITORS = (Role.MANAGER, Role.ADMIN)


@agency_required
@require_safe
def rows(request, key):
    """A catalogue whole: it is as long as a person can word it."""
    catalogue = BY_KEY[key]
    may_edit = request.actor.role in EDITORS
    listed = [
        {"row": row, "url": reverse(f"contacts:{key}_edit", args=[row.code]) if may_edit else ""}
        for row in catalogue.model.objects.all()[:MOST_ROWS]
    ]
    create_url = reverse(f"contacts:{key}_create") if may_edit else ""
    context = {"catalogue": catalogue, "rows": listed, "create_url": create_url}
    return render(request, "contacts/catalogue.html", context)


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def row_create(request, key):
    catalogue = BY_KEY[key]
    form = catalogue.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        catalogue.create(
            model=catalogue.model,
            code=forms.code_of(form.cleaned_data["german"]),
            values=form.row_values(),
            by=request.actor,
            at=timezone.now(),
        )
        return saved(request, key)
    return row_page(request, form, catalogue)


@role_required(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def row_edit(request, key, code):
    catalogue = BY_KEY[key]
    row = get_object_or_404(catalogue.model, code=code)
    form = catalogue.form(request.POST or None, instance=copy(row))
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.update(
                row=row, **form.row_version(), values=form.row_values(),
                by=request.actor, at=timezone.now(),
            )  # fmt: skip
        except EditConflict as conflict:
            return conflict_page(request, form, catalogue, conflict.current)
        return saved(request, key)
    return row_page(request, form, catalogue, row)


def saved(request, key):
    messages.success(request, _("Saved."))
    return redirect(f"contacts:{key}")


def row_page(request, form, catalogue, row=None, *, status: int = 200, **more):
    url = reverse(f"contacts:{catalogue.key}")
    context = {"catalogue": catalogue, "row": row, "cancel_url": url, **more}
    return form_page(request, catalogue.page, form, context, status=status)


def conflict_page(request, form, catalogue, current):
    """Both wordings, what differs; a second "save" is meant to outdo the stored one."""
    named = {"german": current.names.get("de", ""), "english": current.names.get("en", "")}
    pairs = [
        (field.label, form.cleaned_data[field.name], named.get(field.name, field.value()))
        for field in catalogue.form(instance=current).visible_fields()
    ]
    last = current.versions.first()
    conflict = {
        "rows": [
            {"label": label, "mine": mine, "theirs": theirs, "changed": True}
            for label, mine, theirs in pairs
            if mine != theirs
        ],
        "theirs_by": (last and last.by_label) or _("The system"),
        "theirs_at": date_format(timezone.localtime(current.modified_at), "DATETIME_FORMAT"),
        "version": current.version,
        "keep_url": current.get_absolute_url(),
    }
    return row_page(request, form, catalogue, current, status=409, conflict=conflict)
