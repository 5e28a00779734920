"""The message that brings a package by e-mail: it tells of the package, nothing of what is in it.

References
----------
IETF RFC 5322, "Internet Message Format", 2008; RFC 2045 and 2183 for the attachment.
"""

import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import fill

from cathartes.casework.release_content import ReleaseContent
from cathartes.errors import ReleaseError
from cathartes.products.release.words import marking_of, words_of
from cathartes.sealing.statement import sha256_of

NOWHERE = "sender.invalid"
"""No domain of anybody (RFC 6761): the mail program of who sends it puts the right one."""
_WIDTH = 72
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def release_mail(
    content: ReleaseContent, package: bytes, name: str, to: str, sent_utc: datetime, sender: str
) -> bytes:
    """Return the message; the same package gives the same bytes.

    Parameters
    ----------
    content
        Of which only names, label, language and id are told.
    package, name
        The sealed file, and what it is called.
    to
        One address.
    sent_utc
        When a person sent the release.
    sender
        Own address; "" where the mail program of who sends it is to put it.

    Raises
    ------
    ReleaseError
        If an address can't be one of RFC 5322 in ASCII.
    """
    digest = sha256_of(package)
    sender = sender or f"{content.sender.id}@{NOWHERE}"
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(sent_utc.astimezone(UTC).replace(tzinfo=None, microsecond=0))
    message["From"] = _address(content.sender.name, sender)
    message["To"] = _address(content.recipient.name, to)
    message["Subject"] = f"{marking_of(content)} · {content.release_id}"
    message["Message-ID"] = f"<{digest[:32]}@{sender.rpartition('@')[2]}>"
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    message.set_content(_body(content, name), cte="quoted-printable")
    message.add_attachment(package, maintype="application", subtype="octet-stream", filename=name)
    message.set_boundary(f"=_{digest[32:]}")
    try:
        return message.as_bytes()
    except (MessageError, UnicodeError) as error:
        raise ReleaseError(f"message to {to}: it can't be written: {error}.") from error


def _address(name: str, address: str) -> Address:
    wrong = ReleaseError(
        f"e-mail address {address!r}: one in plain letters is needed, as duty@office.example."
    )
    if not _ADDRESS.fullmatch(address):
        raise wrong
    try:
        return Address(" ".join(name.split()), addr_spec=address)
    except (ValueError, MessageError) as error:  # two dots, a dot at an end
        raise wrong from error


def _body(content: ReleaseContent, name: str) -> str:
    words, marking = words_of(content), marking_of(content)
    parts = [marking]
    parts += [words.say("exercise_note")] if content.is_exercise else []
    parts += [
        words.say("mail_to", name=content.recipient.name)
        + "\n"
        + words.say("mail_from", name=content.sender.name),
        words.say("mail_what", id=content.release_id),
        words.say("mail_open"),
        f"    cathartes verify {name}",
        words.say("mail_without"),
        words.say("mail_trust"),
        marking,
    ]
    return "\n\n".join(_filled(part) for part in parts) + "\n"


def _filled(part: str) -> str:
    if part.startswith(" "):
        return part
    return "\n".join(fill(line, _WIDTH, break_long_words=False) for line in part.split("\n"))
