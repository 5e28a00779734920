"""A detection: one plume of one observation, or one source of a log; and where it comes from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue
from shapely import MultiPolygon

from cathartes.errors import InputError
from cathartes.sites.place import Place

UNKNOWN = "unknown"
"""Name of a chemical outside the library."""


class DetectionKind(StrEnum):
    """What was seen."""

    PLUME = "plume"
    LOG_SOURCE = "log source"


class PlaceMethod(StrEnum):
    """How a source was placed."""

    POSTERIOR = "posterior"
    """By wind and shape, or by the inversion of a log."""
    OUTLINE = "outline"
    """Anywhere in the outline, or just upwind: no wind, or no origin could be told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chemical with the probability that it is in the plume, given that the plume is real."""

    chemical: str
    probability: float

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise InputError(
                f"{self.chemical}: probability {self.probability:g}; 0 to 1 is needed."
            )


@dataclass(frozen=True, slots=True)
class Rate:
    """An emission rate: median, and the quantiles of 5 % and 95 %, [kg h-1]."""

    median_kg_h: float
    p05_kg_h: float
    p95_kg_h: float


@dataclass(frozen=True, slots=True)
class Source:
    """Where a detection comes from; a plume with several origins has several.

    Attributes
    ----------
    id
        ``<detection's id>.<number from 1>``.
    place
    method
    probability
        That it is there, given that the detection is real.
    rate
        None where none may be given.
    rate_reason
        Why there is none; else "".
    """

    id: str
    place: Place
    method: PlaceMethod
    probability: float = 1.0
    rate: Rate | None = None
    rate_reason: str = ""


@dataclass(frozen=True, slots=True)
class Detection:
    """What stood out in one observation.

    Attributes
    ----------
    id
        ``<observation's id>-<number>``.
    observation_id, number
        The number is the plume's, or the source's, in its observation.
    kind
    seen_utc
        When; None if not known.
    chemical
        The likeliest; `UNKNOWN` if no gas of the library explains it.
    candidates
        Likeliest first, `chemical` among them.
    false_alarm_probability
        That a pixel without a plume looks like its strongest; None if not known.
    expected_by_chance
        How many at least so strong an observation without plumes shows; None if not known.
    snr
        Strength in standard deviations; None if not known.
    outline
        Of a plume, longitude first; None of a log.
    sources
        Likeliest first; at least one.
    flags
        Words that a reviewer must see.
    properties
        The rest of what was computed, as in the product's table.
    """

    id: str
    observation_id: str
    number: int
    kind: DetectionKind
    seen_utc: datetime | None
    chemical: str
    candidates: tuple[Candidate, ...]
    false_alarm_probability: float | None
    expected_by_chance: float | None
    snr: float | None
    outline: MultiPolygon | None
    sources: tuple[Source, ...]
    flags: tuple[str, ...] = ()
    properties: dict[str, JsonValue] | None = None

    def __post_init__(self) -> None:
        if not self.sources:
            raise InputError(f"detection {self.id}: no source; at least one is needed.")
        if self.chemical not in {one.chemical for one in self.candidates}:
            raise InputError(
                f"detection {self.id}: {self.chemical} is not among its candidates; add it."
            )
        if self.seen_utc is not None and self.seen_utc.tzinfo is None:
            raise InputError(f"detection {self.id}: {self.seen_utc} has no time zone.")
