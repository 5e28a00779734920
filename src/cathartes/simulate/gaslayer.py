"""Gases between ground and sensor: layers of known column density and temperature."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import NoSignatureError
from cathartes.spectra.library import GasLibrary


@dataclass(frozen=True, slots=True)
class GasLayer:
    """One plume.

    Attributes
    ----------
    columns : gas name to (line, sample) [ppm m]
        At 296 K and 1 atm.
    temperature_k : [K]
        Of the gas.
    """

    columns: Mapping[str, NDArray[np.float64]]
    temperature_k: float

    @property
    def present(self) -> NDArray[np.bool_]:
        """(line, sample) True where any gas is."""
        return np.asarray(np.any([column > 0 for column in self.columns.values()], axis=0))

    def only(self, gas: str) -> "GasLayer":
        """Return the layer with all other gases taken out."""
        return GasLayer({gas: self.columns[gas]}, self.temperature_k)


def absorption_table(
    library: GasLibrary, names: tuple[str, ...], wavenumber_cm1: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return each gas's absorption on a grid, (point,) [ppm-1 m-1]; zero beyond its data.

    Raises
    ------
    NoSignatureError
        If a gas has no spectrum, or none in this range: its plume would be invisible, and a truth
        that claims it would be wrong.
    """
    table = {}
    for name in names:
        spectrum = library[name].spectrum
        if spectrum is None:
            raise NoSignatureError(
                f"{name} has no spectrum in the library; take another gas, or add its spectrum."
            )
        alpha = np.nan_to_num(spectrum.absorption_per_ppm_m(wavenumber_cm1), nan=0.0)
        if not (alpha > 0).any():
            raise NoSignatureError(
                f"{name} absorbs nowhere in {wavenumber_cm1[0]:.0f} to {wavenumber_cm1[-1]:.0f} "
                "cm-1; take another gas or an instrument that sees its bands."
            )
        table[name] = alpha
    return table
