"""Answers: what can follow what, and what none can be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_material import Notice
from cathartes.casework.response import (
    FOLLOWS,
    OF_A_RECALL,
    OUTCOMES,
    Answer,
    Attachment,
    Response,
    Seized,
    check_fits,
    check_follows,
    check_visit,
)
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError
from made_up_release import material, partner

ANSWERED = datetime(2026, 5, 9, 16, tzinfo=UTC)


def response(**other) -> Response:
    given = {
        "id": "A-1",
        "release_id": "R-1",
        "partner_id": "office",
        "answer": Answer.CONFIRMED,
        "answered_utc": ANSWERED,
    }
    return Response(**(given | other))


def reachable(start: Answer | None) -> set[Answer]:
    """Return all that can come later, step by step."""
    found: set[Answer] = set()
    edge = set(FOLLOWS[start])
    while edge:
        found |= edge
        edge = {after for one in edge for after in FOLLOWS[one]} - found
    return found


def test_of_every_answer_it_is_known_what_can_follow():
    assert set(FOLLOWS) == {None, *Answer}


def test_every_answer_but_the_last_may_come_first():
    assert FOLLOWS[None] == set(Answer) - {Answer.CLOSED}


def test_closed_is_final_and_can_follow_every_other():
    assert FOLLOWS[Answer.CLOSED] == frozenset()
    for answer in set(Answer) - {Answer.CLOSED}:
        assert Answer.CLOSED in FOLLOWS[answer]


def test_nothing_leads_back_to_received():
    for answer in Answer:
        assert Answer.RECEIVED not in reachable(answer)


def test_nothing_that_was_found_is_unfound():
    """Who confirmed it can only say that it is gone, or that all is said."""
    for found in (Answer.CONFIRMED, Answer.DISMANTLED):
        assert reachable(found) <= {Answer.DISMANTLED, Answer.CLOSED}


def test_nothing_found_can_be_taken_back_by_another_visit():
    assert {Answer.INSPECTED, Answer.CONFIRMED} <= FOLLOWS[Answer.NOTHING_FOUND]
    assert Answer.DISMANTLED not in FOLLOWS[Answer.NOTHING_FOUND]  # confirm it first


def test_no_answer_follows_itself_at_once():
    for answer in Answer:
        assert answer not in FOLLOWS[answer]


@pytest.mark.parametrize(("before", "answer"), list(product([None, *Answer], Answer)))
def test_the_check_is_the_table(before, answer):
    if answer in FOLLOWS[before]:
        check_follows(before, answer)
        return
    with pytest.raises(ReleaseError, match=f"'{answer.value}' can't follow") as caught:
        check_follows(before, answer)
    listed = str(caught.value).split("; ")[1]
    assert listed.removesuffix(" can.").split(", ") == (
        [one.value for one in Answer if one in FOLLOWS[before]] or ["nothing"]
    )


def test_what_calibration_counts_are_answers_of_somebody_who_was_there():
    assert {Answer.CONFIRMED, Answer.NOTHING_FOUND, Answer.DISMANTLED} == OUTCOMES


@pytest.mark.parametrize(("notice", "answer"), list(product(Notice, Answer)))
def test_a_recall_is_only_acknowledged_or_disputed(notice, answer):
    if notice is not Notice.CANCEL or answer in OF_A_RECALL:
        check_fits(notice, answer)
        return
    with pytest.raises(ReleaseError, match="received or disputed can be answered"):
        check_fits(notice, answer)


def test_a_dispute_has_its_reason_and_nothing_else_has():
    assert response(answer=Answer.DISPUTED, reason="It is a bakery.").reason
    for answer, reason in ((Answer.DISPUTED, ""), (Answer.DISPUTED, " "), (Answer.CLOSED, "x")):
        with pytest.raises(ReleaseError, match="a dispute needs its reason"):
            response(answer=answer, reason=reason)


@pytest.mark.parametrize("answer", Answer)
def test_quantities_come_with_what_was_there(answer):
    seized = (Seized("acetone", 120.0, "l"),)
    reason = "x" if answer is Answer.DISPUTED else ""
    if answer in {Answer.CONFIRMED, Answer.DISMANTLED, Answer.CLOSED}:
        assert response(answer=answer, reason=reason, seized=seized).seized
        return
    with pytest.raises(ReleaseError, match="confirm it first"):
        response(answer=answer, reason=reason, seized=seized)


def test_nobody_was_there_after_the_answer():
    """By a day: east of Greenwich the day is already the next."""
    assert response(visited_on=date(2026, 5, 10)).visited_on
    with pytest.raises(ReleaseError, match="after it was answered"):
        response(visited_on=date(2026, 5, 11))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": ""}, "id ''"),
        ({"id": "a/b"}, "id 'a/b'"),
        ({"partner_id": "x" * 65}, "partner_id"),
        ({"release_id": "../x"}, "release_id"),
        ({"answered_utc": datetime(2026, 5, 9)}, "no time zone"),  # noqa: DTZ001
        ({"note": "x" * 4001}, "4000"),
        ({"note": "\x1b[2J"}, "printable"),
        ({"note": "a\r\nb"}, "printable"),
        ({"attachments": (Attachment("a.txt", "text/plain", "ab" * 32, 1),) * 2}, "different"),
    ],
)
def test_an_answer_that_can_not_be_is_refused(wrong, said):
    with pytest.raises(ReleaseError, match=said):
        response(**wrong)


@pytest.mark.parametrize(
    ("what", "amount", "unit", "said"),
    [
        ("x", float("nan"), "l", "from 0 to 1e"),
        ("x", float("inf"), "l", "from 0 to 1e"),
        ("x", -1.0, "l", "from 0 to 1e"),
        ("x", 1e25, "l", "from 0 to 1e"),
        ("", 1.0, "l", "1 to 200"),
        ("x", 1.0, "", "1 to 200"),
        ("x" * 201, 1.0, "l", "1 to 200"),
        ("x\n", 1.0, "l", "1 to 200"),
    ],
)
def test_a_quantity_that_can_not_be_is_refused(what, amount, unit, said):
    with pytest.raises(ReleaseError, match=said):
        Seized(what, amount, unit)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".a", "a b", "ä", "x" * 101, "a\x00b"])
def test_an_attachment_has_a_plain_name(name):
    with pytest.raises(ReleaseError, match="a plain file name"):
        Attachment(name, "text/plain", "ab" * 32, 1)


def test_an_attachment_has_its_hash():
    with pytest.raises(ReleaseError, match="its SHA-256"):
        Attachment("a.txt", "text/plain", "AB" * 32, 1)


@pytest.mark.parametrize(
    ("fields", "first"), [((), date(2030, 5, 3)), (tuple(Field), date(2026, 3, 11))]
)
def test_a_visit_is_not_before_the_place_was_seen_as_far_as_the_partner_was_told(fields, first):
    """Issued on 2031-05-04, less a year and a day; seen first on 2026-03-12, less a day."""
    content = content_for(replace(partner(*fields), ceiling=Tlp.RED), material(Notice.ALERT))
    check_visit(first, content)
    check_visit(None, content)
    with pytest.raises(ReleaseError, match="correct the day"):
        check_visit(first - timedelta(days=1), content)
