import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from outbox.webhooks import sender
from outbox.webhooks.sender import READ_BYTES, Deadline, Limited, post
from tests.outbox.receiver import running_receiver
from tests.outbox.sink import free_port

NAME = "hooks.partner.example"
BODY = b'{"type":"ping"}'


@pytest.fixture
def leads_to(monkeypatch):
    """Names lead to these addresses; answers the list of what was asked for."""

    def lead(*addresses):
        asked = []

        def getaddrinfo(host, port, *arguments, **options):
            asked.append(host)
            return [
                (socket.AF_INET6 if ":" in ip else socket.AF_INET, 1, 6, "", (ip, to or port))
                for ip, to in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return lead


@pytest.fixture
def no_connections(monkeypatch):
    def connect(self, address):
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)


def summary(answer):
    return answer.status_code, answer.error


def test_a_delivery_is_a_post_of_json(receiver):
    answer = post(receiver.url("/200?a=b"), BODY, {"webhook-id": "7"})

    assert summary(answer) == (200, "")
    assert answer.duration_ms >= 0
    [got] = receiver.received
    assert (got.path, got.body) == ("/200?a=b", BODY.decode())
    assert got.headers == {
        "host": receiver.netloc,
        "user-agent": "DMA-CRM-Webhooks/1",
        "content-type": "application/json",
        "content-length": "15",
        "connection": "close",
        "webhook-id": "7",
    }


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_success(receiver, status):
    assert summary(post(receiver.url(f"/{status}"), BODY, {})) == (status, "")


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/302", 302, "redirect"),
        ("/308", 308, "redirect"),
        ("/304", 304, "redirect"),
        ("/400", 400, "status"),
        ("/404", 404, "status"),
        ("/410", 410, "gone"),
        ("/429", 429, "status"),
        ("/500", 500, "status"),
        ("/999", 999, "status"),
        ("/cut", None, "unreachable"),
        ("/nonsense", None, "bad_answer"),
        ("/headers", None, "bad_answer"),
    ],
)
def test_everything_else_is_a_failure(receiver, path, status, error):
    assert summary(post(receiver.url(path), BODY, {})) == (status, error)


def test_redirects_are_not_followed(receiver):
    assert summary(post(receiver.url("/redirect"), BODY, {})) == (302, "redirect")
    assert [got.path for got in receiver.received] == ["/redirect"]


def test_retry_after_is_handed_on(receiver):
    assert post(receiver.url("/429?60"), BODY, {}).retry_after == "60"


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_the_deadline_counts_for_everything(receiver, path):
    """Each byte of a drip comes in time, the whole never does."""
    assert summary(post(receiver.url(path), BODY, {}, seconds=0.3)) == (None, "timeout")


def test_an_endless_body_does_not_matter(receiver):
    assert summary(post(receiver.url("/endless"), BODY, {})) == (200, "")


def test_no_more_than_64_kilobytes_are_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(target=theirs.sendall, args=(b"x" * (READ_BYTES + 5000),))
        writer.start()
        raw = Limited(ours, Deadline(10))
        got = b"".join(iter(lambda: raw.read(9000), b""))
        rest = b""
        while len(rest) < 5000:
            rest += ours.recv(5000)
        writer.join()

    assert len(got) == 65_536


def test_nobody_listens(settings):
    port = free_port()
    settings.WEBHOOK_TEST_HOSTS = [f"127.0.0.1:{port}"]

    assert summary(post(f"http://127.0.0.1:{port}/", BODY, {})) == (None, "unreachable")


