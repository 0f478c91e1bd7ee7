"""The page where an advisor opens a calendar feed, and the feed itself."""

from hashlib import sha256

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import public, role_required
from accounts.models import Role
from consultations.appointments.feeds import calendar_file, close_feed, feed_of, open_feed
from consultations.appointments.models import CalendarFeed


class FeedForm(forms.Form):
    with_names = forms.BooleanField(
        label=gettext_lazy("Show names, places and what is to be done"),
        required=False,
        help_text=gettext_lazy(
            "Without, entries say a reference and nothing about people. Whoever runs your calendar"
            " program reads what they say."
        ),
    )


@role_required(Role.ADVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def feed(request):
    """Its address is shown once, right after it was made."""
    row = CalendarFeed.objects.filter(user=request.user).first()
    asked = request.POST if request.method == "POST" else None
    form = FeedForm(asked, initial={"with_names": row and row.with_names})
    context = {"form": form, "feed": row}
    if form.is_valid():
        token = open_feed(user=request.user, **form.cleaned_data, at=timezone.now())
        path = reverse("consultations:calendar", args=[token])
        context["address"] = request.build_absolute_uri(path)
    response = render(request, "consultations/feed.html", context)
    response["Cache-Control"] = "no-store"
    return response


@role_required(Role.ADVISOR)
@require_POST
def feed_close(request):
    close_feed(user=request.user)
    messages.success(request, _("The address no longer answers."))
    return redirect("consultations:feed")


@public
@require_safe
def calendar(request, token):
    feed = feed_of(token)
    if feed is None:
        raise Http404
    content = calendar_file(feed, at=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = f'"{sha256(content).hexdigest()[:32]}"'
    response["Cache-Control"] = "private, max-age=300"
    return get_conditional_response(request, etag=response["ETag"], response=response)
