"""The page behind `List-Unsubscribe`. A GET changes nothing: mail scanners open links."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.decorators import public
from dma_crm.confidential import confidential
from outbox.registry import kind_of
from outbox.unsubscribing import mail_behind


@csrf_exempt
@public
@confidential
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def unsubscribe(request, token):
    """Also by the mail program's own button, which POSTs here (RFC 8058): it knows no CSRF token,

    the secret in the address takes its place. Twice is once.
    """
    mail = mail_behind(token)
    stopped = bool(mail) and request.method == "POST"
    kind = kind_of(mail) if mail else None
    if mail and kind and stopped:
        assert kind.stop  # `mail_behind` finds no other
        kind.stop(mail, timezone.now())
    context = {"known": bool(kind), "stopped": stopped, "stopping": kind.stopping if kind else ""}
    return render(request, "outbox/unsubscribe.html", context, status=200 if mail else 404)
