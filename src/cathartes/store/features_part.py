"""The casebook's sites, detections and looks by place and time, in order of their ids."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from cathartes.sites.observation import Observation
from cathartes.sites.site import Site
from cathartes.store.boxes import found_in_box, in_box, rows_near
from cathartes.store.detections_part import detections_where
from cathartes.store.interface import Box, FeatureFilter, FoundDetection
from cathartes.store.part import CasebookPart
from cathartes.store.results_part import observations_of_query
from cathartes.store.sites_part import sites_of_rows
from cathartes.store.tables import detections, observations, sites

_FEW = 5_000
"""Boxes that hold no more are answered by place, others by walking through the ids."""

_SPANS = {
    detections.name: (detections.c.seen_utc, detections.c.seen_utc),
    sites.name: (sites.c.first_seen_utc, sites.c.last_seen_utc),
    observations.name: (observations.c.began_utc, observations.c.ended_utc),
}
"""When each began and ended."""


class FeaturesPart(CasebookPart):
    """What a GIS reads; see `cathartes.store.interface.Casebook`."""

    def detection_features(
        self, wanted: FeatureFilter, limit: int, after: str = ""
    ) -> tuple[FoundDetection, ...]:
        """Return detections whose first source lies in one of the boxes, by id."""
        with self._database.read() as connection:
            ids = _ids(connection, detections, wanted, limit, after)
            found = detections_where(connection, detections.c.id.in_(ids))
        return tuple(sorted(found, key=lambda one: one.detection.id))

    def site_features(self, wanted: FeatureFilter, limit: int, after: str = "") -> tuple[Site, ...]:
        """Return sites that lie in one of the boxes, by id, with no evidence lines."""
        with self._database.read() as connection:
            ids = _ids(connection, sites, wanted, limit, after)
            rows = connection.execute(select(sites).where(sites.c.id.in_(ids)).order_by(sites.c.id))
            return sites_of_rows(connection, rows.all(), with_evidence=False)

    def look_features(
        self, wanted: FeatureFilter, limit: int, after: str = ""
    ) -> tuple[Observation, ...]:
        """Return observations whose footprint's box meets one of the boxes, by id."""
        with self._database.read() as connection:
            ids = _ids(connection, observations, wanted, limit, after)
            these = select(observations).where(observations.c.id.in_(ids))
            found = observations_of_query(connection, these)
        return tuple(sorted(found, key=lambda one: one.id))


def _ids(
    connection: Connection, table: Table, wanted: FeatureFilter, limit: int, after: str
) -> list[str]:
    conditions: list[ColumnElement[bool]] = [table.c.id > after]
    if wanted.boxes:
        conditions.append(_in_boxes(connection, table, wanted.boxes))
    if wanted.sortie_ids is not None:
        conditions.append(table.c.sortie_id.in_(sorted(wanted.sortie_ids)))
    began, ended = _SPANS[table.name]
    if wanted.until_utc is not None:
        conditions.append(began <= wanted.until_utc)
    if wanted.since_utc is not None:
        conditions.append(func.coalesce(ended, began) >= wanted.since_utc)
    page = select(table.c.id).where(*conditions).order_by(table.c.id).limit(limit)
    return list(connection.scalars(page))


def _in_boxes(connection: Connection, table: Table, boxes: Sequence[Box]) -> ColumnElement[bool]:
    """Return the condition to lie in one of the boxes, answered in the quicker way for each."""
    dialect = connection.dialect.name
    each: list[Any] = []
    for box in boxes:
        near = rows_near(table, box, dialect).limit(_FEW + 1).subquery()
        n_near = connection.scalar(select(func.count()).select_from(near)) or 0
        each.append(found_in_box(table, box, dialect) if n_near <= _FEW else in_box(table, box))
    return or_(*each)
