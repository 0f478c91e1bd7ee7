from functools import partial

from django.contrib import messages
from django.db.models import Min, OuterRef, Prefetch, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.history import EditConflict
from accounts.models import Role
from contacts import actions, registry
from contacts.case import due_words, panels_of, people_of
from contacts.filters import StartupFilter
from contacts.forms.startups import AffiliationForm, NewStartupForm, StageForm, StartupForm
from contacts.models import Affiliation, FollowUp, Person, StageKind, Startup
from contacts.registry import Case
from contacts.views.editing import create_page, edit_page, form_page
from dma_crm.paging import page_of

FORM = "contacts/startup_form.html"


@agency_required
@require_safe
def startups(request):
    chosen = StartupFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Startup.objects.visible_to(request.actor)).annotate(next_due=next_due())
    page = page_of(
        rows.select_related("owner", "stage").prefetch_related(founders()),
        ordering=("sort_name", "id"),
        cursor=request.GET.get("cursor", ""),
    )
    today = timezone.localdate()
    for startup in page:
        startup.due = due_words(startup.next_due, today)
        startup.under_way = startup.stage.kind == StageKind.OPEN
    return render(request, "contacts/startups.html", {"page": page, "filter": chosen})


def next_due():
    planned = FollowUp.objects.open().filter(startup=OuterRef("pk")).order_by()
    return Subquery(planned.values("startup").annotate(day=Min("due_on")).values("day"))


def founders():
    rows = Affiliation.objects.filter(until=None, person__state="active").select_related("person")
    return Prefetch("affiliations", queryset=rows, to_attr="open_ties")


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def startup_create(request):
    """A new venture; `?person=P-…` is its first founder."""
    founder = Person.objects.visible_to(request.actor).filter(
        reference=request.GET.get("person", "")
    )
    initial = {"owner": request.user.pk, "name": request.GET.get("name", "")[:150]}
    form = NewStartupForm(request.POST or None, user_id=request.user.pk, initial=initial)
    create = partial(create_startup, request, form, list(founder))
    context = {"cancel_url": reverse("contacts:startups"), "founder": founder.first()}
    return create_page(request, form, create, model=Startup, template=FORM, context=context)


def create_startup(request, form, people, *, id) -> Startup:
    startup = actions.create_startup(
        **form.changes(),
        stage=form.cleaned_data["stage"],
        people=people,
        id=id,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("%(name)s has been created.") % {"name": startup.name})
    return startup


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def startup_edit(request, reference):
    startup = find(request, reference)
    form = StartupForm(request.POST or None, record=startup)
    panels = before_founding(request, startup)
    context = {"cancel_url": startup.get_absolute_url(), "panels": panels}
    save = partial(save_startup, request, startup, form)
    return edit_page(request, form, save, record=startup, template=FORM, context=context)


def before_founding(request, startup) -> list[dict]:
    """What other apps know that ought to be looked into before phase or days change."""
    people = tuple(tie.person for tie in people_of(startup))
    case = Case(tuple(person.pk for person in people), startup.pk, people, startup)
    return panels_of(registry.founding_panels, case, request.actor)


def save_startup(request, startup, form, *, version):
    actions.update_startup(
        startup=startup,
        changes=form.changes(),
        version=version,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))


def find(request, reference) -> Startup:
    rows = Startup.objects.visible_to(request.actor).select_related("stage")
    return get_object_or_404(rows, reference=reference)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def startup_stage(request, reference):
    """Change the phase; a button may name it in the address, one that ends asks for the reason."""
    startup = find(request, reference)
    named = {name: request.GET[name] for name in ("stage",) if name in request.GET}
    data = {**named, **request.POST.dict()} if request.method == "POST" else None
    form = StageForm(data, initial={"stage": startup.stage.code, **named})
    if request.method == "POST" and form.is_valid():
        return move(request, startup, form)
    context = {
        "startup": startup,
        "cancel_url": startup.get_absolute_url(),
        "panels": before_founding(request, startup),
    }
    return form_page(request, "contacts/stage_form.html", form, context)


def move(request, startup, form):
    before = startup.stage
    try:
        actions.change_stage(
            startup=startup, **form.cleaned_data, by=request.actor, at=timezone.now()
        )
    except EditConflict:
        messages.error(request, _("Somebody has just changed this venture. Please look again."))
        return redirect(startup)
    undo = reverse("contacts:startup_stage", args=[startup.reference])
    tag = "" if before.kind == StageKind.ENDED else f"undo={undo}?stage={before.code}"
    said = _("Phase: %(stage)s") % {"stage": form.cleaned_data["stage"].label}
    messages.success(request, said, extra_tags=tag)
    return redirect(startup)


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def affiliation_create(request, reference):
    """Somebody we know already joins the venture."""
    startup = find(request, reference)
    form = AffiliationForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("person", "role", "since")}
        now = timezone.now()
        actions.affiliate(startup=startup, **given, by=request.actor, at=now)
        messages.success(request, _("Saved."))
        return redirect(startup)
    context = {"startup": startup, "cancel_url": startup.get_absolute_url()}
    return form_page(request, "contacts/affiliation_form.html", form, context)


@role_required(Role.ADVISOR)
@require_POST
def affiliation_end(request, pk):
    """Today is the last day; the tie stays in the history of the two."""
    ties = Affiliation.objects.filter(startup__in=Startup.objects.visible_to(request.actor))
    tie = get_object_or_404(ties.select_related("startup"), pk=pk)
    today = timezone.localdate()
    actions.end_affiliation(affiliation=tie, until=today, by=request.actor, at=timezone.now())
    return redirect(tie.startup)
