"""Collects needs, consents and the courses of their referrals, and writes them at the end."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from accounts.actors import AGENCY_ID, Actor
from accounts.models import Change, User
from contacts.consent_texts import current_text
from contacts.models import (
    ALL_SHARED_FIELDS,
    Consent,
    ConsentPurpose,
    Evidence,
    PartnerOrganisation,
    Person,
    SharedField,
    Startup,
    Topic,
)
from dma_crm.demo import Demo
from referrals.actions.needs import status_from
from referrals.demo.course import Course
from referrals.demo.questions import FORWARDS, QUESTIONS
from referrals.models import (
    AnswerLink,
    Need,
    Referral,
    ReferralMessage,
    ReferralStep,
)

EVIDENCE = {Evidence.SPOKEN: 70, Evidence.WRITTEN: 20, Evidence.MAIL: 10}
Story = list[tuple[str, int, int]]


class Book:
    def __init__(self, demo: Demo):
        self.demo = demo
        self.needs: list[Need] = []
        self.topics: list[tuple[Need, Topic]] = []
        self.consents: list[Consent] = []
        self.courses: list[Course] = []
        self.pairs: set[tuple[Any, Any]] = set()

    # --- what a referral stands on ---

    def need(
        self,
        *,
        person: Person,
        startup: Startup | None,
        activity: str,
        topics: list[Topic],
        stage,
        owner: User | None,
        at: datetime,
    ) -> Need:
        question = self.demo.dice.choice(QUESTIONS[topics[0].code]).format(activity=activity)
        need = Need(
            id=self.demo.new_id(at),
            person=person,
            startup=startup,
            question=question,
            stage=stage,
            postcode=person.postcode,
            owner=owner,
            created_at=at,
            modified_at=at,
        )
        self.needs.append(need)
        self.topics += [(need, topic) for topic in topics]
        return need

    def consent(
        self,
        person: Person,
        recipient: PartnerOrganisation,
        *,
        by: Actor,
        at: datetime,
        from_partner: bool = False,
    ) -> Consent:
        """Now and then somebody keeps the phone number back."""
        given_at = at - timedelta(minutes=self.demo.dice.randint(1, 9))
        fields = list(ALL_SHARED_FIELDS)
        if self.demo.chance(12):
            fields.remove(SharedField.PHONE)
        text, version = current_text(
            ConsentPurpose.REFERRAL,
            agency_name=self.demo.made["agency"].name,
            recipient=recipient,
            shared_fields=fields,
        )
        consent = Consent(
            id=self.demo.new_id(given_at),
            person=person,
            purpose=ConsentPurpose.REFERRAL,
            recipient=recipient,
            shared_fields=fields,
            text=text,
            text_version="foreign" if from_partner else version,
            evidence=Evidence.PARTNER if from_partner else self.demo.weighted(EVIDENCE),
            given_at=given_at,
            at=at,
            created_at=at,
            modified_at=at,
            **by.as_history(),
        )
        self.consents.append(consent)
        return consent

    # --- one referral ---

    def is_new(self, person: Person, recipient: PartnerOrganisation) -> bool:
        """One referral per person and organisation: no story collides with another."""
        return (person.pk, recipient.pk) not in self.pairs

    def refer(
        self,
        need: Need,
        recipient: PartnerOrganisation,
        *,
        owner: User,
        at: datetime,
        sender: PartnerOrganisation | None = None,
        consented: bool = True,
        **more: Any,
    ) -> Course:
        """A draft with the consent behind it."""
        sender = sender or self.demo.made["agency"]
        self.pairs.add((need.person_id, recipient.pk))
        by = Actor.of(owner) if sender.pk == AGENCY_ID else self.user_of(sender)
        consent = (
            self.consent(need.person, recipient, by=by, at=at, from_partner=sender.pk != AGENCY_ID)
            if consented
            else None
        )
        course = Course(
            self.demo,
            need=need,
            sender=sender,
            recipient=recipient,
            owner=owner,
            consent=consent,
            at=at,
            **more,
        )
        self.courses.append(course)
        return course

    def user_of(self, partner: PartnerOrganisation) -> Actor:
        users = self.demo.made["partner_users"].values()
        return Actor.of(next(user for user in users if user.organisation_id == partner.pk))

    def play(self, course: Course, story: Story) -> None:
        """Step by step for as long as there is time; the rest has not happened yet.

        Nor does a proposal where everybody was asked already.
        """
        for n, (verb, least, most) in enumerate(story):
            if verb == "forward":
                free = self.not_asked(course)
                if not free:
                    return
                key = self.demo.dice.choice(free)
                course.proposal = self.demo.made["partners"][key], FORWARDS[key]
            at = course.when(verb, (least, most))
            if at is None:
                return
            self.take(course, verb, at)
            if verb == "confirm_forward":
                self.play(self.successor(course, at), story[n + 1 :])
                return

    def take(self, course: Course, verb: str, at: datetime) -> None:
        getattr(course, verb)(at)

    def not_asked(self, course: Course) -> list[str]:
        """Keys of partners who could be proposed instead."""
        person, partners = course.referral.need.person, self.demo.made["partners"]
        return [key for key in FORWARDS if self.is_new(person, partners[key])]

    def successor(self, course: Course, at: datetime) -> Course:
        row = course.referral
        follower = self.refer(
            row.need,
            row.forward_to,
            owner=course.owner,
            at=at,
            sender=row.sender,
            reason=row.forward_text,
            forwarded_from=row,
        )
        follower.send(at)
        return follower

    # --- the end ---

    def write(self, changes: list[Change]) -> None:
        demo, referrals = self.demo, [course.referral for course in self.courses]
        demo.number(Need.REFERENCE_PREFIX, self.needs)
        demo.number(Referral.REFERENCE_PREFIX, referrals)
        demo.write(Consent, self.consents)
        demo.write(Need, self.needs)
        demo.link(Need.topics.through, "topic", self.topics)
        demo.write(Referral, referrals)
        demo.write(ReferralStep, self.gathered("steps"))
        demo.write(ReferralMessage, self.gathered("messages"))
        demo.write(AnswerLink, [course.link for course in self.courses if course.link])
        demo.write(Change, changes)
        demo.made["mails"] += self.gathered("mails")

    def gathered(self, name: str) -> list:
        return [row for course in self.courses for row in getattr(course, name)]

    def roll_up(self) -> None:
        """By the rule that the actions use."""
        rows: dict[Any, set[tuple[str, str]]] = defaultdict(set)
        for referral in (course.referral for course in self.courses):
            rows[referral.need_id].add((referral.status, referral.outcome))
        for need in self.needs:
            need.status = status_from(rows[need.pk])
