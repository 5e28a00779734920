"""What a casebook tells a map: all places at once as arrays, and a few rows with their words.

A map of a million detections needs numbers of all, to count them, and words of those few that are
drawn one by one. The numbers of rows that tie the two together hold until the next change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon

from cathartes.sites.observation import Asset, LookOutcome, ObservationKind
from cathartes.sites.place import Place


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Rows of a table with their boxes on the ground, their times, and their chemicals.

    Attributes
    ----------
    row_id : (row,)
    box_deg : (row, 4) [deg]
        West, south, east, north; of a point, twice the same.
    time_s : (row, 2) [s]
        First and last moment since 1970 in UTC; NaN if not known.
    value : (row,)
        What rows are weighed by: the SNR of a detection, the probability of a site; NaN if none.
    set_code : (row,)
        Which of `sets` has its chemicals.
    sets
        The different sets of chemicals that there are.
    """

    row_id: NDArray[np.int64]
    box_deg: NDArray[np.float64]
    time_s: NDArray[np.float64]
    value: NDArray[np.float64]
    set_code: NDArray[np.int32]
    sets: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class DetectionMark:
    """A detection as a map shows it: the place is its first source's."""

    id: str
    observation_id: str
    longitude_deg: float
    latitude_deg: float
    seen_utc: datetime | None
    chemical: str
    snr: float | None


@dataclass(frozen=True, slots=True)
class SourceMark:
    """A source as a map shows it."""

    id: str
    detection_id: str
    chemical: str
    seen_utc: datetime | None
    place: Place
    probability: float


@dataclass(frozen=True, slots=True)
class SiteMark:
    """A site as a map shows it; `probability_low` to `probability_high` is the 90 % interval."""

    id: str
    longitude_deg: float
    latitude_deg: float
    chemicals: tuple[str, ...]
    n_detections: int
    n_looks: int
    last_seen_utc: datetime | None
    probability: float
    probability_low: float
    probability_high: float
    explained_by: str


@dataclass(frozen=True, slots=True)
class LookMark:
    """An observation as a map shows it; `chemicals` are those that were looked for."""

    id: str
    sortie_id: str
    name: str
    kind: ObservationKind
    began_utc: datetime | None
    outcome: LookOutcome
    reason: str
    footprint: MultiPolygon
    chemicals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnedAsset:
    """A piece of evidence with a present observation that names it."""

    asset: Asset
    observation_id: str
    sortie_id: str


class MapBook(Protocol):
    """What a map is made of."""

    def placed_detections(self) -> Placed:
        """Return where all detections are."""

    def placed_sites(self) -> Placed:
        """Return where all sites are."""

    def placed_looks(self) -> Placed:
        """Return which ground all observations cover; the value is the number of their outcome."""

    def detection_marks(self, row_ids: Sequence[int]) -> tuple[DetectionMark, ...]:
        """Return the detections of these rows, the newest first; of those that are still there."""

    def source_marks(self, detection_rows: Sequence[int]) -> tuple[SourceMark, ...]:
        """Return the sources of the detections of these rows, by id."""

    def site_marks(self, row_ids: Sequence[int]) -> tuple[SiteMark, ...]:
        """Return the sites of these rows, the most probable first."""

    def look_marks(self, row_ids: Sequence[int]) -> tuple[LookMark, ...]:
        """Return the observations of these rows, the newest first."""

    def assets_of_looks(self, row_ids: Sequence[int]) -> tuple[OwnedAsset, ...]:
        """Return what evidence the observations of these rows have, the newest first."""

    def owners_of_asset(self, sha256: str) -> tuple[OwnedAsset, ...]:
        """Return which present observations name a piece of evidence, by id."""
