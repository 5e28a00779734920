"""Reports to look at: what a casebook knows of a site or a look, gathered and printed."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import rasterio
from rasterio.io import MemoryFile
from shapely import MultiPolygon

from cathartes.errors import EvidenceError
from cathartes.pipeline.around_site import (
    detections_of_site,
    emitters_near,
    looks_over,
    smallest_seen,
)
from cathartes.products.observation_report import ObservationReport, write_observation_report
from cathartes.products.report_page import check_report_path
from cathartes.products.report_words import Language, ReportWords
from cathartes.products.site_report import (
    EMITTERS_WITHIN_KM,
    SiteLook,
    SiteReport,
    write_site_report,
)
from cathartes.sites.observation import Observation
from cathartes.sites.place import Place
from cathartes.sites.site import Site
from cathartes.store.evidence import EvidenceStore
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
        emitters=emitters_near(opened.casebook, site.place, EMITTERS_WITHIN_KM),
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
    book = opened.casebook
    outlines: dict[str, list[MultiPolygon]] = {}
    for one in detections_of_site(book, site):
        mine = outlines.setdefault(one.observation_id, [])
        mine += [one.outline] if one.outline is not None else []
    over = {one.id: one for one in looks_over(book, site.place)}
    over |= {name: book.observation(name) for name in outlines if name not in over}
    timed = sorted(over.values(), key=lambda o: (o.began_utc is None, str(o.began_utc), o.id))
    return tuple(
        _look(number, one, outlines, site.place, opened.evidence)
        for number, one in enumerate(timed, start=1)
    )


def _look(
    number: int,
    observation: Observation,
    outlines: dict[str, list[MultiPolygon]],
    place: Place,
    evidence: EvidenceStore,
) -> SiteLook:
    if observation.id in outlines:
        return SiteLook(number, observation, tuple(outlines[observation.id]), saw=True)
    rates, columns = smallest_seen(evidence, observation, place)
    return SiteLook(number, observation, smallest_rate_kg_h=rates, smallest_column_ppm_m=columns)


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
