"""What a reviewer drew beside what was computed: both outlines and origins in one small picture."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from shapely import MultiPolygon, Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from cathartes.errors import InputError
from cathartes.sites.detection import Detection
from cathartes.web.views.shapes import GeoJson, Offset, offset_to
from cathartes.web.views.verdicts import ReviewView

SIDE = 120.0
"""Of the picture, whatever its unit."""
_MARGIN = 10.0
_LEAST_DEG = 1e-5
_Shape = TypeVar("_Shape", Point, MultiPolygon)


@dataclass(frozen=True, slots=True)
class DrawingView:
    """Paths and points of a square picture of side `SIDE`, north up.

    Attributes
    ----------
    computed_path, drawn_path
        Outlines, as SVG's ``d``; "" of none.
    computed_origin, drawn_origin
        x and y; the drawn one is None if it was left as computed.
    moved
        How far, and whereto, the origin was moved; None if it was not.
    """

    computed_path: str
    drawn_path: str
    computed_origin: tuple[float, float]
    drawn_origin: tuple[float, float] | None
    moved: Offset | None


def drawing_view(detection: Detection, review: ReviewView) -> DrawingView | None:
    """Return what a review has beside what was computed; None if nothing was drawn."""
    if review.origin is None and review.outline is None:
        return None
    place = detection.sources[0].place
    computed = Point(place.longitude_deg, place.latitude_deg)
    drawn = None if review.origin is None else _shape(review.origin, Point)
    outline = None if review.outline is None else _shape(review.outline, MultiPolygon)
    every = [detection.outline, outline, computed, drawn]
    to_picture = _ToPicture([one for one in every if one is not None])
    return DrawingView(
        computed_path=to_picture.path(detection.outline),
        drawn_path=to_picture.path(outline),
        computed_origin=to_picture.point(computed.x, computed.y),
        drawn_origin=None if drawn is None else to_picture.point(drawn.x, drawn.y),
        moved=None if drawn is None else offset_to(place, drawn.x, drawn.y),
    )


def _shape(told: GeoJson, kind: type[_Shape]) -> _Shape:
    found = shape(told)
    if not isinstance(found, kind):
        raise InputError(f"{found.geom_type} where {kind.__name__} was kept; check the casebook.")
    return found


class _ToPicture:
    """Degrees to the picture: the same length east and north, the middle in the middle."""

    def __init__(self, shapes: list[BaseGeometry]) -> None:
        bounds = np.array([one.bounds for one in shapes])
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
        self._middle = ((west + east) / 2, (south + north) / 2)
        self._narrowing = max(float(np.cos(np.radians(self._middle[1]))), 0.01)
        extent = max((east - west) * self._narrowing, north - south, _LEAST_DEG)
        self._scale = (SIDE - 2 * _MARGIN) / extent

    def point(self, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
        x = SIDE / 2 + (longitude_deg - self._middle[0]) * self._narrowing * self._scale
        y = SIDE / 2 - (latitude_deg - self._middle[1]) * self._scale
        return round(float(x), 1), round(float(y), 1)

    def path(self, outline: MultiPolygon | None) -> str:
        if outline is None:
            return ""
        parts = []
        for polygon in outline.geoms:
            for ring in (polygon.exterior, *polygon.interiors):
                corners = [self.point(x, y) for x, y in ring.coords]
                parts.append("M" + "L".join(f"{x} {y}" for x, y in corners) + "Z")
        return "".join(parts)
