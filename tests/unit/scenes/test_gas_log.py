"""A gas log is valid at birth, and the contract CSV becomes one without being told anything."""

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, TruncatedFileError, UnitError
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.contract_csv import read_contract_csv
from cathartes.scenes.logs.own_wind import wind_of_log
from cathartes.scenes.records.flags import FlagKind

HEADER = (
    "time_utc,longitude_deg,latitude_deg,altitude_agl_m,methane_ppm,wind_speed_m_s,wind_from_deg"
)
START = 1_778_580_000.0  # 2026-05-12T10:00:00Z


def row(second, ppm="1.9", lon="7.1000", lat="46.8", height="20", wind="3.2,245"):
    return f"2026-05-12T10:{second // 60:02d}:{second % 60:02d}Z,{lon},{lat},{height},{ppm},{wind}"


def rows(n, **changed):
    return [row(s, ppm=f"{1.9 + 0.01 * (s % 7):.2f}", **changed) for s in range(n)]


@pytest.fixture
def read(tmp_path):
    def read_lines(lines, header=HEADER, end="\n"):
        path = tmp_path / "flight.csv"
        path.write_text("\n".join([header, *lines]) + end, "utf-8")
        return read_contract_csv(path)

    return read_lines


def kinds(log):
    return {flag.kind for flag in log.flags}


def test_a_plain_file_is_read_as_it_stands(read):
    log = read(rows(20))
    assert log.name == "flight"
    assert log.chemicals == ("methane",)
    assert log.sensors == ("",)
    assert log.time_unix_s[0] == START
    np.testing.assert_array_equal(np.diff(log.time_unix_s), 1.0)
    np.testing.assert_array_equal(log.wind_speed_m_s, 3.2)
    np.testing.assert_array_equal(log.wind_from_deg, 245.0)
    np.testing.assert_allclose(log.ppm_of("methane")[:3], [1.9, 1.91, 1.92])
    assert log.flags == ()
    with pytest.raises(ValueError, match="read-only"):
        log.concentration_ppm[0, 0] = 0.0


def test_offsets_and_fractions_of_time_are_understood(read):
    log = read(["2026-05-12T12:00:00.25+02:00,7.1,46.8,20,1.9,3.2,245"])
    assert log.time_unix_s[0] == START + 0.25


@pytest.mark.parametrize("cell", ["", "-", "NaN", "NA"])
def test_a_time_that_stands_for_none_costs_its_row(read, cell):
    lines = rows(20)
    lines[4] = cell + lines[4].removeprefix("2026-05-12T10:00:04Z")
    log = read(lines)
    assert len(log) == 19
    assert kinds(log) == {FlagKind.NO_TIME}


def test_empty_far_ends_are_of_a_sensor_that_is_no_path(read):
    """The same with and without a column that names it."""
    header = f"{HEADER},longitude2_deg,latitude2_deg,altitude2_agl_m"
    one = read([f"{line},,," for line in rows(20)], header)
    named = read([f"{line},,,,a" for line in rows(20)], f"{header},sensor")
    for log in (one, named):
        assert len(log) == 20
        frame = log.local_frame()
        np.testing.assert_array_equal(log.path_end_m(frame), log.position_m(frame))


def test_a_number_with_an_underscore_is_none(read):
    """Python's own literals have them, tables don't: 1_9 is not 19 ppm."""
    with pytest.raises(InputError, match="line 3: methane_ppm is '1_9', which is no number"):
        read([row(0), row(1, ppm="1_9"), row(2)])


def test_a_sensor_that_saturates_in_passes_is_flagged(read):
    """Six peaks, each cut for a second or two: no run is long enough to be stuck."""
    peak = 1.9 + 3.0 * np.abs(np.sin(np.arange(120) / 6.3)) + 1e-3 * np.arange(120)
    free = read([row(s, ppm=f"{p:.4f}") for s, p in enumerate(peak)])
    cut = read([row(s, ppm=f"{min(p, 4.6):.4f}") for s, p in enumerate(peak)])
    coarse = read([row(s, ppm=f"{p:.1f}") for s, p in enumerate(peak)])
    assert FlagKind.AT_CEILING not in kinds(free) | kinds(coarse)
    (flag,) = [flag for flag in cut.flags if flag.kind is FlagKind.AT_CEILING]
    assert "values are 4.6 ppm" in flag.message
    assert all(cut.ppm_of("methane")[start] == 4.6 for start, _ in flag.rows)


