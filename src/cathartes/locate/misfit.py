r"""How well a model's block means fit: Student's t, with a share of the signal as error.

.. math:: y = m + f\,\tilde m\,g_0 + m_E\,g_1 + m_N\,g_2 + \epsilon, \qquad
          \mathrm{cov}(g_i, g_j) = \max(0, 1 - |t_i - t_j|/T), \qquad
          \mathrm{var}(\epsilon) = s_0^2 + (0.03\,\tilde m)^2

A mean model can't follow the single puff, so that its error grows with the signal, and a puff that
is too strong is too strong in a whole pass: what neighbouring blocks are off is alike. So is what
gusts displace it by, where the record of the wind does not tell: :math:`m_E, m_N` are what the mean
changes by one standard deviation of the way (`Carried.displaced_ppm`). The mean
:math:`\tilde m` is the modelled one, widened over the blocks before and after, since a plume's edge
is wrong by as much as the plume is misplaced.

With :math:`LL^T` the covariance of all errors, :math:`z = L^{-1}(y - m)` are the errors given those
before, in standard deviations :math:`L_{ii}`: each is a t of its own, so that a single outlier
weighs little. A background that sensors share (`shared_background`) is integrated over; in the
normal equations, with A the lines of its numbers and UΣV' = W^½A, that is the metric
(1 + W^½AA'W^½)⁻¹, whose root is 1 - U(1 - (1 + Σ²)^-½)U'.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbtrf, dtbtrs
from scipy.special import gammaln

from cathartes.locate.blocks import Blocks
from cathartes.locate.shared_background import shared_background

FREEDOM = 4.0
"""Degrees of freedom of Student's t."""
_CONSTANT = float(gammaln((FREEDOM + 1) / 2) - gammaln(FREEDOM / 2) - 0.5 * np.log(FREEDOM * np.pi))
MISFITS = np.exp(np.linspace(np.log(0.01), np.log(1.0), 24))
"""Shares of the signal that are tried."""
ALIKE_S = 10.0
"""T: about one pass through a plume, and as long as a gust stays at a sensor that stands."""
DISPLACED_ALIKE_S = 30.0
"""T of what gusts displace: about 2 L/v, with L of a hundred metres and a drone at 7 m/s through
the air. In drawn gusts of that size, ways' errors were alike by 0.6 after 12 s, 0.16 after 24 s."""
LEAST_ALIKE = 1e-6
"""Less is none."""
SENSOR_SHARE = 0.03
"""What a good sensor's mean over a block is off, as a share of the signal."""
WEAKENED, DISPLACED = 7.0, 4.0
"""How much a misfit of the whole signal weakens the likelihood in the posterior, since a wind that
is wrong is wrong for longer than T; and how much more where gusts displace the plume by its own
width, of which the covariance has the first order. Set on flights of tuning seeds, so that 90 %
regions hold 90 %."""
PATHS_ALIKE = 6.0
"""And how much more where paths of one instrument look through one plume: what is wrong of a minute
is wrong in all of them, and as they stand, in every minute again. Set on made-up paths of tuning
seeds."""
USUAL_LEFT = float(np.sqrt(FREEDOM / (FREEDOM - 2)))
"""Standard deviations that a t leaves, r.m.s. What is left beyond is gas where the model has none,
and weakens the likelihood in proportion."""
BACKGROUND_STEPS = 3
"""Of weights made anew: a background's error moves few of them."""
EXACT, EXACT_LOG_SD = 0.02, 0.4
"""Prior of f where a model is as good as the sensor: its middle, and of its logarithm the sd."""


def alike(blocks: Blocks, during_s: float = ALIKE_S) -> NDArray[np.float64]:
    """Return how alike errors of blocks are to those 0, 1, ... blocks later, (later, block).

    As many rows as the triangle reaches: a covariance that is cut off is none, and has no root.
    """
    time, run = blocks.averaged(blocks.time_s), blocks.runs()
    kept = [np.ones(time.size)]
    for k in range(1, time.size):
        row = np.zeros(time.size)
        row[:-k] = np.where(run[k:] == run[:-k], 1 - (time[k:] - time[:-k]) / during_s, 0.0)
        if row.max() < LEAST_ALIKE:
            break
        kept.append(np.maximum(row, 0.0))
    return np.stack(kept)


