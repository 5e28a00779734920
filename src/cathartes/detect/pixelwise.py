"""Which chemical each strong pixel of a plume shows, and which of its parts show another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from cathartes.detect.identify import SIGNATURE_ERROR_DIRECTIONS, Prior

STRONG = 6.0
"""A pixel is strong if one signature alone explains so many standard deviations of it.

Below 5 the best of three gases is the true one in four cases of five; from 8 on, nearly always.
"""
POOL_GASES = 7
"""Gases told apart in a pixel: the plume's own candidates, and the best others of its pixels."""
POOL_OWN = 4
"""Of these, candidates of the plume's mean at most."""
SURE_OTHER = 0.95
"""A pixel speaks against its plume's name if another chemical is at least so probable in it, and
the plume's at most by what is left."""
PART_SQUARES = 4
"""A part is no smaller than so many separate squares of the search: one odd pixel colours a whole
square, and clutter goes on over its neighbours. On tuning scenes of 60 plumes of one name the
largest parts that clutter made had 24 pixels, 2.7 squares."""
PIXELS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class NamedPixels:
    """The strong pixels of a scene's plumes, and what each shows.

    Attributes
    ----------
    line, sample : (pixel,) int
    gas : (pixel,) int
        Number of the chemical that shows most, in the order of the gases searched.
    probability : (pixel,)
        That it is there, given that the pixel holds gases of the library alone.
    """

    line: NDArray[np.intp]
    sample: NDArray[np.intp]
    gas: NDArray[np.intp]
    probability: NDArray[np.float64]

    @classmethod
    def none(cls) -> "NamedPixels":
        """Return no pixel."""
        nothing = np.zeros(0, dtype=np.intp)
        return cls(nothing, nothing, nothing, np.zeros(0))

    def chosen(self, pixels: NDArray[np.bool_]) -> "NamedPixels":
        """Return some of them, (pixel,) bool."""
        return NamedPixels(
            self.line[pixels], self.sample[pixels], self.gas[pixels], self.probability[pixels]
        )

    @classmethod
    def joined(cls, parts: "list[NamedPixels]") -> "NamedPixels":
        """Return the pixels of several plumes together."""
        if not parts:
            return cls.none()
        return cls(
            np.concatenate([part.line for part in parts]),
            np.concatenate([part.sample for part in parts]),
            np.concatenate([part.gas for part in parts]),
            np.concatenate([part.probability for part in parts]),
        )


def strong_pixels(
    products: NDArray[np.float64], gram: NDArray[np.float64], noise_variance: float
) -> NDArray[np.bool_]:
    r"""Return which pixels one signature alone lifts `STRONG` deviations above the noise.

    .. math:: \max_s \frac{|g_s|}{\sqrt{G_{ss}\,v_0}} \ge 6

    Parameters
    ----------
    products : (pixel, signature)
        g = T x̃.
    gram : (signature, signature)
        G = T Tᵀ.
    noise_variance
        v₀, of each whitened band.

    Returns
    -------
    (pixel,) bool
    """
    alone = np.abs(products) / np.sqrt(np.diag(gram) * noise_variance)
    return np.asarray(alone.max(axis=1) >= STRONG)


def candidate_gases(
    own: tuple[int, ...],
    products: NDArray[np.float64],
    gram: NDArray[np.float64],
    n_gases: int,
    sign: int,
) -> tuple[int, ...]:
    """Return the gases worth telling apart: the plume's own, then those best alone in its pixels.

    Parameters
    ----------
    own
        Candidates by the plume's mean, most probable first.
    products : (pixel, signature)
        Of the strong pixels.
    gram : (signature, signature)
    sign
        As in `Prior`.
    """
    right = products * sign > 0 if sign else np.ones_like(products, dtype=bool)
    gain = np.where(right, products**2, 0.0) / np.diag(gram)
    won = np.bincount(
        gain.argmax(axis=1) % n_gases, weights=gain.max(axis=1, initial=0.0), minlength=n_gases
    )
    others = [int(gas) for gas in np.argsort(-won) if won[gas] > 0]
    return tuple(dict.fromkeys([*own[:POOL_OWN], *others]))[:POOL_GASES]


