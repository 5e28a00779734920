"""Any table is read by a mapping file; what the mapping leaves open is asked for."""

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, SettingsError, UnitError
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.logs.quantities import ppm_from_mass_concentration
from cathartes.scenes.records.flags import FlagKind
from cathartes.scenes.wind.open import read_wind

START = 1_778_580_000.0  # 2026-05-12T10:00:00Z

FOREIGN = """\
Sensor head 4711; firmware 2.1
Datum;Zeit;Laenge;Breite;Hoehe;NH3;Wind;Richtung
12.05.2026;12:00:00;7,1;46,8;520,5;1500;10,8;65
12.05.2026;12:00:01;7,1001;46,8;521,5;1600;10,8;65
12.05.2026;12:00:02;7,1002;46,8;522,5;-9999;10,8;65
"""
MAPPING = """
[table]
delimiter = ";"
decimal = ","
skip_lines = 1
missing = ["-9999"]
[time]
columns = ["Datum", "Zeit"]
format = "%d.%m.%Y %H:%M:%S"
zone = "Europe/Zurich"
[frame]
altitude_reference = "sea"
ground_altitude_m = 500.0
[place]
longitude = "Laenge"
latitude = "Breite"
altitude = "Hoehe"
[[gas]]
chemical = "ammonia"
column = "NH3"
unit = "ppb"
[wind]
speed = "Wind"
direction = "Richtung"
speed_unit = "km/h"
blowing = "to"
sense = "clockwise from north"
unit = "deg"
height_agl_m = 2.0
"""


@pytest.fixture
def read(tmp_path):
    def read_pair(text=FOREIGN, mapping=MAPPING, reader=read_gas_log):
        table, toml = tmp_path / "t.csv", tmp_path / "m.toml"
        table.write_text(text, "utf-8")
        toml.write_text(mapping, "utf-8")
        return reader(table, mapping=toml)

    return read_pair


def test_a_foreign_table_is_understood(read):
    """Swiss summer time, decimal commas, metres above the sea, ppb, km/h, blowing to."""
    log = read()
    np.testing.assert_array_equal(log.time_unix_s, START + np.arange(3))
    np.testing.assert_allclose(log.altitude_agl_m, [20.5, 21.5, 22.5])
    np.testing.assert_allclose(log.ppm_of("ammonia"), [1.5, 1.6, np.nan])
    np.testing.assert_allclose(log.wind_speed_m_s, 3.0)
    np.testing.assert_allclose(log.wind_from_deg, 245.0)
    kinds = {f.kind for f in log.flags}
    assert kinds == {FlagKind.HEIGHT_REFERENCE, FlagKind.NO_VALUE}
    assert "above the sea, 500 m at the ground" in log.flags[0].message


def test_the_same_mapping_serves_for_the_wind(read):
    wind = read(reader=read_wind)
    np.testing.assert_allclose(wind.wind_from_deg, 245.0)
    assert wind.height_agl_m == 2.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('altitude_reference = "sea"\n', "", r"frame\.altitude_reference: Field required"),
        ("ground_altitude_m = 500.0\n", "", "above the sea need ground_altitude_m"),
        ('blowing = "to"\n', "", r"wind\.blowing: Field required"),
        ('sense = "clockwise from north"\n', "", "a direction needs sense .* neither is guessed"),
        ('unit = "deg"\n', "", "a direction needs sense"),
        ('unit = "ppb"', 'unit = "ppbv"', r"gas\.0\.unit: Input should be 'ppm', 'ppb'"),
        ('unit = "ppb"', 'unit = "mg/m3"', "mg/m3 needs temperature_k and pressure_pa"),
        ("Europe/Zurich", "Mars/Olympus", "is no time zone"),
        ("[wind]", "[wind]\nheigth = 2", r"wind\.heigth: Extra"),
        ('latitude = "Breite"\n', "", "either longitude and latitude, or east and north"),
        ("[frame]", "[[sensor]]", r"sensor"),
    ],
)
def test_what_a_mapping_leaves_open_is_asked_for(read, old, new, message):
    with pytest.raises(SettingsError, match=message):
        read(mapping=MAPPING.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('column = "NH3"', 'column = "CH4"', InputError, "no column CH4, which the mapping names"),
        ('delimiter = ";"', 'delimiter = ","', HeaderError, "separated by semicolons, and commas"),
        ('zone = "Europe/Zurich"\n', "", InputError, "states no zone; add one"),
        ("%d.%m.%Y", "%Y-%m-%d", InputError, "line 3: .* is not of the time format"),
        ('decimal = ","', 'decimal = "."', InputError, "Hoehe is '520,5', which is no"),
        ('missing = ["-9999"]\n', "", None, ""),
    ],
)
def test_a_mapping_that_does_not_fit_the_table_is_told(read, old, new, error, message):
    changed = MAPPING.replace(old, new, 1)
    if error is None:
        log = read(mapping=changed)
        assert np.isnan(log.ppm_of("ammonia")[2])
        assert FlagKind.IMPOSSIBLE_VALUE in {flag.kind for flag in log.flags}
    else:
        with pytest.raises(error, match=message):
            read(mapping=changed)


