"""A rate from a map is a weighted sum of its pixels: what both methods hand on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from cathartes.locate.column_map import ColumnMap

MOST_UNKNOWN = 0.05
"""Of a shifted outline so much may lie where there is no value or another plume."""
LEAST_PLACES = 30
CLUTTER_FACTOR = 2.0
"""By how much clutter may exceed white noise over an outline, where no place is left to measure."""


@dataclass(frozen=True, slots=True)
class FluxWeights:
    r"""How each pixel counts in a line integral of the column: :math:`C = \sum_i w_i u_i`.

    Attributes
    ----------
    weight_m : (y, x) [m]
        Times the column [ppm m] it sums to an integral across the wind [ppm m2].
    length_m : [m]
        Of the plume along the wind, from its origin, over which C is the mean.
    """

    weight_m: NDArray[np.float64]
    length_m: float

    def integral_ppm_m2(self, column_map: ColumnMap) -> float:
        """Return the mean column integrated across the wind, [ppm m2]; NaN counts as nothing."""
        column = np.nan_to_num(column_map.column_density_ppm_m)
        return float((self.weight_m * column).sum())

    def background_ppm_m2(self, column_map: ColumnMap) -> tuple[float, float]:
        """Return mean and standard deviation of the same sum where there is no plume, [ppm m2].

        The weights are moved over the plume-free scene, so that clutter counts as it is. Where
        there is no place for them the noise of a pixel is taken, `CLUTTER_FACTOR` times.
        """
        background = column_map.background.astype(np.float64)
        column = np.where(background > 0, column_map.column_density_ppm_m, 0.0)
        rows, columns = np.nonzero(self.weight_m)
        kernel = self.weight_m[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        covered = sums_at_places(background, np.abs(kernel))
        free = covered >= (1.0 - MOST_UNKNOWN) * np.abs(kernel).sum()
        if free.sum() < LEAST_PLACES:
            white = column_map.noise_sd_ppm_m * np.sqrt((self.weight_m**2).sum())
            return 0.0, float(CLUTTER_FACTOR * white)
        sums = sums_at_places(column, kernel)[free]
        return float(sums.mean()), float(sums.std())


def sums_at_places(image: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted sums of an image wherever the weights lie wholly inside it.

    Parameters
    ----------
    image : (y, x)
    weight : (row, column)
        No larger than the image.

    Returns
    -------
    (place y, place x)
        By the Fourier transform; what wraps around lies beyond these places.
    """
    size = tuple(next_fast_len(n, real=True) for n in image.shape)
    sums = irfft2(rfft2(image, size) * rfft2(weight, size).conj(), size)
    n_y, n_x = (n - w + 1 for n, w in zip(image.shape, weight.shape, strict=True))
    return np.asarray(sums[:n_y, :n_x])
