"""What lies in a box: a coarse index of the database first, then the exact test on its columns.

Both indexes keep boxes in single precision, rounded outwards: what they return holds all that is
sought, and a little more.
"""

from typing import Any

from sqlalchemy import Select, Table, and_, column, func, select, table
from sqlalchemy.sql.elements import ColumnElement

from cathartes.store.interface import Box
from cathartes.store.tables import emitters, observations, point_of

_MARGIN_DEG = 1e-9
"""A tenth of a millimetre: what single precision rounds to zero is not lost."""

_GEOMETRY = {observations.name: observations.c.footprint, emitters.name: emitters.c.area}


def in_box(where: Table, box: Box) -> ColumnElement[bool]:
    """Return the exact condition alone: the place lies in a box, or the bounds meet it."""
    if where.name in _GEOMETRY:
        return and_(
            where.c.west_deg <= box.east_deg,
            where.c.east_deg >= box.west_deg,
            where.c.south_deg <= box.north_deg,
            where.c.north_deg >= box.south_deg,
        )
    return and_(
        where.c.longitude_deg.between(box.west_deg, box.east_deg),
        where.c.latitude_deg.between(box.south_deg, box.north_deg),
    )


def found_in_box(where: Table, box: Box, dialect: str) -> ColumnElement[bool]:
    """Return the same condition, answered by the spatial index first."""
    return and_(where.c.row_id.in_(rows_near(where, box, dialect)), in_box(where, box))


def rows_near(where: Table, box: Box, dialect: str) -> Select[tuple[int]]:
    """Return the query of the spatial index alone: numbers of all rows in a box, and a few more."""
    west, south = box.west_deg - _MARGIN_DEG, box.south_deg - _MARGIN_DEG
    east, north = box.east_deg + _MARGIN_DEG, box.north_deg + _MARGIN_DEG
    if dialect == "postgresql":
        envelope = func.ST_MakeEnvelope(west, south, east, north, 4326)
        geometry: Any = _GEOMETRY.get(where.name)
        shape = point_of(where) if geometry is None else geometry
        return select(where.c.row_id).where(shape.bool_op("&&")(envelope))
    boxes = table(
        f"{where.name}_box",
        column("row_id"),
        column("west"),
        column("east"),
        column("south"),
        column("north"),
    )
    return select(boxes.c.row_id).where(
        boxes.c.west <= east,
        boxes.c.east >= west,
        boxes.c.south <= north,
        boxes.c.north >= south,
    )
