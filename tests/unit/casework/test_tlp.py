"""TLP 2.0 is strictly ordered, and not by the alphabet."""

import itertools

import pytest

from cathartes.casework.tlp import Tlp, marking
from cathartes.errors import SettingsError

IN_ORDER = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")


def test_the_order_is_the_standards():
    assert [one.value for one in sorted({*Tlp})] == list(IN_ORDER)
    for lower, higher in itertools.combinations(IN_ORDER, 2):
        assert Tlp(lower) < Tlp(higher)
        assert not Tlp(higher) <= Tlp(lower)
        assert Tlp(higher) >= Tlp(lower)


def test_a_label_does_not_compare_with_a_text():
    with pytest.raises(TypeError):
        assert Tlp.RED < "RED"


@pytest.mark.parametrize("text", ["TLP:AMBER+STRICT", "amber+strict", " tlp:Amber+Strict "])
def test_a_text_names_a_label(text):
    assert Tlp.from_text(text) is Tlp.AMBER_STRICT


@pytest.mark.parametrize("text", ["", "WHITE", "TLP:", "AMBER STRICT", "EXERCISE"])
def test_another_text_does_not(text):
    with pytest.raises(SettingsError, match=r"CLEAR, GREEN, AMBER, AMBER\+STRICT, RED are there"):
        Tlp.from_text(text)


def test_a_drill_is_marked_first():
    assert marking(Tlp.RED, is_exercise=False) == "TLP:RED"
    assert marking(Tlp.RED, is_exercise=True).startswith("EXERCISE")
