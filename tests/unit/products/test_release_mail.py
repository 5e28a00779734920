"""The message with a package: whole by RFC 5322, and telling nothing of what is in it."""

import email
import getpass
import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.policy import default

import pytest

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import Recipient
from cathartes.casework.release_material import Notice, Sender
from cathartes.errors import ReleaseError
from cathartes.products.release.mail import release_mail
from made_up_release import CHEMICAL, SECRETS, material, partner

PACKAGE = b"age-encryption.org/v1\n" + bytes(range(256)) * 9
SENT = datetime(2031, 5, 5, 9, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=-7)))
TO = "guardia@oficina.example"


def content(languages=("en",), notice=Notice.ALERT, **changes):
    return content_for(partner(*Field, languages=languages), replace(material(notice), **changes))


def message(told=None, to=TO, sender="unit@survey.example") -> bytes:
    told = told or content()
    return release_mail(told, PACKAGE, "R-2031-0007.cathartes", to, SENT, sender)


def parsed(text: bytes):
    return email.message_from_bytes(text, policy=default)


def test_it_is_whole_and_brings_the_package_byte_for_byte():
    read = parsed(message())
    assert not read.defects
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed", "text/plain", "application/octet-stream"
    ]  # fmt: skip
    (attached,) = read.iter_attachments()
    assert attached.get_content() == PACKAGE
    assert attached.get_filename() == "R-2031-0007.cathartes"
    assert read["To"].addresses[0].addr_spec == TO
    assert read["From"].addresses[0].addr_spec == "unit@survey.example"
    assert read["From"].addresses[0].display_name == "Cathartes test unit"


def test_lines_are_as_rfc_5322_wants_them():
    """Section 2.1.1: CR and LF only together, at most 998 characters a line; section 3.6."""
    text = message(content(languages=("es",), is_exercise=True))
    assert text.isascii()
    assert text.count(b"\r") == text.count(b"\n") == text.count(b"\r\n")
    assert max(map(len, text.split(b"\r\n"))) <= 998
    head = text.split(b"\r\n\r\n")[0].decode()
    names = [line.split(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert len(names) == len(set(names))
    assert set(names) == {
        "Date", "From", "To", "Subject", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"
    }  # fmt: skip


def test_moments_are_of_no_time_zone():
    assert b"Date: Mon, 05 May 2031 16:30:01 -0000\r\n" in message()
    assert parsed(message())["Date"].datetime.replace(tzinfo=UTC) == SENT.replace(microsecond=0)


@pytest.mark.parametrize("languages", [("en",), ("es-MX",)])
@pytest.mark.parametrize("notice", list(Notice))
def test_it_tells_nothing_of_what_is_in_the_package(languages, notice):
    told = content(languages, notice)
    whole = parsed(message(told))
    text = str(whole["Subject"]) + whole.get_body().get_content()
    for secret in (*SECRETS, CHEMICAL, "13QFC", "20.67", "20,67", "103.3", "kg/h", "likely", "M-1"):
        assert secret not in text
    assert told.message not in text
    if notice is not Notice.ALERT:
        assert told.reason not in text
        assert "R-2031-0006" not in text


def test_nothing_of_this_machine_or_program_is_in_its_heads():
    for sender in ("", "unit@survey.example"):
        heads = message(sender=sender).replace(PACKAGE, b"").decode("ascii")
        for told in (
            socket.gethostname(),
            f"{getpass.getuser()}@",
            "python",
            "User-Agent",
            "X-Mailer",
        ):
            assert not re.search(rf"\b{re.escape(told)}", heads, re.IGNORECASE)
    assert message() == message(), "no boundary or id by chance"


def test_the_body_is_in_the_partners_language_and_marked():
    english, spanish = (parsed(message(content(one))) for one in (("en",), ("es",)))
    assert "sealed for you" in " ".join(english.get_body().get_content().split())
    body = " ".join(spanish.get_body().get_content().split())
    assert "sellado para usted" in body
    assert body.startswith("TLP:AMBER")
    assert body.endswith("TLP:AMBER")
    drill = parsed(message(content(("es",), is_exercise=True)))
    assert str(drill["Subject"]) == "EXERCISE · TLP:AMBER · R-2031-0007"
    assert "Esto es un simulacro" in drill.get_body().get_content()


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines\nBcc: c@d.example",
        'Oficina "X" <evil@x.example>, y@z.example',
        "Ü; (nota) \\",
        "a" * 200,
        "日本語 事務所",
    ],
)
def test_a_hostile_name_addresses_nobody_else(name):
    told = replace(
        content(), sender=Sender("x", name), recipient=Recipient("mx-authority", name, "MX")
    )
    read = parsed(message(told))
    for head in ("To", "From"):
        (one,) = read[head].addresses
        assert one.addr_spec in {TO, "unit@survey.example"}
        assert one.display_name == name.replace("\n", " ")
    assert set(read.keys()) == set(parsed(message()).keys())


@pytest.mark.parametrize(
    "to",
    ["ü@x.example", "a(b)@x.example", "a..b@x.example", ".a@x.example", "a@b\r\nBcc: c@d.ee", ""],
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(ReleaseError, match="in plain letters is needed"):
        message(to=to)


def test_who_sends_it_puts_the_address_where_none_is_told():
    read = parsed(message(sender=""))
    assert read["From"].addresses[0].addr_spec == "test.cathartes@sender.invalid"
    assert read["X-Unsent"] == "1"
