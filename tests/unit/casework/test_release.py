"""A release as a value, its steps, and the rules of one step, each broken alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

import made_up_casebook as made_up
from cathartes.casework.partner import Partner
from cathartes.casework.release import (
    BEFORE_SENDING,
    OPEN,
    TOLD,
    Basis,
    Release,
    ReleaseState,
    Step,
    state_after,
)
from cathartes.casework.release_material import Notice
from cathartes.casework.release_rules import BINDING, Present, check_step, held_observations
from cathartes.casework.review import Confidence
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.casework.tlp import Tlp
from cathartes.errors import MandateError, ReleaseError
from made_up_casebook import NOW

CONTENT = "ab" * 32
STATE = ReleaseState


def release(state=STATE.DRAFT, **changes):
    basis = Basis("p", "s", {"o1-1": "d"}, "c", ("o1", "o2"), ("MX-1",))
    told = {
        "id": "R-1", "site_id": "a", "partner_id": "office", "notice": Notice.ALERT,
        "tlp": Tlp.AMBER, "is_exercise": False, "content_sha256": CONTENT, "basis": basis,
        "drafted_utc": NOW, "authors": ("dora",), "state": state,
    }  # fmt: skip
    return Release(**(told | changes))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"id": ""}, "an id of up to 64"),
        ({"id": "a/b"}, "an id of up to 64"),
        ({"partner_id": ""}, "nobody is no partner"),
        ({"site_id": ""}, "no site"),
        ({"content_sha256": "x"}, "a SHA-256 is needed"),
        ({"authors": ()}, "its authors are needed"),
        ({"authors": ("b", "a")}, "its authors are needed"),
        ({"authors": ("a", "a")}, "its authors are needed"),
        ({"notice": Notice.UPDATE}, "names at least one"),
        ({"notice": Notice.CANCEL}, "names at least one"),
        ({"earlier_ids": ("R-0",)}, "an alert none"),
        ({"drafted_utc": datetime(2026, 1, 1)}, "no time zone"),  # noqa: DTZ001
        ({"due_utc": datetime(2026, 1, 1)}, "no time zone"),  # noqa: DTZ001
    ],
)
def test_a_release_that_can_not_be_is_refused(changes, match):
    with pytest.raises(ReleaseError, match=match):
        release(**changes)


def test_steps_never_lead_back_from_what_was_told():
    for state, step in product(STATE, Step):
        after = state_after(state, step)
        if after is None:
            with pytest.raises(ReleaseError, match=f"it is {state.value}; to {step.value}"):
                release(state).after(step)
            continue
        assert release(state).after(step) is after
        if state in TOLD:
            assert after in TOLD
        if after in TOLD and state not in TOLD:
            assert (state, step) == (STATE.APPROVED, Step.SEND)
        if after is STATE.APPROVED:
            assert (state, step) == (STATE.SUBMITTED, Step.APPROVE)


def test_every_state_can_be_reached_and_two_are_the_end():
    reached, more = {STATE.DRAFT}, True
    while more:
        new = {state_after(one, step) for one in reached for step in Step} - {None}
        more = not new <= reached
        reached |= new
    assert reached == set(STATE)
    ends = {one for one in STATE if not any(state_after(one, step) for step in Step)}
    assert ends == {STATE.DROPPED, STATE.RECALLED}
    assert set(STATE) == TOLD | BEFORE_SENDING | {STATE.DROPPED}
    assert OPEN < TOLD
    for one in STATE:
        assert (release(one).is_told, release(one).is_open) == (one in TOLD, one in OPEN)


# --- the rules ---

BEFORE = {Step.SUBMIT: STATE.DRAFT, Step.APPROVE: STATE.SUBMITTED, Step.SEND: STATE.APPROVED}
SURE = Settlement(ReviewState.CONFIRMED, Confidence.MEDIUM, False, ("ana", "ben"))


def partner(**changes):
    told = {
        "id": "office", "name": "Office", "country": "MX", "languages": ("es",),
        "age_recipient": made_up_recipient(), "signing_key": "A" * 43 + "=",
        "ceiling": Tlp.AMBER, "mandate_ids": ("MX-1",),
    }  # fmt: skip
    return Partner(**(told | changes))


def made_up_recipient():
    """Return the recipient of age's own specification."""
    return "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def present(**changes):
    told = {
        "partner": partner(), "partner_sha256": "p", "site_sha256": "s",
        "detection_sha256": {"o1-1": "d"}, "settlements": {"o1-1": SURE}, "confirmed_sha256": "c",
        "mandates": {"MX-1": made_up.mandate()},
    }  # fmt: skip
    return Present(**(told | changes))


