"""Every screen of every role, on the demo's data: no violation of WCAG 2.2 AA, nothing sideways."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from contacts.models import Person, Startup
from events.models import Event, Registration
from outbox.models import OutboundMail
from referrals.models import (
    AnswerLink,
    FounderFeedback,
    ImpactSurvey,
    Introduction,
    IntroductionParty,
    Need,
    Referral,
)
from tests.journeys.conftest import breaches

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
WIDE, NARROW, NARROWEST = 1280, 390, 320
AGENCY = [
    *("/", "/personen/", "/startups/", "/partner/", "/vermittlungen/", "/wiedervorlagen/"),
    "/wiedervorlagen/?week=2026-W10&owner=all",
    *("/anliegen/?tab=alle", "/anliegen/festgefahren/", "/anliegen/runder-tisch/"),
    "/kontaktvermittlungen/?tab=alle",
    *("/phasen/", "/kennzahlen/", "/beratungen/", "/suche/?q=mueller", "/suche/?q=xyz", "/konto/"),
]
ADVISOR = [
    *(*AGENCY, "/beratungen/neu/", "/personen/neu/", "/startups/neu/", "/wiedervorlagen/neu/"),
    *("/termine/neu/", "/termine/im-kalender/"),
]
ADMIN = [
    *("/verwaltung/", "/verwaltung/benutzer/", "/verwaltung/api-schluessel/"),
    *("/verwaltung/api-schluessel/neu/", "/verwaltung/leseprotokoll/", "/verwaltung/systemstatus/"),
    *("/verwaltung/postausgang/", "/verwaltung/agentur/", "/verwaltung/veranstaltungen/"),
    *("/verwaltung/serien/", "/verwaltung/serien/after_first_consultation/"),
    *("/verwaltung/zustellung/", "/verwaltung/sperrliste/"),
    *(
        "/verwaltung/mailvorlagen/keep_in_touch/",
        "/verwaltung/mailvorlagen/keep_in_touch/fassungen/",
    ),
    *("/verwaltung/webhooks/", "/verwaltung/erinnerungen/", "/verwaltung/reihenfolge/"),
]
MANAGER = ["/", "/phasen/", "/kennzahlen/", "/verwaltung/"]
PARTNER = [
    *("/vermittlungen/", "/vermittlungen/?tab=alle", "/kennzahlen/"),
    *("/partner/eigene/", "/organisation/team/", "/schnittstelle/", "/schnittstelle/webhooks/"),
    *("/schnittstelle/schluessel/neu/", "/schnittstelle/webhooks/neu/"),
]
PUBLIC = ["/login/", "/veranstaltungen/", "/veranstaltungen/?lang=en", "/gibt-es-nicht/"]


@pytest.fixture
def demo(settings, live_server):
    settings.DEMO = True
    settings.BASE_URL = live_server.url
    call_command("seed_demo", verbosity=0)


def advisors():
    person = Person.objects.filter(consultations__advisor__email="beratung@dma.example").first()
    startup = Startup.objects.filter(owner__email="beratung@dma.example").first()
    talk = person.consultations.filter(state="complete").first()
    referral = Referral.objects.filter(status="query", sender__is_agency=True).first()
    need = Need.objects.filter(status="waiting").first()
    introduction = Introduction.objects.first()
    guest = Registration.objects.filter(state="waiting").first()
    guests = f"/verwaltung/veranstaltungen/{guest.event.slug}/anmeldungen/"
    appointment = startup.owner.appointments.first()
    rows = (person, startup, talk, referral, referral.recipient, need, introduction, appointment)
    return [
        *ADVISOR,
        *(row.get_absolute_url() for row in rows),
        f"{person.get_absolute_url()}bearbeiten/",
        f"/vermittlungen/neu/?person={person.reference}",
        *(guests, f"{guests}neu/", f"{guests}{guest.pk}/", f"{guests}drucken/"),
        guests.replace("anmeldungen", "einlass"),
        f"/verwaltung/veranstaltungen/{guest.event.slug}/",
        f"/termine/neu/?startup={startup.reference}",
        f"{appointment.get_absolute_url()}bearbeiten/",
        f"/wiedervorlagen/serie/starten/?person={person.reference}&series=after_first_consultation",
    ]


def admins():
    mail = OutboundMail.objects.filter(kind="referral_sent").first()
    person = Person.objects.first()
    return [
        *ADMIN,
        f"/verwaltung/postausgang/{mail.pk}/",
        person.get_absolute_url(),
        f"{person.get_absolute_url()}loeschen/",
    ]


def partners():
    received = Referral.objects.filter(recipient__short_name="IHK")
    shown = [received.filter(status=status).first() for status in ("sent", "completed")]
    return [*PARTNER, *(referral.get_absolute_url() for referral in shown)]


def strangers():
    links = AnswerLink.objects.filter(revoked_at=None)
    open_link = links.filter(referral__status="sent").first()
    taken = links.filter(referral__status="accepted").first()
    event = Event.objects.public().upcoming(timezone.now()).first()
    guests = [
        Registration.objects.filter(state=state).first() for state in ("confirmed", "waiting")
    ]
    return [
        *PUBLIC,
        event.get_absolute_url(),
        f"{event.get_absolute_url()}anmelden/",
        f"{event.get_absolute_url()}anmelden/danke/",
        *(guest.get_absolute_url() for guest in guests),
        f"{guests[0].get_absolute_url()}absagen/",
        f"/antwort/{open_link.token}/",
        f"/antwort/{taken.token}/",
        "/antwort/gibt-es-nicht/",
        f"/rueckmeldung/{FounderFeedback.objects.first().token}/",
        f"/wirkung/{ImpactSurvey.objects.first().token}/",
        f"/kontaktvermittlung/{IntroductionParty.objects.first().token}/",
    ]


@pytest.mark.parametrize(
    ("email", "screens"),
    [
        ("beratung@dma.example", advisors),
        ("leitung@dma.example", lambda: MANAGER),
        ("admin@dma.example", admins),
        ("ihk@partner.example", partners),
        (None, strangers),
    ],
    ids=["advisor", "manager", "admin", "partner", "stranger"],
)
def test_screens_are_accessible_and_fit(page, login, demo, email, screens):
    if email:
        login(page, User.objects.get(email=email))

    assert [problem for path in screens() for problem in problems(page, path)] == []


def problems(page, path):
    for width in (NARROWEST, NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        if width == NARROWEST:
            page.goto(path)
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            yield path, width, f"{wide} px wide"
        if width != NARROWEST:
            yield from ((path, width, *told) for told in breaches(page))


def test_the_check_finds_what_is_wrong(page):
    page.set_content('<html lang="de"><title>x</title><main><h1>x</h1><img src="/x.png"></main>')

    assert [rule for rule, _elements in breaches(page)] == ["image-alt"]
