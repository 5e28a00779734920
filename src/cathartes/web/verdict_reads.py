"""Reads of others' reviews by an auditor, who sees them also while they are blind to the rest."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from cathartes.casework.roles import Role
from cathartes.store.interface_audit import AuditBook
from cathartes.web.visitor import Visitor

SPAN = timedelta(hours=1)
"""In which the same reading is entered once."""


class VerdictReads:
    """Enters who read the reviews of what; the same again in an hour is the same reading."""

    def __init__(self, audit: AuditBook) -> None:
        self._audit = audit
        self._read: dict[tuple[str, str], datetime] = {}
        self._lock = Lock()

    def note(self, visitor: Visitor, detection_ids: Iterable[str], now_utc: datetime) -> None:
        """Put on record that an auditor read reviews of detections; of others nothing."""
        if Role.AUDITOR not in visitor.subject.roles:
            return
        with self._lock:
            old = [key for key, moment in self._read.items() if now_utc - moment >= SPAN]
            for key in old:
                del self._read[key]
            new = [one for one in detection_ids if (visitor.id, one) not in self._read]
            self._read |= dict.fromkeys([(visitor.id, one) for one in new], now_utc)
        if len(new) == 1:
            self._audit.note("reviews.read", new[0], {}, visitor.id, now_utc)
        elif new:
            self._audit.note(
                "reviews.read", "detections", {"ids": sorted(new)}, visitor.id, now_utc
            )
