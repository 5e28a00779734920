r"""The posterior as particles: sequential Monte Carlo, tempered, moved by differential evolution.

Particles start about the best explanation, wider than it is sure of, and are led to the posterior
by steps of a temperature that keep half of them in use (Del Moral, Doucet and Jasra 2006, J. R.
Stat. Soc. B 68, 411):

.. math:: \pi_\beta \propto q^{1-\beta}\,(p\,L)^\beta, \qquad 0 = \beta_0 < \dots < \beta_T = 1

At each, they are resampled and moved along differences of other particles (ter Braak 2006, Stat.
Comput. 16, 239), which follow the shape of any ridge. L is weakened where the model misses the
signal by much (`Misfit.weakened`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined
from cathartes.locate.resampling import systematic
from cathartes.locate.state import N_SHARED, State

START_FREEDOM, START_WIDENED = 5.0, 1.5
"""Particles start by Student's t, so many times as wide as the best explanation is sure."""
MISFIT_STEP = 0.3
"""Standard deviation of ln f at the start."""
MOVES, MOVES_STANDING, MOST_STEPS = 2, 6, 25
"""Moves at a temperature, twice as many at the last; those for sensors that stand, whose sources
have several explanations along bent ridges; and temperatures at most (flights take four): the last
is the posterior's, whatever it costs."""
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
    n_particles: int,
    rng: np.random.Generator,
    modes: Sequence[Refined] = (),
    *,
    moves: int = MOVES,
) -> Particles:
    """Return the posterior of the explanations with as many sources as the best one.

    Parameters
    ----------
    problem, best
    n_particles
    rng
        Where randomness comes from.
    modes
        Explanations that particles start about in equal parts; the best alone if none.
    moves
        At each temperature.
    """
    state = best.state
    starts = [(_vector(one.state), _start_root(one)) for one in modes or (best,)]
    margin_m = _margin_m(starts[0][1]) if len(starts) == 1 else MARGIN_M
    problem = replace(problem.about(state, margin_m), misfit=problem.misfit.weakened(state.share))
    n_dims = starts[0][0].size
    draws = rng.normal(size=(n_particles, n_dims))
    draws /= np.sqrt(rng.chisquare(START_FREEDOM, n_particles) / START_FREEDOM)[:, None]
    vectors = np.stack(
        [centre + root @ z for (centre, root), z in zip(cycle(starts), draws, strict=False)]
    )

    def start_density(points: NDArray[np.float64]) -> NDArray[np.float64]:
        each = [_student(points, centre, root) for centre, root in starts]
        return np.asarray(logsumexp(each, axis=0))

    reference = start_density(vectors)
    target = np.array([_log_density(problem, v) for v in vectors])
    beta = 0.0
    for step in range(1, MOST_STEPS + 1):
        beta_next = _next_temperature(beta, target - reference) if step < MOST_STEPS else 1.0
        use = np.exp(_finite((beta_next - beta) * (target - reference)))
        beta = beta_next
        kept = systematic(use, n_particles, rng)
        vectors, reference, target = vectors[kept], reference[kept], target[kept]
        for _ in range(moves if beta < 1 else 2 * moves):
            proposal = _evolved(vectors, rng)
            new_target = np.array([_log_density(problem, v) for v in proposal])
            new_reference = start_density(proposal)
            gain = beta * (new_target - target) + (1 - beta) * (new_reference - reference)
            accepted = np.log(rng.uniform(size=n_particles)) < gain
            vectors[accepted] = proposal[accepted]
            target[accepted] = new_target[accepted]
            reference[accepted] = new_reference[accepted]
        if beta >= 1:
            break
    by_source = vectors[:, N_SHARED + 1 :].reshape(n_particles, -1, 4)
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


def _student(
    points: NDArray[np.float64], centre: NDArray[np.float64], root: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of a multivariate t at points, (point, dim), but for a constant."""
    n_dims = centre.size
    z = np.linalg.solve(root, (points - centre).T)
    square = (z**2).sum(0)
    half = 0.5 * (START_FREEDOM + n_dims)
    constant = gammaln(half) - gammaln(0.5 * START_FREEDOM)
    size = np.log(np.diag(root)).sum()
    return np.asarray(constant - size - half * np.log1p(square / START_FREEDOM))


def _finite(log_weight: NDArray[np.float64]) -> NDArray[np.float64]:
    top = log_weight.max()
    return np.where(np.isfinite(log_weight), log_weight - top, -np.inf)


def _next_temperature(beta: float, gain: NDArray[np.float64]) -> float:
    """Return the next temperature: as far as half of the particles stay in use."""

    def in_use(step: float) -> float:
        weight = np.exp(_finite(step * gain))
        return float(weight.sum() ** 2 / (weight**2).sum())

    low, high = 0.0, 1.0 - beta
    half = 0.5 * np.isfinite(gain).sum()
    if in_use(high) >= half:
        return 1.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if in_use(middle) >= half else (low, middle)
    return beta + max(low, 1e-4)


def _evolved(vectors: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return particles moved along the difference of two others; now and then a whole one."""
    n, n_dims = vectors.shape
    first, second = rng.integers(n, size=n), rng.integers(n, size=n)
    length = np.where(rng.uniform(size=n) < 0.1, 1.0, 2.38 / np.sqrt(2 * n_dims))
    length *= rng.uniform(0.4, 1.1, size=n)
    jitter = 1e-3 * vectors.std(axis=0) * rng.normal(size=vectors.shape)
    return np.asarray(vectors + length[:, None] * (vectors[first] - vectors[second]) + jitter)
