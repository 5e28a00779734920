"""``cathartes review``: what is settled is shown, what is blind is not."""

import json

import pytest

import made_up_casebook as made_up
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.cli.main import main
from cathartes.store.open import open_casebook
from made_up_casebook import ME, NOW, begin, record


@pytest.fixture
def place(tmp_path):
    """Return a casebook with o1-1 settled, o1-2 reviewed once, o1-3 untouched."""
    plume = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN, note="it drifts")
    with open_casebook(tmp_path / "casebook", create=True) as opened:
        book = opened.casebook
        begin(book)
        record(book, "o1", [made_up.detection("o1", n) for n in (1, 2, 3)], assets=())
        for one in ("ana", "ben"):
            book.add_user(User(one, one, (Role.ANALYST,)), ME, NOW)
            book.add_review("o1-1", plume, one, NOW)
        book.add_review("o1-2", plume, "ana", NOW)
    return str(tmp_path / "casebook")


def ran(capsys, *arguments):
    code = main(["review", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_what_is_settled_is_listed_and_nothing_else(place, capsys):
    code, out, _ = ran(capsys, "list", "--casebook", place)
    assert code == 0
    assert "o1-1" in out
    assert "confirmed" in out
    assert "o1-2" not in out
    _, out, _ = ran(capsys, "list", "--casebook", place, "--json")
    (one,) = json.loads(out)["settled"]
    assert one["settlement"]["reviewers"] == ["ana", "ben"]
    _, out, _ = ran(capsys, "list", "--casebook", place, "--after", "o1-1")
    assert "settled nothing" in out


def test_a_settled_one_is_shown_review_by_review_and_a_blind_one_not(place, capsys):
    code, out, _ = ran(capsys, "show", "o1-1", "--casebook", place)
    assert code == 0
    assert out.count("it drifts") == 2
    for blind in ("o1-2", "o1-3"):
        code, out, err = ran(capsys, "show", blind, "--casebook", place)
        assert code != 0
        assert "reviews are blind until it is" in err
        assert "it drifts" not in out + err
    assert "no detection 'o9-1'" in ran(capsys, "show", "o9-1", "--casebook", place)[2]
