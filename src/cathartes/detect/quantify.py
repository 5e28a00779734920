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
                                {\sum_b w_{gb}\,\partial B_b/\partial T}

    The pixel's own radiance stands for the ground's, which is true for a thin plume; what a dense
    one hides is put right by `SaturationCurve`.

    Parameters
    ----------
    block : (line, sample, band) [W m-2 sr-1 um-1]
    wavelength_um : (band,) [um]
    weight : (gas, band)
        How each band counts.
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


def brightness_factor(
    block: NDArray[np.float32], weight: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float32]:
    r"""Return how bright each pixel is against the mean, where each gas's estimate is made.

    .. math:: R_g = \frac{w_g^T x}{w_g^T \mu}

    With :math:`w = \mu` this is the albedo factor; with a gas's absorption it is the brightness of
    its own bands.

    Parameters
    ----------
    block : (line, sample, band) [cube's unit]
    weight : (gas, band)
    mean : (band,) [cube's unit]

    Returns
    -------
    (gas, line, sample) float32

    References
    ----------
    After the albedo factor of Foote 2020, doi 10.1109/TGRS.2020.2976888.
    """
    share = (weight / (weight @ mean)[:, None]).astype(np.float32)
    seen = share @ block.reshape(-1, block.shape[2]).T
    return np.asarray(seen.reshape(-1, *block.shape[:2]))


MAX_OPTICAL_DEPTH = 6.0
"""Columns beyond this depth of the strongest band can't be told apart."""
LINE_ERROR = 0.2
ONE_IN_TWENTY_SD = 1.645
"""A normal law is below its mean by more than so many standard deviations one time in twenty."""


