"""Autopilots' logs give tracks, winds, and gases that were logged on board."""

import sys
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import (
    HeaderError,
    InputError,
    SettingsError,
    TruncatedFileError,
    UnknownFormatError,
)
from cathartes.scenes.logs.flight_track import read_track
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.records.flags import FlagKind
from cathartes.scenes.records.flight_files import read_flight_record
from cathartes.scenes.wind.on_board import read_on_board_wind
from cathartes.scenes.wind.open import read_wind

sys.path.insert(0, str(Path(__file__).parent))
from flight_log_writers import dataflash, ulog

START_S = 1_778_580_000  # 2026-05-12T10:00:00Z
SECONDS = range(60)
# GPS week 2418 began at 2026-05-10T00:00:00 GPS; with 18 leap seconds, Tuesday 10:00:00 UTC is
WEEK, WEEK_MS = 2418, ((2 * 24 + 10) * 3600 + 18) * 1000

GPS = ("uint64_t timestamp;uint64_t time_utc_usec;int32_t lat;int32_t lon;int32_t alt;"
       "uint8_t fix_type;uint8_t[3] _padding0")  # fmt: skip
WIND = ("uint64_t timestamp;float windspeed_north;float windspeed_east;float variance_north;"
        "float variance_east")  # fmt: skip


def px4(wind=(0.0, 3.0), fix=3, **more):
    return ulog({
        "vehicle_gps_position": (GPS, "<QQiiiB", [
            (10**6 * (5 + s), 10**6 * (START_S + s), 468000000, 71000000 + 100 * s,
             500000 + 1000 * s, fix) for s in SECONDS]),
        "wind": (WIND, "<Qffff", [(10**6 * (5 + s), *wind, 1.0, 1.0) for s in SECONDS]),
        **more,
    })  # fmt: skip


def ardupilot(**more):
    return dataflash({
        "GPS": ("QBIHLLf", "TimeUS,Status,GMS,GWk,Lat,Lng,Alt", [
            (10**6 * (5 + s), 3, WEEK_MS + 1000 * s, WEEK, 468000000, 71000000, 500.0)
            for s in SECONDS]),
        "POS": ("QLLff", "TimeUS,Lat,Lng,Alt,RelHomeAlt", [
            (10**6 * (5 + s), 468000000, 71000000 + 100 * s, 500.0 + s, float(s))
            for s in SECONDS]),
        "XKF2": ("QBff", "TimeUS,C,VWN,VWE", [
            (10**6 * (5 + s), core, 0.0, 3.0 + core) for s in SECONDS for core in (0, 1)]),
        **more,
    })  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(("name", "content"), [("a.ulg", px4()), ("a.bin", ardupilot())])
def test_both_give_the_same_flight(file, name, content):
    track = read_track(file(name, content))
    np.testing.assert_allclose(track.time_unix_s, START_S + np.array(SECONDS), atol=1e-6)
    np.testing.assert_allclose(track.longitude_deg, 7.1 + 1e-5 * np.array(SECONDS))
    np.testing.assert_allclose(track.latitude_deg, 46.8)
    np.testing.assert_allclose(track.altitude_agl_m, SECONDS, atol=1e-5)
    assert [f.kind for f in track.flags] == [FlagKind.HEIGHT_REFERENCE]


@pytest.mark.parametrize(("name", "content"), [("a.ulg", px4()), ("a.bin", ardupilot())])
def test_both_filters_carry_where_the_air_goes_to(file, name, content):
    """3 m/s towards the east: from 270."""
    wind = read_wind(file(name, content))
    np.testing.assert_allclose(wind.wind_from_deg, 270.0)
    np.testing.assert_allclose(wind.wind_speed_m_s, 3.0)
    assert wind.method == "on board"
    assert wind.height_agl_m == pytest.approx(29.5)


def test_the_filters_own_error_is_used_where_it_is_stated(file):
    wind = read_on_board_wind(file("a.ulg", px4()))
    assert wind.wind_speed_sd_m_s == pytest.approx(1.0)
    assert wind.wind_from_sd_deg == pytest.approx(np.degrees(1 / 3))


def test_a_filter_that_never_started_is_no_calm(file):
    with pytest.raises(InputError, match="never estimated a wind"):
        read_on_board_wind(file("a.ulg", px4(wind=(0.0, 0.0))))


def test_without_a_fix_there_is_no_time(file):
    with pytest.raises(HeaderError, match="no UTC time of a satellite receiver with a fix"):
        read_track(file("a.ulg", px4(fix=1)))


def test_logs_that_break_off_keep_what_came_before(file):
    content = px4()
    track = read_track(file("a.ulg", content[:-5]))
    assert FlagKind.TRUNCATED in {f.kind for f in track.flags}
    with pytest.raises(TruncatedFileError, match="holds no message"):
        read_flight_record(file("b.ulg", content[:16]))
    track = read_track(file("a.bin", ardupilot()[:-5]))
    assert FlagKind.TRUNCATED in {f.kind for f in track.flags}
    with pytest.raises(TruncatedFileError, match="is empty"):
        read_flight_record(file("c.bin", b""))


def test_a_damaged_stretch_of_dataflash_is_passed_over(file):
    content = ardupilot()
    middle = content.index(b"\xa3\x95\x02", 800)
    damaged = content[:middle] + bytes(30) + content[middle:]
    track = read_track(file("a.bin", damaged))
    assert len(track.time_unix_s) == len(SECONDS)
    (flag,) = (f for f in track.flags if f.kind is FlagKind.TRUNCATED)
    assert "30 of" in flag.message


def test_other_files_are_told(file):
    with pytest.raises(UnknownFormatError, match="neither PX4 ULog nor ArduPilot DataFlash"):
        read_flight_record(file("a.tlog", b"\xfe\x09"))
    with pytest.raises(UnknownFormatError, match=r"which of its topics is a gas.*table\.topic"):
        read_gas_log(file("a.ulg", px4()))


