"""The nearest best explanation: Gauss-Newton steps, damped, with weights made anew each time."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.problem import Problem
from cathartes.locate.state import LAG, N_SHARED, UP, State

SHARED_STEP, PLACE_STEP_M = 0.01, 0.05
"""Of differences that stand for derivatives: in deviations of the prior, and along each axis."""
FARTHEST_SD, FARTHEST_M, LEAST_RATE_PART = 4.0, 40.0, 0.05
"""A step ends within so many deviations of the prior, moves a place no farther along an axis, and
leaves so much of a rate."""
ENOUGH = 0.02
"""Natural logarithm: a step that gains less is the last."""
MARGIN_M = 100.0
"""Sources are followed so far from where they start."""


@dataclass(frozen=True, slots=True)
class Refined:
    """A best explanation.

    Attributes
    ----------
    state
        The explanation.
    log_posterior
        Of it.
    covariance : (5 + 4 source, 5 + 4 source)
        Of shared numbers, then places and rate of each source, by the curvature.
    """

    state: State
    log_posterior: float
    covariance: NDArray[np.float64]


def refine(problem: Problem, start: State, n_steps: int) -> Refined:
    """Return the best explanation that Gauss-Newton steps from a start lead to."""
    if start.n_sources:
        problem = problem.about(start, MARGIN_M)
    state = replace(start, share=problem.misfit.best_share(problem.shown_ppm(start), start.share))
    best = problem.log_posterior(state)
    damping = 1e-2
    normal = np.eye(N_SHARED + 4 * state.n_sources)
    for _ in range(n_steps):
        normal, gradient = _normal_equations(problem, state)
        gained = -np.inf
        for _ in range(4):
            damped = normal + damping * np.diag(np.diag(normal))
            step = np.asarray(np.linalg.solve(damped, gradient), np.float64)
            trial = _moved(problem, state, step)
            value = problem.log_posterior(trial)
            gained = value - best
            if gained > 0:
                break
            damping *= 8
        if not gained > 0:
            break
        state, best = trial, value
        damping = max(damping / 8, 1e-6)
        share = problem.misfit.best_share(problem.shown_ppm(state), state.share)
        tuned = replace(state, share=share)
        value = problem.log_posterior(tuned)
        if value > best:
            state, best = tuned, value
        if gained < ENOUGH:
            break
    covariance = np.linalg.inv(normal + 1e-9 * np.diag(np.diag(normal)))
    return Refined(state, best, np.asarray(covariance, np.float64))


def _normal_equations(
    problem: Problem, state: State
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return J'WJ and J'Wr with the prior's rows."""
    prior, misfit = problem.prior, problem.misfit
    carried = problem.air.carried(prior.shape(state.shared))
    units = np.stack([carried.displaced_ppm(place) for place in state.place_m])
    shown, unit = np.tensordot(state.rate_kg_h, units, axes=1), units[:, 0]
    model = shown[0]
    columns = []
    for which in range(N_SHARED):
        shared = state.shared.copy()
        shared[which] += SHARED_STEP
        other = problem.air.carried(prior.shape(shared))
        nudged = sum(
            rate * other.unit_ppm(place)
            for rate, place in zip(state.rate_kg_h, state.place_m, strict=True)
        )
        columns.append((nudged - model) / SHARED_STEP)
    for source in range(state.n_sources):
        for axis in range(3):
            place = state.place_m[source].copy()
            place[axis] += PLACE_STEP_M
            change = carried.unit_ppm(place) - unit[source]
            columns.append(state.rate_kg_h[source] * change / PLACE_STEP_M)
        columns.append(unit[source])
    residual, jacobian = misfit.weighted(shown, state.share, np.stack(columns, axis=1))
    normal = jacobian.T @ jacobian
    gradient = jacobian.T @ residual
    pull = np.zeros(gradient.size)
    stiffness = np.full(gradient.size, 1e-8)
    stiffness[:N_SHARED] = 1.0
    pull[:N_SHARED] = -state.shared
    middle, precision = prior.place_prior(state.n_sources)
    middle[:, UP] = np.copysign(middle[:, UP], state.place_m[:, UP])
    for axis in range(3):
        rows = slice(N_SHARED + axis, None, 4)
        stiffness[rows] += precision[:, axis]
        pull[rows] = (middle - state.place_m)[:, axis] * precision[:, axis]
    return normal + np.diag(stiffness), gradient + pull


def _moved(problem: Problem, state: State, step: NDArray[np.float64]) -> State:
    """Return a state after a step, held inside what is possible."""
    prior = problem.prior
    shared = np.clip(state.shared + step[:N_SHARED], -FARTHEST_SD, FARTHEST_SD)
    if prior.longest_lag_s > 0:
        lag = np.clip(prior.lag_s + prior.lag_sd_s * shared[LAG], 0.0, prior.longest_lag_s)
        shared[LAG] = (lag - prior.lag_s) / prior.lag_sd_s
    by_source = step[N_SHARED:].reshape(-1, 4)
    place = state.place_m + np.clip(by_source[:, :3], -FARTHEST_M, FARTHEST_M)
    place[:, :2] = np.clip(place[:, :2], prior.low_m, prior.high_m)
    rate = np.maximum(state.rate_kg_h + by_source[:, 3], LEAST_RATE_PART * state.rate_kg_h)
    return State(shared, place, rate, state.share)
