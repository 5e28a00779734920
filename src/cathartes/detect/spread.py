"""A gas spread over so much of a scene that it is a part of its background.

Half a scene of gas is no outlier: the covariance learns its direction, and nothing stands out. But
from square to square a plume hardly changes, while over the scene it does: along its signature the
scene varies more than neighbours do, and along sham signatures it does not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.background import Background, whitening_matrix
from cathartes.detect.sample import Sample
from cathartes.detect.scales import CORE_QUANTILE
from cathartes.detect.signature import Signatures, decoy_absorption

LEAST_EXCESS = 6.0
"""Deviations of sham signatures that a spread gas stands above their median. In 80 empty tuning
scenes gases stood higher in one alone, and there many did together."""
LEAST_LEAD = 1.5
"""And so many times as high as any other gas: ground that varies so answers to several."""
CLEAR_DEVIATIONS = 2.0
"""Pixels within so many deviations of the amount of no gas are taken to be without it."""
MANY = 0.7
"""An amount counts as frequent if so many pixels have it, as a part of those of the most frequent:
where a wide plume thins out slowly that one is no longer without gas."""
TAILS = (0.05, 0.95)
"""Quantiles that say to which side the amounts go on: to that of the gas."""
CLEAR_ROUNDS = 3
"""Times that these are chosen, against the background of the last ones."""
LOCAL_PIXELS = 20_000
"""Pixels whose differences to neighbours are taken."""
LEAST_CLEAR = 0.2
"""Part of the scene that must be without the gas for a background to be made of it."""
LEAST_SHAMS = 20
"""With fewer sham signatures nobody knows what is usual."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A gas spread over the scene.

    Attributes
    ----------
    gas
        Its number.
    background
        Of pixels without it.
    clear : (row, sample) bool
        Those pixels of the sample.
    """

    gas: int
    background: Background
    clear: NDArray[np.bool_]


def find_spread(
    sample: Sample,
    rough: Background,
    signatures: Signatures,
    n_gases: int,
    decoys_per_gas: int,
    background_of: Callable[[NDArray[np.bool_]], Background],
) -> Spread | None:
    r"""Return the gas that the scene's background holds, if there is one.

    With K the covariance of the scene and H half of that of differences between neighbouring
    squares, the least variance that any filter of unit response to s leaves is 1 / sᵀK⁻¹s (Capon),
    and

    .. math:: q_s = \ln\frac{s^T H^{-1} s}{s^T K^{-1} s}

    says how much more the scene varies along s than neighbours do. Other ground does not raise it
    much, since filters suppress it; what has the spectrum s can't be suppressed. What is usual,
    sham signatures say. Pixels without the gas are those about a frequent amount,

    .. math:: a = f^T (x - \mu), \qquad f = (K + \lambda H)^{-1} s, \qquad
              \lambda = \frac{s^T H^{-1} K H^{-1} s}{s^T H^{-1} s}

    where λ keeps the filter from hiding the gas by what its signature is wrong.

    Parameters
    ----------
    sample
        Lines of the scene.
    rough
        K, and its mean.
    signatures
        Of gases, thin ones first: of a row's gas is its number modulo ``n_gases``.
    background_of : clean (row, sample) bool → background
        Of such pixels of the sample.

    References
    ----------
    Capon 1969, doi 10.1109/PROC.1969.7278, for the variance; the rest is our own.
    """
    local = sample.thinned(LOCAL_PIXELS).differences()
    if local is None or n_gases * decoys_per_gas < LEAST_SHAMS:
        return None
    by_scene, by_neighbours = whitening_matrix(rough), whitening_matrix(local)
    whiten = (by_neighbours * signatures.level).T
    thin = signatures.absorption_per_ppm_m[:n_gases]
    shams = decoy_absorption(thin, decoys_per_gas, lambda absorption: absorption @ whiten)
    every = np.vstack([signatures.values, shams * signatures.level])
    scene, neighbours = (((every @ w.T) ** 2).sum(axis=1) for w in (by_scene, by_neighbours))
    ratio = np.log(neighbours / scene)
    of_gases, of_shams = np.split(ratio, [len(signatures.values)])
    usual = float(np.median(of_shams))
    spread = float(np.quantile(np.abs(of_shams - usual), CORE_QUANTILE))
    excess = (of_gases - usual) / max(spread, 1e-6)
    best = int(np.argmax(excess))
    others = np.delete(excess.reshape(-1, n_gases), best % n_gases, axis=1).max(initial=0.0)
    if excess[best] < max(LEAST_EXCESS, LEAST_LEAD * others):
        return None
    s = by_neighbours @ signatures.values[best]
    background, clear = rough, sample.valid
    least = LEAST_CLEAR * np.count_nonzero(sample.valid)
    for _ in range(CLEAR_ROUNDS):
        covariance = by_neighbours @ background.covariance @ by_neighbours.T
        loading = float(s @ covariance @ s / (s @ s))
        chosen = np.linalg.solve(covariance + loading * np.eye(s.size), s)
        amount = sample.about(background.mean - sample.shift) @ (by_neighbours.T @ chosen)
        deviation = float(np.sqrt(np.exp(usual) * (chosen @ chosen)))
        middle = _level(amount[sample.valid], deviation)
        near = sample.valid & (np.abs(amount - middle) <= CLEAR_DEVIATIONS * deviation)
        if np.count_nonzero(near) < least:
            break
        clear, background = near, background_of(near)
    return Spread(best % n_gases, background, clear)


def _level(values: NDArray[np.floating], reach: float) -> float:
    """Return the middle of an interval, of that reach to both sides, of values without gas.

    Of all intervals that hold at least `MANY` of what the fullest holds, the one that lies farthest
    from the longer tail.
    """
    rising = np.sort(values.astype(np.float64))
    held = np.searchsorted(rising, rising + 2 * reach, "right") - np.arange(rising.size)
    many = np.flatnonzero(held >= MANY * held.max())
    middle = rising[int(np.argmax(held))] + reach
    low, high = np.quantile(rising, TAILS)
    first = many[0] if high - middle > middle - low else many[-1]
    return float(rising[first] + reach)
