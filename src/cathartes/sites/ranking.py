r"""What looking at a site next is worth.

.. math:: V = P\, \frac{1 + q}{2} + I

with P its probability, q the probability that one more good look sees it if it is there (the share
of the time that it works, times that of being found), and I what that look is expected to tell, in
bits: :math:`H(P) - r H(P_+) - (1 - r) H(P_-)`, with r the probability that it shows something, P+
and P- the site's probabilities after that, H(P) the entropy of yes or no. A probable site that is
mostly at work comes first; between equals, the one of which a look decides more.

Of a site that a partner dismantled, and that nobody saw since, a look tells whether it is back at
work: with :math:`\rho` the probability of that, less after each empty look since, and J what the
look is expected to tell of it, in bits,

.. math:: V = P\, \Big(\rho\, \frac{1 + q}{2} + J\Big)
"""

from dataclasses import dataclass, replace
from datetime import datetime
from math import log

import numpy as np
from scipy.special import entr, expit

from cathartes.sites.evidence import Weighed
from cathartes.sites.hypotheses import CELL_KM2
from cathartes.sites.sentences import counted
from cathartes.sites.settings import SiteSettings

LEAST_CHANGE = 0.05
"""A change of the probability that is worth saying."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The value with its sentence."""

    value: float
    why: str


def rank(weighed: Weighed, explained_by: str, told: SiteSettings) -> Ranked:
    """Return the value of looking at a site next, and what it rests on."""
    gone_utc = weighed.dismantled_utc
    if gone_utc is None:
        return _rank(weighed, explained_by, told)
    seen = [view.moment_utc for view in weighed.views if view.sightings and view.moment_utc]
    if all(moment <= gone_utc for moment in seen):
        return _relook(weighed, gone_utc, told)
    ranked = _rank(weighed, explained_by, told)
    again = f"Seen again after it was dismantled on {gone_utc:%Y-%m-%d}. "
    return Ranked(ranked.value, again + ranked.why)


def _relook(weighed: Weighed, gone_utc: datetime, told: SiteSettings) -> Ranked:
    """Return what a look is worth at a place that was dismantled."""
    share = weighed.working.mean_share()
    since = [view for view in weighed.views if view.gone_since_utc is not None]
    since = [view for view in since if view.moment_utc and view.moment_utc >= gone_utc]
    back = told.inspection.returns
    for view in since:
        back = _still(back, share * view.seen.found_probability)
    shows = share * told.evidence.usual_found
    gain = _bits(back) - (1 - back * shows) * _bits(_still(back, shows))
    value = weighed.probability * (back * (1 + shows) / 2 + max(gain, 0.0))
    showed = f"{counted(len(since), 'look')} since showed nothing"
    looked = showed if since else "not looked at since"
    return Ranked(
        value,
        f"Dismantled on {gone_utc:%Y-%m-%d}, {looked}: it is back at work with about "
        f"{100 * back:.0f} %. Look again: one more look would show that with {100 * shows:.0f} %.",
    )


def _still(back: float, shows: float) -> float:
    """Return how probably it is back at work after a look that would have shown it so surely."""
    return back * (1 - shows) / (1 - back * shows)


def _rank(weighed: Weighed, explained_by: str, told: SiteSettings) -> Ranked:
    settings = told.evidence
    found = settings.usual_found
    share = weighed.working.mean_share()
    strength = float(np.median([v.seen.log_strength for v in weighed.views if v.sightings]))
    weights = weighed.weights
    lasting = sum(weights.rivals_per_km2(settings))
    lasting += settings.sites_per_km2 * float(np.exp(weights.log_c + weights.log_answers))
    there = float(expit(weights.log_m + log(CELL_KM2 * lasting)))
    shows = there * share * found
    if_seen, if_not = (
        float(expit(replace(weights, log_m=weights.log_m + more).log_odds(settings)))
        for more in weighed.working.next_sortie(found, strength)
    )
    probability = weighed.probability
    gain = _bits(probability) - shows * _bits(if_seen) - (1 - shows) * _bits(if_not)
    value = probability * (1 + share * found) / 2 + max(gain, 0.0)
    why = _why(weighed, explained_by, share, shows, probability, (if_seen, if_not))
    return Ranked(value, why)


def _why(
    weighed: Weighed,
    explained_by: str,
    share: float,
    shows: float,
    probability: float,
    after: tuple[float, float],
) -> str:
    """Say what a next look would settle: in one sentence, for one who has to send somebody."""
    if explained_by:
        return f"The lawful emitter {explained_by} explains it."
    views = weighed.views
    n_showing = sum(bool(view.sightings) for view in views)
    if len(views) == 1:
        seen = "Seen in the only look"
    elif n_showing == 1:
        seen = f"Seen once in {len(views)} looks"
    else:
        works = f"at work about {100 * share:.0f} % of the time"
        seen = f"Seen in {n_showing} of {len(views)} looks, {works}"
    if_seen, if_not = after
    if max(abs(if_seen - probability), abs(if_not - probability)) < LEAST_CHANGE:
        return f"{seen}. One more look shows it with {100 * shows:.0f} %, and changes little."
    return (
        f"{seen}. One more look shows it with {100 * shows:.0f} %, which makes it {if_seen:.2f}; "
        f"nothing seen makes it {if_not:.2f}."
    )


def _bits(probability: float) -> float:
    return float((entr(probability) + entr(1 - probability)) / np.log(2))
