"""What a log that does not show a source says of it: how well the log would fit with it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.special import logsumexp

from cathartes.locate.air import Shape
from cathartes.locate.posterior import WEAKENED
from cathartes.locate.refine import Problem
from cathartes.locate.state import N_SHARED, Prior

N_SHAPES = 8
MARGIN_M = 40.0
LEAST_PART = 1e-3
"""Blocks with less of the strongest block's gas tell nothing."""


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """A log's blocks and their best explanation, to ask for sources beyond it.

    Attributes
    ----------
    problem
        Air, priors and blocks.
    model_ppm : (block,) [ppm]
        Of the sources found; zeros without any.
    shapes
        Equally likely airs.
    share
        f of the misfit.
    rate_log_sd
        Error of a rate that no block can show: the wind's speed, and gusts.
    gain
        Of each source found, in the order of the posterior's particles.
    """

    problem: Problem
    model_ppm: NDArray[np.float64]
    shapes: tuple[Shape, ...]
    share: float
    rate_log_sd: float
    gain: tuple[float, ...] = ()

    def log_ratio(
        self, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        r"""Return ln L(rate) / L(0) of a further source, (place, rate).

        The mean over airs of the likelihood's ratio, each with the weight of the posterior,
        :math:`1/(1 + 8f)`; smeared over the rate by what no block can show of it.

        Parameters
        ----------
        place_m : (place, 2) [m]
        rate_kg_h : (rate,) [kg h-1]
            Of equal steps in the logarithm.
        """
        prior = self.problem.prior
        places = np.column_stack([place_m, np.full(place_m.shape[0], prior.up_m)])
        middle = places.mean(axis=0, keepdims=True)
        reach = float(np.hypot(*(place_m - middle[0, :2]).T).max())
        air = self.problem.air.about(self.shapes[0], middle, reach + MARGIN_M)
        ratios = np.empty((len(self.shapes), places.shape[0], rate_kg_h.size))
        for k, shape in enumerate(self.shapes):
            carried = air.carried(shape)
            for i, place in enumerate(places):
                ratios[k, i] = self._of_unit(carried.unit_ppm(place), rate_kg_h)
        mean = np.exp(logsumexp(ratios, axis=0) - np.log(len(self.shapes)))
        step = float(np.log(rate_kg_h[1] / rate_kg_h[0]))
        smeared = gaussian_filter1d(mean, self.rate_log_sd / step, axis=1, mode="nearest")
        return np.asarray(np.log(np.maximum(smeared, 1e-300)))

    def _of_unit(
        self, unit_ppm: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return ln L(rate) / L(0) for block means of 1 kg/h, (block,) [ppm], (rate,)."""
        reached = unit_ppm > LEAST_PART * unit_ppm.max(initial=0.0)
        if not reached.any():
            return np.zeros(rate_kg_h.size)
        near = reached | np.roll(reached, 1) | np.roll(reached, -1)
        whole = self.problem.misfit
        misfit = replace(
            whole,
            mean_ppm=whole.mean_ppm[near],
            sd_ppm=whole.sd_ppm[near],
            weight=1 / (1 + WEAKENED * self.share),
        )
        base, unit = self.model_ppm[near], unit_ppm[near]
        without = misfit.log_likelihood(base, self.share)
        fits = [misfit.log_likelihood(base + rate * unit, self.share) for rate in rate_kg_h]
        return np.array(fits) - without


def likely_shapes(prior: Prior, shared: NDArray[np.float64]) -> tuple[Shape, ...]:
    """Return `N_SHAPES` airs, evenly taken from equally likely ones.

    Parameters
    ----------
    prior
    shared : (particle, 5)
    """
    chosen = np.linspace(0, shared.shape[0] - 1, N_SHAPES).round().astype(int)
    return tuple(prior.shape(one) for one in shared[chosen])


def shapes_before(prior: Prior, seed: int) -> tuple[Shape, ...]:
    """Return `N_SHAPES` airs of the prior."""
    draws = np.random.default_rng(seed).normal(size=(N_SHAPES, N_SHARED))
    return tuple(prior.shape(one) for one in draws)
