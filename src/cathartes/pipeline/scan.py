"""From a cube's file to a folder of products: the main job."""

import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Event

from pydantic import JsonValue, TypeAdapter
from threadpoolctl import threadpool_limits

from cathartes.detect.known import air_mass_factor
from cathartes.detect.result import Detections, Plume
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.detect.window import Regime, Window, choose_window
from cathartes.errors import HeaderError, SettingsError
from cathartes.locate.plume_source import PlumeSource
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.gases import gases_on_bands
from cathartes.pipeline.inspected import InspectedLines
from cathartes.pipeline.look_tiles import look_tiles
from cathartes.pipeline.plume_sources import (
    find_sources,
    source_search,
    wind_facts,
)
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.pipeline.scratch import ScratchPlanes
from cathartes.products.folder import OutputFolder
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.layers import chosen_grid, chosen_images, chosen_quantities, expected_bytes
from cathartes.products.origins import LookTiles
from cathartes.products.scan import (
    RunRecord,
    fingerprint_files,
    fingerprint_inputs,
    write_scan,
)
from cathartes.products.summary import InputFile, ScanSummary
from cathartes.scenes.air import POSSIBLE_AIR_K
from cathartes.scenes.air_file import read_air_table
from cathartes.scenes.air_table import AirTable
from cathartes.scenes.cube import Cube
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.wind.open import wind_file
from cathartes.sites.sentences import counted
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.visibility import VisibilitySettings

