"""Rates of sources whose places were given: nothing is searched for, the rest stays free."""

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from cathartes.locate.dictionary import STEPS, Found
from cathartes.locate.refine import Problem, Refined, refine
from cathartes.locate.state import N_SHARED, State, source_responses

LEAST_SHARE = 1e-3
"""A source starts with so much of the strongest at least, so that it has a rate to change."""


def explain_known(problem: Problem) -> Found:
    """Return the best explanation by sources at the given places, in the order they were given.

    Parameters
    ----------
    problem
        Its prior has places.
    """
    misfit, prior = problem.misfit, problem.prior
    known = np.empty((0, 3)) if prior.known_m is None else prior.known_m
    place = np.where(np.isfinite(known), known, [0.0, 0.0, prior.up_m])
    state = State(np.zeros(N_SHARED), place, np.ones(len(place)), misfit.share)
    columns = source_responses(problem.air, prior, state).T
    scale = np.sqrt(misfit.sd_ppm**2 + (misfit.share * np.maximum(misfit.mean_ppm, 0.0)) ** 2)
    rate = nnls(columns / scale[:, None], misfit.mean_ppm / scale)[0]
    cost = 0.5 * np.log(misfit.mean_ppm.size)
    nothing = problem.log_posterior(replace(state, place_m=place[:0], rate_kg_h=rate[:0]))
    if not rate.max(initial=0.0) > 0:
        return Found(None, (), 0.0, columns)
    rate = np.maximum(rate, LEAST_SHARE * rate.max())
    best = refine(problem, replace(state, rate_kg_h=rate), STEPS)
    gain = tuple(best.log_posterior - _without(problem, best, k, nothing) - cost
                 for k in range(len(place)))  # fmt: skip
    return Found(best, gain, best.log_posterior - nothing - cost * len(place), columns)


def _without(problem: Problem, best: Refined, source: int, nothing: float) -> float:
    """Return the logarithm of the posterior of the explanation without one source."""
    known = problem.prior.known_m
    if known is None or len(known) == 1:
        return nothing
    fewer = replace(problem.prior, known_m=np.delete(known, source, axis=0))
    return refine(replace(problem, prior=fewer), best.state.without(source), STEPS).log_posterior