@pytest.mark.parametrize(
    ("form", "cell", "more"),
    [
        ("unix_s", "1778580000.5", ""),
        ("unix_ms", "1778580000500", ""),
        ("unix_us", "1778580000500000", ""),
        ("elapsed_s", "0.5", 'start = "2026-05-12T10:00:00Z"'),
        ("excel_days", "46154.50000578704", 'zone = "Europe/Zurich"'),  # noon local = 10 UTC
        ("matlab_days", "740114.4166724537", 'zone = "UTC"'),
        ("iso", "2026-05-12 12:00:00.5+02:00", ""),
        ("iso", "2026-05-12T10:00:00.5", 'zone = "UTC"'),
    ],
)
def test_ways_of_writing_a_time(read, form, cell, more):
    """Serial days worked out: 1970-01-01 is day 25569 of spreadsheets and 719529 of MATLAB;
    2026-05-12 is 20585 days later."""
    log = read(
        f"t,x,y,z,g\n{cell},7.1,46.8,3,2\n",
        f'[time]\ncolumns = ["t"]\nformat = "{form}"\n{more}\n[frame]\n'
        'altitude_reference = "ground"\n[place]\nlongitude = "x"\nlatitude = "y"\naltitude = "z"\n'
        '[[gas]]\nchemical = "methane"\ncolumn = "g"\nunit = "ppm"\n',
    )
    assert log.time_unix_s[0] == pytest.approx(START + 0.5, abs=2e-3)


DECIMAL_COMMA = """
[table]
delimiter = ";"
decimal = ","
missing = ["n. v."]
[time]
columns = ["Tag", "Zeit"]
format = "%d.%m.%Y %H:%M:%S"
zone = "UTC"
[frame]
altitude_reference = "ground"
[place]
longitude = 7.1
latitude = 46.8
altitude = 3
[[gas]]
chemical = "methane"
column = "g"
unit = "ppm"
"""


def test_serial_days_are_written_with_the_file_s_decimal_mark(read):
    log = read(
        "t;g\n46154,50000578704;2,5\n",
        DECIMAL_COMMA.replace('"Tag", "Zeit"', '"t"')
        .replace("%d.%m.%Y %H:%M:%S", "excel_days")
        .replace("UTC", "Europe/Zurich"),
    )
    assert log.time_unix_s[0] == pytest.approx(START + 0.5, abs=2e-3)


@pytest.mark.parametrize(
    ("form", "cell", "message"),
    [
        ("unix_s", "1778580000500", "unix_ms"),
        ("unix_ms", "1778580000500000", "after 9999"),
        ("excel_days", "1778580000", "after 9999"),
        ("%H:%M:%S %S", "10:00:00 00", "correct time.format"),
        ("iso", "0001-01-01T00:00:00+05:00", "before the year 1"),
    ],
)
def test_a_time_in_another_unit_or_a_wrong_format_is_refused(read, form, cell, message):
    changed = DECIMAL_COMMA.replace('"Tag", "Zeit"', '"t"').replace("%d.%m.%Y %H:%M:%S", form)
    with pytest.raises(InputError, match=message):
        read(f"t;g\n{cell};2,5\n", changed)


def test_a_track_beside_a_log_with_places_of_its_own_is_said_not_to_be_used(read, tmp_path):
    flight = tmp_path / "flight.csv"
    flight.write_text("time_utc,longitude_deg,latitude_deg,altitude_agl_m\n", "utf-8")
    head = tmp_path / "head.csv"
    head.write_text("t;g\n12.05.2026 10:00:00;2,5\n", "utf-8")
    mapping = tmp_path / "head.toml"
    mapping.write_text(DECIMAL_COMMA.replace('"Tag", "Zeit"', '"t"'), "utf-8")
    log = read_gas_log(head, mapping=mapping, track=flight)
    assert log.longitude_deg[0] == 7.1
    assert any("flight.csv is not used" in flag.message for flag in log.flags)


