"""The folder that georeferencing writes: where pixels lie, how sure that is, and from what."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import JsonValue, TypeAdapter

import cathartes
from cathartes.errors import InputError
from cathartes.products.fingerprint import sha256_of
from cathartes.products.folder import FolderKind
from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry import MapIndex
from cathartes.scenes.geometry_writer import write_glt, write_igm, write_images
from cathartes.scenes.georeference.position_sd import PositionSd
from cathartes.scenes.georeference.pushbroom import GroundPoints
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.scenes.resample import resample_cube

IGM, GLT, POSITION_SD, SUMMARY = "igm", "glt", "position_sd", "georeference.json"
MAP_CUBE = "map_cube"
_VERSION = "1"


@dataclass(frozen=True, slots=True)
class GeometryInput:
    """A file that went in."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class GeometrySummary:
    """What `georeference.json` says.

    Attributes
    ----------
    cube, lines, samples
        Whose geometry it is.
    lines_without_pose, pixels_without_position
        Left unknown; remarks say why.
    pixel_along_m, pixel_across_m : [m]
        Median steps from line to line and from sample to sample.
    above_ground_m : [m]
        Median height of the camera; NaN if not known.
    position_sd_median_m, position_sd_largest_m : [m]
        In the direction in which it is largest; NaN if not estimated.
    remarks
        What a reviewer should know.
    geoid
        Its height [m] or file, as given; "" if none was.
    settings, inputs
        With what it was made; what files said of heights is filled in.
    version, software
        Of this file's layout, and of Cathartes.
    """

    cube: str
    lines: int
    samples: int
    lines_without_pose: int
    pixels_without_position: int
    pixel_along_m: float
    pixel_across_m: float
    above_ground_m: float
    position_sd_median_m: float
    position_sd_largest_m: float
    remarks: tuple[str, ...]
    geoid: str
    settings: dict[str, JsonValue]
    inputs: tuple[GeometryInput, ...]
    version: str = _VERSION
    software: str = cathartes.__version__

    @classmethod
    def of(
        cls,
        cube: str,
        igm: IgmGeometry,
        points: GroundPoints,
        sd: PositionSd | None,
        *,
        inputs: tuple[Path, ...],
        above_ground_m: float,
        lines_without_pose: int,
        geoid: str,
        settings: Any,
        remarks: tuple[str, ...],
    ) -> "GeometrySummary":
        """Return the summary of a result."""
        along_m, across_m = igm.steps_m()
        lines, samples = igm.shape
        return cls(
            cube=cube,
            lines=lines,
            samples=samples,
            lines_without_pose=lines_without_pose,
            pixels_without_position=int(np.isnan(points.longitude_deg).sum()),
            pixel_along_m=along_m,
            pixel_across_m=across_m,
            above_ground_m=above_ground_m,
            position_sd_median_m=np.nan if sd is None else float(np.nanmedian(sd.largest_m)),
            position_sd_largest_m=np.nan if sd is None else float(np.nanmax(sd.largest_m)),
            remarks=remarks,
            geoid=geoid,
            settings=TypeAdapter(type(settings)).dump_python(settings, mode="json"),
            inputs=tuple(GeometryInput(path.name, *sha256_of(path)) for path in inputs),
        )

    def to_json(self) -> dict[str, JsonValue]:
        """Return what JSON can hold: NaN is null."""
        plain = asdict(self)
        return {
            key: None if isinstance(value, float) and not np.isfinite(value) else value
            for key, value in plain.items()
        }


def write_map_cube(folder: Path, cube: Cube, index: MapIndex) -> None:
    """Write a cube on the map grid, beside its geometry.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    write_envi(
        folder / MAP_CUBE,
        resample_cube(cube, index),
        bands=cube.bands,
        band_valid=cube.band_valid,
        quantity=cube.quantity,
        grid=index.grid,
        start_utc=cube.start_utc,
    )


def write_geometry(
    folder: Path,
    points: GroundPoints,
    index: MapIndex,
    sd: PositionSd | None,
    summary: GeometrySummary,
) -> GeometrySummary:
    """Write a result into a folder, and return its summary.

    Raises
    ------
    OutputError
        If a file can't be written.
    """
    write_igm(folder / IGM, points.longitude_deg, points.latitude_deg, points.altitude_m)
    write_glt(folder / GLT, index)
    if sd is not None:
        images = {
            "largest standard deviation [m]": sd.largest_m,
            "standard deviation to the east [m]": sd.east_m,
            "standard deviation to the north [m]": sd.north_m,
            "correlation of east and north": sd.correlation,
        }
        write_images(folder / POSITION_SD, images, "<f4")
    text = json.dumps(summary.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    return summary


def _files_of(folder: Path) -> frozenset[str]:
    try:
        known = "pixel_along_m" in json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder.name}: has no {SUMMARY} that can be read ({error}).") from error
    if not known:
        raise InputError(f"{folder.name}: its {SUMMARY} is not one of cathartes georeference.")
    names = {f"{name}{end}" for name in (IGM, GLT, POSITION_SD, MAP_CUBE) for end in ("", ".hdr")}
    return frozenset({SUMMARY, *names})


GEOMETRY_FOLDER = FolderKind(
    "a result of cathartes georeference", "georeference fewer lines", _files_of
)