@dataclass(frozen=True, slots=True)
class SaturationCurve:
    r"""What the thin-plume estimate of a gas becomes as its column grows.

    With r(u) the filter's response to the exact change of radiance, per unit of contrast, and m(u)
    the part of the contrast that is still seen through the plume,

    .. math:: q(u) = \frac{r(u)}{m(u)}, \qquad r(u) = f^T \Delta L(u), \qquad
              m(u) = \frac{f^T (s \odot T(u))}{f^T s}

    is what dividing the estimate by the pixel's own contrast gives; u is found by inverting it.

    In sunlight the estimate is of logarithms, and no contrast is in it: see `log_saturation_curve`.

    Attributes
    ----------
    column_ppm_m : (point,) [ppm m], ascending from 0
    apparent_ppm_m : (point,) [ppm m], ascending from 0
    seen : (point,)
        m in sunlight: the part of the ground's brightness that is seen through the plume.

    References
    ----------
    Own derivation: docs/explanation/detection.md.
    """

    column_ppm_m: NDArray[np.float64]
    apparent_ppm_m: NDArray[np.float64]
    seen: NDArray[np.float64] | None = None

    def invert(self, apparent_ppm_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the column density of an apparent one, any shape; negative values stay."""
        column = np.interp(apparent_ppm_m, self.apparent_ppm_m, self.column_ppm_m)
        return np.where(apparent_ppm_m > 0, column, apparent_ppm_m).astype(np.float32)

    def brightness_behind(
        self, brightness: NDArray[np.float64], column_ppm_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how bright the ground is behind plumes, (pixel,), in sunlight."""
        if self.seen is None:
            return brightness
        return brightness / np.interp(column_ppm_m, self.column_ppm_m, self.seen)

    def slope(self, apparent_ppm_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return du/dq, any shape: by how much an error of the apparent column grows."""
        slopes = np.gradient(self.column_ppm_m, self.apparent_ppm_m)
        growth = np.interp(apparent_ppm_m, self.apparent_ppm_m, slopes)
        return np.where(apparent_ppm_m > 0, growth, 1.0).astype(np.float32)

    def line_error(self, column_ppm_m: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the relative error by lines that the library does not resolve, any shape.

        They saturate before their mean does: by the tables of docs/explanation/built-in-library.md
        a column comes out too low by about `LINE_ERROR` of it times the strongest band's depth.
        """
        depth = np.maximum(column_ppm_m, 0.0) * (MAX_OPTICAL_DEPTH / self.column_ppm_m[-1])
        return np.asarray(LINE_ERROR * np.minimum(depth, 1.0))


def saturation_columns_ppm_m(greatest_optical_depth_per_ppm_m: float) -> NDArray[np.float64]:
    """Return the columns at which a saturation curve is tabulated, (point,) [ppm m], from 0."""
    depth = np.concatenate([[0.0], np.geomspace(1e-3, MAX_OPTICAL_DEPTH, 120)])
    return np.asarray(depth / greatest_optical_depth_per_ppm_m)


def saturation_curve(
    column_ppm_m: NDArray[np.float64],
    transmittance: NDArray[np.float64],
    level: NDArray[np.float64],
    amount_filter: NDArray[np.float64],
    signature: NDArray[np.float64],
) -> SaturationCurve:
    r"""Tabulate a gas's saturation curve.

    .. math:: \Delta L(u) = (1 - T(u))\,\ell/A

    Parameters
    ----------
    column_ppm_m : (point,) [ppm m]
        From `saturation_columns_ppm_m`.
    transmittance : (point, band)
        T(u): of the gas alone, on the whole way of the light.
    level : (band,) [cube's unit (K-1)]
        ℓ/A, ℓ from `Signatures`.
    amount_filter : (band,) [ppm m (K) / cube's unit]
        f, which gives the estimate.
    signature : (band,) [cube's unit ppm-1 m-1 (K-1)]
        s, of thin gas.
    """
    apparent = ((1.0 - transmittance) * level) @ amount_filter
    weight = amount_filter * signature
    apparent = apparent / np.maximum(transmittance @ (weight / weight.sum()), _LEAST_SEEN)
    # Where the response no longer grows a small slope keeps the inverse defined, its error large.
    return SaturationCurve(column_ppm_m, np.maximum.accumulate(apparent) + 1e-3 * column_ppm_m)


_LEAST_SEEN = 1e-3


def log_saturation_curve(
    column_ppm_m: NDArray[np.float64],
    transmittance: NDArray[np.float64],
    level: NDArray[np.float64],
    amount_filter: NDArray[np.float64],
    brightness_weight: NDArray[np.float64],
) -> SaturationCurve:
    r"""Tabulate what the estimate from logarithms of sunlight becomes as the column grows.

    .. math:: q(u) = f^T (\lambda \odot \ln T(u))

    which is u itself but for what bands hold of lines that saturate.

    Parameters
    ----------
    column_ppm_m : (point,) [ppm m]
    transmittance : (point, band)
    level : (band,)
        λ, from `LogLight`.
    amount_filter : (band,) [ppm m]
        f.
    brightness_weight : (band,)
        How the mean of each band counts in brightness.
    """
    apparent = (np.log(transmittance) * level) @ amount_filter
    return SaturationCurve(
        column_ppm_m,
        np.maximum.accumulate(apparent) + 1e-3 * column_ppm_m,
        seen=transmittance @ (brightness_weight / brightness_weight.sum()),
    )


def apparent_column_ppm_m(
    amount: NDArray[np.float32],
    contrast: NDArray[np.float32],
    min_contrast: NDArray[np.float32] | float,
) -> NDArray[np.float32]:
    """Return the thin-plume column density, amount over contrast.

    Parameters
    ----------
    amount : (line, sample) [ppm m (K)]
        Signed estimate of the filter.
    contrast : (line, sample) [(K)]
    min_contrast : (line, sample), or one for all [(K)]

    Returns
    -------
    (line, sample) float32 [ppm m]
        NaN where the contrast is too small to divide by.
    """
    usable = np.abs(contrast) >= min_contrast
    safe = np.where(usable, contrast, 1.0)
    return np.where(usable, amount / safe, np.nan).astype(np.float32)


def necl_ppm_m(
    noise_equivalent: float, contrast: NDArray[np.float32] | np.float32, min_contrast: float
) -> NDArray[np.float32]:
    r"""Return the noise-equivalent column density, :math:`1/(|C|\sqrt{\tilde s^T\tilde s})`.

    Parameters
    ----------
    noise_equivalent : [ppm m (K)]
        Standard deviation of the filter's estimate over the clean scene.
    contrast : any shape [(K)]
    min_contrast : [(K)]

    Returns
    -------
    the same shape, float32 [ppm m]; infinite where the plume could not be seen at all.
    """
    size = np.abs(contrast)
    seen = size >= min_contrast
    necl = np.where(seen, noise_equivalent / np.where(seen, size, 1.0), np.inf)
    return np.where(np.isfinite(contrast), necl, np.nan).astype(np.float32)


def column_density_sd_ppm_m(
    apparent: NDArray[np.float32],
    necl: NDArray[np.float32],
    contrast: NDArray[np.float32],
    contrast_sd: NDArray[np.float32] | float,
    relative_error: float,
    curve: SaturationCurve,
) -> NDArray[np.float32]:
    r"""Return one standard deviation of the column density.

    .. math:: \sigma_u^2 = \Big(\frac{du}{dq}\Big)^2
              \big(\mathrm{NECL}^2 + q^2 [\eta^2 + \lambda(u)^2]\big) +
              \max\Big(\frac{du}{dq}\,q\,\frac{\sigma_C}{|C|},\
              \frac{u(q\,r) - u(q)}{2}\Big)^2, \qquad
              r = \frac{|C|}{|C| - 1.645\,\sigma_C}

    The contrast is in the denominator: two standard deviations reach as far as the column that one
    contrast in twenty exceeds, and to infinity where the contrast could be nought.

    Parameters
    ----------
    apparent, necl : (line, sample) [ppm m]
    contrast : (line, sample) [(K)]
    contrast_sd : (line, sample), or one for all [(K)]
        Uncertainty of the contrast, mostly of the plume's temperature.
    relative_error
        η: what is common to all pixels, mostly of the air and the library; λ is that of lines
        (`SaturationCurve.line_error`).

    Returns
    -------
    (line, sample) float32 [ppm m]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        column = curve.invert(apparent)
        relative = np.hypot(relative_error, curve.line_error(column))
        slope = curve.slope(apparent)
        other = slope * np.hypot(necl, apparent * relative)
        first_order = slope * np.abs(apparent * contrast_sd / contrast)
        spare = np.abs(contrast) - np.float32(ONE_IN_TWENTY_SD) * contrast_sd
        greatest = curve.invert(apparent * np.abs(contrast) / spare)
        reach = np.where(spare > 0, np.abs(greatest - column) / 2, np.inf)
        sd = np.hypot(other, np.maximum(first_order, reach))
    return np.asarray(sd, dtype=np.float32)
