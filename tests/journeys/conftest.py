"""A real browser on a real server: one Chromium per worker, a fresh context per test."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

WIDE, NARROW = (1280, 800), (390, 844)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = Axe().axe_script
# Only what is wrong: axe would spend as long again on naming and handing over what is right.
AXE_RUN = """options => axe.run(document, options).then(
    found => found.violations.map(
        one => [one.id, one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))]
    )
)"""


@pytest.fixture(scope="session")
def browser():
    """Playwright's own loop runs in this thread, which Django would take for an async view."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def viewport():
    """Width and height; `@pytest.mark.parametrize("viewport", [WIDE, NARROW])` asks for others."""
    return WIDE


@pytest.fixture
def page(browser, live_server, viewport):
    """A page on the live server; errors of its scripts fail the test."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": viewport[0], "height": viewport[1]},
        locale="de-DE",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


@pytest.fixture
def login(live_server):
    """`login(page, user)` gives the page's context the session of that user."""

    def log_in(page, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        return page

    return log_in


def breaches(page) -> list:
    """What breaches WCAG 2.2 AA by axe-core: rule and elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    return page.evaluate(AXE_RUN, options)


@pytest.fixture
def assert_accessible():
    """`assert_accessible(page)`: axe-core finds no breach of WCAG 2.2 AA."""

    def check(page):
        assert breaches(page) == []

    return check


@pytest.fixture
def assert_fits():
    """No sideways scrolling."""

    def check(page):
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"]

    return check


class Hands:
    """Counts what a person does: each key pressed and each click; words typed are not counted."""

    def __init__(self, page):
        self.page, self.actions = page, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def letters(self, text):
        self.page.keyboard.type(text)
        self.actions += len(text)

    def click(self, target):
        target.click()
        self.actions += 1

    def words(self, text):
        self.page.keyboard.type(text)


@pytest.fixture
def hands(page):
    return Hands(page)
