"""The wind that carried a plume when it was looked at: one speed and direction, with errors."""

from dataclasses import dataclass

import numpy as np

from cathartes.errors import InputError
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S, WindHistory
from cathartes.scenes.wind.profile import LogProfile, wind_at_height
from cathartes.scenes.wind.variability import summarise_wind

REFERENCE_HEIGHT_M = 10.0
"""Where rates want the wind."""
ASSUMED_ROUGHNESS_M = 0.05
"""Of open land; from 2 m to 10 m between 0.01 and 0.2 m changes the speed by a tenth."""
PROFILE_ERROR = 0.1
BEFORE_S = 600.0
"""Of this time before a look the wind is taken: as long as a plume takes to pass 2 km."""
AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class LookWind:
    """Mean wind at 10 m over the last minutes before a look.

    Attributes
    ----------
    wind_speed_m_s, wind_speed_sd_m_s : [m s-1]
    wind_from_deg, wind_from_sd_deg : [deg]
        Where it blows from, clockwise from north.
    """

    wind_speed_m_s: float
    wind_speed_sd_m_s: float
    wind_from_deg: float
    wind_from_sd_deg: float

    def __post_init__(self) -> None:
        numbers = (self.wind_speed_m_s, self.wind_speed_sd_m_s, self.wind_from_sd_deg)
        if not np.isfinite([*numbers, self.wind_from_deg]).all() or min(numbers) < 0:
            raise InputError(
                f"wind {self}: a speed, a direction and their errors are needed, not negative."
            )

    @property
    def stagnant(self) -> bool:
        """True below STAGNANT_BELOW_M_S: no direction holds the plume, and no rate may be given."""
        return self.wind_speed_m_s < STAGNANT_BELOW_M_S


def wind_of_look(history: WindHistory, time_unix_s: float | None) -> LookWind:
    """Return the mean wind of the minutes before a look, brought to 10 m.

    Parameters
    ----------
    history
        A constant one holds at all times.
    time_unix_s : [s]
        Of the look; None if it is not known.

    Raises
    ------
    InputError
        If the history has nothing at that time, or the time is needed and not known.
    """
    at_10_m = history
    profile_error = 0.0
    if history.height_agl_m != REFERENCE_HEIGHT_M:
        at_10_m = wind_at_height(history, LogProfile(ASSUMED_ROUGHNESS_M), REFERENCE_HEIGHT_M)
        profile_error = PROFILE_ERROR
    if not history.is_constant:
        if time_unix_s is None:
            raise InputError(
                "wind: it changes with time, and the cube does not say when it was taken; give one "
                "wind for the look (--wind '3.2±0.6,245±15')."
            )
        at_10_m = at_10_m.part(time_unix_s - BEFORE_S, time_unix_s + AFTER_S)
    mean = summarise_wind(at_10_m)
    spread = 1.0 / np.sqrt(mean.n_rows)  # of a mean of so many rows
    return LookWind(
        wind_speed_m_s=mean.vector_speed_m_s,
        wind_speed_sd_m_s=float(
            np.sqrt(
                at_10_m.wind_speed_sd_m_s**2
                + (mean.speed_scatter_m_s * spread) ** 2
                + (profile_error * mean.vector_speed_m_s) ** 2
            )
        ),
        wind_from_deg=mean.wind_from_deg,
        wind_from_sd_deg=float(np.hypot(at_10_m.wind_from_sd_deg, mean.scatter_deg * spread)),
    )
