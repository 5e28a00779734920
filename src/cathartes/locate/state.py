"""One explanation of a log: sources, and what they share."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

TURN, WIDTH, HEIGHT, LAG, SLOWING = range(5)
"""Of the numbers that all sources share; near the ground HEIGHT is the stability; elsewhere
SLOWING, that of the spread, changes nothing (`Prior.shape`)."""
N_SHARED = 5
UP = 2
"""Of the axes of a place."""


@dataclass(frozen=True, slots=True)
class State:
    """An explanation.

    Attributes
    ----------
    shared : (5,)
        Turn, width, height, lag and slowing, in standard deviations of their priors.
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

    @classmethod
    def turned(cls, share: float, turn: float = 0.0, width: float = 0.0) -> "State":
        """Return an explanation without sources; turn and width in deviations of their priors."""
        shared = np.zeros(N_SHARED)
        shared[[TURN, WIDTH]] = turn, width
        return cls(shared, np.empty((0, 3)), np.empty(0), share)

    @property
    def n_sources(self) -> int:
        """Number of sources."""
        return self.rate_kg_h.size

    def chosen(self, sources: NDArray[np.intp]) -> "State":
        """Return the explanation with some of its sources, (source,), in their order."""
        return replace(self, place_m=self.place_m[sources], rate_kg_h=self.rate_kg_h[sources])

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
