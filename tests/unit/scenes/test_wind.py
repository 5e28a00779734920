"""Wind has one convention inside; a history interpolates vectors and admits what it lacks."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import HeaderError, InputError
from cathartes.scenes.records.flags import FlagKind
from cathartes.scenes.wind.conventions import (
    WindConvention,
    wind_from_components,
    wind_to_components,
)
from cathartes.scenes.wind.history import WindHistory, constant_wind
from cathartes.scenes.wind.station_csv import read_station_csv


def history(time, speed, angle, **more):
    return WindHistory(np.array(time, float), np.array(speed, float), np.array(angle, float),
                       0.3, 4.0, 10.0, "station", **more)  # fmt: skip


# One westerly wind (from 270, blowing to the east) in every way of writing it, worked out by hand.
@pytest.mark.parametrize(
    ("convention", "angle"),
    [
        (WindConvention("from"), 270.0),
        (WindConvention("to"), 90.0),
        (WindConvention("to", "counter-clockwise from east"), 0.0),
        (WindConvention("from", "counter-clockwise from east"), 180.0),
        (WindConvention("to", "counter-clockwise from east", "rad"), 2 * np.pi),
        (WindConvention("from", "clockwise from north", "rad"), 1.5 * np.pi),
        # A compass whose needle points 12 degrees east of true north reads 12 too little.
        (WindConvention("from", grid_north_deg=12.0), 258.0),
        # A site frame whose y axis points to azimuth 45: its x axis to 135; east is at +45.
        (WindConvention("to", "counter-clockwise from east", grid_north_deg=45.0), 45.0),
    ],
)
def test_one_wind_written_in_every_convention(convention, angle):
    assert convention.to_wind_from_deg(angle) == pytest.approx(270.0)


def test_components_point_where_the_air_goes():
    assert wind_to_components(2.0, 270.0) == (pytest.approx(2.0), pytest.approx(0.0, abs=1e-15))
    assert wind_from_components(0.0, -3.0) == (3.0, 0.0)  # southwards: from north


@given(st.floats(0.01, 70), st.floats(0, 359.999))
def test_components_and_back(speed, angle):
    back_speed, back_angle = wind_from_components(*wind_to_components(speed, angle))
    assert back_speed == pytest.approx(speed)
    assert (back_angle - angle + 180) % 360 - 180 == pytest.approx(0.0, abs=1e-9)


def test_degrees_given_as_radians_are_noticed():
    with pytest.raises(InputError, match="reach 250, which is more than a full turn in radians"):
        WindConvention("to", "counter-clockwise from east", "rad").to_wind_from_deg([1.0, 250.0])


def test_the_wind_between_rows_goes_the_short_way_round():
    wind = history([0, 10], [4, 4], [350, 10]).at([5.0])
    assert wind.wind_from_deg[0] % 360 == pytest.approx(0.0, abs=1e-9)
    assert wind.wind_speed_m_s[0] == pytest.approx(4 * np.cos(np.radians(10)))


def test_gaps_are_not_filled():
    wind = history([0, 10, 1000], [1, 2, 3], [90, 90, 90])
    at = wind.at([-200, -20, 0, 5, 10, 11, 999, 1000, 1020, 1200], longest_gap_s=60)
    known = np.isfinite(at.wind_speed_m_s)
    np.testing.assert_array_equal(known, [0, 1, 1, 1, 1, 0, 0, 1, 1, 0])
    np.testing.assert_array_equal(np.isfinite(at.wind_from_deg), known)


def test_a_constant_wind_holds_always():
    wind = constant_wind(3.0, 200.0, wind_speed_sd_m_s=0.5, wind_from_sd_deg=10, height_agl_m=10)
    at = wind.at([-1e9, 0, 2e9])
    np.testing.assert_allclose(at.wind_speed_m_s, 3.0)
    np.testing.assert_allclose(at.wind_from_deg, 200.0)
    assert wind.part(5, 6) is wind


def test_below_one_metre_a_second_is_stagnant_and_flagged():
    calm = constant_wind(0.6, 200, wind_speed_sd_m_s=0.3, wind_from_sd_deg=10, height_agl_m=2)
    assert calm.stagnant.all()
    assert [f.kind for f in calm.flags] == [FlagKind.STAGNANT_WIND]


def test_a_history_is_valid_or_is_not():
    for bad, message in [
        (([0, 0], [1, 1], [1, 1]), "ascending times"),
        (([0, 1], [1, -1], [1, 1]), "0 to 75 is possible"),
        (([0, 1], [1, 999], [1, 1]), "check the unit and the missing value"),
        (([0, 1], [1, 1], [1, 400]), "0 to 360 is needed"),
        (([0, 1], [1, np.nan], [1, 1]), "leave such rows out"),
        (([0, 1], [1], [1, 1]), "one number a row"),
        (([], [], []), "at least one row"),
    ]:
        with pytest.raises(InputError, match=message):
            history(*bad)


def test_turning_is_clockwise_and_full_circle():
    wind = history([0, 1], [3, 3], [350, 10]).turned(20.0)
    np.testing.assert_allclose(wind.wind_from_deg, [10, 30])


def test_a_part_without_rows_is_an_error():
    wind = history(np.arange(10), [3] * 10, [10] * 10, vertical_m_s=np.zeros(10))
    assert len(wind.part(2, 5)) == 4
    with pytest.raises(InputError, match="is the clock's zone right"):
        wind.part(100, 200)


# The wind file


@pytest.fixture
def station(tmp_path):
    def read(text, **more):
        path = tmp_path / "wind.csv"
        path.write_text(text, "utf-8")
        return read_station_csv(path, **more)

    return read


ROWS = "2026-05-12T10:00:00Z,3.2,245\n2026-05-12T10:01:00Z,2.8,0\n2026-05-12T10:02:00Z,3,360\n"
HEADER = "time_utc,wind_speed_m_s,wind_from_deg\n"


def test_a_wind_file_states_height_and_errors(station):
    wind = station(
        f"# height_agl_m: 10\n# wind_speed_sd_m_s: 0.2\n# wind_from_sd_deg: 3\n{HEADER}{ROWS}"
    )
    assert (wind.height_agl_m, wind.wind_speed_sd_m_s, wind.wind_from_sd_deg) == (10, 0.2, 3)
    np.testing.assert_array_equal(wind.wind_from_deg, [245, 0, 0])
    assert wind.flags == ()
    assert station(f"# height_agl_m: 10\n{HEADER}{ROWS}", height_agl_m=3).height_agl_m == 3


def test_what_is_not_stated_is_assumed_and_flagged(station):
    wind = station(HEADER + ROWS)
    assert wind.height_agl_m == 10
    assert [f.kind for f in wind.flags] == [FlagKind.ASSUMED] * 3
    assert "at what height" in wind.flags[0].message
    wind = station(HEADER + ROWS, height_agl_m=2)
    assert [f.kind for f in wind.flags] == [FlagKind.ASSUMED] * 2
    with pytest.raises(HeaderError, match="'# height_agl_m: 10m' is no number from 0"):
        station(f"# height_agl_m: 10m\n{HEADER}{ROWS}")


@pytest.mark.parametrize(
    "columns",
    ["wind_speed,wind_dir", "u,v", "u10,v10", "wind_speed_m_s,wind_to_deg", "ws,wd",
     "wind_speed_m_s,wind_direction_deg"],
)  # fmt: skip
def test_a_wind_in_an_unknown_convention_is_asked_about(station, columns):
    with pytest.raises(HeaderError, match=r"blowing to, from east, in radians.*not guessed"):
        station(f"# height_agl_m: 10\ntime_utc,{columns}\n{ROWS}")


def test_gaps_repeats_and_a_clock_that_runs_backwards(station):
    head = f"# height_agl_m: 10\n{HEADER}"
    wind = station(f"{head}{ROWS}2026-05-12T10:02:00Z,9,9\n2026-05-12T10:03:00Z,,9\n")
    assert len(wind) == 3
    assert wind.wind_speed_m_s[-1] == 3
    assert {FlagKind.WIND_GAP, FlagKind.DUPLICATE_TIME} <= {f.kind for f in wind.flags}
    with pytest.raises(InputError, match="the wind's clock runs backwards after row 3 of 4"):
        station(f"{head}{ROWS}2026-05-12T09:00:00Z,1,9\n")


def test_conventions_are_all_different():
    """Each pair of the four disagrees somewhere: that is why none may be guessed."""
    angles = np.arange(0, 360, 7.0)
    ways = [WindConvention(b, s) for b, s in itertools.product(
        ("from", "to"), ("clockwise from north", "counter-clockwise from east"))]  # fmt: skip
    for one, other in itertools.combinations(ways, 2):
        assert (one.to_wind_from_deg(angles) != other.to_wind_from_deg(angles)).any()


def test_an_averaged_wind_is_the_mean_vector_over_a_time():
    """By seconds about north, of which the mean of angles would be south; and its scatter's
    r.m.s."""
    time = 100.0 + np.arange(120)
    angle = np.where(np.arange(120) % 2, 350.0, 10.0)
    fast = history(time, np.full(120, 2.0), angle, scatter_deg=np.where(time < 160, 3.0, 4.0))
    slow = fast.averaged(30.0)
    np.testing.assert_allclose(slow.time_unix_s, 114.5 + 30 * np.arange(4))
    np.testing.assert_allclose(slow.wind_speed_m_s, 2 * np.cos(np.radians(10)))
    np.testing.assert_allclose(np.sin(np.radians(slow.wind_from_deg)), 0, atol=1e-9)
    np.testing.assert_allclose(np.cos(np.radians(slow.wind_from_deg)), 1)
    np.testing.assert_allclose(slow.scatter_deg, [3, 3, 4, 4])
    assert slow.vertical_m_s is None
    assert slow.averaged(30.0) is slow
    assert (slow.wind_speed_sd_m_s, slow.height_agl_m) == (0.3, 10.0)


def test_a_gap_of_a_wind_stays_one_when_it_is_averaged():
    time = np.r_[np.arange(60.0), 600 + np.arange(60.0)]
    slow = history(time, np.full(120, 3.0), np.full(120, 90.0)).averaged(30.0)
    np.testing.assert_allclose(slow.time_unix_s, [14.5, 44.5, 614.5, 644.5])
    assert np.isnan(slow.at([300.0]).wind_speed_m_s).all()
