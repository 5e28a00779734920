r"""The audit chain: what was done, each entry bound to all before it.

.. math:: h_n = \mathrm{SHA256}(h_{n-1} \,\|\, \mathrm{JCS}(\mathrm{entry}_n))

with JCS the canonical JSON of RFC 8785 and the empty chain's head 32 zero bytes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785
from pydantic import JsonValue

from cathartes.errors import AuditError

EMPTY_HEAD = "0" * 64
"""Head of a chain without entries."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done.

    Attributes
    ----------
    number
        From 1, without gaps.
    moment_utc
        To the microsecond.
    actor
        Who: a user's name, or ``local:<name>`` at the command line.
    action
        What, as ``mandate.add``.
    subject
        On what: an id.
    detail
        The rest; numbers that JSON can hold exactly.
    previous_hash, hash
        Hexadecimal.
    """

    number: int
    moment_utc: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, JsonValue]
    previous_hash: str
    hash: str


def entry_hash(
    previous_hash: str,
    number: int,
    moment_utc: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, JsonValue],
) -> str:
    """Return the hash of an entry, hexadecimal."""
    content = {
        "number": number,
        "moment": moment_utc.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": detail,
    }
    canonical = rfc8785.dumps(content)  # type: ignore[arg-type]  # its own JSON type
    return hashlib.sha256(bytes.fromhex(previous_hash) + canonical).hexdigest()


def next_entry(
    previous: AuditEntry | None,
    moment_utc: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, JsonValue],
) -> AuditEntry:
    """Return the entry that follows another, or that begins a chain."""
    number = 1 if previous is None else previous.number + 1
    head = EMPTY_HEAD if previous is None else previous.hash
    told = (number, moment_utc, actor, action, subject, detail)
    return AuditEntry(*told, head, entry_hash(head, *told))


def check_chain(entries: Iterable[AuditEntry]) -> str:
    """Check a whole chain, in order, and return its head.

    Raises
    ------
    AuditError
        At the first entry that was changed, left out, added or moved; it names it.
    """
    head = EMPTY_HEAD
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            raise AuditError(
                f"audit: entry {number} is missing; the next one there is {entry.number}."
            )
        if entry.previous_hash != head:
            raise AuditError(f"audit: entry {number} does not follow the one before it.")
        told = (entry.number, entry.moment_utc, entry.actor, entry.action, entry.subject)
        if entry_hash(head, *told, entry.detail) != entry.hash:
            raise AuditError(f"audit: entry {number} was changed: its hash does not fit.")
        head = entry.hash
    return head
