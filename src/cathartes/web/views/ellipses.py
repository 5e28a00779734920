"""Ellipses that hold a place with a probability of 0.9, as outlines on the ground."""

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place

HELD = 0.9
_N_CORNERS = 48
_STEP_DEG = 1e-3


def ellipses_deg(places: Sequence[Place]) -> NDArray[np.float64]:
    r"""Return the outline of each place's ellipse of 90 %.

    With the covariance C = L L^T, the points at

    .. math:: \mu + \sqrt{-2 \ln(1 - 0.9)}\; L\, (\cos t, \sin t)^T

    since the squared distance in standard deviations has a chi-square law of two degrees of
    freedom. Metres become degrees by the scale at the place, good to 1e-3 within a few kilometres.

    Returns
    -------
    outline : (place, corner, 2) [deg]
        Longitude and latitude; the last corner is the first.
    """
    at_deg = np.array([(one.longitude_deg, one.latitude_deg) for one in places]).reshape(-1, 2)
    covariance_m2 = np.array([one.covariance_m2 for one in places]).reshape(-1, 2, 2)
    angle = np.linspace(0, 2 * np.pi, _N_CORNERS + 1)
    circle = np.sqrt(-2 * log(1 - HELD)) * np.stack((np.cos(angle), np.sin(angle)))
    away_m = np.linalg.cholesky(covariance_m2) @ circle
    return np.asarray(at_deg[:, None] + away_m.transpose(0, 2, 1) / _m_per_deg(at_deg)[:, None])


def _m_per_deg(at_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return metres per degree of longitude and of latitude: (place, 2)."""
    longitude, latitude = at_deg.T
    east_m, _ = offset_m(longitude, latitude, longitude + _STEP_DEG, latitude)
    half = _STEP_DEG / 2
    _, north_m = offset_m(longitude, latitude - half, longitude, latitude + half)
    return np.column_stack((east_m, north_m)) / _STEP_DEG
