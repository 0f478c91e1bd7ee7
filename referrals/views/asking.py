"""Asking further partners for a need: several in one go, or one instead of another."""

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.models import Role
from contacts.errors import ContactsError
from contacts.models import Consent, PartnerOrganisation
from referrals import actions, order_notes
from referrals.actions.referring import Ask
from referrals.alternatives import alternatives_to, askable, is_replaceable
from referrals.disclosure import HandedOver
from referrals.errors import AskRefusedError, CapacityFullError, ConsentMissingError
from referrals.forms.needs import AskForm, ChosenServiceForm, PartnersForm
from referrals.models import Need, Referral, ReferralError, Service
from referrals.views.needs import find

FIELDS = {"consent_missing": "evidence", "capacity_full": "override_capacity"}


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def need_ask(request, reference):
    """`?leistung=` and `?partner=` choose beforehand, `?statt=` names the one to be replaced."""
    need = find(request, reference)
    if request.method != "POST":
        return page(request, need, PartnersForm(chosen_in(request.GET)), bound=False)
    form = PartnersForm(request.POST)
    valid = form.is_valid()
    forms = ask_forms(need, form, request.POST)
    unsound = [one for one in forms if not one.is_valid()]  # each is asked, to show all mistakes
    if unsound or not valid:
        return page(request, need, form, forms=forms, status=422)
    try:
        return send(request, need, [one.ask() for one in forms])
    except AskRefusedError as error:
        tell(error, forms)
    except (ReferralError, ContactsError) as error:
        form.add_error(None, error.message)
    return page(request, need, form, forms=forms, status=422)


def send(request, need: Need, asks: list[Ask]):
    now, replaced = timezone.now(), replaced_in(request.POST, need)
    if replaced and len(asks) == 1:
        sent = [actions.replace_referral(referral=replaced, ask=asks[0], by=request.actor, at=now)]
    else:
        sent = actions.refer_need(need=need, asks=asks, by=request.actor, at=now)
    said = ngettext("%(n)s partner has been asked.", "%(n)s partners have been asked.", len(sent))
    messages.success(request, said % {"n": len(sent)})
    return redirect(need)


def tell(error: AskRefusedError, forms: list[AskForm]) -> None:
    """The refusal beside the recipient it is about, where the way out is."""
    form = next(one for one in forms if one.partner == error.about)
    form.add_error(FIELDS.get(error.code), error.message)


@role_required(Role.ADVISOR)
@require_POST
def need_ask_preview(request, reference):
    """What each chosen one will read and whether it may be asked; changes nothing."""
    need, form = find(request, reference), PartnersForm(request.POST)
    form.is_valid()
    forms = ask_forms(need, form, request.POST)
    for one in (form, *forms):
        one.errors.clear()  # half a form is no mistake yet
    if request.htmx:
        return render(request, "referrals/_asks.html", {"asks": shown(need, forms)})
    return page(request, need, form, forms=forms)


def page(request, need: Need, form: PartnersForm, *, forms=None, bound=True, status=200):
    if not bound:
        form.is_valid()
        forms = ask_forms(need, form, None)
        form.errors.clear()
    chosen = {service for service in form.chosen().values() if service}
    named = {partner.pk for partner, service in form.chosen().items() if service is None}
    now = timezone.now()
    found = askable(need, now)
    suggested = {one.partner.pk for one in found.fitting + found.unfit} - named
    context = {
        "need": need,
        "form": form,
        "ask_forms": forms,
        "asks": shown(need, forms),
        "suggestions": found.fitting,
        "unfit": found.unfit,
        "unfit_chosen": any(one.service in chosen for one in found.unfit),
        "order": order_for(need, now),
        "chosen_services": {service.pk for service in chosen},
        "chosen_partners": named,
        "partners": free_partners(need).exclude(pk__in=suggested),
        "replaced": replaced_in(request.POST or request.GET, need),
        "has_errors": bool(form.errors or any(one.errors for one in forms)) and status == 422,
    }
    return render(request, "referrals/need_ask.html", context, status=status)


