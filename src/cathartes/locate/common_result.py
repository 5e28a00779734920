"""What several sorties say together: sources, and what each did in each sortie."""

from dataclasses import dataclass
from enum import StrEnum

from cathartes.locate.common_source import SourceParticles
from cathartes.locate.reasons import Doubt
from cathartes.locate.result import Interval, Outcome, Reason, SourceEstimate
from cathartes.locate.sorties import Sortie


class Emission(StrEnum):
    """What a source did during a sortie."""

    EMITTED = "emitted"
    DID_NOT = "did not emit"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class SourceInSortie:
    """One source in one sortie.

    Attributes
    ----------
    sortie
        Its name.
    seen_as
        Labels of the views' sightings that are of the source; empty if it was not seen.
    probability
        That it emitted.
    rate_kg_h
        While it emitted; None if it surely did not.
    below_kg_h : [kg h-1]
        Of a source that was not seen: with this rate and more the sortie's data would be twenty
        times less likely than without emission; None if the sortie can't tell.
    """

    sortie: str
    seen_as: tuple[str, ...]
    probability: float
    rate_kg_h: Interval | None
    below_kg_h: float | None

    @property
    def emission(self) -> Emission:
        """Whether it emitted, where that is 95 % sure."""
        if self.probability >= SURE:
            return Emission.EMITTED
        return Emission.DID_NOT if self.probability <= 1 - SURE else Emission.NOT_KNOWN


SURE = 0.95


@dataclass(frozen=True, slots=True)
class CommonSource:
    """A source of several sorties.

    Attributes
    ----------
    estimate
        Place, regions, height, probability; its rate is the mean over the sorties that show it.
    working_share
        Of all times, the share in which it emits; a posterior under Jeffreys's prior.
    sorties
        In the order of the sorties.
    association
        Least probability of a sighting's being of this source and no other, the rest given.
    doubts
        Of each sighting.
    particles
        Of the posterior.
    """

    estimate: SourceEstimate
    working_share: Interval
    sorties: tuple[SourceInSortie, ...]
    association: float
    doubts: tuple[Doubt | None, ...]
    particles: SourceParticles


@dataclass(frozen=True, slots=True)
class CommonSources:
    """The sources of one gas in several sorties.

    Attributes
    ----------
    chemical
        Whose.
    outcome, reason, why
        As of `LogSources`.
    sorties
        In order of time.
    sources
        Strongest first.
    total_rate_kg_h
        Of all sources, each at its mean rate while it emits; None without sources.
    warnings
        What a reviewer should know.
    """

    chemical: str
    outcome: Outcome
    reason: Reason
    why: str
    sorties: tuple[Sortie, ...]
    sources: tuple[CommonSource, ...]
    total_rate_kg_h: Interval | None
    warnings: tuple[str, ...]
