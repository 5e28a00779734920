r"""A log looked at again, with the places that others show.

A flight may take two sources for one between them, where others tell them apart. Alone it is right
to: one source more costs three parameters. Where others show its place, that costs no more than
the distance from it, and at most what a place costs that nobody else shows (Schwarz 1978):

.. math:: \text{cost of a source} = \tfrac12 \ln n
          + \min\left(\tfrac12 (x-\bar x)^T (S + S_x)^{-1} (x-\bar x),\; \ln n\right)

with n the number of blocks, :math:`\bar x, S` a place of others, and S_x the error of x here; no
two sources are at one of these places. What a log alone tells apart is not joined again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, nnls

from cathartes.locate.dictionary import STEPS, Found
from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined, refine
from cathartes.locate.state import N_SHARED, State

LEAST_SHARE = 0.05
"""A source starts with so much of the strongest at least, so that it has a rate to change."""
LEAST_GAIN = 0.5
"""Natural logarithm: refinements of one explanation from several starts differ by less."""


@dataclass(frozen=True, slots=True)
class OthersPlace:
    """Where others show a source.

    Attributes
    ----------
    middle_m, covariance_m2 : (2,) [m], (2, 2) [m2]
        Of the place.
    seen
        True if the log shows the source too.
    """

    middle_m: NDArray[np.float64]
    covariance_m2: NDArray[np.float64]
    seen: bool


def explain_again(
    problem: Problem, found: Found, others: Sequence[OthersPlace], most: int
) -> Found | None:
    """Return a better explanation with sources at places of others; None if there is none.

    Parameters
    ----------
    problem
    found
        The log's own explanation.
    others
    most
        Number of sources.
    """
    own = found.best
    if own is None:
        return None
    apart = [other for other in others if not other.seen]
    if not apart:
        return None
    least, empty = own.state.n_sources, State.turned(own.state.share)
    value, chosen = _score(problem, own, others) + LEAST_GAIN, None
    for start in (_with(problem, own.state, apart), _with(problem, empty, others)):
        if not least <= start.n_sources <= most:
            continue
        trial = refine(problem, start, STEPS)
        while True:
            score = _score(problem, trial, others)
            if score > value:
                value, chosen = score, trial
            if trial.state.n_sources <= least:
                break
            trial = max(_fewer(problem, trial), key=lambda one: _score(problem, one, others))
    if chosen is None:
        return None
    if chosen.state.n_sources == 1:
        return replace(found, best=chosen)
    gain = tuple(value - _score(problem, one, others) for one in _fewer(problem, chosen))
    return replace(found, best=chosen, gain=gain)


def _place_costs(
    problem: Problem, explained: Refined, others: Sequence[OthersPlace]
) -> NDArray[np.float64]:
    """Return what a source's place costs as that of others, and as none, (source, other + source).

    A cell holds the equation's second term.
    """
    n_sources = explained.state.n_sources
    costs = np.full((n_sources, len(others) + n_sources), np.log(problem.misfit.mean_ppm.size))
    for k, place in enumerate(explained.state.place_m[:, :2]):
        at = slice(N_SHARED + 4 * k, N_SHARED + 4 * k + 2)
        for j, other in enumerate(others):
            off = place - other.middle_m
            spread = other.covariance_m2 + explained.covariance[at, at]
            costs[k, j] = min(costs[k, j], 0.5 * float(off @ np.linalg.solve(spread, off)))
    return costs


def _score(problem: Problem, explained: Refined, others: Sequence[OthersPlace]) -> float:
    """Return the logarithm of the posterior without what the sources cost."""
    costs = _place_costs(problem, explained, others)
    places = float(costs[linear_sum_assignment(costs)].sum())
    rates = 0.5 * float(np.log(problem.misfit.mean_ppm.size)) * explained.state.n_sources
    return explained.log_posterior - places - rates


def _fewer(problem: Problem, explained: Refined) -> list[Refined]:
    """Return the explanations with one source less."""
    state = explained.state
    return [refine(problem, state.without(k), STEPS) for k in range(state.n_sources)]


def _with(problem: Problem, state: State, others: Sequence[OthersPlace]) -> State:
    """Return a state with a source at each place of others, all rates by least squares."""
    level = np.array([other.middle_m for other in others])
    added = np.column_stack([level, np.full(len(others), problem.prior.up_m)])
    state = replace(state, place_m=np.vstack([state.place_m, added]))
    scale = problem.misfit.reading_sd_ppm
    columns = problem.unit_ppm(state).T / scale[:, None]
    rate = nnls(columns, problem.misfit.mean_ppm / scale)[0]
    return replace(state, rate_kg_h=np.maximum(rate, max(LEAST_SHARE * rate.max(), 1e-3)))
