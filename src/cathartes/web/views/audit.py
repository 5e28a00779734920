"""The audit as the auditor reads it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from cathartes.casework.audit import AuditEntry
from cathartes.store.interface_audit import AuditFilter
from cathartes.web.desk import Desk

_PLACES = {
    "observation.record": "/observations/",
    "review.add": "/detections/",
    "reviews.read": "/detections/",
    "sortie.add": "/sorties/",
    "sortie.change": "/sorties/",
    "sites.put": "/sites/",
}
"""Where the page of what an action was done on is."""
_MANY = frozenset({"sites", "detections"})
"""Subjects of an entry on several things at once."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry.

    Attributes
    ----------
    number, moment_utc, actor, action, subject, detail
        As recorded.
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


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first; `next` is the `before` of the page after it, or null."""

    entries: tuple[AuditRow, ...]
    next: int | None


def audit_page_view(
    desk: Desk, wanted: AuditFilter, limit: int, before: int | None = None
) -> AuditPage:
    """Return a page of the audit."""
    found = desk.casebook.audit_page(wanted, limit + 1, before)
    rows = tuple(map(audit_row, found[:limit]))
    return AuditPage(rows, rows[-1].number if len(found) > limit else None)


def audit_row(entry: AuditEntry) -> AuditRow:
    """Return an entry."""
    return AuditRow(
        entry.number,
        entry.moment_utc,
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous_hash,
        entry.hash,
    )


def page_of_subject(row: AuditRow) -> str:
    """Return the path of the page of what an entry is about; "" if it has none."""
    place = _PLACES.get(row.action, "")
    return f"{place}{row.subject}" if place and row.subject not in _MANY else ""
