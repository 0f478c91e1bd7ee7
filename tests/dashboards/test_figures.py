from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Stage
from dashboards.aggregates import day_of, median, month_of
from dashboards.periods import MOST_MONTHS, Span, months_in, span_of
from referrals.models import Referral, ReferralStep
from tests.dashboards.reading import PAGE, figure, marks, numbers
from tests.factories import (
    AffiliationFactory,
    ConsultationFactory,
    PartnerFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ALL = [
    *("phasen", "vermittlungen", "beratungen", "rueckmeldungen", "wirkung"),
    *("veranstaltungen", "formate", "gastgeber", "erstkontakte", "stimmen"),
]


def names(client):
    return [figure.name for figure in client.get(PAGE).context["figures"]]


def test_who_sees_which_figures(client, client_of):
    assert client.get(PAGE).status_code == 302
    assert [names(client_of(role)) for role in ("advisor", "manager", "admin")] == [ALL] * 3
    assert names(client_of(organisation=PartnerFactory())) == [
        "vermittlungen",
        "rueckmeldungen",
    ]


def test_partner_users_get_no_other_file(client_of):
    client = client_of(organisation=PartnerFactory())

    assert client.get("/kennzahlen/vermittlungen.csv").status_code == 200
    missing = client.get("/kennzahlen/gibt-es-nicht.csv")
    for name in sorted({*ALL} - {"vermittlungen", "rueckmeldungen"}):
        response = client.get(f"/kennzahlen/{name}.csv")
        assert (response.status_code, response.content) == (404, missing.content)


def test_partner_users_cannot_ask_for_others_by_filter(client_of):
    ours, other = PartnerFactory(), PartnerFactory()
    ReferralFactory(recipient=other, sent=True, created_at=timezone.now())  # could leak
    client = client_of(organisation=ours)

    table = figure(client, "vermittlungen", f"partner={other.reference}&owner=1")

    assert (table.rows, table.total.cells[0].value) == ([], 0)
    page = client.get(PAGE).content.decode()
    assert other.name not in page
    assert UserFactory().name not in page


def test_advisors_cannot_ask_for_the_work_of_others(client_of):
    colleague = UserFactory()
    ConsultationFactory(advisor=colleague, held_on=timezone.localdate())  # could leak
    StartupFactory(owner=colleague)

    query = f"owner={colleague.pk}"
    client = client_of("advisor")

    assert figure(client, "beratungen", query).total.cells[-1].value == 0
    assert figure(client, "phasen", query).total.cells[0].value == 0


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_figures_need_the_same_few_queries(client_of, rows, django_assert_num_queries):
    partners = PartnerFactory.create_batch(min(rows, 3))
    for number in range(rows):
        startup = StartupFactory()
        AffiliationFactory(startup=startup)
        ConsultationFactory(held_on=timezone.localdate())
        if number < 10:
            ReferralFactory(
                recipient=partners[number % len(partners)], sent=True, created_at=timezone.now()
            )
    client = client_of()

    # session, user, filter (3), founders (4), referrals (3), consultations, founders' answers and
    # impact (2 each, as nobody was asked), guests (2 for each of 3 figures), first contacts (2) and
    # answers of guests (3), as there are none, agency
    with django_assert_num_queries(29):
        response = client.get(PAGE)

    assert response.context["figures"][0].total.cells[0].value == rows


def test_months_without_consultations_are_shown(client_of):
    with time_machine.travel(datetime(2026, 4, 15, 8, 0, tzinfo=UTC), tick=False):
        client = client_of()
        ConsultationFactory(held_on=date(2026, 3, 29), kind="first")  # the day the clock changes
        ConsultationFactory(held_on=date(2026, 3, 31))
        ConsultationFactory(held_on=date(2026, 4, 1), kind="short")
        ConsultationFactory(held_on=date(2025, 2, 28))  # just before the period
        table = figure(client, "beratungen")

    rows = numbers(table)
    assert list(rows)[0] == "Mär 2025"
    assert list(rows)[-2:] == ["Apr 2026", "Gesamt"]
    assert len(rows) == 15
    assert rows["Mär 2026"] == [1, 1, 0, 2]
    assert rows["Apr 2026"] == [0, 0, 1, 1]
    assert rows["Feb 2026"] == [0, 0, 0, 0]
    assert rows["Gesamt"] == [1, 1, 1, 3]


def test_referrals_belong_to_the_local_day(client_of):
    """23:30 UTC on 31 December is already next year in Wolfsburg."""
    partner = PartnerFactory(short_name="IHK")
    moment = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    ReferralFactory(recipient=partner, sent=True, created_at=moment)

    with time_machine.travel(datetime(2026, 4, 15, 8, 0, tzinfo=UTC), tick=False):
        client = client_of()
        this_year = figure(client, "vermittlungen", "period=year")
        last_year = figure(client, "vermittlungen", "period=last_year")

    assert this_year.total.cells[0].value == 1
    assert last_year.total.cells[0].value == 0


def test_databases_cut_days_and_months_in_local_time():
    referral = ReferralFactory(created_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    ConsultationFactory(held_on=date(2026, 3, 29))

    days = Referral.objects.annotate(day=day_of("created_at")).values_list("day", flat=True)
    from consultations.models import Consultation  # noqa: PLC0415 - beside its only use

    months = Consultation.objects.annotate(month=month_of("held_on"))

    assert list(days.filter(pk=referral.pk)) == [date(2026, 4, 1)]
    assert list(months.values_list("month", flat=True)) == [date(2026, 3, 1)]


def step(referral, action, at):
    count = referral.steps.count()
    ReferralStep.objects.create(
        referral=referral, action=action, after="accepted", at=at, version=count + 50,
        channel="screen",
    )  # fmt: skip


def test_answers_are_counted_in_working_days_of_the_recipient(client_of):
    ihk = PartnerFactory(short_name="IHK")
    away = PartnerFactory(
        short_name="WAG", absent_from=date(2026, 3, 11), absent_until=date(2026, 3, 12)
    )
    sent = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday
    for partner, days in [(ihk, 1), (ihk, 3), (ihk, 6), (away, 3)]:
        referral = ReferralFactory(recipient=partner, accepted=True, sent_at=sent, created_at=sent)
        step(referral, "ask", sent)  # a question is no answer
        step(referral, "accept", sent + timedelta(days=days))
        step(referral, "accept", sent + timedelta(days=60))  # after an undo: not the first
    ReferralFactory(recipient=ihk, sent=True, created_at=sent)  # no answer yet

    table = figure(client_of(), "vermittlungen", "period=all")

    assert {label: cells[1] for label, cells in numbers(table).items()} == {
        "IHK": 3,  # 1, 3 and, over a weekend, 4
        "WAG": 1,
        "Gesamt": 2,  # the middle of 1, 1, 3, 4
    }


@pytest.mark.parametrize(
    ("counted", "middle"),
    [
        ([], None),
        ([(5, 1)], 5),
        ([(1, 1), (2, 1)], 1.5),
        ([(1, 3), (9, 1)], 1),
        ([(9, 1), (1, 1), (9, 1)], 9),
    ],
)
def test_median_of_counted_values(counted, middle):
    assert median(counted) == middle


@pytest.mark.parametrize(
    ("period", "today", "span"),
    [
        ("", date(2026, 11, 23), Span(date(2025, 10, 1), date(2026, 11, 30))),
        ("", date(2026, 2, 28), Span(date(2025, 1, 1), date(2026, 2, 28))),
        ("quarter", date(2026, 12, 31), Span(date(2026, 10, 1), date(2026, 12, 31))),
        ("quarter", date(2028, 2, 29), Span(date(2028, 1, 1), date(2028, 3, 31))),
        ("year", date(2026, 1, 1), Span(date(2026, 1, 1), date(2026, 12, 31))),
        ("last_year", date(2026, 1, 1), Span(date(2025, 1, 1), date(2025, 12, 31))),
        ("all", date(2026, 1, 1), Span(None, None)),
    ],
)
def test_periods_are_whole_months(period, today, span):
    assert span_of(period, today) == span


def test_months_are_bounded_to_the_latest():
    months = months_in(date(1900, 1, 31), date(2026, 11, 1))

    assert (len(months), months[-1]) == (MOST_MONTHS, date(2026, 11, 1))


@pytest.mark.parametrize(
    "query",
    [
        "period=0000", "period=9999-12-31", f"period={'x' * 9000}", "owner=0", "owner=-1",
        f"owner={'9' * 5000}", "owner=me", "topic=nein", "topic=%F0%9F%98%80", "partner=O-9999-1",
        "partner=%27%3B--", "period=year&period=all", "cursor=xyz",
    ],
)  # fmt: skip
def test_choices_that_mean_nothing_are_ignored(client_of, query):
    ConsultationFactory(held_on=timezone.localdate())

    assert figure(client_of(), "beratungen", query).total.cells[-1].value == 1


@pytest.mark.parametrize("address", [f"{PAGE}?topic=%00", "/kennzahlen/phasen.csv?owner=%00"])
def test_nul_is_refused(client_of, address):
    assert client_of().get(address).status_code == 400


def test_without_any_data_a_figure_says_so(client_of):
    page = client_of().get(PAGE)

    assert [bool(figure.empty) for figure in page.context["figures"]] == [True] * 10
    assert page.content.decode().count("noch nichts erfasst") == 10


def test_without_data_for_the_choice_a_figure_says_since_when(client_of):
    ConsultationFactory(held_on=date(2020, 2, 3))
    ReferralFactory(sent=True, created_at=datetime(2020, 2, 3, 23, 30, tzinfo=UTC))
    StartupFactory(created_at=datetime(2020, 2, 5, tzinfo=UTC))
    empty = {f.name: f.empty for f in client_of().get(f"{PAGE}?topic=taxes").context["figures"]}

    assert "3. Februar 2020" in empty["beratungen"]
    assert "4. Februar 2020" in empty["vermittlungen"]  # the local day
    assert "5. Februar 2020" in empty["phasen"]


def test_stages_out_of_use_are_shown_while_somebody_is_in_them(client_of):
    Stage.objects.filter(code__in=["growth", "founding"]).update(active=False)
    StartupFactory(stage=Stage.objects.get(code="growth"))

    labels = [row.label for row in figure(client_of(), "phasen").rows]

    assert "Wachstum" in labels
    assert "Gründung" not in labels


def test_the_chart_is_drawn_from_the_numbers_of_the_table(client_of):
    ConsultationFactory(held_on=timezone.localdate(), kind="first")
    client = client_of()
    table = figure(client, "beratungen")

    drawn = [(cell.value, cell.url) for row in table.rows for cell in row.cells[:3]]

    assert marks(client, "beratungen") == drawn


def test_filters_are_said_under_the_figure(client_of):
    advisor = UserFactory(name="Anke Brandt")
    client = client_of()
    table = figure(client, "vermittlungen", f"period=all&owner={advisor.pk}&topic=taxes")

    assert table.filter_text == (
        "Gesamter Zeitraum, Zuständig: Anke Brandt, Thema: Steuern und Buchhaltung"
    )
    assert figure(client_of("advisor"), "phasen").filter_text == "nur meine eigenen"
