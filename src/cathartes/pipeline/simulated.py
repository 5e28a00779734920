"""A simulated scene from its settings to its folder."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from cathartes.errors import InputError, OutputError, SettingsError
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.scenes.instrument import Instrument, SpectralRange, load_instrument
from cathartes.simulate.folder import ARRAYS_NAME, CUBE_NAME, TRUTH_NAME, read_truth, write_scene
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

_FILES = frozenset({CUBE_NAME, str(Path(CUBE_NAME).with_suffix(".img")), TRUTH_NAME, ARRAYS_NAME})


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
    settings, out = scene_settings(scene), Path(out).resolve()
    library = working_library() if library is None else library
    check_free(out, overwrite=overwrite)
    with StageClock(progress or SilentProgress()) as clock:
        advance = clock.units("simulate", 2)
        instrument = load_instrument(settings.instrument)
        ground = choose_surfaces(surfaces, settings, instrument)
        made = simulate_scene(settings, library, instrument, ground)
        advance(1)
        check_free(out, overwrite=overwrite)
        _write(made, out)
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


def check_free(out: Path, *, overwrite: bool) -> None:
    """Check that a scene may be written there.

    Raises
    ------
    OutputError
        If something is there that is not ours to replace, or it is the current folder.
    """
    if out.resolve() == Path.cwd():
        raise OutputError(
            f"{out}: is the current folder, which can't be put in place in one step; name a folder "
            "inside it with --out."
        )
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not overwrite or not out.is_dir():
        raise OutputError(
            f"{out}: exists and is not an empty folder; name a new folder with --out, or replace "
            "an older simulated scene with --overwrite."
        )
    try:
        read_truth(out)
    except InputError as error:
        raise OutputError(
            f"{out}: is not empty and not a simulated scene that could be replaced ({error}) Name "
            "another folder with --out."
        ) from error
    others = sorted(p.name for p in out.iterdir() if p.name not in _FILES)
    if others:
        raise OutputError(
            f"{out}: also holds {others[0]}, which cathartes did not write and --overwrite would "
            "delete; move it away, or name another folder with --out."
        )


def _write(scene: SimulatedScene, out: Path) -> None:
    """Write a scene; an older one gives way only when the new one is whole."""
    if not out.exists():
        write_scene(scene, out)
        return
    fresh, older = (out.with_name(f".{out.name}.{secrets.token_hex(4)}") for _ in range(2))
    try:
        write_scene(scene, fresh)
        # Two renames: a run that is killed here leaves whole scenes, never half a one.
        out.rename(older)
        try:
            fresh.rename(out)
        except BaseException:
            older.rename(out)
            raise
        shutil.rmtree(older, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"{out}: can't be replaced ({error.strerror or error}); name another folder with --out."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
