"""How much brighter or darker than the ground a plume is, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.quantify import albedo_factor, emissive_contrast_k
from cathartes.errors import NumericalError
from cathartes.scenes.radiometry import planck_radiance, planck_slope


@dataclass(frozen=True, slots=True)
class Contrast:
    """How the contrast of plume to ground follows from a pixel's radiance.

    Attributes
    ----------
    mean : (band,) [cube's unit]
        Of the scene, for the albedo factor.
    weight : (gas, band) or None
        Where each gas absorbs; None in the reflective range.
    plume_temperature_k, plume_temperature_sd_k : [K]
        Emissive only: what is believed of a plume before it is seen, and how surely.
    ground_temperature_k : [K]
        Emissive only: where the signatures were linearised.
    wavelength_um : (band,) [um]
    atmosphere
        Emissive only: what the air does.
    """

    mean: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    plume_temperature_k: float
    plume_temperature_sd_k: float
    ground_temperature_k: float
    wavelength_um: NDArray[np.float64]
    atmosphere: Atmosphere

    @property
    def emissive(self) -> bool:
        """True if plumes differ from the ground by their temperature."""
        return self.weight is not None

    def of_block(self, block: NDArray[np.float32], n_gases: int) -> NDArray[np.float32]:
        """Return (gas, line, sample) [(K)]."""
        shape = (n_gases, *block.shape[:2])
        if self.weight is None:
            return np.broadcast_to(albedo_factor(block, self.mean), shape)
        contrast = emissive_contrast_k(
            block,
            self.wavelength_um,
            self.weight,
            self.plume_temperature_k,
            self.ground_temperature_k,
            self.atmosphere,
        )
        return np.moveaxis(contrast, 2, 0)

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
        if self.weight is None:
            raise NumericalError("in sunlight the contrast of a plume has no temperature to shift.")
        weight = self.weight[gas]
        slope = planck_slope(self.wavelength_um, self.ground_temperature_k)
        return np.asarray(weight / (weight @ slope))
