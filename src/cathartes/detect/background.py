"""The background: mean, covariance and tails of the pixels without a plume."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from cathartes.errors import InputError, SingularCovarianceError

SUMMED_PIXELS = 1024
"""Pixels whose products are summed in float32 before they join the float64 sums: over 120 000 the
rounding (1e-5 of the ground's variance) outweighs the noise, over 1024 it is 30 times less."""


STRIPE_PIXELS = 25
"""With fewer clean pixels a column its mean is too much of the pixels' own: taken off as a stripe
it would hide a part of the noise (of 25 pixels a twenty-fifth, of a single line all of it)."""


@dataclass(slots=True)
class BackgroundSums:
    """Running sums from which a background is made, block by block.

    Sums are about a provisional mean, taken from the first block, so that the small differences
    that matter don't drown in the large mean (float32 products, float64 sums).
    """

    n_samples: int
    n_bands: int
    _shift: NDArray[np.float32] | None = None
    _count: NDArray[np.float64] = field(init=False)
    _sum: NDArray[np.float64] = field(init=False)
    _square: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self._count = np.zeros(self.n_samples)
        self._sum = np.zeros((self.n_samples, self.n_bands))
        self._square = np.zeros((self.n_bands, self.n_bands))

    def add(
        self,
        block: NDArray[np.float32],
        clean: NDArray[np.bool_],
    ) -> None:
        """Add a block of lines.

        Parameters
        ----------
        block : (line, sample, band) [cube's unit]
        clean : (line, sample) bool
            True for pixels to be used; they must be finite in every band.
        """
        if not clean.any():
            return
        if self._shift is None:
            self._shift = block[clean].mean(axis=0, dtype=np.float64).astype(np.float32)
        centred = block - self._shift
        centred[~clean] = 0.0
        self._count += clean.sum(axis=0)
        self._sum += centred.sum(axis=0, dtype=np.float64)
        flat = centred.reshape(-1, self.n_bands)
        for start in range(0, len(flat), SUMMED_PIXELS):
            few = flat[start : start + SUMMED_PIXELS]
            self._square += few.T @ few

    def finish(self, *, per_column: bool, stripe_smoothing_samples: float) -> "Background":
        r"""Return the background.

        The covariance is pooled over the columns about the means that will be taken off:

        .. math:: R = \frac{1}{N - f}\Big(\sum y y^T
                  - \sum_c n_c\,(m_c\mu_c^T + \mu_c m_c^T - \mu_c\mu_c^T)\Big)

        y measured from the provisional mean, n_c and m_c a column's pixels and mean, μ_c what is
        taken off there, f the number of means fitted.

        Raises
        ------
        InputError
            If no pixel was clean.
        SingularCovarianceError
            If there are fewer than 3 clean pixels, or fewer than 2 more than means.
        """
        n_pixels = int(self._count.sum())
        n_columns = int(np.count_nonzero(self._count))
        striped = n_pixels >= STRIPE_PIXELS * n_columns and n_columns >= 3
        n_means = n_columns if per_column else 1
        if self._shift is None:
            raise InputError(
                "no pixel of the scene is finite in every band used; check the ignore value and "
                "the bad-band list."
            )
        if n_pixels < 3:
            raise SingularCovarianceError(
                f"{n_pixels} clean pixels; at least 3 are needed for a covariance, and many "
                "times the number of bands for a good one."
            )
        if n_pixels - n_means < 2:
            raise SingularCovarianceError(
                f"{n_pixels} clean pixels in {n_means} columns that each have their own mean; "
                "nothing is left for a covariance: give more lines, or set background_mean to "
                "global."
            )
        count = self._count[:, None]
        overall = self._sum.sum(axis=0) / n_pixels
        own = np.divide(self._sum, count, out=np.tile(overall, (len(count), 1)), where=count > 0)
        removed = np.broadcast_to(overall, own.shape)
        if per_column:
            removed = own
        elif striped:
            removed = overall + _stripes(own, stripe_smoothing_samples)
        cross = (own * count).T @ removed
        moment = self._square - (cross + cross.T - (removed * count).T @ removed)
        return Background(
            mean=removed + self._shift.astype(np.float64),
            covariance=0.5 * (moment + moment.T) / (n_pixels - n_means),
            degrees_of_freedom=n_pixels - n_means,
        )


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
    degrees_of_freedom
        Clean pixels that made it, less the means fitted.
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
    r"""Return W with :math:`\tilde x = W(x - \mu)` of unit covariance.

    .. math:: W = \Lambda_a^{-1/2} V^T D^{-1/2}

    from the correlation matrix :math:`D^{-1/2} R D^{-1/2} = V\Lambda V^T` shrunk towards one.

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
            f"{flat[0]}); mark them in the bad-band list."
        )
    scale = np.sqrt(variance)
    correlation = background.covariance / np.outer(scale, scale)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    eigenvalues = np.clip(eigenvalues, 0.0, None)
    a = shrinkage_weight(eigenvalues, background.degrees_of_freedom)
    shrunk = (1 - a) * eigenvalues + a
    return np.asarray((vectors / np.sqrt(shrunk)).T / scale)
