"""In-scene compensation for the air between ground and sensor in the thermal infrared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.context import CLEAR_UM
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance

TEMPERATURE_BINS = 25
"""Bins of ground temperature, each with as many pixels."""
UPPER_QUANTILE = 0.9
"""Part of a bin's pixels that lies below its upper edge, where the emissivity is near one."""
MIN_SPREAD_K = 3.0
"""With a smaller spread of ground temperatures the slope would be noise."""
MIN_TRANSMITTANCE = 0.2


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """What the air does to each band, against the clearest ones.

    Attributes
    ----------
    transmittance : (band,)
    path_radiance : (band,) [W m-2 sr-1 um-1]
    """

    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]


def clear_air(n_bands: int) -> Atmosphere:
    """Return air that does nothing."""
    return Atmosphere(np.ones(n_bands), np.zeros(n_bands))


def estimate_atmosphere(
    radiance: NDArray[np.float32], wavelength_um: NDArray[np.float64]
) -> Atmosphere:
    r"""Estimate transmittance and path radiance from a scene's own pixels.

    .. math:: L_b = \tau_b\,B_b(T) + L_{u,b}

    along the upper edge of the scatter of each band's radiance against the brightness temperature
    T in the clearest bands: there the emissivity is nearest to one. Slope and offset are relative
    to the clearest bands, whose own absorption is left in. Where the ground has nearly one
    temperature, or no band is clear, the air is taken as clear.

    Parameters
    ----------
    radiance : (pixel, band) [W m-2 sr-1 um-1]
        Finite pixels from all over the scene.
    wavelength_um : (band,) [um]

    References
    ----------
    Young, Johnson & Hackwell 2002, doi 10.1029/2001JD001266 (ISAC, by its method; the binned upper
    quantile in place of their Kolmogorov-Smirnov edge is our own).
    """
    clear = (wavelength_um >= CLEAR_UM[0]) & (wavelength_um <= CLEAR_UM[1])
    n_bands = wavelength_um.size
    if not clear.any() or radiance.shape[0] < 4 * TEMPERATURE_BINS:
        return clear_air(n_bands)
    temperature_k = brightness_temperature_k(
        float(wavelength_um[clear].mean()), radiance[:, clear].mean(axis=1)
    )
    known = np.isfinite(temperature_k)
    order = np.argsort(temperature_k[known])
    bins = np.array_split(order, TEMPERATURE_BINS)
    centre_k = np.array([np.median(temperature_k[known][b]) for b in bins])
    if centre_k[-2] - centre_k[1] < MIN_SPREAD_K:
        return clear_air(n_bands)
    edge = np.array([np.quantile(radiance[known][b], UPPER_QUANTILE, axis=0) for b in bins])
    black = planck_radiance(wavelength_um, centre_k[:, None])
    # The outermost bins hold rare hot and cold things.
    x, y = black[1:-1], edge[1:-1]
    dx, dy = x - x.mean(axis=0), y - y.mean(axis=0)
    slope = (dx * dy).sum(axis=0) / (dx * dx).sum(axis=0)
    slope = np.clip(slope / np.median(slope[clear]), MIN_TRANSMITTANCE, 1.0)
    offset = (y - slope * x).mean(axis=0)
    return Atmosphere(slope, offset)
