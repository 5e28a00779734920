"""One cube under its mandate: masked, scanned, and turned into a record with detections."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import JsonValue
from shapely import MultiPoint, MultiPolygon

from cathartes.detect.result import Detections
from cathartes.detect.window import Regime
from cathartes.errors import InputError
from cathartes.locate.look_wind import LookWind
from cathartes.locate.map_silence import detectable_rate_kg_h
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.mandate_mask import AllowedCube, cube_within
from cathartes.pipeline.observation_work import ObservationWork
from cathartes.pipeline.observed import (
    EvidenceFile,
    Observed,
    outcome_of,
    place_about,
    place_of_particles,
)
from cathartes.pipeline.plume_sources import source_search
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.pipeline.sighting import TILE_PX, tile_centres, tile_medians
from cathartes.products.file_names import (
    ORIGINS,
    PLUMES_GEOJSON,
    QUICKLOOK,
    SOURCES_GEOJSON,
    SOURCES_PLOT,
    SUMMARY,
)
from cathartes.products.origins import ScanOrigin, read_scan_look
from cathartes.products.outline import polygons_of
from cathartes.products.plume_table import PlumeRow, json_row
from cathartes.products.raster import write_cog
from cathartes.products.sensitivity import (
    DETECTABLE_COLUMN,
    NECL,
    SMALLEST_RATE,
    map_of_places,
    write_sensitivity,
)
from cathartes.products.summary import ScanSummary
from cathartes.products.vector import read_plume_rows
from cathartes.scenes.cube import Cube
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.observation import LookOutcome, Sensitivity, Wind
from cathartes.spectra.library import GasLibrary

CONTEXT, SPECTRA, SENSITIVITY = "context.tif", "spectra.json", "sensitivity.tif"
_ROLES = {
    PLUMES_GEOJSON: "plumes",
    SOURCES_GEOJSON: "sources",
    ORIGINS: "origins",
    QUICKLOOK: "quicklook",
    SOURCES_PLOT: "plot",
}
_CLOCKS = ("started_utc", "finished_utc", "timings_s", "files")
"""Members of a summary that differ between two runs of the same work."""


@dataclass(slots=True)
class _SeenTiles:
    """What can only be read while a scan's images are open."""

    folder: Path
    values: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)
    longitude_deg: NDArray[np.float64] | None = None
    latitude_deg: NDArray[np.float64] | None = None

    def take(self, cube: Cube, regime: Regime, found: Detections) -> None:  # noqa: ARG002
        """Keep tiles of each gas, the context image, and the plumes' spectra."""
        if cube.geometry is None:
            return
        self.longitude_deg, self.latitude_deg = tile_centres(found.labels.shape, cube.geometry)
        for gas in found.gases:
            for quantity, plane in ((NECL, "square_necl_ppm_m"), (DETECTABLE_COLUMN,) * 2):
                tiles = tile_medians(found.planes.read(f"{plane}/{gas.name}"))
                self.values[quantity, gas.name] = tiles.ravel()
        index = cube.geometry.map_index()
        write_cog(
            self.folder / CONTEXT,
            index.resample(found.planes.read("context")),
            grid=index.grid,
            unit="1",
            long_name="the ground, grey",
        )
        (self.folder / SPECTRA).write_text(_spectra_text(found), encoding="utf-8")


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
    allowed = cube_within(work.open_cube(), work.mandate, work.entry.end_utc)
    settings = replace(work.scan_settings(), workers=threads)
    if not allowed.masked.n_analysed:
        return _nothing_allowed(work, allowed)
    library = working_library()
    settings, remarks = _with_usable_wind(settings, allowed.cube)
    tiles = _SeenTiles(folder)
    result = folder / "scan"
    summary = scan(
        allowed.cube, result, library, settings=settings, options=work.open_options(),
        progress=progress, on_detections=tiles.take,
    )  # fmt: skip
    detections = tuple(_of_interest(work, _detections(work, result, summary, allowed.cube)))
    n_left_out = summary.counts.plumes - len(detections)
    if n_left_out:
        remarks = (*remarks, f"{n_left_out} plumes of chemicals outside the mandate were not kept.")
    sensitivities = _sensitivities(summary, tiles, library)
    files = _evidence(folder, result, summary, tiles)
    observation = work.record(
        outcome_of(detections, summary.reason),
        summary.reason,
        settings={key: told for key, told in summary.settings.items() if key != "workers"},
        began_utc=allowed.cube.start_utc,
        instrument=allowed.cube.instrument,
        footprint=allowed.footprint,
        masked=allowed.masked,
    )
    observation = replace(
        observation,
        sensitivities=sensitivities,
        wind=_wind(summary),
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
        search = source_search(settings.wind, cube, settings.source_height_m)
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


def _sensitivities(
    summary: ScanSummary, tiles: _SeenTiles, library: GasLibrary
) -> tuple[Sensitivity, ...]:
    """Return how well each gas could be seen, and add the smallest rates to the tiles."""
    wind, pixel_m = summary.wind, summary.scene.pixel_size_m
    rates: dict[str, float | None] = {}
    if wind is not None and pixel_m is not None:
        look = LookWind(
            wind.wind_speed_m_s, wind.wind_speed_sd_m_s, wind.wind_from_deg, wind.wind_from_sd_deg
        )
        for gas in summary.gases_searched:
            column = tiles.values[DETECTABLE_COLUMN, gas.name].astype(np.float64)
            rate = detectable_rate_kg_h(column, pixel_m, look, library[gas.name].molar_mass_g_mol)
            tiles.values[SMALLEST_RATE, gas.name] = rate.astype(np.float32)
            known = rate[~np.isnan(rate)]
            median = float(np.median(known)) if known.size else np.inf
            rates[gas.name] = median if np.isfinite(median) else None
    return tuple(
        Sensitivity(
            gas.name,
            necl_ppm_m=gas.necl_median_ppm_m,
            detectable_column_ppm_m=gas.detectable_column_median_ppm_m,
            smallest_rate_kg_h=rates.get(gas.name),
            blind_share=gas.blind_share,
        )
        for gas in summary.gases_searched
    )


def _detections(
    work: ObservationWork, result: Path, summary: ScanSummary, cube: Cube
) -> Iterable[Detection]:
    """Yield a detection for each plume that lies somewhere."""
    rows = read_plume_rows(result / PLUMES_GEOJSON)
    features = json.loads((result / PLUMES_GEOJSON).read_text(encoding="utf-8"))["features"]
    origins = read_scan_look(result).origins if summary.wind is not None else ()
    pixel_m = summary.scene.pixel_size_m or 1.0
    for row, feature in zip(rows, features, strict=True):
        if feature["geometry"] is None:
            continue
        outline = MultiPolygon(polygons_of(shapely.from_geojson(json.dumps(feature["geometry"]))))
        own = [origin for origin in origins if origin.plume_id == row.id]
        name = f"{work.observation_id}-{row.id}"
        yield Detection(
            id=name,
            observation_id=work.observation_id,
            number=row.id,
            kind=DetectionKind.PLUME,
            seen_utc=cube.start_utc,
            chemical=row.chemical,
            candidates=_candidates(row),
            false_alarm_probability=row.false_alarm_probability,
            expected_by_chance=row.expected_by_chance,
            snr=row.snr_max,
            outline=outline,
            sources=_sources(name, row, own) or (_anywhere_in(name, row, outline, pixel_m),),
            flags=row.flags,
            properties=json_row(row),
        )


def _of_interest(work: ObservationWork, found: Iterable[Detection]) -> Iterable[Detection]:
    """Yield those that may be a chemical of the mandate's; all if it names none."""
    wanted = set(work.mandate.chemicals)
    for one in found:
        if not wanted or any(c.chemical in wanted and c.probability > 0 for c in one.candidates):
            yield one


def _candidates(row: PlumeRow) -> tuple[Candidate, ...]:
    others = [(other.name, other.probability) for other in row.alternatives]
    every = [(row.chemical, row.probability), *others]
    return tuple(Candidate(name, probability or 0.0) for name, probability in every)


def _sources(name: str, row: PlumeRow, origins: list[ScanOrigin]) -> tuple[Source, ...]:
    """Return a plume's origins as sources; of several none has a rate of its own."""
    return tuple(
        Source(
            id=f"{name}.{number}",
            place=place_of_particles(origin.longitude_deg, origin.latitude_deg),
            method=PlaceMethod.POSTERIOR,
            rate=None if origin.rate_kg_h is None else Rate(*origin.rate_kg_h),
            rate_reason=""
            if origin.rate_kg_h is not None
            else row.rate_reason or "several sources share the plume",
        )
        for number, origin in enumerate(origins, start=1)
    )


def _anywhere_in(name: str, row: PlumeRow, outline: MultiPolygon, pixel_m: float) -> Source:
    """Return a source somewhere in the smallest rectangle about an outline, or a pixel beside."""
    longitude, latitude = outline.centroid.x, outline.centroid.y
    frame = LocalFrame(longitude, latitude)
    points = shapely.get_coordinates(outline)
    corner_m = np.column_stack(frame.to_east_north(points[:, 0], points[:, 1]))
    box = shapely.oriented_envelope(shapely.buffer(MultiPoint(corner_m), pixel_m))
    corners = shapely.get_coordinates(box)
    sides = np.stack([corners[1] - corners[0], corners[2] - corners[1]])
    covariance = sides.T @ sides / 12.0  # a uniform law over a rectangle
    place = place_about(frame, corners[:4].mean(axis=0), covariance)
    reason = row.rate_reason or "no wind"
    return Source(f"{name}.1", place, PlaceMethod.OUTLINE, rate_reason=reason)


def _evidence(
    folder: Path, result: Path, summary: ScanSummary, tiles: _SeenTiles
) -> tuple[EvidenceFile, ...]:
    """Return the files to be kept, none of which tells the time of the run."""
    files = []
    for file in summary.files:
        role = _ROLES.get(file.path) or file.quantity or ""
        if role and (file.quantity is None or file.grid != "sensor"):
            files.append(EvidenceFile(result / file.path, role, file.chemical or ""))
    told: dict[str, JsonValue] = json.loads((result / SUMMARY).read_text(encoding="utf-8"))
    steady = {key: value for key, value in told.items() if key not in _CLOCKS}
    text = json.dumps(steady, indent=1, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    files.append(EvidenceFile(folder / SUMMARY, "summary"))
    files += [
        EvidenceFile(folder / name, name.split(".", maxsplit=1)[0])
        for name in (CONTEXT, SPECTRA)
        if (folder / name).exists()
    ]
    longitude, latitude = tiles.longitude_deg, tiles.latitude_deg
    if longitude is not None and latitude is not None and np.isfinite(longitude).any():
        spacing_m = TILE_PX * (summary.scene.pixel_size_m or 1.0)
        seen = map_of_places(longitude, latitude, spacing_m, tiles.values)
        write_sensitivity(folder / SENSITIVITY, seen)
        files.append(EvidenceFile(folder / SENSITIVITY, "sensitivity"))
    return tuple(files)


def _spectra_text(found: Detections) -> str:
    """Return the plumes' measured and fitted spectra as JSON."""

    def numbers(values: NDArray[np.float64]) -> list[float | None]:
        return [round(float(v), 7) if np.isfinite(v) else None for v in values]

    told = [
        {
            "plume": plume.id,
            "chemical": plume.chemical,
            "wavelength_um": numbers(plume.spectrum.wavelength_um),
            "signal": numbers(plume.spectrum.signal),
            "signal_sd": numbers(plume.spectrum.signal_sd),
            "fit": numbers(plume.spectrum.fit),
            "runner_up": plume.spectrum.runner_up,
            "runner_up_fit": numbers(plume.spectrum.runner_up_fit),
        }
        for plume in found.plumes
    ]
    return json.dumps(told, allow_nan=False) + "\n"
