"""Sentences of evidence: one of a thing is one, and as often is as often."""

from math import log

import pytest

from cathartes.sites.sentences import counted, hour_text, persistence_text


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 looks"), (1, "1 look"), (2, "2 looks"), (21, "21 looks")]
)
def test_a_noun_follows_its_number(number: int, said: str) -> None:
    assert counted(number, "look") == said


def test_a_plural_of_its_own_is_used() -> None:
    assert (counted(1, "class", "classes"), counted(3, "class", "classes")) == (
        "1 class",
        "3 classes",
    )


def test_the_only_sortie_is_one_sortie() -> None:
    assert "in 1 of 1 sortie under one name" in persistence_text(1, 1, 1, 0.0, 0.0)
    assert "in 2 of 3 sorties under 2 names" in persistence_text(2, 3, 2, 0.0, 0.0)


def test_nothing_is_one_times_as_often() -> None:
    assert "looks like a gas as often as on average" in hour_text([12.0], log(1.001))
    assert "looks like a gas 2.5 times as often as on average" in hour_text([12.0], log(2.5))
