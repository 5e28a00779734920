"""Rows of logs: thinned to seconds, chosen by time, above a background over hours."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.gather import GasRows
from cathartes.locate.site_baseline import SITE_WINDOW_S, common_background


def fast_rows(n: int = 200, step_s: float = 0.1) -> GasRows:
    time = step_s * np.arange(n)
    place = np.column_stack([5 * time, np.zeros(n), np.full(n, 10.0)])
    return GasRows(
        time, 1e9, place, place, np.zeros(n, np.intp), np.sin(time), np.full(n, 0.1),
        np.full(n, 0.01), None, False,
    )  # fmt: skip


def test_rows_of_tenths_of_a_second_become_their_means() -> None:
    rows = fast_rows()
    thin = rows.thinned()
    assert thin.time_s == pytest.approx(np.arange(20) + 0.45)
    assert thin.enhancement_ppm == pytest.approx(rows.enhancement_ppm.reshape(20, 10).mean(1))
    assert thin.noise_sd_ppm == pytest.approx(np.full(20, 0.1 / np.sqrt(10)))
    assert thin.baseline_sd_ppm == pytest.approx(np.full(20, 0.01))
    assert thin.near_m[:, 0] == pytest.approx(5 * thin.time_s)


def test_rows_of_a_second_stay_as_they_are() -> None:
    rows = fast_rows(step_s=1.0)
    assert rows.thinned() is rows


def test_a_lost_row_does_not_cost_its_second() -> None:
    rows = fast_rows()
    lost = np.zeros(200, bool)
    lost[[3, 7]] = True  # two of the first second
    lost[20:30] = True  # all of the third
    thin = rows.without(lost).thinned()
    first = rows.enhancement_ppm[:10][~lost[:10]]
    assert thin.enhancement_ppm[0] == pytest.approx(first.mean())
    assert thin.noise_sd_ppm[0] == pytest.approx(0.1 / np.sqrt(8))
    assert thin.known.tolist() == [second != 2 for second in range(20)]


def test_sensors_of_one_second_are_not_mixed() -> None:
    rows = fast_rows()
    mixed = replace(rows, sensor=np.arange(200) % 2, enhancement_ppm=np.arange(200) % 2 * 1.0)
    thin = mixed.thinned()
    assert thin.time_s.size == 40
    assert thin.enhancement_ppm.tolist() == thin.sensor.tolist()


def test_a_night_without_readings_leaves_the_background_known() -> None:
    """Nothing was read for longer than a window on either side of a knot."""
    time = np.concatenate([np.arange(0.0, 7200.0, 60.0), np.arange(40_000.0, 47_200.0, 60.0)])
    assert np.diff(time).max() > 4 * SITE_WINDOW_S
    level, sd = common_background(time, np.full(time.size, 1.9))
    assert level == pytest.approx(np.full(time.size, 1.9))
    assert sd == pytest.approx(np.zeros(time.size))
