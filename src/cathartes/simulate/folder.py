"""A simulated scene on disk: radiance as an ENVI cube, truth as JSON and arrays beside it.

The layout is described in ``docs/reference/simulated-scene.md``.
"""

import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from cathartes.errors import InputError
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.simulate.scene import SimulatedScene
from cathartes.simulate.settings import SceneSettings
from cathartes.simulate.truth import PlumeTruth, Truth

SCHEMA = "cathartes/simulated-scene/1"
CUBE_NAME = "scene.hdr"
TRUTH_NAME = "truth.json"
ARRAYS_NAME = "truth.npz"
_ARRAYS = {
    "column_density_ppm_m": ("gas, line, sample", "ppm m"),
    "snr": ("gas, line, sample", "1"),
    "labels": ("line, sample", "1"),
    "ground_temperature_k": ("line, sample", "K"),
    "thermal_contrast_k": ("line, sample", "K"),
    "material": ("line, sample", "1"),
}


class _Plume(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    gases: tuple[tuple[str, float], ...]
    source_line: float
    source_sample: float
    temperature_k: float
    emission_kg_h: float | None
    snr_max: float
    n_pixels: int


class _SurfaceFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    sha256: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    schema_: str
    instrument: str
    cube: str
    arrays: dict[str, object]
    gases: tuple[str, ...]
    materials: tuple[str, ...]
    surface_files: tuple[_SurfaceFile, ...] = ()
    plumes: tuple[_Plume, ...]
    settings: SceneSettings


def write_scene_files(scene: SimulatedScene, folder: Path) -> None:
    """Write a scene's files into a folder that is there.

    Raises
    ------
    OSError, OutputError
        If they can't be written; some of them may be there then.
    """
    fields = {
        "sensor type": scene.instrument,
        "description": "simulated by Cathartes",
        "sun elevation": f"{90.0 - scene.settings.sun_zenith_deg:.3f}",
        "air temperature": f"{scene.settings.air.temperature_k:.2f}",
    }
    write_envi(
        folder / CUBE_NAME, scene.radiance, bands=scene.bands, grid=scene.map_grid, fields=fields
    )
    truth = scene.truth
    np.savez_compressed(folder / ARRAYS_NAME, **{name: getattr(truth, name) for name in _ARRAYS})
    arrays = {
        name: {"axes": axes, "unit": unit, "file": ARRAYS_NAME}
        for name, (axes, unit) in _ARRAYS.items()
    }
    content = {
        "schema": SCHEMA,
        "instrument": scene.instrument,
        "cube": CUBE_NAME,
        "arrays": arrays,
        "gases": truth.gases,
        "materials": truth.materials,
        "surface_files": [asdict(file) for file in scene.surface_files],
        "plumes": [asdict(plume) for plume in truth.plumes],
        "settings": scene.settings.model_dump(mode="json"),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / TRUTH_NAME).write_text(text + "\n", encoding="utf-8")


def read_truth(folder: str | Path) -> Truth:
    """Read what `write_scene_files` wrote beside the cube.

    Raises
    ------
    InputError
        If the folder holds no truth, one of another schema, or one that contradicts itself.
    """
    folder = Path(folder)
    path = folder / TRUTH_NAME
    if not path.is_file():
        raise InputError(
            f"{folder} holds no {TRUTH_NAME}; name a folder that `cathartes simulate` wrote."
        )
    try:
        content = json.loads(path.read_text("utf-8"))
        found = content.pop("schema", None) if isinstance(content, dict) else None
        if found != SCHEMA:
            raise InputError(
                f"{path} has schema {found!r}; this version reads {SCHEMA!r}: simulate again."
            )
        file = _File.model_validate({"schema_": found, **content})
        with np.load(folder / ARRAYS_NAME) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
    except (ValueError, EOFError, zipfile.BadZipFile, OSError, KeyError) as error:
        raise InputError(
            f"the truth in {folder} is damaged or incomplete ({type(error).__name__}: "
            f"{str(error).splitlines()[0]}); simulate again."
        ) from error
    plumes = tuple(PlumeTruth(**plume.model_dump()) for plume in file.plumes)
    return Truth(gases=file.gases, materials=file.materials, plumes=plumes, **arrays)
