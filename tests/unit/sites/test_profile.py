"""Profiles: what they weigh, and what a file may not say."""

import math

import pytest

from cathartes.errors import SettingsError
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.profile_file import read_profile, shipped_profile

TEXT = """
schema = "cathartes-profile/1"
name = "two"
reason = "for a test"
none_weight = -1.0
[[class]]
name = "a"
chemicals = ["acetone", "MEK"]
weight = 0.5
reason = "r"
[[class]]
name = "b"
chemicals = ["ammonia"]
weight = -0.25
reason = "r"
[[together]]
classes = ["a", "b"]
weight = 2.0
reason = "r"
"""


def profile_of(tmp_path, text=TEXT):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return read_profile(path)


def test_what_surely_shows_has_its_weight(tmp_path) -> None:
    profile = profile_of(tmp_path)
    assert profile.log_ratio({}) == pytest.approx(-1.0)
    assert profile.log_ratio({"acetone": 1.0}) == pytest.approx(0.5)
    assert profile.log_ratio({"acetone": 1.0, "MEK": 1.0}) == pytest.approx(0.5)
    assert profile.log_ratio({"acetone": 1.0, "ammonia": 1.0}) == pytest.approx(2.25)


def test_what_shows_with_doubt_counts_in_part(tmp_path) -> None:
    """By hand: the mean of exp(weight) over the four ways."""
    said = profile_of(tmp_path).log_ratio({"acetone": 0.6, "ammonia": 0.5})
    ways = 0.2 * math.exp(-1) + 0.3 * math.exp(0.5) + 0.2 * math.exp(-0.25) + 0.3 * math.exp(2.25)
    assert said == pytest.approx(math.log(ways))


def test_the_spread_is_none_where_chemicals_are_sure(tmp_path) -> None:
    profile = profile_of(tmp_path)
    assert profile.log_spread({"acetone": 1.0}) == 0
    assert profile.log_spread({"acetone": 0.5}) == pytest.approx(0.75)  # half of 0.5 to -1


def test_the_shipped_profile_names_gases_of_the_library() -> None:
    known = working_library().names
    named = [c for one in shipped_profile().classes for c in one.chemicals]
    assert [c for c in named if c not in known] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"acetone", "MEK"', '"ammonia"', "ammonia in two classes"),
        ('name = "b"', 'name = "a"', "two classes of one name"),
        ('["a", "b"]', '["a", "c"]', "together names c; the classes are a, b"),
        ("none_weight = -1.0", "none_weight = 1.0", "none_weight"),
        ("weight = 0.5", "weigth = 0.5", r"class\.0\.weight: Field required"),
        ("cathartes-profile/1", "cathartes-profile/9", "schema"),
        ('reason = "for a test"', 'reason = ""', "reason"),
    ],
)
def test_what_can_not_be_is_refused(tmp_path, old, new, message) -> None:
    with pytest.raises(SettingsError, match=message) as refused:
        profile_of(tmp_path, TEXT.replace(old, new, 1))
    assert "docs/reference/profile-files.md" in str(refused.value)


def test_a_missing_file_is_said(tmp_path) -> None:
    with pytest.raises(SettingsError, match=r"profile none\.toml can't be read"):
        read_profile(tmp_path / "none.toml")
