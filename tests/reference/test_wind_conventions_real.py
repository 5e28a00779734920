"""Each real trial's wind, read by its stated convention, carries gas from source to sensor.

Rationale: a wrong convention turns or mirrors the wind, so that concentrations no longer rise where
a straight line from the known source along the wind meets a sensor. The stated convention must win
against every other way of reading the same column, by a wide margin. The places and times of the
releases are known; nothing is fitted. `benchmarks/wind_conventions.py` prints the figures.
"""

import importlib

import numpy as np
import pytest


@pytest.fixture
def benchmark(repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module


@pytest.fixture
def judge(benchmark):
    return benchmark("wind_conventions")


def test_writing_in_a_convention_undoes_reading_in_it(judge):
    angles = np.arange(0.0, 360.0, 10.0)
    for way in judge.WAYS:
        np.testing.assert_allclose(way.to_wind_from_deg(judge.written_as(angles, way)), angles)


def test_metec_is_mathematical_and_blows_to(data_dir, judge):
    """Seven releases, eight sensors 20 to 70 m away; the stated reading wins in every one."""
    releases = judge.metec_scores(data_dir)
    assert len(releases) == 7
    for scores in releases:
        assert max(scores, key=scores.get) == judge.MATHEMATICAL_TO
        assert scores[judge.MATHEMATICAL_TO] > 0.8


def test_chilbolton_is_mathematical_and_blows_to_in_the_frame_of_the_site(
    data_dir, judge, tmp_path
):
    """The same file read with its beams side by side instead of one below the other has no lift at
    all, which shows that its undocumented order was understood."""
    scores = judge.chilbolton_scores(data_dir, tmp_path)
    assert max(scores, key=scores.get) == judge.MATHEMATICAL_TO
    assert scores[judge.MATHEMATICAL_TO] > 0.5


def test_turning_chilboltons_frame_turns_its_wind_with_it(data_dir, judge, benchmark, tmp_path):
    """What the y axis's azimuth is does not matter, as long as places and wind share it."""
    trials = benchmark("field_logs")
    readings = [trials.chilbolton(data_dir, tmp_path, azimuth) for azimuth in (0.0, 33.0)]
    seen = []
    for log, wind, release in readings:
        frame = log.local_frame()
        to_far = judge.azimuth_deg(judge.source_of(frame, release), log.path_end_m(frame))
        seen.append((to_far - wind.at(log.time_unix_s).wind_from_deg) % 360)
    assert judge.apart_deg(*seen).max() < 0.01
    turned = judge.apart_deg(readings[0][1].wind_from_deg, readings[1][1].wind_from_deg)
    assert turned == pytest.approx(33)


def test_prairie_grass_is_meteorological(data_dir, judge, tmp_path):
    """The middle of the gas on each arc lies where the wind blows to, within its own swing.

    The plume's mean direction over ten minutes and the mean wind of a mast differ by a few degrees
    (turning with height, error of the vane); 26 runs, five arcs each.
    """
    off = judge.prairie_grass_offsets_deg(data_dir, tmp_path)
    assert off.size == 130
    assert abs(np.median(off)) < 4.0
    assert np.quantile(np.abs(off), 0.9) < 20.0


def test_otm33a_sonic_points_to_where_the_wind_comes_from(data_dir, judge, benchmark, tmp_path):
    """The sonic on the roof and the station beside it turn together, in the same sense.

    The station's direction is meteorological; the sonic's frame is the vehicle's, so the two differ
    by one angle a run, not by one that turns. Mirrored, they would not. The sonic's own azimuth is
    the direction of its vector, so the vector points to where the wind comes from. The speeds of
    the two must agree as well.
    """
    pytest.importorskip("xlrd", reason="the trial's spreadsheets need xlrd, which is no dependency")
    from cathartes.scenes.records.table import read_table

    trials = benchmark("field_logs")
    for name in trials.otm33a_names(data_dir)[:2]:
        _, wind, table = trials.otm33a(data_dir, tmp_path, name)
        rows = read_table(table)
        station = rows.numbers("WS Wind Direction")
        azimuth = rows.numbers("3DS Azimuth")
        assert np.median(judge.apart_deg(wind.wind_from_deg, azimuth)) < 0.2
        together, mirrored = (
            abs(np.nanmean(np.exp(1j * np.radians(station - sign * wind.wind_from_deg))))
            for sign in (1, -1)
        )
        assert together > 0.93
        assert mirrored < 0.7
        assert wind.wind_speed_m_s.mean() == pytest.approx(
            np.nanmean(rows.numbers("WS Wind Speed")), rel=0.15
        )
        assert abs(np.mean(wind.vertical_m_s)) < 0.3
