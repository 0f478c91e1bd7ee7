"""Number by number: each opens a list of exactly that many rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import AGENCY_ID
from contacts.models import PartnerOrganisation, Stage, Topic
from referrals.models import ReferralStatus
from tests.dashboards.reading import cells, figure, length_of, marks
from tests.factories import (
    AffiliationFactory,
    ConsultationFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
STATES = [state for state in ReferralStatus.values if state not in {"draft", "forwarded"}]


@pytest.fixture
def world():
    """Some of everything, for two advisors, on and off the topic, in and out of the period."""
    topic = Topic.objects.get(code="taxes")
    advisors = [UserFactory(), UserFactory()]
    for index, advisor in enumerate(advisors):
        for stage in Stage.objects.all()[: 2 + index]:
            startup = StartupFactory(stage=stage, owner=advisor)
            AffiliationFactory(startup=startup)
            ConsultationFactory(startup=startup, advisor=advisor).topics.add(topic)
    fill_referrals(topic, advisors)
    fill_consultations(topic, advisors)
    return {"advisor": advisors[0], "topic": topic}


def fill_referrals(topic, advisors):
    now = timezone.now()
    for index, partner in enumerate(PartnerFactory.create_batch(2)):
        need = NeedFactory(owner=advisors[index])
        need.topics.add(topic)
        for number, state in enumerate(STATES if index else STATES[:2]):
            created = now - timedelta(days=60 * number)
            trait = {state: True}
            ReferralFactory(recipient=partner, need=need, created_at=created, **trait)
        ReferralFactory(recipient=partner, need=NeedFactory(), created_at=now)  # a draft
        ReferralFactory(recipient=partner, sent=True, created_at=now - timedelta(days=900))
        agency = PartnerOrganisation.objects.get(pk=AGENCY_ID)
        ReferralFactory(sender=partner, recipient=agency, sent=True, created_at=now)


def fill_consultations(topic, advisors):
    today = timezone.localdate()
    for days in (0, 1, 20, 45, 100, 400, 700):
        for advisor in advisors:
            talk = ConsultationFactory(advisor=advisor, held_on=today - timedelta(days=days))
            talk.topics.add(topic)
        ConsultationFactory(kind="first", held_on=today - timedelta(days=days))
        ConsultationFactory(open_draft=True, person=None, held_on=today)  # could leak


QUERIES = ["", "period=last_year", "period=all&topic=taxes"]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", ["phasen", "vermittlungen", "beratungen"])
def test_every_number_opens_a_list_of_that_length(client_of, world, name, query):
    client = client_of("manager")
    found = cells(figure(client, name, query))

    assert {url: length_of(client, url) for n, url in found if n} == {
        url: n for n, url in found if n
    }
    assert any(n for n, _url in found)
    assert [url for n, url in found if not n and url] == []


@pytest.mark.parametrize("name", ["phasen", "vermittlungen", "beratungen"])
def test_every_mark_of_a_chart_opens_a_list_of_that_length(client_of, world, name):
    client = client_of("admin")
    found = [(n, url) for n, url in marks(client, name) if n]

    assert found != []
    assert [length_of(client, url) for _n, url in found] == [n for n, _url in found]


@pytest.mark.parametrize("name", ["phasen", "vermittlungen", "beratungen"])
def test_numbers_of_one_owner_open_the_lists_of_that_owner(client_of, world, name):
    client = client_of("manager")
    found = cells(figure(client, name, f"owner={world['advisor'].pk}"))

    assert any(n for n, _url in found)
    assert [length_of(client, url) for n, url in found if n] == [n for n, _url in found if n]


@pytest.mark.parametrize("name", ["phasen", "vermittlungen", "beratungen"])
def test_advisors_numbers_open_their_own_lists(client_of, world, name):
    client = client_of("advisor")
    client.force_login(world["advisor"])
    everybody = cells(figure(client_of("manager"), name))
    found = cells(figure(client, name))

    assert [length_of(client, url) for n, url in found if n] == [n for n, _url in found if n]
    assert 0 < sum(n for n, _url in found) < sum(n for n, _url in everybody)


def test_numbers_of_one_partner_open_the_lists_of_that_partner(client_of, world):
    partner = PartnerOrganisation.objects.partners().first()
    client = client_of("manager")
    table = figure(client, "vermittlungen", f"partner={partner.reference}&period=all")
    found = cells(table)

    assert [row.label for row in table.rows] == [partner.spoken_name]
    assert [length_of(client, url) for n, url in found if n] == [n for n, _url in found if n]


def test_partner_users_count_and_open_their_own_referrals_only(client_of, world):
    partner = PartnerOrganisation.objects.partners().first()
    other = PartnerOrganisation.objects.partners().last()
    client = client_of(organisation=partner)
    table = figure(client, "vermittlungen", "period=all")
    found = cells(table)

    assert {row.label for row in table.rows} == {
        partner.spoken_name,
        PartnerOrganisation.objects.get(pk=AGENCY_ID).spoken_name,  # what they sent to us
    }
    assert other.spoken_name not in client.get("/kennzahlen/?period=all").content.decode()
    assert [length_of(client, url) for n, url in found if n] == [n for n, _url in found if n]
    assert (
        table.total.cells[0].value == 2 + 2
    )  # without the draft, with the old one and the one they sent


def test_a_founder_of_two_ventures_counts_once_in_the_total(client_of):
    person = PersonFactory()
    stages = Stage.objects.filter(code__in=["orientation", "growth"])
    for stage in stages:
        AffiliationFactory(person=person, startup=StartupFactory(stage=stage))
    gone = AffiliationFactory(startup=StartupFactory(stage=stages[0]))
    gone.until = timezone.localdate()
    gone.save()
    AffiliationFactory(role="employee", startup=StartupFactory(stage=stages[0]))
    AffiliationFactory(
        person=PersonFactory(state="restricted"), startup=StartupFactory(stage=stages[0])
    )

    table = figure(client_of(), "phasen")

    rows = {row.label: [cell.value for cell in row.cells] for row in table.rows}
    assert (rows["Orientierung"], rows["Wachstum"]) == ([4, 1], [1, 1])
    assert [cell.value for cell in table.total.cells] == [5, 1]
