"""How much gas a plume holds along its way, in slices across it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_SLICES = 100


@dataclass(frozen=True, slots=True)
class AxisProfile:
    """A plume in slices across its axis, from the first that holds a pixel to the last.

    Attributes
    ----------
    bearing_deg : [deg]
        Where the axis points: downwind, clockwise from north.
    step_m : [m]
        Between slices.
    distance_m : (slice,) [m]
        Of each one's middle from the origin along the axis; negative behind it.
    mean : (slice,) [unit of the values]
        Over the slice's pixels that have a value; NaN without any.
    across_sd : (slice,) [the same]
        How much these differ: their standard deviation.
    mean_sd : (slice,) [the same]
        Error of the mean, as if the errors of all pixels were one: contrast, air and library are.
    width_m : (slice,) [m]
        Area of the slice's pixels over the step.
    """

    bearing_deg: float
    step_m: float
    distance_m: NDArray[np.float64]
    mean: NDArray[np.float64]
    across_sd: NDArray[np.float64]
    mean_sd: NDArray[np.float64]
    width_m: NDArray[np.float64]


def principal_bearing_deg(east_m: NDArray[np.float64], north_m: NDArray[np.float64]) -> float:
    """Return the direction in which pixels spread most, away from the origin, [deg].

    Parameters
    ----------
    east_m, north_m : (pixel,) [m]
        From the origin; the bearing points to the side on which most of them lie.
    """
    if east_m.size < 2:
        return 0.0
    _, vectors = np.linalg.eigh(np.cov(east_m, north_m))
    axis = vectors[:, -1]
    if axis @ (east_m.mean(), north_m.mean()) < 0:
        axis = -axis
    return float(np.degrees(np.arctan2(axis[0], axis[1])) % 360.0)


def profile_along(
    east_m: NDArray[np.float64],
    north_m: NDArray[np.float64],
    values: NDArray[np.float64],
    values_sd: NDArray[np.float64],
    bearing_deg: float,
    pixel_m: float,
) -> AxisProfile:
    """Return a plume's profile; slices are a pixel long, or a hundredth of the plume.

    Parameters
    ----------
    east_m, north_m : (pixel,) [m]
        At least one pixel, from the origin.
    values, values_sd : (pixel,) [ppm m or ppm m K]
        Column densities or amounts; NaN where none can be stated.
    bearing_deg : [deg]
        Of the axis, clockwise from north.
    pixel_m : [m]
        Side of a pixel.
    """
    angle = np.radians(bearing_deg)
    along = east_m * np.sin(angle) + north_m * np.cos(angle)
    step_m = max(pixel_m, float(np.ptp(along)) / MOST_SLICES)
    number = np.floor(along / step_m).astype(int)
    first = int(number.min())
    number -= first
    n_slices = int(number.max()) + 1

    def mean_of(of_pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        known = np.isfinite(of_pixels)
        total = np.bincount(number[known], of_pixels[known], minlength=n_slices)
        count = np.bincount(number[known], minlength=n_slices)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    mean = mean_of(values)
    return AxisProfile(
        bearing_deg=bearing_deg,
        step_m=step_m,
        distance_m=np.asarray((first + np.arange(n_slices) + 0.5) * step_m, np.float64),
        mean=mean,
        across_sd=np.sqrt(mean_of((values - mean[number]) ** 2)),
        mean_sd=mean_of(values_sd),
        width_m=np.asarray(
            np.bincount(number, minlength=n_slices) * pixel_m**2 / step_m, np.float64
        ),
    )
