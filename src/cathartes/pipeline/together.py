"""Cubes of one sortie, thermal and short-wave, scanned and then compared place by place."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cathartes import __version__
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.window import Regime
from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.comparison import compare
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.scan import ScanSettings, open_for_scan, scan, window_of
from cathartes.pipeline.sighting import Sighting
from cathartes.pipeline.targets import targets_of
from cathartes.pipeline.together_settings import TogetherSettings
from cathartes.products.folder import FolderKind, OutputFolder
from cathartes.products.summary import Software
from cathartes.products.together import (
    TOGETHER_GEOJSON,
    TOGETHER_JSON,
    ScanTaken,
    TogetherSummary,
    read_together,
    write_together,
)
from cathartes.scenes.cube import Cube
from cathartes.scenes.options import OpenOptions
from cathartes.spectra.library import GasLibrary

TOGETHER = "together"
"""Name of the folder beside those of the scans."""


def scan_together(
    cubes: Sequence[str | Path],
    out: str | Path,
    library: GasLibrary | None = None,
    *,
    settings: ScanSettings | None = None,
    options: OpenOptions | None = None,
    together: TogetherSettings | None = None,
    progress: Progress | None = None,
) -> TogetherSummary:
    """Scan cubes of one sortie, then compare what thermal and short-wave ones say of each place.

    Parameters
    ----------
    cubes
        Files; at least one of each window, all with a geometry.
    out
        Folder for the folders of the scans, named as the cubes, and one named `TOGETHER`.
    library, settings, options
        As in `scan`; the same for all cubes.
    together
        How plumes are compared.
    progress
        Who watches; nobody if None.

    Returns
    -------
    What `together.json` says.

    Raises
    ------
    InputError
        If a cube has no geometry, or none is of the other window.
    CathartesError
        As of `scan`.
    """
    settings, options = settings or ScanSettings(), options or OpenOptions()
    library = working_library() if library is None else library
    targets = targets_of([Path(cube) for cube in cubes], Path(out))
    check_together(targets, Path(out) / TOGETHER, settings, options)
    witnesses = Witnesses()
    for cube, folder in targets:
        scan(
            cube,
            folder,
            library,
            settings=settings,
            options=options,
            progress=progress,
            on_detections=witnesses.of(folder),
        )
    return write_comparison(
        Path(out) / TOGETHER,
        witnesses.sightings,
        settings.detect,
        together or TogetherSettings(),
        overwrite=settings.overwrite,
    )


class Witnesses:
    """Collect what scans saw, while their images can be read."""

    def __init__(self) -> None:
        self._sightings: list[Sighting] = []

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """What was seen, in the order of the scans."""
        return tuple(self._sightings)

    def of(self, folder: Path) -> "_Witness":
        """Return what watches the scan that is written to a folder."""
        return _Witness(folder.name, self._sightings)


@dataclass(frozen=True, slots=True)
class _Witness:
    name: str
    sightings: list[Sighting]

    def __call__(self, cube: Cube, regime: Regime, found: Detections) -> None:
        self.sightings.append(Sighting.of_scan(self.name, cube, regime, found))


def check_together(
    targets: Sequence[tuple[Path, Path]], folder: Path, settings: ScanSettings, options: OpenOptions
) -> None:
    """Check, before the long work, that cubes can be compared.

    Parameters
    ----------
    targets
        (cube, folder of its result).
    folder
        Where the comparison goes.

    Raises
    ------
    InputError
        If a cube has no geometry, or none is of the other window.
    SettingsError
        If a scan would be written where the comparison goes.
    OutputError
        If something else is there.
    """
    regimes = set()
    for path, target in targets:
        if target == folder:
            raise SettingsError(
                f"{path}: its result and the comparison would both be written to {folder}; rename "
                "the cube's file."
            )
        cube = open_for_scan(path, options)
        if cube.geometry is None:
            raise InputError(
                f"{path}: has no geometry, and --together compares places on the ground; give one "
                "(map info in the header, --igm or --glt), or scan without --together."
            )
        regimes.add(window_of(cube, settings.detect).regime)
    OutputFolder(folder, kind=_COMPARISON, overwrite=settings.overwrite).check()
    if len(regimes) < 2:
        only = "none" if not regimes else f"all {len(targets)} are {regimes.pop().value}"
        raise InputError(
            f"--together compares thermal (emissive) with short-wave (reflective) cubes, and {only}"
            "; name at least one of each, or scan without --together."
        )


def write_comparison(
    folder: Path,
    sightings: tuple[Sighting, ...],
    detect: DetectSettings,
    settings: TogetherSettings,
    *,
    overwrite: bool = False,
) -> TogetherSummary:
    """Compare what scans saw, and write it into a folder that appears when complete.

    Raises
    ------
    OutputError
        If the folder is not free, not ours to replace, or can't be written.
    """
    with OutputFolder(folder, kind=_COMPARISON, overwrite=overwrite) as partial:
        compared = tuple(compare(sightings, detect, settings))
        summary = TogetherSummary(
            software=Software(version=__version__),
            settings={name: float(value) for name, value in asdict(settings).items()},
            scans=tuple(
                ScanTaken(
                    folder=s.name,
                    window=s.regime.value,
                    start_utc=s.start_utc,
                    plumes=len(s.plumes),
                )
                for s in sightings
            ),
            places=tuple(place for place, _ in compared),
        )
        write_together(partial, summary, tuple(outline for _, outline in compared))
    return summary


def _files_of_comparison(folder: Path) -> frozenset[str]:
    read_together(folder)
    return frozenset({TOGETHER_JSON, TOGETHER_GEOJSON})


_COMPARISON = FolderKind("a comparison of scans", "compare fewer cubes", _files_of_comparison)
