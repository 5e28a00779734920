"""Sites in a list: the most valuable first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cathartes.sites.site import Site
from cathartes.store.filters import SiteFilter
from cathartes.web.desk import Desk
from cathartes.web.views.shapes import GeoJson, point_of
from cathartes.web.views.verdicts import Standing, site_standing
from cathartes.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site in short.

    Attributes
    ----------
    id
    geometry
        Its point.
    radius_m : [m]
        Of a circle as large as its ellipse of one standard deviation.
    chemicals
        Most often seen first.
    n_detections, n_looks
        Observations that showed it, and that covered it conclusively.
    first_seen_utc, last_seen_utc
    probability, probability_low, probability_high
        With an interval of 90 %.
    explained_by
        Id of a lawful emitter; "" if none explains it.
    value, why
        Of looking at it next, and what that rests on.
    standing
        As far as the visitor may know.
    """

    id: str
    geometry: GeoJson
    radius_m: float
    chemicals: tuple[str, ...]
    n_detections: int
    n_looks: int
    first_seen_utc: datetime | None
    last_seen_utc: datetime | None
    probability: float
    probability_low: float
    probability_high: float
    explained_by: str
    value: float
    why: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of sites; `next` is what the page after it begins `after`, None on the last."""

    sites: tuple[SiteRow, ...]
    next: str | None


def site_page(desk: Desk, visitor: Visitor, wanted: SiteFilter, limit: int, after: str) -> SitePage:
    """Return a page of sites."""
    found = desk.casebook.sites_page(wanted, limit + 1, after)
    shown = found[:limit]
    more = shown[-1].id if len(found) > limit else None
    return SitePage(site_rows(desk, visitor, shown), more)


def site_rows(desk: Desk, visitor: Visitor, sites: Sequence[Site]) -> tuple[SiteRow, ...]:
    """Return sites in short, as a visitor may see them."""
    ids = {site.id: detection_ids_of(site) for site in sites}
    settled = desk.casebook.settlements([one for some in ids.values() for one in some])
    return tuple(
        SiteRow(
            id=site.id,
            geometry=point_of(site.place),
            radius_m=site.place.radius_m,
            chemicals=site.chemicals,
            n_detections=site.n_detections,
            n_looks=site.n_looks,
            first_seen_utc=site.first_seen_utc,
            last_seen_utc=site.last_seen_utc,
            probability=site.probability,
            probability_low=site.probability_low,
            probability_high=site.probability_high,
            explained_by=site.explained_by,
            value=site.value,
            why=site.why,
            standing=site_standing(visitor, [settled[one] for one in ids[site.id]]),
        )
        for site in sites
    )


def detection_ids_of(site: Site) -> tuple[str, ...]:
    """Return the ids of a site's detections, in order of time: sources' without their number."""
    return tuple(dict.fromkeys(one.rpartition(".")[0] for one in site.source_ids))