def test_several_gases_and_no_wind(read):
    header = "time_utc,longitude_deg,latitude_deg,altitude_agl_m,methane_ppm,carbon dioxide_ppm"
    log = read([f"2026-05-12T10:00:0{s}Z,7.1,46.8,20,1.9{s},420" for s in range(3)], header)
    assert log.chemicals == ("methane", "carbon dioxide")
    assert not log.has_wind
    assert np.isnan(log.wind_speed_m_s).all()


def test_fixed_sensors_share_a_clock(read):
    lines = [f"{row(60 * m)},{name}" for m in range(3) for name in ("north", "south")]
    log = read(lines, f"{HEADER},sensor")
    assert log.sensors == ("north", "south")
    assert len(log) == 6
    np.testing.assert_array_equal(log.of_sensor("south"), [False, True] * 3)
    with pytest.raises(InputError, match=r"no sensor 'west'; it has north, south"):
        log.of_sensor("west")


def test_an_open_path_has_two_ends(read):
    header = f"{HEADER},longitude2_deg,latitude2_deg,altitude2_agl_m"
    log = read([f"{row(s)},7.1,46.801,2" for s in range(3)], header)
    frame = LocalFrame(7.1, 46.8)
    near, far = log.position_m(frame)[0], log.path_end_m(frame)[0]
    np.testing.assert_allclose(near, [0, 0, 20], atol=1e-6)
    np.testing.assert_allclose(far, [0, 111.17, 2], atol=0.01)
    with pytest.raises(HeaderError, match=r"only longitude2_deg, latitude2_deg is there"):
        read([f"{row(0)},7.1,46.801"], f"{HEADER},longitude2_deg,latitude2_deg")


def test_points_and_open_paths_in_one_file(read):
    """A row of a path that lacks its far end has no place; a sensor without any is a point."""
    header = f"{HEADER},sensor,longitude2_deg,latitude2_deg,altitude2_agl_m"
    far = {"laser": "7.1,46.801,2", "mast": ",,"}
    lines = [f"{row(s)},{name},{far[name]}" for s in range(3) for name in far]
    lines.append(f"{row(3)},laser,,,")
    log = read(lines, header)
    assert kinds(log) == {FlagKind.NO_PLACE}
    frame = LocalFrame(7.1, 46.8)
    reach = np.linalg.norm(log.path_end_m(frame) - log.position_m(frame), axis=1)
    np.testing.assert_allclose(reach, [112.6, 0.0] * 3, atol=0.2)


def test_a_point_is_its_own_path_end(read):
    log = read(rows(3))
    frame = log.local_frame()
    np.testing.assert_array_equal(log.position_m(frame), log.path_end_m(frame))


# Bad input: an error that says what to do, or a flag that the reviewer sees


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("methane_ppm", "methane_ppb"), r"methane_ppb is in another unit than ppm"),
        (HEADER.replace("methane_ppm", "ch4"), r"no column <chemical>_ppm"),
        (HEADER.replace("methane_ppm", "METHANE_PPM"), r"in small letters: write methane_ppm"),
        (HEADER.replace("altitude_agl_m", "altitude_m"), r"altitude_m does not say above what"),
        (HEADER.replace("longitude_deg", "lon"), r"no column longitude_deg; it has time_utc, lon"),
        (HEADER.replace("wind_from_deg", "wind_direction"), r"blowing to, from east, in radians"),
        (HEADER.replace("wind_from_deg", "note"), r"the wind is in wind_speed_m_s; .* not guessed"),
        (HEADER.replace(",", ";"), r"separated by semicolons, and commas are needed"),
        (HEADER.replace("methane_ppm", "latitude_deg"), r"column latitude_deg comes twice"),
        ("1,2,3,4,5,6,7", r"numbers were found where the names"),
    ],
)
def test_a_header_that_leaves_something_open_is_asked_about(read, header, message):
    with pytest.raises((HeaderError, UnitError), match=message):
        read(rows(3), header)


