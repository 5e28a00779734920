"""The wind that an autopilot estimated in flight."""

from pathlib import Path

import numpy as np

from cathartes.scenes.records.autopilot import fixes_of, wind_estimate_of
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.flight_files import read_flight_record
from cathartes.scenes.wind.assemble import RawWind, assemble_wind
from cathartes.scenes.wind.conventions import wind_from_components
from cathartes.scenes.wind.history import WindHistory

SLOWEST_M_S = 1.0
"""The direction's error is that of a wind of at least this speed."""


def read_on_board_wind(path: Path) -> WindHistory:
    """Return the wind of a PX4 ULog or ArduPilot DataFlash log, at the median height flown.

    The filter's own standard deviation is taken as the error; such filters are known to be
    surer of themselves than they should, so it is no less than the default of a station.

    Raises
    ------
    HeaderError, InputError
        If the log holds no wind, no UTC time or no position.
    """
    record = read_flight_record(path)
    estimate = wind_estimate_of(record)
    speed, angle = wind_from_components(estimate.east_m_s, estimate.north_m_s)
    sd = estimate.component_sd_m_s
    typical = max(float(np.median(speed)), SLOWEST_M_S)
    moving = Flag(
        FlagKind.ASSUMED,
        "the wind was estimated along the flight, at changing heights; it is taken to be one "
        "history at their median.",
    )
    return assemble_wind(
        RawWind(
            name=record.name,
            time_unix_s=estimate.time_unix_s,
            wind_speed_m_s=speed,
            wind_from_deg=angle,
            method="on board",
            height_agl_m=float(np.median(np.maximum(fixes_of(record).height_m, 0.0))),
            wind_speed_sd_m_s=sd if sd > 0.5 else None,
            wind_from_sd_deg=float(np.degrees(sd / typical)) if sd > 0.5 else None,
            flags=(*record.flags, moving),
        )
    )
