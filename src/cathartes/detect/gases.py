"""The gases to be searched, on the bands of an instrument."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Growth:
    """How optical depths of whole bands grow with the column: less than their mean absorption does.

    A band averages *transmittance*, and the parts of it where a gas absorbs most saturate first.

    Attributes
    ----------
    column_ppm_m : (gas, knot) [ppm m], ascending from 0
        On the whole way of the light.
    share : (gas, knot, band)
        Optical depth of the band as a part of what its mean absorption gives.
    """

    column_ppm_m: NDArray[np.float64]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GasesOnBands:
    """The gases to be searched, on all bands of an instrument.

    Attributes
    ----------
    names : (gas,)
    absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
        Thin limit, on every band of the cube.
    shape_only
        Names of gases whose spectrum has no amounts: they get no column density.
    growth
        None if each band's absorption is even.
    """

    names: tuple[str, ...]
    absorption_per_ppm_m: NDArray[np.float64]
    shape_only: frozenset[str] = frozenset()
    growth: Growth | None = None

    def on_bands(self, index: NDArray[np.intp]) -> "GasesOnBands":
        """Return the gases that absorb in some of the bands, (used,), on these alone."""
        absorption = self.absorption_per_ppm_m[:, index]
        seen = absorption.max(axis=1) > 0
        names = (name for name, is_seen in zip(self.names, seen, strict=True) if is_seen)
        growth = self.growth
        if growth is not None:
            growth = Growth(growth.column_ppm_m[seen], growth.share[seen][:, :, index])
        return GasesOnBands(tuple(names), absorption[seen], self.shape_only, growth)

    def transmittance(self, gas: int, column_ppm_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a gas's transmittance, (column, band).

        Parameters
        ----------
        column_ppm_m : (column,) [ppm m]
            On the whole way of the light; beyond the last knot of `growth` its share holds.
        """
        depth = np.outer(column_ppm_m, self.absorption_per_ppm_m[gas])
        if self.growth is not None:
            knots, share = self.growth.column_ppm_m[gas], self.growth.share[gas]
            column = np.clip(column_ppm_m, knots[0], knots[-1])
            low = np.clip(np.searchsorted(knots, column, "right") - 1, 0, knots.size - 2)
            part = ((column - knots[low]) / (knots[low + 1] - knots[low]))[:, None]
            depth *= share[low] * (1 - part) + share[low + 1] * part
        return np.exp(-depth)
