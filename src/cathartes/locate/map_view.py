"""What a plume map says of a source, as particles."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.sorties import Sighting

ONE_IN_TWENTY_SD = 1.645


def map_sighting(
    label: str,
    place_m: NDArray[np.float64],
    probability: float,
    *,
    rate: tuple[float, float, float] | None,
    rng: np.random.Generator,
    height_m: float | None = None,
) -> Sighting:
    """Return a plume's origin as a sighting; place and rate are taken for independent.

    Parameters
    ----------
    label
        For people.
    place_m : (particle, 2) [m]
        Equally likely origins.
    probability
        That the gas is there.
    rate : [kg h-1]
        Median, 5 % and 95 % quantile of a log-normal law; None or NaN if no rate may be given.
    rng
        Draws the rates.
    height_m : [m]
        Of the source above ground, if it was said.
    """
    n = place_m.shape[0]
    rates = np.full(n, np.nan)
    if rate is not None and np.isfinite(rate).all():
        middle, low, high = rate
        log_sd = np.log(high / low) / (2 * ONE_IN_TWENTY_SD)
        rates = middle * np.exp(log_sd * rng.normal(size=n))
    height = np.full(n, np.nan if height_m is None else height_m)
    return Sighting(label, place_m, rates, height, probability)
