"""The classical short-wave filter: each column of the detector against itself.

Nobody uses it by default: a column alone has few pixels for a covariance. It is what the field
compares with, and the start of the reweighted estimator.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from cathartes.errors import InputError, SingularCovarianceError


@dataclass(frozen=True, slots=True)
class Column:
    """The finite pixels of one column about their mean.

    Attributes
    ----------
    pixels : (pixel, band) float32 [cube's unit]
        Less the mean.
    mean : (band,) float64 [cube's unit]
    covariance : (band, band) float64 [cube's unit squared]
        Of the pixels, divided by their number.
    """

    pixels: NDArray[np.float32]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of_radiance(cls, radiance: NDArray[np.float32], mean: NDArray[np.float32]) -> "Column":
        """Take the pixels, (pixel, band) [cube's unit], all finite, off which the mean is taken."""
        radiance -= mean
        covariance = (radiance.T @ radiance).astype(np.float64)
        covariance /= len(radiance)
        return cls(radiance, mean.astype(np.float64), covariance)

    @property
    def albedo_factor(self) -> NDArray[np.float32]:
        r"""How bright each pixel is against the mean: :math:`R = x^T\mu / \mu^T\mu`, (pixel,)."""
        direction = self.mean / (self.mean @ self.mean)
        return np.asarray(1.0 + self.pixels @ direction.astype(np.float32))

    def factor(self, diagonal_share: float) -> NDArray[np.float64]:
        r"""Return the lower Cholesky factor of the regularised covariance, (band, band).

        What stands above its diagonal is not nought and means nothing.

        .. math:: C_a = (1-a)\,C + a\,\mathrm{diag}\,C

        Raises
        ------
        SingularCovarianceError
            If it is not positive definite.
        """
        shrunk = (1 - diagonal_share) * self.covariance
        np.fill_diagonal(shrunk, self.covariance.diagonal())
        lower, failed = lapack.dpotrf(shrunk.T, lower=1, clean=0, overwrite_a=1)
        if failed:
            raise SingularCovarianceError(
                f"the covariance of a column of {len(self.pixels)} pixels in {len(self.mean)} "
                "bands can't be inverted; more lines than bands are needed, or a greater "
                "diagonal_share."
            )
        return np.asarray(lower)


def columns(
    radiance: NDArray[np.float32],
) -> Iterator[tuple[int, NDArray[np.bool_] | slice, Column]]:
    """Yield each column that has a finite pixel: its number, which lines are finite, the column.

    Parameters
    ----------
    radiance : (line, sample, band) [W m-2 sr-1 um-1, or any other unit]
    """
    ones = np.ones(radiance.shape[0], np.float32)
    for number in range(radiance.shape[1]):
        pixels = np.array(radiance[:, number], np.float32, order="C")
        mean = np.asarray(ones @ pixels / np.float32(len(pixels)), np.float32)
        # The mean is finite in all bands if every value is: no look at each.
        if np.isfinite(mean).all():
            yield number, slice(None), Column.of_radiance(pixels, mean)
            continue
        finite = np.asarray(np.isfinite(pixels).all(axis=1))
        if finite.any():
            pixels = pixels[finite]
            mean = np.asarray(pixels.mean(axis=0), np.float32)
            yield number, finite, Column.of_radiance(pixels, mean)


def column_matched_filter(
    radiance: NDArray[np.float32],
    change_per_ppm_m: NDArray[np.float64],
    *,
    diagonal_share: float = 1e-4,
) -> NDArray[np.float32]:
    r"""Estimate the column density of one gas by each column's own matched filter.

    .. math:: \hat u = \frac{(x-\mu)^T C_a^{-1} s}{s^T C_a^{-1} s}, \qquad s = t \circ \mu

    μ and C are the mean and covariance of the pixel's column, plumes and all: strong or long plumes
    are underestimated, and with few more lines than bands everything is.

    Parameters
    ----------
    radiance : (line, sample, band) [W m-2 sr-1 um-1, or any other unit]
        NaN in any band gives NaN out, and the pixel is left out of its column's background.
    change_per_ppm_m : (band,) [ppm-1 m-1]
        t: relative change of radiance by the gas, negative where it absorbs; air-mass factor times
        absorption, with its sign turned.
    diagonal_share
        a of `Column.factor`; 1e-4 is that of mag1c.

    Returns
    -------
    (line, sample) float32 [ppm m]
        Negative values are noise and must be kept.

    Raises
    ------
    InputError
        If shapes do not fit, or the gas changes no band.
    SingularCovarianceError
        If a column's covariance can't be inverted.

    References
    ----------
    Thompson et al. 2015, doi 10.5194/amt-8-4383-2015.
    """
    check_change(radiance, change_per_ppm_m)
    amount = np.full(radiance.shape[:2], np.nan, np.float32)
    for number, finite, column in columns(radiance):
        target = change_per_ppm_m * column.mean
        direction, _ = lapack.dpotrs(column.factor(diagonal_share), target, lower=1)
        direction /= target @ direction
        amount[finite, number] = column.pixels @ direction.astype(np.float32)
    return amount


def check_change(radiance: NDArray[np.float32], change_per_ppm_m: NDArray[np.float64]) -> None:
    """Check that a cube, (line, sample, band), and a gas's change, (band,), fit each other.

    Raises
    ------
    InputError
        If they do not.
    """
    if radiance.ndim != 3 or change_per_ppm_m.shape != radiance.shape[2:]:
        raise InputError(
            f"radiance has the shape {radiance.shape} and the gas's change {change_per_ppm_m.shape}"
            "; (line, sample, band) and (band,) of the same bands are needed."
        )
    if not np.isfinite(change_per_ppm_m).all() or not change_per_ppm_m.any():
        raise InputError(
            "the gas's change of radiance is nought in every band, or not finite in one; give "
            "finite changes of the bands in which it absorbs."
        )
