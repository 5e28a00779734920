"""What is true about a simulated scene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class PlumeTruth:
    """One plume.

    Attributes
    ----------
    id
        Its value in the label image, from 1.
    gases
        (name, greatest column density [ppm m]), the strongest by optimal SNR first.
    source_line, source_sample
        Continuous pixel position.
    temperature_k : [K]
        Of the gas.
    emission_kg_h : [kg h-1]
        Of the gas that the settings name first; None where the peak was set instead.
    snr_max
        Greatest optimal SNR of any of its gases in any pixel of its label; 0 if it has none,
        since other plumes hide it.
    n_pixels
        Pixels of its label.
    """

    id: int
    gases: tuple[tuple[str, float], ...]
    source_line: float
    source_sample: float
    temperature_k: float
    emission_kg_h: float | None
    snr_max: float
    n_pixels: int

    @property
    def main_gas(self) -> str:
        """The gas that shows most."""
        return self.gases[0][0]


@dataclass(frozen=True, slots=True)
class Truth:
    r"""Everything that is true about a scene, in the sensor's grid.

    Attributes
    ----------
    gases
        Names, in the order of the first axis of columns and snr.
    column_density_ppm_m : (gas, line, sample) float32 [ppm m] at 296 K and 1 atm
        Sum over plumes.
    snr : (gas, line, sample) float32
        Optimal SNR of that gas alone: :math:`\sqrt{\Delta L^T K^{-1} \Delta L}` with the exact
        change of radiance and the covariance K of the same scene, noisy, without plumes; see
        `cathartes.simulate.snr` for scenes of few pixels.
    labels : (line, sample) int32
        0 without plume, else the id of the plume that is nearest to its own greatest column.
    ground_temperature_k : (line, sample) float32 [K]
    thermal_contrast_k : (line, sample) float32 [K]
        Gas less ground; NaN without plume and in sunlight.
    material : (line, sample) int16
        Main material, index into materials.
    materials
        Names.
    plumes
        By id.
    """

    gases: tuple[str, ...]
    column_density_ppm_m: NDArray[np.float32]
    snr: NDArray[np.float32]
    labels: NDArray[np.int32]
    ground_temperature_k: NDArray[np.float32]
    thermal_contrast_k: NDArray[np.float32]
    material: NDArray[np.int16]
    materials: tuple[str, ...]
    plumes: tuple[PlumeTruth, ...]

    def __post_init__(self) -> None:
        shape = self.labels.shape
        for name in ("ground_temperature_k", "thermal_contrast_k", "material"):
            if getattr(self, name).shape != shape:
                raise InputError(
                    f"truth: {name} has shape {getattr(self, name).shape}, the labels {shape}; "
                    "all images of a scene must have one shape."
                )
        for name in ("column_density_ppm_m", "snr"):
            if getattr(self, name).shape != (len(self.gases), *shape):
                raise InputError(
                    f"truth: {name} has shape {getattr(self, name).shape}; "
                    f"{(len(self.gases), *shape)} is needed for {len(self.gases)} gases."
                )
        for plume in self.plumes:
            strange = [name for name, _ in plume.gases if name not in self.gases]
            if strange or not plume.gases:
                raise InputError(
                    f"truth: plume {plume.id} is of {', '.join(strange) or 'no gas'}; at least one "
                    f"gas, of those of the truth, is needed ({', '.join(self.gases) or 'none'})."
                )

    @property
    def best_snr(self) -> NDArray[np.float32]:
        """(line, sample): greatest optimal SNR of any gas, 0 without gas."""
        if not self.gases:
            return np.zeros(self.labels.shape, dtype=np.float32)
        return np.asarray(self.snr.max(axis=0))
