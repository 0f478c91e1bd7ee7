"""Mails claimed together: before one is sent, the next is made ready.

Between the server's last word and our note of it lies a gap that SMTP does not close. A mail whose
sender died in there goes out again under the same Message-ID, or waits for a person (`hold`).
Nothing but the note itself lies in that gap, and the note says of the next mail that it is handed
over now: one statement and one commit for each mail.
"""

import contextlib
import functools
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from dma_crm.logs import following
from outbox import results
from outbox.addresses import ascii_address
from outbox.checking import DATABASE_GONE, Checks
from outbox.claims import Clock, give_back
from outbox.composing import composed
from outbox.models import MailState, OutboundMail, Transport
from outbox.registry import kind_of
from outbox.results import patience, persistently, settle
from outbox.smtp import DeliveryError, MailServer
from outbox.suppression import key_of, note_bounce

PROMPT_SECONDS = 0.5


class NoWayOutError(Exception):
    """Such a mail needs `List-Unsubscribe`."""


class ServerGoneError(Exception):
    """No mail can be sent now; `state` is what became of the one that was tried."""

    def __init__(self, state: str):
        super().__init__(state)
        self.state = state


class Ready(NamedTuple):
    """Checked and built."""

    mail: OutboundMail
    text: bytes


class Batch:
    """What is not handed over within PROMPT_SECONDS is given back, so that no check is old when

    its mail goes, and one slow recipient delays nobody. `done` counts what became of the mails.
    """

    def __init__(
        self,
        mails: list[OutboundMail],
        server: MailServer | None,
        clock: Clock,
        done: Counter[str],
    ):
        self.left = deque(mails)
        self.server = server
        self.clock = clock
        self.done = done
        self.checks = Checks(mails, at=clock.now())
        self.until = clock.elapsed() + PROMPT_SECONDS
        self.lease = mails[0]

    def deliver(self) -> None:
        """Raises ServerGoneError."""
        try:
            ready = self.next_handed_over()
            while ready:
                ready = self.deliver_one(ready) or self.next_handed_over()
        finally:
            write = functools.partial(give_back, list(self.left), at=self.clock.now())
            persistently(write, seconds=patience(self.lease, self.clock))

    def deliver_one(self, ready: Ready) -> Ready | None:
        """The one to deliver then, if it has been handed over in the same statement.

        Who took so long meanwhile that the claim may end while the server is asked leaves both to
        others. What was made ready before the server took its time waits.
        """
        with self.unless_ended(ready):
            then = self.next_ready(beside=ready.mail)
        if self.server and patience(ready.mail, self.clock) < self.server.deadline:
            self.wait(ready)
            self.wait(then)
            return None
        with self.unless_ended(then), following(ready.mail.request_id):
            sent = self.hand_over(ready)
        if not self.is_prompt():
            self.wait(then)
            then = None
        return self.turn(ready.mail if sent else None, then)

    def next_handed_over(self) -> Ready | None:
        """By itself, because none is on its way."""
        while ready := self.next_ready():
            if self.turn(None, ready):
                return ready
        return None

    @contextlib.contextmanager
    def unless_ended(self, ready: Ready | None) -> Iterator[None]:
        """What ends the batch in here has this one given back, too."""
        try:
            yield
        except BaseException:
            self.wait(ready)
            raise

    def wait(self, ready: Ready | None) -> None:
        """For whoever claims it next."""
        if ready:
            self.left.append(ready.mail)

    def is_prompt(self) -> bool:
        return self.clock.elapsed() < self.until

    def next_ready(self, beside: OutboundMail | None = None) -> Ready | None:
        """The next that may go; what may not is settled on the way.

        Two to one recipient are never on their way together: the first may show that the second
        must not go. One at which the database fails keeps its claim: given back it would be the
        first again.
        """
        while self.left and self.is_prompt():
            if beside and key_of(beside.recipient) == key_of(self.left[0].recipient):
                return None
            mail = self.left.popleft()
            with following(mail.request_id):
                text = self.checked_and_built(mail)
            if text is not None:
                return Ready(mail, text)
            self.checks.room.note(mail)
        return None

    def checked_and_built(self, mail: OutboundMail) -> bytes | None:
        """Outside transactions; None for one that cannot go, whose new state is then written."""
        at = self.clock.now()
        try:
            later = self.checks.throttled_until(mail, at=at)
            refusal = "" if later else self.checks.why_not(mail, at=at)
            text = None if later or refusal else built(mail, at=at)
        except DATABASE_GONE:
            raise
        except Exception as error:
            results.note_unbuildable(mail, error)
            reason = f"unbuildable: {type(error).__name__}"
            self.settle(mail, state=MailState.DEAD, last_error=reason)
            return None
        if later:
            waits = {"due_at": later, "attempts": mail.attempts - 1}  # that was no attempt
            self.settle(mail, state=MailState.QUEUED, last_error="throttled", **waits)
        elif text is None:
            self.settle(mail, state=MailState.CANCELLED, last_error=refusal, payload="")
        return text

    def hand_over(self, ready: Ready) -> bool:
        """True if the server has taken it, else its new state is written.

        Raises ServerGoneError.
        """
        if self.server is None:
            return True
        mail = ready.mail
        try:
            self.server.send(
                ready.text,
                sender=ascii_address(settings.BOUNCE_ADDRESS),
                recipient=ascii_address(mail.recipient),
            )
        except DeliveryError as error:
            changes = results.after_failure(mail, error, at=self.clock.now())
            if error.for_all:
                raise ServerGoneError(settle(mail, self.clock, **changes)) from error
            self.settle(mail, **changes)
            if error.no_mailbox:
                note_bounce(mail, error.reason, at=self.clock.now())
                self.checks.note_bounce(mail)
            self.checks.room.note(mail)
            return False
        return True

    def turn(self, sent: OutboundMail | None, then: Ready | None) -> Ready | None:
        """Note that one mail has gone and that from now on the next may reach the server.

        None if there is no next one, or none any more: it is not ours, or its recipient has been
        erased since.
        """
        if not (sent or then):
            return None
        transport = Transport.SMTP if self.server else Transport.KEPT
        noted = results.note_turn(sent, then and then.mail, transport, self.clock)
        if sent:
            self.done[MailState.SENT if sent.pk in noted else results.LOST] += 1
            self.checks.room.note(sent)
        if then and then.mail.pk not in noted:
            self.done[results.LOST] += 1
            return None
        return then

    def settle(self, mail: OutboundMail, **changes) -> None:
        self.done[settle(mail, self.clock, **changes)] += 1


def built(mail: OutboundMail, *, at: datetime) -> bytes:
    """Raises NoWayOutError for a mail that nobody has to get and nobody could stop.

    What it was made of is noted with the row when it has gone.
    """
    kind = kind_of(mail)
    message = kind.build(mail)
    if not (kind.transactional or message.unsubscribe):
        raise NoWayOutError
    mail.subjects = mail.subjects | message.made_of
    return composed(mail, message, at=at)
