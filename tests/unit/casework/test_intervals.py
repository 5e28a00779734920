"""Shares hold their intervals; so do waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.intervals import Share, wait, wilson
from cathartes.errors import InputError

DAYS = st.floats(0.1, 1000)


@given(st.integers(1, 10_000), st.data())
def test_a_share_lies_in_its_interval_and_within_0_and_1(of, data):
    n = data.draw(st.integers(0, of))
    share = Share(n, of)
    assert 0 <= share.low <= share.share <= share.high <= 1
    assert share.low < share.high


@given(st.integers(1, 500), st.data())
def test_yes_and_no_change_places(of, data):
    n = data.draw(st.integers(0, of))
    low, high = wilson(n, of)
    assert wilson(of - n, of) == pytest.approx((1 - high, 1 - low))


@given(st.integers(0, 50), st.integers(1, 50))
def test_more_of_the_same_is_surer(n, of):
    n = min(n, of)
    low, high = wilson(n, of)
    surer_low, surer_high = wilson(10 * n, 10 * of)
    assert surer_high - surer_low < high - low


def test_of_nothing_nothing_is_said():
    assert Share(0, 0).share is None
    assert Share(0, 0).low is None


@pytest.mark.parametrize(("n", "of"), [(-1, 3), (4, 3)])
def test_no_share_is_more_than_the_whole(n, of):
    with pytest.raises(InputError, match="a part of the whole is needed"):
        Share(n, of)


@given(st.lists(DAYS, min_size=1, max_size=40), st.lists(DAYS, max_size=40))
def test_a_median_lies_in_its_interval(done, waiting):
    found = wait(done, waiting)
    assert (found.n_done, found.n_waiting) == (len(done), len(waiting))
    if found.median_days is not None:
        assert found.median_days in done
        assert found.low_days is None or found.low_days <= found.median_days
        assert found.high_days is None or found.high_days >= found.median_days


@given(st.lists(DAYS, min_size=1, max_size=20), st.lists(DAYS, min_size=1, max_size=20))
def test_who_waits_never_makes_a_median_shorter(done, waiting):
    alone, with_all = wait(done, ()).median_days, wait(done, waiting).median_days
    assert with_all is None or with_all >= alone


@given(st.lists(DAYS, min_size=1, max_size=12), st.lists(DAYS, max_size=12))
def test_against_a_slow_twin(done, waiting):
    """S(t) by its definition, one factor a moment."""
    median = None
    surviving = 1.0
    for moment in sorted(set(done)):
        at_risk = sum(one >= moment for one in (*done, *waiting))
        surviving *= 1 - done.count(moment) / at_risk
        if median is None and surviving <= 0.5 + 1e-12:
            median = moment
    assert wait(done, waiting).median_days == median


def test_nothing_done_has_no_median():
    assert wait((), (3.0, 4.0)).median_days is None
    assert wait((), ()).n_waiting == 0
