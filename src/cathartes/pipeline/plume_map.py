"""From a scan's images to a map of one plume in metres, north up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cathartes.detect.result import Detections, Plume
from cathartes.errors import InputError
from cathartes.locate.column_map import ColumnMap, noise_of
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.local_frame import LocalFrame

LEAST_MARGIN_PX = 40
"""Surroundings of a plume that are looked at: its noise is measured there."""
REACH_PX = 0.75
"""A cell shows the nearest pixel, if it is not farther than that."""


@dataclass(frozen=True, slots=True)
class PlumeGrid:
    """Which pixel of the scan each cell of a north-up grid about a plume shows.

    Attributes
    ----------
    frame
        About the plume.
    line, sample : (y, x) int
        -1 where no pixel falls.
    pixel_m, east_m, north_m : [m]
        As of `ColumnMap`.
    """

    frame: LocalFrame
    line: NDArray[np.int64]
    sample: NDArray[np.int64]
    pixel_m: float
    east_m: float
    north_m: float

    @classmethod
    def about(cls, plume: Plume, shape: tuple[int, int], geometry: Geometry) -> "PlumeGrid":
        """Return the grid about a plume, of the geometry's own pixel size.

        Raises
        ------
        InputError
            If the plume's surroundings have no place on the ground.
        """
        margin = LEAST_MARGIN_PX
        first = (max(plume.line_min - margin, 0), max(plume.sample_min - margin, 0))
        last = (
            min(plume.line_max + margin, shape[0] - 1),
            min(plume.sample_max + margin, shape[1] - 1),
        )
        line, sample = (a.ravel() for a in np.mgrid[first[0] : last[0] + 1, first[1] : last[1] + 1])
        longitude, latitude = geometry.to_lon_lat(line + 0.5, sample + 0.5)
        placed = np.isfinite(longitude) & np.isfinite(latitude)
        if placed.sum() < plume.n_pixels:
            raise InputError(f"plume {plume.id}: its pixels have no place on the ground.")
        line, sample = line[placed], sample[placed]
        longitude, latitude = longitude[placed], latitude[placed]
        frame = LocalFrame(float(longitude[placed.sum() // 2]), float(np.median(latitude)))
        east, north = frame.to_east_north(longitude, latitude)
        pixel_m = geometry.pixel_size_m()
        x = np.arange(east.min(), east.max() + pixel_m, pixel_m)
        y = np.arange(north.max(), north.min() - pixel_m, -pixel_m)
        cells = np.stack([a.ravel() for a in np.meshgrid(x, y)], axis=1)
        distance, nearest = cKDTree(np.stack([east, north], axis=1)).query(
            cells, distance_upper_bound=REACH_PX * pixel_m
        )
        seen = np.isfinite(distance)
        found = np.where(seen, nearest, 0)
        return cls(
            frame=frame,
            line=np.where(seen, line[found], -1).reshape(y.size, x.size),
            sample=np.where(seen, sample[found], -1).reshape(y.size, x.size),
            pixel_m=pixel_m,
            east_m=float(x[0] - pixel_m / 2),
            north_m=float(y[0] + pixel_m / 2),
        )

    def on_grid(self, image: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return an image of the scan on the grid, (y, x), NaN where no pixel falls."""
        seen = self.line >= 0
        mapped = np.full(self.line.shape, np.nan)
        mapped[seen] = image[self.line[seen], self.sample[seen]]
        return mapped

    def map_of(
        self,
        image: NDArray[np.float32],
        labels: NDArray[np.int32],
        plume: Plume,
        *,
        noise: float | None = None,
        relative_sd: float = 0.0,
    ) -> ColumnMap:
        """Return a plume's map of an image; other plumes have no value in it.

        Parameters
        ----------
        image : (line, sample) [ppm m, or any unit in proportion]
        labels : (line, sample) int32
        noise : [unit of the image]
            Where the surroundings don't tell; None measures it there.
        relative_sd
            As of `ColumnMap`.

        Raises
        ------
        InputError
            If the surroundings are asked for the noise, and have too few values.
        """
        values, numbers = self.on_grid(image), self.on_grid(labels.astype(np.float32))
        own = numbers == plume.id
        values[(numbers > 0) & ~own] = np.nan
        return ColumnMap(
            column_density_ppm_m=values,
            plume=own,
            noise_sd_ppm_m=noise_of(values, own) if noise is None else noise,
            relative_sd=relative_sd,
            pixel_m=self.pixel_m,
            east_m=self.east_m,
            north_m=self.north_m,
        )


def signal_map(grid: PlumeGrid, found: Detections, plume: Plume) -> ColumnMap:
    """Return the map that origins are found in: the filter's estimate, known in every pixel.

    It is the column times the contrast, and has the sign that the plume shows.
    """
    amount = found.planes.read(f"amount/{plume.chemical}")
    sign = -1.0 if np.nanmedian(amount[found.labels == plume.id]) < 0 else 1.0
    return grid.map_of(np.float32(sign) * amount, found.labels, plume)


HIDDEN_WITHIN_PX = 6.0
HIDDEN_BELOW = 0.3
"""Of the plume's median contrast; with less, or the other sign, gas is as good as unseen."""
HIDDEN_SHARE = 0.3


def may_be_hidden(
    grid: PlumeGrid,
    found: Detections,
    plume: Plume,
    origin_m: tuple[float, float],
    wind_from_deg: float,
) -> bool:
    """Return True if the ground just upwind of an origin would hide gas: the source may be there.

    Parameters
    ----------
    origin_m : [m]
        East, north.
    """
    contrast = found.planes.read(f"contrast/{plume.chemical}")
    typical = float(np.nanmedian(contrast[found.labels == plume.id]))
    y, x = grid.line.shape
    east = grid.east_m + (np.arange(x) + 0.5) * grid.pixel_m - origin_m[0]
    north = (grid.north_m - (np.arange(y) + 0.5) * grid.pixel_m - origin_m[1])[:, None]
    angle = np.deg2rad(wind_from_deg)
    upwind = east * np.sin(angle) + north * np.cos(angle) > 0.5 * grid.pixel_m
    upwind &= np.hypot(east, north) < HIDDEN_WITHIN_PX * grid.pixel_m
    near = grid.on_grid(contrast)[upwind & (grid.line >= 0)]
    if not near.size or not np.isfinite(typical) or typical == 0:
        return False
    return bool(np.mean(~(near / typical > HIDDEN_BELOW)) > HIDDEN_SHARE)


def amount_map(grid: PlumeGrid, found: Detections, plume: Plume) -> ColumnMap:
    """Return the map that rates are made of: the column density.

    Outside plumes the columns of the thermal infrared often have no value; noise is then that of a
    pixel of the plume itself.
    """
    columns = found.planes.read(f"column_density_ppm_m/{plume.chemical}")
    relative_sd = plume.column_density_sd_ppm_m / plume.column_density_mean_ppm_m
    try:
        return grid.map_of(columns, found.labels, plume, relative_sd=relative_sd)
    except InputError:
        necl = found.planes.read(f"necl_ppm_m/{plume.chemical}")[found.labels == plume.id]
        seen = necl[np.isfinite(necl)]
        if not seen.size:
            raise
        noise = float(np.median(seen))
        return grid.map_of(columns, found.labels, plume, noise=noise, relative_sd=relative_sd)
