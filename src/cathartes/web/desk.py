"""What the pages work with: the casebook, its evidence, the settings, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock

from cathartes.store.casebook import SqlCasebook
from cathartes.store.evidence import EvidenceStore
from cathartes.web.kept_reports import KeptReports
from cathartes.web.oidc import Provider
from cathartes.web.release_reads import ReleaseReads
from cathartes.web.settings import ServeSettings
from cathartes.web.verdict_reads import VerdictReads


def _now() -> datetime:
    return datetime.now(UTC)


_NEVER = datetime.max.replace(tzinfo=UTC)
LINK_END = timedelta(hours=24)
"""A one-time link that an administrator handed out is good for so long."""


@dataclass(slots=True)
class OneTimeLinks:
    """Secrets that sign somebody in, each once; kept in memory alone."""

    _users: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, secret: str, user_id: str, ends_utc: datetime = _NEVER) -> None:
        """Let a secret sign a user in, until a moment if one is told."""
        with self._lock:
            self._users[secret] = user_id, ends_utc

    def whose(self, secret: str, now_utc: datetime) -> str:
        """Return whom a secret would sign in; "" if nobody."""
        user_id, ends_utc = self._users.get(secret, ("", now_utc))
        return user_id if now_utc < ends_utc else ""

    def take(self, secret: str, now_utc: datetime) -> str:
        """Return whom a secret signs in, and forget it; "" if nobody."""
        with self._lock:
            user_id, ends_utc = self._users.pop(secret, ("", now_utc))
        return user_id if now_utc < ends_utc else ""

    def end_all_of(self, user_id: str) -> None:
        """Forget all links of a user."""
        with self._lock:
            self._users = {key: one for key, one in self._users.items() if one[0] != user_id}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page may need.

    Attributes
    ----------
    where
        The casebook's folder or URL, without a password.
    casebook, evidence
    settings
    links
    verdict_reads
        Puts on record what auditors read.
    release_reads
        Puts on record who reads releases.
    kept_reports
        Of releases that were looked at last.
    provider
        Of identities; None if people sign in by password alone.
    now
        Clock, in UTC.
    """

    where: str
    casebook: SqlCasebook
    evidence: EvidenceStore
    settings: ServeSettings = field(default_factory=ServeSettings)
    links: OneTimeLinks = field(default_factory=OneTimeLinks)
    verdict_reads: VerdictReads = field(default_factory=VerdictReads)
    release_reads: ReleaseReads = field(default_factory=ReleaseReads)
    kept_reports: KeptReports = field(default_factory=KeptReports)
    provider: Provider | None = None
    now: Callable[[], datetime] = _now


def link_of(desk: Desk, secret: str) -> str:
    """Return the address that signs somebody in by a one-time secret."""
    return f"{desk.settings.address}sign-in/link?secret={secret}"
