"""What the reviews of a detection come to: two agree, or a third decides, or nobody can say.

The rule is NASA EMIT's (two independent reviews, a third where they differ), with doubt as an
answer of its own; and with a guard that one person, who by then has read what others said, can
open what was settled, and not turn it over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cathartes.casework.review import Confidence, RateVerdict, Review, Verdict

N_REVIEWERS = 2
"""That must agree."""


class ReviewState(StrEnum):
    """How far the judging of a detection, or of a site, is."""

    CANDIDATE = "candidate"
    IN_REVIEW = "in review"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    INCONCLUSIVE = "inconclusive"


SETTLED = frozenset({ReviewState.CONFIRMED, ReviewState.REJECTED, ReviewState.INCONCLUSIVE})


@dataclass(frozen=True, slots=True)
class Settlement:
    """What reviews came to.

    Attributes
    ----------
    state
    confidence
        The least of those who agree; None unless confirmed or rejected.
    rate_may_be_given
        Whether most of those who confirmed it say so; None unless confirmed.
    reviewers
        The persons who reviewed, sorted.
    """

    state: ReviewState = ReviewState.CANDIDATE
    confidence: Confidence | None = None
    rate_may_be_given: bool | None = None
    reviewers: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether no more reviews are needed."""
        return self.state in SETTLED


def settle(reviews: Iterable[Review]) -> Settlement:
    """Return what reviews come to, in the order in which they were made.

    Of each person the last review counts. Two that agree on "plume" or "not a plume" settle it;
    else a third, and then the majority of all; without one it is inconclusive, and stays so
    whatever is said later. Who changes their mind of what is settled, opens it again: somebody
    else, or the old mind, must close it.
    """
    settlement = Settlement()
    for settlement in _after_each(reviews):  # noqa: B007  # the last is returned
        pass
    return settlement


@dataclass(frozen=True, slots=True)
class Settling:
    """When reviews first settled something, and what they last settled it as.

    Whoever opens it again changes nothing of this until somebody else closes it.
    """

    first_utc: datetime
    state: ReviewState
    confidence: Confidence | None


def settling(reviews: Sequence[Review]) -> Settling | None:
    """Return when reviews, in order, settled something and as what; None if they never did."""
    found: Settling | None = None
    for review, now in zip(reviews, _after_each(reviews), strict=True):
        if now.is_settled:
            first = review.moment_utc if found is None else found.first_utc
            found = Settling(first, now.state, now.confidence)
    return found


def was_ever_settled(reviews: Iterable[Review]) -> bool:
    """Return whether analysts could at some moment read what others said: no more is blind."""
    return any(settlement.is_settled for settlement in _after_each(reviews))


def _after_each(reviews: Iterable[Review]) -> Iterator[Settlement]:
    """Yield what reviews come to after each of them."""
    latest: dict[str, Review] = {}
    settled = Settlement()  # as it was last settled
    opener = ""  # who changed their mind of it since
    now = Settlement()
    for review in reviews:
        latest[review.person] = review
        found = now if now.state is ReviewState.INCONCLUSIVE else _of(latest)
        if now.is_settled and found.state is not now.state:
            opener = review.person
        turned_over = found.is_settled and found.state is not settled.state
        if opener == review.person and turned_over:
            found = Settlement(ReviewState.IN_REVIEW)
        now = replace(found, reviewers=tuple(sorted(latest)))
        if now.is_settled:
            settled, opener = now, ""
        yield now


def _of(latest: Mapping[str, Review]) -> Settlement:
    judged = [review.judgement for review in latest.values()]
    if len(judged) < N_REVIEWERS:
        return Settlement(ReviewState.IN_REVIEW)
    for verdict, state in _DECIDES.items():
        agreeing = [one for one in judged if one.verdict is verdict]
        if len(agreeing) < N_REVIEWERS or 2 * len(agreeing) <= len(judged):
            continue
        allowing = sum(one.rate is RateVerdict.MAY_BE_GIVEN for one in agreeing)
        return Settlement(
            state,
            confidence=min((one.confidence for one in agreeing), key=lambda one: one.rank),
            rate_may_be_given=2 * allowing > len(agreeing) if verdict is Verdict.PLUME else None,
        )
    undecided = len(judged) == N_REVIEWERS
    return Settlement(ReviewState.IN_REVIEW if undecided else ReviewState.INCONCLUSIVE)


_DECIDES = {
    Verdict.PLUME: ReviewState.CONFIRMED,
    Verdict.NOT_A_PLUME: ReviewState.REJECTED,
}


def site_state(settlements: Iterable[Settlement]) -> Settlement:
    """Return how the finding of a site stands, from its detections' settlements.

    One confirmed detection confirms it, with the highest confidence of those confirmed; while any
    is open it is a candidate or in review; rejected if all were, else inconclusive.
    """
    every = list(settlements)
    reviewers = tuple(sorted({one for each in every for one in each.reviewers}))
    confirmed = [one for one in every if one.state is ReviewState.CONFIRMED]
    if confirmed:
        best = max((one.confidence for one in confirmed if one.confidence), key=lambda c: c.rank)
        rate = any(one.rate_may_be_given for one in confirmed)
        return Settlement(ReviewState.CONFIRMED, best, rate, reviewers)
    states = {one.state for one in every}
    if states <= {ReviewState.CANDIDATE}:
        return Settlement(ReviewState.CANDIDATE, reviewers=reviewers)
    if not states <= SETTLED:
        return Settlement(ReviewState.IN_REVIEW, reviewers=reviewers)
    if states == {ReviewState.REJECTED}:
        least = min((one.confidence for one in every if one.confidence), key=lambda c: c.rank)
        return Settlement(ReviewState.REJECTED, least, reviewers=reviewers)
    return Settlement(ReviewState.INCONCLUSIVE, reviewers=reviewers)
