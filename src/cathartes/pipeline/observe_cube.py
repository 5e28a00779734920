"""One cube under its mandate: masked, scanned, and turned into a record with detections."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from cathartes.casework.mandate import Mandate
from cathartes.detect.result import Plume
from cathartes.errors import InputError
from cathartes.pipeline.cube_geometry import OnGround, put_on_ground
from cathartes.pipeline.cube_look import CubeLook
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.look_track import cube_track
from cathartes.pipeline.mandate_keep import Kept, kept_under, may_be_of
from cathartes.pipeline.mandate_mask import AllowedCube, cube_within
from cathartes.pipeline.observation_work import ObservationWork, without_workers
from cathartes.pipeline.observed import (
    EvidenceFile,
    Observed,
    outcome_of,
)
from cathartes.pipeline.plume_places import placed
from cathartes.pipeline.plume_records import plume_records
from cathartes.pipeline.plume_sources import source_search
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.products.file_names import (
    ORIGINS,
    PLUMES_GEOJSON,
    QUICKLOOK,
    SOURCE_PROBABILITY,
    SOURCES_GEOJSON,
    SOURCES_PLOT,
    SUMMARY,
)
from cathartes.products.summary import OutputFile, ScanSummary
from cathartes.scenes.cube import Cube
from cathartes.sites.observation import LookOutcome, Wind

_ROLES = {
    PLUMES_GEOJSON: "plumes",
    SOURCES_GEOJSON: "sources",
    ORIGINS: "origins",
    QUICKLOOK: "quicklook",
    SOURCES_PLOT: "plot",
}
_SHOW_ORIGINS = frozenset({"plumes", "sources", "origins", "plot", SOURCE_PROBABILITY})
_CLOCKS = ("started_utc", "finished_utc", "timings_s", "files")
"""Members of a summary that differ between two runs of the same work."""


def observe_cube(
    work: ObservationWork, folder: Path, progress: Progress, threads: int = 0
) -> Observed:
    """Return what a cube shows of what its mandate covers.

    Parameters
    ----------
    work
    folder
        To work in; whoever called removes it.
    progress
        Who watches.
    threads
        That search; 0 for one on each core. No result depends on it.

    Raises
    ------
    CathartesError
        If nothing can be said; the caller makes a record of the reason.
    """
    recipe, on_ground = work.geometry_recipe(), OnGround(work.open_cube())
    if recipe is not None:
        on_ground = put_on_ground(on_ground.cube, recipe, folder, progress)
    allowed = cube_within(on_ground.cube, work.mandate, work.entry.end_utc)
    settings = replace(work.scan_settings(), workers=threads)
    if not allowed.masked.n_analysed:
        return _nothing_allowed(work, allowed)
    library = working_library()
    settings, remarks = _with_usable_wind(settings, allowed.cube)
    look = CubeLook(folder)
    result = folder / "scan"
    summary = scan(
        allowed.cube, result, library, settings=settings, options=work.open_options(),
        progress=progress, on_detections=look.take, keep=interest_of(work.mandate),
        asked=work.mandate.chemicals,
    )  # fmt: skip
    known_m = work.entry.position_sd_m or on_ground.position_sd_m
    stated_m = known_m or summary.scene.pixel_size_m or 0.0
    began_utc = allowed.cube.start_utc
    records = plume_records(work.observation_id, result, summary, began_utc, stated_m)
    wind, plumes = _wind(summary), tuple(records)
    if wind is not None:
        plumes = placed(plumes, wind, allowed.footprint)
    kept = kept_under(work.mandate, plumes)
    observation = work.record(
        outcome_of(kept.detections, summary.reason),
        summary.reason,
        settings=without_workers(summary.settings),
        began_utc=began_utc,
        instrument=allowed.cube.instrument,
        footprint=allowed.footprint,
        masked=allowed.masked,
        sensitivities=look.sensitivities(summary, library),
        wind=wind,
        remarks=(*remarks, *kept.remarks, *summary.remarks),
    )
    evidence = _evidence(work.mandate, folder, result, summary, kept)
    track = cube_track(folder, allowed, on_ground.camera_deg)
    files = (*evidence, *track, *look.files(summary, kept.detections))
    return Observed(observation, kept.detections, files, summary.timings_s)


def _nothing_allowed(work: ObservationWork, allowed: AllowedCube) -> Observed:
    """Return the record of a cube of which the mandate covers nothing."""
    masked = allowed.masked
    reason = (
        f"Mandate {work.mandate.id} covers none of its {masked.n_total} pixels: "
        f"{masked.n_outside_area} lie outside the area, {masked.n_outside_time} were taken outside "
        f"its time, {masked.n_without_place} have no place."
    )
    observation = work.record(
        LookOutcome.INCONCLUSIVE,
        reason,
        settings=work.settings(),
        began_utc=allowed.cube.start_utc,
        instrument=allowed.cube.instrument,
        masked=masked,
    )
    return Observed(observation)


def _with_usable_wind(settings: ScanSettings, cube: Cube) -> tuple[ScanSettings, tuple[str, ...]]:
    """Return the settings without a wind that can't be used, and a remark that says why."""
    try:
        search = source_search(settings.wind, cube, settings.source_height_m, settings.wind_mapping)
    except InputError as error:
        told = f"The wind can't be used, so there are neither origins nor rates: {error}"
        return replace(settings, wind=""), (told,)
    if search is None:
        return settings, ("No wind was given: there are neither origins nor rates.",)
    return settings, ()


def _wind(summary: ScanSummary) -> Wind | None:
    wind = summary.wind
    if wind is None:
        return None
    return Wind(
        wind.wind_speed_m_s, wind.wind_speed_sd_m_s, wind.wind_from_deg, wind.wind_from_sd_deg
    )


def interest_of(mandate: Mandate) -> Callable[[Plume], bool] | None:
    """Return whether a plume may be a chemical of the mandate's; None if it names none."""
    if not mandate.chemicals:
        return None

    def may_be(plume: Plume) -> bool:
        return may_be_of(mandate, ((plume.chemical, plume.probability), *plume.alternatives))

    return may_be


def _evidence(
    mandate: Mandate, folder: Path, result: Path, summary: ScanSummary, kept: Kept
) -> Iterable[EvidenceFile]:
    """Yield the files of a scan to be kept, none of which tells the time of the run.

    Under a mandate for some chemicals neither the picture, which shows the scores of all, is kept,
    nor layers of others.

    Parameters
    ----------
    mandate
    folder, result
        To work in, and that of the scan.
    summary
    kept
        What shows origins is left out if some are outside the area.
    """
    for file in summary.files:
        role = _ROLES.get(file.path) or file.quantity or ""
        if not role or file.grid == "sensor" or (role in _SHOW_ORIGINS and not kept.all_inside):
            continue
        if mandate.chemicals and (role == "quicklook" or _is_of_others(file, mandate, kept)):
            continue
        yield EvidenceFile(result / file.path, role, file.chemical or "")
    told: dict[str, JsonValue] = summary.model_dump(mode="json", by_alias=True)
    steady = {key: value for key, value in told.items() if key not in _CLOCKS}
    steady["settings"] = without_workers(summary.settings)
    if not kept.all_inside:
        steady["plumes"] = []
    text = json.dumps(steady, indent=1, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    yield EvidenceFile(folder / SUMMARY, "summary")


def _is_of_others(file: OutputFile, mandate: Mandate, kept: Kept) -> bool:
    """Return whether a layer is of a chemical that neither the mandate nor a kept plume names."""
    named = {*mandate.chemicals, *(one.chemical for one in kept.detections)}
    return file.chemical is not None and file.chemical not in named
