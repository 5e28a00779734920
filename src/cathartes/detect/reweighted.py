r"""The sparse short-wave estimator: reweighted l1 with the albedo corrected, known as mag1c.

Written from the equations of Foote et al. 2020 and checked against their code. A pixel that has
come to nought stays there: its weight is then 1/(R ε), 10⁹ and more. So after the first iteration
only the pixels still above nought are touched, and what they change of the column's covariance has
rank two and a small diagonal.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas, lapack

from cathartes.detect.column_filter import Column, check_change, columns

AMOUNT_UNIT_PPM_M = 1e5
"""Unit in which ε and the least norm below are given: that of mag1c's templates."""
EPSILON = 1e-9
LEAST_NORM = 1.0
"""Of sᵀC⁻¹s: mag1c never divides by less."""
DIAGONAL_TOLERANCE = 1e-4
"""Relative error allowed in the filter by what the regularised diagonal changes."""
HELD_SHARE = 0.8
"""Pixels at nought are left out when fewer than this share of those held are above."""
LARGEST_DIAGONAL_CHANGE = 0.3
"""Where a variance changes by more, the covariance is factorised again."""


def reweighted_column_filter(
    radiance: NDArray[np.float32],
    change_per_ppm_m: NDArray[np.float64],
    *,
    iterations: int = 30,
    diagonal_share: float = 1e-4,
) -> NDArray[np.float32]:
    r"""Estimate the column density of one gas by mag1c's reweighted-l1 filter, column by column.

    With R the albedo factor, from the column's own mean μ and regularised covariance C, and
    :math:`u = \max(0, (x-\mu)^TC^{-1}s / (R\,s^TC^{-1}s))`, each iteration

    .. math:: x'_i &= x_i - R_i u_i s, \quad \mu = \overline{x'}, \quad s = t\circ\mu, \quad
                C = \mathrm{cov}\,x' \\
              u_i &\leftarrow \max\Big(0,\
                \frac{(x_i-\mu)^TC^{-1}s - 1/(R_i(u_i+\epsilon))}{R_i\,s^TC^{-1}s}\Big)

    Parameters
    ----------
    radiance : (line, sample, band) [W m-2 sr-1 um-1, or any other unit]
        NaN in any band gives NaN out, and the pixel is left out of its column's background.
    change_per_ppm_m : (band,) [ppm-1 m-1]
        t: relative change of radiance by the gas, negative where it absorbs.
    iterations
        30 in mag1c.
    diagonal_share
        a of `Column.factor`.

    Returns
    -------
    (line, sample) float32 [ppm m]
        Not negative, and nought for most pixels: not for averaging over noise. NaN too where a
        pixel has no brightness, R of nought or less, by which an amount could be told.

    Raises
    ------
    InputError
        If shapes do not fit, or the gas changes no band.
    SingularCovarianceError
        If a column's covariance can't be inverted.

    References
    ----------
    Foote et al. 2020, "Fast and accurate retrieval of methane concentration from imaging
    spectrometer data using sparsity prior", doi 10.1109/TGRS.2020.2976888; covariance and stopping
    details of its code, github.com/markusfoote/mag1c.
    """
    check_change(radiance, change_per_ppm_m)
    relative = AMOUNT_UNIT_PPM_M * change_per_ppm_m
    amount = np.full(radiance.shape[:2], np.nan, np.float32)
    for number, finite, column in columns(radiance):
        found = _Reweighting.of_column(column, relative, diagonal_share).run(iterations)
        amount[finite, number] = found * AMOUNT_UNIT_PPM_M
    return amount


