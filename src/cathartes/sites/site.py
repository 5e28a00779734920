"""A site: the place that detections of many flights are attributed to. The site is the case."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import fsum

from scipy.special import expit, logit

from cathartes.errors import InputError
from cathartes.sites.place import Place


class EvidenceKind(StrEnum):
    """What a line of evidence is about."""

    PRIOR = "prior"
    DETECTION = "detection"
    EMPTY_LOOK = "empty look"
    PROFILE = "profile"
    PERSISTENCE = "persistence"
    HOUR = "hour"
    LAWFUL_EMITTER = "lawful emitter"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One summand of a site's log-odds.

    Attributes
    ----------
    kind
    log_odds
        What it adds, natural logarithm; positive speaks for the site.
    text
        The same for a person, in one sentence with its numbers.
    refers_to
        Id of the detection, observation, emitter or profile; "" if of none.
    moment_utc
        When it happened; None if at no time.
    """

    kind: EvidenceKind
    log_odds: float
    text: str
    refers_to: str = ""
    moment_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place with all that speaks for and against it.

    Attributes
    ----------
    id
        ``site-`` and the first letters of a hash of the first detection's id: it stays when
        others come and go.
    place
        Where, from all sources attributed to it.
    chemicals
        Seen there, the most often seen first.
    source_ids
        Attributed to it, in order of time.
    n_detections, n_looks
        Observations that showed it, and that covered it conclusively.
    first_seen_utc, last_seen_utc
        None if no time is known.
    evidence
        Lines in order: the prior, then by time.
    probability, probability_low, probability_high
        That it is a place of the profile's kind, and an interval of 90 %.
    explained_by
        Id of the lawful emitter that explains it; "" if none does.
    value
        Of looking at it next, higher first.
    why
        In a sentence, what this value rests on.
    """

    id: str
    place: Place
    chemicals: tuple[str, ...]
    source_ids: tuple[str, ...]
    n_detections: int
    n_looks: int
    first_seen_utc: datetime | None
    last_seen_utc: datetime | None
    evidence: tuple[EvidenceLine, ...]
    probability: float
    probability_low: float
    probability_high: float
    explained_by: str
    value: float
    why: str

    def __post_init__(self) -> None:
        if not 0 <= self.probability_low <= self.probability <= self.probability_high <= 1:
            raise InputError(
                f"site {self.id}: probability {self.probability:g} in "
                f"[{self.probability_low:g}, {self.probability_high:g}]; an interval within 0 to 1 "
                "that holds it is needed."
            )

    @property
    def by_sight(self) -> tuple[float, float, float]:
        """Its probability and interval by what was seen alone, without what partners answered.

        What one partner said is no other partner's to know, and an answer that went into a
        probability can't judge it.
        """
        answered = fsum(one.log_odds for one in self.evidence if one.kind is EvidenceKind.RESPONSE)
        told = (self.probability, self.probability_low, self.probability_high)
        if not answered:
            return told
        low, middle, high = (float(expit(logit(told[k]) - answered)) for k in (1, 0, 2))
        return middle, low, high
