"""Where the wind points on the ground: along it, across it, and how far it may be wrong."""

from math import cos, hypot, radians, sin

import numpy as np
from numpy.typing import NDArray

from cathartes.sites.observation import Wind
from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place

SWING_DEG = 15.0
"""How far a plume's way may be from the mean wind of its hour, one standard deviation, [deg]."""


def upwind_axes(wind: Wind) -> NDArray[np.float64]:
    """Return unit vectors (east, north) upwind, and to the left of one who looks there: (2, 2)."""
    angle = radians(wind.from_deg)
    return np.array([[sin(angle), cos(angle)], [-cos(angle), sin(angle)]])


def direction_sd_rad(wind: Wind) -> float:
    """Return how far a plume may lie from where the wind is said to blow, one sd, [rad]."""
    return radians(hypot(wind.from_sd_deg, SWING_DEG))


def downwind_m(place: Place, source: Place, wind: Wind) -> tuple[float, float]:
    """Return how far a place lies downwind of a source, and how far off that axis, [m]."""
    offset = offset_m(
        source.longitude_deg, source.latitude_deg, place.longitude_deg, place.latitude_deg
    )
    along, across = -(upwind_axes(wind) @ np.array(offset))
    return float(along), abs(float(across))


def sd_along_m(place: Place, axis: NDArray[np.float64]) -> float:
    """Return how far a place may be wrong along a unit vector, one standard deviation, [m]."""
    return float(np.sqrt(axis @ place.covariance_m2 @ axis))