@pytest.mark.parametrize("step", sorted(BINDING))
def test_what_holds_goes_on(step):
    one = release(BEFORE[step])
    assert check_step(one, step, present(), CONTENT, NOW) is one.after(step)


LOW = replace(SURE, confidence=Confidence.LOW)
OPEN_STILL = Settlement(ReviewState.IN_REVIEW)
BROKEN = [
    ({"partner_sha256": ""}, "the record of partner office was changed", True),
    ({"partner": partner(ceiling=Tlp.GREEN)}, "it is TLP:AMBER, and the partner may get", True),
    ({"partner": partner(is_disabled=True)}, "is disabled", False),
    ({"open_alerts": ("R-0",)}, "R-0 tells partner office of this site already", False),
    ({"mandates": {}}, "mandate MX-1 is not in the casebook", False),
    ({"mandates": {"MX-1": made_up.mandate(partners=())}}, "does not name partner office", False),
    ({"partner": partner(mandate_ids=())}, "may not be told under mandate MX-1", False),
    ({"site_sha256": ""}, "site a is gone", False),
    ({"site_sha256": "x"}, "site a is changed", False),
    ({"detection_sha256": {"o1-1": "x"}}, "the detections of site a changed", False),
    ({"detection_sha256": {"o1-1": "d", "o1-2": "e"}}, "the detections of site a changed", False),
    ({"confirmed_sha256": "x"}, "what reviews confirm of site a changed", False),
    ({"settlements": {"o1-1": LOW}}, "nothing else is released", False),
    ({"settlements": {"o1-1": OPEN_STILL}}, "nothing else is released", False),
    ({"settlements": {}}, "nothing else is released", False),
]


@pytest.mark.parametrize("step", sorted(BINDING))
@pytest.mark.parametrize(("changes", "match", "_"), BROKEN)
def test_each_rule_alone_stops_each_binding_step(step, changes, match, _):
    with pytest.raises(ReleaseError, match=match):
        check_step(release(BEFORE[step]), step, present(**changes), CONTENT, NOW)


@pytest.mark.parametrize(("changes", "match", "holds_of_recalls"), BROKEN)
def test_of_a_recall_little_is_asked(changes, match, holds_of_recalls):
    earlier = release(STATE.SENT, id="R-0")
    recall = release(STATE.APPROVED, notice=Notice.CANCEL, earlier_ids=("R-0",), basis=Basis("p"))
    now = present(earlier=(earlier,), **changes)
    if holds_of_recalls:
        with pytest.raises(ReleaseError, match=match):
            check_step(recall, Step.SEND, now, CONTENT, NOW)
    else:
        assert check_step(recall, Step.SEND, now, CONTENT, NOW) is STATE.SENT


@pytest.mark.parametrize("step", sorted(BINDING))
def test_a_revoked_mandate_or_one_that_has_not_begun_stops_it(step):
    revoked = made_up.mandate(revoked_utc=NOW, revoked_why="x")
    with pytest.raises(MandateError, match="was revoked"):
        check_step(release(BEFORE[step]), step, present(mandates={"MX-1": revoked}), CONTENT, NOW)
    early = NOW - timedelta(days=11)
    with pytest.raises(MandateError, match="not in force yet"):
        check_step(release(BEFORE[step]), step, present(), CONTENT, early)
    late = datetime(2100, 1, 1, tzinfo=UTC)  # it has ended, and covers what was flown in its time
    assert check_step(release(BEFORE[step]), step, present(), CONTENT, late)


