"""The background: mean, covariance and tails of the pixels without a plume."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from scipy.ndimage import gaussian_filter1d

from cathartes.errors import InputError, SingularCovarianceError


@dataclass(slots=True)
class BackgroundSums:
    """Running sums from which a background is made, block by block.

    Sums are about a provisional mean, taken from the first block, so that the small differences
    that matter don't drown in the large mean (float32 products, float64 sums).
    """

    n_samples: int
    n_bands: int
    n_pixels: int = 0
    _shift: NDArray[np.float32] | None = None
    _weight: NDArray[np.float64] = field(init=False)
    _sum: NDArray[np.float64] = field(init=False)
    _square: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self._weight = np.zeros(self.n_samples)
        self._sum = np.zeros((self.n_samples, self.n_bands))
        self._square = np.zeros((self.n_bands, self.n_bands))

    def add(
        self,
        block: NDArray[np.float32],
        clean: NDArray[np.bool_],
        weight: NDArray[np.float32] | None = None,
    ) -> None:
        """Add a block of lines.

        Parameters
        ----------
        block : (line, sample, band) [cube's unit]
        clean : (line, sample) bool
            True for pixels to be used; they must be finite in every band.
        weight : (line, sample)
            Weight in the covariance (Student-t); 1 if None.
        """
        if not clean.any():
            return
        if self._shift is None:
            self._shift = block[clean].mean(axis=0, dtype=np.float64).astype(np.float32)
        w = clean.astype(np.float32) if weight is None else np.where(clean, weight, 0.0)
        centred = block - self._shift
        centred[~clean] = 0.0
        self.n_pixels += int(clean.sum())
        self._weight += w.sum(axis=0, dtype=np.float64)
        self._sum += np.einsum("ls,lsb->sb", w, centred)
        flat = centred.reshape(-1, self.n_bands)
        if weight is None:
            self._square += flat.T @ flat
        else:
            self._square += flat.T @ (flat * w.reshape(-1, 1))

    def finish(self, *, per_column: bool, stripe_smoothing_samples: float) -> "Background":
        r"""Return the background.

        The covariance is pooled over the columns about the means that will be taken off:

        .. math:: R = \frac{1}{W}\Big(\sum w\,y y^T
                  - \sum_c W_c\,(m_c\mu_c^T + \mu_c m_c^T - \mu_c\mu_c^T)\Big)

        y measured from the provisional mean, W_c and m_c a column's weight and mean, μ_c what is
        taken off there, W = Σ W_c less the share of the means that were fitted.

        Raises
        ------
        InputError
            If no pixel was clean.
        SingularCovarianceError
            If there are fewer than 3 clean pixels.
        """
        if self._shift is None:
            raise InputError(
                "no pixel of the scene is finite in every band used; check the ignore value and "
                "the bad-band list."
            )
        if self.n_pixels < 3:
            raise SingularCovarianceError(
                f"{self.n_pixels} clean pixels; at least 3 are needed for a covariance, and many "
                "times the number of bands for a good one."
            )
        weight = self._weight[:, None]
        total = float(self._weight.sum())
        overall = self._sum.sum(axis=0) / total
        own = np.divide(self._sum, weight, out=np.tile(overall, (len(weight), 1)), where=weight > 0)
        removed = own if per_column else overall + _stripes(own, stripe_smoothing_samples)
        cross = (own * weight).T @ removed
        moment = self._square - (cross + cross.T - (removed * weight).T @ removed)
        fitted_means = np.count_nonzero(self._weight) if per_column else 1
        total *= max(1.0 - fitted_means / self.n_pixels, 1.0 / self.n_pixels)
        return Background(
            mean=removed + self._shift.astype(np.float64),
            covariance=0.5 * (moment + moment.T) / total,
            n_pixels=self.n_pixels,
        )


def _stripes(column_mean: NDArray[np.float64], smoothing: float) -> NDArray[np.float64]:
    """Return the part of the column means that changes faster than the scene, (sample, band)."""
    if column_mean.shape[0] < 3:
        return np.zeros_like(column_mean)
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
    n_pixels
        Clean pixels that made it.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    n_pixels: int


def shrinkage_weight(eigenvalues: NDArray[np.float64], n_pixels: int) -> float:
    r"""Return how much of the covariance should be its own diagonal, by leave-one-out likelihood.

    For :math:`G_a = \frac{n(1-a)}{n-1} R + a\,\mathrm{diag}R`, β = (1-a)/(n-1) and
    :math:`r_0 = \mathrm{tr}(G_a^{-1}R)` the mean leave-one-out likelihood is close to

    .. math:: -\ell(a) = \ln|G_a| + \ln(1-\beta r_0) + \frac{r_0}{1-\beta r_0}

    which needs only the eigenvalues of the correlation matrix.

    Parameters
    ----------
    eigenvalues : (band,)
        Of the correlation matrix, not negative.
    n_pixels
        Pixels that made it.

    References
    ----------
    Theiler 2012, "The incredible shrinking covariance estimator", doi 10.1117/12.918718 (mean
    Mahalanobis approximation of Hoffbeck & Landgrebe 1996).
    """
    weights = np.concatenate([10.0 ** np.arange(-9.0, -0.01, 0.25), [0.75, 0.9, 0.99]])
    n = max(n_pixels, 2)
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
    a = shrinkage_weight(eigenvalues, background.n_pixels)
    shrunk = (1 - a) * eigenvalues + a
    return np.asarray((vectors / np.sqrt(shrunk)).T / scale)


def fit_tail_dof(mahalanobis_squared: NDArray[np.float32], n_bands: int) -> float:
    r"""Fit the degrees of freedom ν of a multivariate Student-t to the scene's clutter.

    For it :math:`d^2/b \cdot \nu/(\nu-2) \sim F(b, \nu)`, so the ratio of its upper decile to
    its median tells ν, whatever a few extreme pixels do.

    Parameters
    ----------
    mahalanobis_squared : (pixel,)
        Finite squared Mahalanobis distances d².
    n_bands
        b.

    Returns
    -------
    ν between 2.5 and 1000; 1000 is normal for all purposes.

    References
    ----------
    Theiler & Foy 2006 use the t distribution for clutter; the quantile fit is our own.
    """
    low, high = 2.5, 1000.0
    median, decile = np.quantile(mahalanobis_squared, [0.5, 0.9])
    ratio = decile / median if median > 0 else np.inf

    def excess(log_dof: float) -> float:
        law = stats.f(n_bands, np.exp(log_dof))
        return float(law.ppf(0.9) / law.ppf(0.5) - ratio)

    if excess(np.log(high)) >= 0:
        return high
    if excess(np.log(low)) <= 0:
        return low
    return float(np.exp(optimize.brentq(excess, np.log(low), np.log(high), xtol=1e-3)))


def student_weight(
    mahalanobis_squared: NDArray[np.float32], dof: float, n_bands: int
) -> NDArray[np.float32]:
    r"""Return each pixel's weight in a Student-t covariance, :math:`(\nu+b)/(\nu-2+d^2)`.

    Large where the pixel is ordinary, small for rare materials, so that these don't stretch the
    covariance. NaN distances get weight 0.
    """
    weight = (dof + n_bands) / (max(dof - 2.0, 0.1) + mahalanobis_squared)
    return np.asarray(np.nan_to_num(weight, nan=0.0), dtype=np.float32)
