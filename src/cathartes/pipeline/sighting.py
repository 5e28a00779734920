"""What one scan saw and could have seen, placed on the ground, so that scans can be compared."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from cathartes.detect.combine import Look
from cathartes.detect.describe import ASSUMED_FLAG
from cathartes.detect.result import Detections, Plume
from cathartes.detect.window import Regime
from cathartes.errors import InputError
from cathartes.products.outline import ground_outline, pixel_outlines
from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry import Geometry

TILE_PX = 8
"""Side of the tiles over which the noise-equivalent column densities of a scan are kept."""


@dataclass(frozen=True, slots=True)
class LocalMap:
    """A plane in metres that touches the ground at one place; true to a millimetre in a scene."""

    transformer: Transformer

    @classmethod
    def about(cls, longitude_deg: float, latitude_deg: float) -> "LocalMap":
        """Return the plane about a place."""
        crs = CRS.from_proj4(
            f"+proj=aeqd +lat_0={latitude_deg:.8f} +lon_0={longitude_deg:.8f} +datum=WGS84 +units=m"
        )
        return cls(Transformer.from_crs("EPSG:4326", crs, always_xy=True))

    def place(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in longitude and latitude [deg] on the plane [m]."""

        def onto(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(self.transformer.transform(lon_lat[:, 0], lon_lat[:, 1]))

        return shapely.transform(shape, onto)


@dataclass(frozen=True, slots=True)
class PlacedPlume:
    """A plume with its place.

    Attributes
    ----------
    outline
        Longitude and latitude [deg].
    origin
        Of its strongest part, the same.
    contrast : gas → [(K)]
        Median over the plume, signed; NaN where it is not known.
    """

    plume: Plume
    outline: MultiPolygon
    origin: Point
    contrast: dict[str, float]

    @property
    def relative_error(self) -> float:
        """Of its column density, as a part of it; 1 if none is stated."""
        plume = self.plume
        if ASSUMED_FLAG in plume.flags or not plume.column_density_mean_ppm_m > 0:
            return 1.0
        return min(plume.column_density_sd_ppm_m / plume.column_density_mean_ppm_m, 1.0)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One scan: its plumes on the ground, and what it could have seen anywhere.

    Attributes
    ----------
    name
        Of the scan's folder.
    regime
        Which window was searched.
    start_utc
        Of the cube; None if it does not say.
    plumes
        Those that could be placed.
    score_threshold
        That a plume must pass to be found.
    thick_ppm_m : gas → [ppm m]
        See `Look`.
    longitude_deg, latitude_deg : (tile,) [deg]
        Centres of tiles of `TILE_PX` by `TILE_PX` pixels.
    necl_ppm_m : gas → (tile,) [ppm m]
        Median noise-equivalent column density of a square; infinite without contrast, NaN without
        values.
    tile_m : [m]
        Side of a tile.
    """

    name: str
    regime: Regime
    start_utc: datetime | None
    plumes: tuple[PlacedPlume, ...]
    score_threshold: float
    thick_ppm_m: dict[str, float]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    necl_ppm_m: dict[str, NDArray[np.float32]]
    tile_m: float

    @classmethod
    def of_scan(cls, name: str, cube: Cube, regime: Regime, found: Detections) -> "Sighting":
        """Return what a scan of a cube saw, while its images can be read.

        Raises
        ------
        InputError
            If the cube has no geometry.
        """
        geometry = cube.geometry
        if geometry is None:
            raise InputError(
                f"cube {cube.name}: has no geometry, and places on the ground are compared; give "
                "one (map info in the header, an IGM or a GLT file)."
            )
        outlines = pixel_outlines(found.labels) if found.plumes else {}
        inside = {plume.id: found.labels == plume.id for plume in found.plumes}
        contrast: dict[int, dict[str, float]] = {plume.id: {} for plume in found.plumes}
        necl = {}
        for gas in found.gases:
            necl[gas.name] = tile_medians(
                found.planes.read(f"square_necl_ppm_m/{gas.name}")
            ).ravel()
            image = found.planes.read(f"contrast/{gas.name}") if found.plumes else None
            for number, mask in inside.items():
                contrast[number][gas.name] = np.nan if image is None else _median(image[mask])
        lon, lat = tile_centres(found.labels.shape, geometry)
        placed = []
        for plume in found.plumes:
            outline = ground_outline(outlines[plume.id], geometry)
            at_lon, at_lat = geometry.to_lon_lat([plume.origin_line], [plume.origin_sample])
            if not outline.is_empty and np.isfinite([at_lon[0], at_lat[0]]).all():
                origin = Point(float(at_lon[0]), float(at_lat[0]))
                placed.append(PlacedPlume(plume, outline, origin, contrast[plume.id]))
        return cls(
            name=name,
            regime=regime,
            start_utc=cube.start_utc,
            plumes=tuple(placed),
            score_threshold=max(gas.score_threshold for gas in found.gases),
            thick_ppm_m={gas.name: gas.thick_ppm_m for gas in found.gases},
            longitude_deg=lon,
            latitude_deg=lat,
            necl_ppm_m=necl,
            tile_m=TILE_PX * geometry.pixel_size_m(),
        )

    def necl_at(self, place: PlacedPlume, to_metres: LocalMap) -> dict[str, float] | None:
        """Return each gas's noise-equivalent column density where a plume is, [ppm m].

        None if the scan did not look at the plume's strongest part, or had no value there.
        """
        known = np.isfinite(self.longitude_deg)
        x, y = to_metres.transformer.transform(self.longitude_deg[known], self.latitude_deg[known])
        centres = shapely.points(x, y)
        reach_m = self.tile_m * np.sqrt(0.5)
        seen = {gas: values[known] for gas, values in self.necl_ppm_m.items()}
        usable = np.any([~np.isnan(values) for values in seen.values()], axis=0)
        if not (usable & shapely.dwithin(centres, to_metres.place(place.origin), reach_m)).any():
            return None
        within = usable & shapely.dwithin(centres, to_metres.place(place.outline), reach_m)
        return {gas: _median(values[within]) for gas, values in seen.items()}

    def look_at(self, place: PlacedPlume) -> Look:
        """Return what the scan says where one of its own plumes is."""
        plume = place.plume
        return Look(
            evidence=plume.evidence,
            contrast=place.contrast,
            necl_ppm_m=dict.fromkeys(self.necl_ppm_m, 0.0),
            thick_ppm_m=self.thick_ppm_m,
            score_threshold=self.score_threshold,
            relative_error=place.relative_error,
        )

    def look_without_plume(self, necl_ppm_m: dict[str, float]) -> Look:
        """Return what the scan says where it shows no plume."""
        return Look(None, {}, necl_ppm_m, self.thick_ppm_m, self.score_threshold, 0.0)


def tile_centres(
    shape: tuple[int, ...], geometry: Geometry
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude of the tiles of an image, each (tile,) [deg], line by line.

    Parameters
    ----------
    shape
        (lines, samples) of the image.
    geometry
        Of its pixels.
    """
    rows, columns = (-(-n // TILE_PX) for n in shape)
    line, sample = np.meshgrid(
        np.minimum((np.arange(rows) + 0.5) * TILE_PX, shape[0]),
        np.minimum((np.arange(columns) + 0.5) * TILE_PX, shape[1]),
        indexing="ij",
    )
    return geometry.to_lon_lat(line.ravel(), sample.ravel())


def tile_medians(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the median of each tile of an image, NaN left out.

    Parameters
    ----------
    image : (line, sample)

    Returns
    -------
    (tile line, tile sample) float32
        NaN where a tile holds nothing else.
    """
    rows, columns = (-(-n // TILE_PX) for n in image.shape)
    padded = np.full((rows * TILE_PX, columns * TILE_PX), np.nan, dtype=np.float32)
    padded[: image.shape[0], : image.shape[1]] = image
    tiles = padded.reshape(rows, TILE_PX, columns, TILE_PX).transpose(0, 2, 1, 3)
    tiles = np.sort(tiles.reshape(rows, columns, -1), axis=2)  # NaN last
    n_known = (~np.isnan(tiles)).sum(axis=2)
    middle = np.maximum(n_known - 1, 0) // 2
    return np.take_along_axis(tiles, middle[:, :, None], axis=2)[:, :, 0]


def _median(values: NDArray[np.float32]) -> float:
    """Return the median of values of any shape, NaN left out; NaN if there is none."""
    known = np.sort(values[~np.isnan(values)])
    return float(known[(known.size - 1) // 2]) if known.size else float("nan")
