"""A simulated scene from its settings to its folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.products.folder import FolderKind, OutputFolder
from cathartes.scenes.instrument import Instrument, SpectralRange, load_instrument
from cathartes.simulate.folder import (
    ARRAYS_NAME,
    CUBE_NAME,
    TRUTH_NAME,
    read_truth,
    write_scene_files,
)
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.simulate.presets import PRESETS
from cathartes.simulate.scene import SimulatedScene, simulate_scene
from cathartes.simulate.settings import SceneSettings, read_scene_settings
from cathartes.simulate.surfaces import SurfaceSet
from cathartes.spectra.library import GasLibrary

DATA_VARIABLE = "CATHARTES_DATA"
AUTO, BUILTIN = "auto", "builtin"
MEASURED = Path("emissivity_noise", "ecostress_library_with_mixtures.hdr")
"""Where the measured reflectances lie in the folder of real data."""


def simulate(
    scene: SceneSettings | str | Path,
    out: str | Path,
    library: GasLibrary | None = None,
    *,
    surfaces: str | Path = AUTO,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SimulatedScene:
    """Simulate a scene and write it, with its truth, into a folder that appears when complete.

    Parameters
    ----------
    scene
        What to simulate: settings, the name of a preset, or the TOML file of settings.
    out
        Folder; `cathartes.simulate.folder.CUBE_NAME` in it is the cube.
    library
        Spectra of the gases; None takes the built-in ones and the user's own.
    surfaces
        What the ground is built from, see `choose_surfaces`; `BUILTIN` makes the same scene on
        every machine. The truth says which it was.
    overwrite
        Replace an older simulated scene there, if nobody added anything to it.
    progress
        Who watches; nobody if None.

    Raises
    ------
    OutputError
        If the folder is not free, not ours to replace, or can't be written.
    SettingsError, UnknownGasError, NoSignatureError
        If the settings can't be simulated.
    InputError
        If the measured reflectances can't be read.
    """
    settings = scene_settings(scene)
    library = working_library() if library is None else library
    instrument = load_instrument(settings.instrument)
    cube_bytes = 4 * settings.lines * settings.samples * len(instrument.bands)
    with (
        StageClock(progress or SilentProgress()) as clock,
        OutputFolder(
            Path(out), kind=_SCENE, overwrite=overwrite, needed_bytes=cube_bytes
        ) as folder,
    ):
        advance = clock.units("simulate", 2)
        ground = choose_surfaces(surfaces, settings, instrument)
        made = simulate_scene(settings, library, instrument, ground)
        advance(1)
        write_scene_files(made, folder)
        advance(1)
    return made


def scene_settings(scene: SceneSettings | str | Path) -> SceneSettings:
    """Return settings as they are, those of a preset, or those in a TOML file.

    Raises
    ------
    SettingsError
        If it is none of these.
    """
    if isinstance(scene, SceneSettings):
        return scene
    if scene in PRESETS:
        return PRESETS[str(scene)]
    path = Path(scene)
    if path.suffix != ".toml" and not path.is_file():
        raise SettingsError(
            f"{scene}: is no preset ({', '.join(sorted(PRESETS))}) and no settings file; "
            "`cathartes simulate --list` lists the presets."
        )
    return read_scene_settings(path)


def choose_surfaces(
    surfaces: str | Path,
    settings: SceneSettings,
    instrument: Instrument,
    environment: Mapping[str, str] | None = None,
) -> SurfaceSet | None:
    """Return the measured materials of a scene's ground; None for the built-in ones.

    Parameters
    ----------
    surfaces
        Header of an ENVI spectral library of reflectances; or `BUILTIN`; or `AUTO`: in the thermal
        infrared the measured ones (`MEASURED`) where the folder of real data has them and they
        cover the instrument's bands, otherwise the built-in ones.
    environment
        Where ``CATHARTES_DATA`` may name the folder of real data; by default the process's own.

    Raises
    ------
    InputError
        If the measured reflectances named, or found, can't be read.
    """
    if surfaces == BUILTIN:
        return None
    half = settings.landscape.surface_set
    if surfaces != AUTO:
        if not Path(surfaces).is_file():
            raise InputError(
                f"surfaces {surfaces}: no such file; name the header of an ENVI spectral library, "
                f"{AUTO} or {BUILTIN}."
            )
        return read_measured_surfaces(Path(surfaces), half, seed=settings.seed)
    folder = (os.environ if environment is None else environment).get(DATA_VARIABLE)
    emissive = instrument.spectral_range is SpectralRange.EMISSIVE
    if not folder or not emissive or not (Path(folder) / MEASURED).is_file():
        return None
    found = read_measured_surfaces(Path(folder) / MEASURED, half, seed=settings.seed)
    return None if found.uncovered_um(instrument.bands.centre_um).size else found


def _files_of_scene(folder: Path) -> frozenset[str]:
    read_truth(folder)
    return frozenset({CUBE_NAME, str(Path(CUBE_NAME).with_suffix(".img")), TRUTH_NAME, ARRAYS_NAME})


_SCENE = FolderKind("a simulated scene", "simulate fewer lines or samples", _files_of_scene)