@pytest.mark.parametrize("seen", ["", "ba" * 32])
@pytest.mark.parametrize("step", sorted(BINDING))
def test_another_content_than_was_looked_at_does_not_go_on(step, seen):
    with pytest.raises(ReleaseError, match="another than was looked at"):
        check_step(release(BEFORE[step]), step, present(), seen, NOW)


@pytest.mark.parametrize("state", [STATE.SUBMITTED, STATE.APPROVED])
def test_refusing_is_not_bound_to_anything(state):
    broken = present(partner_sha256="", site_sha256="", settlements={}, mandates={})
    assert check_step(release(state), Step.REFUSE, broken, "", NOW) is STATE.REFUSED


@pytest.mark.parametrize("notice", [Notice.UPDATE, Notice.CANCEL])
@pytest.mark.parametrize("state", list(STATE))
def test_what_it_replaces_must_still_stand(notice, state):
    one = release(STATE.APPROVED, notice=notice, earlier_ids=("R-0",))
    now = present(earlier=(release(state, id="R-0"),), open_alerts=("R-0",))
    step = Step.RECALL if notice is Notice.CANCEL else Step.SUPERSEDE
    if state_after(state, step):
        assert check_step(one, Step.SEND, now, CONTENT, NOW) is STATE.SENT
    else:
        with pytest.raises(ReleaseError, match=f"R-0: it is {state.value}"):
            check_step(one, Step.SEND, now, CONTENT, NOW)


@pytest.mark.parametrize("notice", [Notice.UPDATE, Notice.CANCEL])
def test_a_recall_is_neither_replaced_nor_taken_back(notice):
    one = release(STATE.APPROVED, notice=notice, earlier_ids=("R-0",))
    recall = release(STATE.SENT, id="R-0", notice=Notice.CANCEL, earlier_ids=("R-1",))
    with pytest.raises(ReleaseError, match=r"R-0 is a recall, .* by a first notice"):
        check_step(one, Step.SEND, present(earlier=(recall,)), CONTENT, NOW)


def test_what_took_the_place_of_a_release_is_recalled_not_what_was_before():
    earlier = release(STATE.SUPERSEDED, id="R-0")
    recall = release(STATE.APPROVED, notice=Notice.CANCEL, earlier_ids=("R-0",), basis=Basis("p"))
    now = present(earlier=(earlier,), successors=("R-1",))
    with pytest.raises(ReleaseError, match="R-1 took the place of what it names, and stands"):
        check_step(recall, Step.SEND, now, CONTENT, NOW)
    both = release(
        STATE.APPROVED, notice=Notice.CANCEL, earlier_ids=("R-0", "R-1"), basis=Basis("p")
    )
    now = present(earlier=(earlier, release(STATE.SENT, id="R-1")), successors=("R-1",))
    assert check_step(both, Step.SEND, now, CONTENT, NOW) is STATE.SENT


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"partner_id": "other"}, "R-0 was not told to office"),
        ({"is_exercise": True}, "one is an exercise, the other is real"),
        ({"id": "R-7"}, "R-0 was not told to office"),
    ],
)
def test_what_it_replaces_went_to_the_same_partner(changes, match):
    one = release(STATE.APPROVED, notice=Notice.UPDATE, earlier_ids=("R-0",))
    other = release(STATE.SENT, **({"id": "R-0"} | changes))
    with pytest.raises(ReleaseError, match=match):
        check_step(one, Step.SEND, present(earlier=(other,)), CONTENT, NOW)


def test_what_open_releases_and_those_under_way_rest_on_is_held():
    for state in STATE:
        held = held_observations((release(state),))
        keeps = state in OPEN | {STATE.SUBMITTED, STATE.APPROVED}
        assert held == ({"o1", "o2"} if keeps else frozenset())
