"""A site, the case: its evidence, every look over it, its plumes, neighbours and history."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from cathartes.sites.place import Place
from cathartes.sites.site import EvidenceKind, EvidenceLine, Site
from cathartes.store.interface import FoundDetection
from cathartes.web.desk import Desk
from cathartes.web.views.answers import AnswerView, answer_views
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.looks_over import LookOver, looks_over
from cathartes.web.views.releases import ReleaseRow, releases_of_site
from cathartes.web.views.shapes import (
    GeoJson,
    Offset,
    PlaceView,
    box_about,
    geojson,
    offset_to,
    offset_to_area,
    place_view,
)
from cathartes.web.views.site_rows import SiteRow, detection_ids_of, site_rows
from cathartes.web.views.verdicts import ReviewView, Standing, reviews_view, standing
from cathartes.web.visitor import Visitor

NEIGHBOURS_M = 1000.0
"""Within which other sites and lawful emitters are shown."""
MOST_NEIGHBOURS = 20

_LINKS = {
    EvidenceKind.DETECTION: "/detections/",
    EvidenceKind.EMPTY_LOOK: "/observations/",
    EvidenceKind.LAWFUL_EMITTER: "#emitter-",
    EvidenceKind.RESPONSE: "/releases/",
}


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One summand of the log-odds; `link` leads to what it refers to, "" if to nothing."""

    kind: str
    log_odds: float
    text: str
    refers_to: str
    link: str
    moment_utc: datetime | None


@dataclass(frozen=True, slots=True)
class PlumeView:
    """One of a site's detections, as it lies on the map.

    Attributes
    ----------
    detection_id, seen_utc, kind, chemical, snr
    geometry
        Its outline; None of a log.
    place
        Of the source that is attributed to the site.
    standing, reviews
        As far as the visitor may know.
    """

    detection_id: str
    seen_utc: datetime | None
    kind: str
    chemical: str
    snr: float | None
    geometry: GeoJson | None
    place: PlaceView
    standing: Standing
    reviews: tuple[ReviewView, ...]


@dataclass(frozen=True, slots=True)
class EmitterView:
    """A lawful emitter and where its nearest point lies."""

    id: str
    name: str
    kind: str
    chemicals: tuple[str, ...]
    source: str
    geometry: GeoJson | None
    offset: Offset


@dataclass(frozen=True, slots=True)
class NeighbourView:
    """Another site and where it lies."""

    site: SiteRow
    offset: Offset


@dataclass(frozen=True, slots=True)
class SiteRelease:
    """A release of a site, and what was answered to it."""

    about: ReleaseRow
    answers: tuple[AnswerView, ...]


@dataclass(frozen=True, slots=True)
class SiteView:
    """All that is shown of a site.

    Attributes
    ----------
    about, place
    evidence, log_odds
        Lines, and their sum.
    looks
        Every one over it, by time.
    plumes
        Its detections, newest first.
    emitters, neighbours
        Within a kilometre, nearest first.
    releases
        Those that the visitor may know of, the last drafted first.
    audit
        None to one who may not read it.
    """

    about: SiteRow
    place: PlaceView
    evidence: tuple[EvidenceView, ...]
    log_odds: float
    looks: tuple[LookOver, ...]
    plumes: tuple[PlumeView, ...]
    emitters: tuple[EmitterView, ...]
    neighbours: tuple[NeighbourView, ...]
    releases: tuple[SiteRelease, ...]
    audit: tuple[AuditLine, ...] | None


def site_view(desk: Desk, visitor: Visitor, site_id: str) -> SiteView:
    """Return a site as a visitor may see it; CasebookError if it is not there."""
    site = desk.casebook.site(site_id)
    ids = detection_ids_of(site)
    found = desk.casebook.detections_of_ids(ids)
    looks = looks_over(desk, site, found)
    subjects = (site.id, *ids, *(one.observation_id for one in looks))
    return SiteView(
        about=site_rows(desk, visitor, [site])[0],
        place=place_view(site.place),
        evidence=tuple(_line(one) for one in site.evidence),
        log_odds=sum(one.log_odds for one in site.evidence),
        looks=looks,
        plumes=_plumes(desk, visitor, site, found),
        emitters=emitters_near(desk, site.place),
        neighbours=_neighbours(desk, visitor, site),
        releases=_releases(desk, visitor, site_id),
        audit=audit_excerpt(desk, visitor, subjects),
    )


def emitters_near(desk: Desk, place: Place) -> tuple[EmitterView, ...]:
    """Return the lawful emitters within a kilometre, nearest first."""
    near = desk.casebook.emitters_in(box_about(place, NEIGHBOURS_M))
    views = [
        EmitterView(
            id=one.id,
            name=one.name,
            kind=one.kind,
            chemicals=one.chemicals,
            source=one.source,
            geometry=geojson(one.area),
            offset=offset_to_area(place, one.area),
        )
        for one in near
    ]
    views.sort(key=lambda one: (one.offset.distance_m, one.id))
    return tuple(one for one in views if one.offset.distance_m <= NEIGHBOURS_M)[:MOST_NEIGHBOURS]


def _releases(desk: Desk, visitor: Visitor, site_id: str) -> tuple[SiteRelease, ...]:
    rows = releases_of_site(desk, visitor, site_id)
    answers = desk.casebook.responses([one.id for one in rows]) if rows else {}
    return tuple(SiteRelease(one, answer_views(answers.get(one.id, ()))) for one in rows)


def _line(one: EvidenceLine) -> EvidenceView:
    base = _LINKS.get(one.kind, "")
    link = base + quote(one.refers_to, safe="") if base and one.refers_to else ""
    return EvidenceView(one.kind.value, one.log_odds, one.text, one.refers_to, link, one.moment_utc)


def _plumes(
    desk: Desk, visitor: Visitor, site: Site, found: tuple[FoundDetection, ...]
) -> tuple[PlumeView, ...]:
    ids = [one.detection.id for one in found]
    settled = desk.casebook.settlements(ids)
    reviews = reviews_view(desk, visitor, ids)
    views = []
    for one in found:
        detection = one.detection
        source = next(s for s in detection.sources if s.id in site.source_ids)
        views.append(
            PlumeView(
                detection_id=detection.id,
                seen_utc=detection.seen_utc,
                kind=detection.kind.value,
                chemical=detection.chemical,
                snr=detection.snr,
                geometry=geojson(detection.outline),
                place=place_view(source.place),
                standing=standing(visitor, settled[detection.id]),
                reviews=reviews[detection.id],
            )
        )
    return tuple(views)


def _neighbours(desk: Desk, visitor: Visitor, site: Site) -> tuple[NeighbourView, ...]:
    near = desk.casebook.sites_in(box_about(site.place, NEIGHBOURS_M))
    placed = [
        (offset_to(site.place, one.place.longitude_deg, one.place.latitude_deg), one)
        for one in near
        if one.id != site.id
    ]
    placed.sort(key=lambda pair: (pair[0].distance_m, pair[1].id))
    kept = [pair for pair in placed if pair[0].distance_m <= NEIGHBOURS_M][:MOST_NEIGHBOURS]
    rows = site_rows(desk, visitor, [one for _, one in kept])
    return tuple(NeighbourView(row, offset) for row, (offset, _) in zip(rows, kept, strict=True))
