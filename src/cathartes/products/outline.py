"""Outlines of plumes: from the label image to polygons on the ground."""

import math
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from shapely.affinity import translate
from shapely.geometry import LinearRing, MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from cathartes.scenes.geometry import Geometry

METRES_PER_DEGREE = 111_320.0
"""Of latitude, and of longitude on the equator: enough for a tolerance."""

_SIMPLIFY_PIXELS = 0.01
_DECIMALS = 7
"""1e-7 degree is about one centimetre."""


def pixel_outlines(labels: NDArray[np.int32]) -> dict[int, MultiPolygon]:
    """Return the outline of each label in pixel coordinates, x = sample, y = line.

    Pixels are squares with corners at whole numbers. Pixels that touch only at a corner are
    parts of one MultiPolygon, which keeps each polygon valid; holes are kept.

    Parameters
    ----------
    labels : (line, sample) int32
        0 outside.

    Returns
    -------
    label to outline, in the order of the labels.
    """
    parts: defaultdict[int, list[Polygon]] = defaultdict(list)
    for outline, value in shapes(labels, mask=labels != 0, connectivity=4):
        parts[int(value)] += polygons_of(shapely.make_valid(shape(outline)))
    return {label: MultiPolygon(parts[label]) for label in sorted(parts)}


def ground_outline(outline: MultiPolygon, geometry: Geometry) -> MultiPolygon:
    """Return an outline in pixel coordinates as longitude and latitude by RFC 7946.

    Every pixel corner on the way is placed on its own, so that the outline follows a swaying
    flight line; corners that then lie on a straight line to a hundredth of a pixel are left out.
    Exterior rings run anticlockwise. An outline across the antimeridian is cut there. Corners
    without a ground position are left out; if none remain, the outline is empty.

    Parameters
    ----------
    outline
        x = sample, y = line.
    geometry
        Places pixel coordinates.
    """
    tolerance_deg = _SIMPLIFY_PIXELS * geometry.pixel_size_m() / METRES_PER_DEGREE

    def to_ground(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = geometry.to_lon_lat(xy[:, 1], xy[:, 0])
        return np.column_stack([lon, lat])

    placed: list[Polygon] = []
    for part in outline.geoms:
        ground = _placed(shapely.segmentize(part, 1.0), to_ground)
        if ground is None:
            continue
        thin = shapely.simplify(ground, tolerance_deg, preserve_topology=True)
        placed += _cut_at_antimeridian(thin)
    rounded = shapely.set_precision(shapely.union_all(placed), 10.0**-_DECIMALS)
    if not rounded.is_valid or (placed and rounded.is_empty):
        rounded = shapely.make_valid(MultiPolygon(placed))
    return MultiPolygon([orient(part, 1.0) for part in polygons_of(rounded)])


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a geometry, without points and lines."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    return [p for part in getattr(geometry, "geoms", ()) for p in polygons_of(part)]


def _placed(
    part: Polygon, to_ground: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> BaseGeometry | None:
    """Return one polygon on the ground, longitudes continuous; None if nothing can be placed."""
    exterior = _ring(part.exterior, to_ground, math.nan)
    if exterior is None:
        return None
    centre = float(np.mean(np.asarray(exterior.coords)[:, 0]))
    holes = [_ring(hole, to_ground, centre) for hole in part.interiors]
    return shapely.make_valid(Polygon(exterior, [hole for hole in holes if hole is not None]))


def _ring(
    ring: LinearRing,
    to_ground: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    centre_deg: float,
) -> LinearRing | None:
    ground = to_ground(np.asarray(ring.coords, dtype=np.float64)[:-1, :2])
    ground = ground[np.isfinite(ground).all(axis=1)]
    if len(np.unique(ground, axis=0)) < 3:
        return None
    # A footprint is far smaller than half the globe: longitudes within 180 of a common centre.
    centre = float(ground[0, 0]) if math.isnan(centre_deg) else centre_deg
    ground[:, 0] = centre + (ground[:, 0] - centre + 180.0) % 360.0 - 180.0
    return LinearRing(ground)


def _cut_at_antimeridian(ground: BaseGeometry) -> list[Polygon]:
    """Return the polygons with longitudes in [-180, 180], cut where they cross (RFC 7946 3.1.9)."""
    west, _, east, _ = ground.bounds if not ground.is_empty else (0.0, 0.0, 0.0, 0.0)
    if west >= -180.0 and east <= 180.0:
        return polygons_of(ground)
    pieces: list[Polygon] = []
    for turn in (-360.0, 0.0, 360.0):
        window = shapely.box(-180.0 - turn, -90.0, 180.0 - turn, 90.0)
        inside = shapely.intersection(ground, window)
        pieces += [translate(piece, xoff=turn) for piece in polygons_of(inside)]
    return pieces
