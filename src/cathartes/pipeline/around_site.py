"""What a casebook has around a site: looks over it, and lawful emitters near it."""

from collections.abc import Mapping

import numpy as np
from shapely import Point

from cathartes.products.sensitivity import DETECTABLE_COLUMN, SMALLEST_RATE, read_sensitivity
from cathartes.sites.detection import Detection
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import Observation
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store.evidence import EvidenceStore
from cathartes.store.interface import Box, Casebook


def detections_of_site(book: Casebook, site: Site) -> tuple[Detection, ...]:
    """Return the detections that a site rests on, in the order of its sources."""
    sources = set(site.source_ids)
    names = dict.fromkeys(source.rsplit(".", 1)[0] for source in site.source_ids)
    found = (book.detection(name).detection for name in names)
    return tuple(one for one in found if sources & {source.id for source in one.sources})


def looks_over(book: Casebook, place: Place) -> tuple[Observation, ...]:
    """Return the observations whose footprint holds a place."""
    middle = Point(place.longitude_deg, place.latitude_deg)
    return tuple(
        one
        for one in book.observations_over(Box(middle.x, middle.y, middle.x, middle.y))
        if one.footprint is not None and one.footprint.intersects(middle)
    )


def smallest_seen(
    evidence: EvidenceStore, look: Observation, place: Place
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Return what a look would have found at a place with a probability of 0.95, by chemical.

    Returns
    -------
    smallest_rate_kg_h, smallest_column_ppm_m
        Infinite where nothing could be seen; nothing of what is not known.

    Raises
    ------
    EvidenceError
        If its sensitivity map can't be read.
    """
    asset = next((one for one in look.assets if one.role == "sensitivity"), None)
    if asset is None:
        return {}, {}
    seen = read_sensitivity(evidence.read(asset.sha256))
    at = (place.longitude_deg, place.latitude_deg)
    return seen.at(*at, SMALLEST_RATE), seen.at(*at, DETECTABLE_COLUMN)


def emitters_near(
    book: Casebook, place: Place, within_km: float
) -> tuple[tuple[LawfulEmitter, float], ...]:
    """Return lawful emitters with their distances [m], the nearest first."""
    reach = within_km * 1000
    west, south = moved(place.longitude_deg, place.latitude_deg, -reach, -reach)
    east, north = moved(place.longitude_deg, place.latitude_deg, reach, reach)
    at = Point(place.longitude_deg, place.latitude_deg)
    near = []
    for emitter in book.emitters_in(Box(west, south, east, north)):
        closest = emitter.area if emitter.area.geom_type == "Point" else _closest(emitter, at)
        away = float(np.hypot(*offset_m(at.x, at.y, closest.x, closest.y)))
        near.append((emitter, away))
    return tuple(sorted(near, key=lambda one: (one[1], one[0].id)))


def _closest(emitter: LawfulEmitter, at: Point) -> Point:
    """Return the point of an emitter's area next to a place; the place itself if inside."""
    if emitter.area.intersects(at):
        return at
    boundary = emitter.area.boundary
    return Point(boundary.interpolate(boundary.project(at)))
