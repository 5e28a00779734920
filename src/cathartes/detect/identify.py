"""Which chemicals a plume holds: a posterior over all small sets of gases."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb, log_ndtr

SIGNATURE_ERROR_DIRECTIONS = 8.0
"""Whitened directions over which a signature's error is spread (few: errors are smooth)."""

_UNKNOWN_MISFIT_RANGE = (0.1, 10.0)
"""Misfits between which a chemical outside the library is equally likely on a log scale."""

CANDIDATES = 8
"""Signatures from which sets are made: the best alone, and the best partners of the best one."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a plume before its spectrum is seen.

    Attributes
    ----------
    max_gases
        Most gases in one plume.
    extra_gas
        Odds of each further gas.
    unknown
        Probability of a chemical outside the library.
    signature_error
        Relative error of a signature, as a part of its norm: η.
    sign
        +1 if amounts must be positive; 0 if all gases of a plume must share one sign, either one
        (they share its temperature contrast).
    """

    max_gases: int
    extra_gas: float
    unknown: float
    signature_error: float
    sign: int

    def of_sizes(self, n_gases: int) -> NDArray[np.float64]:
        """Return the probability of all sets of one gas, of two, ... of `n_gases`, (size,)."""
        sizes = np.arange(self.max_gases)
        together = comb(n_gases, sizes + 1) * self.extra_gas**sizes
        return np.asarray(together / together.sum())


@dataclass(frozen=True, slots=True)
class Identification:
    """What a plume's mean spectrum says about its chemicals.

    Attributes
    ----------
    probability : (gas,)
        That each gas is in the plume, given that the plume is real. They need not sum to one: a
        mixture holds several.
    unknown
        Probability that it is of none of them.
    best_set
        Gases of the most probable set, strongest first; empty if no set fits.
    amount : (signature,) [ppm m (K)]
        Fitted amounts of the best set's signatures, 0 for the others.
    single_amount : (signature,) [ppm m (K)]
        What each signature alone would have to be.
    pair_misfit
        What the best gas or pair of gases leaves of the spectrum beyond noise, as a part of what it
        explains; ∞ if none fits.
    """

    probability: NDArray[np.float64]
    unknown: float
    best_set: tuple[int, ...]
    amount: NDArray[np.float64]
    single_amount: NDArray[np.float64]
    pair_misfit: float


def identify(
    whitened_signal: NDArray[np.float64],
    whitened_signatures: NDArray[np.float64],
    noise_variance: float,
    n_gases: int,
    prior: Prior,
) -> Identification:
    r"""Return the posterior over all sets of up to so many gases.

    With G = T Tᵀ, g = T x̃ and S a set of signatures of different gases, the fit's gain is
    :math:`\Gamma_S = g_S^T G_{SS}^{-1} g_S` and

    .. math:: P(S) \propto \pi(S)\,\exp\Big(\frac{\Gamma_S}{2v}\Big), \qquad
              v = v_0 + \frac{\eta^2\,\max_S\Gamma_S}{D}

    so that a plume a hundred times the noise is still only known to the relative error η of its
    signatures, and does not invent gases from what these leave over. A chemical outside the
    library shows in the misfit :math:`t = (|\tilde x|^2 - \Gamma - b v_0)/\Gamma`: about η² for a
    gas of the library, anything on a log scale otherwise.

    Parameters
    ----------
    whitened_signal : (band,)
        Plume less surroundings, whitened by the background.
    whitened_signatures : (signature, band)
        Gas of each: its row modulo ``n_gases`` (thin signatures first, then denser ones).
    noise_variance
        v₀, of each whitened band of the signal.
    n_gases
        Number of gases.
    prior
        What is believed before.

    References
    ----------
    Burr & Hengartner 2006 (model averaging, by abstract); signature error and misfit are our own.
    """
    n_signatures, n_bands = whitened_signatures.shape
    gram = whitened_signatures @ whitened_signatures.T
    product = whitened_signatures @ whitened_signal
    single = product / np.diag(gram)
    gain_alone = product * single
    sign = prior.sign or int(np.sign(single[np.argmax(gain_alone)])) or 1
    pool = candidates(gram, product, np.where(single * sign > 0, gain_alone, 0.0))

    sets: list[tuple[int, ...]] = []
    gains: list[float] = []
    fits: list[NDArray[np.float64]] = []
    for _, alike in groupby(_sets(pool, prior.max_gases, n_gases), len):
        chosen = np.array(list(alike))
        fit, its_gain = fit_sets(gram, product, chosen)
        allowed = (fit * sign > 0).all(axis=1)
        sets += map(tuple, chosen[allowed].tolist())
        gains += its_gain[allowed].tolist()
        fits += list(fit[allowed])
    if not sets:
        nothing = np.zeros(n_gases)
        return Identification(nothing, 1.0, (), np.zeros(n_signatures), single, np.inf)

    gain = np.array(gains)
    extra = np.array([len(chosen) - 1 for chosen in sets])
    variance = noise_variance + prior.signature_error**2 * gain.max() / SIGNATURE_ERROR_DIRECTIONS
    log_weight = 0.5 * gain / variance + extra * np.log(prior.extra_gas)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()

    best = int(np.argmax(weight))
    energy = float(whitened_signal @ whitened_signal) - n_bands * noise_variance
    spread = float(np.sqrt(2 * n_bands) * noise_variance)
    strongest = np.array([gain[extra == k].max(initial=0.0) for k in range(prior.max_gases)])
    sizes = prior.of_sizes(n_gases)
    unknown = _unknown_probability(energy, float(gain[best]), strongest, sizes, spread, prior)
    probability = np.zeros(n_gases)
    for members, w in zip(sets, weight, strict=True):
        probability[[s % n_gases for s in members]] += w
    amount = np.zeros(n_signatures)
    amount[list(sets[best])] = fits[best]
    strength = np.abs(fits[best]) * np.sqrt(np.diag(gram))[list(sets[best])]
    return Identification(
        probability=np.minimum(probability, 1.0) * (1.0 - unknown),
        unknown=unknown,
        best_set=tuple(sets[best][i] % n_gases for i in np.argsort(-strength)),
        amount=amount,
        single_amount=single,
        pair_misfit=float(energy / strongest[:2].max() - 1.0) if strongest[:2].any() else np.inf,
    )


