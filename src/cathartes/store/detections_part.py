"""The casebook's detections and sources, by observation and by place."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from cathartes.errors import CasebookError
from cathartes.sites.detection import Source
from cathartes.store.boxes import found_in_box, in_box, rows_near
from cathartes.store.interface import Box, FoundDetection, PlacedSource
from cathartes.store.part import CasebookPart, batches
from cathartes.store.rows_results import detections_of_rows, source_of
from cathartes.store.tables import attributions, detections, sources

_FEW = 5_000
"""A box with at most so many detections is answered by place, one with more by time."""

_THIN = (detections.c.row_id, detections.c.seen_utc, detections.c.id)


class DetectionsPart(CasebookPart):
    """Detections and sources; see `cathartes.store.interface.Casebook`."""

    def detection(self, detection_id: str) -> FoundDetection:
        """Return a detection."""
        with self._database.read() as connection:
            found = detections_where(connection, detections.c.id == detection_id)
        if not found:
            raise no_detection(detection_id)
        return found[0]

    def detections_of(self, observation_id: str) -> tuple[FoundDetection, ...]:
        """Return an observation's, by number."""
        with self._database.read() as connection:
            return tuple(
                detections_where(connection, detections.c.observation_id == observation_id)
            )

    def detections_in(
        self, box: Box, since_utc: datetime | None = None, limit: int = 1000, after: str = ""
    ) -> tuple[FoundDetection, ...]:
        """Return those whose first source lies in a box, seen since then, newest first.

        Of one time, by id; those without a time come last. A small box is answered from the
        spatial index, a large one by walking back in time until the page is full: neither sorts
        more than a few thousand.
        """
        with self._database.read() as connection:
            few = _are_few(connection, box, self._database.dialect)
            where = found_in_box if few else _in_box_alone
            inside = where(detections, box, self._database.dialect)
            last = _last_had(connection, after)
            page = _timed(connection, inside, since_utc, last, limit, few)
            if len(page) < limit and since_utc is None:
                page += _untimed(connection, inside, last, limit - len(page))
            found = {
                one.detection.id: one
                for some in batches([row.row_id for row in page])
                for one in detections_where(connection, detections.c.row_id.in_(some))
            }
        return tuple(found[row.id] for row in page)

    def sources_near(self, box: Box) -> tuple[PlacedSource, ...]:
        """Return all sources whose place lies in a box, by time and id."""
        inside = found_in_box(sources, box, self._database.dialect)
        with self._database.read() as connection:
            wanted = (
                select(sources.c.id, sources.c.detection_id)
                .join(detections, detections.c.id == sources.c.detection_id)
                .where(inside)
                .order_by(detections.c.seen_utc.nulls_last(), sources.c.id)
            )
            rows = connection.execute(wanted).all()
            of = {
                one.detection.id: one
                for some in batches(sorted({row.detection_id for row in rows}))
                for one in detections_where(connection, detections.c.id.in_(some))
            }
        return tuple(_placed(of[row.detection_id], row.id) for row in rows)


def _placed(found: FoundDetection, source_id: str) -> PlacedSource:
    pairs = zip(found.detection.sources, found.site_ids, strict=True)
    source, site_id = next(pair for pair in pairs if pair[0].id == source_id)
    return PlacedSource(source, found.detection, site_id)


def _in_box_alone(where: Any, box: Box, _: str) -> ColumnElement[bool]:
    return in_box(where, box)


def _are_few(connection: Connection, box: Box, dialect: str) -> bool:
    """Return whether a box holds few detections, counting no further than needed."""
    some = rows_near(detections, box, dialect).limit(_FEW + 1)
    n = connection.scalar(select(func.count()).select_from(some.subquery()))
    return n is not None and n <= _FEW


def _last_had(connection: Connection, after: str) -> Any:
    """Return the detection that a page follows; None if it is the first."""
    if not after:
        return None
    last = connection.execute(select(*_THIN).where(detections.c.id == after)).one_or_none()
    if last is None:
        raise no_detection(after)
    return last


def _timed(
    connection: Connection,
    inside: ColumnElement[bool],
    since_utc: datetime | None,
    last: Any,
    limit: int,
    few: bool,
) -> list[Row[Any]]:
    """Return a page of those in a box whose time is known."""
    seen, one_id = detections.c.seen_utc, detections.c.id
    conditions = [inside, seen.is_not(None)]
    if since_utc is not None:
        conditions.append(seen >= since_utc)
    if last is not None:
        if last.seen_utc is None:
            return []
        conditions.append(seen <= last.seen_utc)
        conditions.append(or_(seen < last.seen_utc, one_id > last.id))
    thin = select(*_THIN).where(and_(*conditions))
    if not few:
        return list(connection.execute(thin.order_by(seen.desc(), one_id).limit(limit)))
    near = thin.cte("near").prefix_with("MATERIALIZED")  # else the planner may walk all of time
    newest = select(near).order_by(near.c.seen_utc.desc(), near.c.id)
    return list(connection.execute(newest.limit(limit)))


def _untimed(
    connection: Connection, inside: ColumnElement[bool], last: Any, limit: int
) -> list[Row[Any]]:
    """Return a page of those in a box whose time is not known."""
    thin = select(*_THIN).where(inside, detections.c.seen_utc.is_(None))
    if last is not None and last.seen_utc is None:
        thin = thin.where(detections.c.id > last.id)
    return list(connection.execute(thin.order_by(detections.c.id).limit(limit)))


def detections_where(
    connection: Connection, condition: ColumnElement[bool]
) -> list[FoundDetection]:
    """Return the detections of a condition, by number, with the sites of their sources."""
    wanted = select(detections).where(condition).order_by(detections.c.number)
    rows = connection.execute(wanted).all()
    of: dict[str, list[Source]] = defaultdict(list)
    sites: dict[str, list[str]] = defaultdict(list)
    for some in batches([row.id for row in rows]):
        of_these = (
            select(sources, attributions.c.site_id)
            .join(attributions, attributions.c.source_id == sources.c.id, isouter=True)
            .where(sources.c.detection_id.in_(some))
            .order_by(sources.c.number)
        )
        for row in connection.execute(of_these):
            of[row.detection_id].append(source_of(row))
            sites[row.detection_id].append(row.site_id or "")
    return [
        FoundDetection(detection, tuple(sites[detection.id]))
        for detection in detections_of_rows(rows, of)
    ]


def no_detection(detection_id: str) -> CasebookError:
    """Return what to say of a detection that is not there."""
    return CasebookError(
        f"no detection {detection_id!r} in this casebook: its observation was never recorded, or "
        "was superseded or removed; the audit says which."
    )
