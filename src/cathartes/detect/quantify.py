"""How much: contrast of plume to ground, column density, and what could just be seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.atmosphere import Atmosphere
from cathartes.scenes.radiometry import planck_radiance, planck_slope


def emissive_contrast_k(
    block: NDArray[np.float32],
    wavelength_um: NDArray[np.float64],
    weight: NDArray[np.float64],
    plume_temperature_k: float,
    ground_temperature_k: float,
    atmosphere: Atmosphere,
) -> NDArray[np.float32]:
    r"""Return the plume-ground contrast of each pixel in each gas's own bands, as kelvins.

    .. math:: \Delta T_g = \frac{\sum_b w_{gb}\,(B_b(T_p) - (L_b - L_{u,b})/\tau_b)}
                                {\sum_b w_{gb}\,\partial B_b/\partial T}, \qquad w_g = |s_g|

    The pixel's own radiance stands for the ground's, which is true for a thin plume; what a dense
    one hides is put right by `SaturationCurve`.

    Parameters
    ----------
    block : (line, sample, band) [W m-2 sr-1 um-1]
    wavelength_um : (band,) [um]
    weight : (gas, band)
        Not negative; where each gas absorbs.
    plume_temperature_k, ground_temperature_k : [K]
        The second is where the signatures were linearised.
    atmosphere
        Transmittance τ and path radiance L_u.

    Returns
    -------
    (line, sample, gas) float32 [K]
    """
    slope = planck_slope(wavelength_um, ground_temperature_k)
    share = weight / (weight @ slope)[:, None]
    lifted = atmosphere.path_radiance / atmosphere.transmittance
    glow = share @ (planck_radiance(wavelength_um, plume_temperature_k) + lifted)
    through = (share / atmosphere.transmittance).astype(np.float32)
    return np.asarray(glow.astype(np.float32) - block @ through.T)


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


@dataclass(frozen=True, slots=True)
class SaturationCurve:
    r"""What the thin-plume estimate of a gas becomes as its column grows.

    With r(u) the filter's response to the exact change of radiance, per unit of contrast, and m(u)
    the part of the contrast that is still seen through the plume,

    .. math:: q(u) = \frac{r(u)}{m(u)}, \qquad r(u) = \frac{\tilde s^T W\,\Delta L(u)}
              {\tilde s^T\tilde s}

    is what dividing the estimate by the pixel's own contrast gives; u is found by inverting it.

    Attributes
    ----------
    column_ppm_m : (point,) [ppm m], ascending from 0
    apparent_ppm_m : (point,) [ppm m], ascending from 0

    References
    ----------
    Own derivation: docs/explanation/detection.md.
    """

    column_ppm_m: NDArray[np.float64]
    apparent_ppm_m: NDArray[np.float64]

    def invert(self, apparent_ppm_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the column density of an apparent one, any shape; negative values stay."""
        column = np.interp(apparent_ppm_m, self.apparent_ppm_m, self.column_ppm_m)
        return np.where(apparent_ppm_m > 0, column, apparent_ppm_m).astype(np.float32)

    def slope(self, apparent_ppm_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return du/dq, any shape: by how much an error of the apparent column grows."""
        slopes = np.gradient(self.column_ppm_m, self.apparent_ppm_m)
        growth = np.interp(apparent_ppm_m, self.apparent_ppm_m, slopes)
        return np.where(apparent_ppm_m > 0, growth, 1.0).astype(np.float32)


MAX_OPTICAL_DEPTH = 6.0
"""Columns beyond this depth of the strongest band can't be told apart."""


def saturation_curve(
    optical_depth_per_ppm_m: NDArray[np.float64],
    level: NDArray[np.float64],
    filter_weight: NDArray[np.float64],
    contrast_weight: NDArray[np.float64] | None,
) -> SaturationCurve:
    r"""Tabulate a gas's saturation curve.

    .. math:: \Delta L(u) = (1 - e^{-\beta u})\,\ell/A, \qquad
              m(u) = \sum_b w_b\,e^{-\beta_b u} \Big/ \sum_b w_b

    Parameters
    ----------
    optical_depth_per_ppm_m : (band,) [ppm-1 m-1]
        β: absorption times air-mass factor A.
    level : (band,) [cube's unit (K-1)]
        ℓ/A, ℓ from `Signatures`.
    filter_weight : (band,) [ppm m (K) / cube's unit]
        Filter that gives the estimate.
    contrast_weight : (band,)
        w: by which each band counts in the pixel's contrast; None if the contrast is not measured
        through the plume.
    """
    depth = np.concatenate([[0.0], np.geomspace(1e-3, MAX_OPTICAL_DEPTH, 120)])
    column = depth / optical_depth_per_ppm_m.max()
    passed = np.exp(-np.outer(column, optical_depth_per_ppm_m))
    apparent = ((1.0 - passed) * level) @ filter_weight
    if contrast_weight is not None:
        apparent = apparent / (passed @ (contrast_weight / contrast_weight.sum()))
    # Where the response no longer grows a small slope keeps the inverse defined, its error large.
    return SaturationCurve(column, np.maximum.accumulate(apparent) + 1e-3 * column)


def apparent_column_ppm_m(
    amount: NDArray[np.float32], contrast: NDArray[np.float32], min_contrast: float
) -> NDArray[np.float32]:
    """Return the thin-plume column density, amount over contrast.

    Parameters
    ----------
    amount : (line, sample) [ppm m (K)]
        Signed estimate of the filter.
    contrast : (line, sample) [(K)]
    min_contrast : [(K)]

    Returns
    -------
    (line, sample) float32 [ppm m]
        NaN where the contrast is too small to divide by.
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
    apparent: NDArray[np.float32],
    necl: NDArray[np.float32],
    contrast: NDArray[np.float32],
    contrast_sd: float,
    relative_error: float,
    curve: SaturationCurve,
) -> NDArray[np.float32]:
    r"""Return one standard deviation of the column density.

    .. math:: \sigma_u = \frac{du}{dq}
              \sqrt{\mathrm{NECL}^2 + q^2\Big(\frac{\sigma_C^2}{C^2} + \eta^2\Big)}

    Parameters
    ----------
    apparent, necl : (line, sample) [ppm m]
    contrast : (line, sample) [(K)]
    contrast_sd : [(K)]
        Uncertainty of the contrast, mostly of the plume's temperature.
    relative_error
        η: what is common to all pixels, mostly of the air and the library.

    Returns
    -------
    (line, sample) float32 [ppm m]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.hypot(contrast_sd / contrast, relative_error)
        sd = curve.slope(apparent) * np.hypot(necl, apparent * relative)
    return np.asarray(sd, dtype=np.float32)
