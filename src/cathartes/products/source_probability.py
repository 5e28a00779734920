"""Where sources may be, as an image: each cell's probability, in metres about a place."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.origin import OriginPosterior
from cathartes.products.raster import write_cog
from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.local_frame import LocalFrame

CELLS_A_DEVIATION = 4.0
"""Cells within a standard deviation of the narrowest source, if the image may be that large."""
MOST_CELLS = 256
"""Along either side."""
LEAST_CELL_M = 0.05
MARGIN_DEVIATIONS = 4.0
"""So far the image reaches beyond the outermost particle."""


def write_origin_probability(
    path: Path, origin: OriginPosterior, frame: LocalFrame, chemical: str
) -> None:
    """Write an origin's posterior; its cells sum to one."""
    grid = _grid(frame, origin.east_m, origin.north_m, origin.cell_m, origin.probability.shape)
    _write(path, origin.probability, grid, chemical, "probability that the source is in the cell")


def write_particle_probability(
    path: Path, place_m: NDArray[np.float64], frame: LocalFrame, chemical: str
) -> None:
    """Write the sum of all sources' densities, by kernels of the particles' own shape.

    Parameters
    ----------
    path
        Where to.
    place_m : (particle, source, 2) [m]
        East and north.
    frame
        What they are counted in.
    chemical
        Whose sources.
    """
    image, west_m, north_m, cell_m = particle_density(place_m)
    grid = _grid(frame, west_m, north_m, cell_m, image.shape)
    _write(path, image, grid, chemical, "expected number of sources in the cell")


def particle_density(
    place_m: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, float, float]:
    """Return the expected number of sources in each cell of a grid about them.

    Each source's density is a kernel estimate with the particles' covariance and Scott's width
    (Scott 1992, *Multivariate Density Estimation*, eq. 6.42), times the cell's area.

    Parameters
    ----------
    place_m : (particle, source, 2) [m]
        East and north.

    Returns
    -------
    expected : (y, x)
        North up; sums to the number of sources but for what lies beyond the margin.
    west_m, north_m : [m]
        Of the upper left corner.
    cell_m : [m]
    """
    spread = np.maximum(place_m.std(axis=0), LEAST_CELL_M)
    low = (place_m.min(axis=0) - MARGIN_DEVIATIONS * spread).min(axis=0)
    high = (place_m.max(axis=0) + MARGIN_DEVIATIONS * spread).max(axis=0)
    cell_m = max(
        float(spread.min()) / CELLS_A_DEVIATION,
        LEAST_CELL_M,
        float((high - low).max()) / MOST_CELLS,
    )
    n_x, n_y = np.ceil((high - low) / cell_m).astype(int)
    east = low[0] + (np.arange(n_x) + 0.5) * cell_m
    north = high[1] - (np.arange(n_y) + 0.5) * cell_m
    cells = np.stack(np.meshgrid(east, north)).reshape(2, -1)
    expected = np.zeros(cells.shape[1])
    for source in range(place_m.shape[1]):
        expected += _kernel_density(cells, place_m[:, source], cell_m) * cell_m**2
    return expected.reshape(n_y, n_x), float(low[0]), float(high[1]), cell_m


def _kernel_density(
    cells_m: NDArray[np.float64], place_m: NDArray[np.float64], cell_m: float
) -> NDArray[np.float64]:
    """Return the density [m-2] at (2, cell), no narrower than half a cell."""
    width = len(place_m) ** (-1 / 6)
    covariance = np.atleast_2d(np.cov(place_m.T)) * width**2 + (cell_m / 2) ** 2 * np.eye(2)
    root = np.linalg.cholesky(covariance)
    at, centres = np.linalg.solve(root, cells_m), np.linalg.solve(root, place_m.T)
    total = np.zeros(cells_m.shape[1])
    for x, y in centres.T:
        total += np.exp(-0.5 * ((at[0] - x) ** 2 + (at[1] - y) ** 2))
    return np.asarray(total / (2 * np.pi * np.linalg.det(root) * len(place_m)))


def _grid(
    frame: LocalFrame, west_m: float, north_m: float, cell_m: float, shape: tuple[int, ...]
) -> MapGrid:
    return MapGrid((cell_m, 0.0, west_m, 0.0, -cell_m, north_m), frame.crs, (shape[0], shape[1]))


def _write(
    path: Path, image: NDArray[np.float64], grid: MapGrid, chemical: str, long_name: str
) -> None:
    tags = {"CHEMICAL": chemical, "QUANTITY": "source_probability", "GRID": "map"}
    values = image.astype(np.float32)
    write_cog(path, values, grid=grid, unit="1", long_name=long_name, tags=tags)
