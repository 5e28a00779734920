"""What is known of an explanation before a log is looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Shape
from cathartes.locate.state import HEIGHT, LAG, SLOWING, TURN, UP, WIDTH, State

SLOWING_S, SLOWING_LOG_SD = 300.0, 1.0
"""Draxler's (1976) for sources at the ground; 1000 s aloft and 50 s in stable air are one and two
standard deviations away."""
KNOWN_SD_M = 1.0
"""Of a place that was given, along each axis: what a receiver or a map is good for."""


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
            stability=float(-self.stability_sd * shared[HEIGHT]),
            slowing_s=float(SLOWING_S * np.exp(SLOWING_LOG_SD * shared[SLOWING])),
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
        shared = -0.5 * float(state.shared @ state.shared)
        up = np.abs(state.place_m[:, UP])
        if self.known_m is None:
            off = (up - self.up_m) / self.up_sd_m
            return shared - 0.5 * float(off @ off)
        middle, precision = self.place_prior(state.n_sources)
        off = np.column_stack([level, up]) - middle
        return shared - 0.5 * float((precision * off**2).sum())
