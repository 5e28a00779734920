"""A pushbroom camera on its mount: where each sample looks."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import SettingsError
from cathartes.scenes.georeference.frames import body_to_local


class Side(StrEnum):
    """The side of the aircraft to which a sample looks."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class MountingSd:
    """Standard deviations that navigation knows nothing of; NaN where nobody stated one.

    Attributes
    ----------
    boresight_deg : (3,) [deg]
        Roll, pitch, yaw.
    timing_s : [s]
        Of the clocks' offset.
    horizontal_m, vertical_m : [m]
        Of the navigation's positions, where its file states none.
    attitude_deg : (3,) [deg]
        Of roll, pitch and heading, where the navigation's file states none.
    """

    boresight_deg: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    timing_s: float = np.nan
    horizontal_m: float = np.nan
    vertical_m: float = np.nan
    attitude_deg: tuple[float, float, float] = (np.nan, np.nan, np.nan)


@dataclass(frozen=True, slots=True)
class Camera:
    """What is known of a camera, its mounting and its clock.

    Attributes
    ----------
    look : (sample, 3)
        Directions in which the samples' centres look, in the camera's frame (x forward, y right,
        z out of the lens); made unit vectors.
    boresight_deg : (3,) [deg]
        Roll, pitch and yaw from camera to body.
    lever_arm_m : (3,) [m]
        From the navigation's reference point to the camera: forward, right, down.
    time_offset_s : [s]
        Added to the camera's times it gives the navigation's.
    line_period_s : [s]
        From line to line; None if each line's time is given.
    sd
        How sure the mounting is.

    Raises
    ------
    SettingsError
        If a look vector is none, or points behind the lens; or samples are out of order.
    """

    look: NDArray[np.float64]
    boresight_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lever_arm_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    time_offset_s: float = 0.0
    line_period_s: float | None = None
    sd: MountingSd = field(default_factory=MountingSd)

    def __post_init__(self) -> None:
        look = np.array(self.look, dtype=np.float64)
        if look.ndim != 2 or look.shape[1] != 3 or not np.isfinite(look).all():
            raise SettingsError(
                f"camera: look vectors of shape {look.shape}; (sample, 3) finite numbers are "
                "needed."
            )
        if (look[:, 2] <= 0).any():
            raise SettingsError(
                "camera: a look vector's z is not positive; z points out of the lens, x forward, y "
                "to the right: turn the axes."
            )
        look /= np.linalg.norm(look, axis=1, keepdims=True)
        steps = np.diff(look[:, 1] / look[:, 2])
        if steps.size and not ((steps > 0).all() or (steps < 0).all()):
            raise SettingsError(
                "camera: the samples do not look one beside the other, from left to right or from "
                "right to left; put the look vectors in the samples' order."
            )
        look.setflags(write=False)
        object.__setattr__(self, "look", look)

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return int(self.look.shape[0])

    def look_in_body(self) -> NDArray[np.float64]:
        """Return the look vectors in the body's frame, (sample, 3)."""
        return np.asarray(self.look @ body_to_local(*self.boresight_deg).T)

    def with_boresight(self, boresight_deg: ArrayLike) -> "Camera":
        """Return the camera with another boresight.

        Parameters
        ----------
        boresight_deg : (3,) [deg]
            Roll, pitch, yaw.
        """
        roll, pitch, yaw = (float(v) for v in np.asarray(boresight_deg))
        return replace(self, boresight_deg=(roll, pitch, yaw))


def pinhole_line(
    n_samples: int, ifov_mrad: float, first_sample: Side, centre_sample: float | None = None
) -> NDArray[np.float64]:
    r"""Return the look vectors of a straight line of equal pixels behind a lens.

    .. math:: \tan\theta_j = \pm (j + \tfrac12 - c)\,\delta

    Parameters
    ----------
    n_samples
        j counts from 0.
    ifov_mrad : [mrad]
        δ: a pixel's width over the focal length.
    first_sample
        To which side the first sample looks.
    centre_sample
        c, the continuous sample on the optical axis; the middle if None.

    Returns
    -------
    (sample, 3)
    """
    centre = n_samples / 2 if centre_sample is None else centre_sample
    across = (np.arange(n_samples) + 0.5 - centre) * ifov_mrad * 1e-3
    if first_sample is Side.RIGHT:
        across = -across
    return np.column_stack([np.zeros(n_samples), across, np.ones(n_samples)])
