"""What create and edit pages share: the answer to bad input, to a conflict, to a double click."""

from collections.abc import Callable

from django.db import IntegrityError, models
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.history import EditConflict, changes_of
from contacts.errors import ContactsError


def form_page(request, template: str, form, context: dict, status: int = 200):
    """A page with a form; 422 while its input has errors."""
    if status == 200 and form.is_bound and form.errors:
        status = 422
    return render(request, template, {"form": form, **context}, status=status)


def create_page(
    request, form, create: Callable[..., models.Model], *, model, template: str, context: dict
):
    """`create(id=…)` runs once per form: a second submit leads to the record of the first."""
    record = form.made_already(model) if request.method == "POST" else None
    if record:
        return redirect(context.get("done_url") or record)
    if request.method == "POST" and form.is_valid():
        try:
            record = create(id=form.cleaned_data["token"])
        except IntegrityError:  # the other click was a moment faster
            record = model._base_manager.get(pk=form.cleaned_data["token"])
        except ContactsError as error:
            form.add_error(None, error.message)
            return form_page(request, template, form, context)
        return redirect(context.get("done_url") or record)
    return form_page(request, template, form, context)


def edit_page(request, form, save: Callable[..., object], *, record, template: str, context: dict):
    """`save(version=…)` writes; of two edits of one version the second sees both."""
    context = {"record": record, **context}
    if request.method == "POST" and form.is_valid():
        try:
            save(version=form.cleaned_data["version"] or 0)
        except EditConflict as conflict:
            context["conflict"] = conflict_of(form, conflict.current)
            return form_page(request, template, form, context, status=409)
        except ContactsError as error:
            form.add_error(None, error.message)
            return form_page(request, template, form, context)
        return redirect(record)
    return form_page(request, template, form, context)


def conflict_of(form, current) -> dict:
    """What components/conflict.html shows: only fields that differ, in the words of the form."""
    last = changes_of(current).first()
    return {
        "rows": [row for row in compared(form, current) if row["changed"]],
        "theirs_by": str(last.by_user or last.by_label or _("The system")) if last else "",
        "theirs_at": date_format(timezone.localtime(current.modified_at), "DATETIME_FORMAT"),
        "version": current.version,
        "keep_url": current.get_absolute_url(),
    }


def compared(form, current):
    for name, mine in form.changes().items():
        theirs = getattr(current, name)
        yield {
            "label": form.fields[name].label,
            "mine": in_words(form.fields[name], mine),
            "theirs": in_words(form.fields[name], theirs),
            "changed": mine != theirs,
        }
    for name, label, theirs in getattr(form, "lists_of", lambda record: [])(current):
        mine = [value for value in form.values(name) if value]
        yield {
            "label": label,
            "mine": ", ".join(mine),
            "theirs": ", ".join(theirs),
            "changed": mine != theirs,
        }


def in_words(field, value) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, list):
        return ", ".join(in_words(field, part) for part in value)
    if hasattr(value, "year"):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(dict(getattr(field, "choices", [])).get(value, value))


def back(request, default: str):
    """To the page of ours the form names in `next`, else to `default`."""
    address = request.POST.get("next", "")
    is_path = address.startswith("/")  # anything else redirect() may take for a page's name
    safe = is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return redirect(address if safe else default)
