"""What founders say, in numbers: who sees which, and what is too small to be told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.dashboards.reading import PAGE, figure, length_of, marks, numbers
from tests.factories import (
    FounderFeedbackFactory,
    ImpactSurveyFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HIDDEN, WITHHELD = "< 5", "–"


def said(recipient, often, *, owner=None, **answers):
    for _number in range(often):
        referral = ReferralFactory(
            need=NeedFactory(owner=owner),
            recipient=recipient,
            completed=True,
            created_at=timezone.now(),
        )
        FounderFeedbackFactory(referral=referral, **answers)


@pytest.fixture
def ihk():
    partner = PartnerFactory(name="IHK")
    said(partner, 6, answered=True)
    said(partner, 1, answered=True, contacted=False, helped=None)
    said(partner, 2)
    return partner


def of(client, query=""):
    return numbers(figure(client, "rueckmeldungen", query))


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_numbers_per_partner_open_the_referrals_behind_them(client_of, ihk, role):
    ReferralFactory(recipient=ihk, completed=True, created_at=timezone.now())  # nobody was asked
    client = client_of(role)

    assert of(client) == {"IHK": [9, 7, 6, 6], "Gesamt": [9, 7, 6, 6]}
    for row in figure(client, "rueckmeldungen").rows:
        assert [length_of(client, cell.url) for cell in row.cells] == [9, 7, 6, 6]
    assert [value for value, _url in marks(client, "rueckmeldungen")] == [7, 6, 6]


def test_small_numbers_are_hidden_and_sums_that_would_tell_them(client_of, ihk):
    wag = PartnerFactory(name="Wolfsburg AG")
    said(wag, 3, answered=True, contacted=False, helped=False)
    said(wag, 2)

    client = client_of("manager")

    found = of(client)
    assert found == {
        "IHK": [9, 7, 6, 6],
        "Wolfsburg AG": [5, HIDDEN, HIDDEN, HIDDEN],  # three of three say no: not even the zero
        "Gesamt": [14, WITHHELD, WITHHELD, WITHHELD],
    }
    assert [value for value, _url in marks(client, "rueckmeldungen")] == [7, 6, 6]
    csv = client.get("/kennzahlen/rueckmeldungen.csv").content.decode()
    assert "Wolfsburg AG;5;< 5;< 5;< 5" in csv


def test_an_advisor_sees_her_own_as_they_are(client_of, ihk):
    client = client_of("advisor")
    said(ihk, 1, owner=client.user, answered=True)

    assert of(client) == {"IHK": [1, 1, 1, 1], "Gesamt": [1, 1, 1, 1]}


def test_a_partner_sees_itself_alone_and_no_lists(client_of, ihk):
    other = PartnerFactory(name="Wolfsburg AG")
    said(other, 7, answered=True)
    sent = ReferralFactory(sender=ihk, recipient=other, completed=True, created_at=timezone.now())
    FounderFeedbackFactory(referral=sent, answered=True)
    client = client_of(organisation=ihk)

    found = figure(client, "rueckmeldungen")

    assert numbers(found) == {"IHK": [9, 7, 6, 6], "Gesamt": [9, 7, 6, 6]}
    assert {cell.url for row in [*found.rows, found.total] for cell in row.cells} == {""}
    assert "Wirkung" not in client.get(PAGE).content.decode()
    assert client.get("/kennzahlen/wirkung.csv").status_code == 404


def test_a_stranger_s_answers_are_nowhere(client_of, ihk):
    page = client_of(organisation=PartnerFactory()).get(PAGE).content.decode()

    assert "IHK" not in page


def test_nothing_asked_yet_is_said(client_of):
    for role in ("manager", "advisor"):
        page = client_of(role).get(PAGE)
        shown = {one.name: one.empty for one in page.context["figures"]}
        assert "noch nichts" in shown["rueckmeldungen"]
        assert "noch nichts" in shown["wirkung"]


@pytest.fixture
def surveyed():
    for n in range(6):
        own = {"created_at": timezone.now(), "answered": True}
        person = PersonFactory()
        ImpactSurveyFactory(person=person, jobs=n + 1, **own)
        ImpactSurveyFactory(person=person, months=12, **own)
    ImpactSurveyFactory(
        created_at=timezone.now(), answered=True, founded=False, running=None, jobs=None
    )
    ImpactSurveyFactory(created_at=timezone.now())
    ImpactSurveyFactory(created_at=timezone.now(), months=36, answered=True, jobs=40)
    ImpactSurveyFactory(answered=True)  # asked before the period


def test_impact_by_months(client_of, surveyed):
    client = client_of("manager")

    found = numbers_without_total(figure(client, "wirkung", "period=quarter"))

    assert found == {
        "6": [8, 7, 6, 6, 21],
        "12": [6, 6, 6, 6, 6],
        "36": [HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN],
    }
    csv = client.get("/kennzahlen/wirkung.csv?period=quarter").content.decode()
    assert "\r\n6;8;7;6;6;21\r\n" in csv
    assert client.get("/kennzahlen/wirkung.csv?period=quarter&weitergabe=1").status_code == 200


def test_impact_of_an_advisor_s_own_people(client_of, surveyed):
    client = client_of("advisor")
    ImpactSurveyFactory(
        person=PersonFactory(owner=client.user), created_at=timezone.now(), answered=True, jobs=3
    )

    found = numbers_without_total(figure(client, "wirkung"))

    assert found == {"6": [1, 1, 1, 1, 3], "12": [0] * 5, "36": [0] * 5}


def numbers_without_total(shown):
    assert shown.total is None
    return {row.label: [cell.value for cell in row.cells] for row in shown.rows}


def test_figures_cost_the_same_however_many_have_answered(client_of, ihk):
    client = client_of("manager")

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    cost()
    one = cost()
    for partner in PartnerFactory.create_batch(3):
        said(partner, 2, owner=UserFactory(), answered=True)

    assert cost() == one
