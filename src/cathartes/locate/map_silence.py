r"""What a plume map that does not show a source says of it: with more gas it would have shown it.

A plume of rate Q in a wind U holds Q/U of gas per metre of its length, and the search looks at
squares of three pixels. One that the plume crosses holds a mean column of

.. math:: u = \frac{Q}{3 p\, U\, \Delta\Omega_1}

(:math:`\Delta\Omega_1` the mass of a unit column), and is found with 95 % where u is the smallest
detectable column. A look's puffs are more or less than their mean, so about that rate the
probability of being found is a normal law of ln Q.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import ndtr

from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.locate.effective_wind import SourceHeight, relative_speed
from cathartes.locate.look_wind import LookWind
from cathartes.locate.normal_law import ONE_IN_TWENTY_SD

SQUARE_PX = 3.0
FOUND_SD = 0.5
"""Of ln Q: puffs, and ground that is not as elsewhere in its tile."""
FOUND_AT_BEST = 0.97
"""Nothing is found for sure."""


@dataclass(frozen=True, slots=True)
class MapSilence:
    """Where a scan looked, and which rate it would have found there.

    Attributes
    ----------
    centre_m : (tile, 2) [m]
        East, north.
    tile_m : [m]
        Side of a tile; beyond it nothing was looked at.
    detectable_kg_h : (tile,) [kg h-1]
        Found with `FOUND_AT_BEST`, nearly; infinite or NaN where gas can't be seen.
    """

    centre_m: NDArray[np.float64]
    tile_m: float
    detectable_kg_h: NDArray[np.float64]

    def log_ratio(
        self, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the logarithm of the probability of not being found, (place, rate).

        Parameters
        ----------
        place_m : (place, 2) [m]
        rate_kg_h : (rate,) [kg h-1]
        """
        if not self.centre_m.size:
            return np.zeros((place_m.shape[0], rate_kg_h.size))
        away, tile = cKDTree(self.centre_m).query(place_m)
        detectable = self.detectable_kg_h[tile]
        looked = (away < self.tile_m * np.sqrt(0.5)) & np.isfinite(detectable)
        over = np.log(rate_kg_h / np.where(looked, detectable, 1.0)[:, None])
        found = FOUND_AT_BEST * ndtr(over / FOUND_SD + ONE_IN_TWENTY_SD)
        return np.where(looked[:, None], np.log1p(-found), 0.0)


def detectable_rate_kg_h(
    detectable_column_ppm_m: NDArray[np.float64],
    pixel_m: float,
    wind: LookWind,
    molar_mass_g_mol: float,
) -> NDArray[np.float64]:
    """Return the rate whose plume is found with 95 %, of the same shape [kg h-1].

    Parameters
    ----------
    detectable_column_ppm_m : any shape [ppm m]
        Of a square of the search.
    pixel_m : [m]
    wind
        Of the look, at 10 m; in stagnant air no rate is known, and all is NaN.
    molar_mass_g_mol : [g mol-1]
    """
    if wind.stagnant:
        return np.full(detectable_column_ppm_m.shape, np.nan)
    speed, _ = relative_speed(SQUARE_PX * pixel_m, SourceHeight())
    per_metre = detectable_column_ppm_m * mass_per_column_kg_m2(molar_mass_g_mol)
    carried_kg_s = per_metre * SQUARE_PX * pixel_m * wind.wind_speed_m_s * speed
    return np.asarray(3600.0 * carried_kg_s)
