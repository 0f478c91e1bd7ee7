"""Beratung erfassen: a page, and the same as a panel over any other page."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.decorators import role_required
from accounts.models import Role
from consultations import actions, notes, recording
from consultations.errors import ConsultationError
from consultations.forms import ConsultationForm, SaidSoFar, initial_of
from consultations.models import Appointment, Consultation
from contacts.errors import ContactsError
from contacts.models import Person, Startup
from dma_crm.models import new_id

# The panel may open over a page that has a form of its own.
IDS = "entry-%s"


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_create(request):
    at = timezone.now()
    if request.method != "POST":
        return form_page(request, opened_form(request, at=at))
    form = ConsultationForm(request.POST, auto_id=IDS, actor=request.actor, at=at)
    logged = log(form, by=request.actor, at=at) if form.is_valid() else None
    if logged is None:
        return form_page(request, form, status=422)
    tell(request, logged)
    return leave(request, (logged.consultation.startup or logged.consultation.person))


def opened_form(request, *, at) -> ConsultationForm:
    """A new form, or the draft that the address names; whatever is not our draft starts anew."""
    draft = named_draft(request)
    initial = {"token": new_id(), "version": 0, "window": uuid4().hex}
    if draft:
        typed = initial_of(draft, ConsultationForm)
        note = notes.read_note(consultation=draft, by=request.actor, at=at)
        initial |= {**typed, "token": draft.pk, "version": draft.version, "confidential": note}
    else:
        initial |= of_appointment(request, at=at) or case_of(request)
    return ConsultationForm(initial=initial, auto_id=IDS, actor=request.actor, at=at)


def named_draft(request) -> Consultation | None:
    try:
        token = UUID(request.GET.get("entwurf", ""))
    except ValueError:
        return None
    return Consultation.objects.drafts_of(request.actor).filter(pk=token).first()


def of_appointment(request, *, at) -> dict:
    """What was agreed in `?termin=T-…` is what took place, unless the advisor says otherwise."""
    rows = Appointment.objects.editable_by(request.actor).agreed().select_related("person")
    row = rows.filter(reference=request.GET.get("termin", "")).first()
    if row is None:
        return {}
    return {
        "appointment": row.pk,
        "person": row.person_id,
        "who": row.person.display_name,
        "startup": row.startup_id,
        "channel": row.channel,
        "held_on": timezone.localdate(min(row.starts_at, at)),
        "contact_minutes": int((row.ends_at - row.starts_at).total_seconds() // 60),
    }


def case_of(request) -> dict:
    """A case page says whom the talk was with: `?person=P-…`, `?startup=S-…`."""
    people = Person.objects.visible_to(request.actor)
    startups = Startup.objects.visible_to(request.actor)
    person = people.filter(reference=request.GET.get("person", "")).first()
    startup = startups.filter(reference=request.GET.get("startup", "")).first()
    if startup and not person:
        known = people.filter(affiliations__startup=startup, affiliations__until=None)
        person = known.order_by("affiliations__id").first()
    return {
        "person": person.pk if person else None,
        "who": person.display_name if person else "",
        "startup": startup.pk if startup else None,
    }


def log(form, *, by, at):
    """The action's answer, or None with its refusal among the form's errors."""
    try:
        logged = actions.log_consultation(**recording.entry_of(form, at=at), by=by, at=at)
    except Consultation.DoesNotExist as error:
        raise Http404 from error
    except (ConsultationError, ContactsError) as error:
        form.add_error(None, error.message)
        return None
    if logged.again and logged.consultation.summary != form.cleaned_data["summary"]:
        form.add_error(None, said_already(logged.consultation))
        return None
    return logged


def said_already(consultation):
    return format_html(
        _("This form has been saved already as {}. To change what it says, correct it there."),
        format_html('<a href="{}">{}</a>', consultation.get_absolute_url(), consultation),
    )


def tell(request, logged) -> None:
    """One message for what was saved, one for each referral that has to wait."""
    said = [_("Consultation %s saved.") % logged.consultation.reference]
    if logged.follow_up:
        day = date_format(logged.follow_up.due_on, "j. F Y")
        said.append(_("Follow-up on %s.") % day)
    if logged.series:
        said.append(_("Series “%s” started.") % logged.series.series)
    said += [_("Sent to %s.") % one.recipient.spoken_name for one in logged.sent]
    messages.success(request, " ".join(said))
    for held in logged.held:
        messages.warning(request, waiting(held))


def waiting(held):
    """Why, and the way on."""
    words = _("The referral to {} has not been sent: {}")
    text = format_html(words, held.partner.spoken_name, held.reason)
    if held.referral is None:
        return text
    link = format_html('<a href="{}">{}</a>', held.referral.get_absolute_url(), _("Open the draft"))
    return format_html("{} {}", text, link)


def leave(request, case):
    url = case.get_absolute_url()
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def form_page(request, form, *, status=200):
    at = timezone.now()
    said = SaidSoFar(form.data if form.is_bound else form.initial, actor=request.actor).good
    startup = said.get("startup")
    context = {
        "form": form,
        "action": f"{reverse('consultations:consultation_create')}?entwurf={form['token'].value()}",
        "panel": bool(request.htmx),
        "ventures": recording.ventures_of(said.get("person"), startup),
        "startup": startup,
        "preview": recording.series_of(said, sender=request.user, at=at),
        "proposals": recording.proposals_of(said, at=at),
        "checks": recording.checks_of(said, at=at),
    }
    template = "consultations/_entry.html" if request.htmx else "consultations/entry.html"
    return render(request, template, context, status=status)
