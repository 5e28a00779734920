r"""Draws from a density that is known but for its size: tempered sequential Monte Carlo.

Particles start where the density is thought to be, and are led to it by steps of a temperature that
keep half of them in use (Del Moral, Doucet and Jasra 2006, J. R. Stat. Soc. B 68, 411):

.. math:: \pi_\beta \propto q^{1-\beta}\,p^\beta, \qquad 0 = \beta_0 < \dots < \beta_T = 1

At each, few of them are drawn by their weights to begin a chain, and all states of all chains are
the particles of the next: none is worked out for nothing (Dau and Chopin 2022, J. R. Stat. Soc. B
84, 114). A chain steps in turn anywhere, by Student's t with the particles' mean and covariance,
and along differences of other chains, which follow the shape of any ridge (ter Braak 2006, Stat.
Comput. 16, 239).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from cathartes.locate.resampling import systematic

FREEDOM = 5.0
"""Degrees of freedom of Student's t."""
WIDENED = 1.1
"""A chain steps anywhere in a t so many times as wide as the particles."""
MOST_TEMPERATURES = 25
"""Flights take four: the last is the density's own, whatever it costs."""


@dataclass(frozen=True, slots=True)
class Student:
    """A multivariate t.

    Attributes
    ----------
    middle : (dim,)
    root : (dim, dim)
        Lower triangle whose square is the scale.
    """

    middle: NDArray[np.float64]
    root: NDArray[np.float64]

    def moved_to(self, points: NDArray[np.float64], weight: NDArray[np.float64]) -> "Student":
        """Return one `WIDENED` times as wide as points, (point, dim), of weights, (point,).

        Along no axis is it narrower than a thousandth of this one, however few points there are.
        """
        share = weight / weight.sum()
        middle = share @ points
        off = points - middle
        scale = (share[:, None] * off).T @ off + 1e-6 * self.root @ self.root.T
        return Student(middle, WIDENED * np.linalg.cholesky(scale))

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return points, (n, dim)."""
        normal = rng.normal(size=(n, self.middle.size))
        stretch = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, n))
        return np.asarray(self.middle + stretch[:, None] * normal @ self.root.T)

    def log_density(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return its logarithm at points, (point, dim), but for a constant of the dimension."""
        square = (np.linalg.solve(self.root, (points - self.middle).T) ** 2).sum(axis=0)
        half = 0.5 * (FREEDOM + self.middle.size)
        constant = gammaln(half) - gammaln(0.5 * FREEDOM)
        size = np.log(np.diag(self.root)).sum()
        return np.asarray(constant - size - half * np.log1p(square / FREEDOM))


@dataclass(frozen=True, slots=True)
class _Chains:
    """Where chains are, (chain, dim), and logarithms of density and start there, (chain,)."""

    at: NDArray[np.float64]
    target: NDArray[np.float64]
    start: NDArray[np.float64]

    def chosen(self, which: NDArray[np.intp]) -> "_Chains":
        return _Chains(self.at[which], self.target[which], self.start[which])

    def moved(self, to: "_Chains", where: NDArray[np.bool_]) -> "_Chains":
        return _Chains(
            np.where(where[:, None], to.at, self.at),
            np.where(where, to.target, self.target),
            np.where(where, to.start, self.start),
        )

    @classmethod
    def joined(cls, all_of_them: Sequence["_Chains"]) -> "_Chains":
        return cls(
            np.concatenate([each.at for each in all_of_them]),
            np.concatenate([each.target for each in all_of_them]),
            np.concatenate([each.start for each in all_of_them]),
        )


def sample(
    log_density: Callable[[NDArray[np.float64]], float],
    starts: Sequence[Student],
    n_chains: int,
    n_links: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return draws, (particle, dim): twice as many as there are chains times links.

    Parameters
    ----------
    log_density
        At a point, (dim,), but for a constant; -inf where there is none.
    starts
        Particles start about them in equal parts.
    n_chains
    n_links
        Of each chain at a temperature; twice as many at the last.
    rng
        Where randomness comes from.
    """

    def seen(points: NDArray[np.float64]) -> _Chains:
        each = [start.log_density(points) for start in starts]
        target = np.array([log_density(point) for point in points])
        return _Chains(points, target, np.asarray(logsumexp(each, axis=0)))

    shares = np.bincount(np.arange(n_chains * n_links) % len(starts), minlength=len(starts))
    drawn = [start.draw(n, rng) for start, n in zip(starts, shares, strict=True)]
    particles, beta = seen(np.concatenate(drawn)), 0.0
    for temperature in range(1, MOST_TEMPERATURES + 1):
        gain = particles.target - particles.start
        hotter = beta
        beta = _next_temperature(beta, gain) if temperature < MOST_TEMPERATURES else 1.0
        weight = np.exp(_finite((beta - hotter) * gain))
        anywhere = starts[0].moved_to(particles.at, weight)
        chains = particles.chosen(rng.permutation(systematic(weight, n_chains, rng)))
        passed = [chains]
        ways = cycle((anywhere, None))
        for _ in range((n_links if beta < 1 else 2 * n_links) - 1):
            chains = _stepped(chains, beta, next(ways), seen, rng)
            passed.append(chains)
        particles = _Chains.joined(passed)
        if beta >= 1:
            break
    return particles.at


def _stepped(
    chains: _Chains,
    beta: float,
    anywhere: Student | None,
    seen: Callable[[NDArray[np.float64]], _Chains],
    rng: np.random.Generator,
) -> _Chains:
    """Return chains after one step each, anywhere or along differences (Metropolis, Hastings)."""
    n = chains.target.size
    points = _along_differences(chains.at, rng) if anywhere is None else anywhere.draw(n, rng)
    to = seen(points)
    gain = beta * (to.target - chains.target) + (1 - beta) * (to.start - chains.start)
    if anywhere is not None:
        gain += anywhere.log_density(chains.at) - anywhere.log_density(points)
    return chains.moved(to, np.log(rng.uniform(size=n)) < gain)


def _along_differences(at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return chains moved along the difference of two others; now and then a whole one."""
    n, n_dims = at.shape
    first, second = rng.integers(n, size=n), rng.integers(n, size=n)
    length = np.where(rng.uniform(size=n) < 0.1, 1.0, 2.38 / np.sqrt(2 * n_dims))
    length *= rng.uniform(0.4, 1.1, size=n)
    jitter = 1e-3 * at.std(axis=0) * rng.normal(size=at.shape)
    return np.asarray(at + length[:, None] * (at[first] - at[second]) + jitter)


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
