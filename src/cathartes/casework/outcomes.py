"""What came of it all: from flights to what partners found, as counts that nest.

A site passes each step once, whoever was told of it; partners are counted by relays. "Not answered"
is never a "no": who has not answered stays in the whole of the steps before, and in no share of
what was found. A review counts from when it was first settled: nothing here moves by what is still
open to a reviewer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cathartes.casework.calibration import Calibration, Judged, calibrate
from cathartes.casework.intervals import Share, Wait, wait
from cathartes.casework.relay import Relay
from cathartes.casework.response import OUTCOMES, Answer
from cathartes.sites.observation import LookOutcome

_DAY = timedelta(days=1)
FOUND = frozenset({Answer.CONFIRMED, Answer.DISMANTLED})
_WERE_THERE = OUTCOMES | {Answer.INSPECTED}


class Stage(StrEnum):
    """A step on a site's way; each holds of those of which the one before holds."""

    FOUND = "found"
    REVIEWED = "reviewed"
    UPHELD = "upheld"
    """Confirmed by reviewers."""
    RELEASED = "released"
    ANSWERED = "answered"
    VISITED = "visited"
    """Somebody was there, and says what there was."""
    CONFIRMED = "confirmed"
    DISMANTLED = "dismantled"


class Leg(StrEnum):
    """From one step to the next."""

    REVIEW = "found to reviewed"
    RELEASE = "reviewed to released"
    RECEIPT = "released to acknowledged"
    INSPECTION = "acknowledged to inspected"
    CLOSURE = "inspected to closed"


