"""How sure each pixel's place is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.georeference.camera import MountingSd
from cathartes.scenes.georeference.frames import local_to_earth, to_earth_m, to_geodetic
from cathartes.scenes.georeference.navigation import LinePoses
from cathartes.scenes.georeference.pushbroom import GroundPoints
from cathartes.scenes.georeference.terrain import Terrain

_PIXELS_AT_A_TIME = 200_000
_STEEPEST_GRAZE = 0.01
"""A ray that slides along the ground at less than half a degree says nothing of where it meets."""


@dataclass(frozen=True, slots=True)
class PositionSd:
    """Standard deviations of pixels' places on the ground.

    Attributes
    ----------
    largest_m : (line, sample) [m]
        In the direction in which it is largest: half the great axis of the 39 % ellipse.
    east_m, north_m : (line, sample) [m]
    correlation : (line, sample)
        Of the errors to the east and to the north.
    """

    largest_m: NDArray[np.float64]
    east_m: NDArray[np.float64]
    north_m: NDArray[np.float64]
    correlation: NDArray[np.float64]


def unstated(poses: LinePoses, mounting: MountingSd, terrain_sd_m: float) -> tuple[str, ...]:
    """Return the names of the standard deviations that nobody stated: without them there is none.

    Parameters
    ----------
    poses
        Of each line, with the navigation's standard deviations.
    mounting
        Of the camera, and for what the navigation does not state.
    terrain_sd_m : [m]
        NaN if not stated.
    """
    position, attitude = _filled(poses, mounting)
    missing = [
        name
        for name, values in (
            ("horizontal position", position[:, 0]),
            ("vertical position", position[:, 1]),
            ("roll", attitude[:, 0]),
            ("pitch", attitude[:, 1]),
            ("heading", attitude[:, 2]),
            ("boresight", np.array(mounting.boresight_deg)),
            ("timing", np.array([mounting.timing_s])),
            ("terrain", np.array([terrain_sd_m])),
        )
        if np.isnan(values).any()
    ]
    return tuple(missing)


def estimate_position_sd(
    poses: LinePoses,
    points: GroundPoints,
    terrain: Terrain,
    mounting: MountingSd,
    terrain_sd_m: float,
) -> PositionSd:
    r"""Return how sure pixels' places are, to first order in independent errors.

    A shift δ of the ray at the ground, with d its direction and m the ground's upward normal
    (-z_N, -z_E, 1 to the north, east and up), moves the place by

    .. math:: \Bigl(1 - \frac{d\,m^T}{m^T d}\Bigr)\,\delta

    and an error of the ground's height by :math:`d / (m^T d)` for each metre. The shifts are the
    camera's own error; :math:`\omega \times r` for a turn ω about the axes of roll (forward),
    pitch (level to the right), heading (down) and the boresight's three (the body's axes), r from
    camera to ground; and :math:`v + \Omega \times r` for each second of the clock, with the
    camera's velocity v and turn Ω. The covariance is J diag(σ²) Jᵀ.

    Parameters
    ----------
    poses
        Of each line.
    points : (line, sample)
        Where the pixels lie.
    terrain
        Its slope is taken over one posting.
    mounting, terrain_sd_m : [m]
        Standard deviations beside the navigation's; all stated, see `unstated`.

    Returns
    -------
    PositionSd of (line, sample)
        NaN where the place is not known or the ray slides along the ground.

    References
    ----------
    Own derivation: docs/explanation/georeferencing.md.
    """
    images = np.full((4, *points.longitude_deg.shape), np.nan)
    line, sample = np.nonzero(np.isfinite(points.longitude_deg))
    for first in range(0, line.size, _PIXELS_AT_A_TIME):
        some = slice(first, first + _PIXELS_AT_A_TIME)
        covariance = _covariance_m2(
            poses, points, (line[some], sample[some]), terrain, mounting, terrain_sd_m
        )
        images[:, line[some], sample[some]] = _to_sd(covariance)
    return PositionSd(*images)


def _covariance_m2(
    poses: LinePoses,
    points: GroundPoints,
    pixel: tuple[NDArray[np.intp], NDArray[np.intp]],
    terrain: Terrain,
    mounting: MountingSd,
    terrain_sd_m: float,
) -> NDArray[np.float64]:
    """Return the covariances to the north and east of some pixels' places, (n, 2, 2) [m2]."""
    line, sample = pixel
    position_sd, attitude_sd = _filled(poses, mounting)
    lon, lat, altitude = (getattr(points, name)[line, sample] for name in points.__slots__)
    to_local = np.swapaxes(local_to_earth(lon, lat), -1, -2)
    ray = to_earth_m(lon, lat, altitude) - poses.camera_m[line]
    normal = _normal(terrain, lon, lat)
    r = np.einsum("nij,nj->ni", to_local, ray)
    d = r / np.linalg.norm(r, axis=1, keepdims=True)
    facing = np.einsum("ni,ni->n", normal, d)
    facing = np.where(facing < -_STEEPEST_GRAZE, facing, np.nan)

    def moved(shift: NDArray[np.float64]) -> NDArray[np.float64]:
        along = np.einsum("ni,ni->n", normal, shift) / facing
        return np.asarray((shift - d * along[:, None])[:, :2])

    def turned(axis: NDArray[np.float64]) -> NDArray[np.float64]:
        return moved(np.cross(axis, r))

    covariance = np.zeros((line.size, 2, 2))

    def add(shift: NDArray[np.float64], sd: NDArray[np.float64] | float) -> None:
        scaled = shift * np.broadcast_to(sd, line.shape)[:, None]
        covariance[:] += scaled[:, :, None] * scaled[:, None, :]

    unit = np.broadcast_to(np.eye(3)[:, None], (3, line.size, 3))
    add(moved(unit[0]), position_sd[line, 0])
    add(moved(unit[1]), position_sd[line, 0])
    add(moved(unit[2]), position_sd[line, 1])
    body = np.einsum("nij,njk->nik", to_local, poses.body_to_earth[line])
    level = np.cross(unit[2], body[:, :, 0])
    level /= np.linalg.norm(level, axis=1, keepdims=True)
    for axis, sd in zip((body[:, :, 0], level, unit[2]), attitude_sd.T, strict=True):
        add(turned(axis), np.radians(sd[line]))
    for i, sd_deg in enumerate(mounting.boresight_deg):
        add(turned(body[:, :, i]), np.radians(sd_deg))
    velocity, turn = (np.einsum("nij,nj->ni", to_local, v[line])
                      for v in (poses.camera_velocity_m_s, poses.turn_deg_s))  # fmt: skip
    add(moved(velocity + np.cross(np.radians(turn), r)), mounting.timing_s)
    add((d / facing[:, None])[:, :2], terrain_sd_m)
    return covariance


