from functools import partial

from django.contrib import messages
from django.db.models import Min, OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts import actions
from contacts.case import due_words
from contacts.duplicates import near_duplicates
from contacts.filters import PeopleFilter
from contacts.forms.people import NewPersonForm, PersonForm
from contacts.imports.values.reachability import parse_phones
from contacts.matchkeys import Identity
from contacts.models import Affiliation, AffiliationRole, FollowUp, Person, Startup
from contacts.views.editing import create_page, edit_page
from dma_crm.paging import page_of

FORM = "contacts/person_form.html"


@agency_required
@require_safe
def people(request):
    """Everybody the actor may see, sorted as a phone book; advisors start with their own."""
    chosen = PeopleFilter(request.GET, actor=request.actor)
    rows = chosen.apply(Person.objects.visible_to(request.actor)).annotate(next_due=next_due())
    page = page_of(
        rows.select_related("owner").prefetch_related(ties()),
        ordering=("sort_name", "id"),
        cursor=request.GET.get("cursor", ""),
    )
    today = timezone.localdate()
    for person in page:
        person.due = due_words(person.next_due, today)
    return render(request, "contacts/people.html", {"page": page, "filter": chosen})


def next_due():
    """The day of the soonest open follow-up."""
    planned = FollowUp.objects.open().filter(person=OuterRef("pk")).order_by()
    return Subquery(planned.values("person").annotate(day=Min("due_on")).values("day"))


def ties():
    rows = Affiliation.objects.filter(until=None).select_related("startup", "partner")
    return Prefetch("affiliations", queryset=rows, to_attr="open_ties")


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def person_create(request):
    """A new person; `?startup=S-…` makes them one of its founders, names may be prefilled."""
    startup = Startup.objects.visible_to(request.actor).filter(
        reference=request.GET.get("startup", "")
    )
    form = NewPersonForm(
        request.POST or None,
        user_id=request.user.pk,
        initial={"owner": request.user.pk, **prefilled(request.GET)},
    )
    create = partial(create_person, request, form, startup.first())
    context = {"cancel_url": reverse("contacts:people"), "startup": startup.first()}
    return create_page(request, form, create, model=Person, template=FORM, context=context)


def prefilled(query) -> dict:
    names = {name: query[name][:100] for name in ("given_name", "family_name") if name in query}
    typed = " ".join(query.get("name", "").split())[:200]
    if typed and not names:
        given, _blank, family = typed.rpartition(" ")
        names = {"given_name": given[:100], "family_name": family[:100]}
    return names


def create_person(request, form, startup, *, id) -> Person:
    given = form.changes() | {"emails": form.values("email"), "phones": form.values("phone")}
    now = timezone.now()
    person = actions.create_person(**given, id=id, by=request.actor, at=now)
    if startup:
        actions.affiliate(
            person=person,
            startup=startup,
            role=AffiliationRole.FOUNDER,
            by=request.actor,
            at=now,
        )
    messages.success(request, _("%(name)s has been created.") % {"name": person.display_name})
    return person


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request, reference):
    person = get_object_or_404(Person.objects.visible_to(request.actor), reference=reference)
    form = PersonForm(request.POST or None, record=person)
    context = {"cancel_url": person.get_absolute_url()}
    save = partial(save_person, request, person, form)
    return edit_page(request, form, save, record=person, template=FORM, context=context)


def save_person(request, person, form, *, version):
    actions.update_person(
        person=person,
        changes=form.changes(),
        emails=form.values("email"),
        phones=form.values("phone"),
        version=version,
        by=request.actor,
        at=timezone.now(),
    )
    messages.success(request, _("Saved."))


@role_required(Role.ADVISOR)
@require_safe
def duplicate_hint(request):
    """Whom we may know already, asked while somebody types a new person."""
    found = near_duplicates(typed_identity(request.GET), actor=request.actor)
    exclude = request.GET.get("exclude", "")
    found = [near for near in found if near.person.reference != exclude]
    if not found:
        return HttpResponse("")
    return render(request, "contacts/_duplicate_hint.html", {"near_duplicates": found})


def typed_identity(query) -> Identity:
    def text(name):
        return query.get(name, "").strip()[:120]

    emails = tuple(text(f"email_{n}").lower() for n in range(1, 4))
    phones = [number for n in range(1, 4) for number in parse_phones(text(f"phone_{n}")).value]
    return Identity(
        given_name=text("given_name"),
        family_name=text("family_name"),
        emails=tuple(filter(None, emails)),
        phones=tuple(phones),
        street=text("street"),
        house_number=text("house_number"),
        postcode=text("postcode"),
        town=text("town"),
    )
