"""Rows of logs: thinned to seconds, chosen by time, above a background over hours."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.gather import GasRows, gather_rows
from cathartes.locate.settings import LocateSettings
from cathartes.locate.site_baseline import SITE_WINDOW_S, common_background
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog, PathEnd


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


@pytest.mark.parametrize("apart_m", [0.0, 30.0])
def test_open_paths_that_begin_at_one_place_share_one_zero(apart_m: float) -> None:
    """Paths of several instruments do not."""
    n_times, n_paths = 40, 3
    frame = LocalFrame(8.0, 47.0)
    near = np.column_stack([apart_m * np.arange(n_paths), np.zeros(n_paths)])
    lon, lat = frame.to_lon_lat(*near.T)
    far_lon, far_lat = frame.to_lon_lat(near[:, 0] + 50.0, 20.0 * np.arange(n_paths))
    every = np.full(n_times * n_paths, 1.6)
    log = GasLog(
        name="paths", time_unix_s=1e9 + np.repeat(60.0 * np.arange(n_times), n_paths),
        longitude_deg=np.tile(lon, n_times), latitude_deg=np.tile(lat, n_times),
        altitude_agl_m=every, chemicals=("methane",), concentration_ppm=(every + 0.4)[None],
        sensors=("a", "b", "c"), sensor_index=np.tile(np.arange(n_paths), n_times),
        wind_speed_m_s=every * np.nan, wind_from_deg=every * np.nan,
        path_end=PathEnd(np.tile(far_lon, n_times), np.tile(far_lat, n_times), every),
    )  # fmt: skip
    rows = gather_rows([estimate_enhancement(log)], "methane", frame, LocateSettings())
    shared = 0 if apart_m == 0 else -1
    assert rows.blocks(2.0).instrument is not None
    assert (rows.blocks(2.0).instrument == shared).all()
    told = LocateSettings(background_ppm=1.9)
    assert (gather_rows([estimate_enhancement(log)], "methane", frame, told).instrument == -1).all()


def standing_rows(n_times: int, step_s: float, n_sensors: int = 8) -> GasRows:
    time = np.repeat(step_s * np.arange(n_times), n_sensors)
    sensor = np.tile(np.arange(n_sensors), n_times)
    place = np.column_stack([20.0 * sensor, 0.0 * time, 2.0 + 0.0 * time])
    above = np.random.default_rng(3).normal(0, 0.1, time.size) + sensor
    return GasRows(
        time, 1e9, place, place, sensor, above, np.full(time.size, 0.1), np.full(time.size, 0.01),
        None, False,
    )  # fmt: skip


def test_a_network_of_seconds_is_averaged_over_no_less_than_half_a_minute() -> None:
    """An hour and a half of 8 sensors by the second: 43,200 readings, 1,440 means."""
    rows = standing_rows(5400, 1.0)
    assert rows.slow_s == 30.0
    slow = rows.thinned(rows.slow_s)
    assert slow.time_s.size == 180 * 8
    assert slow.enhancement_ppm == pytest.approx(slow.sensor.astype(float), abs=0.1)
    assert slow.noise_sd_ppm == pytest.approx(np.full(1440, 0.1 / np.sqrt(30)))
    assert slow.slow_s == 0.0


def test_a_network_of_minutes_and_what_moves_are_as_they_were() -> None:
    assert standing_rows(1000, 60.0).slow_s == 0.0
    assert standing_rows(1300, 60.0).slow_s == 120.0
    assert fast_rows(30_000, 1.0).slow_s == 0.0


def test_only_readings_that_are_there_make_it_slow() -> None:
    rows = standing_rows(5400, 1.0)
    assert rows.without(rows.time_s > 1000).slow_s == 0.0
    assert rows.without(rows.time_s > 3000).slow_s == 30.0
