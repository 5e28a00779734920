"""Geometries as GeoJSON, WGS 84, longitude first; and where things lie to each other."""

from dataclasses import dataclass
from math import cos, pi, radians, sqrt

import numpy as np
from pydantic import JsonValue
from shapely import Point, get_parts
from shapely.affinity import scale
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place
from cathartes.store.interface import Box

GeoJson = dict[str, JsonValue]
"""A geometry object of RFC 7946."""

_ROUND = np.stack([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * pi, 49)])
_ROUND[-1] = _ROUND[0]
"""Points of a circle, closed: (point, 2)."""
_STEP_DEG = 1e-4
_NINE_IN_TEN = sqrt(-2 * np.log(0.1))
"""Radius that holds 90 % of a round normal law over a plane, in standard deviations."""
_DECIMALS = 7
"""A hundredth of a metre."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place with its error.

    Attributes
    ----------
    longitude_deg, latitude_deg : [deg]
    radius_m : [m]
        Of a circle as large as the ellipse of one standard deviation.
    ellipse
        That holds 90 % of it.
    """

    longitude_deg: float
    latitude_deg: float
    radius_m: float
    ellipse: GeoJson


@dataclass(frozen=True, slots=True)
class Offset:
    """Where one thing lies of another.

    Attributes
    ----------
    distance_m : [m]
    bearing_deg : [deg]
        Clockwise from north.
    """

    distance_m: float
    bearing_deg: float


def geojson(geometry: BaseGeometry | None) -> GeoJson | None:
    """Return a geometry as GeoJSON; None if there is none."""
    if geometry is None:
        return None
    told = mapping(geometry)
    if "coordinates" not in told:  # of a collection
        return {"type": told["type"], "geometries": [geojson(part) for part in get_parts(geometry)]}
    return {"type": told["type"], "coordinates": _rounded(told["coordinates"])}


def _rounded(coordinates: object) -> JsonValue:
    if isinstance(coordinates, tuple | list):
        return [_rounded(one) for one in coordinates]
    return round(float(coordinates), _DECIMALS)  # type: ignore[arg-type]


def point_of(place: Place) -> GeoJson:
    """Return a place's point."""
    return {"type": "Point", "coordinates": [place.longitude_deg, place.latitude_deg]}


def place_view(place: Place) -> PlaceView:
    """Return a place as it is shown."""
    return PlaceView(place.longitude_deg, place.latitude_deg, place.radius_m, _ellipse(place))


def _ellipse(place: Place) -> GeoJson:
    r"""Return the ellipse of 90 %: the points :math:`r L u`, with :math:`L L^T` the covariance.

    Degrees go with metres as at its middle: a kilometre off, that is wrong by less
    than a thousandth of the distance below 80 degrees of latitude.
    """
    offsets_m = _NINE_IN_TEN * _ROUND @ np.linalg.cholesky(place.covariance_m2).T
    here = (place.longitude_deg, place.latitude_deg)
    east_m, _ = offset_m(*here, here[0] + _STEP_DEG, here[1])
    _, north_m = offset_m(*here, here[0], here[1] + _STEP_DEG)
    corners = here + offsets_m * (_STEP_DEG / np.array([float(east_m), float(north_m)]))
    return {"type": "Polygon", "coordinates": [np.round(corners, _DECIMALS).tolist()]}


def offset_to(place: Place, longitude_deg: float, latitude_deg: float) -> Offset:
    """Return where a point lies of a place."""
    east, north = offset_m(place.longitude_deg, place.latitude_deg, longitude_deg, latitude_deg)
    bearing = float(np.degrees(np.arctan2(east, north)) % 360)
    return Offset(float(np.hypot(east, north)), bearing)


def offset_to_area(place: Place, area: BaseGeometry) -> Offset:
    """Return where the nearest point of an area lies of a place; 0 m inside it."""
    narrowing = cos(radians(place.latitude_deg))
    flat = scale(area, xfact=narrowing, yfact=1.0, origin=(0, 0))
    here = Point(place.longitude_deg * narrowing, place.latitude_deg)
    nearest = nearest_points(here, flat)[1]
    return offset_to(place, nearest.x / narrowing, nearest.y)


def box_about(place: Place, reach_m: float) -> Box:
    """Return the box that reaches so far from a place; it ends at the 180th meridian."""
    west, south = moved(place.longitude_deg, place.latitude_deg, -reach_m, -reach_m)
    east, north = moved(place.longitude_deg, place.latitude_deg, reach_m, reach_m)
    return Box(
        west if west <= place.longitude_deg else -180.0,
        max(south, -90.0),
        east if east >= place.longitude_deg else 180.0,
        min(north, 90.0),
    )
