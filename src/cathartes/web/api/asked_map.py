"""What a request of the map asks for: boxes on the ground, an interval, a chemical."""

from datetime import UTC, date, datetime
from math import isfinite
from typing import Annotated

from fastapi import Depends, Query

from cathartes.errors import InputError
from cathartes.store.interface import Box
from cathartes.web.places import Choice

_DAY_S = 86_400
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC).date()


def boxes_of(
    bbox: Annotated[
        str,
        Query(
            description="West, south, east, north in degrees, by commas; west is more than east "
            "where the box crosses the 180th meridian (RFC 7946).",
            max_length=200,
            examples=["-103.2,20.1,-103.0,20.3"],
        ),
    ] = "-180,-90,180,90",
) -> tuple[Box, ...]:
    """Return the box that is asked for, cut at the 180th meridian if it crosses it.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        west, south, east, north = map(float, bbox.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    within = all(isfinite(one) and abs(one) <= 180 for one in (west, east)) and (
        -90 <= south <= north <= 90
    )
    if not within:
        raise InputError(
            f"bbox {bbox!r}: four numbers are needed, west,south,east,north in degrees, south not "
            "more than north."
        )
    if west <= east:
        return (Box(west, south, east, north),)
    return (Box(west, south, 180.0, north), Box(-180.0, south, east, north))


def choice_of(
    since: Annotated[date | None, Query(description="First day, UTC.")] = None,
    until: Annotated[date | None, Query(description="Last day, UTC.")] = None,
    chemical: Annotated[str, Query(description="Name; empty: any.", max_length=100)] = "",
) -> Choice:
    """Return what is chosen."""
    since_s = None if since is None else float((since - _BEGAN).days * _DAY_S)
    until_s = None if until is None else float(((until - _BEGAN).days + 1) * _DAY_S)
    return Choice(since_s, until_s, chemical)


AskedBoxes = Annotated[tuple[Box, ...], Depends(boxes_of)]
AskedChoice = Annotated[Choice, Depends(choice_of)]
"""Types of a route's parameters."""
