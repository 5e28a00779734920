"""Columns that name a wind: which two are understood, and the others, which are asked about."""

import re
from collections.abc import Sequence

from cathartes.errors import HeaderError

SPEED = "wind_speed_m_s"
FROM = "wind_from_deg"
_WINDY = re.compile(
    r"wind(?!ow)|^(u|v|w)(10|_?wind)?$|\bwd\b|\bws\b|^(wd|ws|wdir|wspd)$", re.IGNORECASE
)


def check_wind_columns(name: str, columns: Sequence[str], where_to_state: str) -> bool:
    """Return True if the two columns of the contract are there, False if none speaks of wind.

    Parameters
    ----------
    name
        The file's.
    columns
        All its columns.
    where_to_state
        Where the convention of others can be stated, for the message.

    Raises
    ------
    HeaderError
        If one of the two is missing, or other columns speak of wind: their convention is asked for.
    """
    optional = {"wind_vertical_m_s", "wind_scatter_deg"}
    other = [c for c in columns if _WINDY.search(c) and c not in {SPEED, FROM} | optional]
    found = [c for c in (SPEED, FROM) if c in columns]
    if len(found) == 2:
        return True
    if found or other:
        raise HeaderError(
            f"{name}: the wind is in {', '.join(found + other)}; {SPEED} and {FROM} are read as "
            "they are (m/s; degrees clockwise from north that it blows FROM). Directions of other "
            "names may be blowing to, from east, in radians or in a site's frame: not guessed. "
            f"Rename them if they are those, or state their convention in {where_to_state}."
        )
    return False
