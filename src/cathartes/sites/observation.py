"""An observation: one cube or one log of a sortie, with what came of it, whatever that was."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue
from shapely import MultiPolygon

from cathartes.errors import InputError


class ObservationKind(StrEnum):
    """What was flown."""

    CUBE = "cube"
    LOG = "log"


class LookOutcome(StrEnum):
    """What came of looking; "inconclusive" is neither a finding nor its absence."""

    DETECTIONS = "detections"
    NOTHING_FOUND = "nothing found"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file that was read, by what is in it; the name is without folders."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Asset:
    """A piece of evidence in the evidence store.

    Attributes
    ----------
    sha256
        Of its bytes: its address.
    role
        What it is: ``context``, ``score``, ``column_density``, ``sensitivity``, ``plot``...
    name
        File name that a person would give it.
    media_type
        As in HTTP.
    size_bytes
    chemical
        Of which gas; "" if of none.
    """

    sha256: str
    role: str
    name: str
    media_type: str
    size_bytes: int
    chemical: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """How much of the raw data was looked at: pixels of a cube, rows of a log.

    What lies outside the mandate was left out before the analysis.

    Attributes
    ----------
    n_total
    n_outside_area, n_outside_time
        Left out because of the mandate's area, or time.
    n_without_place
        Left out because nobody knows where they lie.
    """

    n_total: int = 0
    n_outside_area: int = 0
    n_outside_time: int = 0
    n_without_place: int = 0

    def __post_init__(self) -> None:
        left_out = (self.n_outside_area, self.n_outside_time, self.n_without_place)
        if min(*left_out, self.n_total) < 0 or sum(left_out) > self.n_total:
            raise InputError(
                f"masked: {sum(left_out)} of {self.n_total} left out; counts from 0 to all are "
                "needed."
            )

    @property
    def n_analysed(self) -> int:
        """How many were analysed."""
        return self.n_total - self.n_outside_area - self.n_outside_time - self.n_without_place


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How well one chemical could be seen, over the whole of an observation.

    Attributes
    ----------
    chemical
    necl_ppm_m, detectable_column_ppm_m : [ppm m]
        Medians: noise-equivalent, and found with a probability of 0.95; None if not known, or of
        a log.
    smallest_rate_kg_h : [kg h-1]
        Median emission of a source that would have been found, at the wind of the day; None
        without a wind, or where nothing would have been.
    blind_share
        Share of the footprint where none could be seen, whatever its amount; None if not known.
    """

    chemical: str
    necl_ppm_m: float | None = None
    detectable_column_ppm_m: float | None = None
    smallest_rate_kg_h: float | None = None
    blind_share: float | None = None


@dataclass(frozen=True, slots=True)
class Wind:
    """Mean wind that an observation's rates rest on, at 10 m unless a log's own."""

    speed_m_s: float
    speed_sd_m_s: float
    from_deg: float
    from_sd_deg: float


@dataclass(frozen=True, slots=True)
class Observation:
    """One look, which always leaves a record.

    Attributes
    ----------
    id
        Made of the sortie's id, the name and what was read: the same work has the same id.
    sortie_id, mandate_id, name
        The name is unique in its sortie.
    kind
    began_utc, ended_utc
        Of the acquisition; None if not known.
    instrument
        "" if not known.
    files
        Every raw file that was read, the named one first.
    input_hash
        SHA-256 over files, settings and software: whether the work is done already.
    settings
        All that the analysis was told, defaults filled in.
    software
        Version of cathartes.
    outcome, reason
        The reason is a sentence if inconclusive, else "".
    footprint
        Ground that was analysed, longitude first; None if nothing was, or nobody knows where.
    masked
    sensitivities
        One for each chemical that was looked for.
    assets
        Among them, of role ``sensitivity``, the map of what could have been seen.
    wind
        None if none was known.
    remarks
        What a reviewer should know.
    """

    id: str
    sortie_id: str
    mandate_id: str
    name: str
    kind: ObservationKind
    began_utc: datetime | None
    ended_utc: datetime | None
    instrument: str
    files: tuple[RawFile, ...]
    input_hash: str
    settings: dict[str, JsonValue]
    software: str
    outcome: LookOutcome
    reason: str
    footprint: MultiPolygon | None
    masked: Masked = field(default_factory=Masked)
    sensitivities: tuple[Sensitivity, ...] = ()
    assets: tuple[Asset, ...] = ()
    wind: Wind | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.outcome is LookOutcome.INCONCLUSIVE) != bool(self.reason):
            raise InputError(
                f"observation {self.name}: outcome {self.outcome.value!r} with the reason "
                f"{self.reason!r}; a reason is needed if inconclusive, and only then."
            )
        for moment in (self.began_utc, self.ended_utc):
            if moment is not None and moment.tzinfo is None:
                raise InputError(f"observation {self.name}: {moment} has no time zone.")