@dataclass(frozen=True, slots=True)
class SiteFact:
    """What is known of a site apart from what was told to partners.

    Attributes
    ----------
    id
    found_utc
        When it was first seen; None if not known.
    reviewed_utc
        When the first of its detections was settled; None if none is.
    upheld_utc
        When the first that is confirmed was; None if none is.
    """

    id: str
    found_utc: datetime | None
    reviewed_utc: datetime | None = None
    upheld_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenArea:
    """Ground that was looked at for a class of chemicals; conclusive looks alone.

    Attributes
    ----------
    name
        Of the class; "" of all looks, whatever they looked for.
    looked_km2
        Of all looks, repeated ones each time.
    ground_km2
        Of different ground.
    within_km2 : by kg/h
        Of ground on which a look would have found so much, by the median over that look.
    """

    name: str
    looked_km2: float
    ground_km2: float
    within_km2: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flown:
    """What was flown.

    Attributes
    ----------
    n_sorties
    looks
        How many came to what.
    areas
        The first of all looks, then by class.
    """

    n_sorties: int
    looks: Mapping[LookOutcome, int]
    areas: tuple[SeenArea, ...]


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many sites reached a step, of those that reached the one before."""

    stage: Stage
    reached: Share


@dataclass(frozen=True, slots=True)
class LegWait:
    """How long a step takes."""

    leg: Leg
    days: Wait


@dataclass(frozen=True, slots=True)
class PartnerOutcome:
    """What came of what one partner was told.

    Attributes
    ----------
    partner_id
        "" of all together.
    n_told
        Relays: a finding with all its updates is one.
    n_received
        Of which anything came back, be it a receipt.
    n_answered, n_confirmed, n_dismantled, n_nothing_found, n_not_accessible, n_disputed
        More than a receipt; and what was said last, a dismantling above all.
    n_overdue, n_recalled
    answered_of_due
        Of those whose day has come: who still has time is not counted as silent.
    """

    partner_id: str
    n_told: int
    n_received: int
    n_answered: int
    n_confirmed: int
    n_dismantled: int
    n_nothing_found: int
    n_not_accessible: int
    n_disputed: int
    n_overdue: int
    n_recalled: int
    answered_of_due: Share


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the flights of a time; see `count_outcomes`.

    Attributes
    ----------
    since_utc, until_utc
        None: from the first, to the last.
    as_of_utc
        When it was counted.
    partner_id
        Of whom alone; "": of all.
    is_exercise
        Whether drills were counted, in place of what is real.
    flown
    stages
        By sites, in order.
    n_nothing_found
        Sites where those who were there found nothing, and nobody found anything.
    legs
    partners
        All together first, then by id.
    calibration
    overdue
        Ids of what partners hold and should have answered, the longest first.
    relook
        Ids of sites that were dismantled and not looked at since: the next look is theirs.
    """

    since_utc: datetime | None
    until_utc: datetime | None
    as_of_utc: datetime
    partner_id: str
    is_exercise: bool
    flown: Flown
    stages: tuple[StageCount, ...]
    n_nothing_found: int
    legs: tuple[LegWait, ...]
    partners: tuple[PartnerOutcome, ...]
    calibration: Calibration
    overdue: tuple[str, ...]
    relook: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A relay with the present site that it is of; "" if that is gone."""

    relay: Relay
    site_id: str = ""

    @property
    def name(self) -> str:
        """Of the site; of one that is gone, by what it was called."""
        return self.site_id or f"gone:{self.relay.first.site_id}"


def stage_counts(sites: Iterable[SiteFact], told: Sequence[Told]) -> tuple[StageCount, ...]:
    """Return how many sites reached each step.

    What was released had been found, reviewed and upheld, also where a site is gone by now or its
    reviewers have another mind.
    """
    facts = list(sites)
    by_answer = {
        Stage.RELEASED: {one.name for one in told},
        Stage.ANSWERED: {one.name for one in told if one.relay.is_answered},
        Stage.VISITED: {one.name for one in told if one.relay.outcome},
        Stage.CONFIRMED: {one.name for one in told if one.relay.outcome in FOUND},
        Stage.DISMANTLED: {one.name for one in told if one.relay.outcome is Answer.DISMANTLED},
    }
    released = by_answer[Stage.RELEASED]
    reached = {
        Stage.FOUND: {one.id for one in facts} | released,
        Stage.REVIEWED: {one.id for one in facts if one.reviewed_utc} | released,
        Stage.UPHELD: {one.id for one in facts if one.upheld_utc} | released,
        **by_answer,
    }
    counts = []
    whole = len(reached[Stage.FOUND])
    for stage in Stage:
        n = len(reached[stage])
        counts.append(StageCount(stage, Share(n, whole)))
        whole = n
    return tuple(counts)


def leg_waits(
    sites: Iterable[SiteFact], told: Sequence[Told], now_utc: datetime
) -> tuple[LegWait, ...]:
    """Return how long each step takes, those who still wait included."""
    facts = list(sites)
    first_told: dict[str, datetime] = {}
    for one in told:
        at = one.relay.sent_utc
        first_told[one.name] = min(at, first_told.get(one.name, at))
    spans: dict[Leg, list[tuple[datetime | None, datetime | None, datetime]]] = {
        Leg.REVIEW: [(one.found_utc, one.reviewed_utc, now_utc) for one in facts],
        Leg.RELEASE: [(one.upheld_utc, first_told.get(one.id), now_utc) for one in facts],
        Leg.RECEIPT: [], Leg.INSPECTION: [], Leg.CLOSURE: [],
    }  # fmt: skip
    for relay in (one.relay for one in told):
        end = relay.last.sent_utc or now_utc if relay.is_recalled else now_utc
        received = relay.heard[0].received_utc if relay.heard else None
        inspected = relay.first_of(_WERE_THERE)
        closed = relay.first_of(frozenset({Answer.CLOSED})) if inspected else None
        spans[Leg.RECEIPT].append((relay.sent_utc, received, end))
        spans[Leg.INSPECTION].append((received, inspected, end))
        spans[Leg.CLOSURE].append((inspected, closed, end))
    return tuple(LegWait(leg, _wait(spans[leg])) for leg in Leg)


def _wait(spans: Iterable[tuple[datetime | None, datetime | None, datetime]]) -> Wait:
    """Return the wait of spans from a moment to another, or without that to an end."""
    done: list[float] = []
    waiting: list[float] = []
    for begun, reached, end in spans:
        if begun is None:
            continue
        days = max(((reached or end) - begun) / _DAY, 0.0)
        (waiting if reached is None else done).append(days)
    return wait(done, waiting)


def partner_outcomes(told: Sequence[Told], now_utc: datetime) -> tuple[PartnerOutcome, ...]:
    """Return what came of what partners were told: of all together, then of each."""
    relays = [one.relay for one in told]
    of = {name: [r for r in relays if r.partner_id == name] for name in
          sorted({r.partner_id for r in relays})}  # fmt: skip
    return (_of_partner("", relays, now_utc), *(_of_partner(n, r, now_utc) for n, r in of.items()))


def _of_partner(partner_id: str, relays: Sequence[Relay], now_utc: datetime) -> PartnerOutcome:
    said = [one.outcome or (one.answers[-1] if one.answers else None) for one in relays]
    due = [one for one in relays if one.is_answered or one.is_overdue(now_utc)]
    due = [one for one in due if one.first.due_utc is None or one.first.due_utc < now_utc]
    return PartnerOutcome(
        partner_id=partner_id,
        n_told=len(relays),
        n_received=sum(bool(one.heard) for one in relays),
        n_answered=sum(one.is_answered for one in relays),
        n_confirmed=said.count(Answer.CONFIRMED),
        n_dismantled=said.count(Answer.DISMANTLED),
        n_nothing_found=said.count(Answer.NOTHING_FOUND),
        n_not_accessible=said.count(Answer.NOT_ACCESSIBLE),
        n_disputed=said.count(Answer.DISPUTED),
        n_overdue=sum(one.is_overdue(now_utc) for one in relays),
        n_recalled=sum(one.is_recalled for one in relays),
        answered_of_due=Share(sum(one.is_answered for one in due), len(due)),
    )


def site_outcomes(told: Sequence[Told]) -> dict[str, bool]:
    """Return for each site that somebody looked into whether anybody found it."""
    found: dict[str, bool] = {}
    for one in told:
        if one.relay.outcome is not None:
            found[one.name] = found.get(one.name, False) or one.relay.outcome in FOUND
    return found


def calibration_of(told: Sequence[Told]) -> Calibration:
    """Return how the probabilities held, each site once, by what it was first told with."""
    said: dict[str, float] = {}
    for one in sorted(told, key=lambda each: (each.relay.sent_utc, each.relay.first.id)):
        probability = one.relay.first.basis.probability
        if probability is not None:
            said.setdefault(one.name, probability)
    outcomes = site_outcomes(told)
    return calibrate(Judged(said[name], outcomes[name]) for name in outcomes if name in said)