TOPIC = """
[table]
topic = "sensor_gas"
[[gas]]
chemical = "methane"
column = "ppb"
unit = "ppb"
"""


def test_a_gas_on_board_gets_its_place_from_the_same_log(file):
    gas = ("uint64_t timestamp;float ppb", "<Qf",
           [(10**6 * (5 + s) + 500_000, 1900.0 + s % 5) for s in SECONDS])  # fmt: skip
    log = read_gas_log(file("a.ulg", px4(sensor_gas=gas)), mapping=file("m.toml", TOPIC))
    assert log.chemicals == ("methane",)
    np.testing.assert_allclose(log.ppm_of("methane")[:3], [1.9, 1.901, 1.902])
    np.testing.assert_allclose(log.longitude_deg[0], 7.1 + 0.5e-5)
    np.testing.assert_allclose(log.altitude_agl_m[0], 0.5, atol=1e-5)
    with pytest.raises(HeaderError, match=r"has no gas_sensor\.timestamp; it has topics"):
        read_gas_log(file("b.ulg", px4()), mapping=file(
            "n.toml", TOPIC.replace("sensor_gas", "gas_sensor")))  # fmt: skip


HEAD = """
[time]
columns = ["t"]
format = "unix_s"
[[gas]]
chemical = "methane"
column = "ppm"
unit = "ppm"
"""


def test_a_sensor_head_is_joined_with_the_flight_by_time(file):
    rows = "".join(f"{START_S + s + 0.25},{2 + s % 3}\n" for s in SECONDS)
    log = read_gas_log(
        file("head.csv", "t,ppm\n" + rows),
        mapping=file("m.toml", HEAD),
        track=file("a.bin", ardupilot()),
    )
    np.testing.assert_allclose(log.longitude_deg[1], 7.1 + 1.25e-5)
    assert len(log) == len(SECONDS)


def test_gaps_of_the_track_are_not_filled(file):
    rows = "".join(f"{START_S + s + 0.25},{2 + s % 3}\n" for s in range(-30, 90))
    lost = dataflash({
        "GPS": ("QBIHLLf", "TimeUS,Status,GMS,GWk,Lat,Lng,Alt",
                [(10**6 * 5, 3, WEEK_MS, WEEK, 468000000, 71000000, 500.0)]),
        "POS": ("QLLff", "TimeUS,Lat,Lng,Alt,RelHomeAlt", [
            (10**6 * (5 + s), 468000000, 71000000 + 100 * s, 500.0 + s, float(s))
            for s in [*range(20), *range(40, 60)]]),
    })  # fmt: skip
    log = read_gas_log(
        file("head.csv", "t,ppm\n" + rows),
        mapping=file("m.toml", HEAD),
        track=file("a.bin", lost),
    )
    second = log.time_unix_s - START_S
    assert not ((second > 21) & (second < 39)).any()
    assert second.min() > -2
    assert second.max() < 62
    assert FlagKind.NO_PLACE in {f.kind for f in log.flags}


def test_clocks_without_a_time_in_common_are_told(file):
    with pytest.raises(InputError, match=r"no time in common. Correct the zone"):
        read_gas_log(
            file("head.csv", f"t,ppm\n{START_S + 7200},2\n"),
            mapping=file("m.toml", HEAD),
            track=file("a.bin", ardupilot()),
        )
    with pytest.raises(InputError, match=r"no track is given; add one, or name the flight's log"):
        read_gas_log(file("head.csv", f"t,ppm\n{START_S}\n"[:-1] + ",2\n"),
                     mapping=file("m.toml", HEAD))  # fmt: skip


def test_a_track_may_be_a_csv(file):
    header = "time_utc,longitude_deg,latitude_deg,altitude_agl_m\n"
    track = read_track(file("t.csv", header + "2026-05-12T10:00:00Z,7.1,46.8,3\n"))
    assert track.time_unix_s[0] == START_S
    with pytest.raises(HeaderError, match="altitude_agl_m is missing"):
        read_track(file("u.csv", "time_utc,longitude_deg,latitude_deg,alt\n1,2,3,4\n"))


def test_a_mapping_with_an_unknown_key_is_refused(file):
    with pytest.raises(SettingsError, match=r"mapping file m\.toml, table\.delimeter"):
        read_gas_log(file("head.csv", "t,ppm\n1,2\n"),
                     mapping=file("m.toml", '[table]\ndelimeter = ";"\n' + HEAD))  # fmt: skip


def test_a_real_px4_log_agrees_with_its_makers_reader(data_dir):
    """Expected: what pyulog 1.3.0 reads from the same file (all 1232 fields were compared once).

    A quadcopter at Trondheim, 32 fixes in 6.2 s, no wind estimated, landing 3.8 m below take-off
    by the receiver's height.
    """
    path = data_dir / "px4_ulog" / "sample_log_small.ulg"
    record = read_flight_record(path)
    assert len(record.messages) == 70
    assert record.flags == ()
    assert record.field("vehicle_gps_position", "time_utc_usec")[0] == 1618986658600345
    assert record.messages["vehicle_local_position"]["z"][-1] == np.float32(-0.15184055)
    assert record.messages["wind_estimate.1"].size == 8
    track = read_track(path)
    assert (track.longitude_deg[0], track.latitude_deg[0]) == (10.4082151, 63.4170622)
    assert track.time_unix_s[0] == pytest.approx(1618986658.600345, abs=0.05)
    assert track.altitude_agl_m[-1] == pytest.approx(62.977 - 66.814)
    with pytest.raises(InputError, match="never estimated a wind"):
        read_on_board_wind(path)