QUICK_SAMPLE_BYTES = 32 * 2**20
"""Memory of the lines from which a quick scan's background is made."""


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """Everything that a scan may be told; the only place of these defaults.

    Attributes
    ----------
    gases
        Names of the gases to search; empty for the whole library.
    layers, grid
        Which images are written, and on which grid (None: a map where there is a geometry).
    overwrite
        Replace an older result in the output folder.
    visibility
        Which gases of the library are searched on an instrument's bands.
    workers
        Threads that search; 0 for all usable cores.
    atmosphere
        File of what the air does (docs/reference/air-tables.md); None estimates it from the scene.
    wind
        Speed and direction with their errors, ``3.2±0.6,245±15``, or the name of a wind file
        (docs/reference/wind-files.md); with one, plumes get an origin and a rate.
    wind_mapping
        TOML file that says what a wind file's columns hold; None if it needs none.
    source_height_m : [m]
        Height of the sources above ground; None for anything up to a building's roof.
    detect
        How plumes are searched for.
    """

    gases: tuple[str, ...] = ()
    layers: LayerChoice = LayerChoice.FOUND
    grid: LayerGrid | None = None
    overwrite: bool = False
    workers: int = 0
    atmosphere: Path | None = None
    wind: str = ""
    wind_mapping: Path | None = None
    source_height_m: float | None = None
    visibility: VisibilitySettings = field(default_factory=VisibilitySettings)
    detect: DetectSettings = field(default_factory=DetectSettings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", _one_of(LayerChoice, "layers", self.layers))
        if self.grid is not None:
            object.__setattr__(self, "grid", _one_of(LayerGrid, "grid", self.grid))
        for name in ("atmosphere", "wind_mapping"):
            if (file := getattr(self, name)) is not None:
                object.__setattr__(self, name, Path(file))
        if self.workers < 0:
            raise SettingsError(
                f"workers is {self.workers}; a number of threads, or 0 for all cores, is needed."
            )
        if self.source_height_m is not None and not 0 <= self.source_height_m <= 500:
            raise SettingsError(
                f"source_height_m is {self.source_height_m:g}; metres above ground, 0 to 500, are "
                "needed."
            )


def _one_of(kind: type[StrEnum], name: str, word: str) -> StrEnum:
    """Return the member that a word names: at the Python prompt one writes the word."""
    try:
        return kind(word)
    except ValueError as error:
        raise SettingsError(f"{name} is {word!r}; one of {', '.join(kind)} is needed.") from error


def quick(settings: ScanSettings) -> ScanSettings:
    """Return the settings for a first look.

    The background is made from fewer lines, gases are looked for by their thin signatures alone,
    and faint plumes and those of chemicals outside the library not at all; no layers are written.
    Every pixel is searched for every gas, and chance is measured on what is searched. Without
    layers and wind amounts are worked out near plumes alone.
    """
    detect = replace(
        settings.detect,
        sample_bytes=min(settings.detect.sample_bytes, QUICK_SAMPLE_BYTES),
        optical_depths=settings.detect.optical_depths[:1],
        unknown_chemicals=False,
        faint_plumes=False,
    )
    return replace(settings, layers=LayerChoice.NONE, detect=detect)


def scan(
    cube: str | Path | Cube,
    out: str | Path,
    library: GasLibrary | None = None,
    *,
    settings: ScanSettings | None = None,
    options: OpenOptions | None = None,
    progress: Progress | None = None,
    on_detections: Callable[[Cube, Regime, Detections], None] | None = None,
    keep: Callable[[Plume], bool] | None = None,
    asked: Collection[str] = (),
) -> ScanSummary:
    """Find the plumes in a cube and write what was found into a folder.

    Whatever can be wrong with the settings or the folder is found before the long work starts.

    Parameters
    ----------
    cube
        A cube, or the file of one.
    out
        Folder that shall hold the products; whole at the end, or not there at all.
    library
        The gases to search; None takes the built-in ones and the user's own.
    settings, options
        How to search, and how to open the file; defaults if None.
    progress
        Who watches; nobody if None.
    on_detections
        Called once with what was found, while its images can still be read: in a thread of its own,
        beside the search for sources and the writing.
    keep
        Which plumes are told; of the others nothing is written but their number. All if None.
    asked
        Chemicals whose score is written even where none was found, unless layers are `NONE`.

    Returns
    -------
    What `summary.json` says.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    given = settings or ScanSettings()
    options = options or OpenOptions()
    library = working_library() if library is None else library
    started_utc = datetime.now(UTC)
    with ExitStack() as stack:
        clock = stack.enter_context(StageClock(progress or SilentProgress()))
        wanted = library.select(given.gases) if given.gases else library
        if not isinstance(cube, Cube):
            clock.tick("open", 0.0)
            cube = open_for_scan(Path(cube), options)
        window = window_of(cube, given.detect)
        filled = _filled(given, cube, window, wanted)
        air = _air_of(filled.atmosphere, cube, window)
        search = source_search(filled.wind, cube, filled.source_height_m, filled.wind_mapping)
        fingerprint = stack.enter_context(_fingerprint_beside(cube))
        gases, hidden = gases_on_bands(wanted, cube.bands, window.index, filled.visibility)
        read_later = filled.layers is not LayerChoice.NONE or (on_detections or search) is not None
        folder = stack.enter_context(
            OutputFolder(
                Path(out),
                overwrite=filled.overwrite,
                needed_bytes=_needed_bytes(
                    cube, len(gases.names), filled.layers, images=read_later
                ),
            )
        )
        air_file = () if filled.atmosphere is None else fingerprint_files((filled.atmosphere,))
        told_in = (wind_file(filled.wind), filled.wind_mapping)
        wind_files = fingerprint_files(file for file in told_in if file is not None)
        inspected = InspectedLines.of_cube(cube)
        planes = stack.enter_context(ScratchPlanes(cube.n_lines, cube.n_samples, folder))
        watched = replace(cube, source=inspected)
        workers = filled.workers or usable_cores()
        # Each searching thread is one BLAS thread: together they would fight for the cores.
        with threadpool_limits(1, user_api="blas"):
            detections = detect(
                watched, gases, filled.detect, planes, clock.tick, workers, air, images=read_later
            )
        n_found = len(detections.plumes)
        if keep is not None:
            detections = detections.with_plumes(keep)
        if on_detections is not None:
            stack.enter_context(_beside(on_detections, cube, window.regime, detections))
        sources: tuple[PlumeSource, ...] = ()
        tiles: LookTiles | None = None
        if search is not None and cube.geometry is not None:
            clock.tick("sources", 0.0)
            sources = find_sources(detections, cube.geometry, wanted, search, workers)
            tiles = look_tiles(detections, cube.geometry)
        clock.tick("fingerprint", 0.0)  # what is left of it: it went on beside the detection
        inputs = fingerprint.result()
        clock.close()
        sanity = inspected.report()
        images = chosen_images(detections, filled.layers, asked)
        return write_scan(
            folder,
            cube,
            detections,
            RunRecord(
                inputs=(*inputs, *air_file, *wind_files),
                air_file=air_file[0] if air_file else None,
                settings=_as_json(filled, options),
                started_utc=started_utc,
                timings_s=clock.timings_s,
                gases_not_visible=hidden,
                radiance_sanity=sanity.counts(),
                remarks=(
                    *_not_kept(n_found - len(detections.plumes)),
                    *detections.remarks,
                    *sanity.remarks,
                    *_guessed(cube),
                    *_not_looked_for(filled.detect, window.regime),
                    *_not_used(given, window.regime),
                ),
                wind=None if search is None else wind_facts(search, wind_files),
            ),
            layers=filled.layers,
            images=images,
            grid=filled.grid,
            workers=workers,
            on_layer=clock.units("products", len(images)),
            sources=sources,
            tiles=tiles,
        )


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def open_for_scan(path: Path, options: OpenOptions) -> Cube:
    """Return the cube of a file; a folder, such as a Zarr store, counts as one file."""
    cube = open_cube(path, options=options)
    if not path.is_dir():
        return cube
    others = tuple(p for p in cube.paths if not Path(p).is_relative_to(path))
    return replace(cube, paths=(str(path), *others))


def window_of(cube: Cube, settings: DetectSettings) -> Window:
    """Return the bands that are searched, and by which physics."""
    return choose_window(
        cube.bands.centre_um,
        cube.band_valid,
        settings.min_bands,
        radiance=cube.quantity is Quantity.RADIANCE,
    )


def _not_kept(n_plumes: int) -> tuple[str, ...]:
    """Return how many plumes are not told, in a sentence."""
    if not n_plumes:
        return ()
    return (f"{counted(n_plumes, 'plume')} of other chemicals than those asked for: not kept.",)


def _guessed(cube: Cube) -> tuple[str, ...]:
    """Return what of the instrument was guessed, in a sentence."""
    said = cube.metadata.get("fwhm")
    return (
        () if said is None else (f"Widths of the bands (fwhm) are {said}: columns hang on them.",)
    )


def _not_looked_for(settings: DetectSettings, regime: Regime) -> tuple[str, ...]:
    """Return what a reader might take for searched, in sentences."""
    if regime is Regime.REFLECTIVE:
        return ()
    kinds = (
        (
            settings.unknown_chemicals,
            (
                "Plumes of chemicals outside the library were not looked for (unknown_chemicals); "
                "one called unknown is where a gas of the library fitted at first sight."
            ),
        ),
        (
            settings.faint_plumes,
            "Plumes of too little in any one place were not looked for (faint_plumes).",
        ),
    )
    return tuple(words for looked, words in kinds if not looked)


def _not_used(given: ScanSettings, regime: Regime) -> tuple[str, ...]:
    """Return which settings that were given say nothing of this scan, in sentences."""
    in_sunlight = regime is Regime.REFLECTIVE
    kinds = (
        ("source_height_m", given.source_height_m, not given.wind, "no wind was given"),
        ("wind_mapping", given.wind_mapping, not given.wind, "no wind was given"),
        ("air_mass_factor", given.detect.air_mass_factor, not in_sunlight, "it is for sunlight"),
        ("plume_temperature_k", given.detect.plume_temperature_k, in_sunlight, "it is for heat"),
    )
    return tuple(
        f"Not used: {name} ({why})."
        for name, value, is_idle, why in kinds
        if value is not None and is_idle
    )


def _filled(settings: ScanSettings, cube: Cube, window: Window, wanted: GasLibrary) -> ScanSettings:
    """Return the settings with what the cube decides filled in, so that the summary says it.

    Raises
    ------
    SettingsError
        If a map is asked for and the cube has no geometry.
    InputError
        If the cube lacks the sun's angle that its window needs.
    """
    told = settings.detect
    if window.regime is Regime.REFLECTIVE:
        told = replace(told, air_mass_factor=air_mass_factor(cube, told))
    elif told.plume_temperature_k is None and cube.air_temperature_k is not None:
        low_k, high_k = POSSIBLE_AIR_K
        if not low_k <= cube.air_temperature_k <= high_k:
            raise HeaderError(
                f"cube {cube.name}: says that the air has {cube.air_temperature_k:g} K; between "
                f"{low_k:g} and {high_k:g} K are needed (20 °C is 293.15): correct the file, or "
                "give --plume-temperature-k."
            )
        told = replace(
            told,
            plume_temperature_k=cube.air_temperature_k,
            plume_temperature_sd_k=told.plume_excess_sd_k,  # a plume may be warmer than the air
        )
    return replace(
        settings,
        gases=tuple(gas.name for gas in wanted) if settings.gases else (),
        grid=chosen_grid(settings.grid, cube.geometry),
        detect=told,
    )


def _air_of(file: Path | None, cube: Cube, window: Window) -> AirTable | None:
    """Return the table of a file, checked against the bands searched; None without a file.

    Raises
    ------
    SettingsError
        If the cube shows sunlight.
    InputError
        If the file can't be used, or does not fit the bands.
    """
    if file is None:
        return None
    if window.regime is Regime.REFLECTIVE:
        raise SettingsError(
            f"a table of the air is given (--atmosphere {file.name}), and cube {cube.name} is "
            "searched in sunlight, where none is used; it is for the thermal infrared: leave it "
            "out."
        )
    table = read_air_table(file)
    table.on_bands(cube.bands.select(window.index))
    return table


def _needed_bytes(cube: Cube, n_gases: int, layers: LayerChoice, *, images: bool) -> int:
    """Return the disk space that is surely needed: scratch images, labels, and layers if all."""
    # A gas's score, amount and contrast, the distance and the context.
    scratch = cube.n_lines * cube.n_samples * 4 * ((3 if images else 1) * n_gases + 2)
    every = layers in {LayerChoice.ALL, LayerChoice.DETECTABILITY}
    n_written = n_gases * len(chosen_quantities(layers)) if every else 0
    return scratch + expected_bytes(cube.n_lines, cube.n_samples, n_written)


@contextmanager
def _fingerprint_beside(cube: Cube) -> Iterator[Future[tuple[InputFile, ...]]]:
    """Take the fingerprints of a cube's files in a thread, which ends when the context does."""
    left = Event()

    def stop_if_left(_: int) -> None:
        if left.is_set():
            raise CancelledError

    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(fingerprint_inputs, cube, stop_if_left)
        finally:
            left.set()


@contextmanager
def _beside(
    on_detections: Callable[[Cube, Regime, Detections], None],
    cube: Cube,
    regime: Regime,
    detections: Detections,
) -> Iterator[None]:
    """Tell what was found in a thread, which is waited for when the context ends."""
    with ThreadPoolExecutor(1) as pool:
        telling = pool.submit(on_detections, cube, regime, detections)
        yield
        telling.result()


def _as_json(settings: ScanSettings, options: OpenOptions) -> dict[str, JsonValue]:
    """Return every setting with its defaults filled in, as JSON values."""
    filled: dict[str, JsonValue] = TypeAdapter(ScanSettings).dump_python(settings, mode="json")
    return {**filled, "open": TypeAdapter(OpenOptions).dump_python(options, mode="json")}