class _Filter(NamedTuple):
    """A column's filter: w = C⁻¹s, (μ₀ - μ)ᵀw, sᵀw, s and C₀⁻¹s."""

    w: NDArray[np.float32]
    offset: np.float32
    norm: np.float32
    target: NDArray[np.float64]
    target_direction: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Reweighting:
    """One column ready for the iterations.

    Attributes
    ----------
    column
        Its mean μ₀ and covariance C₀ are those before anything is taken out.
    relative : (band,)
        t.
    inverse : (band, band) float64
        Of the regularised C₀; the lower triangle alone.
    diagonal_share
        a.
    """

    column: Column
    relative: NDArray[np.float64]
    inverse: NDArray[np.float64]
    diagonal_share: float

    @classmethod
    def of_column(
        cls, column: Column, relative: NDArray[np.float64], diagonal_share: float
    ) -> "_Reweighting":
        inverse, _ = lapack.dpotri(column.factor(diagonal_share), lower=1, overwrite_c=1)
        return cls(column, relative, inverse, diagonal_share)

    def run(self, iterations: int) -> NDArray[np.float32]:
        """Return the estimates, (pixel,) float32 [1e5 ppm m]."""
        rows, albedo = self.column.pixels, self.column.albedo_factor
        found = np.zeros(albedo.size, np.float32)
        place = np.flatnonzero(albedo > 0)
        if place.size < albedo.size:
            found[albedo <= 0] = np.nan
            rows, albedo = rows[place], albedo[place]
        target = self.relative * self.column.mean
        direction = self._before(target)
        u = rows @ (direction / (target @ direction)).astype(np.float32) / albedo
        u = np.maximum(u, np.float32(0.0))
        for _ in range(iterations):
            w, offset, norm, target, direction = self._filter(rows, albedo * u, target, direction)
            penalty = 1 / (albedo * (u + np.float32(EPSILON))) - offset
            u = np.maximum((rows @ w - penalty) / (albedo * norm), np.float32(0.0))
            above = np.flatnonzero(u)
            if above.size < HELD_SHARE * u.size:
                rows, albedo, place, u = rows[above], albedo[above], place[above], u[above]
        found[place] = u
        return found

    def _before(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return C₀⁻¹ times a vector, (band,)."""
        return np.asarray(blas.dsymv(1.0, self.inverse, vector, lower=1))

    def _filter(
        self,
        rows: NDArray[np.float32],
        enhancement: NDArray[np.float32],
        removed: NDArray[np.float64],
        direction: NDArray[np.float64],
    ) -> _Filter:
        r"""Return C⁻¹s of the column without the enhancement, and what goes with it.

        With d the enhancement, τ the target it was removed with, and

        .. math:: \alpha = \overline{d\,(x-\mu_0)}, \quad \beta = \mathrm{var}\,d, \quad
                  C = C_0 - \alpha\tau^T - \tau\alpha^T + \beta\tau\tau^T

        and V = (α τ) the inverse is that of C₀ after Woodbury,

        .. math:: C^{-1} = C_0^{-1} - C_0^{-1}V\,(M^{-1} + V^TC_0^{-1}V)^{-1}\,V^TC_0^{-1}, \qquad
                  M^{-1} = -\frac{1}{1-a}\begin{pmatrix}\beta & 1\\ 1 & 0\end{pmatrix}

        What is left of the regularisation, a part a of the change of the diagonal, is put in by
        fixed-point steps: each brings the relative error down by the relative change.

        Parameters
        ----------
        rows : (active, band)
        enhancement : (active,)
            d = R u.
        removed, direction : (band,)
            τ and its C₀⁻¹τ.
        """
        n = len(self.column.pixels)
        mean_d = float(enhancement.sum(dtype=np.float64)) / n
        beta = float(enhancement @ enhancement) / n - mean_d**2
        alpha = (enhancement @ rows).astype(np.float64) / n
        shift = mean_d * removed
        target = self.relative * (self.column.mean - shift)
        target_direction = self._before(target)
        v = np.array((alpha, removed))
        z = np.array((self._before(alpha), direction))
        (g_00, g_01), (_, g_11) = (v @ z.T).tolist()
        kept = 1 - self.diagonal_share
        g_00, g_01 = g_00 - beta / kept, g_01 - 1 / kept
        core = np.array(((g_11, -g_01), (-g_01, g_00))) / (g_00 * g_11 - g_01 * g_01)

        diagonal = removed * (beta * removed - 2 * alpha)
        change = float(np.abs(diagonal / self.column.covariance.diagonal()).max())
        if change > LARGEST_DIAGONAL_CHANGE:
            w = self._solve(target, removed, alpha, beta)
        else:
            w = step = target_direction - (core @ (v @ target_direction)) @ z
            error = change
            while error > DIAGONAL_TOLERANCE:
                step = self._before(-self.diagonal_share * diagonal * step)
                step -= (core @ (v @ step)) @ z
                w, error = w + step, error * change
        norm = max(float(target @ w), LEAST_NORM)
        return _Filter(
            w.astype(np.float32),
            np.float32(shift @ w),
            np.float32(norm),
            target,
            target_direction,
        )

    def _solve(
        self,
        target: NDArray[np.float64],
        removed: NDArray[np.float64],
        alpha: NDArray[np.float64],
        beta: float,
    ) -> NDArray[np.float64]:
        """Return C⁻¹s of `_filter` by factorising C itself."""
        cross = np.outer(alpha, removed)
        covariance = self.column.covariance - cross - cross.T + beta * np.outer(removed, removed)
        lower = Column(self.column.pixels, self.column.mean, covariance).factor(self.diagonal_share)
        w, _ = lapack.dpotrs(lower, target, lower=1)
        return np.asarray(w)


def sparse_amount(
    score: NDArray[np.float32],
    albedo_factor: NDArray[np.float32],
    noise_equivalent_ppm_m: float,
) -> NDArray[np.float32]:
    r"""Return where mag1c's iterations come to rest, from a matched filter's score alone.

    At rest :math:`N y = z\sqrt N - 1/y` with y = R u and N = sᵀC⁻¹s, so that

    .. math:: u = \frac{z + \sqrt{z^2-4}}{2R\sqrt N}, \qquad 0 \text{ for } z < 2

    It needs no iterations and takes any background, such as one pooled over the columns.

    Parameters
    ----------
    score : any shape
        z: matched filter over its standard deviation, :math:`(x-\mu)^TC^{-1}s/\sqrt N`.
    albedo_factor : the same shape
        R: brightness of the pixel against the mean, positive.
    noise_equivalent_ppm_m : [ppm m]
        :math:`1/\sqrt N`.

    Returns
    -------
    the same shape, float32 [ppm m]
        NaN where z or R is NaN.

    References
    ----------
    Own derivation: the fixed point of Foote et al. 2020, doi 10.1109/TGRS.2020.2976888, for a
    background that no longer moves.
    """
    root = np.sqrt(np.maximum(score**2 - np.float32(4.0), np.float32(0.0)))
    size = np.float32(0.5 * noise_equivalent_ppm_m) * (score + root) / albedo_factor
    return np.asarray(np.where(score < 2, 0 * size, size), dtype=np.float32)