def pixel_posteriors(
    products: NDArray[np.float64],
    gram: NDArray[np.float64],
    noise_variance: float,
    n_gases: int,
    prior: Prior,
    gases: tuple[int, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the posterior over small sets of gases in many pixels at once.

    The same as `identify.identify` of each pixel, but that the gases are given: with
    :math:`\Gamma_S = g_S^T G_{SS}^{-1} g_S` and each pixel's own
    :math:`v = v_0 + \eta^2\max_S\Gamma_S/D`,

    .. math:: P(S) \propto \pi(S)\,e^{\Gamma_S/2v}, \qquad P(j) = \sum_{S \ni j} P(S), \qquad
              A_j = \sum_{S \ni j} P(S)\,|\hat u_{j|S}|\sqrt{G_{jj}}

    A chemical outside the library is not weighed: in one pixel the ground leaves as much over.

    Parameters
    ----------
    products : (pixel, signature)
        g = T x̃.
    gram : (signature, signature)
        G = T Tᵀ; gas of each signature: its row modulo ``n_gases``.
    noise_variance
        v₀, of each whitened band.
    n_gases
        Number of gases.
    prior
        What is believed before.
    gases
        Those told apart.

    Returns
    -------
    probability : (pixel, gas)
        0 for gases not given, and in pixels that no set fits.
    strength : (pixel, gas)
        A: how much each gas shows, standard deviations of the background.
    """
    probability = np.zeros((len(products), n_gases))
    strength = np.zeros_like(probability)
    solvers = [_Sets.of_size(k, gases, gram, n_gases) for k in range(1, prior.max_gases + 1)]
    solvers = [sets for sets in solvers if len(sets.signatures)]
    for start in range(0, len(products) if solvers else 0, PIXELS_AT_ONCE):
        chunk = slice(start, start + PIXELS_AT_ONCE)
        g = products[chunk]
        sign = np.full(len(g), prior.sign or 1)
        if not prior.sign:
            pool = [s for s in range(len(gram)) if s % n_gases in gases]
            best = (g[:, pool] ** 2 / np.diag(gram)[pool]).argmax(axis=1)
            sign = np.sign(g[np.arange(len(g)), np.array(pool)[best]])
        fits = [sets.fit(g) for sets in solvers]
        gains = []
        for sets, fit in zip(solvers, fits, strict=True):
            gain = np.einsum("psk,psk->ps", g[:, sets.signatures], fit)
            fitting = (fit * sign[:, None, None] > 0).all(axis=2)
            gains.append(np.where(fitting, gain, -np.inf))
        greatest = np.max([gain.max(axis=1) for gain in gains], axis=0)
        fitted = np.isfinite(greatest)
        greatest = np.where(fitted, greatest, 0.0)
        variance = noise_variance + prior.signature_error**2 * greatest / SIGNATURE_ERROR_DIRECTIONS
        weights = [
            np.exp(0.5 * (gain - greatest[:, None]) / variance[:, None])
            * prior.extra_gas ** (sets.signatures.shape[1] - 1)
            for sets, gain in zip(solvers, gains, strict=True)
        ]
        total = np.sum([weight.sum(axis=1) for weight in weights], axis=0)
        total = np.where(fitted, total, 1.0)
        for sets, fit, weight in zip(solvers, fits, weights, strict=True):
            share = weight / total[:, None]
            for place, signatures in enumerate(sets.signatures.T):
                member = np.zeros((len(signatures), n_gases))
                member[np.arange(len(signatures)), signatures % n_gases] = 1.0
                shown = np.abs(fit[:, :, place]) * np.sqrt(np.diag(gram)[signatures])
                probability[chunk] += share @ member
                strength[chunk] += (share * shown) @ member
    return np.minimum(probability, 1.0), strength


@dataclass(frozen=True, slots=True)
class _Sets:
    """All sets of so many signatures of different gases: (set, k) rows, (set, k, k) inverses."""

    signatures: NDArray[np.intp]
    inverse: NDArray[np.float64]

    @classmethod
    def of_size(
        cls, size: int, gases: tuple[int, ...], gram: NDArray[np.float64], n_gases: int
    ) -> "_Sets":
        chosen = np.array(
            list(_signature_sets(size, gases, len(gram) // n_gases, n_gases)), dtype=np.intp
        ).reshape(-1, size)
        blocks = gram[chosen[:, :, None], chosen[:, None, :]]
        inverse = np.linalg.pinv(blocks, rcond=1e-10, hermitian=True)
        return cls(chosen, np.asarray(inverse, dtype=np.float64))

    def fit(self, products: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the amounts of every set in every pixel, (pixel, set, k)."""
        mine = products[:, self.signatures]
        fit = np.empty_like(mine)
        for i in range(mine.shape[2]):
            fit[:, :, i] = sum(self.inverse[:, i, j] * mine[:, :, j] for j in range(mine.shape[2]))
        return fit


def _signature_sets(
    size: int, gases: tuple[int, ...], n_depths: int, n_gases: int
) -> Iterator[tuple[int, ...]]:
    """Yield all sets of signatures of different gases, each thin or denser."""
    for chosen in combinations(gases, size):
        for depths in product(range(n_depths), repeat=size):
            yield tuple(gas + depth * n_gases for gas, depth in zip(chosen, depths, strict=True))


@dataclass(frozen=True, slots=True)
class PlumeParts:
    """How well a plume's pixels agree with its name.

    Attributes
    ----------
    n_strong
        Strong pixels.
    share_agreeing
        Share of them in which the plume's chemical is more probable than not; NaN without any, and
        for an unknown chemical.
    parts
        (gas, pixels) of each coherent part that shows another chemical and not the plume's,
        largest first.
    """

    n_strong: int
    share_agreeing: float
    parts: tuple[tuple[int, int], ...]


def compare_with_name(
    line: NDArray[np.intp],
    sample: NDArray[np.intp],
    main: NDArray[np.intp],
    probability: NDArray[np.float64],
    named: int | None,
    width_px: int,
) -> PlumeParts:
    """Return how well a plume's strong pixels agree with its name.

    Parameters
    ----------
    line, sample : (pixel,) int
        Its strong pixels.
    main : (pixel,) int
        Gas that shows most in each.
    probability : (pixel, gas)
    named
        The plume's gas; None for an unknown chemical, which no pixel can contradict.
    width_px : [pixel]
        Side of the squares that were searched.
    """
    if named is None or not line.size:
        return PlumeParts(line.size, float("nan"), ())
    own = probability[:, named]
    sure = probability[np.arange(line.size), main] >= SURE_OTHER
    against = sure & (main != named) & (own <= 1 - SURE_OTHER)
    parts = []
    for gas in np.unique(main[against]):
        chosen = against & (main == gas)
        image = np.zeros((np.ptp(line) + 1, np.ptp(sample) + 1), dtype=bool)
        image[line[chosen] - line.min(), sample[chosen] - sample.min()] = True
        regions, _ = label(image, structure=np.ones((3, 3)))
        sizes = np.bincount(regions[image])
        parts += [(int(gas), int(n)) for n in sizes if n >= PART_SQUARES * width_px**2]
    share = float((own > 0.5).mean())
    return PlumeParts(line.size, share, tuple(sorted(parts, key=lambda part: -part[1])))
