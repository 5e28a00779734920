"""What the parts of a casebook have in common: its database, and how a change enters the audit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, func, select

from cathartes.casework.audit import AuditEntry, next_entry
from cathartes.store import tables
from cathartes.store.database import Database

_T = TypeVar("_T", int, str)

_BATCH = 10_000
"""Parameters of one statement; SQLite takes 32,766."""


class CasebookPart:
    """A part of a casebook: some of its methods, over the one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def batches(ids: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Yield ids in as many as one statement takes."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, if there are any."""
    if rows:
        connection.execute(table.insert(), rows)


def entry_of(row: Row[Any]) -> AuditEntry:
    """Return a row as an audit entry."""
    return AuditEntry(
        row.number,
        row.moment_utc,
        row.actor,
        row.action,
        row.subject,
        row.detail,
        row.previous_hash,
        row.hash,
    )


def last_number(connection: Connection) -> int:
    """Return the number of the audit's last entry; 0 if there is none."""
    return connection.scalar(select(func.max(tables.audit.c.number))) or 0


def enter(
    connection: Connection,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    actor: str,
    now_utc: datetime,
) -> None:
    """Write the audit entry of a change into the change's own transaction."""
    newest = select(tables.audit).order_by(tables.audit.c.number.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    previous = None if last is None else entry_of(last)
    entry = next_entry(previous, now_utc, actor, action, subject, dict(detail))
    connection.execute(
        tables.audit.insert().values(
            number=entry.number,
            moment_utc=entry.moment_utc,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            detail=entry.detail,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
        )
    )
