"""A source with its detection, in the order that everything of a site is told in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cathartes.sites.detection import Detection, DetectionKind, Source

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source of one detection."""

    source: Source
    detection: Detection

    @property
    def order(self) -> tuple[datetime, str]:
        """Earliest first, those without a time last, then by id."""
        return self.detection.seen_utc or _NEVER, self.source.id

    @property
    def view(self) -> str:
        """What told its sources apart: those of one plume, or of one log, are different places."""
        log = self.detection.kind is DetectionKind.LOG_SOURCE
        return self.detection.observation_id if log else self.detection.id


def to_sightings(detections: Iterable[Detection]) -> tuple[Sighting, ...]:
    """Return all sources of detections, in their order."""
    found = [Sighting(source, one) for one in detections for source in one.sources]
    return tuple(sorted(found, key=lambda sighting: sighting.order))
