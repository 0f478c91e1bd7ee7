from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import role_required
from accounts.models import Role
from contacts import actions
from contacts.actions.consents import agency_name
from contacts.consent_texts import current_text
from contacts.forms.consents import BY_HAND, ConsentForm
from contacts.models import Consent, ConsentPurpose, Person
from contacts.views.editing import create_page


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_create(request, reference):
    person = get_object_or_404(Person.objects.visible_to(request.actor), reference=reference)
    initial = {"purpose": ConsentPurpose.REFERRAL}
    form = ConsentForm(request.POST or None, user_id=request.user.pk, initial=initial)
    create = partial(record_consent, request, form, person)
    url = person.get_absolute_url()
    context = {"person": person, "cancel_url": url, "done_url": url, "texts": texts()}
    template = "contacts/consent_form.html"
    return create_page(request, form, create, model=Consent, template=template, context=context)


def texts() -> list[dict]:
    """The wording of each purpose, to be read out."""
    name = agency_name()
    return [
        {"label": label, "text": current_text(purpose, agency_name=name)[0]}
        for purpose, label in BY_HAND
    ]


def record_consent(request, form, person, *, id) -> Consent:
    now = timezone.now()
    parts = form.parts(now)
    consent = actions.record_consent(person=person, **parts, id=id, by=request.actor, at=now)
    messages.success(request, _("Consent recorded."))
    return consent


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_withdraw(request, pk):
    """Cannot be undone, so it is asked once: what rests on the consent is stopped at once."""
    rows = Consent.objects.visible_to(request.actor).select_related("person", "recipient")
    consent = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        actions.withdraw_consent(consent=consent, by=request.actor, at=timezone.now())
        messages.success(request, _("Consent withdrawn. It takes effect at once."))
        return redirect(consent.person)
    return render(request, "contacts/consent_withdraw.html", {"consent": consent})
