"""Reads of releases, which are on record: whoever reads one, once in an hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from cathartes.store.interface_releases import ReleaseBook

SPAN = timedelta(hours=1)
"""In which the same reading is entered once."""


@dataclass(slots=True)
class ReleaseReads:
    """Enters who read which release."""

    _read: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, book: ReleaseBook, actor: str, release_id: str, now_utc: datetime) -> None:
        """Put on record that somebody read a release."""
        with self._lock:
            self._read = {key: when for key, when in self._read.items() if now_utc - when < SPAN}
            if (actor, release_id) in self._read:
                return
            self._read[actor, release_id] = now_utc
        book.note_release_read(release_id, actor, now_utc)
