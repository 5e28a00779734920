r"""What somebody who went to a site told: how much that speaks for it, or against it.

An inspection is an imperfect test of the ground, long after it was seen. With s the probability
that it finds a site that is there, f that it says so where none is, and r that the site is still
there so many days d after the nearest sighting,

.. math::
    r = 2^{-d/h}, \qquad p = r s + (1 - r) f, \qquad
    \ln\frac{p}{f} \text{ if found}, \qquad \ln\frac{1 - p}{1 - f} \text{ if not}

so that a late visit tells little either way, and no answer takes a site out of the world. An
inspector who was told a wide circle finds less in it: s falls with its radius. What nobody looked
at is no test: refused entry, a dispute from the desk, a receipt say nothing.

References
----------
Own derivation (Bayes' rule for a test of known sensitivity): docs/explanation/outcomes.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log

from cathartes.errors import InputError
from cathartes.sites.offset import distance_m
from cathartes.sites.place import Place
from cathartes.sites.settings import InspectionSettings

REACH_M = 150.0
"""Farther from the place that was told, no other site takes over an answer."""
_DAY = timedelta(days=1)


class Said(StrEnum):
    """What was told of a visit, or instead of one."""

    FOUND = "found"
    DISMANTLED = "dismantled"
    """Found, and taken away."""
    NOTHING = "nothing"
    NO_ACCESS = "no access"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One partner's word on one finding.

    Attributes
    ----------
    release_id, partner
        Where it is kept, and whose word it is.
    said
    moment_utc
        Of the visit; of the answer if no day of a visit was told.
    was_there
        Whether a day of the visit was told.
    site_id, detection_ids
        What the release was of.
    longitude_deg, latitude_deg, radius_m
        The place as it was told.
    """

    release_id: str
    partner: str
    said: Said
    moment_utc: datetime
    was_there: bool
    site_id: str
    detection_ids: frozenset[str]
    longitude_deg: float
    latitude_deg: float
    radius_m: float

    def __post_init__(self) -> None:
        if self.moment_utc.tzinfo is None:
            raise InputError(f"answer to {self.release_id}: {self.moment_utc} has no time zone.")
        if not self.radius_m > 0:
            raise InputError(
                f"answer to {self.release_id}: a place told to {self.radius_m:g} m; a positive "
                "radius is needed."
            )


@dataclass(frozen=True, slots=True)
class VisitWeight:
    """How telling an inspection was.

    Attributes
    ----------
    days
        Between the visit and the nearest sighting.
    if_site, if_none
        Probabilities of what was said, of a site and of anything else.
    log_odds
        ln of their ratio; 0 of what is no test.
    """

    days: float
    if_site: float
    if_none: float
    log_odds: float


def weigh_visit(
    inspection: Inspection, seen_utc: Iterable[datetime], settings: InspectionSettings
) -> VisitWeight:
    """Return how telling an inspection is of a site that was seen at these moments."""
    moment = inspection.moment_utc
    days = min((abs(moment - seen) / _DAY for seen in seen_utc), default=0.0)
    match inspection.said:
        case Said.FOUND | Said.NOTHING:
            by_mistake = settings.false_confirmed
        case Said.DISMANTLED:
            by_mistake = settings.false_dismantled
        case _:
            return VisitWeight(days, 1.0, 1.0, 0.0)
    there = 2.0 ** (-days / settings.half_life_days)
    finds = settings.finds * min(1.0, settings.searches_m / inspection.radius_m)
    finds = max(finds, by_mistake)  # never worse than the mistake: a yes is no argument against
    if_site = there * finds + (1 - there) * by_mistake
    if inspection.said is Said.NOTHING:
        if_site, by_mistake = 1 - if_site, 1 - by_mistake
    return VisitWeight(days, if_site, by_mistake, log(if_site / by_mistake))


def assign(
    inspections: Sequence[Inspection], members: Mapping[str, frozenset[str]],
    places: Mapping[str, Place],
) -> dict[str, tuple[Inspection, ...]]:  # fmt: skip
    """Return which inspections are of which present site; of one that is gone, of none.

    A site may have been made anew since it was told: joined with another, or begun by an earlier
    detection, which changes its id. What was told of it stays with its detections: an answer is of
    the site that has most of them; if none of them is there any more, since all was analysed anew,
    of the site with the id; else of the nearest within `REACH_M` of the place that was told and
    within its radius.

    Parameters
    ----------
    inspections
    members, places : by site's id
        Detections of each, and where it is.
    """
    site_of: dict[str, list[str]] = {}
    for site_id in sorted(members):
        for name in members[site_id]:
            site_of.setdefault(name, []).append(site_id)
    found: dict[str, list[Inspection]] = {}
    for one in sorted(inspections, key=lambda i: (i.moment_utc, i.release_id)):
        site_id = _site_of(one, site_of, places)
        if site_id:
            found.setdefault(site_id, []).append(one)
    return {site_id: tuple(some) for site_id, some in found.items()}


def _site_of(
    one: Inspection, site_of: Mapping[str, Sequence[str]], places: Mapping[str, Place]
) -> str:
    shares = Counter(name for each in one.detection_ids for name in site_of.get(each, ()))
    if shares:
        return max(sorted(shares), key=lambda name: (shares[name], name == one.site_id))
    if one.site_id in places:
        return one.site_id
    told = Place(one.longitude_deg, one.latitude_deg, 1.0, 1.0)
    near = [(distance_m(told, place), name) for name, place in places.items()]
    away_m, name = min(near, default=(float("inf"), ""))
    return name if away_m <= min(one.radius_m, REACH_M) else ""
