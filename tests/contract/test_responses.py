"""What comes back: each answer once, by whom it should be, in its order; else refused."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import made_up_office as office
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.response import (
    FOLLOWS,
    OF_A_RECALL,
    Answer,
    Attachment,
    Seized,
    check_follows,
)
from cathartes.errors import AccessError, ReleaseError
from cathartes.store.refused import LISTED, SPAN
from made_up_casebook import NOW
from made_up_office import approve, draft, kept, send, step
from quick_casebooks import filled_once

IN_TURN = True

FILE = "ef" * 32


@pytest.fixture
def book(casebook):
    """Return a casebook with a release that was sent."""
    open_and_send(casebook)
    return casebook


@filled_once
def open_and_send(casebook):
    office.open_office(casebook)
    send(casebook)


def take(book, one, actor=""):
    return book.add_response(one, actor or one.received_by, NOW)


def refused(book, one, match, error=ReleaseError, actor=""):
    """Check that an answer is refused, on record, and that nothing else was changed."""
    before = book.responses(["R-1"]), book.release("R-1"), book.audit_number()
    with pytest.raises(error, match=match):
        take(book, one, actor)
    how = "response.denied" if error is AccessError else "response.stopped"
    assert (book.responses(["R-1"]), book.release("R-1")) == before[:2]
    assert book.audit_number() == before[2] + 1
    last = book.audit_of(one.response.release_id)[-1]
    assert (last.action, last.detail["asked"]) == (how, one.response.id)


def test_who_is_refused_again_and_again_does_not_fill_the_audit(book):
    take(book, kept(Answer.RECEIVED, one_id="A-1"))
    before = book.audit_number()

    def refused_at(now):
        with pytest.raises(ReleaseError, match="a replay"):
            book.add_response(kept(Answer.RECEIVED, one_id="A-1"), "pia", now)

    for _ in range(LISTED + 9):
        refused_at(NOW)
    assert book.audit_number() == before + LISTED + 1
    *listed, last = book.audit_of("R-1")[-LISTED - 1 :]
    assert not any("more" in one.detail for one in listed)
    assert "not listed" in last.detail["more"]
    with pytest.raises(AccessError):
        book.take_step("R-1", Step.DROP, "pia", NOW, why="x")
    assert book.audit_of("R-1")[-1].action == "release.denied", "another kind is listed"
    refused_at(NOW + SPAN)
    assert book.audit_of("R-1")[-1].detail.keys() == {"asked", "why"}, "as is the next hour"


FULL = kept(
    Answer.CONFIRMED,
    by="dora",
    file=FILE,
    note="Dos tambos.\nü",
    visited_on=date(2026, 5, 3),
    seized=(Seized("acetone", 120.0, "l"), Seized("drums", 2.5, "1")),
    attachments=(Attachment("photo.jpg", "image/jpeg", "ab" * 32, 1234),),
)


def test_an_answer_is_kept_word_for_word_and_acknowledges(book):
    release = take(book, FULL)
    assert release.state is ReleaseState.ACKNOWLEDGED
    assert book.release("R-1") == release
    assert book.responses(["R-1", "R-9"]) == {"R-1": (FULL,), "R-9": ()}
    assert [one.action for one in book.audit_of("R-1")][-2:] == [
        "response.add",
        "release.acknowledge",
    ]
    assert book.answers_of_site("a") == (FULL,)


def test_the_officer_answers_in_the_workstation_step_by_step(book):
    every = [kept(one) for one in (Answer.RECEIVED, Answer.DISMANTLED, Answer.CLOSED)]
    for one in every:
        assert take(book, one).state is ReleaseState.ACKNOWLEDGED
    assert book.responses(["R-1"])["R-1"] == tuple(every)


@pytest.mark.parametrize("who", ["quin", "dora", "rita", "aud", "ada", "local:pia", "nobody"])
def test_only_the_partners_own_officer_answers_in_the_workstation(book, who):
    refused(book, kept(Answer.ACCEPTED, by=who), "release R-1: ", AccessError)


@pytest.mark.parametrize("who", ["pia", "aud", "ada", "cora", "local:dora", "nobody"])
def test_only_analysts_and_release_authorities_take_in_files(book, who):
    refused(book, kept(Answer.ACCEPTED, by=who, file=FILE), "release R-1: ", AccessError)


def test_who_enters_it_is_who_received_it(book):
    refused(book, kept(Answer.ACCEPTED), "pia received it; who enters it is dora", actor="dora")
    no_key = replace(kept(Answer.ACCEPTED, by="dora", file=FILE), signing_key="")
    refused(book, no_key, "a file and the key that it is known by go together")


def test_an_answer_of_another_partner_is_refused(book):
    other = kept(Answer.ACCEPTED, by="dora", file=FILE, partner_id="other")
    refused(book, other, "that release is not for partner other")


def test_a_replay_is_refused(book):
    first = kept(Answer.ACCEPTED, one_id="A-1", by="dora", file=FILE)
    take(book, first)
    refused(book, first, "is a replay")
    refused(book, kept(Answer.CLOSED, one_id="A-1"), "is a replay")
    refused(book, kept(Answer.CLOSED, by="rita", file=FILE), "is a replay")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2025, 3, 1)])
def test_a_visit_long_before_the_place_was_known_is_a_slip(book, day):
    slip = kept(Answer.CONFIRMED, one_id="A-1", visited_on=day)
    refused(book, slip, f"visited on {day}, before the release was issued by more than a year")
    take(book, replace(slip, response=replace(slip.response, visited_on=date(2026, 5, 3))))


def test_two_partners_may_give_their_answers_the_same_id(book):
    book.add_mandate(office.made_up.mandate("MX-2", partners=("office", "other")), office.ME, NOW)
    book.add_partner(office.partner("other", mandate_ids=("MX-2",)), "ada", NOW)
    book.put_sortie(office.made_up.sortie("S2", "MX-2"), office.ME, NOW)
    found = [office.made_up.detection("o2")]
    office.record(book, "o2", found, sortie_id="S2", assets=(), mandate_id="MX-2")
    book.put_sites([office.made_up.site("b", ["o2-1.1"])], [], office.ME, NOW)
    for who in ("ana", "ben"):
        book.add_review("o2-1", office.PLUME, who, NOW)
    send(book, "O-1", site_id="b", partner_id="other", mandate_ids=("MX-2",))
    take(book, kept(Answer.ACCEPTED, one_id="A-1"))
    take(book, kept(Answer.ACCEPTED, "O-1", "A-1", by="quin", partner_id="other"))
    assert len(book.responses(["O-1"])["O-1"]) == 1


def test_what_was_never_told_is_not_answered(book):
    draft(book, "dora", "R-2", is_exercise=True)
    one = kept(Answer.ACCEPTED, "R-2", by="dora", file=FILE, is_exercise=True)
    refused(book, one, "nobody was told: it is draft")
    refused(book, kept(Answer.ACCEPTED, "R-2"), "no such release for your office", AccessError)
    refused(book, kept(Answer.ACCEPTED, "R-9"), "no release 'R-9'")


@pytest.mark.parametrize(
    ("notice", "state"), [(Notice.UPDATE, "superseded"), (Notice.CANCEL, "recalled")]
)
def test_what_was_superseded_or_recalled_is_not_answered(book, notice, state):
    first = kept(Answer.ACCEPTED)
    take(book, first)
    send(book, "R-2", notice=notice, earlier=("R-1",))
    refused(book, kept(Answer.CONFIRMED), f"that release was {state}")
    assert book.answers_of_site("a") == (first,)
    assert book.release("R-2").state is ReleaseState.SENT


@pytest.mark.parametrize("is_drill", [True, False])
def test_a_drill_and_the_real_are_kept_apart(book, is_drill):
    send(book, "D-1", is_exercise=True)
    wrong = kept(Answer.ACCEPTED, "R-1" if is_drill else "D-1", is_exercise=is_drill)
    refused(book, wrong, "one is an exercise, and the other is real")
    take(book, kept(Answer.ACCEPTED, "D-1", is_exercise=True))
    assert book.answers_of_site("a") == ()


def test_an_acknowledged_release_is_updated_and_recalled(book):
    take(book, kept(Answer.ACCEPTED))
    approve(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    step(book, Step.SEND, "rita", "R-2", sealed=office.sealed())
    assert book.release("R-1").state is ReleaseState.RECALLED
    assert take(book, kept(Answer.RECEIVED, "R-2")).state is ReleaseState.ACKNOWLEDGED


@pytest.mark.parametrize("what", list(Answer))
def test_to_a_recall_one_says_that_one_knows_or_disputes_it(book, what):
    send(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    told = kept(what, "R-2", reason="x" if what is Answer.DISPUTED else "")
    if what in OF_A_RECALL:
        assert take(book, told).state is ReleaseState.ACKNOWLEDGED
    else:
        refused(book, told, "to a recall; received or disputed can be answered to it")


def test_answers_come_in_an_order_that_can_be(book):
    take(book, kept(Answer.NOTHING_FOUND))
    refused(book, kept(Answer.DISMANTLED), "'dismantled' can't follow 'nothing found'")
    take(book, kept(Answer.CLOSED))
    for one in Answer:
        told = {"reason": "x"} if one is Answer.DISPUTED else {}
        refused(book, kept(one, **told), "can't follow 'closed'; nothing can")


@given(st.lists(st.sampled_from(Answer), max_size=12))
def test_any_row_of_answers_ends(answers):
    """Offices may leave steps out, and not go in circles for ever: only looking again repeats."""
    last, taken = None, []
    for one in answers:
        if one in FOLLOWS[last]:
            check_follows(last, one)
            taken.append(one)
            last = one
        else:
            with pytest.raises(ReleaseError):
                check_follows(last, one)
    assert taken.count(Answer.CLOSED) <= 1
    assert Answer.CLOSED not in taken[:-1]
    assert Answer.RECEIVED not in taken[1:]
