"""How much brighter or darker than the ground a plume is, pixel by pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.quantify import albedo_factor, emissive_contrast_k


@dataclass(frozen=True, slots=True)
class Contrast:
    """How the contrast of plume to ground follows from a pixel's radiance.

    Attributes
    ----------
    mean : (band,) [cube's unit]
        Of the scene, for the albedo factor.
    weight : (gas, band) or None
        Where each gas absorbs; None in the reflective range.
    plume_temperature_k, ground_temperature_k : [K]
        Emissive only; the plume's is NaN where it is not known, and `assumed_k` holds everywhere.
    assumed_k : [K]
    atmosphere
        Emissive only: what the air does.
    """

    mean: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    plume_temperature_k: float
    ground_temperature_k: float
    assumed_k: float
    atmosphere: Atmosphere

    def of_block(
        self, block: NDArray[np.float32], wavelength_um: NDArray[np.float64], n_gases: int
    ) -> NDArray[np.float32]:
        """Return (gas, line, sample) [(K)]."""
        shape = (n_gases, *block.shape[:2])
        if self.weight is None:
            return np.broadcast_to(albedo_factor(block, self.mean), shape)
        if np.isnan(self.plume_temperature_k):
            return np.broadcast_to(np.float32(self.assumed_k), shape)
        contrast = emissive_contrast_k(
            block,
            wavelength_um,
            self.weight,
            self.plume_temperature_k,
            self.ground_temperature_k,
            self.atmosphere,
        )
        return np.moveaxis(contrast, 2, 0)
