"""Mails of the agency before they are sent, and how they read before."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import role_required
from accounts.history import EditConflict
from contacts import actions, mail_trials
from contacts.differences import difference
from contacts.forms.catalogue import TrialForm
from contacts.models import MailTemplate, MailTemplateVersion, Person
from contacts.views.catalogue import EDITORS
from dma_crm.paging import page_of

VERSIONS_SHOWN = 20
# The HTML part stands in a frame without script or origin, which inherits this policy: mails bring
# their styles along.
POLICY = "; ".join(
    f"{name} {' '.join(values)}"
    for name, values in {**settings.SECURE_CSP, "style-src": ["'self'", "'unsafe-inline'"]}.items()
)


@role_required(*EDITORS)
@require_POST
def trial(request):
    """What is being typed, as a mail; nothing is saved. `send` mails it to whoever asks."""
    form = TrialForm(request.POST)
    if not form.is_valid():
        return render(request, "contacts/mail_trial.html", {"form": form}, status=422)
    asked = form.cleaned_data.pop("person_id")
    people = Person.objects.visible_to(request.actor)
    person = get_object_or_404(people, pk=asked) if asked else None
    wording = MailTemplate(**form.cleaned_data)
    if "send" in request.POST:
        mail_trials.queue_trial(wording=wording, person=person, to=request.user, at=timezone.now())
        messages.success(
            request, _("The trial is on its way to %(to)s.") % {"to": request.user.email}
        )
    message = mail_trials.tried(wording, person, request.user)
    context = {"form": form, "wording": wording, "person": person, "message": message}
    answer = render(request, "contacts/mail_trial.html", context)
    answer["Content-Security-Policy"] = POLICY
    return answer


@role_required(*EDITORS)
@require_safe
def versions(request, code):
    """Every wording with what it changed, newest first."""
    template = get_object_or_404(MailTemplate, code=code)
    page = page_of(
        template.versions.all(),
        ordering=("-number",),
        cursor=request.GET.get("cursor", ""),
        size=VERSIONS_SHOWN,
    )
    context = {"template": template, "page": page, "rows": with_former(template, page.rows)}
    return render(request, "contacts/mail_template_versions.html", context)


def with_former(template: MailTemplate, rows: list[MailTemplateVersion]) -> list[dict]:
    """Each beside the one before it, in one query for the last of the page."""
    oldest = rows[-1].number if rows else 0
    before = template.versions.filter(number__lt=oldest).first()
    return [
        {
            "version": row,
            "current": row.number == template.version,
            "changes": changes(former, row) if former else [],
        }
        for row, former in zip(rows, [*rows[1:], before], strict=False)
    ]


LABELS = {
    "german": gettext_lazy("Name"),
    "english": gettext_lazy("Name in English"),
    "subject": gettext_lazy("Subject"),
    "body": gettext_lazy("Text"),
}


def changes(former: MailTemplateVersion, row: MailTemplateVersion) -> list[dict]:
    old, new = texts(former), texts(row)
    return [
        {"label": label, "pieces": difference(old[name], new[name])}
        for name, label in LABELS.items()
        if old[name] != new[name]
    ]


def texts(row: MailTemplateVersion) -> dict[str, str]:
    named = {"german": row.names.get("de", ""), "english": row.names.get("en", "")}
    return named | {"subject": row.subject, "body": row.body}


@role_required(*EDITORS)
@require_POST
def restore(request, code, number):
    template = get_object_or_404(MailTemplate, code=code)
    former = get_object_or_404(template.versions, number=number)
    try:
        actions.restore_version(
            template=template, number=former.number, by=request.actor, at=timezone.now()
        )
    except EditConflict:
        messages.error(request, _("Someone else has saved this meanwhile. Please look again."))
    else:
        said = _("Worded as in version %(number)s again.")
        messages.success(request, said % {"number": former.number})
    return redirect("contacts:mail_template_versions", code=code)
