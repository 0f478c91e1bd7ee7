from email.headerregistry import Address
from email.policy import SMTP

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outbox.addresses import BadAddressError, ascii_address, ascii_domain
from outbox.composing import NAME_LENGTH, mailbox
from outbox.messages import one_line


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


@given(
    name=st.text(alphabet='aZ7 -.,"()<>=?_@ü', max_size=70),
    local=st.text(alphabet="aZ7.+_-'=", min_size=1, max_size=30),
    domain=st.sampled_from(
        ["post.example", "müller.example", "a-b.example", "x" * 60 + ".example"]
    ),
)
@example(name="Zo Mu-ller", local="zo.mu+1", domain="post.example")
@example(name="a" * 50, local="b", domain="post.example")  # just as long as a line
@example(name="a" * 52, local="b", domain="post.example")
def test_a_plain_mailbox_is_what_the_email_package_writes(name, local, domain):
    address = f"{local}@{domain}"
    shown = one_line(name)[:NAME_LENGTH]
    try:
        box = Address(shown, addr_spec=ascii_address(address))
        wanted = SMTP.fold_binary("To", SMTP.header_factory("To", box))
    except Exception as error:  # whatever it refuses, we refuse, too
        with pytest.raises(type(error)):
            mailbox("To", name, address)
        return
    assert mailbox("To", name, address) == wanted
