"""What is known of a log before its gas is looked at: delay, scatter of the wind, area."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.gather import GasRows
from cathartes.locate.near_ground import Stability
from cathartes.locate.prior import Prior
from cathartes.locate.settings import LocateSettings
from cathartes.scenes.wind.history import WindHistory

LEAST_TURN_SD_DEG = 0.2
"""Of a wind that is known exactly: something has to be free for the steps of a search."""
LEAST_LAG_SD_S = 0.3
"""However sure a log is of its delay: readings are a second apart."""


def prior_of_log(
    rows: GasRows,
    blocks: Blocks,
    wind: WindHistory,
    settings: LocateSettings,
    stability: Stability | None,
    known_m: NDArray[np.float64] | None,
) -> Prior:
    """Return the prior: the delay the log tells, the scatter the wind's source states.

    Parameters
    ----------
    rows, blocks, wind, settings
    stability
        None above the lowest metres.
    known_m : (source, 3) [m] or None
        Places that were given; NaN for a height that was not.
    """
    air = settings.air
    level = np.vstack([rows.near_m[:, :2], rows.far_m[:, :2]])
    if known_m is not None:
        level = np.vstack([level, known_m[:, :2]])
    scatter_deg = wind.mean_scatter_deg
    lag_s, lag_sd_s = settings.lag_s, settings.lag_sd_s
    if rows.delay_s is not None:
        lag_s, lag_sd_s = rows.delay_s.value, max(rows.delay_s.sd, LEAST_LAG_SD_S)
    longest_s = settings.longest_lag_s if blocks.moves else 0.0
    return Prior(
        turn_sd_rad=float(np.radians(max(wind.wind_from_sd_deg, LEAST_TURN_SD_DEG))),
        width=(air.width_per_m if scatter_deg is None else float(np.tan(np.radians(scatter_deg)))),
        height=air.height_per_m,
        width_log_sd=air.width_log_sd,
        height_log_sd=air.height_log_sd,
        lag_s=min(max(lag_s, 0.0), longest_s),
        lag_sd_s=lag_sd_s,
        longest_lag_s=longest_s,
        up_m=settings.source_height_m,
        up_sd_m=settings.source_height_sd_m,
        low_m=level.min(axis=0) - settings.reach_m,
        high_m=level.max(axis=0) + settings.reach_m,
        stability_sd=0.0 if stability is None else stability.sd,
        known_m=known_m,
    )
