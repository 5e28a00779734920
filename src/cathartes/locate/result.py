"""What is said of a gas log's sources: where, how much, how sure; or why nothing can be said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.curtain import CurtainFlux
from cathartes.locate.log_silence import LogEvidence
from cathartes.locate.regions import Ellipse
from cathartes.locate.second_look import OthersPlace


class Outcome(StrEnum):
    """Whether there is a place."""

    LOCATED = "located"
    CANNOT_LOCATE = "cannot locate"
    PLACE_GIVEN = "place given"


class Reason(StrEnum):
    """Why there is none."""

    NONE = ""
    NO_CONTRAST = "no contrast"
    DRIFT = "drift"
    WIND = "wind"
    ONE_TRANSECT = "one transect"
    ONE_PLACE = "one place"
    ONLY_UPWIND = "only upwind"
    OUT_OF_REACH = "out of reach"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the 5 % and the 95 % quantile of its posterior."""

    median: float
    p05: float
    p95: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> "Interval":
        """Return the interval of equally likely values, (particle,)."""
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        return cls(float(middle), float(low), float(high))


@dataclass(frozen=True, slots=True)
class SourceEstimate:
    """One source.

    Attributes
    ----------
    place_m : (2,) [m]
        East, north in the log's frame: median of the posterior.
    rate_kg_h, height_m
        With their intervals.
    region_50, region_90
        Ellipses that hold it with these probabilities.
    probability
        That it is there: against all others alone.
    """

    place_m: NDArray[np.float64]
    rate_kg_h: Interval
    height_m: Interval
    region_50: Ellipse
    region_90: Ellipse
    probability: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Equally likely explanations, in physical units; sources in the order of their estimates.

    Attributes
    ----------
    place_m : (particle, source, 3) [m]
        East, north, up.
    rate_kg_h : (particle, source) [kg h-1]
    wind_offset_deg : (particle,) [deg]
        What has to be added to the measured direction.
    lag_s : (particle,) [s]
    width_per_m, height_per_m : (particle,)
        Spread of the gas sideways and upward per metre of its way.
    misfit : (particle,)
        Error of a block's mean as a share of the signal.
    stability : (particle,)
        Near the ground: classes above what was estimated of the air's stability; else 0.
    """

    place_m: NDArray[np.float64]
    rate_kg_h: NDArray[np.float64]
    wind_offset_deg: NDArray[np.float64]
    lag_s: NDArray[np.float64]
    width_per_m: NDArray[np.float64]
    height_per_m: NDArray[np.float64]
    misfit: NDArray[np.float64]
    stability: NDArray[np.float64]

    def chosen(self, sources: NDArray[np.intp]) -> "Posterior":
        """Return the same with some of its sources, (source,), in their order."""
        return replace(self, place_m=self.place_m[:, sources], rate_kg_h=self.rate_kg_h[:, sources])


@dataclass(frozen=True, slots=True)
class LogSources:
    """The sources of one gas in one log.

    Attributes
    ----------
    chemical
        Whose.
    outcome, reason, why
        Whether there is a place, or it was given; else the reason as a word and in a sentence,
        with what to do.
    sources
        Strongest first, or in the order in which places were given; empty if none is placed.
    total_rate_kg_h
        Of all together; None if no gas was seen, or its air is not known.
    posterior
        None if there is none.
    model
        "puffs", "puffs past a mast", "plume" or, near the ground, "surface layer": what explained
        the log best.
    curtains
        Mass balance where curtains were flown, for comparison.
    warnings
        What a reviewer should know.
    detectable_kg_h
        Rate of a source in the middle of the track's reach that would have been seen; NaN if not
        known.
    evidence
        To ask for the rate of a source that was not found; None where the log can't tell.
    again
        What the log says where others show sources; None, or returns None, where that is the same.
    """

    chemical: str
    outcome: Outcome
    reason: Reason
    why: str
    sources: tuple[SourceEstimate, ...]
    total_rate_kg_h: Interval | None
    posterior: Posterior | None
    model: str
    curtains: tuple[CurtainFlux, ...]
    warnings: tuple[str, ...]
    detectable_kg_h: float
    evidence: LogEvidence | None = None
    again: Callable[[Sequence[OthersPlace]], "LogSources | None"] | None = None
