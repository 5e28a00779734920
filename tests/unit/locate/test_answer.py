"""What is said beside the particles: errors of rates, the wind's clock, doubts on totals."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.answer import probability_of, warnings_of
from cathartes.locate.curtain import CurtainFlux
from cathartes.locate.rate_error import GUST_SHARE, rate_factors, rate_log_sd
from cathartes.locate.reasons import detectable_kg_h
from cathartes.locate.result import Interval
from cathartes.locate.wind_rows import SLOWEST_S, WindRows
from cathartes.scenes.wind.history import WindHistory

WIND = WindHistory(
    np.array([100.0, 110.0, 120.0]), np.full(3, 4.0), np.array([270.0, 180.0, 90.0]), 0.4, 5.0,
    10.0, "station",
)  # fmt: skip


def test_a_wisp_is_not_what_a_log_could_see() -> None:
    """Far above every plume there is a number left, of 10^237 kg/h: nothing could be seen."""
    seen = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [0.5, 1.0]])
    assert detectable_kg_h(seen, np.ones(4)) == pytest.approx(8.0)
    assert np.isnan(detectable_kg_h(1e-236 * seen, np.ones(4)))


def test_large_rates_are_said_without_powers_of_ten() -> None:
    (text,) = warnings_of(
        Interval(1163.0, 900.0, 1500.0), (CurtainFlux(0.0, (5.0, 15.0, 25.0), 219.2),)
    )
    assert "gives 220 kg/h and the inversion 1200:" in text


def test_a_rates_error_is_of_speed_and_of_gusts() -> None:
    assert rate_log_sd(WIND, 0.0) == pytest.approx(0.1)
    assert rate_log_sd(WIND, 0.5) == pytest.approx(np.hypot(0.1, GUST_SHARE * 0.5))
    calm = replace(WIND, wind_speed_m_s=np.zeros(3))
    assert np.isfinite(rate_log_sd(calm, 0.5))


def test_rates_are_raised_to_the_mean_of_gusts() -> None:
    """Log-normal of the stated width about the root of 1 + f², or about 1 where nothing moves."""
    share = np.full(40_000, 0.6)
    for moves, middle in ((True, 0.5 * np.log(1.36)), (False, 0.0)):
        logs = np.log(rate_factors(WIND, share, np.random.default_rng(1), moves=moves))
        assert logs.mean() == pytest.approx(middle, abs=0.01)
        assert logs.std() == pytest.approx(rate_log_sd(WIND, 0.6), rel=0.02)


def test_the_wind_is_on_the_logs_clock_and_blows_to() -> None:
    winds = WindRows.of(WIND, 100.0)
    east, north = winds.at(np.array([-50.0, 0.0, 10.0, 500.0]))
    assert east == pytest.approx([4.0, 4.0, 0.0, -4.0], abs=1e-9)
    assert north == pytest.approx([0.0, 0.0, 4.0, 0.0], abs=1e-9)
    assert not winds.is_slow
    assert replace(winds, time_s=winds.time_s * (SLOWEST_S / 5)).is_slow
    assert winds.stagnant(np.array([0.0])).tolist() == [False]
    weak = replace(winds, east_m_s=winds.east_m_s / 8, north_m_s=winds.north_m_s / 8)
    assert weak.stagnant(np.array([0.0, 10.0])).tolist() == [True, True]


def test_gain_is_odds() -> None:
    assert probability_of(0.0) == 0.5
    assert probability_of(np.log(9.0)) == pytest.approx(0.9)
    assert probability_of(1e4) == 1.0


def test_a_balance_that_contradicts_is_a_warning() -> None:
    curtain = CurtainFlux(0.0, (5.0, 15.0, 25.0), 3.0)
    assert warnings_of(Interval(4.0, 3.0, 5.0), (curtain,)) == ()
    assert warnings_of(None, (curtain,)) == ()
    assert warnings_of(Interval(4.0, 3.0, 5.0), ()) == ()
    (text,) = warnings_of(Interval(9.0, 3.0, 15.0), (curtain,))
    assert "factor of 2" in text
    assert warnings_of(Interval(4.0, 3.0, 5.0), (replace(curtain, rate_kg_h=-1.0),)) != ()
