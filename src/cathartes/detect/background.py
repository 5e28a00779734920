"""The background: mean and covariance of the pixels without a plume."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cathartes.errors import InputError, SingularCovarianceError

SUMMED_PIXELS = 1024
"""Pixels whose products are summed in float32 before they join the float64 sums: over 120 000 the
rounding (1e-5 of the ground's variance) outweighs the noise, over 1024 it is 30 times less."""

STRIPE_PIXELS = 25
"""With fewer clean pixels a column, on average, a mean is too much of the pixels' own: taken off as
a stripe it would hide a part of the noise (of 25 pixels a twenty-fifth, of a line all of it)."""


class MeanKind(TypedDict):
    """How `scene_mean` makes the mean."""

    per_column: bool
    stripe_smoothing_samples: float


def scene_mean(
    pixels: NDArray[np.float32],
    clean: NDArray[np.bool_],
    *,
    per_column: bool,
    stripe_smoothing_samples: float,
) -> NDArray[np.float64]:
    """Return what is to be taken off each column.

    Parameters
    ----------
    pixels : (row, sample, band) [cube's unit]
        Some lines of the scene.
    clean : (row, sample) bool
        True for pixels to be used; they must be finite in every band.
    per_column
        Each column's own mean; else one mean and, with enough pixels, the columns' stripes.
    stripe_smoothing_samples : [sample]
        Length over which a column mean is called scene rather than stripe.

    Returns
    -------
    (sample, band) float64 [cube's unit]

    Raises
    ------
    InputError
        If no pixel is clean.
    SingularCovarianceError
        If columns have means of their own and hardly more pixels than these.
    """
    count = clean.sum(axis=0)
    n_pixels, n_columns = int(count.sum()), int(np.count_nonzero(count))
    if n_pixels == 0:
        raise InputError(
            "no pixel of the scene is usable in every band used: values are missing, nought or "
            "less, saturated, or repeat each other. Check the ignore value, the unit and the "
            "bad-band list."
        )
    if per_column and n_pixels - n_columns < 2:
        raise SingularCovarianceError(
            f"{n_pixels} clean pixels in {n_columns} columns that each have their own mean; "
            "nothing is left for a covariance: give more lines, or set background_mean to global."
        )
    total = np.zeros(pixels.shape[1:])
    for row, usable in zip(pixels, clean, strict=True):
        if usable.all():
            total += row
        else:
            total[usable] += row[usable]
    overall = total.sum(axis=0) / n_pixels
    known = (count > 0)[:, None]
    own = np.where(known, total / np.maximum(count, 1)[:, None], overall)
    if per_column:
        return np.asarray(own)
    if n_pixels >= STRIPE_PIXELS * n_columns and n_columns >= 3:
        return np.asarray(overall + _stripes(own, stripe_smoothing_samples))
    return np.broadcast_to(overall, own.shape)


def pooled_covariance(
    pixels: NDArray[np.float32], n_pixels: int, n_means: int
) -> NDArray[np.float64]:
    """Return the covariance of pixels about fitted means, (band, band) [cube's unit squared].

    Parameters
    ----------
    pixels : (row, sample, band) [cube's unit]
        Less their means; those not to be used are nought.
    n_pixels
        How many are to be used.
    n_means
        How many means were fitted.

    Raises
    ------
    SingularCovarianceError
        If there are fewer than 3 pixels, or fewer than 2 more than means.
    """
    if n_pixels < 3 or n_pixels - n_means < 2:
        raise SingularCovarianceError(
            f"{n_pixels} clean pixels about {n_means} fitted mean(s); at least 3 are needed for a "
            "covariance, 2 more than means, and many times the number of bands for a good one."
        )
    n_bands = pixels.shape[-1]
    flat = pixels.reshape(-1, n_bands)
    total = np.zeros((n_bands, n_bands))
    for start in range(0, len(flat), SUMMED_PIXELS):
        few = flat[start : start + SUMMED_PIXELS]
        total += few.T @ few
    return total / (n_pixels - n_means)


def _stripes(column_mean: NDArray[np.float64], smoothing: float) -> NDArray[np.float64]:
    """Return the part of the column means that changes faster than the scene, (sample, band)."""
    trend = gaussian_filter1d(column_mean, smoothing, axis=0, mode="nearest")
    return np.asarray(column_mean - trend)


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and covariance of the clean scene.

    Attributes
    ----------
    mean : (sample, band) [cube's unit]
        What is taken off each column.
    covariance : (band, band) [cube's unit squared]
        Of means over squares of so many pixels as the search uses.
    degrees_of_freedom
        Separate squares that made it, less the means fitted.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    degrees_of_freedom: int


def shrinkage_weight(eigenvalues: NDArray[np.float64], degrees_of_freedom: int) -> float:
    r"""Return how much of the covariance should be its own diagonal, by leave-one-out likelihood.

    For :math:`G_a = \frac{n(1-a)}{n-1} R + a\,\mathrm{diag}R`, β = (1-a)/(n-1) and
    :math:`r_0 = \mathrm{tr}(G_a^{-1}R)` the mean leave-one-out likelihood is close to

    .. math:: -\ell(a) = \ln|G_a| + \ln(1-\beta r_0) + \frac{r_0}{1-\beta r_0}

    which needs only the eigenvalues of the correlation matrix.

    Parameters
    ----------
    eigenvalues : (band,)
        Of the correlation matrix, not negative.
    degrees_of_freedom
        n: of pixels about a known mean their number, else less the means fitted. One too many, and
        fewer pixels than bands would seem to need no shrinking at all.

    References
    ----------
    Theiler 2012, "The incredible shrinking covariance estimator", doi 10.1117/12.918718 (mean
    Mahalanobis approximation of Hoffbeck & Landgrebe 1996).
    """
    weights = np.concatenate([10.0 ** np.arange(-9.0, -0.01, 0.25), [0.75, 0.9, 0.99]])
    n = max(degrees_of_freedom, 2)
    shrunk = (n * (1 - weights[:, None]) / (n - 1)) * eigenvalues + weights[:, None]
    beta = (1 - weights) / (n - 1)
    r_0 = (eigenvalues / shrunk).sum(axis=1)
    remaining = 1 - beta * r_0
    valid = remaining > 0
    cost = np.full(weights.size, np.inf)
    cost[valid] = (
        np.log(shrunk[valid]).sum(axis=1) + np.log(remaining[valid]) + r_0[valid] / remaining[valid]
    )
    return float(weights[np.argmin(cost)])


def whitening_matrix(background: Background) -> NDArray[np.float64]:
    r"""Return W with :math:`\tilde x = W(x - \mu)` of unit covariance, upper triangular.

    .. math:: QW = \Lambda_a^{-1/2} V^T D^{-1/2}, \qquad Q^TQ = 1

    from the correlation matrix :math:`D^{-1/2} R D^{-1/2} = V\Lambda V^T` shrunk towards one. Any
    turn Q of the whitened space is as good; a triangle has half the products.

    Returns
    -------
    (band, band) [1 / cube's unit]

    Raises
    ------
    SingularCovarianceError
        If a band does not vary.
    """
    variance = np.diag(background.covariance)
    flat = np.flatnonzero(~(variance > 0))
    if flat.size:
        raise SingularCovarianceError(
            f"{flat.size} of {variance.size} bands do not vary over the scene (first: used band "
            f"{flat[0]}); mark them in the bad-band list, or give more lines if the scene is "
            "hardly wider than the squares it is averaged over."
        )
    scale = np.sqrt(variance)
    correlation = background.covariance / np.outer(scale, scale)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    eigenvalues = np.clip(eigenvalues, 0.0, None)
    a = shrinkage_weight(eigenvalues, background.degrees_of_freedom)
    shrunk = (1 - a) * eigenvalues + a
    _, triangle = np.linalg.qr((vectors / np.sqrt(shrunk)).T / scale)
    return np.asarray(triangle)
