"""A grey image of the ground, for people to find their way by."""

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.radiometry import brightness_temperature_k

CLEAR_UM = (10.2, 11.4)
"""Where the air is clearest in the thermal infrared."""


def context_image(
    block: NDArray[np.float32], wavelength_um: NDArray[np.float64], *, emissive: bool
) -> NDArray[np.float32]:
    """Return brightness temperature in the clearest bands, or the mean of sunlit ones.

    Parameters
    ----------
    block : (line, sample, band) [cube's unit]
    wavelength_um : (band,) [um]

    Returns
    -------
    (line, sample) float32 [K] if emissive, else [cube's unit]
    """
    if not emissive:
        return _mean_of(block, np.ones(wavelength_um.size, dtype=bool))
    clear = (wavelength_um >= CLEAR_UM[0]) & (wavelength_um <= CLEAR_UM[1])
    if not clear.any():
        clear = np.abs(wavelength_um - np.mean(CLEAR_UM)) <= np.ptp(wavelength_um) / 4
    chosen = clear if clear.any() else np.ones(wavelength_um.size, dtype=bool)
    temperature = brightness_temperature_k(
        float(wavelength_um[chosen].mean()), _mean_of(block, chosen)
    )
    return temperature.astype(np.float32)


def _mean_of(block: NDArray[np.float32], chosen: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mean over some bands, (line, sample); NaN if any is, by one product."""
    bands = np.flatnonzero(chosen)
    run = slice(bands[0], bands[-1] + 1)
    weight = (chosen[run] / bands.size).astype(np.float32)
    return np.asarray(block[:, :, run] @ weight)
