"""Everything that a scan puts into its output folder, in one call."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from cathartes import __version__
from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.result import Detections
from cathartes.locate.plume_source import PlumeSource
from cathartes.products.chemical_layer import chemical_legend, write_chemicals
from cathartes.products.file_names import (
    ORIGINS,
    PLUMES_CSV,
    PLUMES_GEOJSON,
    PLUMES_GPKG,
    QUICKLOOK,
    SOURCES_FILES,
    SOURCES_PLOT,
)
from cathartes.products.fingerprint import sha256_of
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.layers import (
    GasImage,
    WrittenLayer,
    chosen_images,
    write_labels,
    write_layers,
)
from cathartes.products.origins import LookTiles, write_origins
from cathartes.products.plume_table import PlumeRow, finite_or_none
from cathartes.products.quicklook import write_quicklook
from cathartes.products.source_plot import write_source_plot
from cathartes.products.sources import write_sources
from cathartes.products.summary import (
    FALSE_ALARMS,
    AirFacts,
    Counts,
    GasNotVisible,
    GasSearchedFacts,
    InputFile,
    OutputFile,
    ScanSummary,
    SceneFacts,
    Software,
    WindFacts,
    short_plume,
    without_folders,
    write_summary,
)
from cathartes.products.vector import (
    plume_features,
    write_csv,
    write_geojson,
    write_geopackage,
)
from cathartes.scenes.cube import Cube


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What only the one who ran the scan knows about the run.

    Attributes
    ----------
    inputs
        Every file read, as `fingerprint_inputs` gives them.
    settings
        Every setting with defaults filled in, as JSON values; absolute paths are cut to names.
    started_utc
        Aware.
    timings_s
        Stage to seconds; the stage ``products`` is added.
    gases_not_visible
        Gases of the library that were not searched, and why.
    radiance_sanity
        Name to count of suspicious values.
    remarks
        What these counts mean, and what was not looked for, in sentences.
    air_file
        Where the air was read from; None if it was not.
    wind
        That origins and rates rest on; None if neither was asked for.
    """

    inputs: tuple[InputFile, ...]
    settings: Mapping[str, JsonValue]
    started_utc: datetime
    timings_s: Mapping[str, float]
    gases_not_visible: tuple[GasNotVisible, ...] = ()
    radiance_sanity: Mapping[str, int] | None = None
    remarks: tuple[str, ...] = ()
    air_file: InputFile | None = None
    wind: WindFacts | None = None


def fingerprint_inputs(
    cube: Cube, on_bytes: Callable[[int], None] | None = None
) -> tuple[InputFile, ...]:
    """Return name, SHA-256 and size of every file that a cube was read from."""
    return fingerprint_files(map(Path, cube.paths), on_bytes)


def fingerprint_files(
    paths: Iterable[Path], on_bytes: Callable[[int], None] | None = None
) -> tuple[InputFile, ...]:
    """Return name, SHA-256 and size of files."""
    files = []
    for path in paths:
        digest, size = sha256_of(path, on_bytes)
        files.append(InputFile(name=path.name, sha256=digest, size_bytes=size))
    return tuple(files)


