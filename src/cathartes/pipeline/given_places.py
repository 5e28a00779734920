"""Places of sources that a caller gives: checked, and brought into a log's frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError
from cathartes.scenes.local_frame import LocalFrame

FARTHEST_M, HIGHEST_M = 20_000.0, 500.0
"""No source is farther from its log, or higher: longitude and latitude are exchanged, or it is
above sea level."""


def known_places_m(
    source_at: Sequence[Sequence[float]], frame: LocalFrame
) -> NDArray[np.float64] | None:
    """Return places in a log's frame, (source, 3) [m], height NaN if not given; None without any.

    Parameters
    ----------
    source_at
        Longitude and latitude [deg], and height above ground [m] where it is known.
    frame
        The log's.

    Raises
    ------
    SettingsError
        If one is no place, or too far from the log to have been smelt.
    """
    places = []
    for given in source_at:
        said = ",".join(f"{number:g}" for number in given)
        if not (len(given) in (2, 3) and abs(given[0]) <= 180 and abs(given[1]) <= 90):
            raise SettingsError(
                f"source at {said}: longitude, latitude and, if known, the height above ground "
                "are needed, in degrees and metres, like -1.4384,51.1445,2."
            )
        height = given[2] if len(given) == 3 else float("nan")
        if not (np.isnan(height) or 0 <= height <= HIGHEST_M):
            raise SettingsError(
                f"source at {said}: a height of 0 to {HIGHEST_M:g} m above ground is needed."
            )
        east, north = frame.to_east_north(given[0], given[1])
        if np.hypot(east, north) > FARTHEST_M:
            raise SettingsError(
                f"source at {said}: that is {np.hypot(east, north) / 1000:.0f} km from the log; "
                f"{FARTHEST_M / 1000:g} km at most are possible. Is it longitude, then latitude?"
            )
        places.append([float(east), float(north), height])
    return np.array(places) if places else None
