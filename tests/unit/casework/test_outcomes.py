"""Counting outcomes: counts nest, nobody's silence is a no, and a slow twin counts the same."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.calibration import LEAST, Judged, calibrate
from cathartes.casework.outcomes import (
    FOUND,
    Leg,
    SiteFact,
    Stage,
    Told,
    calibration_of,
    leg_waits,
    partner_outcomes,
    site_outcomes,
    stage_counts,
)
from cathartes.casework.relay import Heard, Relay, relays_of
from cathartes.casework.release import Basis, Release, ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.response import FOLLOWS, OUTCOMES, Answer, Response
from cathartes.casework.tlp import Tlp
from made_up_casebook import NOW

DAY = timedelta(days=1)
SITES = ("s1", "s2", "s3", "s4")


def release(one_id="R-1", *, partner="office", notice=Notice.ALERT, sent=0, due=30, **changes):
    told = {
        "site_id": "s1",
        "partner_id": partner,
        "notice": notice,
        "tlp": Tlp.GREEN,
        "is_exercise": False,
        "content_sha256": "ab" * 32,
        "basis": Basis("cd" * 32, probability=0.9),
        "drafted_utc": NOW + sent * DAY,
        "authors": ("ana",),
        "earlier_ids": () if notice is Notice.ALERT else ("R-1",),
        "state": ReleaseState.SENT,
        "sent_utc": NOW + sent * DAY,
        "due_utc": NOW + (sent + due) * DAY,
    }
    return Release(one_id, **(told | changes))


def heard(*answers, of="R-1", after=1, partner="office"):
    return tuple(
        Heard(
            Response(
                f"A-{of}-{k}", of, partner, answer, NOW + (after + k) * DAY,
                reason="no" if answer is Answer.DISPUTED else "",
            ),
            NOW + (after + k) * DAY,
        )
        for k, answer in enumerate(answers)
    )  # fmt: skip


def relay(*answers, **told):
    one = release(**told)
    return Relay((one,), heard(*answers, of=one.id, partner=one.partner_id))


@st.composite
def ways(draw):
    """Draw answers as they may follow each other."""
    said = []
    for _ in range(draw(st.integers(0, 5))):
        possible = sorted(FOLLOWS[said[-1] if said else None])
        if not possible:
            break
        said.append(draw(st.sampled_from(possible)))
    return tuple(said)


@st.composite
def casebooks(draw):
    """Draw sites, some reviewed, and what was told of these or of sites that are gone."""
    facts = []
    for name in SITES:
        reviewed = draw(st.none() | st.integers(0, 20))
        upheld = reviewed is not None and draw(st.booleans())
        at = None if reviewed is None else NOW + reviewed * DAY
        facts.append(SiteFact(name, NOW, at, at if upheld else None))
    told = []
    for number in range(draw(st.integers(0, 8))):
        one = relay(
            *draw(ways()),
            one_id=f"R-{number}",
            partner=draw(st.sampled_from(("office", "court"))),
            sent=draw(st.integers(0, 30)),
            site_id=draw(st.sampled_from(SITES)),
            basis=Basis("cd" * 32, probability=draw(st.none() | st.floats(0, 1))),
        )
        told.append(Told(one, draw(st.sampled_from(("", one.first.site_id)))))
    return facts, told


@given(casebooks())
def test_counts_nest(book):
    counts = [one.reached for one in stage_counts(*book)]
    assert counts[0].n == counts[0].of
    for before, after in pairwise(counts):
        assert after.of == before.n
        assert after.n <= before.n


@given(casebooks())
def test_a_slow_twin_counts_the_same(book):
    facts, told = book
    n = dict.fromkeys(Stage, 0)
    names = {one.id for one in facts} | {one.name for one in told}
    for name in names:
        mine = [one.relay for one in told if one.name == name]
        fact = next((one for one in facts if one.id == name), None)
        said = [set(one.answers) for one in mine]
        n[Stage.FOUND] += 1
        n[Stage.REVIEWED] += bool(mine) or fact.reviewed_utc is not None
        n[Stage.UPHELD] += bool(mine) or fact.upheld_utc is not None
        n[Stage.RELEASED] += bool(mine)
        n[Stage.ANSWERED] += any(one - {Answer.RECEIVED} for one in said)
        n[Stage.VISITED] += any(one & OUTCOMES for one in said)
        last = [[a for a in one.answers if a in OUTCOMES][-1:] for one in mine]
        n[Stage.CONFIRMED] += any(set(one) & FOUND for one in last)
        n[Stage.DISMANTLED] += any(Answer.DISMANTLED in one for one in said)
    assert {one.stage: one.reached.n for one in stage_counts(facts, told)} == n


@given(casebooks())
def test_partners_add_up_and_silence_is_no_answer(book):
    _, told = book
    every, *each = partner_outcomes(told, NOW + 100 * DAY)
    for name in ("n_told", "n_answered", "n_confirmed", "n_overdue", "n_disputed"):
        assert getattr(every, name) == sum(getattr(one, name) for one in each)
    said = every.n_confirmed + every.n_dismantled + every.n_nothing_found
    assert said <= every.n_answered <= every.n_received <= every.n_told
    assert every.n_overdue + every.n_answered == every.n_told  # all days have come by then
    assert every.answered_of_due.of == every.n_told


@given(casebooks())
def test_calibration_counts_only_who_was_there(book):
    _, told = book
    found = calibration_of(told)
    assert found.n <= len(site_outcomes(told))
    assert sum(one.confirmed.of for one in found.bins) == found.n
    assert sum(one.confirmed.n for one in found.bins) == found.confirmed.n


def test_who_has_time_left_is_in_no_share():
    told = [Told(relay(), "s1"), Told(relay(Answer.ACCEPTED, one_id="R-2"), "s2")]
    every, *_ = partner_outcomes(told, NOW + 10 * DAY)
    assert (every.n_overdue, every.answered_of_due.of) == (0, 0)
    every, *_ = partner_outcomes(told, NOW + 31 * DAY)
    assert (every.n_overdue, every.answered_of_due.n, every.answered_of_due.of) == (1, 1, 2)


def test_updates_are_one_relay_with_their_alert():
    first = release(state=ReleaseState.SUPERSEDED)
    update = release("R-2", notice=Notice.UPDATE, sent=5)
    other = release("R-9", partner="court")
    draft = release("R-8", state=ReleaseState.DRAFT, sent_utc=None)
    answers = {"R-1": heard(Answer.RECEIVED), "R-2": heard(Answer.CONFIRMED, of="R-2", after=7)}
    one, two = sorted(relays_of([update, other, first, draft], answers), key=lambda r: r.first.id)
    assert [each.id for each in one.releases] == ["R-1", "R-2"]
    assert one.answers == (Answer.RECEIVED, Answer.CONFIRMED)
    assert (two.first.id, two.heard) == ("R-9", ())


def test_an_update_of_two_alerts_makes_them_one():
    joint = release("R-3", notice=Notice.UPDATE, sent=5, earlier_ids=("R-1", "R-2"))
    told = [release(), release("R-2", sent=1), joint]
    (one,) = relays_of(told, {})
    assert [each.id for each in one.releases] == ["R-1", "R-2", "R-3"]


def test_a_recall_is_overdue_until_its_own_receipt():
    recalled = release(state=ReleaseState.RECALLED)
    recall = release("R-2", notice=Notice.CANCEL, sent=5, due=3, basis=Basis("cd" * 32))
    late = NOW + 20 * DAY
    (one,) = relays_of([recalled, recall], {"R-1": heard(Answer.ACCEPTED)})
    assert one.is_recalled
    assert one.is_overdue(late)
    answers = {"R-1": heard(Answer.ACCEPTED), "R-2": heard(Answer.RECEIVED, of="R-2", after=6)}
    assert not relays_of([recalled, recall], answers)[0].is_overdue(late)


def test_a_receipt_is_no_answer():
    assert relay(Answer.RECEIVED).is_overdue(NOW + 31 * DAY)
    assert not relay(Answer.RECEIVED, Answer.ACCEPTED).is_overdue(NOW + 31 * DAY)


def test_what_was_dismantled_stays_so_and_a_second_visit_counts():
    told = (Answer.CONFIRMED, Answer.DISMANTLED, Answer.CLOSED)
    assert relay(*told).outcome is Answer.DISMANTLED
    again = (Answer.NOTHING_FOUND, Answer.INSPECTED, Answer.CONFIRMED)
    assert relay(*again).outcome is Answer.CONFIRMED
    assert relay(Answer.NOT_ACCESSIBLE).outcome is None


def test_the_days_of_each_step():
    facts = [SiteFact("s1", NOW - 10 * DAY, NOW - 4 * DAY, NOW - 4 * DAY)]
    told = [Told(relay(Answer.RECEIVED, Answer.INSPECTED, Answer.CONFIRMED, Answer.CLOSED), "s1")]
    days = {one.leg: one.days for one in leg_waits(facts, told, NOW + 50 * DAY)}
    assert [days[leg].median_days for leg in Leg] == [6, 4, 1, 1, 2]


def test_those_who_wait_for_a_recalled_finding_wait_until_its_recall():
    recalled = release(state=ReleaseState.RECALLED)
    recall = release("R-2", notice=Notice.CANCEL, sent=5)
    told = [Told(one, "s1") for one in relays_of([recalled, recall], {})]
    for now in (NOW + 50 * DAY, NOW + 500 * DAY):
        receipt = leg_waits([], told, now)[2].days
        assert (receipt.n_done, receipt.n_waiting) == (0, 1)


def test_two_partners_at_one_site_are_one_finding():
    told = [
        Told(relay(Answer.NOTHING_FOUND), "s1"),
        Told(relay(Answer.CONFIRMED, one_id="R-2", partner="court", sent=3), "s1"),
    ]
    assert site_outcomes(told) == {"s1": True}
    found = calibration_of(told)
    assert (found.n, found.confirmed.n, found.expected) == (1, 1, 0.9)


def test_few_outcomes_say_nothing_of_calibration():
    judged = [Judged(0.9, True)] * (LEAST - 1)
    assert calibrate(judged).brier is None
    assert not calibrate(judged).is_enough
    assert calibrate([*judged, Judged(0.9, True)]).brier == pytest.approx(0.01)


def test_the_brier_score_of_a_known_table():
    """Nine of ten confirmed at 0.9 and one of ten at 0.1: 0.09; the base rate alone has 0.25."""
    judged = [Judged(0.9, k != 0) for k in range(10)] + [Judged(0.1, k == 0) for k in range(10)]
    found = calibrate(judged)
    assert found.brier == pytest.approx(0.09)
    assert found.brier_of_base_rate == pytest.approx(0.25)
    assert [(one.said_from, one.confirmed.n, one.confirmed.of) for one in found.bins] == [
        (0.1, 1, 10), (0.9, 9, 10),
    ]  # fmt: skip


def test_the_surest_are_in_the_last_bin():
    (only,) = calibrate([Judged(1.0, True)]).bins
    assert (only.said_from, only.said_to) == (0.99, 1.0)


def test_what_it_was_first_told_with_is_judged():
    later = release("R-2", notice=Notice.UPDATE, sent=5, basis=Basis("cd" * 32, probability=0.2))
    one = Relay((release(), later), heard(Answer.CONFIRMED))
    assert calibration_of([Told(one, "s1")]).expected == 0.9


def test_without_a_moment_of_sending_its_drafting_stands_for_it():
    one = relays_of([replace(release(), sent_utc=None)], {})[0]
    assert one.sent_utc == NOW
