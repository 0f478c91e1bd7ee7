"""The sweep that sends what is due. Why this way: docs/adr/0005-outbox.md."""

import contextlib
from collections import Counter
from datetime import datetime

from django.conf import settings

from outbox.batches import Batch, ServerGoneError
from outbox.claims import Clock, claim_due, recover_abandoned
from outbox.signing import known_sender
from outbox.smtp import MailServer

SWEEP_SECONDS = 60.0  # the built-in loop has other jobs too


def deliver(*, at: datetime) -> Counter[str]:
    """Send what is due; answers how many mails ended in which state. Safe to run at once."""
    clock = Clock.from_moment(at)
    done: Counter[str] = Counter()
    recover_abandoned(at=at)
    with mail_server() as server, known_sender():
        while clock.elapsed() < SWEEP_SECONDS and (mails := claim_due(at=clock.now())):
            try:
                Batch(mails, server, clock, done).deliver()
            except ServerGoneError as gone:
                done[gone.state] += 1
                break
    return done


def mail_server() -> contextlib.AbstractContextManager[MailServer | None]:
    if settings.MAIL_SERVER is None:
        return contextlib.nullcontext()
    return MailServer(settings.MAIL_SERVER)
