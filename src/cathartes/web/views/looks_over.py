"""Every look over a site's place, whatever came of it: what could be seen, against what was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely import Point

from cathartes.sites.detection import UNKNOWN
from cathartes.sites.observation import LookOutcome, Observation, Sensitivity, Wind
from cathartes.sites.site import Site
from cathartes.store.interface import FoundDetection
from cathartes.web.desk import Desk
from cathartes.web.views.shapes import box_about

_REACH_M = 1.0
"""A place is a point to footprints."""


@dataclass(frozen=True, slots=True)
class WindView:
    """A mean wind with its standard deviations; `from_deg` is clockwise from north."""

    speed_m_s: float
    speed_sd_m_s: float
    from_deg: float
    from_sd_deg: float


@dataclass(frozen=True, slots=True)
class LookOver:
    """One look over a place.

    Attributes
    ----------
    observation_id, name, sortie_id, kind
    moment_utc
        None if not known.
    here
        "detections", "nothing found" or "inconclusive": of this place, not of the whole look.
    reason
        Of an inconclusive one.
    detection_ids
        Of the site.
    snr
        Of the strongest of these; None if not known.
    chemical, smallest_rate_kg_h : [kg h-1]
        Of the site's chemicals the one that this look sees best, by the median over its footprint;
        "" and None where none is known.
    wind
    """

    observation_id: str
    name: str
    sortie_id: str
    kind: str
    moment_utc: datetime | None
    here: str
    reason: str
    detection_ids: tuple[str, ...]
    snr: float | None
    chemical: str
    smallest_rate_kg_h: float | None
    wind: WindView | None


def looks_over(desk: Desk, site: Site, found: Sequence[FoundDetection]) -> tuple[LookOver, ...]:
    """Return every look over a site, by time, those without a time last.

    Parameters
    ----------
    desk
    site
    found
        The site's detections.
    """
    here = Point(site.place.longitude_deg, site.place.latitude_deg)
    near = desk.casebook.observations_over(box_about(site.place, _REACH_M))
    over = {one.id: one for one in near if one.footprint is not None and one.footprint.covers(here)}
    of: dict[str, list[FoundDetection]] = {}
    for one in found:
        of.setdefault(one.detection.observation_id, []).append(one)
    missing = [one for one in of if one not in over]
    over |= {one.id: one for one in desk.casebook.observations_of_ids(missing)}
    looks = [_look(one, of.get(one.id, []), site) for one in over.values()]
    timed = sorted(
        (one for one in looks if one.moment_utc is not None),
        key=lambda one: (one.moment_utc, one.observation_id),
    )
    return (*timed, *(one for one in looks if one.moment_utc is None))


def wind_view(wind: Wind | None) -> WindView | None:
    """Return a wind as it is shown."""
    if wind is None:
        return None
    return WindView(wind.speed_m_s, wind.speed_sd_m_s, wind.from_deg % 360, wind.from_sd_deg)


def _look(look: Observation, seen: Sequence[FoundDetection], site: Site) -> LookOver:
    best = _best(look.sensitivities, site.chemicals)
    outcome = LookOutcome.DETECTIONS if seen else look.outcome
    if not seen and look.outcome is LookOutcome.DETECTIONS:
        outcome = LookOutcome.NOTHING_FOUND  # not here
    strengths = [one.detection.snr for one in seen if one.detection.snr is not None]
    return LookOver(
        observation_id=look.id,
        name=look.name,
        sortie_id=look.sortie_id,
        kind=look.kind.value,
        moment_utc=look.began_utc or (seen[0].detection.seen_utc if seen else None),
        here=outcome.value,
        reason=look.reason,
        detection_ids=tuple(one.detection.id for one in seen),
        snr=max(strengths, default=None),
        chemical="" if best is None else best.chemical,
        smallest_rate_kg_h=None if best is None else best.smallest_rate_kg_h,
        wind=wind_view(look.wind),
    )


def _best(each: Sequence[Sensitivity], chemicals: Sequence[str]) -> Sensitivity | None:
    """Return the sensitivity to that of some chemicals that is seen best."""
    wanted = set(chemicals) - {UNKNOWN}
    known: Mapping[float, Sensitivity] = {
        one.smallest_rate_kg_h: one
        for one in each
        if one.chemical in wanted and one.smallest_rate_kg_h is not None
    }
    return known[min(known)] if known else None
