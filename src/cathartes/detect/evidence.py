"""What a plume's spectrum says of every set of gases: kept, so that looks can be joined later."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from cathartes.detect.identify import SIGNATURE_ERROR_DIRECTIONS, candidates


@dataclass(frozen=True, slots=True)
class SetFit:
    """How a set of gases fits a plume, each of them thin or denser.

    Attributes
    ----------
    gains : (fit,)
        Γ of each fit with the right sign, by which the whitened misfit falls; empty if there is
        none. No gas at all fits with a gain of 0.
    amount : gas → [ppm m (K)]
        Of each of its gases in the best fit, signed.
    """

    gains: tuple[float, ...]
    amount: dict[str, float]

    @property
    def greatest_gain(self) -> float:
        """Γ of the best fit; -∞ if there is none."""
        return max(self.gains, default=-np.inf)

    def log_likelihood(self, variance: float) -> float:
        r"""Return :math:`\ln\sum e^{\Gamma/2v}` over the fits, as `identify.identify` adds them."""
        if not self.gains:
            return -np.inf
        return float(logsumexp(np.array(self.gains) / (2.0 * variance)))


@dataclass(frozen=True, slots=True)
class PlumeEvidence:
    r"""All that a plume's mean spectrum says of the gases of the library.

    The gain of any set of gases, and so its likelihood, follows from two products of the whitened
    signatures T and signal x̃: :math:`G = TT^T` and :math:`g = T\tilde x`.

    Attributes
    ----------
    names : (gas,)
        Gases that the window shows.
    gram : (signature, signature)
        G; gas of each signature: its row modulo the number of gases (thin ones, then denser ones).
    product : (signature,)
        g.
    noise_variance
        v₀, of each whitened band of the signal.
    signature_error
        η: relative error of a signature.
    sign
        +1 if amounts must be positive; 0 if all gases of a plume share one sign, either one.
    unknown
        Probability of a chemical outside the library, by this spectrum alone.
    """

    names: tuple[str, ...]
    gram: NDArray[np.float64]
    product: NDArray[np.float64]
    noise_variance: float
    signature_error: float
    sign: int
    unknown: float

    @property
    def direction(self) -> int:
        """The sign that amounts have: that of the best single signature where either may be."""
        best = int(np.argmax(self.product**2 / np.diag(self.gram)))
        return self.sign or int(np.sign(self.product[best])) or 1

    def candidates(self) -> tuple[str, ...]:
        """Return the gases worth combining, as in `identify.identify`, best first."""
        alone = self.product**2 / np.diag(self.gram)
        right = self.product * self.direction > 0
        pool = candidates(self.gram, self.product, np.where(right, alone, 0.0))
        return tuple(dict.fromkeys(self.names[s % len(self.names)] for s in pool))

    def fit(self, gases: frozenset[str]) -> SetFit:
        r"""Return how a set of gases fits, each thin or denser.

        .. math:: \Gamma_S = g_S^T G_{SS}^{-1} g_S
        """
        chosen = sorted(self.names.index(gas) for gas in gases)
        gains: list[float] = []
        best: NDArray[np.floating] = np.zeros(len(chosen))
        depths = range(0, len(self.gram), len(self.names))
        for shift in product(depths, repeat=len(chosen)):
            rows = np.array(chosen, dtype=np.intp) + np.array(shift, dtype=np.intp)
            amount = np.linalg.lstsq(
                self.gram[np.ix_(rows, rows)], self.product[rows], rcond=1e-10
            )[0]
            if (amount * self.direction > 0).all():
                gains.append(float(self.product[rows] @ amount))
                if gains[-1] == max(gains):
                    best = amount
        named = (self.names[g] for g in chosen)
        return SetFit(tuple(gains), dict(zip(named, best.tolist(), strict=True)) if gains else {})

    def variance(self, greatest_gain: float) -> float:
        r"""Return :math:`v = v_0 + \eta^2\max\Gamma/D`: noise, and what signatures are wrong by."""
        own = self.signature_error**2 * max(greatest_gain, 0.0) / SIGNATURE_ERROR_DIRECTIONS
        return self.noise_variance + own

    def amount_sd(self, gas: str, variance: float) -> float:
        r"""Return the standard deviation of a gas's amount, :math:`\sqrt{v/G_{gg}}` [ppm m (K)]."""
        number = self.names.index(gas)
        return float(np.sqrt(variance / self.gram[number, number]))
