"""What the pages work with: the casebook, its evidence, the settings, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from cathartes.store.casebook import SqlCasebook
from cathartes.store.evidence import EvidenceStore
from cathartes.web.settings import ServeSettings
from cathartes.web.verdict_reads import VerdictReads


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class OneTimeLinks:
    """Secrets that sign somebody in, each once."""

    _users: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, secret: str, user_id: str) -> None:
        """Let a secret sign a user in."""
        with self._lock:
            self._users[secret] = user_id

    def take(self, secret: str) -> str:
        """Return whom a secret signs in, and forget it; "" if nobody."""
        with self._lock:
            return self._users.pop(secret, "")


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
    now
        Clock, in UTC.
    """

    where: str
    casebook: SqlCasebook
    evidence: EvidenceStore
    settings: ServeSettings = field(default_factory=ServeSettings)
    links: OneTimeLinks = field(default_factory=OneTimeLinks)
    verdict_reads: VerdictReads = field(default_factory=VerdictReads)
    now: Callable[[], datetime] = _now
