"""Sites brought up to date where something was looked at: what is elsewhere stays as it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import shapely
from pyproj import Geod

from cathartes.errors import CasebookError
from cathartes.pipeline.profile_file import profile_of_text, shipped_profile
from cathartes.pipeline.site_answers import TELLING, inspections_of
from cathartes.products.sensitivity import SMALLEST_RATE, SensitivityMap, read_sensitivity
from cathartes.sites.association import reach_m
from cathartes.sites.build import build_sites
from cathartes.sites.detection import Detection
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.inspection import REACH_M
from cathartes.sites.look import Look
from cathartes.sites.neighbourhood import Bounds, neighbourhood
from cathartes.sites.observation import LookOutcome, Observation
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from cathartes.sites.profile import ChemicalProfile
from cathartes.sites.settings import SiteSettings
from cathartes.sites.site import Site
from cathartes.store.interface import Box, Casebook
from cathartes.store.open import OpenedCasebook

SENSITIVITY_ROLE = "sensitivity"
EMITTER_REACH_M = 1000.0
"""No lawful emitter farther from a source explains it."""
MOST_TRIES = 50
_GEOD = Geod(ellps="WGS84")
_EARTH = Box(-180, -90, 180, 90)


@dataclass(frozen=True, slots=True)
class SiteChanges:
    """Ids of sites that an update made, changed or took away."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Looks:
    """What the observations of a casebook, or of some sorties, could have seen at a place."""

    opened: OpenedCasebook
    sortie_ids: frozenset[str] | None = None
    maps: dict[str, SensitivityMap | None] = field(default_factory=dict)

    def at(self, place: Place) -> tuple[Look, ...]:
        """Return a look for each observation that covered a place, by time."""
        longitude, latitude = place.longitude_deg, place.latitude_deg
        point = Box(longitude, latitude, longitude, latitude)
        over = self.opened.casebook.observations_over(point)
        return tuple(
            self._look(one, longitude, latitude)
            for one in over
            if one.footprint is not None
            and (self.sortie_ids is None or one.sortie_id in self.sortie_ids)
            and shapely.intersects_xy(one.footprint, longitude, latitude)
        )

    def _look(self, one: Observation, longitude_deg: float, latitude_deg: float) -> Look:
        seen = self._map_of(one)
        rates = {} if seen is None else seen.at(longitude_deg, latitude_deg, SMALLEST_RATE)
        return Look(
            observation_id=one.id,
            moment_utc=one.began_utc,
            conclusive=one.outcome is not LookOutcome.INCONCLUSIVE,
            smallest_rate_kg_h={
                chemical: rate if np.isfinite(rate) and rate > 0 else None
                for chemical, rate in rates.items()
            },
            sortie_id=one.sortie_id,
            footprint_km2=_area_km2(one),
        )

    def _map_of(self, one: Observation) -> SensitivityMap | None:
        if one.id not in self.maps:
            own = [asset for asset in one.assets if asset.role == SENSITIVITY_ROLE]
            self.maps[one.id] = (
                read_sensitivity(self.opened.evidence.read(own[0].sha256)) if own else None
            )
        return self.maps[one.id]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a partner was told of: detections, and the ground about the place."""

    detection_ids: tuple[str, ...]
    box: Box


def update_sites(
    opened: OpenedCasebook,
    observations: Iterable[Observation],
    actor: str,
) -> SiteChanges:
    """Bring the sites up to date that observations touch, and tell what changed.

    Touched are detections and sites on the ground that the observations looked at, whatever is
    linked with them, and sites that lost a part of their evidence. Done again after a kill, it
    changes nothing the second time.

    Parameters
    ----------
    opened
    observations
        New ones, or ones that were removed.
    actor
        For the audit.
    """
    looked = tuple(observations)
    return _until_nothing_changes(opened, lambda: _updated(opened, looked, actor))


def update_answered_site(opened: OpenedCasebook, release_id: str, actor: str) -> SiteChanges:
    """Bring the site of a release up to date after its partner answered, and tell what changed.

    Done again after a kill, it changes nothing the second time; of a drill, nothing at all.

    Parameters
    ----------
    opened
    release_id
    actor
        For the audit.
    """
    book = opened.casebook
    release = book.release(release_id)
    finding = book.release_content(release_id).finding
    heard = {kept.response.answer for kept in book.responses([release_id])[release_id]}
    if release.is_exercise or finding is None or not heard & TELLING:
        return SiteChanges()
    cell = finding.place.cell
    at = Box(cell.longitude_deg, cell.latitude_deg, cell.longitude_deg, cell.latitude_deg)
    told = _Told(tuple(sorted(release.basis.detection_sha256)), _wider(at, REACH_M))
    return _until_nothing_changes(opened, lambda: _updated(opened, (), actor, told))


def update_all_sites(opened: OpenedCasebook, actor: str) -> SiteChanges:
    """Make every site again from all that is in the casebook, and tell what changed."""
    book = opened.casebook

    def updated() -> SiteChanges | None:
        as_of = book.audit_number()
        detections = {placed.detection.id: placed.detection for placed in book.sources_near(_EARTH)}
        before = {site.id: site for site in book.sites_in(_EARTH)}
        return _put(opened, tuple(detections.values()), before, actor, as_of)

    return _until_nothing_changes(opened, updated)


def _until_nothing_changes(
    opened: OpenedCasebook, update: Callable[[], SiteChanges | None]
) -> SiteChanges:
    """Update until nobody changed the casebook meanwhile."""
    for _ in range(MOST_TRIES):
        changes = update()
        if changes is not None:
            return changes
    raise CasebookError(
        f"{opened.where}: others changed the casebook {MOST_TRIES} times while sites were made of "
        "it; run the same again when they are done (cathartes sites --rebuild does it alone)."
    )


def _updated(
    opened: OpenedCasebook,
    looked: Sequence[Observation],
    actor: str,
    told: _Told | None = None,
) -> SiteChanges | None:
    """Return what changed where was looked; None if others changed something meanwhile."""
    book, settings = opened.casebook, SiteSettings()
    as_of = book.audit_number()
    # A plume's source may lie upwind of all that was looked at.
    seeds = {found.detection.id: found.detection
             for one in looked for found in book.detections_of(one.id)}  # fmt: skip
    before = {site_id: book.site(site_id) for site_id in book.stale_site_ids()}
    if told is not None:
        named = book.detections_of_ids(told.detection_ids)
        seeds |= {found.detection.id: found.detection for found in named}
        before |= {site.id: site for site in book.sites_in(told.box)}
    for box in [_box_of(one) for one in looked if one.footprint is not None]:
        seeds |= {placed.detection.id: placed.detection for placed in book.sources_near(box)}
        before |= {site.id: site for site in book.sites_in(_grown(box, settings))}
    for site in before.values():  # what lost a source has others, perhaps outside the box
        seeds |= {one.id: one for one in _members(book, site)}
    linked = neighbourhood(
        list(seeds.values()), lambda bounds: _detections_in(book, bounds), settings.association
    )
    names = {name for one in linked for name in book.detection(one.id).site_ids if name}
    before |= {name: book.site(name) for name in names - set(before)}
    return _put(opened, linked, before, actor, as_of)


def sites_of_sorties(opened: OpenedCasebook, sortie_ids: Iterable[str]) -> tuple[Site, ...]:
    """Return the sites that follow from some sorties alone, by value; nothing is kept."""
    book, chosen = opened.casebook, frozenset(sortie_ids)
    detections = [
        found.detection
        for sortie_id in sorted(chosen)
        for one in book.observations(sortie_id)
        for found in book.detections_of(one.id)
    ]
    emitters = _emitters_near(book, detections)
    looks = _Looks(opened, chosen)
    return build_sites(detections, looks.at, emitters, profile_of(book), SiteSettings()).sites


def _put(
    opened: OpenedCasebook,
    detections: Sequence[Detection],
    before: dict[str, Site],
    actor: str,
    as_of: int,
) -> SiteChanges | None:
    """Put the sites of detections in the place of others, where they differ.

    None if others changed something since the audit had the number `as_of`.
    """
    book = opened.casebook
    emitters = _emitters_near(book, detections)
    answers = inspections_of(book, detections)
    found = build_sites(
        detections, _Looks(opened).at, emitters, profile_of(book), SiteSettings(), answers
    )
    new = {site.id: site for site in found.sites}
    added = tuple(sorted(set(new) - set(before)))
    changed = tuple(sorted(one for one in set(new) & set(before) if new[one] != before[one]))
    removed = tuple(sorted(set(before) - set(new)))
    if added or changed or removed:
        kept = [new[one] for one in sorted((*added, *changed))]
        if not book.put_sites(kept, removed, actor, datetime.now(UTC), as_of):
            return None
    return SiteChanges(added, changed, removed)


def profile_of(book: Casebook) -> ChemicalProfile:
    """Return the chemical profile that a casebook's sites are weighed by."""
    toml = book.profile()
    return profile_of_text(toml, "the casebook's profile") if toml else shipped_profile()


