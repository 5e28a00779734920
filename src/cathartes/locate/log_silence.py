"""What a log that does not show a source says of it: how well the log would fit with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree
from scipy.special import logsumexp

from cathartes.locate.air import Shape
from cathartes.locate.blocks import Blocks
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.state import N_SHARED

N_SHAPES = 6
"""Airs over which the likelihood is averaged."""
MARGIN_M = 40.0
"""Air is prepared so far beyond the places that are asked for."""
MOST_PLACES = 24
"""Of more places each takes what is said of the nearest of these."""
LEAST_SD = 0.1
"""Gas that is nowhere more than so many standard deviations of a block shows nothing."""
RATES_TRIED = np.geomspace(1.0, 1e4, 12)
"""In the rate that shows nothing."""


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """A log's blocks and their best explanation, to ask for sources beyond it.

    Attributes
    ----------
    problem
        Air, priors and blocks.
    found_ppm : (source, block) [ppm]
        Of each source found, by the best explanation, in the order of the posterior's particles.
    shapes
        Equally likely airs.
    share
        f of the misfit.
    rate_log_sd
        Error of a rate that no block can show: the wind's speed, and gusts.
    blocks
        What was read, above clean air.
    start_unix_s : [s]
        When their clock begins.
    probability
        Of each source found, that it is there.
    """

    problem: Problem
    found_ppm: NDArray[np.float64]
    shapes: tuple[Shape, ...]
    share: float
    rate_log_sd: float
    blocks: Blocks
    start_unix_s: float
    probability: tuple[float, ...] = ()

    def log_ratio(
        self, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        r"""Return ln L(rate) / L(0) of a further source, (place, rate).

        The mean over airs of the likelihood's ratio, with the weight of the posterior; smeared over
        the rate by what no block can show of it. Sources that were found give way to it.

        Parameters
        ----------
        place_m : (place, 2) [m]
        rate_kg_h : (rate,) [kg h-1]
            Of equal steps in the logarithm.
        """
        prior = self.problem.prior
        chosen = np.linspace(0, place_m.shape[0] - 1, min(place_m.shape[0], MOST_PLACES))
        asked = place_m[chosen.round().astype(int)]
        places = np.column_stack([asked, np.full(asked.shape[0], prior.up_m)])
        middle = places.mean(axis=0, keepdims=True)
        reach = float(np.hypot(*(asked - middle[0, :2]).T).max())
        air = self.problem.air.about(self.shapes[0], middle, reach + MARGIN_M)
        ratios = np.empty((len(self.shapes), asked.shape[0], rate_kg_h.size))
        for k, shape in enumerate(self.shapes):
            carried = air.carried(shape)
            for i, place in enumerate(places):
                ratios[k, i] = self._of_unit(carried.unit_ppm(place), rate_kg_h)
        mean = np.exp(logsumexp(ratios, axis=0) - np.log(len(self.shapes)))
        step = float(np.log(rate_kg_h[1] / rate_kg_h[0]))
        smeared = gaussian_filter1d(mean, self.rate_log_sd / step, axis=1, mode="nearest")
        _, nearest = cKDTree(asked).query(place_m)
        return np.asarray(np.log(np.maximum(smeared, 1e-300)))[nearest]

    def _of_unit(
        self, unit_ppm: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return ln L(rate) / L(0) for block means of 1 kg/h, (block,) [ppm], (rate,).

        Asked at a few rates between that which shows nowhere and thousands of it.
        """
        misfit = self.problem.misfit.weakened(self.share)
        clearest = float((unit_ppm / misfit.sd_ppm).max(initial=0.0))
        if clearest <= LEAST_SD / rate_kg_h[-1]:
            return np.zeros(rate_kg_h.size)
        model, give = self.found_ppm.sum(axis=0), self._giving_way(unit_ppm)
        tried = LEAST_SD / clearest * RATES_TRIED
        without = misfit.log_likelihood(model, self.share)
        ratio = [0.0]
        for rate in tried[1:]:
            left = np.maximum(1 - rate * give, 0.0) @ self.found_ppm
            fits = [
                misfit.log_likelihood(others + rate * unit_ppm, self.share)
                for others in ((left, model) if give.size else (model,))
            ]
            ratio.append(max(fits) - without)
        return np.interp(np.log(rate_kg_h), np.log(tried), ratio)

    def _giving_way(self, unit_ppm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by what part each source found has to fall for 1 kg/h of another, (source,).

        By least squares, each block with its error at the best explanation: gas of a source that
        the log alone does not tell apart was taken for that of its neighbours.
        """
        model = self.found_ppm.sum(axis=0)
        weight = 1 / (self.problem.misfit.sd_ppm**2 + (self.share * model) ** 2)
        weighted = self.found_ppm * weight
        normal = weighted @ self.found_ppm.T
        normal += 1e-9 * np.diag(np.diag(normal))
        return np.asarray(np.linalg.solve(normal, weighted @ unit_ppm))


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
