"""Two at once, with real threads on PostgreSQL; each with a control that must go wrong."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from accounts.actors import Actor
from consultations.actions import FollowUpPlan, NewPerson, ReferralPlan, log_consultation
from consultations.drafts import Typed, save_draft
from consultations.errors import DraftChangedError
from consultations.models import Consultation
from contacts.models import FollowUp, Person, Topic
from dma_crm.models import new_id
from outbox.models import OutboundMail
from referrals.models import Referral
from tests.factories import NOW, PartnerFactory, UserFactory

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def _on_postgres(db):
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL")


def at_once(*works):
    """Run all at the same moment; what each answered or raised."""
    barrier, answers = Barrier(len(works)), [None] * len(works)

    def run(index, work):
        try:
            barrier.wait(10)
            answers[index] = work()
        except Exception as error:
            answers[index] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def logs(tokens):
    by, partner = Actor.of(UserFactory()), PartnerFactory()
    topics = [Topic.objects.get(code="funding")]

    def log(token):
        return lambda: log_consultation(
            token=token,
            person=NewPerson(family_name="Brandes"),
            summary="Will gründen.",
            topics=topics,
            follow_up=FollowUpPlan(due_on=NOW.date()),
            referral=ReferralPlan("Was?", (partner,), frozenset({partner.pk})),
            by=by,
            at=NOW,
        )

    return at_once(*map(log, tokens))


def counts():
    sent = OutboundMail.objects.filter(kind="referral_sent").count()
    return [model.objects.count() for model in (Consultation, Person, FollowUp, Referral)] + [sent]


def test_double_submit_is_saved_once():
    answers = logs([new_id()] * 4)

    assert sorted(answer.again for answer in answers) == [False, True, True, True]
    assert len({answer.consultation.pk for answer in answers}) == 1
    assert counts() == [1] * 5


def test_control_without_the_token_saves_each():
    logs([new_id() for _ in range(4)])

    assert counts() == [4] * 5


def test_double_submit_of_a_draft_is_saved_once():
    by, token = Actor.of(UserFactory()), new_id()
    save_draft(token=token, typed=Typed({"summary": ["Will"]}), version=0, by=by, at=NOW)

    def log():
        return log_consultation(
            token=token, person=NewPerson("Brandes"), summary="Will", by=by, at=NOW
        )

    answers = at_once(log, log)

    assert sorted(answer.again for answer in answers) == [False, True]
    assert Person.objects.count() == 1


def test_of_two_windows_one_saves_the_draft():
    by, token = Actor.of(UserFactory()), new_id()
    first = save_draft(token=token, typed=Typed({"a": ["1"]}, window="x"), version=0, by=by, at=NOW)

    def window(name):
        typed = Typed({"a": [name]}, window=name)
        return lambda: save_draft(token=token, typed=typed, version=first.version, by=by, at=NOW)

    answers = at_once(window("y"), window("z"))

    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [
        DraftChangedError
    ]
    assert Consultation.objects.get().version == first.version + 1
