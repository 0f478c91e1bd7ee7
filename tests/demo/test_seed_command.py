"""`manage.py seed_demo`: what it refuses, and that it leaves nothing half done."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from contacts.models import Person, Topic
from dma_crm import demo
from dma_crm.management.commands import seed_demo
from referrals.demo import book
from referrals.models import Referral
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """The command's own words; PostgreSQL truncates nothing while checks are deferred."""
    connection.check_constraints()
    out = StringIO()
    call_command("seed_demo", *arguments, stdout=out)
    return out.getvalue()


def test_seed_demo_fills_an_empty_database_and_says_with_what():
    said = run("--scale", "2", "--seed", "3")

    assert "240 startups" in said
    assert "beratung@dma.example" in said
    assert Person.objects.count() == 269  # the pair of duplicates is made once
    assert seed_demo.is_empty() is False


def test_seed_demo_refuses_a_database_with_people():
    PersonFactory()

    with pytest.raises(CommandError, match="not empty. Nothing was changed") as refusal:
        run()

    assert refusal.value.returncode == 1
    assert Person.objects.count() == 1


@pytest.mark.parametrize("scale", ["0", "10001"])
def test_seed_demo_refuses_a_senseless_scale(scale):
    with pytest.raises(CommandError, match="from 1 to 10000") as refusal:
        run("--scale", scale)

    assert refusal.value.returncode == 2


def test_reset_is_refused_without_demo_and_debug(settings):
    settings.DEMO = settings.DEBUG = False
    UserFactory(is_demo=True)

    with pytest.raises(CommandError, match="needs DEMO=1 or DEBUG=1") as refusal:
        run("--reset")

    assert refusal.value.returncode == 1
    assert User.objects.count() == 1


def test_reset_is_refused_where_real_people_work(settings):
    settings.DEMO = True
    UserFactory(is_demo=False)

    with pytest.raises(CommandError, match="There are 1 accounts that are not demo accounts"):
        run("--reset")

    assert User.objects.count() == 1


def test_reset_deletes_first_and_keeps_the_words_of_the_agency(settings):
    settings.DEMO = True
    person = PersonFactory()
    Topic.objects.filter(code="idea").update(names={"de": "Einfall"})

    run("--reset", "--verbosity", "0")

    assert Person.objects.count() == 135
    assert not Person.objects.filter(pk=person.pk).exists()
    assert Topic.objects.get(code="idea").label == "Einfall"
    assert Person.objects.order_by("created_at", "pk").first().reference.endswith("-0001")


def test_an_interrupted_seed_leaves_nothing(settings):
    settings.DEMO = True
    PersonFactory()

    def fail(data):
        assert User.objects.filter(email="beratung@dma.example").exists()
        raise KeyboardInterrupt

    demo.register(fail, order=65)
    try:
        with pytest.raises(KeyboardInterrupt):
            run("--reset")
    finally:
        demo.parts.remove((65, fail))

    assert Person.objects.count() == 1
    assert not User.objects.exists()


def test_where_everybody_was_asked_already_nobody_is_proposed(monkeypatch):
    """Among a hundred times as many people there is somebody of whom that is true."""
    monkeypatch.setattr(book, "FORWARDS", {})

    assert "120 startups" in run()
    assert not Referral.objects.exclude(forward_to=None).exists()
