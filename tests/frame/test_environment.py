import os
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from dma_crm.environment import (
    Environment,
    database,
    framing_sites,
    kept_secret,
    mail_server,
    mailbox,
    site,
    whole_number,
)


@pytest.mark.parametrize("word", ["1", "true", "YES", " ja ", "On"])
def test_yes_in_many_words(word):
    assert Environment({"DEBUG": word}).flag("DEBUG") is True


@pytest.mark.parametrize("word", ["", "0", "false", "No", "nein", "off"])
def test_no_in_many_words(word):
    assert Environment({"DEBUG": word}).flag("DEBUG", default=True) is False


def test_absent_flag_has_its_default():
    assert Environment({}).flag("DEBUG", default=True) is True


def test_every_mistake_is_reported_at_once():
    env = Environment(
        {
            "DEBUG": "maybe",
            "EMAIL_URL": "pigeon://x",
            "DATABASE_URL": "mysql://x",
            "BASE_URL": "https://gründung.example",
        }
    )

    assert env.flag("DEBUG") is False
    assert env.parsed("EMAIL_URL", mail_server) is None
    assert env.parsed("BASE_URL", site) is None
    assert env.parsed("DATABASE_URL", database) is None
    with pytest.raises(ImproperlyConfigured) as caught:
        env.check()

    assert [line.split(":")[0].split("=")[0] for line in str(caught.value).splitlines()[1:]] == [
        "- DEBUG",
        "- EMAIL_URL",
        "- BASE_URL",
        "- DATABASE_URL",
    ]


def test_without_mistakes_check_is_silent():
    env = Environment({"A": " text ", "B": "one, two,,"})

    assert (env.text("A"), env.text("C", "default")) == ("text", "default")
    assert (env.words("B"), env.words("C", "x,y")) == (["one", "two"], ["x", "y"])
    assert env.check() is None


def test_reads_the_process_by_default(monkeypatch):
    monkeypatch.setenv("FRAME_TEST", "here")

    assert Environment().text("FRAME_TEST") == "here"


def test_sqlite_locks_at_the_start_of_a_transaction():
    made = database("sqlite:////var/lib/dma.sqlite3")

    assert made["NAME"] == "/var/lib/dma.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database("sqlite://")["NAME"] == ":memory:"


def test_postgresql_address_is_taken_apart():
    made = database("postgresql://us%40er:p%2Fw@db.example:5433/dma%20crm?sslmode=require")

    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert [made[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "dma crm",
        "us@er",
        "p/w",
        "db.example",
        "5433",
    ]
    assert made["OPTIONS"]["sslmode"] == "require"


def test_postgresql_address_may_be_short():
    assert database("postgres:///dma")["HOST"] == ""


def test_mail_server_is_taken_apart():
    assert mail_server("smtp+tls://a%40b:p%3Aw@mail.example") == {
        "host": "mail.example",
        "port": 587,
        "username": "a@b",
        "password": "p:w",
        "use_tls": True,
        "use_ssl": False,
    }


@pytest.mark.parametrize(
    ("url", "port", "ssl"),
    [("smtp://m", 25, False), ("smtp+ssl://m", 465, True), ("smtp://m:2525", 2525, False)],
)
def test_mail_server_has_the_usual_port(url, port, ssl):
    server = mail_server(url)

    assert (server["port"], server["use_ssl"]) == (port, ssl)


def test_no_mail_server_is_none():
    assert mail_server("") is None


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail:port"])
def test_wrong_mail_server_is_refused(url):
    with pytest.raises(ValueError, match="."):
        mail_server(url)


def test_kept_secret_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "secret_key"

    first = kept_secret(path)

    assert len(first) >= 50
    assert kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["secret_key"]


def test_of_two_that_make_a_secret_one_wins(tmp_path, monkeypatch):
    path = tmp_path / "secret_key"
    real_link = os.link

    def beaten(source, target):
        path.write_text("the other's")
        real_link(source, target)

    monkeypatch.setattr(os, "link", beaten)

    assert kept_secret(path) == "the other's"
    assert os.listdir(tmp_path) == ["secret_key"]


def test_a_whole_number_is_read_or_refused():
    assert whole_number("0") == 0
    for wrong in ("-1", "1.5", "²", "viele", ""):
        with pytest.raises(ValueError, match="whole number"):
            whole_number(wrong)


def test_mailbox_is_taken_apart():
    assert mailbox("imaps://bounces%40x:p%3Aw@mail.example/Zurueck") == {
        "host": "mail.example",
        "port": 993,
        "username": "bounces@x",
        "password": "p:w",
        "use_tls": False,
        "use_ssl": True,
        "folder": "Zurueck",
    }


@pytest.mark.parametrize("url", ["imap://u:p@mail.example", "imap+tls://u:p@mail.example/"])
def test_mailbox_is_the_inbox_on_the_usual_port(url):
    there = mailbox(url)

    assert (there["folder"], there["port"], there["use_ssl"]) == ("INBOX", 143, False)


def test_no_mailbox_is_none():
    assert mailbox("") is None


@pytest.mark.parametrize(
    "url",
    ["pop3://u:p@mail.example", "imaps://mail.example", "imaps://u:p@", "imaps://u:p@x/%C3%BC"],
)
def test_wrong_mailbox_is_refused(url):
    with pytest.raises(ValueError, match=r"expected imaps|ASCII"):
        mailbox(url)


@pytest.mark.parametrize(
    "text",
    ["https:", "https://www.example.org", "*.example.net", "https://a.example:8443", "localhost"],
)
def test_sites_that_may_frame(text):
    assert framing_sites(f" {text}, https://b.example,") == [text, "https://b.example"]


@pytest.mark.parametrize(
    "text",
    ["*", "'none'", "https://a.example; script-src *", "a b", "data:", "https://a.example/x"],
)
def test_what_is_no_site_stops_the_start(text):
    with pytest.raises(ValueError, match="is no site"):
        framing_sites(text)


def test_no_site_may_frame_at_all():
    assert framing_sites("") == []
