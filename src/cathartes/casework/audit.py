r"""The audit chain: what was done, each entry bound to all before it.

.. math:: h_n = \mathrm{SHA256}(h_{n-1} \,\|\, \mathrm{JCS}(\mathrm{entry}_n))

with JCS the canonical JSON of RFC 8785 and the empty chain's head 32 zero bytes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from pydantic import JsonValue

from cathartes.casework.canonical_json import dumps
from cathartes.errors import AuditError, SettingsError

EMPTY_HEAD = "0" * 64
"""Head of a chain without entries."""

_HEX = re.compile(r"[0-9a-f]{64}")
_WITNESSED = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


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
    return hashlib.sha256(bytes.fromhex(previous_hash) + dumps(content)).hexdigest()


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


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a chain at one moment: who keeps it elsewhere can witness a rewrite.

    Attributes
    ----------
    number
        Of the last entry; 0 of an empty chain.
    hash
        The chain's head, hexadecimal.
    moment_utc
        Of that entry; None of an empty chain, or where only number and hash were noted.
    """

    number: int
    hash: str
    moment_utc: datetime | None = None

    def __str__(self) -> str:
        """Return what is noted down: number and hash."""
        return f"{self.number}:{self.hash}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return a head that was noted down.

        Raises
        ------
        SettingsError
            If the text is not ``NUMBER:HASH``.
        """
        told = _WITNESSED.fullmatch(text.strip())
        if told is None:
            raise SettingsError(
                f"head {text!r}: NUMBER:HASH is needed, as `cathartes audit head` prints it."
            )
        return cls(int(told[1]), told[2])


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry of which something is no value of its kind: nobody's program wrote it so.

    Attributes
    ----------
    number
    why
        What is wrong with it.
    hash
        As it stands there, which the next one should follow.
    """

    number: int
    why: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """Where a chain breaks, and how: a sentence that begins with the entry."""

    number: int
    what: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.what


class ChainCheck:
    """Checks a chain entry by entry, so that it need not be held as a whole.

    Parameters
    ----------
    checked
        How far it was found whole before; the beginning if None.
    """

    def __init__(self, checked: Checkpoint | None = None) -> None:
        self.head = checked or Checkpoint(0, EMPTY_HEAD)

    def faults(self, entry: AuditEntry | UnreadableEntry) -> Iterator[ChainFault]:
        """Yield what is wrong with the next entry; then go on from it as it stands there."""
        gap = list(_gap(self.head.number + 1, entry.number))
        yield from gap
        if isinstance(entry, UnreadableEntry):
            yield ChainFault(entry.number, f"entry {entry.number} was changed: {entry.why}.")
            moment_utc = None
        else:
            moment_utc = entry.moment_utc
            told = (entry.number, moment_utc, entry.actor, entry.action, entry.subject)
            if not _HEX.fullmatch(entry.previous_hash):
                what = "its hash of the one before is no hash"
                yield ChainFault(entry.number, f"entry {entry.number} was changed: {what}.")
            elif entry_hash(entry.previous_hash, *told, entry.detail) != entry.hash:
                what = "its hash does not fit its content"
                yield ChainFault(entry.number, f"entry {entry.number} was changed: {what}.")
            elif entry.previous_hash != self.head.hash and not gap:
                what = f"entry {entry.number} does not follow the one before it"
                yield ChainFault(
                    entry.number, f"{what}: either was written anew, left out or added."
                )
        self.head = Checkpoint(entry.number, entry.hash, moment_utc)


def _gap(expected: int, found: int) -> Iterator[ChainFault]:
    """Yield what is wrong with an entry's number."""
    if found > expected:
        n = found - expected
        missing = f"entry {expected} is" if n == 1 else f"entries {expected} to {found - 1} are"
        yield ChainFault(expected, f"{missing} missing; the next one there is {found}.")
    elif found != expected:
        what = f"entry {found} stands where entry {expected} should"
        yield ChainFault(found, f"{what}: it was added or moved.")


def chain_faults(entries: Iterable[AuditEntry | UnreadableEntry]) -> Iterator[ChainFault]:
    """Yield all that is wrong with a whole chain, in order."""
    check = ChainCheck()
    for entry in entries:
        yield from check.faults(entry)


def check_chain(entries: Iterable[AuditEntry | UnreadableEntry]) -> str:
    """Check a whole chain, in order, and return its head.

    Raises
    ------
    AuditError
        At the first entry that was changed, left out, added or moved; it names it.
    """
    check = ChainCheck()
    for entry in entries:
        for fault in check.faults(entry):
            raise AuditError(f"audit: {fault}")
    return check.head.hash