def _members(book: Casebook, site: Site) -> Iterable[Detection]:
    """Yield the detections of a site that are still there."""
    for name in dict.fromkeys(source.rpartition(".")[0] for source in site.source_ids):
        try:
            yield book.detection(name).detection
        except CasebookError:  # removed, or superseded
            continue


def _detections_in(book: Casebook, bounds: Bounds) -> tuple[Detection, ...]:
    box = Box(bounds.west_deg, bounds.south_deg, bounds.east_deg, bounds.north_deg)
    return tuple(placed.detection for placed in book.sources_near(box))


def _emitters_near(book: Casebook, detections: Sequence[Detection]) -> tuple[LawfulEmitter, ...]:
    """Return the lawful emitters in the box of all sources, and a kilometre about it."""
    places = [source.place for one in detections for source in one.sources]
    if not places:
        return ()
    longitudes = [place.longitude_deg for place in places]
    latitudes = [place.latitude_deg for place in places]
    box = Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    return book.emitters_in(_wider(box, EMITTER_REACH_M))


def _box_of(one: Observation) -> Box:
    west, south, east, north = shapely.total_bounds(one.footprint)
    return Box(float(west), float(south), float(east), float(north))


def _grown(box: Box, settings: SiteSettings) -> Box:
    return _wider(box, reach_m(settings.association))


def _wider(box: Box, metres: float) -> Box:
    """Return a box that reaches so much farther to all sides."""
    west, south = moved(box.west_deg, box.south_deg, -metres, -metres)
    east, north = moved(box.east_deg, box.north_deg, metres, metres)
    return Box(west, south, east, north)


def _area_km2(one: Observation) -> float | None:
    """Return the area of a footprint; None without one."""
    if one.footprint is None:
        return None
    area_m2, _ = _GEOD.geometry_area_perimeter(one.footprint)
    return abs(float(area_m2)) / 1e6 or None
