"""Whatever a file holds, a valid log comes out, or an error of ours; and a flag says why."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import InputError
from cathartes.scenes.logs.assemble import RawRows, assemble_log
from cathartes.scenes.logs.enhancement import estimate_enhancement

TIME = st.one_of(st.integers(0, 30), st.just(np.nan), st.floats(-1e9, 2e9), st.just(7))
LON = st.one_of(st.floats(7.0, 7.001), st.just(np.nan), st.just(0.0), st.floats(-180, 360))
LAT = st.one_of(st.floats(46.8, 46.801), st.just(np.nan), st.just(0.0), st.floats(-90, 90))
HEIGHT = st.one_of(st.floats(-50, 120), st.just(np.nan))
PPM = st.one_of(st.floats(-1, 100), st.just(np.nan), st.just(2.0))
WIND = st.one_of(st.tuples(st.floats(0, 20), st.floats(0, 360)), st.just((np.nan, np.nan)))
ROW = st.tuples(TIME, LON, LAT, HEIGHT, PPM, WIND, st.sampled_from("ab"))


def raw_of(rows, with_sensors):
    time, lon, lat, height, ppm, wind, sensor = zip(*rows, strict=True)
    speed, angle = np.array(wind, float).T
    return RawRows("any", np.array(time, float), np.array(lon), np.array(lat), np.array(height),
                   ("gas",), np.array([ppm]), speed, angle,
                   sensor if with_sensors else ())  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=60), st.booleans())
def test_any_rows_make_a_valid_log_or_an_error(rows, with_sensors):
    try:
        log = assemble_log(raw_of(rows, with_sensors))
    except InputError as error:
        assert "none of" in str(error)  # noqa: PT017 -- both ends are right
        return
    assert len(log) <= len(rows)
    assert len(log) == len(rows) or log.flags
    for flag in log.flags:
        assert all(0 <= start < stop <= len(log) for start, stop in flag.rows)
    known = np.isfinite(log.concentration_ppm)
    given_ppm = [row[4] for row in rows if np.isfinite(row[4])]
    if known.any():
        assert log.concentration_ppm[known].min() >= min(given_ppm) - 1e-9
        assert log.concentration_ppm[known].max() <= max(given_ppm) + 1e-9


@given(st.lists(ROW, min_size=1, max_size=60))
def test_any_log_can_be_looked_at(rows):
    """Baseline and delay are found or not; nothing breaks, nothing infinite is called known."""
    try:
        log = assemble_log(raw_of(rows, with_sensors=False))
    except InputError:
        return
    found = estimate_enhancement(log)
    for one in found.sensors:
        for estimate in (one.drift_ppm_h, one.delay_s, one.time_constant_s, one.dead_time_s):
            assert estimate.known == bool(np.isfinite(estimate.value))
            assert estimate.why_not or np.isfinite(estimate.sd)


@given(
    st.lists(st.integers(0, 10_000), min_size=3, max_size=40, unique=True),
    st.floats(-1e8, 1e9), st.randoms(use_true_random=False),
)  # fmt: skip
def test_moving_the_clock_moves_the_times_and_nothing_else(seconds, shift, random):
    ordered = sorted(seconds)
    rows = [(s, 7.0, 46.8, 20.0, random.uniform(1, 3), (3.0, 200.0), "a") for s in ordered]
    here = assemble_log(raw_of(rows, with_sensors=False))
    moved = [(row[0] + round(shift), *row[1:]) for row in rows]
    there = assemble_log(raw_of(moved, with_sensors=False))
    np.testing.assert_array_equal(there.time_unix_s - round(shift), here.time_unix_s)
    np.testing.assert_array_equal(there.concentration_ppm, here.concentration_ppm)
    assert [f.kind for f in there.flags] == [f.kind for f in here.flags]
