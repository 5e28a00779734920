"""What a plume map says of a source, as particles."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.normal_law import ONE_IN_TWENTY_SD
from cathartes.locate.sorties import Sighting

PERHAPS_HIDDEN = 0.5
"""Of plumes that begin beside ground without contrast so many really begin in it: not known."""


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


def perhaps_upwind_m(
    place_m: NDArray[np.float64],
    wind_from_deg: float,
    farthest_m: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return origins of a plume whose beginning may be hidden, (particle, 2) [m].

    Half of them stay, half are moved upwind, up to a distance, all shares of it as likely.

    Parameters
    ----------
    place_m : (particle, 2) [m]
    wind_from_deg : [deg]
    farthest_m : [m]
    rng
    """
    n = place_m.shape[0]
    moved = rng.uniform(size=n) < PERHAPS_HIDDEN
    away_m = np.where(moved, farthest_m * rng.uniform(size=n), 0.0)
    angle = np.deg2rad(wind_from_deg)
    upwind = np.array([np.sin(angle), np.cos(angle)])
    return np.asarray(place_m + np.outer(away_m, upwind), np.float64)