def fit_sets(
    gram: NDArray[np.float64], product: NDArray[np.float64], chosen: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the amounts :math:`G_{SS}^{-1} g_S` of sets of one size, and their gains.

    Where signatures of a set are the same thing twice, the smallest amounts of all that fit.

    Parameters
    ----------
    gram : (signature, signature)
    product : (signature,)
    chosen : (set, member) int
        Signatures.

    Returns
    -------
    amount : (set, member)
    gain : (set,)
    """
    block, mine = gram[chosen[:, :, None], chosen[:, None, :]], product[chosen]
    inverse = np.linalg.pinv(block, rcond=1e-10, hermitian=True)
    amount = (inverse @ mine[:, :, None])[:, :, 0]
    return amount, (mine * amount).sum(axis=1)


def candidates(
    gram: NDArray[np.float64], product: NDArray[np.float64], gain: NDArray[np.float64]
) -> list[int]:
    """Return the signatures worth combining.

    A single gas hides its partner in a mixture: beside the best alone stand those that best explain
    what the very best one leaves.

    Parameters
    ----------
    gram : (signature, signature)
    product : (signature,)
    gain : (signature,)
        Of each alone; 0 if its amount has the wrong sign.
    """
    alone = np.argsort(-gain)[:CANDIDATES]
    first = alone[0]
    left = product - gram[:, first] * product[first] / gram[first, first]
    own = np.diag(gram) - gram[:, first] ** 2 / gram[first, first]
    partner_gain = np.where(own > 1e-6 * np.diag(gram), left**2 / np.maximum(own, 1e-300), 0.0)
    partners = np.argsort(-partner_gain)[:CANDIDATES]
    return list(dict.fromkeys([*alone.tolist(), *partners.tolist()]))


def _sets(pool: list[int], max_gases: int, n_gases: int) -> Iterator[tuple[int, ...]]:
    """Yield all sets of signatures of different gases."""
    for size in range(1, max_gases + 1):
        for chosen in combinations(pool, size):
            if len({signature % n_gases for signature in chosen}) == size:
                yield chosen


def _unknown_probability(
    energy: float,
    gain: float,
    strongest: NDArray[np.float64],
    sizes: NDArray[np.float64],
    spread: float,
    prior: Prior,
) -> float:
    r"""Return the probability that the misfit is that of a chemical outside the library.

    A signature's error leaves a misfit t of exponential law with mean τ = 3 η², of which noise of
    deviation σ makes an exponentially modified Gaussian one,

    .. math:: p(t) = \frac{1}{\tau} \exp\left(\frac{\sigma^2}{2\tau^2} - \frac{t}{\tau}\right)
              \Phi\left(\frac{t}{\sigma} - \frac{\sigma}{\tau}\right)

    What the library lacks leaves one between the two ends of `_UNKNOWN_MISFIT_RANGE`, by a law p_u
    that is even on a log scale. But three of forty gases can be chosen in ten thousand ways: some
    of these come near anything, and seldom are all three there. So with π_k the probability of all
    sets of k gases, and one, two, ... K gases alike often the nearest to what is unknown,

    .. math:: \frac{P(unknown)}{P(known)} = \frac{\pi_u\, p_u(t)\,/\,K\Gamma}
              {(1-\pi_u)\sum_k \pi_k\, p(t_k)\,/\,\Gamma_k}

    (densities of the energy: that of a misfit over what is explained).

    Parameters
    ----------
    energy
        Of the spectrum, beyond that of noise.
    gain
        Γ: what the most probable set explains of it.
    strongest : (size,)
        Γ_k: what the best set of each size explains; 0 if none fits.
    sizes : (size,)
        π_k.
    spread
        Standard deviation of the energy by noise.
    """
    if gain <= 0:
        return 1.0
    low, high = _UNKNOWN_MISFIT_RANGE
    misfit = (energy - gain) / gain
    if misfit > high:
        return 1.0
    if misfit < low:
        return 0.0
    fit = strongest > 0
    mean, explained = 3.0 * prior.signature_error**2, strongest[fit]
    left, noise = (energy - explained) / explained, spread / explained
    ratio = noise / mean
    law = np.exp(ratio**2 / 2 - left / mean + log_ndtr(left / noise - ratio)) / mean
    known = (1 - prior.unknown) * float((sizes[fit] * law / explained).sum())
    unknown = prior.unknown / (misfit * np.log(high / low)) / (len(sizes) * gain)
    return float(unknown / (unknown + known))
