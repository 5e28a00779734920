"""How the camera sits on its mount, from two flight lines that saw the same ground."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.georeference.camera import Camera
from cathartes.scenes.georeference.frames import local_to_earth, to_geodetic
from cathartes.scenes.georeference.navigation import LinePoses
from cathartes.scenes.georeference.pushbroom import points_at
from cathartes.scenes.georeference.terrain import Terrain

_STEP_DEG = 1e-3
_MIN_TIES = 10
_N_ROUNDS = 8
_OUTLIER = 4.0
_SD_OF_MAD = 1.4826
_TINY_M = 1e-6
ANGLES = ("roll", "pitch", "yaw")


@dataclass(frozen=True, slots=True)
class TiePoints:
    """The same spots of ground in two flight lines.

    Attributes
    ----------
    line_a, sample_a, line_b, sample_b : (n,)
        Continuous pixel positions in either line, centres at whole numbers and a half.
    """

    line_a: NDArray[np.float64]
    sample_a: NDArray[np.float64]
    line_b: NDArray[np.float64]
    sample_b: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of spots."""
        return int(self.line_a.size)

    def select(self, chosen: NDArray[np.bool_]) -> "TiePoints":
        """Return some of them.

        Parameters
        ----------
        chosen : (n,) bool
        """
        return TiePoints(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class BoresightSettings:
    """How a boresight is estimated; the only place of these defaults.

    Attributes
    ----------
    prior_sd_deg : [deg]
        How far the mount's angles may be from the camera file's.
    relative_position_sd_m : [m]
        How far one line's positions may be off against the other's, in each direction.
    most_pixels
        An angle is refused if its standard deviation moves some pixel by more of a pixel's width.
    """

    prior_sd_deg: float = 1.0
    relative_position_sd_m: float = 0.1
    most_pixels: float = 0.5

    def __post_init__(self) -> None:
        if min(self.prior_sd_deg, self.relative_position_sd_m, self.most_pixels) <= 0:
            raise SettingsError(
                f"boresight: {self}; all three must be positive, positions are never exact."
            )


@dataclass(frozen=True, slots=True)
class BoresightEstimate:
    """A camera's boresight, angle by angle.

    Attributes
    ----------
    boresight_deg, sd_deg : (3,) [deg]
        Roll, pitch, yaw, and their standard deviations. An angle that is refused keeps the
        camera's value.
    determined : (3,) bool
        False for an angle that these lines do not constrain.
    tie_sd_m : [m]
        Scatter of the ties on the ground, in each direction.
    n_ties, n_outliers
        Used, and left out.
    """

    boresight_deg: NDArray[np.float64]
    sd_deg: NDArray[np.float64]
    determined: NDArray[np.bool_]
    tie_sd_m: float
    n_ties: int
    n_outliers: int

    @property
    def refused(self) -> tuple[str, ...]:
        """Names of the angles that these lines do not constrain."""
        return tuple(name for name, good in zip(ANGLES, self.determined, strict=True) if not good)


def estimate_boresight(
    camera: Camera,
    poses_a: LinePoses,
    poses_b: LinePoses,
    ties: TiePoints,
    terrain: Terrain,
    settings: BoresightSettings | None = None,
) -> BoresightEstimate:
    r"""Estimate roll, pitch and yaw of a camera's mount by least squares over tie points.

    A tie's two pixels look at one spot: with X_A and X_B where they fall for a boresight β, and s
    the shift of one line's positions against the other's, the sum

    .. math:: \sum_i \frac{|X_{A,i}(\beta) - X_{B,i}(\beta) - s|^2}{\sigma^2}
              + \frac{|s|^2}{\sigma_s^2} + \frac{|\beta-\beta_0|^2}{\sigma_\beta^2}

    over east and north is made least (Gauss-Newton); σ is the ties' own scatter. What two lines
    do not tell, such as the yaw from opposite flights over one track, keeps the prior's standard
    deviation, and is refused.

    Parameters
    ----------
    camera
        With the boresight to start from, β₀.
    poses_a, poses_b
        Of the lines' known poses.
    ties : (n,)
        At least ten; those farther off than four standard deviations are left out.
    terrain
        The ground. Its errors are not accounted for: choose level ground.

    Raises
    ------
    InputError
        If there are too few ties that look at known ground.

    References
    ----------
    Own derivation: docs/explanation/georeferencing.md.
    """
    how = settings or BoresightSettings()
    start = np.array(camera.boresight_deg)

    def misfit(angles_deg: NDArray[np.float64], some: TiePoints) -> NDArray[np.float64]:
        look = camera.with_boresight(angles_deg).look_in_body()
        a = points_at(poses_a, look, some.line_a, some.sample_a, terrain)
        b = points_at(poses_b, look, some.line_b, some.sample_b, terrain)
        lon, lat, _ = to_geodetic(a)
        return np.asarray(np.einsum("nij,ni->nj", local_to_earth(lon, lat), a - b)[:, :2])

    kept = ties.select(np.asarray(np.isfinite(misfit(start, ties)).all(axis=1)))
    _check_number(kept)
    angles, sd_m = start, np.nan
    for _ in range(_N_ROUNDS):
        residual = misfit(angles, kept)
        jacobian = _jacobian(partial(misfit, some=kept), angles)
        whole, covariance, sd_m = _solve(residual, jacobian, angles - start, how)
        angles = angles + whole[:3]
        left = misfit(angles, kept) - whole[3:]
        off_m = np.hypot(left[:, 0], left[:, 1])
        kept = kept.select(np.asarray(off_m <= _OUTLIER * _SD_OF_MAD * np.median(off_m) + _TINY_M))
        _check_number(kept)
    sd_deg = np.sqrt(np.diag(covariance)[:3])
    determined = _moved_pixels(camera, sd_deg) <= how.most_pixels
    return BoresightEstimate(
        boresight_deg=np.where(determined, angles, start),
        sd_deg=sd_deg,
        determined=determined,
        tie_sd_m=sd_m,
        n_ties=len(kept),
        n_outliers=len(ties) - len(kept),
    )


def _check_number(ties: TiePoints) -> None:
    if len(ties) < _MIN_TIES:
        raise InputError(
            f"boresight: {len(ties)} tie points that agree and look at known ground; {_MIN_TIES} "
            "at least are needed: give lines that overlap more, over ground with contrast."
        )


def _jacobian(
    misfit: Callable[[NDArray[np.float64]], NDArray[np.float64]], angles_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the misfits' slopes by the three angles, (n, 2, 3) [m deg-1]."""
    steps = _STEP_DEG * np.eye(3)
    return np.stack(
        [(misfit(angles_deg + s) - misfit(angles_deg - s)) / (2 * _STEP_DEG) for s in steps],
        axis=-1,
    )


def _solve(
    residual: NDArray[np.float64],
    jacobian: NDArray[np.float64],
    from_start_deg: NDArray[np.float64],
    how: BoresightSettings,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return the step (three angles, two shifts), its covariance, and the ties' scatter [m].

    The scatter is that about the fit of this very step: two passes.
    """
    n = residual.shape[0]
    shift = -np.broadcast_to(np.eye(2), (n, 2, 2))
    design = np.concatenate([jacobian, shift], axis=2).reshape(2 * n, 5)
    prior = np.concatenate([np.full(3, how.prior_sd_deg), np.full(2, how.relative_position_sd_m)])
    expected = np.concatenate([-from_start_deg, np.zeros(2)])
    sd_m, values = float(np.std(residual)) + _TINY_M, -residual.ravel()
    for _ in range(3):
        normal = design.T @ design / sd_m**2 + np.diag(prior**-2)
        step = np.linalg.solve(normal, design.T @ values / sd_m**2 + expected / prior**2)
        left = values - design @ step
        sd_m = float(np.sqrt(left @ left / max(2 * n - 5, 1))) + _TINY_M
    return step, np.linalg.inv(normal), sd_m


def _moved_pixels(camera: Camera, sd_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how many pixels at most each angle's standard deviation moves one, (3,)."""
    across = camera.look[:, 1] / camera.look[:, 2]
    pixel = np.median(np.abs(np.diff(across)))
    # Yaw turns the swath about its middle: its ends move by their distance from it.
    arm = np.array([1 + (across**2).max(), 1.0, np.abs(across).max()])
    return np.asarray(np.radians(sd_deg) * arm / pixel)
