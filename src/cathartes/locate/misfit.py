r"""How well a model's block means fit: Student's t, with a share of the signal as error.

.. math:: \frac{y - m}{s} \sim t_\nu, \qquad s^2 = s_0^2 + f^2 \tilde m^2

A mean model can't follow the single puff, so that its error grows with the signal; :math:`\tilde m`
is the modelled mean, widened over the blocks before and after, since a plume's edge is wrong by as
much as the plume is misplaced.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

FREEDOM = 4.0
_CONSTANT = float(gammaln((FREEDOM + 1) / 2) - gammaln(FREEDOM / 2) - 0.5 * np.log(FREEDOM * np.pi))
MISFITS = np.exp(np.linspace(np.log(0.01), np.log(1.0), 28))
"""Shares of the signal that are tried."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What was measured, and how far a model may be from it.

    Attributes
    ----------
    mean_ppm, sd_ppm : (block,) [ppm]
    share
        Prior of f: its middle.
    share_log_sd
        Standard deviation of its logarithm.
    weight
        Of the likelihood: below 1, because a model's errors in neighbouring blocks are alike.
    """

    mean_ppm: NDArray[np.float64]
    sd_ppm: NDArray[np.float64]
    share: float
    share_log_sd: float
    weight: float

    def scale_ppm(
        self, model_ppm: NDArray[np.float64], share: float | NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return s, (..., block) [ppm].

        Parameters
        ----------
        model_ppm : (block,) [ppm]
        share : (..., 1)
            f.
        """
        near = model_ppm.copy()
        near[1:] = np.maximum(near[1:], 0.5 * model_ppm[:-1])
        near[:-1] = np.maximum(near[:-1], 0.5 * model_ppm[1:])
        return np.asarray(np.sqrt(self.sd_ppm**2 + (share * near) ** 2))

    def log_likelihood(self, model_ppm: NDArray[np.float64], share: float) -> float:
        """Return the logarithm of the likelihood of a model, (block,) [ppm]."""
        return float(self._summed(model_ppm, self.scale_ppm(model_ppm, share)))

    def _summed(
        self, model_ppm: NDArray[np.float64], scale_ppm: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the weighted sum over blocks, (...,), for s, (..., block) [ppm]."""
        z = (self.mean_ppm - model_ppm) / scale_ppm
        terms = _CONSTANT - np.log(scale_ppm) - 0.5 * (FREEDOM + 1) * np.log1p(z**2 / FREEDOM)
        return np.asarray(self.weight * terms.sum(-1))

    def log_prior(self, share: float) -> float:
        """Return the logarithm of the prior of f, but for a constant."""
        return float(-0.5 * (np.log(share / self.share) / self.share_log_sd) ** 2)

    def best_share(self, model_ppm: NDArray[np.float64]) -> float:
        """Return the most probable f of a model, (block,) [ppm]."""
        scale = self.scale_ppm(model_ppm, MISFITS[:, None])
        fits = self._summed(model_ppm, scale) + np.array([self.log_prior(f) for f in MISFITS])
        return float(MISFITS[int(np.argmax(fits))])

    def root_weight(self, model_ppm: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """Return by what residuals are multiplied so that their squares are the t's, (block,)."""
        scale = self.scale_ppm(model_ppm, share)
        z = (self.mean_ppm - model_ppm) / scale
        return np.asarray(np.sqrt(self.weight * (FREEDOM + 1) / (FREEDOM + z**2)) / scale)