def _filled(
    poses: LinePoses, mounting: MountingSd
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return standard deviations of positions, (line, 2), and attitudes, (line, 3), filled in."""
    position, attitude = poses.position_sd_m, poses.attitude_sd_deg
    return (
        np.where(np.isnan(position), (mounting.horizontal_m, mounting.vertical_m), position),
        np.where(np.isnan(attitude), mounting.attitude_deg, attitude),
    )


def _normal(
    terrain: Terrain, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the ground's upward normal in north, east, down, not of unit length, (n, 3)."""
    if not np.isfinite(terrain.posting_m):
        return np.broadcast_to([0.0, 0.0, -1.0], (lon.size, 3))
    half = terrain.posting_m / 2
    place = to_earth_m(lon, lat, np.zeros(lon.size))
    axes = local_to_earth(lon, lat)
    slope = []
    for axis in (axes[:, :, 0], axes[:, :, 1]):
        sides = [terrain.altitude_at(*to_geodetic(place + s * axis)[:2]) for s in (half, -half)]
        slope.append((sides[0] - sides[1]) / (2 * half))
    return np.column_stack([-slope[0], -slope[1], -np.ones(lon.size)])


def _to_sd(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the four numbers of `PositionSd` of (n, 2, 2) covariances (north, east), (4, n)."""
    north, east, both = covariance[:, 0, 0], covariance[:, 1, 1], covariance[:, 0, 1]
    largest = (north + east) / 2 + np.hypot((north - east) / 2, both)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = both / np.sqrt(east * north)
    return np.stack([np.sqrt(largest), np.sqrt(east), np.sqrt(north), together])
