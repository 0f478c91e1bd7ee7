"""Tickets at the door, before the camera of a phone (here: a film that Chromium takes for one)."""

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from qrcode import QRCode

from events.models import Registration
from tests.factories import EventFactory, RegistrationFactory, UserFactory, VenueFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
WIDTH, HEIGHT, MODULE = 640, 480, 8
WHITE, BLACK, GREY = 235, 16, 128
WAS_ASKED = """
const camera = navigator.mediaDevices;
const ask = camera.getUserMedia.bind(camera);
camera.getUserMedia = (wish) => {
  window.wasAsked = true;
  return ask(wish);
};
"""
LATE_ONCE = """() => {
  const camera = navigator.mediaDevices;
  const ask = camera.getUserMedia.bind(camera);
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  camera.getUserMedia = (wish) => {
    camera.getUserMedia = ask;
    const given = later(1500).then(() => ask(wish));
    window.lateCamera = given.then((stream) => later(100).then(() => stream));
    return given;
  };
}"""
STATE = "(stream) => stream.getTracks()[0].readyState"


def film_of(text) -> bytes:
    """One picture of a QR code, as YUV4MPEG2, which needs no library."""
    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    left, top = (WIDTH - len(rows) * MODULE) // 2, (HEIGHT - len(rows) * MODULE) // 2
    picture = bytearray([WHITE]) * (WIDTH * HEIGHT)
    for y, row in enumerate(rows):
        line = b"".join(bytes([BLACK if dark else WHITE]) * MODULE for dark in row)
        for n in range(MODULE):
            start = (top + y * MODULE + n) * WIDTH + left
            picture[start : start + len(line)] = line
    colours = bytes([GREY]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    return head + (b"FRAME\n" + bytes(picture) + colours) * 2


@pytest.fixture
def rows():
    starts_at = timezone.now() + timedelta(hours=1)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    event = EventFactory(venue=VenueFactory(), **times)
    names = ("Anna Müller", "Bo Kern")
    return [RegistrationFactory(event=event, name=name, queue=n) for n, name in enumerate(names)]


@pytest.fixture
def filmed(browser, live_server, login, rows, tmp_path):
    """`filmed(text)`: the door page in a Chromium whose camera sees that text as a QR code.

    `window.wasAsked` says whether it was asked for. Files that match `without` cannot be had.
    """
    started = []

    def opened(text, without=None):
        film = tmp_path / "ticket.y4m"
        film.write_bytes(film_of(text))
        args = ["--no-sandbox", "--use-fake-ui-for-media-stream"]
        args += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        started.append(browser.browser_type.launch(executable_path=path, args=args))
        viewport = {"width": 390, "height": 844}
        context = started[0].new_context(base_url=live_server.url, viewport=viewport)
        context.add_init_script(WAS_ASKED)
        if without:
            context.route(without, lambda route: route.abort())
        page = login(context.new_page(), UserFactory())
        page.goto(f"/verwaltung/veranstaltungen/{rows[0].event.slug}/einlass/")
        page.get_by_role("button", name="Ticket scannen").click()
        return page

    yield opened
    started[0].close()


def came():
    return list(
        Registration.objects.filter(checked_in_at__isnull=False).values_list("name", flat=True)
    )


def test_a_ticket_before_the_camera_lets_its_guest_in(filmed, settings, rows, assert_accessible):
    page = filmed(f"{settings.BASE_URL}/einlass/{rows[0].ticket_code}/")
    answer = page.locator("#door-answer")

    expect(answer).to_have_text("Anna Müller ist da.", timeout=15_000)
    expect(page.locator("#door-link")).to_have_text("Verbunden")
    assert came() == ["Anna Müller"]
    assert page.evaluate("window.wasAsked") is True
    assert_accessible(page)

    page.get_by_role("button", name="Schließen").click()
    expect(page.locator("#door-video")).to_have_js_property("srcObject", None)
    page.get_by_role("button", name="Ticket scannen").click()
    expect(answer).to_contain_text("Anna Müller ist schon seit")
    assert Registration.objects.get(name="Anna Müller").version == 2


def test_a_camera_that_comes_late_does_not_end_the_one_started_after_it(filmed, rows):
    page = filmed(rows[0].ticket_code)
    expect(page.locator("#door-answer")).to_have_text("Anna Müller ist da.", timeout=15_000)
    page.get_by_role("button", name="Schließen").click()
    page.evaluate(LATE_ONCE)

    page.get_by_role("button", name="Ticket scannen").click()
    page.get_by_role("button", name="Schließen").click()
    page.get_by_role("button", name="Ticket scannen").click()

    assert page.evaluate(f"window.lateCamera.then({STATE})") == "ended"
    assert page.evaluate(f"({STATE})(document.getElementById('door-video').srcObject)") == "live"


def test_what_cannot_be_read_is_not_filmed(filmed, rows):
    page = filmed(rows[0].ticket_code, without="**/vendor/jsqr/**")

    expect(page.locator("#door-answer")).to_contain_text("Die Kamera ist nicht verfügbar.")
    assert page.evaluate("window.wasAsked") is None


def test_a_foreign_code_before_the_camera_is_told(filmed):
    page = filmed("https://example.org/einlass/nein/")

    expect(page.locator("#door-answer")).to_have_text(
        "Das ist kein Ticket von uns.", timeout=15_000
    )
    assert came() == []


def test_codes_can_be_typed_and_are_told_apart(page, login, rows):
    elsewhere, late = RegistrationFactory(name="Uwe Fern"), rows[1]
    event = rows[0].event
    login(page, UserFactory()).goto(f"/verwaltung/veranstaltungen/{event.slug}/einlass/")
    page.get_by_role("button", name="Ticket scannen").click()
    answer, field = page.locator("#door-answer"), page.get_by_label("Oder den Code")
    expect(answer).to_contain_text("Die Kamera ist nicht verfügbar.")
    later = RegistrationFactory(event=event, name="Nach dem Laden", queue=9)

    def type_in(code):
        field.fill(code)
        page.keyboard.press("Enter")

    type_in("unsinn")
    expect(answer).to_have_text("Das ist kein Ticket von uns.")
    type_in(f"{late.ticket_code[:5]}-{late.ticket_code[5:]}".lower())
    expect(answer).to_have_text("Bo Kern ist da.")
    type_in(later.ticket_code)
    expect(answer).to_have_text("Nach dem Laden ist da.")
    type_in(elsewhere.ticket_code)
    expect(answer).to_contain_text("Das Ticket von Uwe Fern gilt für eine andere Veranstaltung")
    Registration.objects.filter(pk=rows[0].pk).update(state="cancelled", modified_at=timezone.now())
    page.wait_for_timeout(5000)
    type_in(rows[0].ticket_code)
    expect(answer).to_contain_text("hat keinen Platz: Die Anmeldung wurde storniert.")
    assert sorted(came()) == ["Bo Kern", "Nach dem Laden"]


def test_the_address_in_a_ticket_shows_the_guest(page, login, rows):
    login(page, UserFactory()).goto(f"/einlass/{rows[1].ticket_code}/")

    expect(page.locator(".door-guest")).to_have_count(1)
    expect(page.locator(".door-guest")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#door-count")).to_have_text("1 von 2 da")
