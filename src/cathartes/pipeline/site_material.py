"""All that a casebook and its evidence know of a site, gathered for a release."""

from collections.abc import Sequence
from dataclasses import dataclass

from shapely import Polygon, box

from cathartes.casework.mandate import Mandate
from cathartes.casework.redaction import LEAST_IMAGE_M, is_told
from cathartes.casework.release_material import GroundImage, Look, PlumeSpectrum, Seen
from cathartes.casework.review import Flag
from cathartes.pipeline.around_site import (
    detections_of_site,
    emitters_near,
    looks_over,
    smallest_seen,
)
from cathartes.products.plume_spectra import read_plume_spectra
from cathartes.products.release.ground import ground_image
from cathartes.products.release.plume_spectrum import released_spectrum
from cathartes.products.site_report import EMITTERS_WITHIN_KM
from cathartes.sites.detection import Detection
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import Observation
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store.evidence import EvidenceStore
from cathartes.store.interface import Casebook
from cathartes.store.open import OpenedCasebook


@dataclass(frozen=True, slots=True)
class SiteMaterial:
    """What `ReleaseMaterial` has of a site, before anything is withheld.

    Attributes
    ----------
    site
    seen
        Every detection attributed to it, by time.
    looks
        The other looks over it, by time.
    mandates
        Under which all of this was flown, by id.
    emitters
        Lawful ones within 2 km.
    spectrum
        Of the last sighting that may be told and has one; None if none has.
    ground
        Of the look that shows most of the ground around it; None if none does.
    """

    site: Site
    seen: tuple[Seen, ...]
    looks: tuple[Look, ...]
    mandates: tuple[Mandate, ...]
    emitters: tuple[LawfulEmitter, ...]
    spectrum: PlumeSpectrum | None
    ground: GroundImage | None

    @property
    def observation_ids(self) -> tuple[str, ...]:
        """Of the sightings and of the other looks, sorted."""
        looked = [*(one.observation for one in self.seen), *(one.observation for one in self.looks)]
        return tuple(sorted({one.id for one in looked}))


def site_material(opened: OpenedCasebook, site_id: str) -> SiteMaterial:
    """Gather what is known of a site.

    Raises
    ------
    CasebookError
        If the site is not there.
    EvidenceError
        If a piece of its evidence can't be read.
    """
    book, evidence = opened.casebook, opened.evidence
    site = book.site(site_id)
    seen = _seen(book, detections_of_site(book, site))
    saw = {one.observation.id for one in seen}
    others = [one for one in looks_over(book, site.place) if one.id not in saw]
    looks = tuple(
        Look(one, *smallest_seen(evidence, one, site.place)) for one in sorted(others, key=_by_time)
    )
    flown = [*(one.observation for one in seen), *others]
    last_first = [one for one in reversed(seen) if is_told(one)]
    return SiteMaterial(
        site=site,
        seen=seen,
        looks=looks,
        mandates=tuple(book.mandate(one) for one in sorted({look.mandate_id for look in flown})),
        emitters=tuple(one for one, _ in emitters_near(book, site.place, EMITTERS_WITHIN_KM)),
        spectrum=_spectrum(evidence, last_first),
        ground=_ground(evidence, site.place, [*(one.observation for one in last_first), *others]),
    )


def _seen(book: Casebook, found: Sequence[Detection]) -> tuple[Seen, ...]:
    """Return detections with their looks and with what reviewers said, by time."""
    settlements = book.settlements([one.id for one in found])
    every = [
        Seen(one, book.observation(one.observation_id), settlements[one.id], _flags(book, one.id))
        for one in found
    ]
    return tuple(sorted(every, key=lambda one: (*_by_time(one.observation), one.detection.number)))


def _flags(book: Casebook, detection_id: str) -> tuple[Flag, ...]:
    """Return what any reviewer's last word on a detection, as it is now, remarks."""
    sha256 = book.detection_sha256(detection_id)
    last = {
        one.person: one.judgement
        for one in book.reviews_of(detection_id)
        if one.detection_sha256 == sha256
    }
    raised = {flag for said in last.values() for flag in said.flags}
    return tuple(flag for flag in Flag if flag in raised)


def _by_time(look: Observation) -> tuple[bool, str, str]:
    return look.began_utc is None, str(look.began_utc), look.id


def _spectrum(evidence: EvidenceStore, last_first: Sequence[Seen]) -> PlumeSpectrum | None:
    for one in last_first:
        for sha256 in _assets(one.observation, "plume_spectra"):
            spectra = read_plume_spectra(evidence.read(sha256))
            found = released_spectrum(spectra, one.detection.number)
            if found is not None:
                return found
    return None


def _ground(
    evidence: EvidenceStore, place: Place, looks: Sequence[Observation]
) -> GroundImage | None:
    """Return the image that shows most of the square about a place, of like ones the first."""
    around = _square(place, LEAST_IMAGE_M)
    shown = {
        look.id: round(look.footprint.intersection(around).area / around.area, 1)
        for look in looks
        if look.footprint is not None
    }
    for look in sorted(looks, key=lambda look: -shown.get(look.id, 0.0)):
        for sha256 in _assets(look, "context"):
            found = ground_image(evidence.read(sha256))
            if found is not None:
                return found
    return None


def _square(place: Place, side_m: float) -> Polygon:
    """Return a square about a place, longitude first."""
    at, reach = (place.longitude_deg, place.latitude_deg), side_m / 2
    return box(*moved(*at, -reach, -reach), *moved(*at, reach, reach))


def _assets(look: Observation, role: str) -> list[str]:
    return [one.sha256 for one in look.assets if one.role == role]
