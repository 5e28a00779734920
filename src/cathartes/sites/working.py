r"""Evidence of looks for something lasting that works a share of the time.

With z the state in sortie s, w the share, p_i the probability that look i finds it when it works,
and B_i how much likelier what look i shows is if it comes from there than by chance (0 where it
shows nothing there),

.. math::
    M = \int dw\, p(w) \prod_s \Big[ (1 - w) + w \prod_{i \in s} (1 + p_i (B_i - 1)) \Big]

is the likelihood of all looks over that of chance alone. An empty look has a factor of 1 - p_i: it
never raises M, whatever the others were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_sh_jacobi

_N_SHARES = 24
_LARGEST_LOG = 600.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look says.

    Attributes
    ----------
    sortie
        Looks of one sortie share the state.
    found_probability
        That it finds what works there.
    log_strength
        ln B; minus infinity if it shows nothing there.
    """

    sortie: str
    found_probability: float
    log_strength: float = -np.inf


class Working:
    """The likelihood of looks, each added in turn; their order does not matter to it."""

    def __init__(self, alpha: float, beta: float) -> None:
        """Begin with no look and the Beta law of the share."""
        shares, weights = roots_sh_jacobi(_N_SHARES, alpha + beta - 1, alpha)
        self._log_share: NDArray[np.float64] = np.log(shares)
        self._log_rest: NDArray[np.float64] = np.log1p(-shares)
        self._log_weight: NDArray[np.float64] = np.log(weights / weights.sum())
        self._shares: NDArray[np.float64] = np.asarray(shares)
        self._sorties: dict[str, float] = {}
        self._log_product: NDArray[np.float64] = np.zeros_like(self._shares)
        self.log_likelihood = 0.0

    def add(self, seen: Seen) -> float:
        """Take in a look; return what it adds to ln M."""
        p = seen.found_probability
        factor = np.logaddexp(np.log1p(-p), np.log(p) + seen.log_strength) if p > 0 else 0.0
        before, known = self.log_likelihood, self._sorties.get(seen.sortie, 0.0)
        self._sorties[seen.sortie] = known + float(factor)
        self._log_product += self._of_sortie(known + float(factor)) - self._of_sortie(known)
        self.log_likelihood = self._integral(self._log_product)
        return self.log_likelihood - before

    def mean_share(self) -> float:
        """Return the posterior mean of the share, if it is there."""
        shared = self._integral(self._log_product + self._log_share)
        return float(np.exp(shared - self.log_likelihood))

    def log_spread(self) -> float:
        """Return the posterior standard deviation, over the share, of the logarithm in M."""
        weight = np.exp(self._log_weight + self._log_product - self.log_likelihood)
        mean = weight @ self._log_product
        return float(np.sqrt(weight @ (self._log_product - mean) ** 2))

    def next_sortie(self, found_probability: float, log_strength: float) -> tuple[float, float]:
        """Return what one more sortie would add to ln M: if it shows it, and if it does not."""
        told = []
        for factor in (
            np.logaddexp(np.log1p(-found_probability), np.log(found_probability) + log_strength),
            np.log1p(-found_probability),
        ):
            more = self._log_product + self._of_sortie(float(factor))
            told.append(self._integral(more) - self.log_likelihood)
        return told[0], told[1]

    def _of_sortie(self, log_factor: float) -> NDArray[np.float64]:
        """Return the logarithm of a sortie's bracket, (share,), of its looks' product."""
        return np.logaddexp(self._log_rest, self._log_share + min(log_factor, _LARGEST_LOG))

    def _integral(self, log_product: NDArray[np.float64]) -> float:
        return float(np.logaddexp.reduce(self._log_weight + log_product))