def test_proxies_of_the_environment_are_not_asked(receiver, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert summary(post(receiver.url(), BODY, {})) == (200, "")


@pytest.mark.parametrize(
    "addresses",
    [
        [("10.0.0.1", None)],
        [("::1", None)],
        [("127.0.0.1", None)],
        [("64:ff9b::a00:1", None)],
        [("fe80::1%1", None)],
        [("8.8.8.8", None), ("192.168.0.1", None)],
        [("2a00:1450:4001:80b::200e", None), ("::ffff:10.0.0.1", None)],
    ],
)
@pytest.mark.usefixtures("no_connections")
def test_a_name_that_leads_to_a_closed_address_is_not_called(leads_to, addresses):
    leads_to(*addresses)

    assert summary(post(f"https://{NAME}/", BODY, {})) == (None, "not_public")


@pytest.mark.usefixtures("no_connections")
@pytest.mark.parametrize("url", ["http://crm.partner.example/", "https://127.0.0.1/", "nonsense"])
def test_an_address_is_checked_again_when_something_is_sent(url):
    """It may have been stored under other rules or by hand."""
    assert post(url, BODY, {}).error in {"https_required", "not_public", "invalid_url"}


def test_the_connection_goes_to_the_address_that_was_checked(settings, receiver, leads_to):
    """A second look-up could lead elsewhere: there is none. The name stays in the request."""
    settings.WEBHOOK_TEST_HOSTS = [f"{NAME}:9000"]
    asked = leads_to(("127.0.0.1", receiver.port))

    assert summary(post(f"http://{NAME}:9000/200", BODY, {})) == (200, "")
    assert asked == [NAME]
    assert receiver.received[0].headers["host"] == f"{NAME}:9000"


def test_of_several_addresses_the_first_that_answers_is_taken(settings, receiver, leads_to):
    settings.WEBHOOK_TEST_HOSTS = [f"{NAME}:9000"]
    leads_to(("127.0.0.1", free_port()), ("127.0.0.1", receiver.port))

    assert summary(post(f"http://{NAME}:9000/200", BODY, {})) == (200, "")


def test_a_name_without_an_address(leads_to):
    leads_to()

    assert summary(post(f"https://{NAME}/", BODY, {})) == (None, "not_resolved")


def test_a_name_that_nobody_knows(monkeypatch):
    def getaddrinfo(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    assert summary(post(f"https://{NAME}/", BODY, {})) == (None, "not_resolved")


def test_a_resolver_that_hangs(monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **o: released.wait(30))

    assert summary(post(f"https://{NAME}/", BODY, {}, seconds=0.2)) == (None, "timeout")
    released.set()


def test_a_deadline_that_has_passed():
    assert post(f"https://{NAME}/", BODY, {}, seconds=0).error == "timeout"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Signed by itself, for NAME; the file holds its key too."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, form, plain) + made.public_bytes(pem))
    return path


@pytest.fixture
def secure(certificate):
    """A receiver with TLS; `names` collects those that clients asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with running_receiver(context) as receiver:
        receiver.names = []
        context.sni_callback = lambda _socket, name, _context: receiver.names.append(name)
        yield receiver


@pytest.fixture
def trusting(certificate, monkeypatch):
    context = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(sender, "tls", lambda: context)


@pytest.mark.usefixtures("trusting")
def test_the_name_goes_into_the_handshake(settings, secure, leads_to):
    settings.WEBHOOK_TEST_HOSTS = [f"{NAME}:443"]
    leads_to(("127.0.0.1", secure.port))

    assert summary(post(f"https://{NAME}/200", BODY, {})) == (200, "")
    assert secure.names == [NAME]
    assert secure.received[0].headers["host"] == NAME


@pytest.mark.usefixtures("trusting")
def test_a_certificate_for_another_name_is_refused(settings, secure, leads_to):
    settings.WEBHOOK_TEST_HOSTS = ["other.partner.example:443"]
    leads_to(("127.0.0.1", secure.port))

    assert summary(post("https://other.partner.example/200", BODY, {})) == (None, "tls")
    assert secure.received == []


def test_a_certificate_that_nobody_vouches_for_is_refused(settings, secure):
    settings.WEBHOOK_TEST_HOSTS = [secure.netloc]

    assert summary(post(secure.url(scheme="https"), BODY, {})) == (None, "tls")
    assert secure.received == []


def test_a_receiver_that_never_shakes_hands(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        netloc = f"127.0.0.1:{silent.getsockname()[1]}"
        settings.WEBHOOK_TEST_HOSTS = [netloc]

        assert summary(post(f"https://{netloc}/", BODY, {}, seconds=0.3)) == (None, "timeout")
