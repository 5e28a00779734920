"""The casebook over SQLAlchemy: one implementation, for SQLite and for PostgreSQL with PostGIS."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import select

from cathartes.casework.audit import AuditEntry
from cathartes.store.authority_part import AuthorityPart
from cathartes.store.database import Database
from cathartes.store.detections_part import DetectionsPart
from cathartes.store.interface import Casebook
from cathartes.store.map_part import MapPart
from cathartes.store.part import enter, entry_of, last_number
from cathartes.store.people_part import PeoplePart
from cathartes.store.results_part import ResultsPart
from cathartes.store.reviews_part import ReviewsPart
from cathartes.store.sign_ins_part import SignInsPart
from cathartes.store.sites_part import SitesPart
from cathartes.store.tables import audit
from cathartes.store.work_part import WorkPart

_PAGE = 1000


class SqlCasebook(
    AuthorityPart,
    WorkPart,
    ResultsPart,
    DetectionsPart,
    SitesPart,
    PeoplePart,
    SignInsPart,
    ReviewsPart,
    MapPart,
):
    """All parts of a casebook; see `cathartes.store.interface.Casebook`."""

    @property
    def database(self) -> Database:
        """What it is kept in: for backups and checks."""
        return self._database

    def audit_entries(self, after: int = 0) -> Iterator[AuditEntry]:
        """Yield the audit's entries in order, those with a higher number than `after`."""
        while True:
            page = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(_PAGE)
            with self._database.read() as connection:
                entries = [entry_of(row) for row in connection.execute(page)]
            yield from entries
            if len(entries) < _PAGE:
                return
            after = entries[-1].number

    def audit_of(self, subject: str) -> tuple[AuditEntry, ...]:
        """Return the audit's entries on one subject, in order."""
        wanted = select(audit).where(audit.c.subject == subject).order_by(audit.c.number)
        with self._database.read() as connection:
            return tuple(entry_of(row) for row in connection.execute(wanted))

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


_KEPT: type[Casebook] = SqlCasebook
"""For type checkers: it does all that a casebook does."""
