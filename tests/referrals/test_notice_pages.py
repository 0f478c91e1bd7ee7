"""What the clock sends, shown: the table, each mail as it reads, the switches, and Heute."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions, notice_samples, notices, tasks
from referrals.models import MutedNotice, Referral, Service
from tests.factories import ReferralFactory, UserFactory

pytestmark = pytest.mark.django_db


def login(client, world, role):
    users = {"partner": lambda: world.partner_user, "advisor": lambda: world.advisor_user}
    client.force_login(users.get(role, lambda: UserFactory(role=role))())


def muted(**whom):
    return set(MutedNotice.objects.filter(**whom).values_list("kind", flat=True))


@pytest.mark.parametrize("role", ["advisor", "manager", "admin"])
def test_the_table_tells_all_in_words(client, world, role):
    login(client, world, role)
    page = client.get("/verwaltung/erinnerungen/").content.decode()

    for notice in notices.NOTICES:
        assert str(notice.label) in page
        assert f"/erinnerungen/{notice.kind}/" in page
    assert "Am 3. Arbeitstag nach dem Senden" in page
    assert "Wenn 15 Arbeitstage ohne Antwort vergangen sind" in page


def test_verwaltung_leads_there(client, world):
    login(client, world, "manager")
    assert 'href="/verwaltung/erinnerungen/"' in client.get("/verwaltung/").content.decode()


@pytest.mark.parametrize("kind", sorted(notices.BY_KIND))
def test_each_mail_can_be_looked_at(client, world, kind):
    login(client, world, "admin")
    page = client.get(f"/erinnerungen/{kind}/").content.decode()
    frame = client.get(f"/erinnerungen/{kind}/vorschau/")

    assert 'sandbox=""' in page
    assert "Guten Tag" in page
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in frame.content.decode()
    assert "None" not in page
    assert not Referral.objects.exists()


def test_a_sample_speaks_german_to_everybody(world, now):
    with translation.override("en"):
        told = notice_samples.sample(notices.BY_KIND["expired"], now)

    assert "Antwortet schnell" in told.text


@pytest.mark.parametrize(("kind", "status"), [("reminder", 200), ("late_founder", 404)])
def test_partners_look_at_what_is_sent_to_them(client, world, kind, status):
    login(client, world, "partner")

    assert client.get(f"/erinnerungen/{kind}/").status_code == status
    assert client.get(f"/erinnerungen/{kind}/vorschau/").status_code == status


def test_an_unknown_kind_does_not_exist(client, world):
    login(client, world, "admin")
    assert client.get("/erinnerungen/whim/").status_code == 404


def test_a_partner_switches_off_what_is_sent_to_it(client, world):
    login(client, world, "partner")
    address = f"/partner/{world.partner.reference}/erinnerungen/"
    page = client.get(address).content.decode()
    assert page.count('-when" checked') == len(notices.switchable(own=True))
    assert "Zwischenstand" not in page

    response = client.post(address, {"on": ["silent", "resume"]})

    assert response.status_code == 302
    off = {"reminder", "query_reminder", "proposal_reminder", "uncontacted", "weekly"}
    assert muted(organisation=world.partner) == off
    assert client.get(address).content.decode().count('-when" checked') == 2
    home = client.get(world.partner.get_absolute_url()).content.decode()
    assert "Abgeschaltet:" in home
    assert f'href="{address}"' in home


def test_those_who_lead_switch_all_of_a_partner(client, world):
    login(client, world, "manager")
    address = f"/partner/{world.partner.reference}/erinnerungen/"
    given = [n.kind for n in notices.switchable(own=False) if n.kind != "late_founder"]

    client.post(address, {"on": given})

    assert muted(organisation=world.partner) == {"late_founder"}


def test_the_days_are_those_of_the_partner(client, world):
    type(world.partner).objects.filter(pk=world.partner.pk).update(response_target_days=10)
    login(client, world, "manager")
    page = client.get(f"/partner/{world.partner.reference}/erinnerungen/").content.decode()

    assert "Am 6. Arbeitstag nach dem Senden" in page


def test_an_advisor_switches_for_a_person(client, world):
    login(client, world, "advisor")
    address = f"/personen/{world.person.reference}/erinnerungen/"
    assert f'href="{address}"' in client.get(world.person.get_absolute_url()).content.decode()

    client.post(address, {"on": [k for k in notices.BY_KIND if k != "feedback"]})

    assert muted(person=world.person) == {"feedback"}
    assert "Abgeschaltet:" in client.get(world.person.get_absolute_url()).content.decode()


INTRODUCTIONS = {"introduction_reminder", "introduction_outcome"}


def test_notices_of_introductions_are_switched_for_people_and_for_no_partner(client, world):
    login(client, world, "advisor")
    address = f"/personen/{world.person.reference}/erinnerungen/"
    client.post(address, {"on": [kind for kind in notices.BY_KIND if kind not in INTRODUCTIONS]})
    assert muted(person=world.person) == INTRODUCTIONS

    login(client, world, "manager")
    page = client.get(f"/partner/{world.partner.reference}/erinnerungen/").content.decode()
    assert not any(f"notice-{kind}" in page for kind in INTRODUCTIONS)


def test_what_is_no_kind_is_refused(client, world):
    login(client, world, "manager")
    address = f"/partner/{world.partner.reference}/erinnerungen/"

    response = client.post(address, {"on": ["whim"]})

    assert response.status_code == 422
    assert "error-summary" in response.content.decode()
    assert not MutedNotice.objects.exists()


def test_another_partner_s_switches_do_not_exist(client, world):
    login(client, world, "partner")
    assert client.get(f"/partner/{world.other.reference}/erinnerungen/").status_code == 404


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_others_see_no_link_they_may_not_follow(client, world, role):
    login(client, world, role)
    assert "/erinnerungen/" not in client.get(world.person.get_absolute_url()).content.decode()


# Heute


@pytest.fixture
def stuck(world):
    long_ago = timezone.now() - timedelta(days=40)
    return ReferralFactory(
        sent=True, recipient=world.partner, sent_at=long_ago, respond_by=long_ago.date(),
        need=world.need(owner=world.advisor_user),
    )  # fmt: skip


def box(page: str) -> str:
    return page.split('id="festgefahren"')[1].split("</section>")[0]


def test_heute_names_what_is_stuck(client, world, stuck):
    login(client, world, "advisor")
    shown = box(client.get("/").content.decode())

    assert "Zoë Tok3nmann → IHK" in shown
    assert "Arbeitstagen keine Antwort" in shown


def test_heute_names_who_does_not_react(client, world, stuck):
    Referral.objects.update(status="accepted", modified_at=stuck.sent_at)
    tasks.give_notices(at=timezone.now() - timedelta(days=15))
    login(client, world, "manager")

    shown = box(client.get("/").content.decode())
    assert "keine Reaktion auf „Noch aktiv?“" in shown
    assert "Zoë Tok3nmann → IHK" in shown


def test_another_advisor_s_are_hers(client, world, stuck):
    client.force_login(UserFactory())
    assert "festgefahren" not in client.get("/").content.decode().split("<aside")[1]


def test_partners_have_no_such_box(client, world, stuck):
    login(client, world, "partner")
    assert 'id="festgefahren"' not in client.get("/", follow=True).content.decode()


def test_the_box_is_short(client, world, stuck):
    for _ in range(6):
        ReferralFactory(
            sent=True, sent_at=stuck.sent_at, respond_by=stuck.respond_by, need=stuck.need
        )
    login(client, world, "advisor")

    shown = box(client.get("/").content.decode())
    assert shown.count("<li>") == 5
    assert "Und weitere." in shown


# The mail on expiry


@pytest.fixture
def expired(world):
    service = Service.objects.create(
        partner=world.other, name="Fördersprechtag", status="published"
    )
    service.topics.add(world.topic)
    referral = world.sent(need=world.need(owner=world.advisor_user))
    tasks.keep_time(at=world.now + timedelta(days=40))
    return referral


def text_of(kind):
    mail = OutboundMail.objects.get(kind=kind)
    return kind_of(mail).build(mail)


def test_the_mail_on_expiry_proposes_others(world, expired):
    told = text_of("referral_expired")

    assert "Wolfsburg AG" in told.text
    assert "Fördersprechtag: Thema Businessplan" in told.text
    assert f"/anliegen/{expired.need.reference}/" in told.text
    assert world.partner.name in told.subject


def test_without_a_proposal_it_leads_to_the_need(world, expired):
    type(world.other).objects.filter(pk=world.other.pk).update(active=False)

    told = text_of("referral_expired")
    assert "Einen passenden Vorschlag haben wir gerade nicht." in told.text
    assert f"/anliegen/{expired.need.reference}/" in told.text


def test_a_partner_who_referred_gets_no_page_of_ours(world, expired):
    Referral.objects.update(sender=world.other)

    told = text_of("referral_expired")
    assert "/anliegen/" not in told.text
    assert f"/vermittlungen/{expired.reference}/" in told.text


def test_a_query_that_stayed_open_is_called_so(world):
    referral = world.sent()
    actions.ask_referral(referral=referral, text="?", by=world.colleague, at=world.now)
    tasks.keep_time(at=world.now + timedelta(days=60))

    told = text_of("referral_expired")
    assert "30 Arbeitstage lang nicht beantwortet" in told.text
    assert "Rückfrage blieb offen" in told.subject