def order_for(need: Need, at) -> dict:
    topics = need.topics.all()
    return order_notes.of_talk(person=need.person, startup=need.startup, topics=topics, at=at)


def chosen_in(data) -> dict:
    return {"services": data.getlist("leistung"), "partners": data.getlist("partner")}


def replaced_in(data, need: Need) -> Referral | None:
    """The referral named by `statt`, if it belongs to this need and can be replaced."""
    named = data.get("statt", "")
    rows = [row for row in need.referrals.all() if row.reference == named]
    return next((row for row in rows if is_replaceable(row)), None)


def free_partners(need: Need):
    """All but those that are at work on it already."""
    busy = [row.recipient_id for row in need.referrals.all() if not row.closed_at]
    return PartnerOrganisation.objects.partners().active().exclude(pk__in=busy)


def ask_forms(need: Need, form: PartnersForm, data) -> list[AskForm]:
    """One per recipient, in the order of their names."""
    chosen, now = form.chosen(), timezone.now()
    consents = Consent.objects.active(now).filter(
        person_id=need.person_id,
        purpose="referral",
        person__state="active",
        recipient__in=list(chosen),
    )
    agreed = {row.recipient_id: row for row in consents.order_by("given_at", "pk")}
    forms = []
    for partner in sorted(chosen, key=lambda one: one.sort_name):
        full = partner.is_full_on(timezone.localdate(now))
        forms.append(
            AskForm(
                data,
                partner=partner,
                service=chosen[partner],
                consented=partner.pk in agreed,
                full=full,
            )
        )
        forms[-1].consent = agreed.get(partner.pk)
    return forms


def shown(need: Need, forms: list[AskForm]) -> list[dict]:
    """Each recipient's form with exactly what it will read before it accepts."""
    return [{"form": form, "preview": preview(need, form)} for form in forms]


def preview(need: Need, form: AskForm) -> HandedOver:
    return HandedOver(
        recipient=form.partner,
        topics=list(need.topics.all()),
        stage=need.stage,
        postcode=need.postcode,
        question=need.question,
        reason=form["reason"].value() or "",
    )


# --- one instead of another ---


def find_referral(request: HttpRequest, reference: str) -> Referral:
    rows = Referral.objects.visible_to(request.actor).select_related(
        "need__person", "need__startup", "need__stage", "recipient", "sender"
    )
    return get_object_or_404(rows.prefetch_related("need__topics"), reference=reference)


@agency_required
@require_safe
def alternatives(request, reference):
    """Whom to ask instead, as a part of Heute; alone it leads to the page of the need."""
    referral = find_referral(request, reference)
    if not request.htmx:
        return redirect(referral.need)
    found = alternatives_to(referral, timezone.now()) if is_replaceable(referral) else []
    context = {
        "alternatives": found,
        "replaced": referral,
        "may_act": request.actor.role == Role.ADVISOR,
    }
    return render(request, "referrals/_alternatives.html", context)


@role_required(Role.ADVISOR)
@require_POST
def replace(request, reference):
    """One click where the consent covers the partner; else the form, where it is recorded."""
    referral, form = find_referral(request, reference), ChosenServiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose a partner organisation."))
        return redirect(referral)
    service = form.cleaned_data["service"]
    ask = Ask(recipient=service.partner, service=service)
    try:
        made = actions.replace_referral(
            referral=referral, ask=ask, by=request.actor, at=timezone.now()
        )
    except (ConsentMissingError, CapacityFullError) as error:
        messages.warning(request, error.message)
        return redirect(ask_url(referral, service))
    except ReferralError as error:
        messages.error(request, error.message)
        return redirect(referral)
    said = _("%(name)s has been asked instead.") % {"name": service.partner.spoken_name}
    messages.success(request, said)
    return redirect(made)


def ask_url(referral: Referral, service: Service) -> str:
    query = urlencode({"statt": referral.reference, "leistung": service.pk})
    return reverse("referrals:need_ask", args=[referral.need.reference]) + f"?{query}"
