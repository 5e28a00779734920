"""Integrated mass enhancement: all the gas in the outline, over how far it has come."""

import numpy as np

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.flux_weights import FluxWeights


def integrated_mass_weights(column_map: ColumnMap, origin_m: tuple[float, float]) -> FluxWeights:
    r"""Return the weights of the integrated mass enhancement over the plume's length.

    .. math:: Q = U_\mathrm{eff}\,\frac{1}{L} \sum_{i \in \mathrm{outline}} \Delta\Omega_i A

    with L the distance from the origin to the farthest pixel of the outline. Varon 2018 takes the
    root of the outline's area, since an origin is not known there (`root_area_weights`); measured
    on made-up plumes the length is the better one.

    Parameters
    ----------
    origin_m : [m]
        East, north.

    References
    ----------
    Varon et al. 2018, doi 10.5194/amt-11-5673-2018, equation 5; Thorpe et al. 2021 and emit-ghg
    for L as the plume's length.
    """
    east, north = column_map.centres_m()
    distance = np.hypot(east[None, :] - origin_m[0], north[:, None] - origin_m[1])
    farthest = float(distance[column_map.plume].max()) + column_map.pixel_m / 2
    return _over(column_map, farthest)


def root_area_weights(column_map: ColumnMap) -> FluxWeights:
    """Return the weights with L the root of the outline's area, as Varon 2018 has it."""
    return _over(column_map, float(np.sqrt(column_map.plume.sum()) * column_map.pixel_m))


def _over(column_map: ColumnMap, length_m: float) -> FluxWeights:
    area_m2 = column_map.pixel_m**2
    return FluxWeights(np.where(column_map.plume, area_m2 / length_m, 0.0), length_m)
