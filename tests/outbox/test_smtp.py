import ipaddress
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outbox.smtp import DeliveryError, MailServer
from tests.outbox.sink import free_port, started_sink, talking_server

LOGIN = {"username": "dma", "password": "geheim"}


def letter():
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Guten Tag"
    message.set_content("Guten Tag")
    return message.as_bytes()


def send(server, to="zoe@x.example", deadline=5.0):
    with MailServer(server, deadline=deadline) as connection:
        connection.send(letter(), sender="dma@x.example", recipient=to)


def failure(server, **options):
    with pytest.raises(DeliveryError) as caught:
        send(server, **options)
    error = caught.value
    return error.reason, error.permanent, error.in_doubt, error.for_all


def check_login(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"dma", b"geheim")
    return AuthResult(success=right, handled=right)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(address, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = made.sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + signed.public_bytes(pem))
    return path


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def starttls(tls):
    sink = started_sink(
        tls_context=tls, require_starttls=True, authenticator=check_login, auth_required=True
    )
    yield sink
    sink.stop()


@pytest.fixture
def smtps(tls):
    """Only the connection is TLS; the library's own first visit does not trust us."""
    sink = started_sink(ssl_context=tls)
    yield sink
    sink.stop()


@pytest.mark.usefixtures("trusted")
def test_starttls_and_login(starttls):
    send(starttls.settings(use_tls=True, **LOGIN))

    assert starttls.to() == ["zoe@x.example"]


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(smtps):
    send(smtps.settings(use_ssl=True))

    assert smtps.to() == ["zoe@x.example"]


@pytest.mark.parametrize("way", ["use_tls", "use_ssl"])
def test_a_certificate_nobody_vouches_for_is_refused(starttls, smtps, way):
    sink = starttls if way == "use_tls" else smtps

    assert failure(sink.settings(**{way: True})) == ("unreachable", False, False, True)
    assert sink.received == []


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_concerns_all_mails_and_kills_none(starttls):
    server = starttls.settings(use_tls=True, username="dma", password="falsch")

    assert failure(server) == ("smtp: 535 5.7.8", False, False, True)


@pytest.mark.usefixtures("trusted")
def test_a_password_that_cannot_be_said_concerns_all_mails(starttls):
    server = starttls.settings(use_tls=True, username="dma", password="\udc80")

    assert failure(server) == ("unreachable", False, False, True)


def test_a_server_without_starttls_gets_no_password(sink):
    assert failure(sink.settings(use_tls=True, **LOGIN)) == ("unreachable", False, False, True)


def test_a_closed_port_concerns_all_mails(sink):
    assert failure(sink.settings(port=free_port())) == ("unreachable", False, False, True)


def test_a_server_that_does_not_want_us_concerns_all_mails():
    with talking_server(b"554 no\r\n") as server:
        assert failure(server) == ("smtp: 554", False, False, True)


@pytest.mark.parametrize("said", [[], [b"250 x\r\n"]])
def test_a_server_that_says_no_more_before_it_knows_for_whom_concerns_all_mails(said):
    with talking_server(b"220 x\r\n", *said, pause=1.0) as server:
        assert failure(server, deadline=0.5) == ("no_answer", False, False, True)


def test_a_server_that_drips_is_cut_at_the_deadline():
    started = time.monotonic()

    with talking_server(*[b"220-wait\r\n"] * 100, pause=0.1) as server:
        assert failure(server, deadline=0.5) == ("unreachable", False, False, True)
        assert 0.4 < time.monotonic() - started < 8


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("450-a@x.example", ("smtp: 450 4.1.1", False, False, False)),
        ("550-a@x.example", ("smtp: 550 5.1.1", True, False, False)),
        ("421-a@x.example", ("smtp: 421 4.1.1", False, False, False)),
        ("early-a@x.example", ("no_answer", False, False, False)),
        ("hang-a@x.example", ("no_answer", False, False, False)),
        ("full-a@x.example", ("smtp: 452 4.3.1", False, False, False)),
        ("gone-a@x.example", ("no_answer", False, False, False)),
        ("cut-a@x.example", ("no_answer", False, True, False)),
        ("late-a@x.example", ("no_answer", False, True, False)),
    ],
)
def test_what_a_failure_means(sink, to, told):
    deadline = 1.5 if to.startswith("hang-") else 10.0

    assert failure(sink.settings(), to=to, deadline=deadline) == told


def test_lines_that_begin_with_a_dot_arrive_as_they_were_written(sink):
    text = letter() + b".\r\n..two\r\n.one\r\n"
    with MailServer(sink.settings()) as connection:
        connection.send(text, sender="dma@x.example", recipient="a@x.example")

    assert [envelope.original_content for envelope in sink.received] == [text]


def test_a_lost_connection_is_opened_again(sink):
    with MailServer(sink.settings()) as connection:
        for to in ("a@x.example", "b@x.example"):
            connection.send(letter(), sender="dma@x.example", recipient=to)
            connection.cut()

    assert sink.to() == ["a@x.example", "b@x.example"]
    assert sink.handler.connections == 2


def test_a_server_that_takes_one_mail_for_each_connection_gets_them_all(sink):
    sink.handler.one_each = True
    with MailServer(sink.settings()) as connection:
        for to in ("a@x.example", "b@x.example", "c@x.example"):
            connection.send(letter(), sender="dma@x.example", recipient=to)

    assert sink.to() == ["a@x.example", "b@x.example", "c@x.example"]
    assert sink.handler.connections == 3


def test_a_mail_that_takes_its_time_is_cut_though_another_went_fast(sink):
    """The watch looks again at its leisure: it must not forget who begins in between."""
    with MailServer(sink.settings(), deadline=1.0) as connection:
        connection.send(letter(), sender="dma@x.example", recipient="a@x.example")
        with pytest.raises(DeliveryError, match="no_answer"):
            connection.send(letter(), sender="dma@x.example", recipient="hang-a@x.example")
        connection.send(letter(), sender="dma@x.example", recipient="b@x.example")

    assert sink.to() == ["a@x.example", "b@x.example"]


def test_a_connection_that_falls_silent_costs_one_attempt_only(sink):
    with MailServer(sink.settings(), deadline=1.5) as connection:
        connection.send(letter(), sender="dma@x.example", recipient="a@x.example")
        sink.handler.silent = True
        with pytest.raises(DeliveryError, match="no_answer"):
            connection.send(letter(), sender="dma@x.example", recipient="b@x.example")
        connection.send(letter(), sender="dma@x.example", recipient="c@x.example")

    assert sink.to() == ["a@x.example", "c@x.example"]


def test_cutting_what_is_not_connected_is_harmless(sink):
    server = MailServer(sink.settings())
    server.cut()

    assert server.overdue is True
