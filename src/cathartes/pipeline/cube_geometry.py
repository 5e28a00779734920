"""Where a sortie's cube lies: as its files say, or by its navigation, camera and terrain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError
from cathartes.pipeline.flown_line import FlownLine
from cathartes.pipeline.georeference import GeoreferenceSettings, georeference
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.settings_file import settings_of
from cathartes.products.geometry_folder import IGM
from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry_files import read_igm
from cathartes.scenes.georeference.frames import to_geodetic

_FILES = ("navigation", "camera", "line_times")


@dataclass(frozen=True, slots=True)
class GeometryRecipe:
    """What a cube's geometry is made of.

    Attributes
    ----------
    navigation, camera
    line_times
        None takes the cube's start and the camera's line period.
    terrain
        GeoTIFF of heights; None takes level ground, which the settings state.
    geoid
        Its height [m] or a GeoTIFF; None if heights are above the ellipsoid.
    settings
    """

    navigation: Path
    camera: Path
    line_times: Path | None
    terrain: Path | None
    geoid: float | Path | None
    settings: GeoreferenceSettings

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it reads."""
        every = (self.navigation, self.camera, self.line_times, self.terrain, self.geoid)
        return tuple(file for file in every if isinstance(file, Path))


def recipe_of(
    table: Mapping[str, object], terrain: str, folder: Path, where: str
) -> GeometryRecipe | None:
    """Return what a sortie's table ``[observation.georeference]`` says; None if it is empty.

    Parameters
    ----------
    table
        ``navigation`` and ``camera``, perhaps ``line_times`` and ``geoid``; the rest are fields of
        `GeoreferenceSettings`.
    terrain
        The sortie's, named from its folder; "" if none.
    folder
    where
        Of the table, for messages.

    Raises
    ------
    SettingsError
        If a key is missing or not known.
    """
    if not table:
        return None
    missing = [name for name in ("navigation", "camera") if not table.get(name)]
    if missing:
        raise SettingsError(f"{where}: {' and '.join(missing)} missing; files are needed.")
    paths = {name: folder / str(table[name]) for name in _FILES if table.get(name)}
    geoid = table.get("geoid")
    rest = {key: value for key, value in table.items() if key not in (*_FILES, "geoid")}
    return GeometryRecipe(
        navigation=paths["navigation"],
        camera=paths["camera"],
        line_times=paths.get("line_times"),
        terrain=folder / terrain if terrain else None,
        geoid=folder / geoid if isinstance(geoid, str) else _number(geoid, where),
        settings=settings_of(rest, GeoreferenceSettings(), where),
    )


def _number(geoid: object, where: str) -> float | None:
    if geoid is None:
        return None
    if isinstance(geoid, int | float):
        return float(geoid)
    raise SettingsError(f"{where}: geoid is {geoid!r}; a height in metres or a file is needed.")


@dataclass(frozen=True, slots=True)
class OnGround:
    """A cube with its geometry, and what is known of how it came by that.

    Attributes
    ----------
    cube
    position_sd_m : [m]
        Median standard deviation of its pixels' places; None if it is not known.
    camera_deg : (line, 2) [deg]
        Longitude and latitude of the camera at each line, NaN where the navigation has none; None
        without navigation.
    """

    cube: Cube
    position_sd_m: float | None = None
    camera_deg: NDArray[np.float64] | None = None


def put_on_ground(cube: Cube, recipe: GeometryRecipe, folder: Path, progress: Progress) -> OnGround:
    """Give a cube the geometry of its recipe.

    Parameters
    ----------
    cube, recipe
    folder
        To work in.
    progress
        Who watches.
    """
    flown: list[FlownLine] = []
    made = georeference(
        cube,
        recipe.navigation,
        recipe.camera,
        folder / "geometry",
        dem=recipe.terrain,
        geoid=recipe.geoid,
        line_times=recipe.line_times,
        settings=recipe.settings,
        progress=progress,
        on_flown=flown.append,
    )
    geometry = read_igm(folder / "geometry" / IGM, cube.shape[:2])
    sd_m = made.position_sd_median_m
    longitude_deg, latitude_deg, _ = to_geodetic(flown[0].poses.camera_m)
    return OnGround(
        replace(cube, geometry=geometry),
        float(sd_m) if np.isfinite(sd_m) else None,
        np.column_stack([longitude_deg, latitude_deg]),
    )
