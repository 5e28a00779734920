r"""A site's log-odds against its rivals, in one equation.

Rivals explain the same sightings: chance, other lasting sources, ground that looks like a gas, and
each known lawful emitter nearby. With M the evidence of the looks for something lasting
(`working`), c that of the chemicals for the profile (`profile`), and :math:`\rho` densities,

.. math::
    \ln\frac{P}{1-P} = \ln((\rho_{site} + \textstyle\sum_k \eta_k) a M c)
        - \ln\big(1 + a M (\rho_{other} + g h\, \rho_{false} + \textstyle\sum_k \rho_k c_k)\big)
        + \textstyle\sum_i \ln R_i

where a is a hectare, g says how well a false target fits that it was seen so often and with these
chemicals, h the hours. It can't run away, since what is lasting is no more proof of the profile's
kind than of the rivals'. :math:`\eta_k` is the density of sites hidden at an emitter's premises;
emitters are put in only if that lowers the sum. R_i says how much likelier an inspection's answer
is of a site than of any rival (`inspection`).
"""

from dataclasses import dataclass
from math import exp, fsum, log

import numpy as np
from scipy.special import expit

from cathartes.sites.settings import EvidenceSettings

CELL_KM2 = 0.01
"""Area that densities are turned into probabilities for: a hectare. It cancels with a detection."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the log-odds is made of.

    Attributes
    ----------
    log_m, log_c
        Logarithms of M and of c, the latter scaled.
    false_log_fit, false_log_hours
        ln g and ln h.
    emitter_per_km2
        Of each emitter nearby: density times fit of its chemicals.
    hidden_per_km2
        Of each: density of sites that its premises hide.
    log_answers
        Of partners who were there: what they said of a site, over the same of any rival.
    """

    log_m: float
    log_c: float
    false_log_fit: float
    false_log_hours: float
    emitter_per_km2: tuple[float, ...] = ()
    hidden_per_km2: tuple[float, ...] = ()
    log_answers: float = 0.0

    def log_odds(self, settings: EvidenceSettings) -> float:
        """Return the equation above: without the emitters, if that is less."""
        other, false, lawful = self.rivals_per_km2(settings)
        told = []
        for hidden, rivals in (
            (0.0, other + false),
            (fsum(self.hidden_per_km2), other + false + lawful),
        ):
            site = log((settings.sites_per_km2 + hidden) * CELL_KM2) + self.log_m + self.log_c
            told.append(site - float(np.logaddexp(0.0, self.log_m + log(CELL_KM2 * rivals))))
        return min(told) + self.log_answers

    def rivals_per_km2(self, settings: EvidenceSettings) -> tuple[float, float, float]:
        """Return the weights of other sources, false targets and lawful emitters, each / km2."""
        false = settings.false_targets_per_km2 * exp(self.false_log_fit + self.false_log_hours)
        return settings.other_sources_per_km2, false, fsum(self.emitter_per_km2)

    def rival_shares(self, settings: EvidenceSettings) -> tuple[float, float, float, float]:
        """Return how the probability that it is no site is shared: chance first, then as above."""
        rivals = self.rivals_per_km2(settings)
        lasting = float(expit(self.log_m + log(CELL_KM2 * sum(rivals))))
        other, false, lawful = (lasting * one / sum(rivals) for one in rivals)
        return 1 - lasting, other, false, lawful


def bounded_log_ratio(log_ratio: float, scale: float, mimic_share: float) -> float:
    r"""Return ln c: the profile's logarithm r, scaled by k, where a share m of others mimics it.

    .. math:: c = e^{kr} / (1 + m\, e^{kr})
    """
    return scale * log_ratio - float(np.logaddexp(0.0, log(mimic_share) + scale * log_ratio))
