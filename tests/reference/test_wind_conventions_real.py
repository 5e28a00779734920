"""Each real trial's wind, read by its stated convention, carries gas from source to sensor.

Rationale: a wrong convention turns or mirrors the wind, so that concentrations no longer rise where
a straight line from the known source along the wind meets a sensor. The stated convention must win
against every other way of reading the same column, by a wide margin. The places and times of the
releases are known; nothing is fitted.
"""

import itertools
from datetime import datetime

import numpy as np
import pytest

from cathartes.scenes.records.times import to_unix_s
from cathartes.scenes.wind.conventions import WindConvention
from cathartes.scenes.wind.history import WindHistory

SENSES = ("clockwise from north", "counter-clockwise from east")
WAYS = [WindConvention(b, s) for b, s in itertools.product(("from", "to"), SENSES)]
MATHEMATICAL_TO = WindConvention("to", "counter-clockwise from east")
METEOROLOGICAL = WindConvention("from", "clockwise from north")


@pytest.fixture
def trials(repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import field_logs

    return field_logs


def azimuth_deg(start, stop):
    """Azimuth from start to stop, each (..., 3): east, north, up."""
    return np.degrees(np.arctan2(stop[..., 0] - start[..., 0], stop[..., 1] - start[..., 1])) % 360


def apart_deg(one, other):
    return np.abs((one - other + 180) % 360 - 180)


def source_of(frame, release):
    """The source's place, (3,): east, north, up; the height does not matter here."""
    east, north = frame.to_east_north(release.longitude_deg, release.latitude_deg)
    return np.array([float(east), float(north), 0.0])


def lift(ppm, hit):
    """More gas in rows that the wind points at than in the others, in standard deviations of all;
    less than anything if the wind never (or always) points there."""
    known = np.isfinite(ppm)
    if not (known & hit).any() or not (known & ~hit).any():
        return -1.0
    return (ppm[known & hit].mean() - ppm[known & ~hit].mean()) / ppm[known].std()


def written_as(wind_from_deg, convention):
    """The number that a file of a convention holds for a wind from there."""
    azimuth = wind_from_deg + (180 if convention.blowing == "to" else 0)
    return (90 - azimuth if convention.sense == SENSES[1] else azimuth) % 360


def other_readings(wind_from_deg, stated):
    """Yield (convention, wind from) of reading what is in the file in each of the four ways."""
    number = written_as(wind_from_deg, stated)
    for way in WAYS:
        yield way, way.to_wind_from_deg(number)


def test_writing_in_a_convention_undoes_reading_in_it():
    angles = np.arange(0.0, 360.0, 10.0)
    for way in WAYS:
        np.testing.assert_allclose(way.to_wind_from_deg(written_as(angles, way)), angles)


def test_metec_is_mathematical_and_blows_to(data_dir, trials):
    """Seven releases, eight sensors 20 to 70 m away; the stated reading wins in every one.

    A minute's wind wanders by about 15 degrees, hence the 20 degrees that count as pointing there.
    """
    log, _, releases = trials.metec(data_dir)
    frame = log.local_frame()
    place = log.position_m(frame)
    for release in releases:
        start, stop = (to_unix_s(datetime.fromisoformat(t))
                       for t in (release.start_utc, release.stop_utc))  # fmt: skip
        rows = (log.time_unix_s >= start) & (log.time_unix_s <= stop) & (log.wind_speed_m_s > 1)
        to_sensor = azimuth_deg(source_of(frame, release), place[rows])
        ppm = log.ppm_of("methane")[rows]
        scores = {
            way: lift(ppm, apart_deg(wind_from + 180, to_sensor) < 20)
            for way, wind_from in other_readings(log.wind_from_deg[rows], MATHEMATICAL_TO)
        }
        assert max(scores, key=scores.get) == MATHEMATICAL_TO
        assert scores[MATHEMATICAL_TO] > 0.8


def test_chilbolton_is_mathematical_and_blows_to_in_the_frame_of_the_site(
    data_dir, trials, tmp_path
):
    """A beam sees gas when the wind from the source points between the beam's two ends."""
    log, wind, release = trials.chilbolton(data_dir, tmp_path)
    frame = log.local_frame()
    near, far = log.position_m(frame), log.path_end_m(frame)
    source = source_of(frame, release)
    first, second = azimuth_deg(source, near), azimuth_deg(source, far)
    middle = first + ((second - first + 180) % 360 - 180) / 2
    half = apart_deg(first, second) / 2
    wind_from = wind.at(log.time_unix_s).wind_from_deg
    scores = {
        way: lift(log.ppm_of("methane"), apart_deg(read + 180, middle) < half)
        for way, read in other_readings(wind_from, MATHEMATICAL_TO)
    }
    assert max(scores, key=scores.get) == MATHEMATICAL_TO
    assert scores[MATHEMATICAL_TO] > 0.5


def test_turning_chilboltons_frame_turns_its_wind_with_it(data_dir, trials, tmp_path):
    """What the y axis's azimuth is does not matter, as long as places and wind share it."""
    readings = [trials.chilbolton(data_dir, tmp_path, azimuth) for azimuth in (0.0, 33.0)]
    seen = []
    for log, wind, release in readings:
        frame = log.local_frame()
        source = source_of(frame, release)
        to_far = azimuth_deg(source, log.path_end_m(frame))
        seen.append((to_far - wind.at(log.time_unix_s).wind_from_deg) % 360)
    assert apart_deg(*seen).max() < 0.01
    turned = apart_deg(readings[0][1].wind_from_deg, readings[1][1].wind_from_deg)
    assert turned == pytest.approx(33)


def test_prairie_grass_is_meteorological(data_dir, trials, tmp_path):
    """The middle of the gas on each arc lies where the wind blows to, within its own swing.

    The plume's mean direction over ten minutes and the mean wind of a mast differ by a few degrees
    (turning with height, error of the vane); 26 runs, five arcs each.
    """
    off = []
    for run in trials.prairie_grass_runs(data_dir):
        log, wind, release, _ = trials.prairie_grass(data_dir, tmp_path, run)
        frame = log.local_frame()
        place = log.position_m(frame)
        source = source_of(frame, release)
        ppm = log.ppm_of("sulfur_dioxide")
        radius = np.hypot(*(place - source)[:, :2].T)
        to = np.radians(azimuth_deg(source, place))
        for arc in (50, 100, 200, 400, 800):
            on = np.abs(radius - arc) < 1
            middle = np.degrees(np.angle(np.sum(ppm[on] * np.exp(1j * to[on])))) % 360
            off.append((middle - wind.wind_from_deg[0] - 180 + 180) % 360 - 180)
    assert len(off) == 130
    assert abs(np.median(off)) < 4.0
    assert np.quantile(np.abs(off), 0.9) < 20.0


def test_otm33a_sonic_points_to_where_the_wind_comes_from(data_dir, trials, tmp_path):
    """The sonic on the roof and the station beside it turn together, in the same sense.

    The station's direction is meteorological; the sonic's frame is the vehicle's, so the two differ
    by one angle a run, not by one that turns. Read as blowing to, or mirrored, they would not.
    The speed of the two, without any direction, must agree as well.
    """
    pytest.importorskip("xlrd")
    from cathartes.scenes.records.table import read_table

    for name in trials.otm33a_names(data_dir)[:2]:
        _, wind, table = trials.otm33a(data_dir, tmp_path, name)
        rows = read_table(table)
        station = rows.numbers("WS Wind Direction")
        azimuth = rows.numbers("3DS Azimuth")
        assert np.median(apart_deg(wind.wind_from_deg, azimuth)) < 0.2

        def together(angle, station=station):
            turn = np.exp(1j * np.radians(station - angle))
            return abs(np.nanmean(turn))

        assert together(wind.wind_from_deg) > 0.93
        assert together(-wind.wind_from_deg) < 0.7
        assert wind.wind_speed_m_s.mean() == pytest.approx(
            np.nanmean(rows.numbers("WS Wind Speed")), rel=0.15
        )
        assert isinstance(wind, WindHistory)
        assert abs(np.mean(wind.vertical_m_s)) < 0.3