def test_a_time_that_stands_for_none_costs_its_row(read):
    rows = "12.05.2026;10:00:00;2\n;;2\n-;nan;2\nn. v.;n. v.;2\n12.05.2026;10:00:01;2\n"
    log = read("Tag;Zeit;g\n" + rows, DECIMAL_COMMA)
    np.testing.assert_array_equal(log.time_unix_s, [START, START + 1])
    (flag,) = [flag for flag in log.flags if flag.kind is FlagKind.NO_TIME]
    assert "3 of 5" in flag.message


def test_mass_per_volume_needs_the_air():
    """2.62 mg m-3 of SO2 is 1 ppm at 25 degrees and 1 atm (EPA's table of conversions)."""
    ppm = ppm_from_mass_concentration(np.array([2.62]), 64.066, 298.15, 101_325.0)
    assert ppm[0] == pytest.approx(1.0, rel=2e-3)


PATHS = """
[time]
start = "2026-05-12T10:00:00Z"
step_s = 60.0
[frame]
origin_longitude_deg = 7.1
origin_latitude_deg = 46.8
y_axis_azimuth_deg = 90.0
altitude_reference = "ground"
altitude_unit = "ft"
[[sensor]]
name = "a"
east = 0.0
north = 0.0
altitude = 10.0
end = { east = 0.0, north = 100.0, altitude = 10.0 }
[[sensor]]
name = "b"
east = 0.0
north = 0.0
altitude = 10.0
end = { east = 50.0, north = 0.0, altitude = 10.0 }
[[gas]]
chemical = "methane"
column = "A"
unit = "ppm m"
sensor = "a"
[[gas]]
chemical = "methane"
column = "B"
unit = "ppm m"
sensor = "b"
"""


def test_open_paths_in_a_frame_of_the_site(read):
    """The y axis points east: the end at y = 100 lies 100 m east; ppm m over 100 m and 50 m."""
    log = read("A,B\n200,100\n300,150\n", PATHS)
    assert len(log) == 4
    np.testing.assert_allclose(log.ppm_of("methane")[log.of_sensor("a")], [2, 3], rtol=1e-5)
    np.testing.assert_allclose(log.ppm_of("methane")[log.of_sensor("b")], [2, 3], rtol=1e-5)
    far = log.path_end_m(LocalFrame(7.1, 46.8))
    np.testing.assert_allclose(far[log.of_sensor("a")][0], [100, 0, 3.048], atol=1e-3)
    np.testing.assert_allclose(far[log.of_sensor("b")][0], [0, -50, 3.048], atol=1e-3)


def test_a_path_without_an_end_has_no_mean(read):
    with pytest.raises(UnitError, match="gives its path no end"):
        read("A,B\n1,2\n", PATHS.replace("end = {", "# end = {"))


def test_a_mapping_of_sensors_is_whole(read):
    with pytest.raises(SettingsError, match="names one of them; c does not"):
        read("A,B\n1,2\n", PATHS.replace('sensor = "b"', 'sensor = "c"'))
    with pytest.raises(SettingsError, match="need origin_longitude_deg and origin_latitude_deg"):
        read("A,B\n1,2\n", PATHS.replace("origin_l", "# origin_l"))


def test_a_gas_of_unknown_mass_is_asked_about(read):
    odd = MAPPING.replace('unit = "ppb"', 'unit = "mg/m3"\ntemperature_k = 290\npressure_pa = 1e5')
    assert read(mapping=odd).ppm_of("ammonia")[0] == pytest.approx(1500e3 / 17.031 * 8.3145 * 290
                                                                   / 1e5, rel=1e-4)  # fmt: skip
    with pytest.raises(UnitError, match="the library does not know its molar mass"):
        read(mapping=odd.replace('"ammonia"', '"unobtainium"'))


def test_a_compressed_table_is_read_and_a_broken_one_told(tmp_path):
    import gzip

    toml, table = tmp_path / "m.toml", tmp_path / "t.csv.gz"
    toml.write_text(MAPPING, "utf-8")
    packed = gzip.compress(FOREIGN.encode())
    table.write_bytes(packed)
    assert len(read_gas_log(table, mapping=toml)) == 3
    table.write_bytes(packed[:-20])
    with pytest.raises(InputError, match="is compressed and breaks off"):
        read_gas_log(table, mapping=toml)
