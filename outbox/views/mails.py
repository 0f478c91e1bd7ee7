from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import role_required
from accounts.models import Role
from dma_crm.paging import page_of
from outbox import actions
from outbox.audience import reader_required
from outbox.filters import matching
from outbox.forms import MailFilter
from outbox.models import OutboundMail
from outbox.previews import POLICY, preview_of
from outbox.wording import facts_of, freeze_warning, row_of, state_of


@reader_required
@require_safe
def mails(request):
    form = MailFilter(request.GET)
    rows = OutboundMail.objects.visible_to(request.actor)
    rows = matching(rows, form.cleaned_data) if form.is_valid() else rows.none()
    cursor = request.GET.get("cursor", "")
    page = page_of(rows, ordering=("-created_at", "-id"), cursor=cursor)
    context = {
        "form": form,
        "page": page,
        "rows": [row_of(mail) for mail in page],
        "frozen": freeze_warning(),
        "may_release": request.actor.role == Role.ADMIN,
    }
    return render(request, "outbox/mails.html", context, status=422 if form.errors else 200)


@reader_required
@require_safe
def mail(request, pk):
    mail = mail_for(request, pk)
    context = {
        "mail": mail,
        "facts": facts_of(mail),
        "preview": preview_of(mail),
        "suppressed": request.actor.role == Role.ADMIN and mail.last_error == "suppressed",
        "may_retry": request.actor.role == Role.ADMIN and mail.state in actions.RETRIED,
        "may_cancel": request.actor.role == Role.ADMIN and mail.state in actions.CANCELLED,
        **state_of(mail),
    }
    return render(request, "outbox/mail_page.html", context)


@reader_required
@require_safe
@xframe_options_sameorigin
def mail_preview(request, pk):
    """The HTML part for a sandboxed frame: its own policy lets it load and run nothing."""
    preview = preview_of(mail_for(request, pk))
    if preview is None:
        raise Http404
    html = preview.html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(html, headers={"Content-Security-Policy": POLICY})


@role_required(Role.ADMIN)
@require_POST
def mail_retry(request, pk):
    mail = mail_for(request, pk)
    try:
        actions.retry_mail(mail=mail, by=request.actor, at=timezone.now())
    except actions.MailMovedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The mail is waiting to be sent again."))
    return redirect("outbox:mail", pk=pk)


@role_required(Role.ADMIN)
@require_POST
def mail_cancel(request, pk):
    mail = mail_for(request, pk)
    try:
        actions.cancel_mail(mail=mail, by=request.actor, at=timezone.now())
    except actions.MailMovedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The mail will not be sent."))
    return redirect("outbox:mail", pk=pk)


def mail_for(request, pk) -> OutboundMail:
    return get_object_or_404(OutboundMail.objects.visible_to(request.actor), pk=pk)
