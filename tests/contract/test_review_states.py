"""Any reviews by anybody, purges and re-runs in between: settlements and queues are always true."""

from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import made_up_casebook as made_up
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Action, Role, Subject, Thing, decide
from cathartes.casework.settlement import settle
from cathartes.casework.user import User
from cathartes.errors import AccessError, CasebookError, ReviewError
from cathartes.store.check import check_casebook
from cathartes.store.open import open_casebook
from made_up_casebook import ME, NOW, begin, record

PEOPLE = ("ana", "ben", "eva", "gil")
PLUMES = st.builds(
    Judgement, st.just(Verdict.PLUME), st.sampled_from(Confidence), st.sampled_from(RateVerdict)
)
OTHERS = st.builds(
    Judgement, st.sampled_from([Verdict.NOT_A_PLUME, Verdict.DOUBT]), st.sampled_from(Confidence)
)
ONES = st.sampled_from(["o1-1", "o1-2", "o2-1"])


class Reviewing(RuleBasedStateMachine):
    """A casebook with three detections of two looks, four analysts, and what should be of it."""

    new_place = None

    def __init__(self) -> None:
        super().__init__()
        self.opened = open_casebook(self.new_place())
        self.book = self.opened.casebook
        begin(self.book)
        for one in PEOPLE:
            self.book.add_user(User(one, one, (Role.ANALYST,)), ME, NOW)
        self.kept = []
        self.sha256 = {}
        self.skipped = {one: [] for one in PEOPLE}
        self.look(1, 0)
        self.look(2, 0)

    def counting(self, one_id):
        return [
            one
            for one in self.kept
            if one.detection_id == one_id and one.detection_sha256 == self.sha256[one_id]
        ]

    @rule(who=st.sampled_from(PEOPLE), one_id=ONES, judgement=PLUMES | OTHERS | OTHERS)
    def judge(self, who, one_id, judgement):
        if one_id not in self.sha256:
            with pytest.raises(CasebookError):
                self.book.add_review(one_id, judgement, who, NOW)
            return
        earlier = self.counting(one_id)
        before = settle(earlier)
        thing = Thing(state=before.state, reviewers=frozenset(before.reviewers))
        analyst = Subject(who, frozenset({Role.ANALYST}))
        own = [one.judgement for one in earlier if one.reviewer == who]
        if not decide(analyst, Action.REVIEW, thing).allowed:
            with pytest.raises(AccessError):
                self.book.add_review(one_id, judgement, who, NOW)
        elif own[-1:] == [judgement]:
            with pytest.raises(ReviewError):
                self.book.add_review(one_id, judgement, who, NOW)
        else:
            review = self.book.add_review(one_id, judgement, who, NOW, self.sha256[one_id])
            was_open = all(not settle(earlier[:n]).is_settled for n in range(len(earlier) + 1))
            assert review.was_blind is was_open
            self.kept.append(review)
            self.skipped[who] = [one for one in self.skipped[who] if one != one_id]

    @rule(who=st.sampled_from(PEOPLE), one_id=ONES)
    def skip(self, who, one_id):
        if one_id in self.sha256:
            self.book.skip_review(one_id, who, made_up.NOW + next(_TICKS) * made_up.MINUTE)
            self.skipped[who] = [one for one in self.skipped[who] if one != one_id] + [one_id]

    @precondition(lambda self: "o1-1" in self.sha256)
    @rule()
    def purge(self):
        self.book.remove_observations(["o1"], "past its retention", ME, NOW)
        del self.sha256["o1-1"], self.sha256["o1-2"]

    @precondition(lambda self: "o1-1" not in self.sha256)
    @rule(variant=st.integers(0, 1))
    def run_again(self, variant):
        self.look(1, variant)

    def look(self, number, variant):
        found = [made_up.detection(f"o{number}", n, snr=5.0 + variant) for n in (1, 2)]
        found = found[: 3 - number]
        record(self.book, f"o{number}", found, assets=())
        for one in found:
            self.sha256[one.id] = self.book.detection_sha256(one.id)

    @invariant()
    def settlements_are_what_the_reviews_come_to(self):
        told = self.book.settlements(list(self.sha256))
        assert told == {one: settle(self.counting(one)) for one in self.sha256}

    @invariant()
    def reviews_stay_as_they_were(self):
        for one_id in ("o1-1", "o1-2", "o2-1"):
            kept = [one for one in self.kept if one.detection_id == one_id]
            assert list(self.book.reviews_of(one_id)) == kept

    @invariant()
    def queues_have_all_that_is_to_do_and_nothing_else(self):
        for who in PEOPLE:
            to_do = {
                one
                for one in self.sha256
                if not settle(self.counting(one)).is_settled
                and who not in settle(self.counting(one)).reviewers
            }
            later = [one for one in self.skipped[who] if one in to_do]
            queue = self.book.review_queue(who)
            assert sorted(queue) == sorted(to_do)
            assert list(queue[len(queue) - len(later) :]) == later
            assert self.book.review_queue_size(who) == len(to_do)

    def teardown(self):
        report = check_casebook(self.opened)
        self.opened.close()
        assert report.is_whole, report


_TICKS = count(1)


def test_settlements_and_queues_are_always_true(new_casebook):
    machine = type("Reviewing", (Reviewing,), {"new_place": staticmethod(new_casebook)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
