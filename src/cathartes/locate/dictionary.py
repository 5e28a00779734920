"""How many sources, and about where: a dictionary of places, one source more at a time.

Every place of a grid has its block means for 1 kg/h. The place that explains most of what the
sources so far don't, with their rates free (as by orthogonal least squares), starts one source
more; all are refined together; a source stays if it raises the posterior by more than its
parameters cost (Schwarz 1978: half the logarithm of the number of readings for each) and some
evidence beyond; `LocateSettings.evidence` says how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined, refine
from cathartes.locate.settings import LocateSettings
from cathartes.locate.state import State

PARAMETERS_PER_SOURCE = 3
"""East, north and rate; a height is mostly its prior."""
STARTS, APART_M = 3, 20.0
"""So many of the best places, so far apart, start one source more."""
STEPS = 12
"""Of a refinement, at most."""
CLUSTER_M = 25.0
"""Rates of places nearer to the strongest are of its source."""


@dataclass(frozen=True, slots=True)
class Found:
    """The explanations of a search.

    Attributes
    ----------
    best
        The one that is kept; None if nothing is better than clean air.
    gain
        For each of its sources, by how much the logarithm of the posterior falls, beside the cost
        of its parameters, if it is left out and the others are refined.
    over_nothing
        The same for all sources together.
    columns : (block, place) [ppm h kg-1]
        The dictionary: block means for 1 kg/h at each of the places.
    """

    best: Refined | None
    gain: tuple[float, ...]
    over_nothing: float
    columns: NDArray[np.float64]


def places_to_try(prior: Prior, settings: LocateSettings) -> NDArray[np.float64]:
    """Return the dictionary's places, (place, 3) [m]; coarser where the area is large."""
    area = float(np.prod(prior.high_m - prior.low_m))
    step = max(settings.grid_m, np.sqrt(area / settings.most_places))
    axes = [np.arange(low, high, step) + 0.5 * step
            for low, high in zip(prior.low_m, prior.high_m, strict=True)]  # fmt: skip
    east, north = (axis.ravel() for axis in np.meshgrid(*axes))
    return np.column_stack([east, north, np.full(east.size, settings.source_height_m)])


def search(
    problem: Problem,
    places_m: NDArray[np.float64],
    most: int,
    evidence: float,
    also: Sequence[State] = (),
    *,
    stands: bool = False,
    columns: NDArray[np.float64] | None = None,
) -> Found:
    """Return the best explanation of at most so many sources.

    Parameters
    ----------
    problem
    places_m : (place, 3) [m]
        Grid to start from.
    most
        Number of sources.
    evidence
        What one more has to gain beyond its cost.
    also
        Explanations to start from beside the grid's, such as those of another air.
    stands
        True if no sensor moves: near by, one more source is looked for in air that is as wide and
        as turned as the others' has to be.
    columns : (block, place) [ppm h kg-1] or None
        The dictionary, if a search in the same air has made it.
    """
    misfit = problem.misfit
    cost = 0.5 * PARAMETERS_PER_SOURCE * np.log(misfit.mean_ppm.size)
    empty = State.turned(misfit.share)
    nothing = problem.log_posterior(empty)
    if columns is None:
        columns = _columns(problem, empty, places_m)
    best: Refined | None = None
    value = nothing
    state = empty
    for _ in range(most):
        here = _columns(problem, state, places_m) if stands and best is not None else columns
        starts = _starts(problem, state, places_m, here)
        if best is None:
            starts += [*_by_nnls(problem, places_m, columns), *also]
        trials = [refine(problem, start, STEPS) for start in starts if start.n_sources <= most]
        if not trials:
            break
        better = max(trials, key=lambda t: t.log_posterior - cost * t.state.n_sources)
        score = better.log_posterior - (cost + evidence) * better.state.n_sources
        if score <= value:
            break
        best, value, state = better, score, better.state
    if best is None:
        return Found(None, (), 0.0, columns)
    best, gain = _pruned(problem, best, cost, evidence, nothing)
    over = best.log_posterior - nothing - cost * best.state.n_sources
    return Found(best, gain, over, columns)


def _columns(problem: Problem, state: State, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return block means for 1 kg/h at places in the air of an explanation, (block, place)."""
    carried = problem.air.carried(problem.prior.shape(state.shared))
    return np.stack([carried.unit_ppm(place) for place in places_m], axis=1)


def _starts(
    problem: Problem, state: State, places_m: NDArray[np.float64], columns: NDArray[np.float64]
) -> list[State]:
    """Return a state with one source more, at each of the best places that are apart."""
    misfit = problem.misfit
    shown = problem.shown_ppm(state)
    left, weighted = misfit.weighted(shown, state.share, columns)
    if state.n_sources:
        held = problem.unit_ppm(state).T
        basis = np.linalg.qr(misfit.weighted(shown, state.share, held)[1])[0]
        weighted = weighted - basis @ (basis.T @ weighted)
        left = left - basis @ (basis.T @ left)
    norm = (weighted**2).sum(0)
    along = left @ weighted
    usable = norm > 1e-3 * norm.max()
    gain = np.where(usable & (along > 0), along**2 / np.where(usable, norm, 1.0), 0.0)
    starts: list[State] = []
    while len(starts) < STARTS and gain.max() > 1.0:
        place = int(gain.argmax())
        starts.append(state.with_source(places_m[place], along[place] / norm[place]))
        gain[np.hypot(*(places_m - places_m[place]).T[:2]) < APART_M] = 0.0
    return starts


def _by_nnls(
    problem: Problem, places_m: NDArray[np.float64], columns: NDArray[np.float64]
) -> list[State]:
    """Return the state of clusters of a non-negative least squares fit of all places at once."""
    misfit = problem.misfit
    scale = misfit.reading_sd_ppm
    seen = (columns**2).sum(0) > 1e-4 * (columns**2).sum(0).max()
    if not seen.any():  # of no columns, scipy 1.17's `nnls` writes where it may not
        return []
    rate = np.zeros(places_m.shape[0])
    rate[seen] = nnls(columns[:, seen] / scale[:, None], misfit.mean_ppm / scale)[0]
    total = rate.sum()
    state = State.turned(misfit.share)
    while rate.max() > 0 and rate.sum() > 0.1 * total and state.n_sources < STARTS + 1:
        near = np.hypot(*(places_m - places_m[rate.argmax()]).T[:2]) < CLUSTER_M
        weight = rate * near
        if weight.sum() > 0.08 * total:
            state = state.with_source(weight @ places_m / weight.sum(), float(weight.sum()))
        rate = np.where(near, 0.0, rate)
    return [state] if state.n_sources > 1 else []


def _pruned(
    problem: Problem, best: Refined, cost: float, evidence: float, nothing: float
) -> tuple[Refined, tuple[float, ...]]:
    """Return what is left, and gains, after sources that don't earn their parameters are out.

    The posterior's likelihood weighs less than the search's, and so does what a source gains by it:
    it is by that weight that a source is there or not.
    """
    while True:
        n = best.state.n_sources
        shown, share = problem.shown_ppm(best.state), best.state.share
        held = problem.misfit.held_to(shown, share)
        final = held.weakened(share).weight / problem.misfit.weight
        if n == 1:
            return best, (final * (best.log_posterior - nothing) - cost,)
        fewer = [refine(problem, best.state.without(k), STEPS) for k in range(n)]
        gain = tuple(final * (best.log_posterior - f.log_posterior) - cost for f in fewer)
        if min(gain) > evidence:
            return best, gain
        best = fewer[int(np.argmin(gain))]
