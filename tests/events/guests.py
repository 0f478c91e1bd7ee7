"""What tests of registrations say often."""

from events import actions
from events.models import Registration
from outbox.models import OutboundMail
from outbox.registry import kind_of
from tests.factories import NOW, actor


def asked(label="Was essen Sie?", key="q1", kind="text", options=(), required=False):
    """A question as events keep it."""
    given = {"label": label, "key": key, "kind": kind, "required": required}
    return {**given, "options": list(options)}


def said(answer, key="q1", question="Was essen Sie?"):
    """An answer as registrations keep it."""
    return {key: {"question": question, "answer": answer}}


def ask(event, n=1, at=NOW, **said):
    given = {"name": f"Gast {n}", "email": f"gast{n}@gruendung.example", **said}
    return actions.register(event=event, **given, at=at)


def join(event, n=1, at=NOW, **said):
    """Registered, and confirmed by the mail."""
    return actions.confirm_registration(registration=ask(event, n, at, **said), at=at)


def add(event, n=1, at=NOW, **said):
    given = {"name": f"Gast {n}", "email": f"gast{n}@gruendung.example", **said}
    return actions.add_registration(event=event, **given, by=actor(), at=at)


def cancel(row, at=NOW):
    return actions.cancel_registration(registration=row, at=at)


def states(event):
    rows = Registration.objects.filter(event=event).order_by("queue")
    return [row.state for row in rows]


def fresh(row):
    return Registration.objects.get(pk=row.pk)


def kinds(row=None):
    """Of the mails queued so far, oldest first."""
    mails = OutboundMail.objects.order_by("created_at", "id")
    if row:
        mails = mails.filter(subjects__registration=str(row.pk))
    return [mail.kind for mail in mails]


def message(kind, row):
    mail = OutboundMail.objects.filter(kind=kind, subjects__registration=str(row.pk)).last()
    return kind_of(mail).build(mail)


def may_go(kind, row, at=NOW):
    mail = OutboundMail.objects.filter(kind=kind, subjects__registration=str(row.pk)).last()
    return kind_of(mail).may_go(mail, at)
