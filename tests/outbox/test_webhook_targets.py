from ipaddress import ip_address

import pytest

from outbox.webhooks.errors import WebhookError
from outbox.webhooks.targets import is_public, target_of

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254
168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1
192.168.178.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1
fe80::1 fec0::1 ff02::1
"""
OPEN = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
172.15.255.255 172.32.0.0 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1 2a00:1450:4001:80b::200e 2606:4700::1111
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_what_is_not_public_is_closed(address):
    assert is_public(ip_address(address)) is False


@pytest.mark.parametrize("address", OPEN.split())
def test_what_is_public_is_open(address):
    assert is_public(ip_address(address)) is True


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://crm.partner.example/hooks", "https://crm.partner.example/hooks"),
        ("  https://crm.partner.example ", "https://crm.partner.example/"),
        ("HTTPS://CRM.Partner.Example:443/Hooks?a=B", "https://crm.partner.example/Hooks?a=B"),
        ("https://crm.partner.example:8443/", "https://crm.partner.example:8443/"),
        ("https://crm.partner.example?a=1", "https://crm.partner.example/?a=1"),
        ("https://crm.partner.example./x", "https://crm.partner.example/x"),
        ("https://straße.example/x", "https://xn--strae-oqa.example/x"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
        ("https://[2a00:1450:4001:080B::200E]:8443/x", "https://[2a00:1450:4001:80b::200e]:8443/x"),
    ],
)
def test_a_good_address_is_kept_in_its_one_form(url, wanted):
    target = target_of(url)

    assert target.url == wanted
    assert target_of(wanted) == target


@pytest.mark.parametrize(
    "url",
    [
        *[
            "",
            "crm.partner.example",
            "//crm.partner.example/",
            "https://",
            "https:///x",
            "https:/x",
        ],
        *["ftp://a.example/", "file:///etc/passwd", "javascript://a.example", "https//a.example"],
        *["https://user@a.example/", "https://user:pw@a.example/", "https://a.example@10.0.0.1/"],
        *["https://a.example:0/", "https://a.example:65536/", "https://a.example:x/"],
        *["https://a.example:80:80/", "https://[::1]a.example/", "https://[::1/", "https://[::g]/"],
        *["https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"],
        *["https://a.example/x y", "https://a.example/\r\nHost: b", "https://a.example/\tx"],
        *["https://a.exa\nmple/", "https://a.example\\@b.example/", "https://a.example/\\"],
        *["https://a.example/#top", "https://a.example/ü", "https://a.example/\x00"],
        *["https://a_b.example/", "https://-a.example/", "https://a..example/", "https://.b/"],
        *["https://a%2eexample/", "https://\ud800.example/", "https://a。example/"],
        *["https://0x7f.1/", "https://0x7f000001/", "https://2130706433/", "https://127.1/"],
        *["https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1.5/", "https://1/"],
        *["https://a.0x1/", "https://256.1.1.1/", "https://a.example.1/"],
        f"https://{'a' * 64}.example/",
        f"https://a.example/{'x' * 500}",
        *[None, 5, ["https://a.example/"], b"https://a.example/"],
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(WebhookError) as caught:
        target_of(url)

    assert (caught.value.code, caught.value.field) == ("invalid_url", "url")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://crm.partner.example/", "https_required"),
        ("https://crm.partner.example:25/", "port_not_allowed"),
        ("https://crm.partner.example:80/", "port_not_allowed"),
        ("https://localhost/", "not_public"),
        ("https://LOCALHOST:8443/", "not_public"),
        ("https://intranet/", "not_public"),
        ("https://127.0.0.1/", "not_public"),
        ("https://127.0.0.1./", "not_public"),
        ("https://169.254.169.254/latest/meta-data/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://[::ffff:a00:1]/", "not_public"),
        ("https://[64:ff9b::a00:1]/", "not_public"),
    ],
)
def test_an_address_that_must_not_be_called_is_refused(url, code):
    with pytest.raises(WebhookError) as caught:
        target_of(url)

    assert (caught.value.code, caught.value.field) == (code, "url")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9000/x"),
        ("Localhost:443", "https://localhost/x"),
        ("localhost:80", "http://localhost/x"),
        ("[::1]:9000", "http://[::1]:9000/x"),
    ],
)
def test_receivers_of_tests_are_exempt(settings, host, url):
    settings.WEBHOOK_TEST_HOSTS = [host]

    assert target_of(url).url == url


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/", "https://127.0.0.1/", "http://localhost:9000/"]
)
def test_only_the_named_host_and_port_is_exempt(settings, url):
    settings.WEBHOOK_TEST_HOSTS = ["127.0.0.1:9000"]

    with pytest.raises(WebhookError):
        target_of(url)
