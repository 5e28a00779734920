"""Which of an instrument's bands are used, and by which physics."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError


class Regime(StrEnum):
    """Where the light comes from."""

    EMISSIVE = "emissive"
    REFLECTIVE = "reflective"


EMISSIVE_UM = (7.0, 14.0)
"""Ground and plume glow; the sun does not matter."""
SHORT_WAVE_UM = (1.4, 2.55)
"""Where sunlight shows gases: their overtones lie here."""
REFLECTIVE_UM = (0.35, 2.55)
"""All of the reflected sunlight; used when too few bands lie in the short-wave infrared."""


@dataclass(frozen=True, slots=True)
class Window:
    """The bands that are used.

    Attributes
    ----------
    regime
        The physics that holds there.
    index : (used,) int
        Bands of the cube, from the shortest wavelength to the longest.
    """

    regime: Regime
    index: NDArray[np.intp]


def choose_window(
    centre_um: NDArray[np.float64],
    usable: NDArray[np.bool_],
    min_bands: int,
    *,
    radiance: bool = True,
) -> Window:
    """Choose the emissive window if it has enough bands, else the reflective one.

    Parameters
    ----------
    centre_um : (band,) [um]
    usable : (band,) bool
        False for bad bands.
    min_bands
        Fewest bands that will do.
    radiance
        False for reflectance cubes, in which the emissive window means nothing.

    Raises
    ------
    InputError
        If no window has enough bands.
    """
    found = {}
    candidates = [
        (Regime.EMISSIVE, EMISSIVE_UM),
        (Regime.REFLECTIVE, SHORT_WAVE_UM),
        (Regime.REFLECTIVE, REFLECTIVE_UM),
    ]
    for regime, (low_um, high_um) in candidates if radiance else candidates[1:]:
        inside = usable & (centre_um >= low_um) & (centre_um <= high_um)
        found[f"{low_um}-{high_um} um"] = int(inside.sum())
        if inside.sum() >= min_bands:
            index = np.flatnonzero(inside)
            return Window(regime, index[np.argsort(centre_um[index], kind="stable")])
    counts = ", ".join(f"{count} in {name}" for name, count in found.items())
    raise InputError(
        f"the cube has {centre_um.size} bands from {centre_um.min():.3f} to "
        f"{centre_um.max():.3f} um, of which usable: {counts}; at least {min_bands} in one of "
        "these windows are needed to tell a gas from its background. Give the full cube, or check "
        "its wavelengths and bad-band list."
    )
