"""What is wanted of a casebook's lists."""

from dataclasses import dataclass
from datetime import datetime

from cathartes.sites.observation import LookOutcome, ObservationKind


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """Which sites are wanted; of what is not given, all.

    Attributes
    ----------
    chemical
        Seen there.
    least_probability
    explained
        Whether a lawful emitter explains it.
    since_utc
        Seen since then.
    """

    chemical: str = ""
    least_probability: float = 0.0
    explained: bool | None = None
    since_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class LookFilter:
    """Which observations are wanted; of what is not given, all.

    Attributes
    ----------
    outcome, kind
    sortie_ids
        Of these sorties alone; None: of all.
    since_utc, until_utc
        Begun from then on, and before then.
    """

    outcome: LookOutcome | None = None
    kind: ObservationKind | None = None
    sortie_ids: frozenset[str] | None = None
    since_utc: datetime | None = None
    until_utc: datetime | None = None
