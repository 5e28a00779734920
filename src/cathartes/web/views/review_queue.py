"""A reviewer's own queue: what to look at next, and what comes before and after something."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.sites.site import Site
from cathartes.store.interface import FoundDetection
from cathartes.web.desk import Desk
from cathartes.web.views.shapes import GeoJson, point_of
from cathartes.web.visitor import Visitor

FARTHEST = 2000
"""Of a queue's detections, so many are looked at ahead."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A detection that waits for a review; nothing is told of what others said.

    Attributes
    ----------
    id
    geometry
        Point of its first source.
    seen_utc, chemical, probability, snr
        The probability is of the chemical, given that the plume is real; None where not known.
    site_id, site_value
        The site of the highest value that it is attributed to; "" and None of none.
    """

    id: str
    geometry: GeoJson
    seen_utc: datetime | None
    chemical: str
    probability: float
    snr: float | None
    site_id: str
    site_value: float | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of a queue.

    Attributes
    ----------
    detections
    n_waiting
        In the whole queue.
    next
        What the page after it begins `after`; None on the last.
    """

    detections: tuple[QueueRow, ...]
    n_waiting: int
    next: str | None


def queue_view(desk: Desk, visitor: Visitor, limit: int, after: str = "") -> QueueView:
    """Return a page of a visitor's queue; from its beginning if `after` waits no more."""
    ids = desk.casebook.review_queue(visitor.id, FARTHEST if after else limit + 1)
    start = ids.index(after) + 1 if after in ids else 0
    shown = ids[start : start + limit]
    more = shown[-1] if len(ids) > start + limit else None
    return QueueView(_rows(desk, shown), desk.casebook.review_queue_size(visitor.id), more)


def next_in_queue(desk: Desk, visitor: Visitor, after: str = "") -> str:
    """Return what follows something in a visitor's queue, its first after its last; "" if empty."""
    if not after:
        return next(iter(desk.casebook.review_queue(visitor.id, 1)), "")
    ids = desk.casebook.review_queue(visitor.id, FARTHEST)
    if not ids:
        return ""
    return ids[(ids.index(after) + 1) % len(ids)] if after in ids else ids[0]


def previous_in_queue(desk: Desk, visitor: Visitor, before: str) -> str:
    """Return what comes before something in a visitor's queue; "" if it is empty."""
    ids = desk.casebook.review_queue(visitor.id, FARTHEST)
    if not ids:
        return ""
    return ids[ids.index(before) - 1] if before in ids else ids[0]


def _rows(desk: Desk, ids: tuple[str, ...]) -> tuple[QueueRow, ...]:
    found = [desk.casebook.detection(one) for one in ids]
    names = {site_id for one in found for site_id in one.site_ids if site_id}
    sites = {one: desk.casebook.site(one) for one in sorted(names)}
    return tuple(_row(one, sites) for one in found)


def _row(found: FoundDetection, sites: dict[str, Site]) -> QueueRow:
    one = found.detection
    named = next(each for each in one.candidates if each.chemical == one.chemical)
    own = [sites[site_id] for site_id in found.site_ids if site_id]
    best = max(own, key=lambda site: site.value, default=None)
    return QueueRow(
        id=one.id,
        geometry=point_of(one.sources[0].place),
        seen_utc=one.seen_utc,
        chemical=one.chemical,
        probability=named.probability,
        snr=one.snr,
        site_id="" if best is None else best.id,
        site_value=None if best is None else best.value,
    )