def test_empty_and_broken_off_files(read, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("\n", "utf-8")
    with pytest.raises(TruncatedFileError, match=r"empty\.csv is empty"):
        read_contract_csv(empty)
    with pytest.raises(TruncatedFileError, match="has no rows below its header"):
        read([])
    with pytest.raises(TruncatedFileError, match="line 4: the last row breaks off after 3 of 7"):
        read([*rows(2), "2026-05-12T10:00:02Z,7.1,46.8"], end="")
    with pytest.raises(InputError, match=r"line 3 has 8 cells, and the header 7.*decimal comma"):
        read([row(0), row(1) + ",5", row(2)])
    with pytest.raises(InputError, match="name a readable file"):
        read_contract_csv(tmp_path / "absent.csv")


def test_a_cell_that_is_no_number_names_its_line(read):
    with pytest.raises(InputError, match=r"line 3: methane_ppm is 'OVER'"):
        read([row(0), row(1, ppm="OVER")])
    with pytest.raises(InputError, match=r"line 2: 'noon' is no ISO 8601 time"):
        read([row(0).replace("2026-05-12T10:00:00Z", "noon")])


def test_exchanged_coordinates_are_noticed(read):
    with pytest.raises(InputError, match="are the two exchanged"):
        read(rows(3, lon="46.8", lat="-105.1"))


@pytest.mark.parametrize("nothing", ["", "nan", "NaN", "NA", "inf"])
def test_no_value_is_nan_and_counted(read, nothing):
    log = read([*rows(5), row(5, ppm=nothing), row(6)])
    np.testing.assert_array_equal(np.isnan(log.ppm_of("methane")), np.arange(7) == 5)
    (flag,) = log.flags
    assert flag.kind is FlagKind.NO_VALUE
    assert flag.rows == ((5, 6),)


def test_gps_dropouts_are_left_out_and_flagged(read):
    lines = rows(20)
    lines[5], lines[6] = row(5, lon="", lat=""), row(6, lon="0", lat="0.0")
    log = read(lines)
    assert len(log) == 18
    assert [f.kind for f in log.flags] == [FlagKind.NO_PLACE]
    assert "2 of 20 rows have no position" in log.flags[0].message


def test_a_place_out_of_reach_is_left_out(read):
    lines = rows(20)
    lines[9] = row(9, lon="7.2")
    log = read(lines)
    assert len(log) == 19
    assert kinds(log) == {FlagKind.IMPOSSIBLE_SPEED}


@pytest.mark.parametrize("lost", [range(9, 12), range(3), range(18, 20)])
def test_a_receiver_that_is_elsewhere_for_a_while_loses_these_rows(read, lost):
    lines = rows(20)
    for s in lost:
        lines[s] = row(s, lat="0.0")
    log = read(lines)
    assert len(log) == 20 - len(lost)
    assert FlagKind.IMPOSSIBLE_SPEED in kinds(log)
    assert np.ptp(log.latitude_deg) < 0.1


@pytest.mark.parametrize(("value", "n"), [("-9999", 4), ("-5", 4), ("5e6", 1), ("1e30", 1)])
def test_numbers_that_no_air_has_are_no_values(read, value, n):
    lines = [row(s, ppm=f"{1.9 + s % 7 / 1000:.3f}") for s in range(60)]
    for s in range(5, 5 + 7 * n, 7):
        lines[s] = row(s, ppm=value)
    log = read(lines)
    assert int(np.isnan(log.ppm_of("methane")).sum()) == n
    (flag,) = (f for f in log.flags if f.kind is FlagKind.IMPOSSIBLE_VALUE)
    assert f"{n} of 60 values" in flag.message


def test_noise_about_nought_and_a_strong_plume_are_values(read):
    noise = np.random.default_rng(3).normal(0.0, 0.02, 60)
    noise[30:33] += 5_000.0
    log = read([row(s, ppm=f"{ppm:.4f}") for s, ppm in enumerate(noise)])
    assert np.isfinite(log.ppm_of("methane")).all()


@pytest.mark.parametrize("wrong_by_s", [-600, 600])
def test_a_clock_that_is_wrong_for_a_while_loses_these_rows(read, wrong_by_s):
    seconds = np.arange(100)
    seconds[40:50] += wrong_by_s
    log = read([row(s + 1000, ppm=f"{2 + s % 3}") for s in seconds])
    assert len(log) == 90
    np.testing.assert_array_equal(
        log.time_unix_s - START - 1000, np.delete(np.arange(100), range(40, 50))
    )
    assert FlagKind.CLOCK_SET in kinds(log)


def test_a_clock_set_back_keeps_the_longest_run(read):
    lines = [row(s, ppm=f"{2 + s % 3}") for s in [*range(100, 110), *range(50, 90)]]
    log = read(lines)
    assert len(log) == 40
    assert log.time_unix_s[0] == START + 50
    assert kinds(log) == {FlagKind.CLOCK_SET}
    assert (
        "the clock was set from 2026-05-12T10:01:49.000Z to 2026-05-12T10:00:50.000Z"
        in log.flags[0].message
    )


def test_a_clock_that_started_in_1970_loses_its_first_rows(read):
    before = [row(s).replace("2026-05-12", "1970-01-01") for s in range(5)]
    log = read([*before, *rows(40)])
    assert len(log) == 40
    assert kinds(log) == {FlagKind.CLOCK_SET}


def test_one_wrong_time_costs_one_row(read):
    seconds = list(range(40))
    seconds[20] = 3000
    log = read([row(s, ppm=f"{2 + s % 3}") for s in seconds])
    assert len(log) == 39
    assert kinds(log) == {FlagKind.CLOCK_SET}


def test_a_file_from_new_to_old_is_turned_round(read):
    log = read(rows(20)[::-1])
    assert len(log) == 20
    assert log.flags == ()


def test_a_table_in_no_order_is_put_in_order_of_time(read):
    """Rows by the last digit of their second: no clock is set back that often."""
    shuffled = sorted(range(60), key=lambda s: (s % 10, s))
    log = read([rows(60)[s] for s in shuffled])
    np.testing.assert_array_equal(log.time_unix_s, START + np.arange(60.0))
    (flag,) = log.flags
    assert flag.kind is FlagKind.NOT_IN_ORDER
    assert "9 of 60 rows are earlier" in flag.message


@pytest.mark.parametrize("name", ["", "north"])
def test_standing_sensors_of_one_name_are_refused(read, name):
    """Their mean place would be a third one, where none is."""
    lines = [f"{row(s, lon=lon)},{name}" for s in range(6) for lon in ("7.1", "7.101")]
    with pytest.raises(InputError, match=r"at 2 places at the same times; give each"):
        read(lines, f"{HEADER},sensor")


def test_a_moving_sensor_may_have_rounded_times(read):
    lines = [row(s // 5, lon=f"{7.1 + 1e-5 * s:.5f}") for s in range(40)]
    assert len(read(lines)) == 8


def test_directions_that_may_be_radians_are_pointed_at(read):
    winds = [f"3.2,{4.2 + 0.01 * s:.2f}" for s in range(20)]
    log = read([row(s, ppm=f"{2 + s % 3}", wind=wind) for s, wind in enumerate(winds)])
    (flag,) = log.flags
    assert flag.kind is FlagKind.WIND_RADIANS
    assert "4.20 to 4.39 degrees: are they radians?" in flag.message
    assert kinds(read(rows(20, wind="3.2,4.2"))) == set()


def test_a_clock_that_jumps_ahead_is_flagged(read):
    log = read([row(s, ppm=f"{2 + s % 3}") for s in [*range(20), *range(1000, 1020)]])
    (flag,) = log.flags
    assert flag.kind is FlagKind.CLOCK_GAP
    assert "1 gaps in time, together 981 s" in flag.message


def test_rows_of_one_time_are_averaged_and_the_wind_as_a_vector(read):
    log = read([row(0, wind="2,350"), row(1, ppm="2", wind="2,350"), row(1, ppm="4", wind="2,10"),
                row(2, wind="2,350")])  # fmt: skip
    assert len(log) == 3
    assert kinds(log) == {FlagKind.DUPLICATE_TIME}
    assert log.ppm_of("methane")[1] == 3.0
    assert log.wind_from_deg[1] % 360 == pytest.approx(0.0, abs=1e-9)
    assert log.wind_speed_m_s[1] == pytest.approx(2 * np.cos(np.radians(10)))


def test_what_a_stuck_sensor_repeats_is_left_out(read):
    rng = np.random.default_rng(3)
    lines = [row(s, ppm=f"{2 + rng.normal(0, 0.01):.4f}") for s in range(100)]
    lines[30:80] = [row(s, ppm="2.0015") for s in range(30, 80)]
    log = read(lines)
    frozen, missing = log.flags
    assert frozen.kind is FlagKind.STUCK
    assert "50 of 100 values repeat one of them (2.0015 ppm" in frozen.message
    assert missing.kind is FlagKind.NO_VALUE
    assert missing.rows == ((30, 80),)
    assert np.isnan(log.ppm_of("methane")).sum() == 50


def test_a_sensor_that_may_be_stuck_is_pointed_at(read):
    lines = rows(100)
    lines[30:80] = [row(s, ppm="2.5") for s in range(30, 80)]
    (flag,) = read(lines).flags
    assert flag.kind is FlagKind.STUCK
    assert flag.rows == ((30, 80),)
    assert "2.5 ppm 50 times from 2026-05-12T10:00:30.000Z" in flag.message


def test_heights_below_the_ground_are_pointed_at(read):
    """Heights above the ellipsoid given as above the sea lie tens of metres off."""
    (flag,) = read(rows(20, height="-47.5")).flags
    assert flag.kind is FlagKind.BELOW_GROUND
    assert "20 of 20 rows lie below the ground, down to -47.5 m" in flag.message


def test_slack_and_missing_wind_are_pointed_at(read):
    lines = rows(20)
    lines[3], lines[4] = row(3, wind="0.4,80"), row(4, wind=",")
    assert kinds(read(lines)) == {FlagKind.STAGNANT_WIND, FlagKind.WIND_GAP}


def test_a_column_that_is_not_read_is_said(read):
    (flag,) = read([f"{line},21.5" for line in rows(3)], f"{HEADER},battery_v").flags
    assert flag.kind is FlagKind.UNREAD_COLUMN
    assert "battery_v" in flag.message


def test_nothing_left_says_what_was_left_out(read):
    with pytest.raises(InputError, match=r"none of 3 rows has time and place.*3 of 3 rows have no"):
        read(rows(3, lon=""))


# The wind in its rows


def test_a_logs_own_wind_is_a_history(read):
    lines = [f"{row(60 * m, wind=wind)},{name}" for m in range(3)
             for name, wind in (("north", "2,350"), ("south", "2,10"))]  # fmt: skip
    wind = wind_of_log(read(lines, f"{HEADER},sensor"), height_agl_m=3.0)
    assert len(wind) == 3
    np.testing.assert_allclose(np.cos(np.radians(wind.wind_from_deg)), 1.0)
    np.testing.assert_allclose(wind.wind_speed_m_s, 2 * np.cos(np.radians(10)))
    assert (wind.method, wind.height_agl_m) == ("log", 3.0)
    with pytest.raises(InputError, match="carries no wind"):
        wind_of_log(read(rows(3, wind=",")))


def test_a_log_across_the_date_line_lies_about_its_own_middle(read):
    """Expected: as far apart as 40 steps of 0.0001 degrees on the equator's circle, cos 46.8."""
    east = [179.998 + 1e-4 * s for s in range(40)]
    log = read([row(s, lon=f"{x - 360 if x > 180 else x:.4f}") for s, x in enumerate(east)])
    frame = log.local_frame()
    assert frame.origin_longitude_deg == pytest.approx(179.99995)
    east_m = log.position_m(frame)[:, 0]
    np.testing.assert_allclose(np.diff(east_m), 7.63, atol=0.02)
    assert np.abs(east_m).max() < 150


def test_rows_of_one_time_on_both_sides_of_the_date_line_are_averaged_there(read):
    log = read([row(0, lon="179.9999"), row(0, lon="-179.9997"), *[row(s) for s in (1, 2)]])
    assert log.longitude_deg[0] == pytest.approx(-179.9999)
