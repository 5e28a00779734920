"""What reviews come to: NASA EMIT's rule, and laws that hold for any reviews whatever."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.review import Confidence, Judgement, RateVerdict, Review, Verdict
from cathartes.casework.settlement import (
    SETTLED,
    ReviewState,
    settle,
    site_state,
    was_ever_settled,
)

NOW = datetime(2026, 5, 4, tzinfo=UTC)
P, N, D = Verdict.PLUME, Verdict.NOT_A_PLUME, Verdict.DOUBT


def judged(verdict, confidence=Confidence.HIGH, rate=RateVerdict.MAY_BE_GIVEN):
    return Judgement(verdict, confidence, rate if verdict is P else None)


def reviews(*told):
    """Return reviews of (who, judgement or verdict), in this order."""
    return [
        Review(
            f"r{n}", "o-1", "00", who, NOW + timedelta(minutes=n), True,
            one if isinstance(one, Judgement) else judged(one),
        )
        for n, (who, one) in enumerate(told)
    ]  # fmt: skip


def state(*verdicts):
    return settle(reviews(*zip("abcdefg", verdicts, strict=False))).state


def test_two_that_agree_settle_it_and_a_third_decides_where_they_differ():
    assert state() is ReviewState.CANDIDATE
    assert state(P) is ReviewState.IN_REVIEW
    assert state(P, P) is ReviewState.CONFIRMED
    assert state(N, N) is ReviewState.REJECTED
    for first, second in [(P, N), (P, D), (D, N), (D, D)]:
        assert state(first, second) is ReviewState.IN_REVIEW
    assert state(P, N, P) is ReviewState.CONFIRMED
    assert state(N, D, N) is ReviewState.REJECTED
    assert state(P, N, D) is ReviewState.INCONCLUSIVE
    assert state(D, D, P) is ReviewState.INCONCLUSIVE


def test_one_person_alone_settles_nothing_however_often():
    assert settle(reviews(("a", P), ("a", P), ("a", N))).state is ReviewState.IN_REVIEW


def test_another_mind_opens_it_again_and_inconclusive_stays():
    changed = reviews(("a", P), ("b", P), ("a", N))
    assert settle(changed[:2]).state is ReviewState.CONFIRMED
    assert settle(changed).state is ReviewState.IN_REVIEW
    stuck = reviews(("a", P), ("b", N), ("c", D), ("b", P), ("c", P))
    assert settle(stuck).state is ReviewState.INCONCLUSIVE
    assert settle(stuck).reviewers == ("a", "b", "c")


def test_confidence_is_the_least_of_those_who_agree_and_a_rate_needs_most_of_them():
    sure, unsure = judged(P, Confidence.VERY_HIGH), judged(P, Confidence.MEDIUM)
    no_rate = judged(P, Confidence.LOW, RateVerdict.MAY_NOT_BE_GIVEN)
    both = settle(reviews(("a", sure), ("b", unsure)))
    assert (both.confidence, both.rate_may_be_given) == (Confidence.MEDIUM, True)
    split = settle(reviews(("a", sure), ("b", no_rate)))
    assert (split.confidence, split.rate_may_be_given) == (Confidence.LOW, False)
    against = settle(reviews(("a", sure), ("b", N), ("c", unsure)))
    assert (against.confidence, against.rate_may_be_given) == (Confidence.MEDIUM, True)
    assert settle(reviews(("a", N), ("b", N))).rate_may_be_given is None


TOLD = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([P, N, D])), max_size=8)


@given(TOLD)
def test_nobody_alone_confirms_or_rejects(told):
    found = settle(reviews(*told))
    last = dict(told)
    if found.state is ReviewState.CONFIRMED:
        assert sum(one is P for one in last.values()) >= 2
    if found.state is ReviewState.REJECTED:
        assert sum(one is N for one in last.values()) >= 2
    assert set(found.reviewers) == set(last)


@given(TOLD, TOLD)
def test_inconclusive_is_never_left(told, more):
    if settle(reviews(*told)).state is ReviewState.INCONCLUSIVE:
        assert settle(reviews(*told, *more)).state is ReviewState.INCONCLUSIVE


@given(TOLD)
def test_names_do_not_matter(told):
    renamed = [(who.upper(), one) for who, one in told]
    assert settle(reviews(*told)).state is settle(reviews(*renamed)).state


def test_a_site_stands_as_its_detections_do():
    confirmed = settle(reviews(("a", P), ("b", judged(P, Confidence.MEDIUM))))
    surer = settle(reviews(("c", P), ("d", P)))
    rejected, stuck = settle(reviews(("a", N), ("b", N))), settle(reviews(*zip("abc", (P, N, D))))  # noqa: B905
    fresh, begun = settle([]), settle(reviews(("a", P)))
    assert site_state([]).state is ReviewState.CANDIDATE
    assert site_state([fresh, fresh]).state is ReviewState.CANDIDATE
    assert site_state([fresh, begun]).state is ReviewState.IN_REVIEW
    assert site_state([fresh, rejected]).state is ReviewState.IN_REVIEW
    assert site_state([rejected, rejected]).state is ReviewState.REJECTED
    assert site_state([rejected, stuck]).state is ReviewState.INCONCLUSIVE
    both = site_state([confirmed, surer, rejected, fresh])
    assert (both.state, both.confidence) == (ReviewState.CONFIRMED, Confidence.HIGH)
    assert both.reviewers == ("a", "b", "c", "d")


def test_one_person_opens_what_is_settled_and_never_turns_it_over():
    three = [("a", P), ("b", N), ("c", P)]
    assert settle(reviews(*three)).state is ReviewState.CONFIRMED
    for again in ([N], [D], [N, N], [D, N], [N, D, N]):
        assert settle(reviews(*three, *(("a", one) for one in again))).state is (
            ReviewState.IN_REVIEW
        )
    assert settle(reviews(*three, ("a", N), ("a", P))).state is ReviewState.CONFIRMED
    assert settle(reviews(*three, ("a", N), ("d", N))).state is ReviewState.REJECTED
    assert settle(reviews(*three, ("a", N), ("d", P))).state is ReviewState.INCONCLUSIVE
    assert settle(reviews(*three, ("b", P))).state is ReviewState.CONFIRMED


def test_a_person_is_one_with_or_without_an_account():
    both = settle(reviews(("local:a", P), ("a", P)))
    assert (both.state, both.reviewers) == (ReviewState.IN_REVIEW, ("a",))


@given(TOLD)
def test_no_single_review_leads_from_one_end_to_another(told):
    states = [settle(reviews(*told[:n])).state for n in range(len(told) + 1)]
    for before, after in pairwise(states):
        if {before, after} <= SETTLED:
            assert before is after


@given(TOLD, st.sampled_from("abcd"), st.lists(st.sampled_from([P, N, D]), max_size=4))
def test_whatever_one_person_says_of_what_is_settled_it_stays_or_is_open(told, who, more):
    settled = settle(reviews(*told)).state
    if settled in SETTLED:
        after = settle(reviews(*told, *((who, one) for one in more))).state
        assert after in {settled, ReviewState.IN_REVIEW}


@given(TOLD)
def test_what_was_once_settled_was_ever_settled(told):
    ends = [settle(reviews(*told[:n])).is_settled for n in range(len(told) + 1)]
    assert was_ever_settled(reviews(*told)) is any(ends)


def test_low_confidence_is_kept():
    low = [("a", judged(P, Confidence.LOW)), ("b", judged(P, Confidence.VERY_HIGH))]
    assert settle(reviews(*low)).confidence is Confidence.LOW
