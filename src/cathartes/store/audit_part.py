"""The casebook's audit: written, searched, and read as it stands there to be checked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, Row, Text, func, select, type_coerce

from cathartes.casework.audit import EMPTY_HEAD, AuditEntry, Checkpoint, UnreadableEntry
from cathartes.casework.canonical_json import dumps
from cathartes.errors import CasebookError, InputError
from cathartes.store.canonical import from_canonical, utc_text
from cathartes.store.interface_audit import EVERYTHING, AuditFilter
from cathartes.store.part import CasebookPart, enter, entry_of, last_number
from cathartes.store.refused import enter_refusal
from cathartes.store.tables import audit

_PAGE = 1000


class AuditPart(CasebookPart):
    """The audit; see `cathartes.store.interface_audit.AuditBook`."""

    def audit_entries(
        self, after: int = 0, wanted: AuditFilter = EVERYTHING
    ) -> Iterator[AuditEntry]:
        """Yield the audit's entries in order, those with a higher number than `after`."""
        while True:
            with self._database.read() as connection:
                page = select(audit).where(audit.c.number > after, *_conditions(connection, wanted))
                in_order = page.order_by(audit.c.number).limit(_PAGE)
                entries = [entry_of(row) for row in connection.execute(in_order)]
            yield from entries
            if len(entries) < _PAGE:
                return
            after = entries[-1].number

    def audit_as_it_stands(
        self, after: int | None = None
    ) -> Iterator[AuditEntry | UnreadableEntry]:
        """Yield the same, and what can't be read for what it is."""
        columns = [
            type_coerce(column, Text) if column.name == "detail" else column for column in audit.c
        ]
        if self._database.dialect == "sqlite":  # there a moment is a text too
            columns = [type_coerce(column, Text) for column in audit.c]
        while True:
            page = select(*columns)
            if after is not None:
                page = page.where(audit.c.number > after)
            with self._database.read() as connection:
                rows = connection.execute(page.order_by(audit.c.number).limit(_PAGE)).all()
            yield from map(_as_it_stands, rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].number

    def audit_of(self, subject: str) -> tuple[AuditEntry, ...]:
        """Return the audit's entries on one subject, in order."""
        wanted = select(audit).where(audit.c.subject == subject).order_by(audit.c.number)
        with self._database.read() as connection:
            return tuple(entry_of(row) for row in connection.execute(wanted))

    def audit_page(
        self, wanted: AuditFilter = EVERYTHING, limit: int = 100, before: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the newest first, those with a lower number than `before`."""
        with self._database.read() as connection:
            page = select(audit).where(*_conditions(connection, wanted))
            if before is not None:
                page = page.where(audit.c.number < before)
            newest = page.order_by(audit.c.number.desc()).limit(limit)
            return tuple(entry_of(row) for row in connection.execute(newest))

    def audit_entry(self, number: int) -> AuditEntry:
        """Return an entry."""
        with self._database.read() as connection:
            row = connection.execute(select(audit).where(audit.c.number == number)).one_or_none()
        if row is None:
            raise CasebookError(f"no entry {number} in this casebook's audit.")
        return entry_of(row)

    def audit_actions(self) -> tuple[str, ...]:
        """Return what was ever done, each once, sorted: found by hops through an index."""
        found: list[str] = []
        with self._database.read() as connection:
            hop = select(func.min(audit.c.action))
            action = connection.scalar(hop)
            while action is not None:
                found.append(action)
                action = connection.scalar(hop.where(audit.c.action > action))
        return tuple(sorted(found))

    def audit_head(self) -> Checkpoint:
        """Return number, hash and moment of the last entry."""
        newest = select(audit.c.number, audit.c.hash, audit.c.moment_utc)
        with self._database.read() as connection:
            row = connection.execute(newest.order_by(audit.c.number.desc()).limit(1)).one_or_none()
        return Checkpoint(0, EMPTY_HEAD) if row is None else Checkpoint(*row)

    def audit_number(self) -> int:
        """Return the number of the audit's last entry; 0 if there is none."""
        with self._database.read() as connection:
            return last_number(connection)

    def note(
        self,
        action: str,
        subject: str,
        detail: dict[str, JsonValue],
        actor: str,
        now_utc: datetime,
    ) -> None:
        """Write an audit entry of something that changes no other table."""
        with self._database.change() as connection:
            enter(connection, action, subject, detail, actor, now_utc)

    def note_refusal(
        self,
        action: str,
        subject: str,
        detail: dict[str, JsonValue],
        actor: str,
        now_utc: datetime,
    ) -> None:
        """Write that something was refused; so many in an hour."""
        with self._database.change() as connection:
            enter_refusal(connection, action, subject, detail, actor, now_utc)


def _conditions(connection: Connection, wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    """Yield what entries must fulfil.

    Of a span of time the first and the last number are sought first, in the index over time, so
    that a page is a walk back through numbers, and ends; a clock that was set back does no harm.
    """
    for column, value in (
        (audit.c.actor, wanted.actor),
        (audit.c.action, wanted.action),
        (audit.c.subject, wanted.subject),
    ):
        if value:
            yield column == value
    exact = func.coalesce(audit.c.moment_utc, audit.c.moment_utc)  # not by the index over time
    if wanted.since_utc is not None:
        since = audit.c.moment_utc >= wanted.since_utc
        first = connection.scalar(select(func.min(audit.c.number + 0)).where(since))
        yield audit.c.number >= (first or 0)
        yield exact >= wanted.since_utc
    if wanted.until_utc is not None:
        until = audit.c.moment_utc < wanted.until_utc
        last = connection.scalar(select(func.max(audit.c.number + 0)).where(until))
        yield audit.c.number <= (last or 0)
        yield exact < wanted.until_utc


def _as_it_stands(row: Row[Any]) -> AuditEntry | UnreadableEntry:
    """Return a row as an entry, if each of its columns is exactly what we would have written."""
    try:
        moment_utc = row.moment_utc
        if not isinstance(moment_utc, datetime):
            moment_utc = datetime.fromisoformat(moment_utc)
            if utc_text(moment_utc) != row.moment_utc:
                return _unreadable(row, "its moment is not written as moments are")
        if not all(isinstance(one, str) for one in (row.actor, row.action, row.subject, row.hash)):
            return _unreadable(row, "it holds what is no text")
        detail = from_canonical(row.detail)
        f"{row.actor}{row.action}{row.subject}".encode()  # half a character can't be hashed
        if not isinstance(detail, dict) or dumps(detail).decode() != row.detail:
            return _unreadable(row, "its detail is not written as details are")
        if not isinstance(row.number, int):
            return _unreadable(row, f"its number {row.number!r} is none")
    except (ValueError, TypeError, InputError) as error:
        return _unreadable(row, f"it can't be read ({str(error).rstrip('.')})")
    told_too = (detail, str(row.previous_hash), row.hash)
    return AuditEntry(row.number, moment_utc, row.actor, row.action, row.subject, *told_too)


def _unreadable(row: Row[Any], why: str) -> UnreadableEntry:
    number = row.number if isinstance(row.number, int) else 0
    return UnreadableEntry(number, why, str(row.hash))
