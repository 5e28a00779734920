"""The queue of each reviewer: what they should look at next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, func, select, type_coerce

from cathartes.casework.review import person_of
from cathartes.casework.settlement import SETTLED
from cathartes.store.canonical import canonical
from cathartes.store.detections_part import no_detection
from cathartes.store.part import CasebookPart
from cathartes.store.queue_keeping import ALL, queue_kept
from cathartes.store.tables import (
    attributions,
    detections,
    queue_passed,
    queue_sites,
    queue_totals,
    queue_unattributed,
    settlements,
    skips,
    sources,
)


class QueuePart(CasebookPart):
    """Queues; see `cathartes.store.interface_people.ReviewBook`."""

    def review_queue(self, reviewer: str, limit: int = 20) -> tuple[str, ...]:
        """Return ids of detections that a reviewer should look at next."""
        person = person_of(reviewer)
        found: dict[str, None] = {}
        with self._database.read() as connection:
            for one_id in _queue(connection, person, limit):
                found[one_id] = None
                if len(found) >= limit:
                    break
        return tuple(found)[:limit]

    def review_queue_size(self, reviewer: str) -> int:
        """Return how many are in a reviewer's queue."""
        person = person_of(reviewer)
        kept = select(queue_totals).where(queue_totals.c.reviewer.in_([ALL, person]))
        with self._database.read() as connection:
            n: dict[str, int] = {row.reviewer: row.n for row in connection.execute(kept)}
        return n.get(ALL, 0) - n.get(person, 0)

    def skip_review(self, detection_id: str, reviewer: str, now_utc: datetime) -> None:
        """Put a detection at the end of a reviewer's queue."""
        person = person_of(reviewer)
        known = select(detections.c.id).where(detections.c.id == detection_id)
        with self._database.change() as connection:
            if connection.scalar(known) is None:
                raise no_detection(detection_id)
            with queue_kept(connection, [detection_id]):
                connection.execute(skips.delete().where(skip_of(person, detection_id)))
                row = {"reviewer": person, "detection_id": detection_id, "moment_utc": now_utc}
                connection.execute(skips.insert().values(row))


def skip_of(person: str, detection_id: Any) -> ColumnElement[bool]:
    """Return whether it is somebody's skip of a detection."""
    return and_(skips.c.reviewer == person, skips.c.detection_id == detection_id)


def _queue(connection: Connection, person: str, at_once: int) -> Iterator[str]:
    """Yield the queue in its order; a detection of several sites several times."""
    for site_id in _ranked_sites(connection, person, at_once):
        yield from connection.scalars(_of_site(person, site_id)).all()
    for wanted in (*_unattributed(person), _skipped(person)):
        yield from connection.scalars(wanted.limit(at_once)).all()


def _ranked_sites(connection: Connection, person: str, at_once: int) -> Iterator[str]:
    """Yield the sites where there is something to do for somebody, the highest value first."""
    passed = and_(
        queue_passed.c.reviewer == person, queue_passed.c.site_id == queue_sites.c.site_id
    )
    ranked = (
        select(queue_sites.c.site_id)
        .outerjoin(queue_passed, passed)
        .where(queue_sites.c.n_open > func.coalesce(queue_passed.c.n, 0))
        .order_by(queue_sites.c.value.desc(), queue_sites.c.site_id)
    )
    n_had = 0
    while True:
        page = connection.scalars(ranked.limit(at_once).offset(n_had)).all()
        yield from page
        if len(page) < at_once:
            return
        n_had += len(page)


def _is_to_do(person: str, detection_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a detection is neither settled, nor reviewed or skipped by somebody."""
    skipped = select(skips.c.moment_utc).where(skip_of(person, detection_id))
    return and_(_is_open(person, detection_id), ~skipped.exists())


def _is_open(person: str, detection_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a detection is neither settled nor reviewed by somebody."""
    name = canonical(person).decode()  # as in the JSON list, with its quotation marks
    reviewers = type_coerce(settlements.c.reviewers, Text)
    is_done = settlements.c.state.in_(sorted(SETTLED)) | reviewers.contains(name, autoescape=True)
    done = select(settlements.c.state).where(settlements.c.detection_id == detection_id, is_done)
    return ~done.exists()


def _of_site(person: str, site_id: str) -> Select[Any]:
    one_id = sources.c.detection_id  # there is a detection to every source: no need to look it up
    return (
        select(one_id)
        .join(attributions, attributions.c.source_id == sources.c.id)
        .where(attributions.c.site_id == site_id, _is_to_do(person, one_id))
        .order_by(attributions.c.position.desc())
    )


def _unattributed(person: str) -> tuple[Select[Any], Select[Any]]:
    """Return those of no site: the newest first, and then those whose time is not known."""
    one_id, seen = queue_unattributed.c.detection_id, queue_unattributed.c.seen_utc
    to_do = select(one_id).where(_is_to_do(person, one_id))
    return (
        to_do.where(seen.is_not(None)).order_by(seen.desc(), one_id),
        to_do.where(seen.is_(None)).order_by(one_id),
    )


def _skipped(person: str) -> Select[Any]:
    return (
        select(detections.c.id)
        .join(skips, skips.c.detection_id == detections.c.id)
        .where(skips.c.reviewer == person, _is_open(person, detections.c.id))
        .order_by(skips.c.moment_utc, detections.c.id)
    )
