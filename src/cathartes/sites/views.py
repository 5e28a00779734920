r"""What each observation says of a site: its looks and its detections, in the order of time.

A detection's strength as evidence, against chance: with e its `expected_by_chance`, observations
without plumes show a Poisson number of detections with a density of one per unit of e, anywhere in
their footprint of area F. True ones have e to the power k - 1, up to the largest E that is
reported, and lie where the site is:

.. math:: B = \pi\, \frac{k\, e^{k-1}}{E^k}\; F\, N(x)

with :math:`\pi` the probability of the source, and N(x) the density of its place given the
sightings before; for the first, one per unit of area.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from cathartes.sites.association import Cluster
from cathartes.sites.group_evidence import sums_of
from cathartes.sites.hypotheses import CELL_KM2
from cathartes.sites.look import Look
from cathartes.sites.offset import offset_m
from cathartes.sites.settings import EvidenceSettings, SiteSettings
from cathartes.sites.sighting import Sighting
from cathartes.sites.visibility import (
    UsualRate,
    found_probability,
    smallest_rate_of,
    usual_rates,
)
from cathartes.sites.working import Seen

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """One observation's word on a site.

    Attributes
    ----------
    observation_id
    moment_utc
    sightings
        With their strengths ln B; only the strongest counts, as others of the same look are not
        independent of it. Empty if nothing was seen there.
    seen
    gone_since_utc
        When it was dismantled, if this look showed nothing after that and before it was seen
        again: it could not have, and does not count. None of all other looks.
    """

    observation_id: str
    moment_utc: datetime | None
    sightings: tuple[tuple[Sighting, float], ...]
    seen: Seen
    gone_since_utc: datetime | None = None

    @property
    def strongest(self) -> Sighting | None:
        """The sighting that counts."""
        return max(self.sightings, key=lambda one: one[1])[0] if self.sightings else None


def rates_of(
    cluster: Cluster, looks: Sequence[Look], settings: EvidenceSettings
) -> dict[str, UsualRate]:
    """Return the usual rates of the chemicals seen at a site.

    What was seen without a rate gave off about as much as that look could see: a law of usual
    rates that says otherwise is wrong there, not the detection.
    """
    at = {one.observation_id: one for one in looks}
    medians: dict[str, list[float]] = {}
    seen_from: dict[str, float] = {}
    for one in cluster.sightings:
        chemical = one.detection.chemical
        known = medians.setdefault(chemical, [])
        if one.source.rate is not None and one.source.rate.median_kg_h > 0:
            known.append(one.source.rate.median_kg_h)
        look = at.get(one.detection.observation_id)
        smallest = None if look is None else smallest_rate_of(look, chemical)
        if smallest is not None:
            seen_from[chemical] = min(smallest, seen_from.get(chemical, smallest))
    return usual_rates(medians, settings.rate_kg_h, settings.rate_log_sd, seen_from)


def views_of(
    cluster: Cluster,
    looks: Sequence[Look],
    rates: dict[str, UsualRate],
    settings: SiteSettings,
) -> tuple[View, ...]:
    """Return what every observation says, by time and id; inconclusive looks say nothing."""
    by_observation = {one.observation_id: one for one in looks if one.conclusive}
    strengths = _strengths(cluster, by_observation, settings)
    sighted: dict[str, list[tuple[Sighting, float]]] = {}
    for pair in zip(cluster.sightings, strengths, strict=True):
        sighted.setdefault(pair[0].detection.observation_id, []).append(pair)
    views = []
    for name in sorted({*by_observation, *sighted}):
        look = by_observation.get(name)
        here = tuple(sighted.get(name, ()))
        found = found_probability(look, rates) if look else 0.0
        if here and not found:  # seen all the same: what the look could see is not known
            found = settings.evidence.usual_found
        moment = look.moment_utc if look else None
        if moment is None and here:
            moment = here[0][0].detection.seen_utc
        sortie = (look.sortie_id if look else "") or f"observation {name}"
        strongest = max((strength for _, strength in here), default=-np.inf)
        views.append(View(name, moment, here, Seen(sortie, found, strongest)))
    return tuple(sorted(views, key=lambda one: (one.moment_utc or _NEVER, one.observation_id)))


def without_the_gone(views: Sequence[View], dismantled_utc: Sequence[datetime]) -> tuple[View, ...]:
    """Mark the empty looks between a dismantling and the next sighting.

    Parameters
    ----------
    views
        In order of time.
    dismantled_utc
        Moments at which somebody said so, in order.
    """
    marked = []
    gone: datetime | None = None
    to_come = list(dismantled_utc)
    for view in views:
        while view.moment_utc is not None and to_come and to_come[0] <= view.moment_utc:
            gone = to_come.pop(0)
        if view.sightings:
            gone = None
        is_gone = gone is not None and view.moment_utc is not None
        marked.append(replace(view, gone_since_utc=gone) if is_gone else view)
    return tuple(marked)


def by_chance(sighting: Sighting, settings: EvidenceSettings) -> float:
    """Return how many so strong chance shows in such a look; no fewer than is believed."""
    told = sighting.detection.expected_by_chance
    known = settings.log_by_chance if told is None else told
    return max(known, settings.smallest_by_chance)


def _strengths(cluster: Cluster, looks: dict[str, Look], settings: SiteSettings) -> list[float]:
    """Return ln B of each sighting of a cluster, in their order."""
    weights = settings.evidence
    power, largest = weights.strength_power, weights.largest_by_chance
    places = [one.source.place for one in cluster.sightings]
    east, north = offset_m(
        cluster.place.longitude_deg,
        cluster.place.latitude_deg,
        [p.longitude_deg for p in places],
        [p.latitude_deg for p in places],
    )
    covariance = np.array([(p.east_var_m2, p.north_var_m2, p.cov_m2) for p in places])
    sums = sums_of(np.stack([east, north], axis=1), covariance, settings.association.extent_m)
    so_far = sums[[0]]
    strengths = []
    for number, one in enumerate(cluster.sightings):
        if number:
            grown = so_far + sums[[number]]
            log_per_km2 = float((grown.log_integral() - so_far.log_integral())[0]) + np.log(1e6)
            so_far = grown
        else:
            log_per_km2 = -np.log(CELL_KM2)
        look = looks.get(one.detection.observation_id)
        footprint = look.footprint_km2 if look and look.footprint_km2 else None
        area = weights.unknown_footprint_km2 if footprint is None else footprint
        e = by_chance(one, weights)
        strength = np.log(power) + (power - 1) * np.log(e) - power * np.log(largest)
        strength -= np.log(weights.chance_factor)
        strengths.append(
            float(np.log(max(one.source.probability, 1e-12)) + strength + np.log(area))
            + log_per_km2
        )
    return strengths
