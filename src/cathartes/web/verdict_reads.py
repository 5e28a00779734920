"""Reads of reviews by an auditor, who sees them also while they are blind to the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from pydantic import JsonValue

from cathartes.casework.roles import Role, Subject
from cathartes.store.interface_audit import AuditBook

SPAN = timedelta(hours=1)
"""In which the same reading is entered once."""


@dataclass(slots=True)
class VerdictReads:
    """Enters who read the reviews of what; the same again in an hour is the same reading."""

    _read: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(
        self, audit: AuditBook, subject: Subject, detection_ids: Iterable[str], now_utc: datetime
    ) -> None:
        """Put on record that an auditor read reviews of detections; of others nothing."""
        if Role.AUDITOR not in subject.roles:
            return
        with self._lock:
            old = [key for key, moment in self._read.items() if now_utc - moment >= SPAN]
            for key in old:
                del self._read[key]
            new = [one for one in detection_ids if (subject.id, one) not in self._read]
            self._read |= dict.fromkeys([(subject.id, one) for one in new], now_utc)
        if len(new) == 1:
            audit.note("reviews.read", new[0], {}, subject.id, now_utc)
        elif new:
            ids: list[JsonValue] = [*sorted(new)]
            audit.note("reviews.read", "detections", {"ids": ids}, subject.id, now_utc)
