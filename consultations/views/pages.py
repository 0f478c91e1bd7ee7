"""Consultations as they stand: list, page, correction, confidential note."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import agency_required, role_required
from accounts.history import EditConflict
from accounts.models import Role
from consultations import actions, history, notes
from consultations.errors import ConsultationError
from consultations.forms import ConsultationFilter, CorrectionForm, ReadNoteForm, WriteNoteForm
from consultations.models import ConfidentialNote, Consultation
from dma_crm.paging import page_of


@agency_required
@require_safe
def consultations(request):
    form = ConsultationFilter(request.GET, actor=request.actor)
    rows = Consultation.objects.none()
    if form.is_valid():
        rows = form.apply(Consultation.objects.complete()).with_names()
    rows = rows.visible_to(request.actor)
    page = page_of(rows, ordering=("-held_on", "-id"), cursor=request.GET.get("seite", ""))
    context = {
        "form": form,
        "page": page,
        "prev_url": address(request, page.previous),
        "next_url": address(request, page.next),
        "filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "consultations/consultations.html", context)


def address(request, cursor: str) -> str:
    """This list with its filters, on the page the cursor names."""
    query = request.GET.copy()
    query["seite"] = cursor
    return f"?{query.urlencode()}" if cursor else ""


def found(request, reference) -> Consultation:
    rows = Consultation.objects.complete().visible_to(request.actor).with_names()
    return get_object_or_404(rows, reference=reference)


@agency_required
@require_safe
def consultation(request, reference):
    return consultation_page(request, found(request, reference))


def consultation_page(request, consultation, *, status=200, **more):
    """The page; `more` carries an opened note and its forms."""
    mine = notes.is_author(consultation, request.actor)
    noted = ConfidentialNote.objects.filter(consultation=consultation).exists()
    context = {
        "consultation": consultation,
        "corrections": history.corrections_of(consultation),
        "mine": mine,
        "noted": noted,
        "note_open": mine or (noted and request.actor.role == Role.MANAGER),
        "read_form": ReadNoteForm(),
        **more,
    }
    return render(request, "consultations/consultation.html", context, status=status)


@role_required(Role.ADVISOR, Role.MANAGER)
@require_POST
def note_read(request, reference):
    """Showing is a POST: it is logged, and no link or prefetch may do it by the way."""
    consultation = found(request, reference)
    form = ReadNoteForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        text = notes.read_note(
            consultation=consultation, reason=reason, by=request.actor, at=timezone.now()
        )
    except ConsultationError as error:
        form.add_error("reason", error.message)
        return consultation_page(request, consultation, read_form=form, status=422)
    return note_page(request, consultation, text)


def note_page(request, consultation, text):
    note = ConfidentialNote.objects.filter(consultation=consultation).first()
    typed = {"text": text, "version": note.version if note else 0}
    response = consultation_page(
        request, consultation, note_text=text, write_form=WriteNoteForm(initial=typed)
    )
    response["Cache-Control"] = "no-store"
    return response


@role_required(Role.ADVISOR)
@require_POST
def note_write(request, reference):
    editable = Consultation.objects.editable_by(request.actor).with_names()
    consultation = get_object_or_404(editable, reference=reference)
    form = WriteNoteForm(request.POST)
    if form.is_valid() and write(form, consultation, request):
        messages.success(request, _("Confidential note saved."))
        return redirect(consultation)
    return consultation_page(request, consultation, write_form=form, status=422)


def write(form, consultation, request) -> bool:
    data = form.cleaned_data
    try:
        notes.write_note(
            consultation=consultation,
            text=data["text"],
            version=data["version"],
            by=request.actor,
            at=timezone.now(),
        )
    except EditConflict:
        form.add_error(
            None, _("You have changed this note in another window. Copy your text, then reload.")
        )
        return False
    return True


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def consultation_correct(request, reference):
    at = timezone.now()
    editable = Consultation.objects.editable_by(request.actor).with_names()
    consultation = get_object_or_404(editable, reference=reference)
    given = {"consultation": consultation, "actor": request.actor, "at": at}
    if request.method != "POST":
        form = CorrectionForm(initial=history.as_form(consultation), **given)
        return correction_page(request, form, consultation)
    form = CorrectionForm(request.POST, **given)
    if not form.is_valid():
        return correction_page(request, form, consultation, status=422)
    try:
        correct(form, consultation, by=request.actor, at=at)
    except EditConflict as conflict:
        rows = history.compared(form, conflict.current)
        return correction_page(
            request, form, consultation, status=409, rows=rows, current=conflict.current
        )
    messages.success(request, _("Consultation corrected."))
    return redirect(consultation)


def correct(form, consultation, *, by, at):
    actions.correct_consultation(
        consultation=consultation,
        changes=form.changes,
        topics=form.cleaned_data["topics"],
        reason=form.cleaned_data["reason"],
        version=form.cleaned_data["version"],
        by=by,
        at=at,
    )


def correction_page(request, form, consultation, *, status=200, **more):
    context = {"form": form, "consultation": consultation, **more}
    return render(request, "consultations/correct.html", context, status=status)
