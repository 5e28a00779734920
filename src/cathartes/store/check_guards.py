"""Whether what a database is asked by, and guarded with, fits what it holds."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import shapely
from sqlalchemy import Column, Connection, Table, create_engine, or_, select, table, text
from sqlalchemy import column as named

from cathartes.store.schema import upgrade
from cathartes.store.tables import detections, emitters, observations, sites, sources

_SHAPES: tuple[tuple[Table, Column[Any]], ...] = (
    (observations, observations.c.footprint),
    (emitters, emitters.c.area),
)
_SIDES = ("west_deg", "south_deg", "east_deg", "north_deg")


def box_faults(connection: Connection) -> Iterator[str]:
    """Yield where a search by place would miss what is there, or would find what is not."""
    for where, geometry in _SHAPES:
        for row in connection.execute(select(where).where(geometry.is_not(None))):
            bounds = shapely.from_wkb(getattr(row, geometry.name)).bounds
            if bounds != tuple(getattr(row, side) for side in _SIDES):
                yield f"{where.name} {row.id}: its bounds are not those of its {geometry.name}."
    if connection.dialect.name == "sqlite":  # PostgreSQL's index is of the geometry itself
        for where in (detections, sources, sites, observations, emitters):
            yield from _index_faults(connection, where)


def _index_faults(connection: Connection, where: Table) -> Iterator[str]:
    box = table(f"{where.name}_box", *map(named, ("row_id", "west", "east", "south", "north")))
    is_shape = "west_deg" in where.c
    west, south, east, north = (
        [where.c[side] for side in _SIDES]
        if is_shape
        else [where.c.longitude_deg, where.c.latitude_deg] * 2
    )
    lies_out = or_(
        box.c.row_id.is_(None),
        box.c.west > west, box.c.east < east, box.c.south > south, box.c.north < north,
    )  # fmt: skip
    beside = where.join(box, box.c.row_id == where.c.row_id, isouter=True)
    wanted = select(where.c.id).select_from(beside).where(west.is_not(None), lies_out)
    for one_id in connection.scalars(wanted.order_by(where.c.id)):
        yield f"spatial index of {where.name}: {one_id} lies outside of its box."


def guard_faults(connection: Connection) -> Iterator[str]:
    """Yield the triggers that a casebook should have, and has not: as whoever drops one leaves it.

    PostgreSQL's are its administrator's.
    """
    if connection.dialect.name != "sqlite":
        return
    there = _triggers(connection)
    for name, statement in sorted(_expected().items()):
        if there.get(name) != statement:
            yield f"the trigger {name} is {'changed' if name in there else 'gone'}."


@cache
def _expected() -> dict[str, str]:
    """Return the triggers of a casebook as it is made."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        return _triggers(connection)


def _triggers(connection: Connection) -> dict[str, str]:
    wanted = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {row.name: row.sql for row in connection.execute(wanted)}
