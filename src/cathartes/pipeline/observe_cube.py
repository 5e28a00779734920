"""One cube under its mandate: masked, scanned, and turned into a record with detections."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from cathartes.errors import InputError
from cathartes.pipeline.cube_geometry import put_on_ground
from cathartes.pipeline.cube_look import CubeLook
from cathartes.pipeline.gas_library import working_library
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
    SOURCES_GEOJSON,
    SOURCES_PLOT,
    SUMMARY,
)
from cathartes.products.summary import ScanSummary
from cathartes.scenes.cube import Cube
from cathartes.sites.detection import (
    Detection,
)
from cathartes.sites.observation import LookOutcome, Wind

_ROLES = {
    PLUMES_GEOJSON: "plumes",
    SOURCES_GEOJSON: "sources",
    ORIGINS: "origins",
    QUICKLOOK: "quicklook",
    SOURCES_PLOT: "plot",
}
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
    cube, recipe, position_sd_m = work.open_cube(), work.geometry_recipe(), None
    if recipe is not None:
        cube, position_sd_m = put_on_ground(cube, recipe, folder, progress)
    allowed = cube_within(cube, work.mandate, work.entry.end_utc)
    settings = replace(work.scan_settings(), workers=threads)
    if not allowed.masked.n_analysed:
        return _nothing_allowed(work, allowed)
    library = working_library()
    settings, remarks = _with_usable_wind(settings, allowed.cube)
    look = CubeLook(folder)
    result = folder / "scan"
    summary = scan(
        allowed.cube, result, library, settings=settings, options=work.open_options(),
        progress=progress, on_detections=look.take,
    )  # fmt: skip
    stated_m = work.entry.position_sd_m or position_sd_m or summary.scene.pixel_size_m or 0.0
    records = plume_records(work.observation_id, result, summary, allowed.cube.start_utc, stated_m)
    wind, plumes = _wind(summary), tuple(records)
    if wind is not None:
        plumes = placed(plumes, wind, allowed.footprint)
    detections = tuple(_of_interest(work, plumes))
    n_left_out = summary.counts.plumes - len(detections)
    if n_left_out:
        remarks = (*remarks, f"{n_left_out} plumes of chemicals outside the mandate were not kept.")
    sensitivities = look.sensitivities(summary, library)
    files = (*_evidence(folder, result, summary), *look.files(summary))
    observation = work.record(
        outcome_of(detections, summary.reason),
        summary.reason,
        settings=without_workers(summary.settings),
        began_utc=allowed.cube.start_utc,
        instrument=allowed.cube.instrument,
        footprint=allowed.footprint,
        masked=allowed.masked,
    )
    observation = replace(
        observation,
        sensitivities=sensitivities,
        wind=wind,
        remarks=(*remarks, *summary.remarks),
    )
    return Observed(observation, detections, files, summary.timings_s)


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


def _of_interest(work: ObservationWork, found: Iterable[Detection]) -> Iterable[Detection]:
    """Yield those that may be a chemical of the mandate's; all if it names none."""
    wanted = set(work.mandate.chemicals)
    for one in found:
        if not wanted or any(c.chemical in wanted and c.probability > 0 for c in one.candidates):
            yield one


def _evidence(folder: Path, result: Path, summary: ScanSummary) -> tuple[EvidenceFile, ...]:
    """Return the files of a scan to be kept, none of which tells the time of the run."""
    files = []
    for file in summary.files:
        role = _ROLES.get(file.path) or file.quantity or ""
        if role and (file.quantity is None or file.grid != "sensor"):
            files.append(EvidenceFile(result / file.path, role, file.chemical or ""))
    told: dict[str, JsonValue] = summary.model_dump(mode="json", by_alias=True)
    steady = {key: value for key, value in told.items() if key not in _CLOCKS}
    steady["settings"] = without_workers(summary.settings)
    text = json.dumps(steady, indent=1, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    return (*files, EvidenceFile(folder / SUMMARY, "summary"))
