"""Which chemicals a plume holds: a posterior over all small sets of gases."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

SIGNATURE_ERROR_DIRECTIONS = 8.0
"""Whitened directions over which a signature's error is spread (few: errors are smooth)."""

_UNKNOWN_MISFIT_RANGE = (0.1, 10.0)
"""Misfits between which a chemical outside the library is equally likely on a log scale."""

CANDIDATES = 8
"""Gases from which sets are made: those with the greatest gain of their own."""


@dataclass(frozen=True, slots=True)
class Identification:
    """What a plume's mean spectrum says about its chemicals.

    Attributes
    ----------
    probability : (gas,)
        That each gas of the bank is in the plume, given that the plume is real.
    unknown
        Probability that it is of none of them.
    best_set
        Indices of the most probable set of gases, strongest first.
    amount : (gas,) [ppm m (K)]
        Fitted amounts of the best set, 0 for the others.
    single_amount : (gas,) [ppm m (K)]
        What each gas alone would have to be.
    """

    probability: NDArray[np.float64]
    unknown: float
    best_set: tuple[int, ...]
    amount: NDArray[np.float64]
    single_amount: NDArray[np.float64]


def identify(
    whitened_signal: NDArray[np.float64],
    whitened_signatures: NDArray[np.float64],
    noise_variance: float,
    *,
    max_gases: int,
    signature_error: float,
    prior_extra_gas: float,
    prior_unknown: float,
    sign: int,
) -> Identification:
    r"""Return the posterior over all sets of up to so many gases.

    With G = T Tᵀ, g = T x̃ and S a set of gases, the fit's gain is
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
    whitened_signatures : (gas, band)
    noise_variance
        v₀, of each whitened band of the signal.
    sign
        +1 if amounts must be positive; 0 if all gases of a plume must share one sign, either one
        (they share its temperature contrast). Sets that break it are left out.

    References
    ----------
    Burr & Hengartner 2006 (model averaging, by abstract); signature error and misfit are our own.
    """
    n_gases, n_bands = whitened_signatures.shape
    gram = whitened_signatures @ whitened_signatures.T
    product = whitened_signatures @ whitened_signal
    single = product / np.diag(gram)
    single_gain = product**2 / np.diag(gram)
    sign = sign or int(np.sign(single[np.argmax(single_gain)]))
    single_gain = np.where(single * sign > 0, single_gain, 0.0)
    candidates = np.argsort(-single_gain)[: min(CANDIDATES, n_gases)]

    # A single gas hides a mixture's partner: add the gases that best explain what the first leaves.
    first = candidates[0]
    left = product - gram[:, first] * single[first]
    partner_gain = left**2 / np.maximum(
        np.diag(gram) - gram[:, first] ** 2 / gram[first, first], 1e-12
    )
    partner_gain[first] = 0.0
    partners = np.argsort(-partner_gain)[:CANDIDATES]
    pool = list(dict.fromkeys([*candidates.tolist(), *partners.tolist()]))

    sets: list[tuple[int, ...]] = []
    gains: list[float] = []
    fits: list[NDArray[np.float64]] = []
    for size in range(1, max_gases + 1):
        for chosen in combinations(pool, size):
            block = gram[np.ix_(chosen, chosen)]
            fit = np.asarray(np.linalg.lstsq(block, product[list(chosen)], rcond=1e-10)[0])
            if (fit * sign <= 0).any():
                continue
            sets.append(chosen)
            fits.append(fit)
            gains.append(float(product[list(chosen)] @ fit))
    if not sets:
        return Identification(np.zeros(n_gases), 1.0, (), np.zeros(n_gases), single)

    gain = np.array(gains)
    extra = np.array([len(chosen) - 1 for chosen in sets])
    variance = noise_variance + signature_error**2 * gain.max() / SIGNATURE_ERROR_DIRECTIONS
    log_weight = 0.5 * gain / variance + extra * np.log(prior_extra_gas)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()

    best = int(np.argmax(weight))
    energy = float(whitened_signal @ whitened_signal)
    unknown = _unknown_probability(
        energy - n_bands * noise_variance,
        float(gain[best]),
        float(np.sqrt(2 * n_bands) * noise_variance),
        signature_error,
        prior_unknown,
    )
    probability = np.zeros(n_gases)
    for chosen, w in zip(sets, weight, strict=True):
        probability[list(chosen)] += w
    probability *= 1.0 - unknown
    amount = np.zeros(n_gases)
    amount[list(sets[best])] = fits[best]
    strength = np.abs(fits[best]) * np.sqrt(np.diag(gram))[list(sets[best])]
    ordered = tuple(sets[best][i] for i in np.argsort(-strength))
    return Identification(probability, unknown, ordered, amount, single)


def _unknown_probability(
    energy: float, gain: float, noise: float, signature_error: float, prior: float
) -> float:
    """Return the probability that the misfit is that of a chemical outside the library."""
    if gain <= 0:
        return 1.0
    misfit = max(energy - gain, 0.0) / gain
    expected = 4.0 * signature_error**2 + noise / gain
    known = np.exp(-misfit / expected) / expected
    low, high = _UNKNOWN_MISFIT_RANGE
    strange = 1.0 / (misfit * np.log(high / low)) if low <= misfit <= high else 0.0
    if misfit > high:
        return 1.0
    return float(prior * strange / (prior * strange + (1 - prior) * known))
