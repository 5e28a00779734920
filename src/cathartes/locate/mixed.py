"""Several origins in one plume: what the first one's gas does not explain, looked at again."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.cones import OriginSettings
from cathartes.locate.look_wind import LookWind
from cathartes.locate.origin import OriginPosterior, find_origin

MOST_ORIGINS = 3
WEDGE_DEG = 30.0
WEDGE_PX = 4.0
"""Gas of one origin stays in a wedge that begins so wide and opens so much to each side."""
LEAST_GAIN = 5.0
"""A further origin must make the map likelier by so much (tempered): of made-up plumes with one
origin fewer than one in twenty pass (docs/explanation/plume-sources.md)."""
STRONG_SD = 4.0
DOWNWIND_DEG = 45.0
"""An origin within this angle of the direction that the wind blows to from another is downwind."""


def find_origins(
    column_map: ColumnMap, wind: LookWind, settings: OriginSettings | None = None
) -> tuple[OriginPosterior, ...]:
    """Return the plume's origins, the likeliest first; at least one.

    A further one is looked for in the part of the plume that lies outside the wedges downwind of
    those found. One that lies downwind of another is a torn-off part as easily as a source, and is
    left out: two in a row along the wind are not told apart.
    """
    found = [find_origin(column_map, wind, settings)]
    weight = np.ones(column_map.plume.shape)
    rest = column_map.plume.copy()
    while len(found) < MOST_ORIGINS:
        inside = wedge(column_map, found[-1])
        weight[inside] = 0.0
        rest &= ~inside
        smooth = uniform_filter(np.nan_to_num(column_map.column_density_ppm_m), 3)
        if (smooth[rest] * 3.0 > STRONG_SD * column_map.noise_sd_ppm_m).sum() < LEAST_REST_PIXELS:
            break
        left = ColumnMap(
            column_map.column_density_ppm_m,
            rest,
            column_map.noise_sd_ppm_m,
            column_map.relative_sd,
            column_map.pixel_m,
            column_map.east_m,
            column_map.north_m,
        )
        further = find_origin(left, wind, settings, weight)
        if further.log_gain < LEAST_GAIN:
            break
        found.append(further)
    upwind = [
        origin
        for origin in found
        if not any(_is_downwind(origin, other, wind) for other in found if other is not origin)
    ]
    return tuple(sorted(upwind, key=lambda origin: -origin.log_gain))


def _is_downwind(origin: OriginPosterior, other: OriginPosterior, wind: LookWind) -> bool:
    (east, north), (other_east, other_north) = origin.likeliest_m, other.likeliest_m
    azimuth_deg = np.rad2deg(np.arctan2(east - other_east, north - other_north))
    turn_deg = (azimuth_deg - wind.wind_from_deg - 180.0 + 180.0) % 360.0 - 180.0
    return bool(abs(turn_deg) < DOWNWIND_DEG)


LEAST_REST_PIXELS = 6


def wedge(column_map: ColumnMap, origin: OriginPosterior) -> NDArray[np.bool_]:
    """Return the pixels that gas of an origin may lie in, (y, x)."""
    east, north = column_map.centres_m()
    from_east, from_north = origin.likeliest_m
    dx, dy = east[None, :] - from_east, north[:, None] - from_north
    to = np.deg2rad(origin.cone.to_deg)
    along = dx * np.sin(to) + dy * np.cos(to)
    across = np.abs(dy * np.sin(to) - dx * np.cos(to))
    near = WEDGE_PX * column_map.pixel_m
    return np.asarray(
        (along > -near) & (across < near + np.tan(np.deg2rad(WEDGE_DEG)) * np.maximum(along, 0.0))
    )
