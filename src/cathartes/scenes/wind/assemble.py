"""From the rows of a wind file to a history that is valid, with flags for what was wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.wind.conventions import wrapped_deg
from cathartes.scenes.wind.history import WindHistory, flag_stagnant

DEFAULT_SPEED_SD_M_S = 0.5
DEFAULT_FROM_SD_DEG = 5.0
"""Where no error is stated: what WMO-No. 8 (annex 1.A) asks of a station below 5 m/s."""


@dataclass(frozen=True, slots=True)
class RawWind:
    """Rows of wind as a file has them, in canonical units and convention; NaN for no value.

    Attributes
    ----------
    name
        The file's, for messages.
    time_unix_s, wind_speed_m_s, wind_from_deg : (row,)
    method
        As of `WindHistory`.
    height_agl_m
        None if nothing says: an error.
    wind_speed_sd_m_s, wind_from_sd_deg
        None for the default, which is flagged.
    vertical_m_s, scatter_deg : (row,) or None
    flags
        What the reader noted.
    """

    name: str
    time_unix_s: NDArray[np.float64]
    wind_speed_m_s: NDArray[np.float64]
    wind_from_deg: NDArray[np.float64]
    method: str
    height_agl_m: float | None
    wind_speed_sd_m_s: float | None = None
    wind_from_sd_deg: float | None = None
    vertical_m_s: NDArray[np.float64] | None = None
    scatter_deg: NDArray[np.float64] | None = None
    flags: tuple[Flag, ...] = ()


def assemble_wind(raw: RawWind) -> WindHistory:
    """Return the history of raw rows: those without a wind left out, of one time the first kept.

    Raises
    ------
    HeaderError
        If the height is not known: a wind at 2 m is not one at 10 m.
    InputError
        If no row has time, speed and direction, or the times run backwards.
    """
    if raw.height_agl_m is None:
        raise HeaderError(
            f"{raw.name}: nothing says at what height above ground the wind was measured; add a "
            "line '# height_agl_m: 10' above the header, or state it beside the file's name."
        )
    flags = list(raw.flags)
    known = np.isfinite(raw.time_unix_s) & np.isfinite(raw.wind_speed_m_s)
    known &= np.isfinite(raw.wind_from_deg)
    if not known.all():
        flags.append(
            Flag(FlagKind.WIND_GAP, f"{int((~known).sum())} of {known.size} rows have no wind.")
        )
    rows = np.flatnonzero(known)
    if rows.size == 0:
        raise InputError(f"{raw.name}: none of {known.size} rows has time, speed and direction.")
    step = np.diff(raw.time_unix_s[rows])
    if (step < 0).any():
        row = int(np.argmax(step < 0))
        raise InputError(
            f"{raw.name}: the wind's clock runs backwards after row {int(rows[row]) + 1} of "
            f"{known.size}; sort or split the file."
        )
    repeated = np.concatenate([[False], step == 0])
    if repeated.any():
        flags.append(
            Flag(
                FlagKind.DUPLICATE_TIME,
                f"{int(repeated.sum())} of {rows.size} winds repeat the time of the one before and "
                "are left out.",
            )
        )
    rows = rows[~repeated]
    assumed = {
        "speed": (raw.wind_speed_sd_m_s, DEFAULT_SPEED_SD_M_S, "m/s"),
        "direction": (raw.wind_from_sd_deg, DEFAULT_FROM_SD_DEG, "degrees"),
    }
    flags += [
        Flag(FlagKind.ASSUMED, f"the error of the wind's {word} is not stated: {default:g} {unit}.")
        for word, (stated, default, unit) in assumed.items()
        if stated is None
    ]
    speed_sd_m_s, from_sd_deg = (
        default if stated is None else stated for stated, default, _ in assumed.values()
    )
    return flag_stagnant(
        WindHistory(
            time_unix_s=raw.time_unix_s[rows],
            wind_speed_m_s=raw.wind_speed_m_s[rows],
            wind_from_deg=wrapped_deg(raw.wind_from_deg[rows]),
            wind_speed_sd_m_s=speed_sd_m_s,
            wind_from_sd_deg=from_sd_deg,
            height_agl_m=raw.height_agl_m,
            method=raw.method,
            vertical_m_s=None if raw.vertical_m_s is None else raw.vertical_m_s[rows],
            scatter_deg=None if raw.scatter_deg is None else raw.scatter_deg[rows],
            flags=tuple(flags),
        )
    )
