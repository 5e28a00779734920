"""What flights and scans of several times say of one gas: the input of a common posterior."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.locate.reasons import Doubt
from cathartes.locate.second_look import OthersPlace


class Silence(Protocol):
    """What a view that does not show a source says of the rate that the source may have had."""

    def log_ratio(
        self, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return ln L(rate) / L(0), (place, rate): 0 where the view can't tell.

        Parameters
        ----------
        place_m : (place, 2) [m]
        rate_kg_h : (rate,) [kg h-1]
        """


@dataclass(frozen=True, slots=True)
class Blind:
    """The silence of a view that could not have seen anything."""

    def log_ratio(
        self, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return zeros, (place, rate); arguments as of `Silence.log_ratio`."""
        return np.zeros((place_m.shape[0], rate_kg_h.size))


@dataclass(frozen=True, slots=True)
class Sighting:
    """A source as one view alone shows it: equally likely places and rates.

    Attributes
    ----------
    label
        For people.
    place_m : (particle, 2) [m]
        East, north, under a flat prior.
    rate_kg_h : (particle,) [kg h-1]
        Under a prior flat in its logarithm; NaN throughout if the view tells no rate.
    height_m : (particle,) [m]
        NaN throughout if the view tells none.
    probability
        That it is there.
    doubt
        Why the view alone does not tell its place; None if it does.

    Raises
    ------
    InputError
        If there are too few particles to tell a place, or of unlike numbers.
    """

    label: str
    place_m: NDArray[np.float64]
    rate_kg_h: NDArray[np.float64]
    height_m: NDArray[np.float64]
    probability: float
    doubt: Doubt | None = None

    def __post_init__(self) -> None:
        n = self.place_m.shape[0]
        if n < LEAST_PARTICLES or not np.isfinite(self.place_m).all():
            raise InputError(
                f"{self.label}: {n} particles, not all of them finite or fewer than "
                f"{LEAST_PARTICLES}; make the result that they come from again."
            )
        if {self.place_m.shape, self.rate_kg_h.shape, self.height_m.shape} != {(n, 2), (n,)}:
            raise InputError(f"{self.label}: places, rates and heights are not of one number.")

    @property
    def has_rate(self) -> bool:
        """True if the view tells how much."""
        return bool(np.isfinite(self.rate_kg_h).all())


LEAST_PARTICLES = 20
"""Fewer have no shape of their own."""


@dataclass(frozen=True, slots=True)
class View:
    """What one log, or logs of one time, or one scan says of one gas.

    Attributes
    ----------
    name
        For people.
    sightings
        Sources it shows; no two of them are one.
    silence
        What it says of all others.
    again
        The view where others show sources; None, or returns None, where that is the same.
    """

    name: str
    sightings: tuple[Sighting, ...] = ()
    silence: Silence = field(default_factory=Blind)
    again: Callable[[Sequence[OthersPlace]], "View | None"] | None = None


@dataclass(frozen=True, slots=True)
class Sortie:
    """Views of one time: a source emits in all of them, at one rate, or in none.

    Attributes
    ----------
    name
        For people; no two sorties have one.
    start_unix_s : [s]
        NaN if it is not known.
    views
        At least one.
    """

    name: str
    start_unix_s: float
    views: tuple[View, ...]
