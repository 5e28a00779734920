"""The classical bank of filters: every pixel in one background, one product for all gases.

The detector does not use it, since plumes and all that is odd are part of its background. It is
what other programs do gas by gas, and what ours is compared with.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.background import Background
from cathartes.detect.bank import make_bank
from cathartes.detect.column_filter import check_change
from cathartes.detect.signature import reflective_signatures
from cathartes.errors import InputError

GUESS_PIXELS = 4096
"""Pixels, spread over the scene, whose mean is taken off before products are summed."""
SUMMED_PIXELS = 2048
"""Pixels whose products are summed in single precision; sums of these are in double."""
FILTERED_PIXELS = 4096
"""Pixels whose amounts are made by one product."""


def scene_matched_filters(
    radiance: NDArray[np.float32], change_per_ppm_m: NDArray[np.float64]
) -> NDArray[np.float32]:
    r"""Estimate the column density of every gas in each pixel by matched filters.

    .. math:: \hat u_g = \frac{(x-\mu)^T K^{-1} s_g}{s_g^T K^{-1} s_g}, \qquad s_g = t_g \circ \mu

    μ and K are the mean and covariance of all finite pixels, K shrunk towards its diagonal as in
    `whitening_matrix`. Two passes, each over pieces that stay in the processor's cache.

    Parameters
    ----------
    radiance : (line, sample, band) [W m-2 sr-1 um-1, or any other unit]
        NaN in any band gives NaN out, and the pixel is left out of the background.
    change_per_ppm_m : (gas, band) [ppm-1 m-1]
        t: relative change of radiance by each gas, negative where it absorbs.

    Returns
    -------
    (gas, line, sample) float32 [ppm m]
        Negative values are noise and must be kept.

    Raises
    ------
    InputError
        If shapes do not fit, a gas changes no band, or fewer than 3 pixels are finite.
    SingularCovarianceError
        If a band does not vary.

    References
    ----------
    Thompson et al. 2015, doi 10.5194/amt-8-4383-2015, with one background for the scene.
    """
    for change in change_per_ppm_m:
        check_change(radiance, change)
    background = _background_of_all(radiance)
    names = tuple(f"gas {number}" for number in range(len(change_per_ppm_m)))
    signatures = reflective_signatures(names, -change_per_ppm_m, background.mean[0], 1.0)
    filters = make_bank(signatures, background).amount_filters.astype(np.float32)
    amount = np.empty((len(names), radiance.shape[0] * radiance.shape[1]), np.float32)
    flat = radiance.reshape(-1, radiance.shape[2])
    of_mean = (filters @ background.mean[0]).astype(np.float32)[:, None]
    for start in range(0, len(flat), FILTERED_PIXELS):
        chunk = slice(start, start + FILTERED_PIXELS)
        # The mean still in the product rounds by a thousandth of a standard deviation at most.
        np.subtract(filters @ flat[chunk].T, of_mean, out=amount[:, chunk])
    return amount.reshape(-1, *radiance.shape[:2])


def _background_of_all(radiance: NDArray[np.float32]) -> Background:
    r"""Return mean and covariance of the finite pixels of a cube, (line, sample, band).

    With y = x - m about a guess m of the mean, so that products keep their digits,

    .. math:: \mu = m + \bar y, \qquad (n-1)\,K = \sum y y^T - n\,\bar y\,\bar y^T
    """
    flat = radiance.reshape(-1, radiance.shape[2])
    few = flat[:: 1 + len(flat) // GUESS_PIXELS]
    few = few[np.isfinite(few).all(axis=1)]
    guess = few.mean(axis=0, dtype=np.float64).astype(np.float32) if len(few) else np.float32(0)
    n_pixels, n_bands = 0, flat.shape[1]
    total, products = np.zeros(n_bands), np.zeros((n_bands, n_bands))
    room, ones = np.empty((SUMMED_PIXELS, n_bands), np.float32), np.ones(SUMMED_PIXELS, np.float32)
    for start in range(0, len(flat), SUMMED_PIXELS):
        chunk = flat[start : start + SUMMED_PIXELS]
        y = np.subtract(chunk, guess, out=room[: len(chunk)])
        total_here = ones[: len(y)] @ y
        if not np.isfinite(total_here).all():  # Only then a look at each value.
            y = y[np.isfinite(y).all(axis=1)]
            total_here = ones[: len(y)] @ y
        n_pixels += len(y)
        total += total_here
        products += y.T @ y
    if n_pixels < 3:
        raise InputError(
            f"{n_pixels} pixels are finite in every band; at least 3 are needed for a covariance, "
            "and many times the number of bands for a good one."
        )
    mean = total / n_pixels
    covariance = (products - n_pixels * np.outer(mean, mean)) / (n_pixels - 1)
    return Background((mean + guess)[None], covariance, n_pixels - 1)
