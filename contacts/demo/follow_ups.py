"""Wiedervorlagen: closed ones between two talks, open ones that fill Heute, mails that have gone.

Some open cases get none on purpose: Heute names those without a next step.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Change, User
from contacts.demo.cases import Case, Talk
from contacts.demo.partners import created
from contacts.models import FollowUp, FollowUpKind, FollowUpState, MailTemplate
from contacts.tasks import FOLLOW_UP_MAIL
from dma_crm.demo import Demo, local
from outbox.demo import kept_mail

SUBJECTS = [
    "Nachfragen, ob der Businessplan fertig ist",
    "Liquiditätsplan gemeinsam durchsehen",
    "Rückruf: Stand der Bankgespräche",
    "Unterlagen für den Förderantrag anfordern",
    "Termin für Folgeberatung abstimmen",
    "Checkliste Gewerbeanmeldung zuschicken",
    "Rückmeldung zum Mietvertrag einholen",
    "Kontakt zu Mentor*in herstellen",
    "Preiskalkulation nachfassen",
    "Ergebnis des Gesprächs mit der Steuerkanzlei erfragen",
    "Einladung zum Gründungsabend weiterleiten",
    "Stellungnahme der fachkundigen Stelle nachhalten",
    "Website ansehen und Rückmeldung geben",
    "Stand der Eintragung in die Handwerksrolle erfragen",
]
LATE, TODAY, COMING, NOTHING = "late", "today", "coming", "nothing"
# What the open cases of one advisor get in turn.
TURNS = [LATE, TODAY, NOTHING, COMING, COMING, TODAY, LATE, COMING, NOTHING, COMING]


def make_follow_ups(demo: Demo) -> None:
    rows = Rows(demo)
    turns: Counter[int] = Counter()
    for case in demo.made["cases"]:
        rows.between_talks(case)
        mailed = rows.after_first_consultation(case)
        if case.is_open and not mailed:
            turns[case.owner.pk] += 1
            rows.next_step(case, TURNS[turns[case.owner.pk] % len(TURNS)])
    demo.number(FollowUp.REFERENCE_PREFIX, rows.follow_ups)
    demo.write(FollowUp, rows.follow_ups)
    demo.write(Change, rows.changes)


class Rows:
    def __init__(self, demo: Demo):
        self.demo = demo
        self.follow_ups: list[FollowUp] = []
        self.changes: list[Change] = []
        self.addresses = {row.person_id: row.address for row in demo.made["people"].emails}
        self.template = MailTemplate.objects.get(code="after_first_consultation")

    def plan(self, case: Case, talk: Talk, due_on: date, **fields) -> FollowUp:
        """Written down a minute after the talk."""
        at = talk.at + timedelta(minutes=1)
        row = FollowUp(
            id=self.demo.new_id(at),
            due_on=due_on,
            assignee=case.owner,
            person=case.person,
            startup=case.startup,
            created_at=at,
            modified_at=at,
            **{"subject": self.demo.dice.choice(SUBJECTS), **fields},
        )
        self.follow_ups.append(row)
        self.changes.append(created(row, at, Actor.of(talk.advisor).as_history()))
        return row

    def close(self, row: FollowUp, at: datetime, user: User | None) -> None:
        """By somebody, or by the clock that sent its mail."""
        row.state, row.closed_at, row.closed_by = FollowUpState.DONE, at, user
        row.modified_at, row.version = at, 2
        by = Actor.of(user) if user else Actor.system()
        fields = {
            "state": [FollowUpState.OPEN.value, FollowUpState.DONE.value],
            "closed_at": [None, at.isoformat()],
            "closed_by_id": [None, user.pk if user else None],
        }
        if user is None:
            del fields["closed_by_id"]
        self.changes.append(
            Change(
                record_type="contacts.followup",
                record_id=row.pk,
                version=2,
                fields=fields,
                at=at,
                **by.as_history(),
            )
        )

    def between_talks(self, case: Case) -> None:
        for talk, following in pairwise(case.talks):
            if self.demo.chance(60):
                due = timezone.localdate(following.at)
                self.close(
                    self.plan(case, talk, due), following.at + timedelta(minutes=3), case.owner
                )

    def after_first_consultation(self, case: Case) -> bool:
        """Four weeks later a mail asks how it goes; True while that is still to come."""
        address = self.addresses.get(case.person.pk, "")
        if not self.demo.chance(30):
            return False
        talk = case.talks[0]
        due = timezone.localdate(talk.at) + timedelta(days=28)
        row = self.plan(
            case,
            talk,
            due,
            kind=FollowUpKind.MAIL,
            template=self.template,
            subject=self.template.label,
        )
        if due >= self.demo.today:
            return True
        self.close(row, local(due, minute=2), None)
        mail = kept_mail(
            self.demo,
            kind=FOLLOW_UP_MAIL,
            key=row.mail_key,
            recipient=address,
            recipient_name=case.person.display_name,
            subjects={"follow_up": row.pk, "person": case.person.pk},
            purpose="follow_up",
            legal_basis="public_task",
            at=row.closed_at,
        )
        self.demo.made["mails"].append(mail)
        return False

    def next_step(self, case: Case, turn: str) -> None:
        demo = self.demo
        if turn == TODAY:
            self.plan(case, case.talks[-1], demo.today)
        elif turn == LATE:
            due = demo.workday(-demo.dice.randint(1, 6))
            self.plan(case, case.talks[-1], max(due, timezone.localdate(case.talks[-1].at)))
        elif turn == COMING:
            self.plan(case, case.talks[-1], demo.workday(demo.dice.randint(1, 25)))
