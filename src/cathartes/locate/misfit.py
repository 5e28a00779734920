r"""How well a model's block means fit: Student's t, with a share of the signal as error.

.. math:: y = m + f\,\tilde m\,g + \epsilon, \qquad
          \mathrm{cov}(g_i, g_j) = \max(0, 1 - |t_i - t_j|/T), \qquad
          \mathrm{var}(\epsilon) = s_0^2 + (0.03\,\tilde m)^2

A mean model can't follow the single puff, so that its error grows with the signal, and a puff that
is too strong is too strong in a whole pass: what neighbouring blocks are off is alike. The mean
:math:`\tilde m` is the modelled one, widened over the blocks before and after, since a plume's edge
is wrong by as much as the plume is misplaced.

With :math:`LL^T` the covariance of all errors, :math:`z = L^{-1}(y - m)` are the errors given those
before, in standard deviations :math:`L_{ii}`: each is a t of its own, so that a single outlier
weighs little.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky_banded
from scipy.linalg.lapack import dtbtrs
from scipy.special import gammaln

from cathartes.locate.blocks import Blocks

FREEDOM = 4.0
"""Degrees of freedom of Student's t."""
_CONSTANT = float(gammaln((FREEDOM + 1) / 2) - gammaln(FREEDOM / 2) - 0.5 * np.log(FREEDOM * np.pi))
MISFITS = np.exp(np.linspace(np.log(0.01), np.log(1.0), 24))
"""Shares of the signal that are tried."""
ALIKE_S = 10.0
"""T: about one pass through a plume, and as long as a gust stays at a sensor that stands."""
LEAST_ALIKE = 1e-6
"""Less is none."""
SENSOR_SHARE = 0.03
"""What a good sensor's mean over a block is off, as a share of the signal."""
WEAKENED, DISPLACED = 8.0, 0.25
"""How much a misfit of the whole signal weakens the likelihood in the posterior: a wind that is
wrong is wrong for longer than T. Set on flights of tuning seeds, so that 90 % regions hold 90 %.
And by what a pass is displaced (`eddies`) where no record of the wind is asked."""
EXACT, EXACT_LOG_SD = 0.02, 0.4
"""Prior of f where a model is as good as the sensor: its middle, and of its logarithm the sd."""


def alike(blocks: Blocks) -> NDArray[np.float64]:
    """Return how alike errors of blocks are to those 0, 1, ... blocks later, (later, block).

    As many rows as the triangle reaches: a covariance that is cut off is none, and has no root.
    """
    time, run = blocks.averaged(blocks.time_s), blocks.runs()
    kept = [np.ones(time.size)]
    for k in range(1, time.size):
        row = np.zeros(time.size)
        row[:-k] = np.where(run[k:] == run[:-k], 1 - (time[k:] - time[:-k]) / ALIKE_S, 0.0)
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
    alike : (later, block)
        Correlation of the model's errors between each block and those after it.
    share
        Prior of f: its middle.
    share_log_sd
        Standard deviation of its logarithm.
    weight
        Of the likelihood: below 1 for all that a model's errors have in common beyond.
    displaced
        By which variance over that of the plume a whole pass is displaced (`eddies.displaced`).
    """

    mean_ppm: NDArray[np.float64]
    sd_ppm: NDArray[np.float64]
    alike: NDArray[np.float64]
    share: float
    share_log_sd: float
    weight: float
    displaced: float = DISPLACED

    def exact(self) -> "Misfit":
        """Return the same for a model that is as good as the sensor."""
        return replace(self, share=EXACT, share_log_sd=EXACT_LOG_SD)

    def weakened(self, share: float) -> "Misfit":
        """Return the same with the weight that the posterior has where f is a share."""
        return replace(self, weight=1 / (1 + WEAKENED * share * (1 + self.displaced)))

    @property
    def reading_sd_ppm(self) -> NDArray[np.float64]:
        """Standard deviation of blocks before any model, (block,) [ppm]: f of what was read."""
        return np.hypot(self.sd_ppm, self.share * np.maximum(self.mean_ppm, 0.0))

    def root(self, model_ppm: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """Return L, (later, block) [ppm]: row k has what stands k below the diagonal."""
        near = model_ppm.copy()
        near[1:] = np.maximum(near[1:], 0.5 * model_ppm[:-1])
        near[:-1] = np.maximum(near[:-1], 0.5 * model_ppm[1:])
        covariance = self.alike * (share**2 * near)
        for k in range(1, covariance.shape[0]):
            covariance[k, :-k] *= near[k:]
        covariance[0] *= near
        covariance[0] += self.sd_ppm**2 + (SENSOR_SHARE * near) ** 2
        return np.asarray(cholesky_banded(covariance, True, True, check_finite=False))

    def log_likelihood(self, model_ppm: NDArray[np.float64], share: float) -> float:
        """Return the logarithm of the likelihood of a model, (block,) [ppm]."""
        root = self.root(model_ppm, share)
        z = _whitened(root, self.mean_ppm - model_ppm)
        terms = np.log(root[0]) + 0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM)
        return self.weight * float(_CONSTANT * z.size - terms.sum())

    def left_sd(self, model_ppm: NDArray[np.float64], share: float) -> float:
        """Return what a model, (block,) [ppm], leaves, r.m.s. in standard deviations."""
        z = _whitened(self.root(model_ppm, share), self.mean_ppm - model_ppm)
        return float(np.sqrt(np.mean(z**2)))

    def log_prior(self, share: float) -> float:
        """Return the logarithm of the prior of f, but for a constant."""
        return float(-0.5 * (np.log(share / self.share) / self.share_log_sd) ** 2)

    def best_share(self, model_ppm: NDArray[np.float64]) -> float:
        """Return the most probable f of a model, (block,) [ppm]."""
        fits = [self.log_likelihood(model_ppm, f) + self.log_prior(f) for f in MISFITS]
        return float(MISFITS[int(np.argmax(fits))])

    def weighted(
        self, model_ppm: NDArray[np.float64], share: float, values: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return residuals whose squares add to the t's, (block,), and values in the same measure.

        Parameters
        ----------
        model_ppm : (block,) [ppm]
        share
            f.
        values : (block, column) [ppm]
        """
        root = self.root(model_ppm, share)
        white = _whitened(root, np.column_stack([self.mean_ppm - model_ppm, values]))
        white *= np.sqrt(self.weight * (FREEDOM + 1) / (FREEDOM + white[:, :1] ** 2))
        return white[:, 0], white[:, 1:]


def _whitened(root: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values, (block, ...), times the inverse of L."""
    solved, _ = dtbtrs(root, values, uplo="L")
    return np.asarray(solved)
