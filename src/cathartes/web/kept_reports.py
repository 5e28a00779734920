"""The reports that were printed last: a page that is loaded again shows the same one."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

MOST = 8


@dataclass(slots=True)
class KeptReports:
    """Some reports by what they are made of; kept in memory alone."""

    _reports: OrderedDict[tuple[str, str], bytes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, sha256: str, kind: str) -> bytes | None:
        """Return the report of a content by its hash, or None if it is not kept."""
        with self._lock:
            found = self._reports.get((sha256, kind))
            if found is not None:
                self._reports.move_to_end((sha256, kind))
            return found

    def put(self, sha256: str, kind: str, report: bytes) -> None:
        """Keep a report, and let go of the one that was asked for the longest ago."""
        with self._lock:
            self._reports[sha256, kind] = report
            if len(self._reports) > MOST:
                self._reports.popitem(last=False)
