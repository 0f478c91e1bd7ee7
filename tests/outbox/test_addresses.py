import idna
import pytest

from outbox.addresses import BadAddressError, ascii_address, ascii_domain


@pytest.mark.parametrize(
    "domain", ["wolfsburg.de", "müller.de", "straße.example", "Ü-haus.münchen.de", "東京.example"]
)
def test_domains_are_written_as_the_standard_says(domain):
    assert ascii_domain(domain) == idna.encode(domain.lower()).decode()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("zoe@gruenden.example", "zoe@gruenden.example"),
        (" Zoe.M+dma@MÜLLER.example ", "Zoe.M+dma@xn--mller-kva.example"),
        ("o'hara_1@x.example", "o'hara_1@x.example"),
    ],
)
def test_addresses_become_ascii(address, wanted):
    assert ascii_address(address) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zoe",
        "@x.example",
        "zoe@",
        "zoë@x.example",
        "zoe@x..example",
        "zoe@-x.example",
        "zoe@x_y.example",
        "zoe@x。example\u2024",
        "zoe@x.example\r\nBcc: evil@x.example",
        "zoe@x.example, evil@x.example",
        "zoe m@x.example",
        '"zoe m"@x.example',
        '"zoe\\" m"@x.example',
        "Zoë <zoe@x.example>",
        "zoe(at home)@x.example",
        "a" * 65 + "@x.example",
        "zoe@" + "ä" * 63 + ".example",
        "zoe@" + ".".join(["abcdefgh"] * 30),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(address):
    with pytest.raises(BadAddressError) as caught:
        ascii_address(address)

    assert str(caught.value) in {"local part", "domain"}
