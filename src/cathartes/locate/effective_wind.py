r"""The speed that carries a plume's gas along, by the wind at 10 m: the one place of its numbers.

A young plume lies where the wind is slower than at 10 m, and rises into faster wind as it goes:

.. math:: U_\mathrm{eff} = \kappa\,U_{10}\,\frac{\ln(\bar z/z_0)}{\ln(10\,\mathrm{m}/z_0)},
          \qquad \bar z = h + \beta\,(L/2)^{0.9}

with h the source's height and L the plume's length. κ is what the method and the outline make of
it: of our own outlines, on our own made-up plumes. `tools/calibrate_map_rates.py` fits these
numbers on seeds below 1000 and prints them.
"""

from dataclasses import dataclass

import numpy as np

from cathartes.errors import SettingsError

ROUGHNESS_M = 0.05
LEAST_MEAN_HEIGHT_M = 0.5


@dataclass(frozen=True, slots=True)
class Calibration:
    """What made-up plumes say of one method.

    Attributes
    ----------
    kappa
        κ.
    least_sd, sd_of_a_pixel
        Residual of ln Q: root of the first squared plus the second squared over the length in
        pixels.
    """

    kappa: float
    least_sd: float
    sd_of_a_pixel: float

    def residual_sd(self, length_px: float) -> float:
        """Return the standard deviation of ln Q with the wind and the height known."""
        return float(np.sqrt(self.least_sd**2 + self.sd_of_a_pixel**2 / max(length_px, 1.0)))


RISE = 0.05
"""β [m^0.1]."""
INTEGRATED_MASS = Calibration(kappa=1.008, least_sd=0.05, sd_of_a_pixel=0.74)
CROSS_SECTION = Calibration(kappa=0.960, least_sd=0.02, sd_of_a_pixel=0.80)
"""Residuals of 0.167 and 0.193 over 400 maps, seeds 1 to 200 at 5 m and at 30 m."""
DISAGREE_SD = 0.13
"""Standard deviation of the logarithm of the one over the other."""


@dataclass(frozen=True, slots=True)
class SourceHeight:
    """How high above ground a source is.

    Attributes
    ----------
    lowest_m, highest_m : [m]
        Equal if it is known; anywhere between is as likely.
    """

    lowest_m: float = 0.0
    highest_m: float = 8.0

    def __post_init__(self) -> None:
        if not 0 <= self.lowest_m <= self.highest_m <= 500:
            raise SettingsError(
                f"source height from {self.lowest_m:g} to {self.highest_m:g} m; two heights above "
                "ground, 0 to 500 m, the lower first, are needed."
            )


def relative_speed(length_m: float, height: SourceHeight) -> tuple[float, float]:
    """Return U_eff / (κ U10), and the standard deviation of its logarithm by the height.

    Parameters
    ----------
    length_m : [m]
        L.
    height
        Of the source.
    """
    heights = np.linspace(height.lowest_m, height.highest_m, 17)
    mean_height = np.maximum(heights + RISE * (length_m / 2) ** 0.9, LEAST_MEAN_HEIGHT_M)
    speed = np.log(mean_height / ROUGHNESS_M) / np.log(10.0 / ROUGHNESS_M)
    # The mean of the rate over the true one is to be one, so that of 1 / speed counts.
    return float(1.0 / np.mean(1.0 / speed)), float(np.log(speed).std())
