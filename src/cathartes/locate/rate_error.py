r"""What no block can show of a rate: the wind's speed, and gusts.

The rate goes with the wind's speed, whose error all rows share; and the few passes through a gusty
plume are a poor mean of it, the poorer the more a block misses the model (f):

.. math:: \sigma_{\ln Q}^2 = (\sigma_U/U)^2 + (0.6\,f)^2

A robust fit follows the median of the gusts that a moving sensor meets in passing; the mean of
log-normal ones of relative deviation f is higher by :math:`\sqrt{1 + f^2}`. A sensor that stands
has their mean already.
"""

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.wind.history import WindHistory

GUST_SHARE = 0.6
"""Relative error of a rate per relative misfit of a block; set on flights of tuning seeds."""
SLOWEST_M_S = 0.1
"""Least speed that an error is relative to."""
WORST_SPEED_SD = 0.5
"""Relative error of a speed beyond which a logarithm's normal law says too much."""


def rate_log_sd(wind: WindHistory, share: float) -> float:
    """Return the standard deviation of ln Q at a misfit of a share of the signal."""
    speed_sd = wind.wind_speed_sd_m_s / max(float(wind.wind_speed_m_s.mean()), SLOWEST_M_S)
    return float(np.hypot(min(speed_sd, WORST_SPEED_SD), GUST_SHARE * share))


def rate_factors(
    wind: WindHistory, share: NDArray[np.float64], rng: np.random.Generator, *, moves: bool
) -> NDArray[np.float64]:
    """Return what rates have to be multiplied by, (particle,): the mean of gusts, and an error.

    Parameters
    ----------
    wind
    share : (particle,)
        f of the misfit.
    rng
    moves
        True for a moving sensor.
    """
    log_sd = np.array([rate_log_sd(wind, one) for one in share])
    mean = np.sqrt(1 + share**2) if moves else 1.0
    return np.asarray(np.exp(log_sd * rng.normal(size=share.size)) * mean)
