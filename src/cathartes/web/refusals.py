"""Refusals on record, without letting anybody fill the audit by asking again and again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from pydantic import JsonValue

from cathartes.store.interface_audit import AuditBook
from cathartes.store.refused import LISTED, SPAN

_WIDEST = 500
"""Characters of a path, or of a reason."""


@dataclass(slots=True)
class _Hour:
    """What was refused to one visitor since a moment."""

    since_utc: datetime
    listed: set[tuple[str, str, str]] = field(default_factory=set)
    n_more: int = 0


class Refusals:
    """Enters what was refused: the first of an hour in full, the rest as one number.

    So each visitor adds at most `LISTED` entries and one in each `SPAN`.
    """

    def __init__(self, audit: AuditBook) -> None:
        self._audit = audit
        self._hours: dict[str, _Hour] = {}
        self._lock = Lock()

    def note(self, actor: str, method: str, path: str, why: str, now_utc: datetime) -> None:
        """Put a refusal on record."""
        told = method[:16], path[:_WIDEST], why[:_WIDEST]
        self.tell_counts(now_utc)
        with self._lock:
            hour = self._hours.setdefault(actor, _Hour(now_utc))
            if told in hour.listed or len(hour.listed) >= LISTED:
                hour.n_more += 1
                return
            hour.listed.add(told)
        detail: dict[str, JsonValue] = {"method": told[0], "path": told[1], "why": told[2]}
        self._audit.note("refused", actor, detail, actor, now_utc)

    def tell_counts(self, now_utc: datetime, *, all_of_them: bool = False) -> None:
        """Enter how many more were refused in the hours that are over, or in all."""
        for actor, hour in list(self._over(now_utc, all_of_them)):
            if hour.n_more:
                since = hour.since_utc.isoformat(timespec="seconds")
                detail: dict[str, JsonValue] = {"n": hour.n_more, "since": since}
                self._audit.note("refused.more", actor, detail, actor, now_utc)

    def _over(self, now_utc: datetime, all_of_them: bool) -> Iterator[tuple[str, _Hour]]:
        with self._lock:
            for actor, hour in list(self._hours.items()):
                if all_of_them or now_utc - hour.since_utc >= SPAN:
                    yield actor, self._hours.pop(actor)
