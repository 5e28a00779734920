"""One explanation of a log: sources, and what they share; its prior."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Air, Shape
from cathartes.locate.settings import LocateSettings

TURN, WIDTH, HEIGHT, LAG, EDDIES = range(5)
N_SHARED = 5
EAST, NORTH, UP = range(3)
SLOWING_S, SLOWING_LOG_SD = 300.0, 1.0
"""Draxler's (1976) for sources at the ground; 1000 s aloft and 50 s in stable air are one and two
standard deviations away."""
KNOWN_SD_M = 1.0
"""Of a place that was given, along each axis: what a receiver or a map is good for."""


@dataclass(frozen=True, slots=True)
class State:
    """An explanation.

    Attributes
    ----------
    shared : (5,)
        Turn, width, height, lag and eddies, in standard deviations of their priors.
    place_m : (source, 3) [m]
        East, north, up; up counts without its sign, since the ground reflects.
    rate_kg_h : (source,) [kg h-1]
    share
        f of the misfit.
    """

    shared: NDArray[np.float64]
    place_m: NDArray[np.float64]
    rate_kg_h: NDArray[np.float64]
    share: float

    @property
    def n_sources(self) -> int:
        """Number of sources."""
        return self.rate_kg_h.size

    def without(self, source: int) -> "State":
        """Return the explanation without one source."""
        return replace(
            self,
            place_m=np.delete(self.place_m, source, axis=0),
            rate_kg_h=np.delete(self.rate_kg_h, source),
        )

    def with_source(self, place_m: NDArray[np.float64], rate_kg_h: float) -> "State":
        """Return the explanation with one source more, at (3,) [m].

        Parameters
        ----------
        place_m : (3,) [m]
        rate_kg_h
        """
        return replace(
            self,
            place_m=np.vstack([self.place_m, place_m]),
            rate_kg_h=np.append(self.rate_kg_h, rate_kg_h),
        )


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before a log is looked at.

    Attributes
    ----------
    turn_sd_rad
        Of the measured wind's direction.
    width, height, width_log_sd, height_log_sd
        Spread of the gas per metre, and how far it may be off.
    lag_s, lag_sd_s, longest_lag_s
        Of a moving sensor; the longest is 0 where none moves, and a delay displaces nothing.
    up_m, up_sd_m
        Sources' heights.
    eddies, eddies_sd
        Share of a puff's way that the wind of the moment decides.
    low_m, high_m : (2,) [m]
        East and north of the area that is searched.
    stability_sd
        Of the estimated stability, in classes; it takes the height's place near the ground.
    known_m : (source, 3) [m] or None
        Places that were given, one a source; NaN for a height that was not.
    """

    turn_sd_rad: float
    width: float
    height: float
    width_log_sd: float
    height_log_sd: float
    lag_s: float
    lag_sd_s: float
    longest_lag_s: float
    up_m: float
    up_sd_m: float
    eddies: float
    eddies_sd: float
    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]
    stability_sd: float = 0.0
    known_m: NDArray[np.float64] | None = None

    def shape(self, shared: NDArray[np.float64]) -> Shape:
        """Return what the standardised numbers, (5,), stand for."""
        lag = self.lag_s + self.lag_sd_s * shared[LAG]
        return Shape(
            turn_rad=float(self.turn_sd_rad * shared[TURN]),
            width=float(self.width * np.exp(self.width_log_sd * shared[WIDTH])),
            height=float(self.height * np.exp(self.height_log_sd * shared[HEIGHT])),
            lag_s=float(min(max(lag, 0.0), self.longest_lag_s)),
            eddies=float(min(max(self.eddies + self.eddies_sd * shared[EDDIES], 0.0), 1.0)),
            stability=float(-self.stability_sd * shared[HEIGHT]),
            slowing_s=float(SLOWING_S * np.exp(SLOWING_LOG_SD * shared[EDDIES])),
        )

    def place_prior(self, n_sources: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return middle [m] and precision [m-2] of places, each (source, 3); 0 where all is alike.

        Heights count without their sign.
        """
        middle = np.tile([0.0, 0.0, self.up_m], (n_sources, 1))
        precision = np.tile([0.0, 0.0, self.up_sd_m**-2], (n_sources, 1))
        if self.known_m is not None and n_sources:
            known = np.isfinite(self.known_m)
            middle = np.where(known, self.known_m, middle)
            precision = np.where(known, KNOWN_SD_M**-2, precision)
        return middle, precision

    def log_density(self, state: State) -> float:
        """Return the logarithm of the prior density, but for a constant; -inf outside."""
        level = state.place_m[:, :2]
        lag = self.lag_s + self.lag_sd_s * state.shared[LAG]
        if (
            (level < self.low_m).any()
            or (level > self.high_m).any()
            or (state.rate_kg_h <= 0).any()
            or (self.longest_lag_s > 0 and not 0.0 <= lag <= self.longest_lag_s)
        ):
            return -np.inf
        middle, precision = self.place_prior(state.n_sources)
        off = state.place_m - middle
        off[:, UP] = np.abs(state.place_m[:, UP]) - middle[:, UP]
        return float(-0.5 * (state.shared**2).sum() - 0.5 * (precision * off**2).sum())


def source_responses(air: Air, prior: Prior, state: State) -> NDArray[np.float64]:
    """Return block means for 1 kg/h of each source, (source, block) [ppm h kg-1]."""
    carried = air.carried(prior.shape(state.shared))
    return np.stack([carried.unit_ppm(place) for place in state.place_m])


def prior_of(
    settings: LocateSettings,
    *,
    turn_sd_deg: float,
    width: float,
    lag_s: float,
    lag_sd_s: float,
    longest_lag_s: float,
    low_m: NDArray[np.float64],
    high_m: NDArray[np.float64],
    stability_sd: float = 0.0,
    known_m: NDArray[np.float64] | None = None,
) -> Prior:
    """Return the prior of settings and of what was measured.

    Parameters
    ----------
    settings
    turn_sd_deg, width, lag_s, lag_sd_s, longest_lag_s
        As of `Prior`.
    low_m, high_m : (2,) [m]
    stability_sd
        As of `Prior`.
    known_m : (source, 3) [m] or None
        As of `Prior`.
    """
    air = settings.air
    return Prior(
        turn_sd_rad=max(float(np.radians(turn_sd_deg)), 1e-3),
        width=width,
        height=air.height_per_m,
        width_log_sd=air.width_log_sd,
        height_log_sd=air.height_log_sd,
        lag_s=lag_s,
        lag_sd_s=lag_sd_s,
        longest_lag_s=longest_lag_s,
        up_m=settings.source_height_m,
        up_sd_m=settings.source_height_sd_m,
        eddies=air.eddies,
        eddies_sd=air.eddies_sd,
        low_m=low_m,
        high_m=high_m,
        stability_sd=stability_sd,
        known_m=known_m,
    )
