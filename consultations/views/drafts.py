"""Keeping what is typed, putting a draft away, taking it back."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.decorators import role_required
from accounts.models import Role
from consultations import drafts
from consultations.errors import ConsultationError
from consultations.forms import ConsultationForm, DraftForm
from consultations.models import Consultation
from contacts.models import Person

LONGEST_DRAFT = 100_000
NOT_KEPT = {"token", "version", "window", "confidential"}


@role_required(Role.ADVISOR)
@require_POST
def draft_save(request):
    """Autosave: 409 for a draft that another window writes, or that has been saved for good."""
    form = DraftForm(request.POST)
    fields = fields_of(request.POST)
    if not form.is_valid() or size_of(fields) > LONGEST_DRAFT:
        return JsonResponse({"error": _("This draft cannot be kept.")}, status=400)
    try:
        draft = save(form.cleaned_data, fields, by=request.actor)
    except ConsultationError as error:
        return JsonResponse({"error": str(error.message)}, status=409)
    except Consultation.DoesNotExist as error:
        raise Http404 from error
    return JsonResponse({"fields": {"version": draft.version}})


def fields_of(posted) -> dict[str, list[str]]:
    """What the form has, as it was typed; nothing else that came along."""
    names = [name for name in ConsultationForm.base_fields if name not in NOT_KEPT]
    return {name: posted.getlist(name) for name in names if any(posted.getlist(name))}


def size_of(fields: dict[str, list[str]]) -> int:
    return sum(len(value) for values in fields.values() for value in values)


def save(data, fields, *, by) -> Consultation:
    people = Person.objects.visible_to(by)
    typed = drafts.Typed(
        fields=fields,
        confidential=data["confidential"],
        window=data["window"],
        person=people.filter(pk=data["person"]).first(),
    )
    version = data["version"] or 0
    return drafts.save_draft(
        token=data["token"], typed=typed, version=version, by=by, at=timezone.now()
    )


@role_required(Role.ADVISOR)
@require_POST
def draft_discard(request, reference):
    draft = get_object_or_404(Consultation.objects.drafts_of(request.actor), reference=reference)
    drafts.discard_draft(draft=draft, by=request.actor, at=timezone.now())
    undo = reverse("consultations:draft_restore", args=[reference])
    messages.success(request, _("Draft discarded."), extra_tags=f"undo={undo}")
    return redirect("consultations:today")


@role_required(Role.ADVISOR)
@require_POST
def draft_restore(request, reference):
    draft = get_object_or_404(
        Consultation, advisor_id=request.actor.user_id, state="discarded", reference=reference
    )
    drafts.restore_draft(draft=draft, by=request.actor, at=timezone.now())
    messages.success(request, _("Draft restored."))
    return redirect("consultations:today")
