"""The main job, from the first call to the figure in the manager's report, on the demo's own data.

Every step is done as its user does it: the advisor at the keyboard, the partner from the mail or
through the API, the manager with a click on a number.
"""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from contacts.models import FollowUp, PartnerOrganisation
from dma_crm import jobs
from outbox.models import OutboundMail
from referrals.models import Referral

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
QUESTION = "Welcher Zuschuss passt zu einem Lastenrad?"
NOTE = "Ruft wegen eines Lastenrads an. Sucht einen Zuschuss."


@pytest.fixture
def demo(settings, live_server):
    settings.DEMO = True
    settings.BASE_URL = live_server.url
    call_command("seed_demo", verbosity=0)


def log_in(page, email):
    """As a visitor of the demo does it: one click on the account in the list."""
    page.context.clear_cookies()
    page.goto("/login/")
    page.locator("li, tr, form", has_text=email).get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


def record_consultation(page, hands):
    """The keys and clicks of screens: at most twelve beyond what is typed."""
    hands.press("b")
    expect(page.locator("#entry-who")).to_be_focused()
    hands.letters("xyl")
    expect(page.locator("#panel .option-none")).to_be_visible()
    hands.words("ia Hüttenrauch")
    hands.press("Enter")
    expect(page.locator("#entry-email")).to_be_focused()
    hands.words("xylia@gruenden.example")
    hands.click(page.locator("#entry-summary"))
    hands.words(NOTE)
    hands.click(page.locator("#panel .chip-choice", has_text="Förderung und Zuschüsse"))
    hands.click(page.locator("#panel .chip-choice", has_text="1 Wo"))
    hands.click(page.locator("#partner-cards .choice-card", has_text="IHK Lüneburg-Wolfsburg"))
    expect(page.locator("#entry-question")).to_be_focused()
    hands.words(QUESTION)
    preview = page.locator("#referral-checks .preview")
    expect(preview).to_contain_text(QUESTION)
    expect(preview).not_to_contain_text("Hüttenrauch")
    hands.click(page.locator("#referral-checks .choice-card"))
    hands.press("Control+Enter")
    page.wait_for_url("**/personen/P-*/")


def test_founder_is_advised_referred_answered_followed_up_and_counted(
    page, hands, demo, assert_accessible
):
    log_in(page, "beratung@dma.example")
    for heading in ("Fällige Wiedervorlagen", "Ohne nächsten Schritt"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()

    record_consultation(page, hands)

    assert hands.actions <= 12
    case = page.url
    referral = Referral.objects.get(need__question=QUESTION)
    for words in (NOTE, "IHK", "Einwilligung"):
        expect(page.locator("main")).to_contain_text(words)
    assert_accessible(page)

    jobs.run("outbox.deliver")
    log_in(page, "admin@dma.example")
    page.goto("/verwaltung/postausgang/")
    page.locator("tr", has_text="gruendung@ihk.example").first.get_by_role("link").click()
    page.locator("a[href*='/antwort/']").first.click()
    accept_as_partner(page)

    log_in(page, "beratung@dma.example")
    expect(page.locator("#answered-title ~ ul li", has_text="Hüttenrauch")).to_contain_text(
        "Angenommen"
    )
    page.goto(case)
    expect(page.locator("main")).to_contain_text("Angenommen")
    told = OutboundMail.objects.get(recipient="xylia@gruenden.example")
    assert (told.kind, told.subjects["referral"]) == (
        "referral_accepted_founder", str(referral.pk),
    )  # fmt: skip
    task = FollowUp.objects.get(person=referral.need.person)
    assert task.due_on == timezone.localdate() + timedelta(days=7)

    log_in(page, "leitung@dma.example")
    page.goto("/kennzahlen/")
    ihk = page.locator("tr", has=page.get_by_role("rowheader", name="IHK", exact=True))
    number = ihk.get_by_role("link").first
    counted = int(number.inner_text())
    number.click()
    page.wait_for_url("**/vermittlungen/**")
    expect(page.locator("tbody tr")).to_have_count(min(counted, 50))


def accept_as_partner(page):
    """Two clicks on the page; contact data appears only now."""
    page.wait_for_url("**/antwort/**")
    expect(page.locator("main")).to_contain_text(QUESTION)
    for hidden in ("Hüttenrauch", "xylia@gruenden.example", "Lastenrads an"):
        expect(page.locator("main")).not_to_contain_text(hidden)
    page.locator("summary", has_text=re.compile("^Annehmen$")).click()
    page.get_by_role("button", name="Annehmen", exact=True).click()
    expect(page.locator("main")).to_contain_text("xylia@gruenden.example")


def test_partner_answers_through_the_api(demo, client, capsys):
    ihk = PartnerOrganisation.objects.get(short_name="IHK")
    call_command("create_api_key", partner=ihk.name)
    key = capsys.readouterr().out.strip().splitlines()[-1]
    headers = {"Authorization": f"Bearer {key}"}

    waiting = client.get("/api/v1/referrals/?status=sent", headers=headers).json()["results"]
    assert len(waiting) >= 3
    assert waiting[0]["founder"] is None
    accepted = client.post(
        f"/api/v1/referrals/{waiting[0]['id']}/accept/",
        data={"responsible": "Kim Beispiel"}, content_type="application/json", headers=headers,
    )  # fmt: skip

    assert accepted.status_code == 200
    assert accepted.json()["founder"]["emails"] != []
