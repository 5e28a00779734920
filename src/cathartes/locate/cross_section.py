"""Cross-sectional flux: the column integrated across the wind, at many distances."""

import numpy as np
from scipy.ndimage import binary_dilation

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.flux_weights import FluxWeights

FIRST_PX = 1.5
"""Nearer to the origin a section is not whole."""
HALF_WIDTH_PX = 2.5
OPENING = 0.35
"""A section reaches so far to each side: pixels, and a part of the distance."""
GROWN_PX = 2
"""Sections end so far outside the outline."""
LEAST_LENGTH_PX = 4.0


def cross_section_weights(column_map: ColumnMap, origin_m: tuple[float, float]) -> FluxWeights:
    r"""Return the weights of the mean cross-sectional flux, sections a pixel apart.

    .. math:: Q = U_\mathrm{eff}\,\frac1n \sum_{s} \int \Delta\Omega(s, y)\,dy

    The axis is that from the origin to the plume's centre of mass. Sections reach beyond the
    outline, where weak gas is lost to it; noise there has a mean of nought.

    Parameters
    ----------
    origin_m : [m]
        East, north.

    References
    ----------
    Varon et al. 2018, doi 10.5194/amt-11-5673-2018, equation 8.
    """
    pixel_m = column_map.pixel_m
    east, north = column_map.centres_m()
    dx, dy = east[None, :] - origin_m[0], north[:, None] - origin_m[1]
    inside = np.where(column_map.plume, np.nan_to_num(column_map.column_density_ppm_m), 0.0)
    inside = np.maximum(inside, 0.0)
    axis = np.arctan2((inside * dx).sum(), (inside * dy).sum())
    along = dx * np.sin(axis) + dy * np.cos(axis)
    across = np.abs(dy * np.sin(axis) - dx * np.cos(axis))
    end_m = max(float(np.quantile(along[column_map.plume], 0.95)), LEAST_LENGTH_PX * pixel_m)
    corridor = (along > FIRST_PX * pixel_m) & (along < end_m)
    corridor &= across < HALF_WIDTH_PX * pixel_m + OPENING * np.maximum(along, 0.0)
    corridor &= binary_dilation(column_map.plume, iterations=GROWN_PX)
    n_sections = end_m / pixel_m - FIRST_PX
    return FluxWeights(corridor * (pixel_m / n_sections), end_m)
