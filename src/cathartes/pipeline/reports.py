"""Reports to look at: what a casebook knows of a site or a look, gathered and printed."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from shapely import MultiPolygon, Point

from cathartes.errors import EvidenceError
from cathartes.products.observation_report import ObservationReport, write_observation_report
from cathartes.products.report_page import check_report_path
from cathartes.products.report_words import Language, ReportWords
from cathartes.products.sensitivity import DETECTABLE_COLUMN, SMALLEST_RATE, read_sensitivity
from cathartes.products.site_report import (
    EMITTERS_WITHIN_KM,
    SiteLook,
    SiteReport,
    write_site_report,
)
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import Observation
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store.evidence import EvidenceStore
from cathartes.store.interface import Box
from cathartes.store.open import OpenedCasebook, open_casebook

MOST_CONTEXTS = 6
"""Images of the ground that are laid over each other on a site's map."""


def sites_report(
    casebook: str | Path,
    site_id: str,
    out: str | Path,
    *,
    language: Language = Language.ENGLISH,
    reviews: tuple[str, ...] = (),
) -> None:
    """Print a site: map of its plumes, looks against detections, evidence, and what was not seen.

    Parameters
    ----------
    casebook
    site_id
    out
        A PDF, or a PNG with the pages one below the other; one that is there is replaced.
    language
    reviews
        Lines of text about what reviewers said.

    Raises
    ------
    CasebookError
        If the site is not there.
    SettingsError, OutputError
        If there can be no such file.
    """
    check_report_path(Path(out))
    with open_casebook(casebook) as opened:
        print_site(opened, site_id, Path(out), language=language, reviews=reviews)


def print_site(
    opened: OpenedCasebook,
    site_id: str,
    path: Path,
    *,
    language: Language = Language.ENGLISH,
    reviews: tuple[str, ...] = (),
) -> None:
    """Print a site of a casebook that is open; see `sites_report`."""
    check_report_path(path)
    site = opened.casebook.site(site_id)
    looks = _looks_at(opened, site)
    contexts = _contexts(opened.evidence, looks)
    report = SiteReport(
        site=site,
        looks=looks,
        emitters=_emitters_near(opened, site.place),
        contexts=contexts,
        context_in_k=bool(contexts) and _in_kelvin(contexts[0]),
        reviews=reviews,
    )
    write_site_report(path, report, ReportWords(Language(language)))


def observations_report(
    casebook: str | Path,
    observation_id: str,
    out: str | Path,
    *,
    language: Language = Language.ENGLISH,
) -> None:
    """Print a look: what came of it and why, plumes on the ground, and what could have been seen.

    Parameters
    ----------
    casebook
    observation_id
    out
        A PDF, or a PNG with the pages one below the other; one that is there is replaced.
    language

    Raises
    ------
    CasebookError
        If the observation is not there.
    SettingsError, OutputError
        If there can be no such file.
    """
    check_report_path(Path(out))
    with open_casebook(casebook) as opened:
        print_observation(opened, observation_id, Path(out), language=language)


def print_observation(
    opened: OpenedCasebook,
    observation_id: str,
    path: Path,
    *,
    language: Language = Language.ENGLISH,
) -> None:
    """Print a look of a casebook that is open; see `observations_report`."""
    check_report_path(path)
    observation = opened.casebook.observation(observation_id)
    context = _context(opened.evidence, observation)
    report = ObservationReport(
        observation=observation,
        detections=tuple(
            (found.detection, found.site_ids)
            for found in opened.casebook.detections_of(observation_id)
        ),
        context=context,
        context_in_k=context is not None and _in_kelvin(context),
    )
    write_observation_report(path, report, ReportWords(Language(language)))


def _looks_at(opened: OpenedCasebook, site: Site) -> tuple[SiteLook, ...]:
    """Return the looks that covered a site's middle, and those that saw it, by time."""
    book, place = opened.casebook, site.place
    middle = Point(place.longitude_deg, place.latitude_deg)
    sources = set(site.source_ids)
    outlines: dict[str, list[MultiPolygon]] = {}
    for name in dict.fromkeys(source.rsplit(".", 1)[0] for source in site.source_ids):
        one = book.detection(name).detection
        if sources.intersection(source.id for source in one.sources):
            mine = outlines.setdefault(one.observation_id, [])
            mine += [one.outline] if one.outline is not None else []
    box = Box(middle.x, middle.y, middle.x, middle.y)
    over = {
        one.id: one
        for one in book.observations_over(box)
        if one.footprint is not None and one.footprint.intersects(middle)
    }
    over |= {name: book.observation(name) for name in outlines if name not in over}
    timed = sorted(over.values(), key=lambda o: (o.began_utc is None, str(o.began_utc), o.id))
    return tuple(
        _look(number, one, outlines, place, opened.evidence)
        for number, one in enumerate(timed, start=1)
    )


def _look(
    number: int,
    observation: Observation,
    outlines: dict[str, list[MultiPolygon]],
    place: Place,
    evidence: EvidenceStore,
) -> SiteLook:
    saw = observation.id in outlines
    asset = next((one for one in observation.assets if one.role == "sensitivity"), None)
    if saw or asset is None:
        return SiteLook(number, observation, tuple(outlines.get(observation.id, ())), saw)
    seen = read_sensitivity(evidence.read(asset.sha256))
    at = (place.longitude_deg, place.latitude_deg)
    return SiteLook(
        number,
        observation,
        smallest_rate_kg_h=seen.at(*at, SMALLEST_RATE),
        smallest_column_ppm_m=seen.at(*at, DETECTABLE_COLUMN),
    )


def _emitters_near(opened: OpenedCasebook, place: Place) -> tuple[tuple[LawfulEmitter, float], ...]:
    """Return lawful emitters with their distances [m], the nearest first."""
    reach = EMITTERS_WITHIN_KM * 1000
    west, south = moved(place.longitude_deg, place.latitude_deg, -reach, -reach)
    east, north = moved(place.longitude_deg, place.latitude_deg, reach, reach)
    at = Point(place.longitude_deg, place.latitude_deg)
    near = []
    for emitter in opened.casebook.emitters_in(Box(west, south, east, north)):
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


def _contexts(evidence: EvidenceStore, looks: Sequence[SiteLook]) -> tuple[bytes, ...]:
    """Return what looks saw of the ground: the newest that saw the site first, one unit alone."""
    newest = [look for saw in (True, False) for look in reversed(looks) if look.saw is saw]
    images = (_context(evidence, look.observation) for look in newest)
    found = list(islice((image for image in images if image is not None), MOST_CONTEXTS))
    return tuple(one for one in found if _in_kelvin(one) == _in_kelvin(found[0]))


def _context(evidence: EvidenceStore, observation: Observation) -> bytes | None:
    """Return an observation's context image, if it has one."""
    for asset in observation.assets:
        if asset.role == "context":
            return evidence.read(asset.sha256)
    return None


def _in_kelvin(context: bytes) -> bool:
    try:
        with MemoryFile(context) as memory, memory.open() as image:
            return bool(image.units[0] == "K")
    except rasterio.errors.RasterioError as error:
        raise EvidenceError(
            f"a context image can't be read ({error}); run cathartes casebook check."
        ) from error
