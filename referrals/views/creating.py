from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import role_required
from accounts.models import Role
from contacts.errors import ContactsError
from contacts.models import Consent, Person, Startup
from referrals import actions, order_notes
from referrals.actions.needs import known_postcode
from referrals.disclosure import HandedOver
from referrals.errors import CapacityFullError
from referrals.forms.creating import ReferralForm
from referrals.models import ReferralError
from referrals.rating import Wish
from referrals.suggestions import Matches, match


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def referral_create(request):
    """`?person=` and `?startup=` name whom it is about, by reference or id."""
    if request.method == "POST":
        return save(request)
    startup = named(Startup, request, "startup")
    person = named(Person, request, "person") or founder_of(startup, request)
    if person is None:
        return render(request, "referrals/referral_person.html")
    initial = {"person": person.pk, "startup": startup.pk if startup else only_venture(person)}
    return page(request, ReferralForm(actor=request.actor, person=person, initial=initial))


def named(model, request, parameter: str):
    given = request.GET.get(parameter, "")
    try:
        wanted = {"pk": UUID(given)}
    except ValueError:
        wanted = {"reference": given}
    return model.objects.visible_to(request.actor).filter(**wanted).first()


def founder_of(startup, request):
    """The venture's people in the order they joined; the first one stands for it."""
    if startup is None:
        return None
    people = Person.objects.visible_to(request.actor)
    ties = people.filter(affiliations__startup=startup, affiliations__until=None)
    return ties.order_by("affiliations__id").first()


def only_venture(person):
    ties = list(person.affiliations.filter(until=None, startup__isnull=False)[:2])
    return ties[0].startup_id if len(ties) == 1 else None


def save(request):
    form = ReferralForm(request.POST, actor=request.actor)
    try:
        if form.is_valid():
            referral = actions.refer_person(
                **form.arguments(), owner=request.user, by=request.actor, at=timezone.now()
            )
            messages.success(request, _("The referral has been sent."))
            return redirect(referral)
    except (ReferralError, ContactsError) as error:
        shown = proposal_of(form, timezone.now())  # an error takes its field's value away
        form.add_error(field_of(error, form), error.message)
        return page(request, form, status=422, **shown)
    return page(request, form, status=422)


def field_of(error, form) -> str | None:
    """Where the way out is: a full partner can be overridden, missing consent recorded."""
    if isinstance(error, CapacityFullError):
        return "override_capacity"
    name = {"consent_missing": "evidence"}.get(error.code, getattr(error, "field", ""))
    return name if name in form.fields else None


def page(request, form, status=200, **shown):
    context = {"form": form, **(shown or proposal_of(form, timezone.now()))}
    return render(request, "referrals/referral_form.html", context, status=status)


@role_required(Role.ADVISOR)
@require_POST
def proposal(request):
    """Suggestions, consent and preview for what has been filled in so far; changes nothing.

    Only topics and venture change what is suggested: `part=checks` leaves the choice alone, so
    that nothing is swapped away under a click.
    """
    form = ReferralForm(request.POST, actor=request.actor)
    form.is_valid()
    context = {"form": form, **proposal_of(form, timezone.now())}
    form.errors.clear()  # half a form is no mistake yet
    part = "_checks" if request.POST.get("part") == "checks" else "_proposal"
    return render(request, f"referrals/{part}.html", context)


def proposal_of(form: ReferralForm, at) -> dict:
    """Works on half a form: what is not valid yet counts as not given."""
    data = given(form)
    person, startup, partner = data["person"], data["startup"], data["partner"]
    found = matches_for(data, at) if person else Matches([], [])
    return {
        "person": person,
        "suggestions": found.fitting,
        "unfit": found.unfit,
        "unfit_chosen": data["service"] in [one.service for one in found.unfit],
        "order": order_for(data, at) if person else {},
        "partner": partner,
        "service": data["service"],
        "preview": preview_of(data) if person and partner else None,
        "consent": consent_of(person, partner, at) if person and partner else None,
        "full": bool(partner and partner.is_full_on(timezone.localdate(at))),
        "ventures": form.fields["startup"].queryset if person else [],
        "startup": startup,
    }


def given(form: ReferralForm) -> dict:
    if form.is_bound:
        data = form.cleaned_data
        return {
            name: data.get(name)
            for name in ("person", "startup", "topics", "question", "reason", "service")
        } | {"partner": form.partner}
    known = form.initial
    person = form.fields["person"].queryset.filter(pk=known["person"]).first()
    startup = form.fields["startup"].queryset.filter(pk=known["startup"]).first()
    rest = dict.fromkeys(("topics", "question", "reason", "service", "partner"))
    return {"person": person, "startup": startup, **rest}


def matches_for(data: dict, at) -> Matches:
    person, startup = data["person"], data["startup"]
    wish = Wish(
        topics=tuple(data["topics"] or ()),
        stage=startup.stage if startup else None,
        legal_form=startup.legal_form if startup else "",
        postcode=known_postcode(person, startup),
        languages=tuple(person.languages),
    )
    return match(wish, at=at)


def order_for(data: dict, at) -> dict:
    """What the topics point to, or before any is chosen, those of the service."""
    topics = data["topics"] or (data["service"].topics.all() if data["service"] else ())
    return order_notes.of_talk(person=data["person"], startup=data["startup"], topics=topics, at=at)


def preview_of(data: dict) -> HandedOver:
    """What `refer_person` would hand over, shown by the same partial as on the answer page."""
    startup = data["startup"]
    return HandedOver(
        recipient=data["partner"],
        topics=list(data["topics"] or []),
        stage=startup.stage if startup else None,
        postcode=known_postcode(data["person"], startup),
        question=data["question"] or "",
        reason=data["reason"] or "",
    )


def consent_of(person, partner, at) -> Consent | None:
    covering = Consent.objects.covering(person_id=person.pk, recipient_id=partner.pk, at=at)
    return covering.first()
