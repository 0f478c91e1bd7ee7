"""One referral as it runs: each verb does to rows in memory what its action does to the database.

No action is called, because a demo of ten thousand cases is written in bulk. What the actions
promise (versions, steps, deadlines, notices) is checked for these rows by tests/demo.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.actors import AGENCY_ID, Actor
from accounts.models import User
from contacts.models import Consent, LegalBasis, PartnerOrganisation
from dma_crm.demo import Demo, local
from outbox.demo import kept_mail
from outbox.models import OutboundMail
from referrals import clock, mails
from referrals.actions.links import deadline
from referrals.demo.questions import ASKED, DECLINES, HOLDS, OUTCOMES, REFUSALS
from referrals.models import (
    OPEN_STATUSES,
    AnswerLink,
    DeclineReason,
    Need,
    Outcome,
    Referral,
    ReferralMessage,
    ReferralStatus,
    ReferralStep,
    Service,
    WithdrawalReason,
)
from referrals.told import written

S = ReferralStatus
# Instead of a number of working days: minutes ago, and yesterday whatever day that was.
JUST_NOW, LATELY = -1, -2
OUTCOME_WEIGHTS = {
    Outcome.HELPED: 62, Outcome.PARTLY_HELPED: 19, Outcome.NO_HELP_POSSIBLE: 8,
    Outcome.UNREACHABLE: 7, Outcome.FOUNDER_STOPPED: 4,
}  # fmt: skip
DECLINE_WEIGHTS = {
    DeclineReason.CAPACITY: 30, DeclineReason.COMPETENCE: 20, DeclineReason.ELIGIBILITY: 18,
    DeclineReason.DOCUMENTS: 12, DeclineReason.AREA: 6, DeclineReason.DUPLICATE: 6,
    DeclineReason.UNREACHABLE: 4, DeclineReason.OTHER: 4,
}  # fmt: skip
WITHDRAWALS = [
    WithdrawalReason.NOT_NEEDED, WithdrawalReason.OTHER_PARTNER, WithdrawalReason.FOUNDER_WISH,
    WithdrawalReason.MISTAKE,
]  # fmt: skip


class Course:
    def __init__(
        self,
        demo: Demo,
        *,
        need: Need,
        sender: PartnerOrganisation,
        recipient: PartnerOrganisation,
        owner: User,
        consent: Consent | None,
        at: datetime,
        service: Service | None = None,
        reason: str = "",
        forwarded_from: Referral | None = None,
        replaces: Referral | None = None,
    ):
        self.demo, self.owner = demo, owner
        self.steps: list[ReferralStep] = []
        self.messages: list[ReferralMessage] = []
        self.mails: list[OutboundMail] = []
        self.link: AnswerLink | None = None
        self.asked = ("", "")
        self.proposal: tuple[PartnerOrganisation | None, str] = (None, "")
        self.referral = Referral(
            id=demo.new_id(at),
            need=need,
            sender=sender,
            recipient=recipient,
            service=service,
            consent=consent,
            reason=reason,
            forwarded_from=forwarded_from,
            replaces=replaces,
            status_since=at,
            created_at=at,
            modified_at=at,
            agency_copied=AGENCY_ID not in {sender.pk, recipient.pk},
        )
        told = "" if sender.pk == AGENCY_ID else self.told()
        self.note("create", before="", by=self.actor(sender), at=at, text=told)

    def told(self) -> str:
        """What a partner said of the founder it sends."""
        person = self.referral.need.person
        address = self.demo.made["addresses"].get(person.pk)
        return written(person.display_name, [address] if address else [], [])

    # --- who acts, and what every step does ---

    def actor(self, organisation: PartnerOrganisation) -> Actor:
        """An advisor for the agency; partners with a login use it more often than the mail link."""
        users = {user.organisation_id: user for user in self.demo.made["partner_users"].values()}
        if organisation.pk == AGENCY_ID:
            return Actor.of(self.owner)
        user = users.get(organisation.pk)
        if user and (organisation.pk == self.referral.sender_id or self.demo.chance(65)):
            return Actor.of(user)
        return Actor.of_link(
            organisation_id=organisation.pk,
            referral_id=self.referral.pk,
            label=organisation.contact_name,
        )

    def by_sender(self) -> Actor:
        return self.actor(self.referral.sender)

    def by_recipient(self, at: datetime) -> Actor:
        """Whoever answers has seen it shortly before."""
        seen = at - timedelta(minutes=self.demo.dice.randint(2, 50))
        sent_at = self.referral.sent_at
        self.referral.seen_at = self.referral.seen_at or max(seen, sent_at + timedelta(seconds=40))
        return self.actor(self.referral.recipient)

    def note(self, action: str, *, before: str, by: Actor, at: datetime, text: str = "") -> None:
        row = self.referral
        self.steps.append(
            ReferralStep(
                referral=row,
                action=action,
                before=before,
                after=row.status,
                version=row.version,
                text=text,
                at=at,
                **by.as_history(),
            )
        )

    def step(
        self,
        action: str,
        *,
        by: Actor,
        at: datetime,
        to: str | None = None,
        text: str = "",
        **fields: Any,
    ) -> None:
        """As `take_step` writes it."""
        row, before = self.referral, self.referral.status
        if to:
            closed_at = None if to in OPEN_STATUSES else at
            moved = {"status": to, "status_since": at, "closed_at": closed_at}
            fields = {"forward_to": None, "forward_text": "", **moved, **fields}
        for name, value in fields.items():
            setattr(row, name, value)
        row.modified_at, row.version = at, row.version + 1
        self.note(action, before=before, by=by, at=at, text=text)

    def tell(
        self,
        kind: str,
        to: mails.Address,
        *,
        at: datetime,
        basis=LegalBasis.LEGITIMATE_INTEREST,
        **subjects,
    ) -> None:
        address, name = to
        row = self.referral
        mail = kept_mail(
            self.demo,
            kind=kind,
            key=mails.key(kind, row, row.version) + address,
            recipient=address,
            recipient_name=name,
            subjects={"referral": row.pk, "version": row.version, **subjects},
            purpose=mails.PURPOSE,
            legal_basis=basis,
            at=at,
        )
        self.mails.append(mail)

    def tell_sender(self, kind: str, at: datetime) -> None:
        self.tell(kind, mails.sender_of(self.referral, at), at=at)

    def tell_recipient(self, kind: str, at: datetime) -> None:
        self.tell(kind, mails.recipient_of(self.referral, at), at=at)

    def say(self, text: str, by: Actor, at: datetime) -> None:
        row = ReferralMessage(
            id=self.demo.new_id(at),
            referral=self.referral,
            text=text,
            at=at,
            created_at=at,
            modified_at=at,
            **by.as_history(),
        )
        self.messages.append(row)

    # --- the sender's verbs ---

    def send(self, at: datetime) -> None:
        row = self.referral
        respond_by = clock.respond_by(row.recipient, at)
        self.step("send", to=S.SENT, by=self.by_sender(), at=at, sent_at=at, respond_by=respond_by)
        self.link = AnswerLink(id=self.demo.new_id(at), referral=row, created_at=at, modified_at=at)
        self.link.token_hash = AnswerLink.hash_of(self.link.token)
        self.link.expires_at = deadline(row, at)
        self.tell_recipient("referral_sent", at)
        if row.agency_copied:
            agency = self.demo.made["agency"]
            self.tell("referral_copied", (agency.email, agency.name), at=at)

    def answer(self, at: datetime) -> None:
        by, respond_by = self.by_sender(), clock.after_query(self.referral, at)
        self.step("answer", to=S.SENT, by=by, at=at, respond_by=respond_by)
        self.say(self.asked[1], by, at)
        self.prolong(at)
        self.tell_recipient("referral_answered", at)

    def withdraw(self, at: datetime) -> None:
        reason = self.demo.dice.choice(WITHDRAWALS)
        self.step("withdraw", to=S.WITHDRAWN, by=self.by_sender(), at=at, withdrawn_reason=reason)
        self.tell_recipient("referral_withdrawn", at)

    def withdraw_consent(self, at: datetime) -> None:
        """The person took it back on the phone; the system stops the referral with it."""
        consent = self.referral.consent
        consent.withdrawn_at, consent.withdrawn_by_label = at, str(self.owner)
        consent.modified_at = at
        gone = WithdrawalReason.CONSENT
        self.step("withdraw", to=S.WITHDRAWN, by=Actor.system(), at=at, withdrawn_reason=gone)
        self.tell_recipient("referral_withdrawn", at)

    def refuse_forward(self, at: datetime) -> None:
        text = self.demo.dice.choice(REFUSALS)
        cleared = {"forward_to": None, "forward_text": ""}
        self.step("refuse_forward", by=self.by_sender(), at=at, text=text, **cleared)
        self.tell_recipient("referral_forward_decided", at)

    def confirm_forward(self, at: datetime) -> None:
        """The successor is made by whoever plays the story."""
        row = self.referral
        kept = {"forward_to": row.forward_to, "forward_text": row.forward_text}
        self.step("confirm_forward", to=S.FORWARDED, by=self.by_sender(), at=at, **kept)
        self.tell_recipient("referral_forward_decided", at)

    def replace(self, at: datetime) -> None:
        """Whoever plays the story asks the other one."""
        self.step("replace", by=Actor.of(self.owner), at=at)

    def acknowledge(self, at: datetime) -> None:
        self.step("acknowledge", by=self.by_sender(), at=at, acknowledged_at=at)

    def acknowledge_late(self, at: datetime) -> None:
        """Nobody did for fourteen days."""
        self.step("acknowledge", by=Actor.system(), at=at, acknowledged_at=at)

    # --- the recipient's verbs ---

    def accept(self, at: datetime) -> None:
        row, by = self.referral, self.by_recipient(at)
        number = f"{self.demo.dice.randint(100, 999)}/{at:%y}" if self.demo.chance(25) else ""
        if row.recipient_id == AGENCY_ID:
            row.need.owner = self.owner
        name = str(self.owner) if row.recipient_id == AGENCY_ID else row.recipient.contact_name
        self.step(
            "accept", to=S.ACCEPTED, by=by, at=at, responsible=name, recipient_reference=number
        )
        self.tell_sender("referral_accepted", at)
        person = row.need.person
        if address := self.demo.made["addresses"].get(person.pk):
            to = (address, person.display_name)
            basis = LegalBasis.CONSENT
            self.tell("referral_accepted_founder", to, at=at, basis=basis, person=person.pk)

    def ask(self, at: datetime) -> None:
        by = self.by_recipient(at)
        self.asked = self.demo.dice.choice(ASKED)
        self.step("ask", to=S.QUERY, by=by, at=at)
        self.say(self.asked[0], by, at)
        self.prolong(at)
        self.tell_sender("referral_query", at)

    def decline(self, at: datetime) -> None:
        row, by = self.referral, self.by_recipient(at)
        reason = self.demo.weighted(DECLINE_WEIGHTS)
        text = self.demo.dice.choice(DECLINES[reason])
        self.step(
            "decline",
            to=S.DECLINED,
            by=by,
            at=at,
            text=text,
            decline_reason=reason,
            decline_text=text,
            respond_by=clock.after_query(row, at),
        )
        self.tell_sender("referral_declined", at)

    def forward(self, at: datetime) -> None:
        by = self.by_recipient(at)
        to, text = self.proposal
        self.step("forward", by=by, at=at, text=text, forward_to=to, forward_text=text)
        self.tell_sender("referral_forward_proposed", at)

    def undo(self, at: datetime) -> None:
        """Whoever was told of the answer is told again."""
        told = [mail for mail in self.mails if mail.created_at == self.referral.status_since]
        names = ("responsible", "recipient_reference", "decline_reason", "decline_text")
        self.step("undo", to=S.SENT, by=self.by_recipient(at), at=at, **dict.fromkeys(names, ""))
        for mail in told:
            subjects = {name: mail.subjects[name] for name in mail.subjects if name == "person"}
            kind = "referral_undone_founder" if subjects else "referral_undone"
            to = (mail.recipient, mail.recipient_name)
            basis = mail.legal_basis
            self.tell(kind, to, at=at, basis=basis, original=mail.pk, **subjects)

    def start(self, at: datetime) -> None:
        day = clock.local_day(at)
        by = self.by_recipient(at)
        self.step("start", to=S.IN_PROGRESS, by=by, at=at, first_contact_on=day)

    def hold(self, at: datetime) -> None:
        day = clock.local_day(at) + timedelta(days=self.demo.dice.randint(14, 35))
        text = self.demo.dice.choice(HOLDS)
        by = self.by_recipient(at)
        self.step("hold", to=S.ON_HOLD, by=by, at=at, text=text, resume_on=day)

    def resume(self, at: datetime) -> None:
        self.step("resume", to=S.IN_PROGRESS, by=self.by_recipient(at), at=at, resume_on=None)

    def complete(self, at: datetime) -> None:
        outcome = self.demo.weighted(OUTCOME_WEIGHTS)
        text = self.demo.dice.choice(OUTCOMES[outcome])
        by = self.by_recipient(at)
        self.step(
            "complete",
            to=S.COMPLETED,
            by=by,
            at=at,
            text=text,
            outcome=outcome,
            outcome_text=text,
        )
        self.tell_sender("referral_completed", at)

    def expire(self, at: datetime) -> None:
        self.step("expire", to=S.EXPIRED, by=Actor.system(), at=at)
        self.tell_sender("referral_expired", at)

    # --- when ---

    def prolong(self, at: datetime) -> None:
        self.link.expires_at, self.link.modified_at = deadline(self.referral, at), at

    def when(self, verb: str, gap: tuple[int, int]) -> datetime | None:
        """The moment of the next step: a working day in `gap` unless the clock says when."""
        last = self.steps[-1].at
        if verb == "expire":
            return self.past(local(clock.last_day(self.referral) + timedelta(days=1), minute=3))
        if verb == "acknowledge_late":
            return self.past(last + clock.ACKNOWLEDGED_AFTER + timedelta(minutes=4))
        if verb == "resume":
            day = next(each for each in self.demo.workdays if each >= self.referral.resume_on)
            return self.past(self.demo.moment(day))
        if gap[0] == JUST_NOW:
            return self.demo.moments_ago
        if gap[0] == LATELY:
            return self.demo.moment(self.demo.today - timedelta(days=1))
        if verb == "undo":
            return last + timedelta(minutes=self.demo.dice.randint(6, 25))
        return self.demo.later(last, *gap)

    def past(self, at: datetime) -> datetime | None:
        return at if timezone.localdate(at) <= self.demo.last_workday else None
