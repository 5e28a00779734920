r"""How much the wind turned and gusted: what a plume's width and a direction's error come from.

Standard deviation of direction after Yamartino (1984, J. Climate Appl. Meteor. 23, 1362), which
needs one pass and is true to 2 %:

.. math:: \sigma_\theta = \arcsin(\epsilon)\,[1 + (2/\sqrt 3 - 1)\,\epsilon^3], \qquad
          \epsilon^2 = 1 - (\overline{\sin\theta}^2 + \overline{\cos\theta}^2)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.wind.conventions import wind_from_components, wind_to_components
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S, WindHistory


@dataclass(frozen=True, slots=True)
class WindSummary:
    """A stretch of wind in a few numbers.

    Attributes
    ----------
    n_rows
        Rows it is made of.
    mean_speed_m_s
        Mean of the speeds.
    vector_speed_m_s
        Speed of the mean vector, which is what carries a plume away.
    wind_from_deg
        Direction of the mean vector.
    scatter_deg
        Sigma theta: of the rows' directions, and of what each row's own scatter adds.
    speed_scatter_m_s
        Standard deviation of the speeds.
    stagnant_share
        Share of rows below STAGNANT_BELOW_M_S.
    """

    n_rows: int
    mean_speed_m_s: float
    vector_speed_m_s: float
    wind_from_deg: float
    scatter_deg: float
    speed_scatter_m_s: float
    stagnant_share: float

    @property
    def stagnant(self) -> bool:
        """True if the mean vector is below STAGNANT_BELOW_M_S: no direction holds the plume."""
        return self.vector_speed_m_s < STAGNANT_BELOW_M_S


def summarise_wind(history: WindHistory) -> WindSummary:
    """Return the summary of all rows of a history (take a `part` for a stretch)."""
    if len(history) == 0:
        raise InputError("wind: no rows.")
    east, north = wind_to_components(history.wind_speed_m_s, history.wind_from_deg)
    speed, angle = wind_from_components(east.mean(), north.mean())
    scatter = yamartino_deg(history.wind_from_deg)
    if history.scatter_deg is not None and np.isfinite(history.scatter_deg).any():
        scatter = float(np.hypot(scatter, np.sqrt(np.nanmean(history.scatter_deg**2))))
    return WindSummary(
        n_rows=len(history),
        mean_speed_m_s=float(history.wind_speed_m_s.mean()),
        vector_speed_m_s=float(speed),
        wind_from_deg=float(angle),
        scatter_deg=scatter,
        speed_scatter_m_s=float(history.wind_speed_m_s.std()),
        stagnant_share=float(history.stagnant.mean()),
    )


def yamartino_deg(wind_from_deg: NDArray[np.float64]) -> float:
    """Return the standard deviation of directions [deg], 0 to 104.

    Parameters
    ----------
    wind_from_deg : (row,) [deg]
    """
    angle = np.radians(wind_from_deg)
    square = 1 - np.sin(angle).mean() ** 2 - np.cos(angle).mean() ** 2
    epsilon = np.sqrt(np.clip(square, 0.0, 1.0))
    return float(np.degrees(np.arcsin(epsilon) * (1 + (2 / np.sqrt(3) - 1) * epsilon**3)))
