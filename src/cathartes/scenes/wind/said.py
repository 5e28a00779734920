"""A wind said in a few characters: ``3.2±0.6,245±15``."""

import re

from cathartes.errors import SettingsError
from cathartes.scenes.wind.history import STANDARD_HEIGHT_M, WindHistory, constant_wind

_NUMBER = r"\s*(\d+(?:\.\d*)?|\.\d+)\s*"
_ERROR = rf"(?:±|\+-|\+/-){_NUMBER}"
_SAID = re.compile(rf"{_NUMBER}{_ERROR},{_NUMBER}{_ERROR}(?:@{_NUMBER}m?\s*)?")


def is_said_wind(text: str) -> bool:
    """Return True for two numbers with a comma and what may be about them, no file's name."""
    return re.fullmatch(r"[\d\s.,±+/@m-]+", text) is not None and "," in text


def parse_said_wind(text: str) -> WindHistory:
    """Return the constant wind of a text: speed ± its sd [m/s], direction from ± its sd [deg].

    Parameters
    ----------
    text
        ``SPEED±SD,FROM±SD``, perhaps ``@HEIGHT`` [m above ground]; ``+-`` and ``+/-`` for ±.

    Raises
    ------
    SettingsError
        If it is not that.
    InputError
        If the numbers can't be a wind.
    """
    match = _SAID.fullmatch(text)
    if match is None:
        raise SettingsError(
            f"wind {text!r}: speed and direction with their errors are needed, as in "
            "'3.2±0.6,245±15' (m/s, and degrees that it blows from, clockwise from north; +- for "
            "±, @2 behind it for 2 m above ground instead of 10), or the name of a wind file."
        )
    speed, speed_sd, wind_from, from_sd, height = match.groups()
    return constant_wind(
        float(speed),
        float(wind_from),
        wind_speed_sd_m_s=float(speed_sd),
        wind_from_sd_deg=float(from_sd),
        height_agl_m=STANDARD_HEIGHT_M if height is None else float(height),
    )
