"""The collections that a GIS sees, and their features as GeoJSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import shapely
from pydantic import JsonValue
from shapely.geometry.base import BaseGeometry

from cathartes.casework.roles import Action
from cathartes.sites.detection import Detection
from cathartes.sites.observation import Observation
from cathartes.sites.site import Site
from cathartes.store.interface import Box, FeatureFilter, FoundDetection
from cathartes.web.desk import Desk
from cathartes.web.guard import require
from cathartes.web.own import check_own, own_sorties
from cathartes.web.views.shapes import GeoJson, geojson
from cathartes.web.views.verdicts import standing
from cathartes.web.visitor import Visitor

Properties = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature; `geometry` is None where nobody knows where it lies."""

    id: str
    geometry: GeoJson | None
    properties: Properties


@dataclass(frozen=True, slots=True)
class Features:
    """A page of features, and whether there are more after the one of id `last_id`."""

    features: tuple[Feature, ...]
    last_id: str
    has_more: bool


_Read = Callable[[Desk, Visitor, FeatureFilter, int, str], Features]
_ReadOne = Callable[[Desk, Visitor, str], Feature]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection.

    Attributes
    ----------
    id, title, description
    action
        What one must be allowed to do to read it.
    read, read_one
    """

    id: str
    title: str
    description: str
    action: Action
    read: _Read
    read_one: _ReadOne


def _sites(desk: Desk, visitor: Visitor, wanted: FeatureFilter, n: int, after: str) -> Features:  # noqa: ARG001
    found = desk.casebook.site_features(wanted, n + 1, after)
    return _page([(one.id, _of_site(one)) for one in found], n)


def _site(desk: Desk, visitor: Visitor, one_id: str) -> Feature:  # noqa: ARG001
    return _of_site(desk.casebook.site(one_id))


def _of_site(site: Site) -> Feature:
    place = site.place
    return Feature(
        site.id,
        geojson(shapely.Point(place.longitude_deg, place.latitude_deg)),
        {
            "probability": site.probability,
            "probability_low": site.probability_low,
            "probability_high": site.probability_high,
            "value": site.value,
            "why": site.why,
            "chemicals": ", ".join(site.chemicals),
            "n_detections": site.n_detections,
            "n_looks": site.n_looks,
            "first_seen": _text(site.first_seen_utc),
            "last_seen": _text(site.last_seen_utc),
            "explained_by": site.explained_by,
            "radius_m": round(place.radius_m, 2),
        },
    )


def _detections(
    desk: Desk, visitor: Visitor, wanted: FeatureFilter, n: int, after: str
) -> Features:
    found = desk.casebook.detection_features(wanted, n + 1, after)
    properties = _of_detections(desk, visitor, found)
    return _page(
        [
            (one.detection.id, Feature(one.detection.id, _origin(one.detection), told))
            for one, told in zip(found, properties, strict=True)
        ],
        n,
    )


def _detection(desk: Desk, visitor: Visitor, one_id: str) -> Feature:
    found = desk.casebook.detection(one_id)
    (told,) = _of_detections(desk, visitor, [found])
    return Feature(one_id, _origin(found.detection), told)


def _plumes(desk: Desk, visitor: Visitor, wanted: FeatureFilter, n: int, after: str) -> Features:
    """Return a page of outlines; the boxes are those of their origins."""
    found = desk.casebook.detection_features(wanted, n + 1, after)
    properties = _of_detections(desk, visitor, found)
    page = _page(
        [
            (one.detection.id, Feature(one.detection.id, geojson(one.detection.outline), told))
            for one, told in zip(found, properties, strict=True)
        ],
        n,
    )
    return replace(page, features=tuple(one for one in page.features if one.geometry))


def _plume(desk: Desk, visitor: Visitor, one_id: str) -> Feature:
    found = desk.casebook.detection(one_id)
    (told,) = _of_detections(desk, visitor, [found])
    return Feature(one_id, geojson(found.detection.outline), told)


def _origin(detection: Detection) -> GeoJson | None:
    place = detection.sources[0].place
    return geojson(shapely.Point(place.longitude_deg, place.latitude_deg))


def _of_detections(
    desk: Desk, visitor: Visitor, found: Sequence[FoundDetection]
) -> list[Properties]:
    settled = desk.casebook.settlements([one.detection.id for one in found])
    return [
        {
            "observation": one.detection.observation_id,
            "number": one.detection.number,
            "kind": one.detection.kind.value,
            "seen": _text(one.detection.seen_utc),
            "chemical": one.detection.chemical,
            "chemical_probability": next(
                each.probability
                for each in one.detection.candidates
                if each.chemical == one.detection.chemical
            ),
            "snr": one.detection.snr,
            "false_alarm_probability": one.detection.false_alarm_probability,
            "expected_by_chance": one.detection.expected_by_chance,
            "rate_kg_h": _rate(one.detection),
            "radius_m": round(one.detection.sources[0].place.radius_m, 2),
            "sites": ", ".join(sorted({site for site in one.site_ids if site})),
            "flags": ", ".join(one.detection.flags),
            "state": standing(visitor, settled[one.detection.id]).state,
        }
        for one in found
    ]


def _rate(detection: Detection) -> float | None:
    rate = detection.sources[0].rate
    return None if rate is None else rate.median_kg_h


def _looks(desk: Desk, visitor: Visitor, wanted: FeatureFilter, n: int, after: str) -> Features:
    of_theirs = replace(wanted, sortie_ids=own_sorties(desk, visitor))
    found = desk.casebook.look_features(of_theirs, n + 1, after)
    page = _page([(one.id, _of_look(one)) for one in found], n)
    kept = {one.id for one in found if _meets(one.footprint, wanted.boxes)}
    return replace(page, features=tuple(one for one in page.features if one.id in kept))


def _look(desk: Desk, visitor: Visitor, one_id: str) -> Feature:
    found = desk.casebook.observation(one_id)
    check_own(desk, visitor, found.sortie_id)
    return _of_look(found)


def _of_look(one: Observation) -> Feature:
    return Feature(
        one.id,
        geojson(one.footprint),
        {
            "sortie": one.sortie_id,
            "mandate": one.mandate_id,
            "name": one.name,
            "kind": one.kind.value,
            "began": _text(one.began_utc),
            "ended": _text(one.ended_utc),
            "instrument": one.instrument,
            "outcome": one.outcome.value,
            "reason": one.reason,
            "n_total": one.masked.n_total,
            "n_analysed": one.masked.n_analysed,
        },
    )


def _meets(geometry: BaseGeometry | None, boxes: Sequence[Box]) -> bool:
    """Return whether a geometry itself, not its box alone, meets one of the boxes."""
    if not boxes:
        return True
    if geometry is None:
        return False
    return any(
        geometry.intersects(shapely.box(one.west_deg, one.south_deg, one.east_deg, one.north_deg))
        for one in boxes
    )


def _page(found: Sequence[tuple[str, Feature]], n: int) -> Features:
    kept = found[:n]
    last_id = kept[-1][0] if kept else ""
    return Features(tuple(feature for _, feature in kept), last_id, len(found) > n)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        one.id: one
        for one in (
            Collection(
                "sites",
                "Sites",
                "Places that detections of many flights are attributed to, with the probability "
                "that each is one that is looked for. They stay in time from first to last seen.",
                Action.READ_CASES,
                _sites,
                _site,
            ),
            Collection(
                "detections",
                "Detections",
                "What stood out in one observation, at its most likely origin.",
                Action.READ_CASES,
                _detections,
                _detection,
            ),
            Collection(
                "plumes",
                "Plumes",
                "The outlines of detections in cubes; bbox is that of their likeliest origins.",
                Action.READ_CASES,
                _plumes,
                _plume,
            ),
            Collection(
                "observations",
                "Observations",
                "Every look with its footprint and what came of it: also nothing found, also "
                "inconclusive.",
                Action.READ_LOOKS,
                _looks,
                _look,
            ),
        )
    }
)


def may_read(visitor: Visitor, collection: Collection) -> bool:
    """Return whether a visitor may read a collection."""
    return visitor.may(collection.action)


def check_may_read(visitor: Visitor, collection: Collection) -> None:
    """Check that a visitor may; AccessError if not."""
    require(visitor, collection.action)
