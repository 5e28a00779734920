"""What a visitor may know of reviews. Reviews are blind: this is where others' words are withheld.

Whoever may yet review a detection sees neither what others said of it, nor how many did, nor how
far it is: it is "open". One's own reviews one always sees.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely import Point

from cathartes.casework.review import Review, person_of
from cathartes.casework.roles import Action, Thing, decide
from cathartes.casework.settlement import ReviewState, Settlement, site_state
from cathartes.web.desk import Desk
from cathartes.web.views.shapes import GeoJson, geojson
from cathartes.web.visitor import Visitor

OPEN = "open"
"""How a detection stands to one who may not know more."""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One review.

    Attributes
    ----------
    reviewer, moment_utc
    verdict, confidence, rate
        The rate's is None but of a plume.
    flags, note
    origin, outline
        As the reviewer has them; None: as computed.
    was_blind
        None while it is open to the visitor: that others' could be read once would be told by it.
    is_own
        Whether the visitor made it.
    """

    reviewer: str
    moment_utc: datetime
    verdict: str
    confidence: str
    rate: str | None
    flags: tuple[str, ...]
    note: str
    origin: GeoJson | None
    outline: GeoJson | None
    was_blind: bool | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the judging of a detection, or of a site, is, to a visitor.

    Attributes
    ----------
    state
        "open" to one who may not know more.
    confidence
        None unless it is confirmed or rejected.
    rate_may_be_given
        None unless it is confirmed.
    """

    state: str = OPEN
    confidence: str | None = None
    rate_may_be_given: bool | None = None


def standing(visitor: Visitor, settlement: Settlement) -> Standing:
    """Return how far a detection is, to a visitor."""
    return _told(settlement) if _may_know(visitor, settlement) else Standing()


def site_standing(visitor: Visitor, settlements: Sequence[Settlement]) -> Standing:
    """Return how far a site is, to a visitor: of what is open to them nothing is told.

    It is confirmed if a detection that they may know of is; another state needs them all.
    """
    known = [one for one in settlements if _may_know(visitor, one)]
    if len(known) == len(settlements):
        return _told(site_state(known))
    confirmed = [one for one in known if one.state is ReviewState.CONFIRMED]
    return _told(site_state(confirmed)) if confirmed else Standing()


def reviews_view(
    desk: Desk, visitor: Visitor, detection_ids: Iterable[str]
) -> dict[str, tuple[ReviewView, ...]]:
    """Return the reviews of detections that a visitor may see, in order."""
    ids = list(detection_ids)
    settled = desk.casebook.settlements(ids)
    found = {}
    for one in ids:
        knows = _may_know(visitor, settled[one])
        every = desk.casebook.reviews_of(one) if settled[one].reviewers else ()
        found[one] = tuple(
            _review(review, visitor, knows=knows)
            for review in every
            if knows or review.person == person_of(visitor.id)
        )
    read = [one for one, reviews in found.items() if reviews]
    desk.verdict_reads.note(desk.casebook, visitor.subject, read, desk.now())
    return found


def _may_know(visitor: Visitor, settlement: Settlement) -> bool:
    thing = Thing(state=settlement.state, reviewers=frozenset(settlement.reviewers))
    return decide(visitor.subject, Action.READ_VERDICTS, thing).allowed


def _told(settlement: Settlement) -> Standing:
    confidence = settlement.confidence
    return Standing(
        settlement.state.value,
        None if confidence is None else confidence.value,
        settlement.rate_may_be_given,
    )


def _review(review: Review, visitor: Visitor, *, knows: bool) -> ReviewView:
    said = review.judgement
    return ReviewView(
        reviewer=review.reviewer,
        moment_utc=review.moment_utc,
        verdict=said.verdict.value,
        confidence=said.confidence.value,
        rate=None if said.rate is None else said.rate.value,
        flags=tuple(flag.value for flag in said.flags),
        note=said.note,
        origin=None if said.origin_deg is None else geojson(Point(said.origin_deg)),
        outline=geojson(said.outline),
        was_blind=review.was_blind if knows else None,
        is_own=review.person == person_of(visitor.id),
    )
