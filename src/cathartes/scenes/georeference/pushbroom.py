"""From a pixel of a pushbroom cube to the ground, and back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.georeference.frames import to_earth_m, to_geodetic
from cathartes.scenes.georeference.intersection import first_hit_m
from cathartes.scenes.georeference.navigation import LinePoses
from cathartes.scenes.georeference.terrain import Terrain

_RAYS_AT_A_TIME = 400_000


@dataclass(frozen=True, slots=True)
class GroundPoints:
    """Where each pixel's centre lies.

    Attributes
    ----------
    longitude_deg, latitude_deg, altitude_m : (line, sample) [deg], [deg], [m]
        Altitude above the ellipsoid; NaN where not known, in all three.
    """

    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_m: NDArray[np.float64]


def to_ground(
    poses: LinePoses,
    look: NDArray[np.float64],
    terrain: Terrain,
    on_lines: Callable[[int], None] = lambda _: None,
) -> GroundPoints:
    r"""Return where pixels look on the ground: direct georeferencing.

    .. math:: X = P_c + t\, R\, v, \qquad h(X) = z(X)

    with t the first root (`first_hit_m`).

    Parameters
    ----------
    poses
        Of each line.
    look : (sample, 3)
        v: unit vectors in the body's frame, `Camera.look_in_body`.
    terrain
        z, above the ellipsoid.
    on_lines
        Called with the number of lines done.

    Returns
    -------
    GroundPoints of (line, sample)
        NaN where the line's pose is not known, or the ray does not meet known ground.

    References
    ----------
    Schläpfer and Richter 2002, doi:10.1080/01431160110115825: the parametric geocoding, in the
    Earth's own frame instead of a map's.
    """
    n_lines, n_samples = poses.camera_m.shape[0], look.shape[0]
    places = np.full((3, n_lines, n_samples), np.nan)
    for lines in _line_blocks(n_lines, n_samples):
        some = poses.select(lines)
        direction = np.einsum("lij,sj->lsi", some.body_to_earth, look)
        origin = np.broadcast_to(some.camera_m[:, None], direction.shape)
        known = np.broadcast_to(some.known[:, None], direction.shape[:2])
        rays, starts = direction[known], origin[known]
        hit_m = first_hit_m(starts, rays, terrain)
        for place, values in zip(places, to_geodetic(starts + hit_m[:, None] * rays), strict=True):
            place[lines][known] = values
        on_lines(some.camera_m.shape[0])
    return GroundPoints(*places)


def points_at(
    poses: LinePoses,
    look: NDArray[np.float64],
    line: NDArray[np.float64],
    sample: NDArray[np.float64],
    terrain: Terrain,
) -> NDArray[np.float64]:
    """Return where continuous pixel positions look on the ground, (n, 3) [m], geocentric.

    Camera and look vectors go straight from one line, and one sample, to the next.

    Parameters
    ----------
    poses
        Of each line.
    look : (sample, 3)
        Unit vectors in the body's frame; two at least, as of lines.
    line, sample : (n,)
        Centres at whole numbers and a half.
    terrain
        Heights above the ellipsoid.
    """
    i, u = _neighbour(line, poses.camera_m.shape[0])
    j, v = _neighbour(sample, look.shape[0])
    vector = (1 - v) * look[j] + v * look[j + 1]
    ahead, behind = (np.einsum("nij,nj->ni", poses.body_to_earth[k], vector) for k in (i + 1, i))
    direction = (1 - u) * behind + u * ahead
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    origin = (1 - u) * poses.camera_m[i] + u * poses.camera_m[i + 1]
    return np.asarray(origin + first_hit_m(origin, direction, terrain)[:, None] * direction)


def _neighbour(
    position: NDArray[np.float64], count: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the centre before a position, and the part of the way to the next, (n, 1)."""
    index = np.clip(np.floor(position - 0.5), 0, count - 2).astype(np.intp)
    return index, (position - 0.5 - index)[:, None]


def to_pixel(
    poses: LinePoses,
    look: NDArray[np.float64],
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    altitude_m: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the continuous pixel positions that look at given places.

    Seen from line l, the place lies in the body's direction w = Rᵀ(X - P_c). Line and sample are
    where

    .. math:: w_y / w_z = \eta(s), \qquad a(l) = w_x / w_z - \xi(s) = 0

    with ξ, η the look vectors' forward and right tangents, straight between samples' centres: s
    follows from the first, and the root of the second is halved down to two neighbouring lines
    (the aircraft leaves places behind, so that a falls), then straight between them.

    Parameters
    ----------
    poses
        Of each line; all known.
    look : (sample, 3)
        Unit vectors in the body's frame.
    longitude_deg, latitude_deg, altitude_m : (n,) [deg], [deg], [m]

    Returns
    -------
    line, sample : (n,)
        Centres at whole numbers and a half; the outer half pixels are had by going straight on.
        NaN where no pixel sees the place.

    Raises
    ------
    InputError
        If a line's pose is not known, or there is one line or sample only.
    """
    n_lines, n_samples = poses.camera_m.shape[0], look.shape[0]
    if not poses.known.all() or min(n_lines, n_samples) < 2:
        raise InputError(
            f"{(~poses.known).sum()} of {n_lines} lines have no pose, {n_samples} samples; known "
            "poses, two lines and two samples are needed: leave out the others."
        )
    place_m = to_earth_m(longitude_deg, latitude_deg, altitude_m)
    eta, xi = look[:, 1] / look[:, 2], look[:, 0] / look[:, 2]
    order = np.argsort(eta)
    centre = (np.arange(n_samples) + 0.5)[order]

    def ahead(line: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        w = np.einsum("nij,ni->nj", poses.body_to_earth[line], place_m - poses.camera_m[line])
        right = w[:, 1] / w[:, 2]
        return w[:, 0] / w[:, 2] - np.interp(right, eta[order], xi[order]), right

    low = np.zeros(place_m.shape[0], dtype=np.intp)
    high = np.full(place_m.shape[0], n_lines - 1, dtype=np.intp)
    while (apart := high - low > 1).any():
        middle = (low + high) // 2
        before = ahead(middle)[0] >= 0
        low = np.where(apart & before, middle, low)
        high = np.where(apart & ~before, middle, high)
    (a_low, right_low), (a_high, right_high) = ahead(low), ahead(high)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(a_low == a_high, np.nan, a_low / (a_low - a_high))
    line = low + 0.5 + part
    right = right_low + part * (right_high - right_low)
    j = np.clip(np.searchsorted(eta[order], right) - 1, 0, n_samples - 2)
    eta_low, eta_high = eta[order][j], eta[order][j + 1]
    sample = centre[j] + (right - eta_low) / (eta_high - eta_low) * (centre[j + 1] - centre[j])
    with np.errstate(invalid="ignore"):
        seen = (line >= 0) & (line <= n_lines) & (sample >= 0) & (sample <= n_samples)
    return np.where(seen, line, np.nan), np.where(seen, sample, np.nan)


def _line_blocks(n_lines: int, n_samples: int) -> Iterator[slice]:
    step = max(1, _RAYS_AT_A_TIME // n_samples)
    return (slice(first, min(first + step, n_lines)) for first in range(0, n_lines, step))
