"""How much brighter or darker than the ground a plume is, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.quantify import brightness_factor, emissive_contrast_k
from cathartes.errors import NumericalError
from cathartes.scenes.radiometry import planck_radiance, planck_slope


@dataclass(frozen=True, slots=True)
class Contrast:
    """How the contrast of plume to ground follows from a pixel's radiance.

    Attributes
    ----------
    mean : (band,) [cube's unit]
        Of the scene, positive (`LogLight.unit`); reflective only.
    weight : (gas, band)
        How each band counts in what a little of each gas adds to its estimate
        (`contrast_weight`); in sunlight its absorption.
    emissive
        True if plumes differ from the ground by their temperature, False in sunlight.
    plume_temperature_k, plume_temperature_sd_k : [K]
        Emissive only: what is believed of a plume before it is seen, and how surely.
    ground_temperature_k : [K]
        Emissive only: where the signatures were linearised.
    wavelength_um : (band,) [um]
    atmosphere
        Emissive only: what the air does.
    """

    mean: NDArray[np.float64]
    weight: NDArray[np.float64]
    emissive: bool
    plume_temperature_k: float
    plume_temperature_sd_k: float
    ground_temperature_k: float
    wavelength_um: NDArray[np.float64]
    atmosphere: Atmosphere

    def of_block(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return each gas's contrast, (gas, line, sample) [(K)]."""
        if not self.emissive:
            return brightness_factor(block, self.weight, self.mean)
        contrast = emissive_contrast_k(
            block,
            self.wavelength_um,
            self.weight,
            self.plume_temperature_k,
            self.ground_temperature_k,
            self.atmosphere,
        )
        return np.moveaxis(contrast, 2, 0)

    @property
    def per_radiance(self) -> NDArray[np.float64]:
        """By how much each gas's contrast grows with a band's radiance, (gas, band) [(K)/unit].

        `of_block` is linear in radiance.
        """
        if not self.emissive:
            return np.asarray(self.weight / (self.weight @ self.mean)[:, None])
        slope = planck_slope(self.wavelength_um, self.ground_temperature_k)
        share = self.weight / (self.weight @ slope)[:, None]
        return np.asarray(-share / self.atmosphere.transmittance)

    def shift_k(self, gas: int, temperature_k: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Return what another temperature of the plume adds to a gas's contrast, (point,) [K].

        .. math:: \delta(T) = \frac{\sum_b w_{gb}\,(B_b(T) - B_b(T_p))}
                                  {\sum_b w_{gb}\,\partial B_b/\partial T}

        Parameters
        ----------
        temperature_k : (point,) [K]
        """
        share = self._share(gas)
        glow = planck_radiance(self.wavelength_um, temperature_k[:, None])
        return np.asarray(
            (glow - planck_radiance(self.wavelength_um, self.plume_temperature_k)) @ share
        )

    def hiding(self, gas: int, absorption_per_ppm_m: NDArray[np.float64]) -> float:
        r"""Return how much of a gas's contrast thin gas in the plume hides, [ppm-1 m-1].

        The contrast is measured through the plume, whose own glow is in it. Signal
        :math:`\Delta L = a\,\alpha\,\tau_a\,\partial B/\partial T` lowers it by

        .. math:: \frac{\sum_b w_{gb}\,\Delta L_b/\tau_b}{\sum_b w_{gb}\,\partial B_b/\partial T}
                  = a\,\frac{\sum_b w_{gb}\,\alpha_b\,\partial B_b/\partial T}
                           {\sum_b w_{gb}\,\partial B_b/\partial T}

        Parameters
        ----------
        absorption_per_ppm_m : (band,) [ppm-1 m-1]
            Of the gas that hides, which may be another.
        """
        slope = planck_slope(self.wavelength_um, self.ground_temperature_k)
        return float(self._share(gas) @ (slope * absorption_per_ppm_m))

    def _share(self, gas: int) -> NDArray[np.float64]:
        """Return how each band's radiance counts in a gas's contrast, (band,) [K/unit]."""
        if not self.emissive:
            raise NumericalError("in sunlight the contrast of a plume has no temperature to shift.")
        weight = self.weight[gas]
        slope = planck_slope(self.wavelength_um, self.ground_temperature_k)
        return np.asarray(weight / (weight @ slope))


def contrast_weight(
    amount_filters: NDArray[np.float64],
    absorption_per_ppm_m: NDArray[np.float64],
    transmittance: NDArray[np.float64],
) -> NDArray[np.float64]:
    r"""Return how each band's radiance counts in the contrast of each gas, (gas, band).

    A filter f makes :math:`f^T\Delta L` of a plume, and in a pixel of ground L a little gas changes
    band b by :math:`u\,\alpha_b\,\tau_b\,(B_b - L_b)`: its estimate grows by the contrast of *this*
    pixel, weighted by

    .. math:: w_b = f_b\,\alpha_b\,\tau_b

    Parameters
    ----------
    amount_filters : (gas, band) [ppm m K / cube's unit]
        Of unit response to the scene's mean signature.
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
    transmittance : (band,)
        Of the air.
    """
    return np.asarray(amount_filters * absorption_per_ppm_m * transmittance)
