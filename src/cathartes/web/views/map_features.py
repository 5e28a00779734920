"""GeoJSON (RFC 7946) that a map draws: never more than a browser can."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from pydantic import JsonValue
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from cathartes.web.place_index import Cells

_DECIMALS = 6
"""Of degrees: 0.1 m."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A thing with its place.

    Attributes
    ----------
    id
        The thing's; of many together, "".
    geometry
        Longitude first.
    properties
        `what` says what it is. Of many together, `count`.
    """

    id: str
    geometry: dict[str, Any]
    properties: dict[str, JsonValue]
    type: Literal["Feature"] = "Feature"


@dataclass(frozen=True, slots=True)
class MapFeatures:
    """What is in a box.

    Attributes
    ----------
    features
    are_together
        Whether these are counts, as there are too many to draw each.
    are_left_out
        Whether there are too many to draw at all: the map is to be moved nearer.
    """

    features: list[Feature]
    are_together: bool = False
    are_left_out: bool = False
    type: Literal["FeatureCollection"] = field(default="FeatureCollection")


def point(longitude_deg: float, latitude_deg: float) -> dict[str, Any]:
    """Return a point's geometry."""
    at = [round(float(longitude_deg), _DECIMALS), round(float(latitude_deg), _DECIMALS)]
    return {"type": "Point", "coordinates": at}


def shape(geometry: BaseGeometry) -> dict[str, Any]:
    """Return any geometry."""
    return dict(mapping(geometry))


def together(what: str, cells: Iterable[Cells]) -> list[Feature]:
    """Return each square of the map that is not empty as one feature."""
    return [
        Feature(
            "",
            point(longitude, latitude),
            {
                "what": what,
                "count": int(count),
                "highest": None if np.isnan(highest) else float(highest),
                "side_deg": each.side_deg,
            },
        )
        for each in cells
        for count, longitude, latitude, highest in zip(
            each.count, each.longitude_deg, each.latitude_deg, each.highest, strict=True
        )
    ]


def moment(told: datetime | None) -> str | None:
    """Return a moment to the second, ISO 8601."""
    return None if told is None else told.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
