"""The wind in a gas log's rows: as a history, and from one."""

import numpy as np

from cathartes.errors import InputError
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.wind.assemble import RawWind, assemble_wind
from cathartes.scenes.wind.conventions import wind_from_components, wind_to_components
from cathartes.scenes.wind.history import WindHistory


def wind_of_log(
    log: GasLog,
    *,
    height_agl_m: float | None = None,
    wind_speed_sd_m_s: float | None = None,
    wind_from_sd_deg: float | None = None,
) -> WindHistory:
    """Return a log's own wind: the vector mean over the rows of each time.

    Parameters
    ----------
    log
    height_agl_m
        Where the wind was measured; None takes the median height of the rows, as if it was
        measured beside the gas.
    wind_speed_sd_m_s, wind_from_sd_deg
        Standard deviations of its error; None for the default, which is flagged.

    Raises
    ------
    InputError
        If no row has a wind.
    """
    known = np.isfinite(log.wind_speed_m_s)
    if not known.any():
        raise InputError(
            f"gas log {log.name} carries no wind; add wind_speed_m_s and wind_from_deg, or give a "
            "wind of its own (--wind)."
        )
    assumed = Flag(
        FlagKind.ASSUMED,
        "nothing says at what height the log's wind was measured: at the rows' own, it is taken.",
    )
    components = wind_to_components(log.wind_speed_m_s[known], log.wind_from_deg[known])
    time, group = np.unique(log.time_unix_s[known], return_inverse=True)
    count = np.bincount(group)
    east, north = (np.bincount(group, component) / count for component in components)
    speed, angle = wind_from_components(east, north)
    return assemble_wind(
        RawWind(
            name=log.name,
            time_unix_s=time,
            wind_speed_m_s=speed,
            wind_from_deg=angle,
            method="log",
            height_agl_m=float(np.median(np.maximum(log.altitude_agl_m[known], 0.0)))
            if height_agl_m is None
            else height_agl_m,
            wind_speed_sd_m_s=wind_speed_sd_m_s,
            wind_from_sd_deg=wind_from_sd_deg,
            flags=(assumed,) if height_agl_m is None else (),
        )
    )
