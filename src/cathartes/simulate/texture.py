"""Random fields: what the ground and the air's turbulence are textured with."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates


def smooth_field(
    generator: np.random.Generator, shape: tuple[int, int], scale: float
) -> NDArray[np.float64]:
    """Return a Gaussian random field of mean 0 and standard deviation 1 over its cells.

    Parameters
    ----------
    shape
        (row, column).
    scale : [cells]
        Standard deviation of the Gaussian that smooths white noise; large ones are made on a
        coarse grid and interpolated.

    Returns
    -------
    (row, column)
    """
    shrink = max(1, int(scale / 4.0))
    coarse = tuple(int(np.ceil(n / shrink)) + 3 for n in shape)
    field = gaussian_filter(
        generator.standard_normal(coarse), max(scale / shrink, 1e-6), mode="wrap"
    )
    if shrink > 1:
        rows = np.arange(shape[0]) / shrink + 1.0
        columns = np.arange(shape[1]) / shrink + 1.0
        grid = np.meshgrid(rows, columns, indexing="ij")
        field = map_coordinates(field, grid, order=3, mode="nearest")
    field = np.asarray(field[: shape[0], : shape[1]], dtype=np.float64)
    spread = float(field.std())
    return (field - field.mean()) / spread if spread > 0 else np.zeros(shape)


def fractal_field(
    generator: np.random.Generator, shape: tuple[int, int], scales: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return a sum of smooth fields, each weighted by the cube root of its scale, spread 1.

    The cube root is Kolmogorov's: differences over a distance r grow as r^(1/3).

    Returns
    -------
    (row, column)
    """
    total = np.zeros(shape)
    for scale in scales:
        total += scale ** (1.0 / 3.0) * smooth_field(generator, shape, scale)
    spread = float(total.std())
    return total / spread if spread > 0 else total