def write_scan(
    folder: Path,
    cube: Cube,
    detections: Detections,
    record: RunRecord,
    *,
    layers: LayerChoice = LayerChoice.FOUND,
    images: tuple[GasImage, ...] | None = None,
    grid: LayerGrid | None = None,
    workers: int = 1,
    on_layer: Callable[[int], None] | None = None,
    sources: tuple[PlumeSource, ...] = (),
    tiles: LookTiles | None = None,
) -> ScanSummary:
    """Write all products of a scan, `summary.json` last.

    Parameters
    ----------
    folder
        Where to; made whole or not at all by `OutputFolder`.
    cube, detections
        What was scanned, and what was found in it.
    record
        What else belongs into the summary.
    layers, grid
        Which images are written, and on which grid; None means a map where there is a geometry.
    images
        Those of gases, of `chosen_images`; None takes what `layers` says.
    workers
        Threads that make and write images.
    on_layer
        Called with 1 after each image, for a progress bar.
    sources
        Where the plumes come from, if there is a wind; then they are written too.
    tiles
        What could have been seen where; with it `origins.npz` is written.

    Returns
    -------
    What was written into `summary.json`.

    Raises
    ------
    SettingsError
        If a map is asked for and the cube has no geometry.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        drawn = beside.submit(write_quicklook, folder / QUICKLOOK, cube, detections)
        rasters = (
            write_labels(folder, detections),
            *write_layers(
                folder,
                detections,
                cube.geometry,
                images=chosen_images(detections, layers) if images is None else images,
                grid=grid,
                workers=workers,
                on_layer=on_layer,
            ),
            *write_chemicals(folder, detections, cube.geometry, choice=layers, grid=grid),
        )
        drawn.result()
    features = plume_features(detections, cube.geometry, sources)
    if record.wind is not None:
        rasters += write_sources(folder, features.rows, sources)
        write_source_plot(folder / SOURCES_PLOT, features.rows, sources, record.wind)
    if tiles is not None:
        write_origins(folder / ORIGINS, features.rows, sources, tiles)
    write_geojson(folder / PLUMES_GEOJSON, features)
    write_geopackage(folder / PLUMES_GPKG, features)
    write_csv(folder / PLUMES_CSV, features)
    timings_s = {**record.timings_s, "products": time.monotonic() - began}
    summary = ScanSummary(
        outcome=detections.outcome,
        reason=detections.reason,
        scene=_scene_facts(cube),
        inputs=record.inputs,
        software=Software(version=__version__),
        settings={name: without_folders(value) for name, value in record.settings.items()},
        started_utc=record.started_utc.astimezone(UTC),
        finished_utc=datetime.now(UTC),
        timings_s={stage: round(seconds, 3) for stage, seconds in timings_s.items()},
        counts=_counts(detections, features.rows, record),
        radiance_sanity=dict(record.radiance_sanity or {}),
        remarks=record.remarks,
        gases_searched=tuple(
            GasSearchedFacts(
                name=gas.name,
                necl_median_ppm_m=float(gas.necl_median_ppm_m),
                detectable_column_median_ppm_m=float(gas.detectable_column_median_ppm_m),
                blind_share=float(gas.blind_share),
                score_threshold=float(gas.score_threshold),
                score_at_false_alarm={
                    text: gas.false_alarm.strength_for(float(text)) for text in FALSE_ALARMS
                },
            )
            for gas in detections.gases
        ),
        gases_not_visible=record.gases_not_visible,
        air=_air_facts(detections.air, record.air_file),
        chemical_legend=chemical_legend(detections),
        chance_measured=detections.chance_measured,
        greatest_by_chance=finite_or_none(detections.greatest_by_chance),
        wind=record.wind,
        plumes=tuple(short_plume(row) for row in features.rows),
        files=_output_files(folder, rasters),
    )
    write_summary(folder, summary)
    return summary


def _scene_facts(cube: Cube) -> SceneFacts:
    centre_um = cube.bands.centre_um
    size_m = None if cube.geometry is None else float(cube.geometry.pixel_size_m())
    return SceneFacts(
        name=cube.name,
        instrument=cube.instrument,
        quantity=cube.quantity.value,
        lines=cube.n_lines,
        samples=cube.n_samples,
        bands=cube.n_bands,
        bands_used=int(np.count_nonzero(cube.band_valid)),
        wavelength_min_um=float(centre_um.min()),
        wavelength_max_um=float(centre_um.max()),
        start_utc=None if cube.start_utc is None else cube.start_utc.astimezone(UTC),
        has_geometry=cube.geometry is not None,
        pixel_size_m=size_m,
    )


def _air_facts(air: Atmosphere, file: InputFile | None) -> AirFacts:
    return AirFacts(
        origin=air.origin.value,
        file=file,
        water_g_cm2=float(air.water_g_cm2),
        ozone_atm_cm=float(air.ozone_atm_cm),
        temperature_k=float(air.temperature_k),
        transmittance_median=float(np.median(air.transmittance)),
    )


def _counts(detections: Detections, rows: tuple[PlumeRow, ...], record: RunRecord) -> Counts:
    return Counts(
        plumes=len(rows),
        plumes_by_chemical=dict(Counter(row.chemical for row in rows).most_common()),
        pixels=detections.labels.size,
        pixels_in_plumes=int(np.count_nonzero(detections.labels)),
        gases_searched=len(detections.gases),
        gases_not_visible=len(record.gases_not_visible),
    )


def _output_files(folder: Path, rasters: tuple[WrittenLayer, ...]) -> tuple[OutputFile, ...]:
    """Return name, hash and meaning of every file written, by path."""
    layers = {layer.path: layer for layer in rasters}
    files = []
    others = {PLUMES_GEOJSON, PLUMES_GPKG, PLUMES_CSV, QUICKLOOK}
    others |= {name for name in (*SOURCES_FILES, ORIGINS) if (folder / name).exists()}
    for name in sorted({*layers, *others}):
        digest, size = sha256_of(folder / name)
        layer = layers.get(name)
        files.append(
            OutputFile(
                path=name,
                sha256=digest,
                size_bytes=size,
                chemical=(layer.chemical or None) if layer else None,
                quantity=layer.quantity if layer else None,
                unit=layer.unit if layer else None,
                grid=layer.grid.value if layer else None,
            )
        )
    return tuple(files)
