r"""How surely a look would have found a site that works.

At best a look finds 97 %, and 95 % of that at the smallest detectable rate; about it the
probability follows a normal law of ln Q with a standard deviation of 0.5, as for single plume maps
(`cathartes.locate.map_silence`). A site's rates are log-normal with the standard deviation s about
its mean, over which it is averaged:

.. math::
    p = 0.97\, \Phi\!\left(
        \frac{\ln(\bar Q / Q_{95}) + 0.5 \cdot 1.645}{\sqrt{0.5^2 + s^2}} \right)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from types import MappingProxyType

import numpy as np
from scipy.special import ndtr

from cathartes.locate.map_silence import FOUND_AT_BEST, FOUND_SD
from cathartes.locate.normal_law import ONE_IN_TWENTY_SD
from cathartes.sites.detection import UNKNOWN
from cathartes.sites.look import Look


@dataclass(frozen=True, slots=True)
class UsualRate:
    """A site's emission of one chemical: log-normal.

    Attributes
    ----------
    mean_log
        Of ln(Q / 1 kg/h).
    sd_log
    """

    mean_log: float
    sd_log: float

    @property
    def median_kg_h(self) -> float:
        """Median, [kg h-1]."""
        return exp(self.mean_log)


def usual_rates(
    medians_kg_h: Mapping[str, list[float]],
    rate_kg_h: float,
    log_sd: float,
    seen_from_kg_h: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, UsualRate]:
    """Return each chemical's rates, from those that were estimated.

    A normal law of ln Q about a mean that is itself drawn about the prior's, both with the
    standard deviation `log_sd`; the mean of n estimates is drawn to the prior's by 1 / (n + 1).

    Parameters
    ----------
    medians_kg_h : [kg h-1]
        Estimates; a chemical without any has the prior's.
    rate_kg_h : [kg h-1]
        Median before any.
    log_sd
    seen_from_kg_h : [kg h-1]
        The smallest rate that a look which showed the chemical would have found: where none was
        estimated, the median is not below it.
    """
    rates = {}
    for chemical, medians in medians_kg_h.items():
        n = len(medians)
        least = 0.0 if medians else seen_from_kg_h.get(chemical, 0.0)
        mean = (log(max(rate_kg_h, least)) + sum(sorted(log(one) for one in medians))) / (n + 1)
        rates[chemical] = UsualRate(mean, log_sd * sqrt(1 + 1 / (n + 1)))
    return rates


def found_probability(look: Look, rates: Mapping[str, UsualRate]) -> float:
    """Return the probability that a look finds a site that works, by its best visible chemical."""
    best = 0.0
    for chemical, rate in rates.items():
        smallest = smallest_rate_of(look, chemical)
        if smallest is None:
            continue
        over = rate.mean_log - log(smallest) + FOUND_SD * ONE_IN_TWENTY_SD
        spread = sqrt(FOUND_SD**2 + rate.sd_log**2)
        best = max(best, FOUND_AT_BEST * float(ndtr(over / spread)))
    return best


def smallest_rate_of(look: Look, chemical: str) -> float | None:
    """Return that of a chemical; of one outside the library, the middle of those looked for."""
    if chemical != UNKNOWN:
        return look.smallest_rate_kg_h.get(chemical)
    rates = [np.inf if rate is None else rate for rate in look.smallest_rate_kg_h.values()]
    middle = float(np.median(rates)) if rates else np.inf
    return middle if np.isfinite(middle) else None
