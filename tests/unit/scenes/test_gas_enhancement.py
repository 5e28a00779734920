"""A whole log above its baselines: the raw is kept, every sensor has its own figures."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.estimate import Estimate
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.records.flags import FlagKind

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
from made_up_flight import fly


def log_of(made, second_gas):
    longitude, latitude = LocalFrame(7.1, 46.8).to_lon_lat(made.along_m, 0 * made.along_m)
    n = made.time_s.size
    nothing = np.full(n, np.nan)
    return GasLog("made", made.time_s, longitude, latitude, np.full(n, 20.0),
                  ("methane", "ammonia"), np.array([made.ppm, second_gas]), ("",),
                  np.zeros(n, int), nothing, nothing)  # fmt: skip


def test_each_gas_has_its_own_figures_and_the_raw_is_kept():
    made = fly(100, dead_time_s=2.0)
    rng = np.random.default_rng(5)
    log = log_of(made, 0.5 + 0.01 * rng.normal(size=made.time_s.size))
    found = estimate_enhancement(log)
    assert found.log is log
    np.testing.assert_allclose(found.enhancement_ppm + found.baseline_ppm, log.concentration_ppm)
    methane, ammonia = found.behaviour("methane"), found.behaviour("ammonia")
    assert methane.noise_sd_ppm == pytest.approx(0.02, rel=0.3)
    assert ammonia.noise_sd_ppm == pytest.approx(0.01, rel=0.3)
    assert abs(methane.delay_s.value - 3.5) < 2.5 * methane.delay_s.sd
    assert abs(methane.dead_time_s.value - 2.0) < 2.5 * methane.dead_time_s.sd
    assert not ammonia.delay_s.known
    with pytest.raises(InputError, match="has no 'ethane'"):
        found.behaviour("ethane")


def test_a_sensor_without_values_is_flagged():
    made = fly(100)
    found = estimate_enhancement(log_of(made, np.full(made.time_s.size, np.nan)))
    assert [f.kind for f in found.flags] == [FlagKind.BASELINE]
    assert "ammonia: no baseline to trust: 0 values" in found.flags[0].message
    assert np.isnan(found.enhancement_ppm[1]).all()


def test_a_sensor_that_is_named_and_has_no_row_is_flagged():
    made = fly(100)
    log = replace(log_of(made, np.full(made.time_s.size, 0.5)), sensors=("", "spare"))
    found = estimate_enhancement(log)
    assert "methane of sensor spare: no baseline to trust" in " ".join(
        flag.message for flag in found.flags
    )
    assert not found.behaviour("methane", "spare").delay_s.known


def test_a_stuck_sensor_gives_no_delay():
    made = fly(100)
    found = estimate_enhancement(log_of(made, np.full(made.time_s.size, 2.0)))
    assert "noise is below its resolution" in found.behaviour("ammonia").delay_s.why_not


def test_an_estimate_has_a_value_or_a_reason():
    with pytest.raises(InputError, match="needs a reason"):
        Estimate(float("nan"), 1.0)


def test_fixed_sensors_of_metec(data_dir, repository, monkeypatch):
    """Eight heads in a field of Colorado: each reads about 1.9 ppm (the world's mean in 2022) in
    clean air but for its own offset, which reaches 0.5 ppm; none of them moves. With one value a
    minute and releases of hours, the baseline is known to a fiftieth of the peaks only."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import field_logs

    log, _, _ = field_logs.metec(data_dir)
    found = estimate_enhancement(log)
    assert found.flags == ()
    for number, sensor in enumerate(log.sensors):
        own = log.sensor_index == number
        assert 1.5 < np.nanmedian(found.baseline_ppm[0, own]) < 2.5
        assert np.nanmedian(found.baseline_sd_ppm[0, own]) < 0.3
        assert "stood still" in found.behaviour("methane", sensor).delay_s.why_not
    assert np.nanmax(found.enhancement_ppm) > 10