@dataclass(frozen=True, slots=True)
class Misfit:
    """What was measured, and how far a model may be from it.

    Attributes
    ----------
    mean_ppm, sd_ppm : (block,) [ppm]
        The error is each block's own.
    alike, displaced_alike : (later, block)
        Correlation of the model's errors between each block and those after it: of amounts, and of
        what gusts displace.
    share
        Prior of f: its middle.
    share_log_sd
        Standard deviation of its logarithm.
    weight
        Of the likelihood: below 1 for all that a model's errors have in common beyond.
    displaced
        Share of the plume's variance across the wind that is displacement by gusts.
    left
        What the best explanation leaves, r.m.s. in standard deviations.
    background_ppm : (block, number) [ppm] or None
        What blocks share of the background's error, for standard normal numbers.
    """

    mean_ppm: NDArray[np.float64]
    sd_ppm: NDArray[np.float64]
    alike: NDArray[np.float64]
    displaced_alike: NDArray[np.float64]
    share: float
    share_log_sd: float
    weight: float
    displaced: float = 0.0
    left: float = 1.0
    background_ppm: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, blocks: Blocks, share: float, share_log_sd: float, weight: float) -> Self:
        """Return the misfit of blocks; arguments as of the attributes."""
        background_ppm = shared_background(blocks)
        return cls(
            blocks.mean_ppm, blocks.sd_ppm if background_ppm is None else blocks.own_sd_ppm,
            alike(blocks), alike(blocks, DISPLACED_ALIKE_S), share, share_log_sd, weight,
            background_ppm=background_ppm,
        )  # fmt: skip

    def exact(self) -> "Misfit":
        """Return the same for a model that is as good as the sensor."""
        return replace(self, share=EXACT, share_log_sd=EXACT_LOG_SD)

    def weakened(self, share: float) -> "Misfit":
        """Return the same with the weight that the posterior has where f is a share."""
        weakened = WEAKENED * share * (1 + DISPLACED * self.displaced)
        if self.background_ppm is not None:
            weakened *= PATHS_ALIKE
        return replace(self, weight=1 / (1 + weakened) / max(1.0, self.left / USUAL_LEFT))

    def held_to(self, shown_ppm: NDArray[np.float64], share: float) -> "Misfit":
        """Return the same for ways as open as those of an explanation, and for what it leaves.

        Of a Gaussian of variance s², of which v is displacement, the change m' = v^½ y m / s² has
        the sum of squares v/2s² times that of m.

        Parameters
        ----------
        shown_ppm : (1 + way, block) [ppm]
        share
            f.
        """
        square = float((shown_ppm[0] ** 2).sum())
        displaced = 2 * float((shown_ppm[1:] ** 2).sum()) / square if square > 0 else 0.0
        return replace(self, displaced=displaced, left=self.left_sd(shown_ppm, share))

    @property
    def all_sd_ppm(self) -> NDArray[np.float64]:
        """Standard deviation of noise and background together, (block,) [ppm]."""
        if self.background_ppm is None:
            return self.sd_ppm
        shared = np.linalg.norm(self.background_ppm, axis=1)
        return np.asarray(np.hypot(self.sd_ppm, shared), np.float64)

    @property
    def reading_sd_ppm(self) -> NDArray[np.float64]:
        """Standard deviation of blocks before any model, (block,) [ppm]: f of what was read."""
        return np.hypot(self.sd_ppm, self.share * np.maximum(self.mean_ppm, 0.0))

    def root(self, shown_ppm: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """Return L, (later, block) [ppm]: row k has what stands k below the diagonal.

        Parameters
        ----------
        shown_ppm : (block,) or (1 + way, block) [ppm]
            A model, and what ways that are left open change of it.
        share
            f.
        """
        of_share, others = self._covariances(shown_ppm)
        return _root(of_share, others, share)

    def _covariances(
        self, shown_ppm: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the covariance's part that goes with f², and the rest, each (later, block)."""
        shown = np.atleast_2d(shown_ppm)
        near = shown[0].copy()
        near[1:] = np.maximum(near[1:], 0.5 * shown[0, :-1])
        near[:-1] = np.maximum(near[:-1], 0.5 * shown[0, 1:])
        displaced = shown[1:]
        reach = self.displaced_alike if displaced.size else self.alike
        of_share = np.zeros(reach.shape)
        of_share[: self.alike.shape[0]] = self.alike * _products(near[None], self.alike.shape[0])
        others = reach * _products(displaced, reach.shape[0]) if displaced.size else 0 * of_share
        others[0] += self.sd_ppm**2 + (SENSOR_SHARE * near) ** 2
        return of_share, others

    def log_likelihood(self, shown_ppm: NDArray[np.float64], share: float) -> float:
        """Return the logarithm of the likelihood of a model.

        Parameters
        ----------
        shown_ppm : (block,) or (1 + way, block) [ppm]
        share
            As of `root`, both.
        """
        return self._log_likelihood(shown_ppm, self.root(shown_ppm, share))

    def _log_likelihood(self, shown_ppm: NDArray[np.float64], root: NDArray[np.float64]) -> float:
        z = _whitened(root, self.mean_ppm - np.atleast_2d(shown_ppm)[0])
        z, shared = self._without_background(z, root)
        terms = np.log(root[0]) + 0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM)
        return self.weight * float(_CONSTANT * z.size - terms.sum()) + shared

    def _without_background(
        self, z: NDArray[np.float64], root: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Return z without the most probable background, and what its integral adds to ln L.

        By Laplace's method, the numbers x standard normal: -x²/2 - ln det(A'WA + 1)/2, with A the
        background's lines in standard deviations and W the t's weights at x.

        Parameters
        ----------
        z : (block,)
        root : (later, block) [ppm]
            L.
        """
        if self.background_ppm is None:
            return z, 0.0
        lines = _whitened(root, self.background_ppm)
        left, n_numbers = z, lines.shape[1]
        x = np.zeros(n_numbers)
        precision = np.eye(n_numbers)
        for _ in range(BACKGROUND_STEPS):
            scaled = lines * (self.weight * (FREEDOM + 1) / (FREEDOM + left**2))[:, None]
            precision = scaled.T @ lines + np.eye(n_numbers)
            x = np.asarray(np.linalg.solve(precision, scaled.T @ z), np.float64)
            left = z - lines @ x
        return left, float(-0.5 * (x @ x + np.linalg.slogdet(precision)[1]))

    def left_sd(self, shown_ppm: NDArray[np.float64], share: float) -> float:
        """Return what a model leaves, r.m.s. in standard deviations.

        Parameters
        ----------
        shown_ppm : (block,) or (1 + way, block) [ppm]
        share
            As of `root`, both.
        """
        left_ppm = self.mean_ppm - np.atleast_2d(shown_ppm)[0]
        root = self.root(shown_ppm, share)
        z, _ = self._without_background(_whitened(root, left_ppm), root)
        return float(np.sqrt(np.mean(z**2)))

    def log_prior(self, share: float) -> float:
        """Return the logarithm of the prior of f, but for a constant."""
        return float(-0.5 * (np.log(share / self.share) / self.share_log_sd) ** 2)

    def best_share(self, shown_ppm: NDArray[np.float64], near: float) -> float:
        """Return the most probable f of a model, of `MISFITS`: uphill from one that is near.

        Parameters
        ----------
        shown_ppm : (block,) or (1 + way, block) [ppm]
            As of `root`.
        near
            f to begin at.
        """
        of_share, others = self._covariances(shown_ppm)

        @cache
        def fit(k: int) -> float:
            if not 0 <= k < MISFITS.size:
                return -np.inf
            share = float(MISFITS[k])
            root = _root(of_share, others, share)
            return self._log_likelihood(shown_ppm, root) + self.log_prior(share)

        k = int(np.abs(np.log(MISFITS / near)).argmin())
        while (higher := max((k, k - 1, k + 1), key=fit)) != k:
            k = higher
        return float(MISFITS[k])

    def weighted(
        self, shown_ppm: NDArray[np.float64], share: float, values: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return residuals whose squares add to the t's, (block,), and values in the same measure.

        Parameters
        ----------
        shown_ppm : (block,) or (1 + way, block) [ppm]
        share
            As of `root`, both.
        values : (block, column) [ppm]
        """
        left_ppm = self.mean_ppm - np.atleast_2d(shown_ppm)[0]
        root = self.root(shown_ppm, share)
        white = _whitened(root, np.column_stack([left_ppm, values]))
        left, _ = self._without_background(white[:, 0], root)
        scale = np.sqrt(self.weight * (FREEDOM + 1) / (FREEDOM + left[:, None] ** 2))
        white *= scale
        if self.background_ppm is not None:
            lines = scale * _whitened(root, self.background_ppm)
            across, length, _ = np.linalg.svd(lines, full_matrices=False)
            shrink = 1 - 1 / np.sqrt(1 + length**2)
            white -= across @ (shrink[:, None] * (across.T @ white))
        return white[:, 0], white[:, 1:]


def _products(values: NDArray[np.float64], n_later: int) -> NDArray[np.float64]:
    """Return sums over rows of (row, block) of each block's value times that of one later."""
    n_rows, n_blocks = values.shape
    padded = np.zeros((n_rows, n_blocks + n_later - 1))
    padded[:, :n_blocks] = values
    row, step = padded.strides
    later: NDArray[np.float64] = np.ndarray(
        (n_rows, n_later, n_blocks), buffer=padded, strides=(row, step, step)
    )
    return np.asarray(np.einsum("rkb,rb->kb", later, values), np.float64)


def _root(
    of_share: NDArray[np.float64], others: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    root, failed = dpbtrf(share**2 * of_share + others, lower=1)
    if failed:
        raise np.linalg.LinAlgError(f"errors of block {failed} have no positive variance")
    return np.asarray(root)


def _whitened(root: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values, (block, ...), times the inverse of L."""
    solved, _ = dtbtrs(root, values, uplo="L")
    return np.asarray(solved)
