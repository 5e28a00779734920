"""What the models of the air have in common: their free numbers, and mass to volume."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.column_mass import mass_per_column_kg_m2


@dataclass(frozen=True, slots=True)
class Shape:
    """What all sources of a log share.

    Attributes
    ----------
    turn_rad
        The true wind blows to a direction so far counter-clockwise of the measured one.
    width, height
        Standard deviation of the gas, sideways and upward, per metre of path at its beginning.
    lag_s
        The sensor shows what was at its inlet so long ago.
    stability
        Near the ground, where height has no meaning: classes above the estimated stability.
    slowing_s
        Near the ground: time of travel after which a plume widens with its root.
    """

    turn_rad: float
    width: float
    height: float
    lag_s: float
    stability: float = 0.0
    slowing_s: float = 300.0


class Carried(Protocol):
    """Air of one shape, in which any source can be put."""

    def unit_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means for a source of 1 kg/h at (3,) [m], (block,) [ppm]."""

    def displaced_ppm(self, source_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same first, (1 + way, block) [ppm], and then what may be wrong with the way.

        That is what the mean changes by if the gas comes one standard deviation of its way farther,
        for each independent direction.
        """


class Air(Protocol):
    """A model of how gas is carried and spread."""

    def carried(self, shape: Shape) -> Carried:
        """Return the air of one shape."""

    def about(self, shape: Shape, place_m: NDArray[np.float64], margin_m: float) -> "Air":
        """Return the same air for sources within a margin of places, (source, 3) [m]."""


def ppm_per_kg_m3(molar_mass_g_mol: float, temperature_k: float, pressure_pa: float) -> float:
    r"""Return the mole fraction of a concentration of 1 kg m-3: :math:`10^6 RT/(pM)` [ppm]."""
    return 1 / mass_per_column_kg_m2(molar_mass_g_mol, temperature_k, pressure_pa)
