"""What a casebook tells of its audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry, Checkpoint, UnreadableEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is "" or None does not matter.

    Attributes
    ----------
    actor, action, subject
        The whole word.
    since_utc, until_utc
        At or after the one, before the other.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since_utc: datetime | None = None
    until_utc: datetime | None = None


EVERYTHING = AuditFilter()


class AuditBook(Protocol):
    """The audit, which can only grow."""

    def audit_entries(
        self, after: int = 0, wanted: AuditFilter = EVERYTHING
    ) -> Iterator[AuditEntry]:
        """Yield the audit's entries in order, those with a higher number than `after`."""

    def audit_as_it_stands(
        self, after: int | None = None
    ) -> Iterator[AuditEntry | UnreadableEntry]:
        """Yield the same for a check: what can't be read, or has no number, is told too.

        From the very first row if `after` is None, also if its number is less than one.
        """

    def audit_of(self, subject: str) -> tuple[AuditEntry, ...]:
        """Return the audit's entries on one subject, in order."""

    def audit_page(
        self, wanted: AuditFilter = EVERYTHING, limit: int = 100, before: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the newest first, those with a lower number than `before`."""

    def audit_entry(self, number: int) -> AuditEntry:
        """Return an entry; CasebookError if it is not there."""

    def audit_actions(self) -> tuple[str, ...]:
        """Return what was ever done, each once, sorted."""

    def audit_head(self) -> Checkpoint:
        """Return number, hash and moment of the last entry."""

    def audit_number(self) -> int:
        """Return the number of the audit's last entry; 0 if there is none."""

    def note(
        self, action: str, subject: str, detail: dict[str, JsonValue], actor: str,
        now_utc: datetime,
    ) -> None:  # fmt: skip
        """Write an audit entry of something that changes no other table."""

    def note_refusal(
        self, action: str, subject: str, detail: dict[str, JsonValue], actor: str,
        now_utc: datetime,
    ) -> None:  # fmt: skip
        """Write that something was refused, with ``why`` in its detail.

        Of each kind those of an hour up to a number, then one that says that there are more: who is
        refused again and again does not fill the audit.
        """
