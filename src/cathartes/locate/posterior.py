"""The posterior as particles, led there from about the best explanations (`tempering`).

The likelihood is weakened where the model misses the signal by much (`Misfit.weakened`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined
from cathartes.locate.state import N_SHARED, State
from cathartes.locate.tempering import Student, sample

START_WIDENED = 1.5
"""Particles start so many times as wide as the best explanation is sure."""
MISFIT_STEP = 0.3
"""Standard deviation of ln f at the start."""
LINKS, LINKS_STANDING = 4, 12
"""Of each chain at a temperature, and of sensors that stand, whose sources have several
explanations along bent ridges."""
MARGIN_SD, LEAST_MARGIN_M, MARGIN_M = 5.0, 20.0, 60.0
"""Particles are followed within so many standard deviations of their start, so far at least and no
farther from the best explanation's sources."""


@dataclass(frozen=True, slots=True)
class Particles:
    """Equally likely explanations.

    Attributes
    ----------
    shared : (particle, 5)
        Turn, width, height, lag and slowing, in standard deviations of their priors.
    place_m : (particle, source, 3) [m]
        East, north, up.
    rate_kg_h : (particle, source) [kg h-1]
    share : (particle,)
        f of the misfit.
    """

    shared: NDArray[np.float64]
    place_m: NDArray[np.float64]
    rate_kg_h: NDArray[np.float64]
    share: NDArray[np.float64]


def sample_posterior(
    problem: Problem,
    best: Refined,
    n_chains: int,
    rng: np.random.Generator,
    modes: Sequence[Refined] = (),
    *,
    links: int = LINKS,
) -> Particles:
    """Return the posterior of the explanations with as many sources as the best one.

    Parameters
    ----------
    problem, best
    n_chains, links
        Particles are twice as many as there are chains times links.
    rng
        Where randomness comes from.
    modes
        Explanations that particles start about in equal parts; the best alone if none.
    """
    state = best.state
    starts = [Student(_vector(one.state), _start_root(one)) for one in modes or (best,)]
    margin_m = _margin_m(starts[0].root) if len(starts) == 1 else MARGIN_M
    problem = replace(problem.about(state, margin_m), misfit=problem.misfit.weakened(state.share))
    vectors = sample(lambda vector: _log_density(problem, vector), starts, n_chains, links, rng)
    by_source = vectors[:, N_SHARED + 1 :].reshape(len(vectors), -1, 4)
    place = by_source[..., :3].copy()
    place[..., 2] = np.abs(place[..., 2])
    return Particles(
        vectors[:, :N_SHARED], place, np.exp(by_source[..., 3]), np.exp(vectors[:, N_SHARED])
    )


def _vector(state: State) -> NDArray[np.float64]:
    """Return shared numbers, log f, and place and log rate of each source in one, (dim,)."""
    by_source = np.column_stack([state.place_m, np.log(state.rate_kg_h)])
    return np.concatenate([state.shared, [np.log(state.share)], by_source.ravel()])


def _state(vector: NDArray[np.float64]) -> State:
    by_source = vector[N_SHARED + 1 :].reshape(-1, 4)
    return State(
        vector[:N_SHARED], by_source[:, :3], np.exp(np.minimum(by_source[:, 3], 50.0)),
        float(np.exp(vector[N_SHARED])),
    )  # fmt: skip


def _log_density(problem: Problem, vector: NDArray[np.float64]) -> float:
    """Return the target at a vector; flat in the logarithm of a rate from 10 mg/h to 100 t/h."""
    by_source = vector[N_SHARED + 1 :].reshape(-1, 4)
    if (np.abs(by_source[:, 3]) > 11.5).any() or not -5.0 < vector[N_SHARED] < 1.0:
        return -np.inf
    return problem.log_posterior(_state(vector))


def _start_root(best: Refined) -> NDArray[np.float64]:
    """Return the root of the start's covariance, (dim, dim), for logarithms of rates."""
    state = best.state
    scale = np.ones(N_SHARED + 4 * state.n_sources)
    scale[N_SHARED + 3 :: 4] = 1 / state.rate_kg_h
    covariance = best.covariance * np.outer(scale, scale)
    widest = np.concatenate([np.ones(N_SHARED), np.tile([60.0, 60.0, 3.0, 1.0], state.n_sources)])
    sd = np.sqrt(np.diag(covariance))
    shrink = np.minimum(1.0, widest / sd)
    covariance = covariance * np.outer(shrink, shrink)
    full = np.zeros((scale.size + 1, scale.size + 1))
    others = np.r_[0:N_SHARED, N_SHARED + 1 : scale.size + 1]
    full[np.ix_(others, others)] = covariance
    full[N_SHARED, N_SHARED] = MISFIT_STEP**2
    full += 1e-9 * np.diag(np.diag(full))
    return np.asarray(START_WIDENED * np.linalg.cholesky(full))


def _margin_m(root: NDArray[np.float64]) -> float:
    """Return how far from the best explanation's sources particles of a start are followed [m]."""
    sd = np.linalg.norm(root[N_SHARED + 1 :], axis=1).reshape(-1, 4)[:, :2]
    return float(np.clip(MARGIN_SD * sd.max(), LEAST_MARGIN_M, MARGIN_M))
