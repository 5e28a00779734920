"""Where rays meet the ground."""

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.georeference.frames import to_geodetic
from cathartes.scenes.georeference.terrain import Terrain

_SEMI_AXES_M = np.array([6378137.0, 6378137.0, 6356752.314245179])
_MARGIN_M = 1.0
_MAX_STEPS = 2000
_TOLERANCE_M = 1e-4
_MAX_REFINEMENTS = 60


def first_hit_m(
    origin_m: NDArray[np.float64], direction: NDArray[np.float64], terrain: Terrain
) -> NDArray[np.float64]:
    r"""Return how far along each ray the ground is first met.

    The height above the ground along a ray,

    .. math:: g(t) = h(o + t d) - z(\lambda(o + t d), \varphi(o + t d)),

    is followed from the terrain's highest altitude to its lowest in steps no longer on the map
    than a cell of the terrain, so that the near slope of a hill hides the far one; the first
    change of sign is refined until g is below 0.1 mm.

    Parameters
    ----------
    origin_m : (ray, 3) [m]
        Geocentric.
    direction : (ray, 3)
        Unit vectors in the same frame.
    terrain
        Heights above the ellipsoid.

    Returns
    -------
    (ray,) [m]
        NaN where the ground is not met, not known there, or above the origin.
    """
    start = np.maximum(_ellipsoid_at_m(origin_m, direction, terrain.highest_m + _MARGIN_M), 0.0)
    end = _ellipsoid_at_m(origin_m, direction, terrain.lowest_m - _MARGIN_M)
    alive = np.flatnonzero(np.isfinite(end) & (end > 0))
    # A ray that starts below the highest ground: from the origin on.
    start = np.where(np.isfinite(start), start, 0.0)
    distance = np.full(start.size, np.nan)
    if alive.size == 0:
        return distance
    steps = _n_steps(start[alive], end[alive], terrain)
    step = (end - start) / steps
    near = start[alive]
    above = _above_ground_m(origin_m[alive], direction[alive], near, terrain)
    for _ in range(steps):
        far = near + step[alive]
        value = _above_ground_m(origin_m[alive], direction[alive], far, terrain)
        with np.errstate(invalid="ignore"):
            met, lost = (above >= 0) & (value < 0), ~(above >= 0) & (value < 0)
        hit = alive[met]
        distance[hit] = _refined(
            origin_m[hit], direction[hit], terrain, (near[met], far[met]), (above[met], value[met])
        )
        going = ~met & ~lost
        alive, near, above = alive[going], far[going], value[going]
        if alive.size == 0:
            break
    return distance


def _refined(
    origin_m: NDArray[np.float64],
    direction: NDArray[np.float64],
    terrain: Terrain,
    bracket: tuple[NDArray[np.float64], NDArray[np.float64]],
    values: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the roots of g in their brackets: false position with Illinois weights.

    NaN where the ground on the way to the root is not known.
    """
    (a, b), (ga, gb) = bracket, values
    root, last_side, todo = b.copy(), np.zeros(a.size), np.arange(a.size)
    for _ in range(_MAX_REFINEMENTS):
        if todo.size == 0:
            break
        t = (a * gb - b * ga) / (gb - ga)
        g = _above_ground_m(origin_m[todo], direction[todo], t, terrain)
        root[todo] = np.where(np.isfinite(g), t, np.nan)
        side = np.sign(g)
        # An end that stays for a second time counts half, or it would stay for ever.
        weight = np.where(side == last_side, 0.5, 1.0)
        below = side < 0
        a, ga = np.where(below, a, t), np.where(below, weight * ga, g)
        b, gb = np.where(below, t, b), np.where(below, g, weight * gb)
        with np.errstate(invalid="ignore"):
            go = np.abs(g) > _TOLERANCE_M
        todo, last_side = todo[go], side[go]
        a, b, ga, gb = a[go], b[go], ga[go], gb[go]
    return root


def _above_ground_m(
    origin_m: NDArray[np.float64],
    direction: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    terrain: Terrain,
) -> NDArray[np.float64]:
    """Return g at a distance along each ray, [m]."""
    lon, lat, height = to_geodetic(origin_m + distance_m[:, None] * direction)
    return np.asarray(height - terrain.altitude_at(lon, lat))


def _n_steps(
    start_m: NDArray[np.float64],
    end_m: NDArray[np.float64],
    terrain: Terrain,
) -> int:
    """Return in how many steps no ray goes farther on the map than a cell of the terrain."""
    fall_m = terrain.highest_m - terrain.lowest_m + 2 * _MARGIN_M
    length_m = end_m - start_m
    across_m = np.sqrt(np.maximum(length_m**2 - np.minimum(fall_m, length_m) ** 2, 0.0)).max()
    return int(np.clip(np.ceil(across_m / terrain.posting_m), 1, _MAX_STEPS))


def _ellipsoid_at_m(
    origin_m: NDArray[np.float64], direction: NDArray[np.float64], altitude_m: float
) -> NDArray[np.float64]:
    r"""Return where rays first pass an altitude, (ray,) [m]; NaN where they do not, or from below.

    With o and d divided by the half-axes, enlarged by the altitude (off a surface of equal
    altitude by less than the margin that the caller leaves):

    .. math:: t = \frac{-o\cdot d - \sqrt{(o\cdot d)^2 - d\cdot d\,(o\cdot o - 1)}}{d\cdot d}
    """
    axes = _SEMI_AXES_M + altitude_m
    o, d = origin_m / axes, direction / axes
    dd, od, oo = (np.einsum("ij,ij->i", p, q) for p, q in ((d, d), (o, d), (o, o)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((-od - np.sqrt(od**2 - dd * (oo - 1.0))) / dd)
