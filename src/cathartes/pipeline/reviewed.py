"""What reviews came to, as calls. Of what is not settled nothing is told: reviews are blind."""

from dataclasses import dataclass
from pathlib import Path

from cathartes.casework.review import Review
from cathartes.casework.settlement import Settlement
from cathartes.errors import ReviewError
from cathartes.store.open import open_casebook


@dataclass(frozen=True, slots=True)
class Settled:
    """A detection that reviews settled, and what they came to."""

    detection_id: str
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What was said of a settled detection, in order, and what it came to."""

    detection_id: str
    settlement: Settlement
    reviews: tuple[Review, ...]


def review_list(casebook: str | Path, limit: int = 100, after: str = "") -> tuple[Settled, ...]:
    """Return the settled detections of a casebook, by id, those after `after`."""
    with open_casebook(casebook) as opened:
        return tuple(Settled(*one) for one in opened.casebook.settled(limit, after))


def review_show(casebook: str | Path, detection_id: str) -> Reviewed:
    """Return what was said of a settled detection.

    Raises
    ------
    ReviewError
        If it is not settled: nobody is told before.
    CasebookError
        If there is no such detection, and none was reviewed under this id.
    """
    with open_casebook(casebook) as opened:
        settlement = opened.casebook.settlements([detection_id])[detection_id]
        if not settlement.is_settled:
            opened.casebook.detection(detection_id)
            raise ReviewError(
                f"detection {detection_id} is not settled; reviews are blind until it is. "
                "`cathartes review list` shows what is."
            )
        return Reviewed(detection_id, settlement, opened.casebook.reviews_of(detection_id))
