"""From a cube's file to a folder of products: the main job."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, TypeAdapter

from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect, used_bands
from cathartes.pipeline.gases import gases_on_bands
from cathartes.pipeline.progress import Advance, Progress, SilentProgress
from cathartes.pipeline.scratch import ScratchPlanes
from cathartes.products.folder import OutputFolder
from cathartes.products.layers import LayerChoice, LayerGrid
from cathartes.products.scan import RunRecord, fingerprint_inputs, write_scan
from cathartes.products.summary import ScanSummary
from cathartes.scenes.cube import Cube, LineSource
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.sanity import RadianceSanity, SanityInspector
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.visibility import VisibilitySettings


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
    detect
        How plumes are searched for.
    """

    gases: tuple[str, ...] = ()
    layers: LayerChoice = LayerChoice.FOUND
    grid: LayerGrid | None = None
    overwrite: bool = False
    visibility: VisibilitySettings = field(default_factory=VisibilitySettings)
    detect: DetectSettings = field(default_factory=DetectSettings)


def scan(
    cube: Path | Cube,
    out: Path,
    library: GasLibrary,
    *,
    settings: ScanSettings | None = None,
    options: OpenOptions | None = None,
    progress: Progress | None = None,
) -> ScanSummary:
    """Find the plumes in a cube and write what was found into a folder.

    Parameters
    ----------
    cube
        A cube, or the file of one.
    out
        Folder that shall hold the products; whole at the end, or not there at all.
    library
        The gases to search.
    settings, options
        How to search, and how to open the file; defaults if None.
    progress
        Who watches; nobody if None.

    Returns
    -------
    What `summary.json` says.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    settings = settings or ScanSettings()
    started_utc = datetime.now(UTC)
    with ExitStack() as stack:
        clock = stack.enter_context(StageClock(progress or SilentProgress()))
        if isinstance(cube, Path):
            cube = open_cube(cube, options=options or OpenOptions())
        wanted = library.select(settings.gases) if settings.gases else library
        used = used_bands(cube, settings.detect)
        gases, hidden = gases_on_bands(wanted, cube.bands, used, settings.visibility)
        folder = stack.enter_context(OutputFolder(out, overwrite=settings.overwrite))
        inputs = fingerprint_inputs(cube, clock.bytes_read("read", _total_bytes(cube)))
        inspected = _Inspected.of_cube(cube)
        planes = stack.enter_context(ScratchPlanes(cube.n_lines, cube.n_samples, folder))
        watched = replace(cube, source=inspected)
        detections = detect(watched, gases, settings.detect, planes, clock.tick)
        clock.close()
        record = RunRecord(
            inputs=inputs,
            settings=_as_json(settings, options),
            started_utc=started_utc,
            timings_s=clock.timings_s,
            gases_not_visible=hidden,
            radiance_sanity=inspected.report().counts(),
        )
        n_layers = len(gases.names) if settings.layers is LayerChoice.ALL else 1
        return write_scan(
            folder,
            cube,
            detections,
            record,
            layers=settings.layers,
            grid=settings.grid,
            on_layer=clock.units("products", n_layers),
        )


class StageClock:
    """Turns what stages report into progress and into seconds per stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began_s = 0.0
        self._stage = ""
        self._done = 0
        self._advance: Advance | None = None
        self._open = ExitStack()
        self.timings_s: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, stage: str, total: int) -> None:
        self.close()
        self._stage, self._done, self._began_s = stage, 0, time.monotonic()
        self._advance = self._open.enter_context(self._progress.stage(stage, total))

    def close(self) -> None:
        """End the stage that is open, if there is one."""
        if self._stage:
            spent_s = time.monotonic() - self._began_s
            self.timings_s[self._stage] = self.timings_s.get(self._stage, 0.0) + spent_s
            self._stage = ""
            self._open.close()

    def tick(self, stage: str, share: float) -> None:
        """Take the share done of a stage, 0 to 1; another stage's name ends the one before."""
        if stage != self._stage:
            self._begin(stage, 100)
        done = round(100 * share)
        if self._advance is not None and done > self._done:
            self._advance(done - self._done)
            self._done = done

    def bytes_read(self, stage: str, total: int) -> Advance:
        """Open a stage of so many bytes, and return what takes the bytes done."""
        return self.units(stage, total)

    def units(self, stage: str, total: int) -> Advance:
        """Open a stage of so many units, and return what takes the units done."""
        self._begin(stage, total)
        return self._advance or (lambda _: None)


@dataclass(frozen=True, slots=True)
class _Inspected:
    """Lines that are looked over for impossible values the first time they are read."""

    source: LineSource
    inspector: SanityInspector
    seen: NDArray[np.bool_]

    @classmethod
    def of_cube(cls, cube: Cube) -> "_Inspected":
        inspector = SanityInspector(
            cube.bands, cube.n_samples, quantity=cube.quantity, band_valid=cube.band_valid
        )
        return cls(cube.source, inspector, np.zeros(cube.n_lines, dtype=bool))

    def read_lines(self, start: int, stop: int) -> NDArray[np.float32]:
        block = self.source.read_lines(start, stop)
        fresh = ~self.seen[start:stop]
        if fresh.any():
            self.inspector.inspect_block(block if fresh.all() else block[fresh])
            self.seen[start:stop] = True
        return block

    def report(self) -> RadianceSanity:
        """Return the counts."""
        return self.inspector.report()


def _total_bytes(cube: Cube) -> int:
    return sum(Path(path).stat().st_size for path in cube.paths if Path(path).is_file())


def _as_json(settings: ScanSettings, options: OpenOptions | None) -> dict[str, JsonValue]:
    """Return every setting with its defaults filled in, as JSON values."""
    filled = {**asdict(settings), "open": asdict(options or OpenOptions())}
    adapter = TypeAdapter(dict[str, JsonValue])
    return adapter.validate_python(_plain(filled))


def _plain(value: object) -> object:
    """Return a value with tuples as lists, and paths and enumerations as text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Iterable):
        return [_plain(inner) for inner in value]
    return str(value)
