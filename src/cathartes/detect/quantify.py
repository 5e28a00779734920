"""How much: contrast of plume to ground, column density, and what could just be seen."""

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.radiometry import planck_radiance, planck_slope


def emissive_contrast_k(
    block: NDArray[np.float32],
    wavelength_um: NDArray[np.float64],
    weight: NDArray[np.float64],
    plume_temperature_k: float,
    ground_temperature_k: float,
) -> NDArray[np.float32]:
    r"""Return the plume-ground contrast of each pixel in each gas's own bands, as kelvins.

    .. math:: \Delta T_g = \frac{\sum_b w_{gb}\,(B_b(T_p) - L_b)}
                                {\sum_b w_{gb}\,\partial B_b/\partial T}, \qquad w_g = |s_g|

    The pixel's own radiance stands for the ground's: true for a thin plume and short paths; a
    plume of optical depth τ leaves the contrast short by about τ.

    Parameters
    ----------
    block : (line, sample, band) [W m-2 sr-1 um-1]
    wavelength_um : (band,) [um]
    weight : (gas, band)
        Not negative; where each gas absorbs.
    plume_temperature_k, ground_temperature_k : [K]
        The second is where the signatures were linearised.

    Returns
    -------
    (line, sample, gas) float32 [K]
    """
    slope = planck_slope(wavelength_um, ground_temperature_k)
    share = weight / (weight @ slope)[:, None]
    glow = share @ planck_radiance(wavelength_um, plume_temperature_k)
    return np.asarray(glow - block @ share.T.astype(np.float32), dtype=np.float32)


def albedo_factor(block: NDArray[np.float32], mean: NDArray[np.float64]) -> NDArray[np.float32]:
    r"""Return how bright each pixel is against the mean, :math:`R = x^T\mu/\mu^T\mu`.

    Parameters
    ----------
    block : (line, sample, band) [cube's unit]
    mean : (band,) [cube's unit]

    Returns
    -------
    (line, sample) float32

    References
    ----------
    Foote 2020, doi 10.1109/TGRS.2020.2976888, albedo factor.
    """
    return np.asarray(block @ (mean / (mean @ mean)).astype(np.float32), dtype=np.float32)


def column_density_ppm_m(
    amount: NDArray[np.float32], contrast: NDArray[np.float32], min_contrast: float
) -> NDArray[np.float32]:
    """Return amount over contrast; NaN where the contrast is too small to divide by.

    Parameters
    ----------
    amount : (line, sample) [ppm m (K)]
        Signed estimate of the filter.
    contrast : (line, sample) [(K)]
    min_contrast : [(K)]

    Returns
    -------
    (line, sample) float32 [ppm m]
    """
    usable = np.abs(contrast) >= min_contrast
    safe = np.where(usable, contrast, 1.0)
    return np.where(usable, amount / safe, np.nan).astype(np.float32)


def necl_ppm_m(
    noise_equivalent: float, contrast: NDArray[np.float32], min_contrast: float
) -> NDArray[np.float32]:
    r"""Return the noise-equivalent column density, :math:`1/(|C|\sqrt{\tilde s^T\tilde s})`.

    Parameters
    ----------
    noise_equivalent : [ppm m (K)]
        Standard deviation of the filter's estimate over the clean scene.
    contrast : (line, sample) [(K)]
    min_contrast : [(K)]

    Returns
    -------
    (line, sample) float32 [ppm m]; infinite where the plume could not be seen at all.
    """
    size = np.abs(contrast)
    seen = size >= min_contrast
    necl = np.where(seen, noise_equivalent / np.where(seen, size, 1.0), np.inf)
    return np.where(np.isfinite(contrast), necl, np.nan).astype(np.float32)


def column_density_sd_ppm_m(
    column_density: NDArray[np.float32],
    necl: NDArray[np.float32],
    contrast: NDArray[np.float32],
    contrast_sd: float,
) -> NDArray[np.float32]:
    r"""Return one standard deviation of the column density.

    .. math:: \sigma_u^2 = \mathrm{NECL}^2 + \Big(u\,\frac{\sigma_C}{C}\Big)^2

    Parameters
    ----------
    column_density, necl : (line, sample) [ppm m]
    contrast : (line, sample) [(K)]
    contrast_sd : [(K)]
        Uncertainty of the contrast, mostly of the plume's temperature.

    Returns
    -------
    (line, sample) float32 [ppm m]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = contrast_sd / contrast
        return np.hypot(necl, column_density * relative).astype(np.float32)
