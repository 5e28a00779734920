"""What a casebook tells of how much was flown, found and reviewed: all of it at once, thinly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shapely import MultiPolygon

from cathartes.casework.review import Review
from cathartes.sites.observation import LookOutcome, Sensitivity


@dataclass(frozen=True, slots=True)
class FlownLook:
    """What counting needs of an observation."""

    outcome: LookOutcome
    footprint: MultiPolygon | None
    sensitivities: tuple[Sensitivity, ...]


class OutcomeBook(Protocol):
    """What outcomes are counted from; `since_utc` is in, `until_utc` is not, None is no bound."""

    def n_sorties(self, since_utc: datetime | None, until_utc: datetime | None) -> int:
        """Return how many sorties began then; those without a time count where no bound is."""

    def flown_looks(
        self, since_utc: datetime | None, until_utc: datetime | None
    ) -> tuple[FlownLook, ...]:
        """Return the observations that began then, in no order."""

    def found_sites(
        self, since_utc: datetime | None, until_utc: datetime | None
    ) -> dict[str, datetime | None]:
        """Return the sites that were first seen then, and when, by id."""

    def reviews_at_sites(self) -> dict[str, tuple[tuple[Review, ...], ...]]:
        """Return for each site with any the reviews of its detections, in order.

        Of these reviews verdict, confidence and who gave them when are read, and no more.
        """

    def sites_of_detections(self, detection_ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the present sites of detections; those that are gone, or of none, are left out."""
