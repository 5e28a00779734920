"""Rates of sources whose places were given: nothing is searched for, the rest stays free."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from cathartes.locate.dictionary import STEPS, Found
from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined, refine
from cathartes.locate.state import State

TURNS, WIDTHS = (-1.5, 0.0, 1.5), (0.0, 1.5)
"""Starts, in standard deviations of their priors: beside a plume that misses the sensor no rate
can be refined."""
LEAST_SHARE = 1e-3
"""A source starts with so much of the strongest at least, so that it has a rate to change."""


def explain_known(problem: Problem) -> Found:
    """Return the best explanation by sources at the given places, in the order they were given.

    Parameters
    ----------
    problem
        Its prior has places.
    """
    prior, n_blocks = problem.prior, problem.misfit.mean_ppm.size
    known = np.empty((0, 3)) if prior.known_m is None else prior.known_m
    place = np.where(np.isfinite(known), known, [0.0, 0.0, prior.up_m])
    empty = State.turned(problem.misfit.share)
    columns = problem.unit_ppm(replace(empty, place_m=place)).T
    nothing = problem.log_posterior(empty)
    trials = [refine(problem, start, STEPS) for start in _starts(problem, place)]
    if not trials:
        return Found(None, (), 0.0, columns)
    best = max(trials, key=lambda trial: trial.log_posterior)
    cost = 0.5 * np.log(n_blocks)
    gain = tuple(best.log_posterior - _without(problem, best, k, nothing) - cost
                 for k in range(len(place)))  # fmt: skip
    return Found(best, gain, best.log_posterior - nothing - cost * len(place), columns)


def _starts(problem: Problem, place_m: NDArray[np.float64]) -> Iterator[State]:
    """Return explanations by turned and widened plumes, rates by least squares and by the sum."""
    misfit = problem.misfit
    scale = misfit.reading_sd_ppm
    for turn in TURNS:
        for width in WIDTHS:
            state = replace(State.turned(misfit.share, turn, width), place_m=place_m)
            columns = problem.unit_ppm(state).T
            rate = nnls(columns / scale[:, None], misfit.mean_ppm / scale)[0]
            total = rate @ columns.sum(axis=0)
            if not total > 0:
                continue
            rate = np.maximum(rate, LEAST_SHARE * rate.max())
            yield replace(state, rate_kg_h=rate)
            yield replace(state, rate_kg_h=rate * max(misfit.mean_ppm.sum() / total, 0.1))


def _without(problem: Problem, best: Refined, source: int, nothing: float) -> float:
    """Return the logarithm of the posterior of the explanation without one source."""
    known = problem.prior.known_m
    if known is None or len(known) == 1:
        return nothing
    fewer = replace(problem.prior, known_m=np.delete(known, source, axis=0))
    return refine(replace(problem, prior=fewer), best.state.without(source), STEPS).log_posterior
