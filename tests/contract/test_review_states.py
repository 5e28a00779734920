"""Any reviews by anybody, purges, re-runs and new sites: settlements and queues are always true."""

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
from cathartes.store.check_queue import queue_faults
from cathartes.store.open import open_casebook
from effort import effort
from made_up_casebook import ME, NOW, begin, record
from quick_casebooks import filled_once

PEOPLE = ("ana", "ben", "eva", "gil")
PLUMES = st.builds(
    Judgement, st.just(Verdict.PLUME), st.sampled_from(Confidence), st.sampled_from(RateVerdict)
)
OTHERS = st.builds(
    Judgement, st.sampled_from([Verdict.NOT_A_PLUME, Verdict.DOUBT]), st.sampled_from(Confidence)
)
ONES = st.sampled_from(["o1-1", "o1-2", "o2-1"])
EITHER = st.sampled_from(["o1", "p1"])
SITES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([1.0, 2.0]),
        st.sets(st.sampled_from(["o1-1.1", "o1-1.2", "o1-2.1", "o2-1.1"])),
    ),
    max_size=2,
    unique_by=lambda one: one[0],
)


@filled_once
def staff(book):
    begin(book)
    for one in PEOPLE:
        book.add_user(User(one, one, (Role.ANALYST,)), ME, NOW)


class Reviewing(RuleBasedStateMachine):
    """A casebook with three detections of two looks, four analysts, and what should be of it.

    The first look, ``o1``, may be superseded by ``p1``, whose detections then take the places of
    its own in what is asked, and be purged.
    """

    new_place = None

    def __init__(self) -> None:
        super().__init__()
        self.opened = open_casebook(self.new_place())
        self.book = self.opened.casebook
        staff(self.book)
        self.kept = []
        self.sha256 = {}
        self.seen = {}
        self.sites = {}
        self.skipped = {one: [] for one in PEOPLE}
        self.first = "o1"
        self.look("o1", 0, known=True)
        self.look("o2", 0, known=True)

    def now(self, one_id):
        """Return the id that a detection or source of the first look has now."""
        return one_id.replace("o1", self.first)

    def counting(self, one_id):
        return [
            one
            for one in self.kept
            if one.detection_id == one_id and one.detection_sha256 == self.sha256[one_id]
        ]

    @rule(who=st.sampled_from(PEOPLE), one_id=ONES, judgement=PLUMES | OTHERS | OTHERS)
    def judge(self, who, one_id, judgement):
        one_id = self.now(one_id)
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
        one_id = self.now(one_id)
        if one_id in self.sha256:
            self.book.skip_review(one_id, who, made_up.NOW + next(_TICKS) * made_up.MINUTE)
            self.skipped[who] = [one for one in self.skipped[who] if one != one_id] + [one_id]

    @precondition(lambda self: f"{self.first}-1" in self.sha256)
    @rule()
    def purge(self):
        self.book.remove_observations([self.first], "past its retention", ME, NOW)
        self.forget_first()

    @rule(one_id=EITHER, variant=st.integers(0, 1), known=st.booleans())
    def run_again(self, one_id, variant, known):
        if f"{one_id}-1" in self.sha256:  # its job is done: nothing to do
            return
        self.forget_first()
        self.first = one_id
        self.look(one_id, variant, known)

    def forget_first(self):
        for one in (f"{self.first}-1", f"{self.first}-2"):
            self.sha256.pop(one, None)
        gone = {f"{self.first}-{told}" for told in ("1.1", "1.2", "2.1")}
        self.sites = {
            name: (value, [one for one in found if one not in gone])
            for name, (value, found) in self.sites.items()
        }

    def look(self, one_id, variant, known):
        places = ((-103.1, 20.2), (-103.1, 20.21))
        found = [
            made_up.detection(
                one_id,
                n,
                snr=5.0 + variant,
                seen=NOW + n * made_up.MINUTE if known else None,
                places=places[: 3 - n],
            )
            for n in (1, 2)
        ]
        found = found[: 1 if one_id == "o2" else 2]
        name = "line-2" if one_id == "o2" else "line-1"
        record(self.book, one_id, found, name=name, assets=())
        for one in found:
            self.sha256[one.id] = self.book.detection_sha256(one.id)
            self.seen[one.id] = one.seen_utc

    @rule(told=SITES, removed=st.sets(st.sampled_from(["a", "b", "c"])))
    def join(self, told, removed):
        told = [(name, value, sorted(map(self.now, found))) for name, value, found in told]
        replaced = removed | {name for name, _, _ in told}
        taken = {
            one for name, (_, found) in self.sites.items() if name not in replaced for one in found
        }
        new = {}
        for name, value, found in told:
            new[name] = (
                value,
                [one for one in found if one not in taken and one[:4] in self.sha256],
            )
            taken |= set(found)
        sites = [made_up.site(name, found, value=value) for name, (value, found) in new.items()]
        self.book.put_sites(sites, sorted(removed), ME, NOW)
        self.sites = {k: v for k, v in self.sites.items() if k not in replaced} | new

    @invariant()
    def settlements_are_what_the_reviews_come_to(self):
        told = self.book.settlements(list(self.sha256))
        assert told == {one: settle(self.counting(one)) for one in self.sha256}

    @invariant()
    def reviews_stay_as_they_were(self):
        for one_id in {one.detection_id for one in self.kept}:
            kept = [one for one in self.kept if one.detection_id == one_id]
            assert list(self.book.reviews_of(one_id)) == kept

    @invariant()
    def queues_have_all_that_is_to_do_in_order_and_nothing_else(self):
        ranked = sorted(self.sites.items(), key=lambda one: (-one[1][0], one[0]))
        at_sites = [one[:4] for _, (_, found) in ranked for one in reversed(found)]
        others = sorted(self.sha256.keys() - set(at_sites))
        others.sort(key=lambda one: -(self.seen[one] or NOW - made_up.MINUTE).timestamp())
        for who in PEOPLE:
            to_do = {
                one
                for one in self.sha256
                if not settle(self.counting(one)).is_settled
                and who not in settle(self.counting(one)).reviewers
            }
            later = [one for one in self.skipped[who] if one in to_do]
            first = [one for one in dict.fromkeys(at_sites + others) if one in to_do]
            wanted = [one for one in first if one not in later] + later
            assert list(self.book.review_queue(who)) == wanted
            assert list(self.book.review_queue(who, 1)) == wanted[:1]
            assert self.book.review_queue_size(who) == len(to_do)

    @invariant()
    def what_is_counted_is_what_its_slow_twin_counts(self):
        with self.book.database.read() as connection:
            assert list(queue_faults(connection)) == []

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
            max_examples=effort(4, 12),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
