"""ENVI in particular: headers as people write them, and bad ones by message."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from cathartes.errors import (
    HeaderError,
    OutputError,
    TruncatedFileError,
    UnitError,
    UnknownFormatError,
)
from cathartes.scenes.geometry import MapGrid, lon_lat_transformer
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.envi import write_envi
from cathartes.scenes.readers.envi_header import find_pair, read_header
from cathartes.scenes.readers.envi_map import read_map_info, write_map_info
from cathartes.spectra.response import SpectralBands

BASE = {
    "samples": "3", "lines": "2", "bands": "2", "data type": "4", "interleave": "bip",
    "byte order": "0", "wavelength units": "um", "wavelength": "{8.0, 9.0}", "fwhm": "{0.1, 0.1}",
    "data units": "W m-2 sr-1 um-1",
}  # fmt: skip
BANDS = SpectralBands(np.array([8.0, 9.0]), np.array([0.1, 0.1]))


UTM = "UTM, 1, 1, 500000, 4000000"


def write(folder: Path, values: np.ndarray | None = None, **changes: str | None) -> Path:
    """Write a small cube whose header has these fields changed; None leaves a field out."""
    fields = BASE | {key.replace("_", " "): value for key, value in changes.items()}
    numbers = np.full((2, 3, 2), 9.0, dtype="<f4") if values is None else values
    numbers.tofile(folder / "scene.img")
    lines = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    (folder / "scene.hdr").write_text("ENVI\n" + "\n".join(lines) + "\n")
    return folder / "scene.hdr"


def test_headers_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "x.hdr"
    path.write_bytes(
        b"\xef\xbb\xbfENVI\r\n; a remark = here\r\n Data   Type=4\r\nDESCRIPTION = {two\r\n"
        b"  lines, a = b}\r\nwavelength = {\r\n 1.0,\r\n 2.0, 3.0\r\n}\r\nempty = {}\r\n\r\n"
    )
    header = read_header(path)
    assert header.whole("data type") == 4
    assert header.text("description") == "two lines, a = b"
    np.testing.assert_array_equal(header.numbers("wavelength"), [1.0, 2.0, 3.0])
    assert header.numbers("empty") is None
    assert header.text("nothing", "empty") == ""


def test_either_file_opens_the_pair(tmp_path: Path) -> None:
    write(tmp_path)
    assert open_cube(tmp_path / "scene.img").paths == tuple(
        str(tmp_path / name) for name in ("scene.img", "scene.hdr")
    )
    assert open_cube(tmp_path / "scene.hdr").paths[0].endswith("scene.hdr")
    (tmp_path / "scene.img").rename(tmp_path / "scene")
    assert open_cube(tmp_path / "scene").name == "scene"
    (tmp_path / "scene.hdr").rename(tmp_path / "scene.img.hdr")
    (tmp_path / "scene").rename(tmp_path / "scene.img")
    assert find_pair(tmp_path / "scene.img.hdr")[1].name == "scene.img"
    assert open_cube(tmp_path / "scene.img").shape == (2, 3, 2)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"lines": None}, HeaderError, "'lines' is missing"),
        ({"lines": "2.5"}, HeaderError, "'lines' is 2.5; a whole number"),
        ({"lines": "0"}, HeaderError, "0 lines, 3 samples, 2 bands; at least one"),
        ({"lines": "-2"}, HeaderError, "a whole number from 0"),
        ({"lines": "inf"}, HeaderError, "'lines' is inf; a whole number from 0"),
        ({"data_type": "nan"}, HeaderError, "'data type' is nan; a whole number from 0"),
        ({"header_offset": "1e30"}, HeaderError, "'header offset' is 1e\\+30; a whole number"),
        # 2^64 numbers: in 64 bits that is none at all.
        ({"lines": str(2**32), "samples": str(2**32)}, TruncatedFileError, "promises 1475739525"),
        ({"samples": "many"}, HeaderError, "'samples' holds something that is not a number"),
        ({"lines": "3"}, TruncatedFileError, "has 48 bytes; its header promises 72"),
        ({"header_offset": "1"}, TruncatedFileError, "promises 49"),
        ({"data_type": "6"}, HeaderError, "data type 6 is complex"),
        ({"data_type": "7"}, HeaderError, "data type 7 is not one of"),
        ({"interleave": "bix"}, HeaderError, "interleave 'bix'; bsq, bil or bip"),
        ({"interleave": None}, HeaderError, "interleave ''"),
        ({"byte_order": "2"}, HeaderError, "byte order 2"),
        ({"file_compression": "1"}, HeaderError, "'file compression = 1' says that the numbers"),
        ({"header_offset": "8", "lines": "1", "major_frame_offsets": "{8, 0}"}, HeaderError,
         "major frame offsets = 8, 0"),
        ({"lines": "1"}, HeaderError, "has 48 bytes; its header promises 24 .*the wrong bands or"),
        ({"data_type": "2", "data_units": None}, HeaderError, "correct lines, samples, bands or"),
        ({"wavelength": None}, HeaderError, "states no band centres for its 2 bands"),
        ({"wavelength": "{8}"}, HeaderError, "2 bands in the data and 1 band centres"),
        ({"wavelength": "{8, x}"}, HeaderError, "'wavelength' holds something"),
        ({"wavelength_units": None}, UnitError, "names no unit.*looks like micrometres"),
        ({"wavelength_units": "Unknown"}, UnitError, "names no unit"),
        ({"data_units": "K"}, UnitError, "numbers are temperatures, in K; radiance is needed"),
        ({"wavelength_units": "furlongs"}, UnitError, "wavelength unit 'furlongs' is not known"),
        ({"fwhm": "{0.1}"}, HeaderError, "2 bands in the data and 1 band widths"),
        ({"wavelength": "{0, 9}"}, UnitError, "centre of band 0 is 0 um, outside 0.2-30 um"),
        ({"wavelength": "{8, nan}"}, UnitError, "last band centre is nan um"),
        ({"fwhm": "{20, 20}"}, UnitError, "said to be 20 um wide; between 1/50000 and 0.5 of"),
        ({"fwhm": "{20, 20}"}, UnitError, "a thousandth as wide.*seem to have different units"),
        ({"fwhm": "{0.1, 0}"}, HeaderError, "band 1 is centred at 9 um and 0 um wide; .*positive"),
        ({"wavelength": "{8000, 9000}", "wavelength_units": "nm"}, UnitError,
         "band 0 is centred at 8 um and said to be 0.0001 um wide; .*1000 times as wide would"),
        ({"data_units": "counts"}, UnitError,
         "radiance unit 'counts' is not known .median 9.. Believable would be 'W m-2 sr-1 um-1'"),
        ({"data_units": "mW/m2/sr/cm-1"}, UnitError, "is per wavenumber .*make them per um.$"),
        ({"data_units": None}, UnitError, "names no unit for its numbers.*--radiance-unit"),
        ({"bbl": "{1}"}, HeaderError, "1 entries in the bad-band list"),
        ({"data_gain_values": "{1}"}, HeaderError, "1 data gain values for 2 bands"),
        ({"data_gain_values": "{1, nan}"}, HeaderError, "data gain values are not all finite"),
        ({"data_offset_values": "{1e308, 1}"}, HeaderError, "data offset values are not all"),
        ({"map_info": f"{{{UTM}, 3, 3, 13, North, WGS-84, rotation=inf}}"}, HeaderError,
         "math domain error"),
        ({"radiance_scale_factor": "0"}, HeaderError, "a scale factor is 0"),
        ({"radiance_scale_factor": "10", "reflectance_scale_factor": "10"}, HeaderError,
         "both a reflectance and a radiance"),
        ({"radiance_scale_factor": "10", "data_gain_values": "{1, 1}"}, HeaderError,
         "both 'data gain values' and a scale factor 10"),
        ({"acquisition_time": "yesterday"}, HeaderError, "'yesterday' is not of the form"),
        ({"sun_elevation": "-9999"}, HeaderError, "angle of the sun is 10089 degrees; 0 to 180 is"),
        ({"sun_elevation": "nan"}, HeaderError, "angle of the sun is nan degrees"),
        ({"map_info": "{UTM, 1, 1}"}, HeaderError, "'map info' is .*are needed"),
        ({"map_info": "{Mars, 1, 1, 5, 5, 1, 1}"}, HeaderError, "add a 'coordinate system string'"),
        ({"map_info": "{X, 1, 1, 5, 5, 1, 1}", "coordinate_system_string": "{PROJCS[}"},
         HeaderError, "'coordinate system string' is not understood"),
        ({"map_info": f"{{{UTM}, 1, 0, 13, North, WGS-84}}"}, HeaderError, "pixels have no area"),
        ({"description": "{never closed"}, HeaderError, "the brace after 'description'"),
        ({"file_type": "ENVI Spectral Library"}, UnknownFormatError, "a raw cube"),
    ],
)  # fmt: skip
def test_bad_headers_are_refused_in_words(tmp_path, changes, kind, message) -> None:
    with pytest.raises(kind, match=message):
        open_cube(write(tmp_path, **changes))


@pytest.mark.parametrize(
    ("map_info", "message"),
    [
        # A datum that is not told is not guessed: WGS-84 and NAD-27 are 200 m apart.
        (f"{UTM}, 3, 3, 13, North", "neither UTM .zone, North or South, datum. in meters"),
        (f"{UTM}, 3, 3, 13, North, NAD-27", "NAD-27; that is neither UTM"),
        (f"{UTM}, 3, 3, 13, , WGS-84", "neither UTM"),
        (f"{UTM}, 3, 3, 13, North, WGS-84, units=Feet", "units=Feet; that is neither"),
        ("Geographic Lat/Lon, 1, 1, 5, 5, 1, 1, NAD-27", "nor geographic"),
        # EPSG:32661 is polar stereographic, and EPSG:26929 Alabama.
        (f"{UTM}, 3, 3, 61, North, WGS-84", "neither UTM"),
        (f"{UTM}, 3, 3, 29, North, NAD-83", "neither UTM"),
        (f"Geographic Lat/Lon, {UTM[5:]}, 3, 3, WGS-84",
         r"middle of the map, \(500004, 4e\+06\) in WGS 84, is no place on Earth"),
        (f"{UTM}, 3, 3, 12, North, WGS-84", "says EPSG:32612 and .* zone 13N, which are not the"),
    ],
)  # fmt: skip
def test_a_map_info_that_leaves_the_place_open_is_refused(tmp_path, map_info, message) -> None:
    wkt = CRS.from_epsg(32613).to_wkt("WKT1_ESRI")
    other = {"coordinate_system_string": f"{{{wkt}}}"} if "zone 13N" in message else {}
    with pytest.raises(HeaderError, match=message):
        open_cube(write(tmp_path, map_info=f"{{{map_info}}}", **other))


def test_the_written_system_counts_where_map_info_names_none(tmp_path: Path) -> None:
    wkt = {"coordinate_system_string": f"{{{CRS.from_epsg(26713).to_wkt('WKT1_ESRI')}}}"}
    cube = open_cube(write(tmp_path, map_info=f"{{{UTM}, 3, 3, 13, North}}", **wkt))
    assert "NAD27" in CRS.from_user_input(cube.geometry.crs).name


def test_a_header_with_two_data_files_is_not_guessed_at(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "scene.dat").write_bytes(bytes(48))
    with pytest.raises(UnknownFormatError, match=r"header of scene\.dat or scene\.img; open the"):
        open_cube(path)
    assert open_cube(tmp_path / "scene.img").read_lines(0, 1)[0, 0, 0] == 9.0


def test_bytes_that_fill_up_a_block_are_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, np.full((7, 5, 2), 9.0, dtype="<f4"), lines="7", samples="5")
    with (tmp_path / "scene.img").open("ab") as file:
        file.write(bytes(36))  # less than seven lines of two bands
    assert open_cube(path).shape == (7, 5, 2)


def test_widths_given_beside_the_file_are_checked_as_its_own(tmp_path: Path) -> None:
    for widths in ((100.0, 100.0), (1e-4, 1e-4)):
        with pytest.raises(UnitError, match="seem to have different units"):
            open_cube(write(tmp_path), options=OpenOptions(fwhm_um=widths))


def test_a_header_alone_or_a_foreign_one_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "scene.img").unlink()
    with pytest.raises(UnknownFormatError, match="the other one is not beside it"):
        open_cube(path)
    (tmp_path / "y.img").write_bytes(b"12")
    (tmp_path / "y.hdr").write_text("BYTEORDER I\n")
    with pytest.raises(UnknownFormatError, match=r"y\.img is none of"):
        open_cube(tmp_path / "y.img")
    with pytest.raises(HeaderError, match="first word is not ENVI"):
        open_cube(tmp_path / "y.img", options=OpenOptions(format="envi"))


def test_missing_widths_come_from_the_spacing_and_it_is_noted(tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path, fwhm=None))
    np.testing.assert_allclose(cube.bands.fwhm_um, [1.0, 1.0])
    assert "spacing" in cube.metadata["fwhm"]
    assert "fwhm" not in open_cube(write(tmp_path)).metadata


def test_units_in_the_plot_titles(tmp_path: Path) -> None:
    for title in ("Radiance (uW/(cm^2 sr nm))", "Radiance [uW/cm^2/sr/nm]"):
        values = np.full((2, 3, 2), 0.9, dtype="<f4")
        path = write(tmp_path, values, data_units=None, z_plot_titles=f"{{Wavelength, {title}}}")
        np.testing.assert_allclose(open_cube(path).read_lines(0, 2), 9.0, rtol=1e-6)
    path = write(tmp_path, data_units=None, z_plot_titles="{Wavelength, Reflectance}")
    assert open_cube(path).quantity is Quantity.REFLECTANCE


def test_integers_scaled_to_reflectance(tmp_path: Path) -> None:
    numbers = np.array([[[1000, -9999]] * 3] * 2, dtype="<i2")
    path = write(tmp_path, numbers, data_type="2", data_units=None, data_ignore_value="-9999",
                 reflectance_scale_factor="10000", bbl="{1, 0}")  # fmt: skip
    cube = open_cube(path)
    assert cube.quantity is Quantity.REFLECTANCE
    np.testing.assert_allclose(cube.read_lines(0, 2)[..., 0], 0.1)
    assert np.isnan(cube.read_lines(0, 2)[..., 1]).all()
    assert cube.band_valid.tolist() == [True, False]


def test_an_ignore_value_beyond_float32_is_still_met(tmp_path: Path) -> None:
    values = np.full((2, 3, 2), 9.0, dtype="<f4")
    values[0, 0, 0] = np.float32(-3.4028235e38)
    cube = open_cube(write(tmp_path, values, data_ignore_value="-3.40282346638529e+38"))
    assert np.isnan(cube.read_lines(0, 1)[0, 0, 0])
    cube = open_cube(write(tmp_path, values, data_ignore_value="-1.7976931348623157e+308"))
    assert np.isfinite(cube.read_lines(1, 2)).all()


@pytest.mark.parametrize(
    "stated", [{"data_gain_values": "{0.01, 0.01}"}, {"radiance_scale_factor": "100"}]
)
def test_the_users_ignore_value_is_the_number_in_the_file(tmp_path: Path, stated) -> None:
    numbers = np.full((2, 3, 2), 900, dtype="<i2")
    numbers[0, 0] = -9999
    path = write(tmp_path, numbers, data_type="2", **stated)
    values = open_cube(path, options=OpenOptions(ignore_value=-9999)).read_lines(0, 2)
    assert np.isnan(values[0, 0]).all()
    np.testing.assert_allclose(values[1], 9.0)


@pytest.mark.parametrize(
    ("kind", "code", "huge"), [("<f4", "4", -3.4028235e38), ("<f8", "5", 1.7976931348623157e308)]
)
def test_numbers_beyond_float32_are_no_values(tmp_path: Path, kind, code, huge) -> None:
    """Fill numbers that no header declares are neither infinite in our unit, nor a warning."""
    numbers = np.full((2, 3, 2), 0.9, dtype=kind)
    numbers[0, 0] = huge
    path = write(tmp_path, numbers, data_type=code, data_units="uW cm-2 sr-1 nm-1")
    values = open_cube(path).read_lines(0, 2)
    assert np.isnan(values[0, 0]).all()
    np.testing.assert_allclose(values[1], 9.0, rtol=1e-6)
    path = write(tmp_path, numbers, data_type=code, data_ignore_value=repr(huge),
                 data_gain_values="{10, 10}")  # fmt: skip
    np.testing.assert_array_equal(open_cube(path).read_lines(0, 2), values)


def test_time_sun_and_sensor(tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path, acquisition_time="2024-05-17T12:00:00+02:00",
                           sun_elevation="50", sensor_type="HyTES"))  # fmt: skip
    assert cube.start_utc == datetime(2024, 5, 17, 10, tzinfo=UTC)
    assert cube.sun_zenith_deg == 40.0
    assert cube.instrument == "HyTES"
    assert open_cube(write(tmp_path, sensor_type="Unknown")).instrument == ""
    plain = open_cube(write(tmp_path, acquisition_time="2024-05-17 10:00:00"))
    assert plain.start_utc == cube.start_utc


def test_reading_while_the_file_shrinks_is_an_error(tmp_path: Path) -> None:
    cube = open_cube(write(tmp_path))
    (tmp_path / "scene.img").write_bytes(b"1234")
    with pytest.raises(TruncatedFileError, match="ended 20 bytes early"):
        cube.read_lines(0, 1)


def test_writing_leaves_nothing_behind_when_it_fails(tmp_path: Path) -> None:
    def blocks():
        yield np.ones((1, 3, 2))
        yield np.ones((1, 4, 2))

    with pytest.raises(OutputError, match=r"a block of shape \(1, 4, 2\).* and 3 samples"):
        write_envi(tmp_path / "a.hdr", blocks(), bands=BANDS)
    with pytest.raises(OutputError, match="no lines were given"):
        write_envi(tmp_path / "a.hdr", iter(()), bands=BANDS)
    with pytest.raises(OutputError, match="sheared or mirrored"):
        write_envi(tmp_path / "a.hdr", np.ones((1, 3, 2)), bands=BANDS,
                   grid=MapGrid((1.0, 0.5, 0.0, 0.0, -1.0, 0.0), "EPSG:32613", (1, 3)))  # fmt: skip
    with pytest.raises(OutputError, match="no time zone"):
        write_envi(tmp_path / "a.hdr", np.ones((1, 3, 2)), bands=BANDS,
                   start_utc=datetime(2024, 1, 1))  # fmt: skip # noqa: DTZ001
    with pytest.raises(OutputError, match="a brace or a line break"):
        write_envi(tmp_path / "a.hdr", np.ones((1, 3, 2)), bands=BANDS, fields={"x": "{"})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="can't be written"):
        write_envi(tmp_path / "no" / "a.hdr", np.ones((1, 3, 2)), bands=BANDS)


def test_a_failed_writing_keeps_the_old_cube(tmp_path: Path) -> None:
    path = write_envi(tmp_path / "a.img", np.full((1, 3, 2), 9.0), bands=BANDS)
    with pytest.raises(OutputError):
        write_envi(tmp_path / "a.img", np.ones((1, 3, 5)), bands=BANDS)
    np.testing.assert_array_equal(open_cube(path).read_lines(0, 1), 9.0)


def test_new_data_never_stand_beside_an_old_header(tmp_path: Path, monkeypatch) -> None:
    """A run that is killed between the two leaves data that nothing describes, not wrong ones."""
    path = write_envi(tmp_path / "a.hdr", np.full((2, 3, 2), 9.0), bands=BANDS)
    replace = Path.replace

    def killed(self: Path, target: Path) -> None:
        if Path(target) == path:
            raise KeyboardInterrupt
        replace(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_envi(path, np.full((3, 4, 2), 9.0), bands=BANDS)
    assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.img"]


def test_no_map_info_is_no_geometry(tmp_path: Path) -> None:
    for text in (None, "{}", "{Arbitrary, 1, 1, 0, 0, 1, 1}"):
        assert open_cube(write(tmp_path, map_info=text)).geometry is None


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4267"])
def test_a_geographic_grid_is_written_and_read(tmp_path: Path, crs: str) -> None:
    grid = MapGrid((1e-4, 0.0, -105.0, 0.0, -1e-4, 36.0), crs, (2, 3))
    text = "".join(f"{key} = {{{value}}}\n" for key, value in write_map_info(grid).items())
    (tmp_path / "x.hdr").write_text("ENVI\n" + text)
    geometry = read_map_info(read_header(tmp_path / "x.hdr"), (2, 3))
    place = lon_lat_transformer(crs).transform(-104.9998, 35.9999)
    np.testing.assert_allclose(geometry.to_lon_lat(1.0, 2.0), place, atol=1e-9)
