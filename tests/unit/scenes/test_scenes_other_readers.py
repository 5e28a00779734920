"""NetCDF, GeoTIFF, Zarr and mapping files in particular: what only they can have, and get wrong."""

import re
from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import zarr

from cathartes.errors import (
    HeaderError,
    InputError,
    SettingsError,
    TruncatedFileError,
    UnitError,
    UnknownFormatError,
)
from cathartes.scenes.glt import GltGeometry
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.times import to_time_utc

RADIANCE = np.full((2, 3, 2), 9.0, dtype=np.float32)
UNIT = "W m-2 sr-1 um-1"
MAPPING = """
[cube]
unit = "W m-2 sr-1 um-1"
[data]
file = "own.h5"
dataset = "L"
[wavelength]
unit = "um"
values = [8.0, 9.0]
fwhm = 0.1
"""


def write_emit(folder: Path) -> Path:
    """Write a small cube in EMIT's layout, table and all."""
    path = folder / "emit.nc"
    with h5py.File(path, "w") as file:
        file.attrs["time_coverage_start"] = "2022-08-27T06:07:53+0000"
        file.attrs["instrument"] = b"EMIT"
        file.attrs["geotransform"] = [-105.0, 1e-4, 0.0, 36.0, 0.0, -1e-4]
        file["radiance"] = RADIANCE
        file["radiance"].attrs["units"] = UNIT
        bands = file.create_group("sensor_band_parameters")
        bands["wavelengths"], bands["fwhm"] = [8000.0, 9000.0], [100.0, 100.0]
        bands["good_wavelengths"] = np.array([1.0, 0.0])
        bands["wavelengths"].attrs["units"] = np.bytes_(b"nm")
        line, sample = np.indices((2, 3))
        place = file.create_group("location")
        place["lon"], place["lat"] = -105.0 + 1e-4 * (sample + 0.5), 36.0 - 1e-4 * (line + 0.5)
        place["glt_x"], place["glt_y"] = (sample + 1).astype("i4"), (line + 1).astype("i4")
    return path


def test_emit_layout_with_its_table(tmp_path: Path) -> None:
    cube = open_cube(write_emit(tmp_path))
    assert cube.start_utc == datetime(2022, 8, 27, 6, 7, 53, tzinfo=UTC)
    assert cube.instrument == "EMIT"
    assert cube.band_valid.tolist() == [True, False]
    assert isinstance(cube.geometry, GltGeometry)
    np.testing.assert_array_equal(cube.geometry.map_index().line, [[0] * 3, [1] * 3])
    np.testing.assert_allclose(cube.geometry.to_lon_lat(0.5, 2.5), (-104.99975, 35.99995))


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (("radiance", RADIANCE[0]), HeaderError, "radiance has 2 axes"),
        (("radiance", RADIANCE.astype("c8")), HeaderError, "real numbers on 3 axes are needed"),
        (("sensor_band_parameters/wavelengths", 8.0), HeaderError, "real numbers on 1 axis are"),
        (("location/glt_x", np.ones((3, 3))), HeaderError, "tables of shapes .3, 3. and .2, 3."),
        (
            ("location/lon", np.zeros((5, 3))),
            HeaderError,
            r"lon is of shape \(5, 3\)",
        ),
        (("location/glt_x", np.full((2, 3), 9)), HeaderError, "belongs to another scene"),
        (("location/glt_x", np.full((2, 3), 1e300)), HeaderError, "sample 2147483648 of a cube"),
        (("spatial_ref", "EPSG:999999"), HeaderError, "'EPSG:999999' is not known"),
        (("geotransform", np.zeros(6)), HeaderError, "pixels have no area"),
    ],
)
def test_emit_layouts_that_contradict_themselves(tmp_path, change, kind, message) -> None:
    path = write_emit(tmp_path)
    with h5py.File(path, "a") as file:
        if change[0] in file:
            del file[change[0]]
            file[change[0]] = change[1]
        else:
            file.attrs[change[0]] = change[1]
    with pytest.raises(kind, match=message):
        open_cube(path)


def test_emit_datasets_are_scaled_and_filled_as_their_attributes_say(tmp_path: Path) -> None:
    path = write_emit(tmp_path)
    with h5py.File(path, "a") as file:
        file["radiance"][0, 0] = -9999.0, -1.0
        file["radiance"].attrs.update(
            {"_FillValue": -1.0, "missing_value": -9999.0, "scale_factor": 0.5, "add_offset": 4.5}
        )
        del file["location/lon"], file["location/glt_y"]
        # The attribute is of a longer type than the numbers, so that the two are not equal.
        place = -105.0 + 1e-4 * (np.arange(3) + 0.5)
        file["location/lon"] = np.array([[-9999.9, *place[1:]], place], dtype="f4")
        file["location/lon"].attrs["_FillValue"] = -9999.9
        file["location/glt_y"] = [[-9999, 1, 1], [2, 2, 2]]
        file["location/glt_y"].attrs["_FillValue"] = -9999
    cube = open_cube(path)
    values = cube.read_lines(0, 2)
    assert np.isnan(values[0, 0]).all()
    np.testing.assert_array_equal(values[1], 9.0)
    np.testing.assert_array_equal(cube.geometry.map_index().line, [[-1, 0, 0], [1, 1, 1]])
    assert np.isnan(cube.geometry.to_lon_lat(0.5, 0.5)).all()


def test_an_attribute_without_a_value_says_nothing(tmp_path: Path) -> None:
    """So NetCDF writes empty texts; they are not the text "Empty(dtype=...)"."""
    path = write_emit(tmp_path)
    with h5py.File(path, "a") as file:
        file.attrs["time_coverage_start"] = file.attrs["instrument"] = h5py.Empty("S1")
    cube = open_cube(path)
    assert cube.start_utc is None
    assert cube.instrument == ""
    with h5py.File(path, "a") as file:
        file["radiance"].attrs["units"] = h5py.Empty("S1")
    with pytest.raises(UnitError, match="names no unit for its numbers"):
        open_cube(path)


def test_classic_netcdf_is_told_apart_from_a_damaged_file(tmp_path: Path) -> None:
    path = write_mapped(tmp_path, MAPPING)
    (tmp_path / "own.h5").write_bytes(b"CDF\x01" + bytes(60))
    with pytest.raises(UnknownFormatError, match=r"version 3\); NetCDF-4 is needed: convert"):
        open_cube(path)


def test_a_file_that_was_never_hdf5_is_not_called_damaged(tmp_path: Path) -> None:
    path = write_mapped(tmp_path, MAPPING)
    (tmp_path / "own.h5").write_text("lon,lat\n1,2\n")
    with pytest.raises(UnknownFormatError, match=r"own\.h5 is no HDF5 file: its signature is"):
        open_cube(path)
    with pytest.raises(UnknownFormatError, match="is a folder; an HDF5 file is needed"):
        open_cube(tmp_path, options=OpenOptions(format="EMIT"))


def test_emit_without_positions_or_with_a_bad_time(tmp_path: Path) -> None:
    path = write_emit(tmp_path)
    with h5py.File(path, "a") as file:
        del file["location"]
        file.attrs["time_coverage_start"] = "noon"
    with pytest.raises(HeaderError, match="'noon' is not of the form"):
        open_cube(path)
    with h5py.File(path, "a") as file:
        del file.attrs["time_coverage_start"]
    cube = open_cube(path)
    assert cube.geometry is None
    assert cube.start_utc is None


def write_tiff(path: Path, band_tags: list[dict[str, str]], **tags: str) -> Path:
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=3, count=2, dtype="float32",
        crs="EPSG:32613", transform=rasterio.Affine(5, 0, 5e5, 0, -5, 4e6),
    ) as file:  # fmt: skip
        file.write(RADIANCE.transpose(2, 0, 1))
        for i, each in enumerate(band_tags):
            file.update_tags(i + 1, **{k: v for k, v in each.items() if not k.isupper()})
            file.update_tags(i + 1, ns="IMAGERY", **{k: v for k, v in each.items() if k.isupper()})
        file.update_tags(**({"radiance_units": UNIT} | tags))
    return path


def test_wavelengths_of_a_tiff_from_each_place_they_may_be(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    write_tiff(path, [{"CENTRAL_WAVELENGTH_UM": c, "FWHM_UM": "0.1"} for c in ("8", "9")])
    np.testing.assert_array_equal(open_cube(path).bands.centre_um, [8.0, 9.0])
    write_tiff(path, [], wavelengths="{8000, 9000}", wavelength_units="nm", fwhm="100 100")
    np.testing.assert_allclose(open_cube(path).bands.fwhm_um, [0.1, 0.1])
    write_tiff(path, [], acquisition_time="2024:05:17 10:00:00")
    with rasterio.open(path, "r+") as file:
        file.descriptions = ("band 1 (8000.0 Nanometers)", "band 2 (9000.0 Nanometers)")
    cube = open_cube(path)
    np.testing.assert_allclose(cube.bands.centre_um, [8.0, 9.0])
    assert cube.start_utc == datetime(2024, 5, 17, 10, tzinfo=UTC)
    write_tiff(path, [])
    given = OpenOptions(wavelength_um=(8.0, 9.0), fwhm_um=(0.1, 0.1), bad_bands=(1,))
    assert open_cube(path, options=given).band_valid.tolist() == [True, False]


@pytest.mark.parametrize(
    ("band_tags", "tags", "kind", "message"),
    [
        ([], {}, HeaderError, "states no band centres"),
        ([{"wavelength": "8"}], {}, HeaderError, "1 of 2 bands have the tag 'wavelength'"),
        ([{"wavelength": "8"}, {"wavelength": "x"}], {}, HeaderError, "tag 'wavelength' is not a"),
        ([{"wavelength": "8"}, {"wavelength": "9"}], {}, UnitError, "names no unit for its 2 band"),
        ([{"wavelength": "8", "wavelength_units": u} for u in ("um", "nm")], {}, HeaderError,
         "different wavelength units"),
        ([], {"wavelength": "8,9", "wavelength_units": "um", "radiance_units": "K"}, UnitError,
         "numbers are temperatures, in K"),
        ([], {"start_time": "then"}, HeaderError, "'then' is not of the form"),
    ],
)  # fmt: skip
def test_tiffs_that_say_too_little(tmp_path, band_tags, tags, kind, message) -> None:
    with pytest.raises(kind, match=message):
        open_cube(write_tiff(tmp_path / "x.tif", band_tags, **tags))


def test_a_zarr_group_of_something_else(tmp_path: Path) -> None:
    group = zarr.open_group(str(tmp_path / "x.zarr"), mode="w")
    group.create_array("speed", data=np.zeros(3))
    with pytest.raises(HeaderError, match="no array 'radiance'; the group holds speed"):
        open_cube(tmp_path / "x.zarr")
    group.create_array("reflectance", data=np.zeros((2, 3)))
    with pytest.raises(HeaderError, match="reflectance has 2 axes"):
        open_cube(tmp_path / "x.zarr")
    group.create_array("radiance", data=RADIANCE).attrs["scale_factor"] = "much"
    with pytest.raises(HeaderError, match="scale_factor is 'much'; a number is needed"):
        open_cube(tmp_path / "x.zarr")
    with pytest.raises(UnknownFormatError, match="is none of"):
        open_cube(tmp_path)


def test_what_no_reader_takes_is_told_by_what_it_is(tmp_path: Path) -> None:
    """A cut-off download, another layout, and a mapping file without its table."""
    whole = tmp_path / "whole.nc"
    with h5py.File(whole, "w") as file:
        file["speed"] = np.zeros(4000)
    with pytest.raises(UnknownFormatError, match="not laid out as EMIT's products; say where"):
        open_cube(whole)
    half = tmp_path / "half.nc"
    half.write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(TruncatedFileError, match=r"half\.nc can't be read as HDF5"):
        open_cube(half)
    (tmp_path / "map.toml").write_text("[dat\n", encoding="utf-8")
    with pytest.raises(UnknownFormatError, match=r"no mapping file: it has no table \[data\]"):
        open_cube(tmp_path / "map.toml")


def test_a_zarr_of_scaled_reflectance(tmp_path: Path) -> None:
    group = zarr.open_group(str(tmp_path / "x.zarr"), mode="w")
    data = group.create_array("reflectance", data=np.full((2, 3, 2), 2000, dtype=np.int16))
    data.attrs.update({"scale_factor": 1e-4, "_FillValue": -1})
    group.create_array("wavelength_um", data=np.array([2.1, 2.2]))
    group.create_array("band_valid", data=np.array([True, False]))
    group.attrs["start_utc"] = "2024-05-17T10:00:00Z"
    cube = open_cube(tmp_path / "x.zarr")
    assert cube.quantity is Quantity.REFLECTANCE
    assert cube.band_valid.tolist() == [True, False]
    assert cube.start_utc.hour == 10
    np.testing.assert_allclose(cube.read_lines(0, 2), 0.2, rtol=1e-6)


def write_mapped(folder: Path, mapping: str) -> Path:
    with h5py.File(folder / "own.h5", "w") as file:
        file["L"] = RADIANCE
        line, sample = np.indices((2, 3))
        file["x"], file["y"] = -105.0 + 1e-4 * sample, 36.0 - 1e-4 * line
        file["x"].attrs["_FillValue"] = file["x"][0, 0]
    (folder / "map.toml").write_text(mapping)
    return folder / "map.toml"


def test_a_mapping_beside_or_apart_from_its_data(tmp_path: Path) -> None:
    path = write_mapped(tmp_path, MAPPING + '[geometry]\nlongitude = "x"\nlatitude = "y"\n')
    cube = open_cube(path)
    assert isinstance(cube.geometry, IgmGeometry)
    assert np.isnan(cube.geometry.longitude_deg[0, 0])
    np.testing.assert_array_equal(cube.bands.fwhm_um, [0.1, 0.1])
    apart = open_cube(tmp_path / "own.h5", options=OpenOptions(mapping=path))
    np.testing.assert_array_equal(apart.read_lines(0, 2), cube.read_lines(0, 2))
    assert set(cube.paths) == {str(path), str(tmp_path / "own.h5")}
    scaled = write_mapped(tmp_path, MAPPING.replace("[data]", "scale = 0.5\noffset = 5.0\n[data]"))
    np.testing.assert_array_equal(open_cube(scaled).read_lines(0, 2), 9.5)


@pytest.mark.parametrize(
    ("old", "new", "kind", "message"),
    [
        ('dataset = "L"', "", SettingsError, "data: .*either dataset .* or files"),
        ('dataset = "L"', 'dataset = "M"', HeaderError, "no dataset 'M'; the file holds L, x, y"),
        ('dataset = "L"', 'dataset = "x"', HeaderError, "x has 2 axes"),
        ('file = "own.h5"', "", SettingsError, "names no data file"),
        ('file = "own.h5"', 'file = "his.h5"', InputError, "leads to his.h5, which is not in"),
        ('file = "own.h5"\ndataset = "L"', 'files = ["a.tif"]', InputError, "leads to a.tif"),
        ('file = "own.h5"\ndataset = "L"', "files = []", SettingsError, "files is empty"),
        ('dataset = "L"', 'dataset = "L"\naxes = ["line", "line", "band"]', SettingsError,
         "axes must name line, sample and band"),
        ("values = [8.0, 9.0]", "", SettingsError, "wavelength: .*either values or dataset"),
        ("values = [8.0, 9.0]", "values = [8.0]", HeaderError, "2 bands in the data and 1 band"),
        ('unit = "um"', 'unit = "parsec"', UnitError, "'parsec' is not known"),
        ("[cube]", "[cube]\ncolour = 1", SettingsError, "cube.colour: Extra inputs"),
        ("[cube]", "[cube", SettingsError, "not valid TOML"),
        ('unit = "W m-2 sr-1 um-1"', "", UnitError, "names no unit for its numbers"),
    ],
)  # fmt: skip
def test_wrong_mappings_are_refused_in_words(tmp_path, old, new, kind, message) -> None:
    assert old in MAPPING
    path = write_mapped(tmp_path, MAPPING.replace(old, new, 1))
    with pytest.raises(kind, match=message):
        open_cube(path)


@pytest.mark.parametrize("table", ["[data]  # where the numbers are", " [ data ]"])
def test_a_mapping_file_is_recognised_however_it_is_spaced(tmp_path: Path, table: str) -> None:
    path = write_mapped(tmp_path, MAPPING.replace("[data]", table))
    assert open_cube(path).shape == (2, 3, 2)


def test_a_stack_opened_from_its_own_folder_has_the_folders_name(tmp_path, monkeypatch) -> None:
    for name in ("a.tif", "b.tif"):
        with rasterio.open(
            tmp_path / name, "w", driver="GTiff", height=2, width=3, count=1, dtype="float32",
            crs="EPSG:32613", transform=rasterio.Affine(5, 0, 5e5, 0, -5, 4e6),
        ) as file:  # fmt: skip
            file.write(RADIANCE[:, :, 0], 1)
    data = 'file = "own.h5"\ndataset = "L"'
    write_mapped(tmp_path, MAPPING.replace(data, 'files = ["a.tif", "b.tif"]'))
    monkeypatch.chdir(tmp_path)
    assert open_cube(Path("map.toml")).name == tmp_path.name


def test_rasters_of_different_grids_do_not_stack(tmp_path: Path) -> None:
    for name, columns in (("a.tif", 3), ("b.tif", 4)):
        with rasterio.open(
            tmp_path / name, "w", driver="GTiff", height=2, width=columns, count=1,
            dtype="float32", crs="EPSG:32613", transform=rasterio.Affine(5, 0, 5e5, 0, -5, 4e6),
        ) as file:  # fmt: skip
            file.write(np.full((2, columns), 9.0, dtype=np.float32), 1)
    data = 'file = "own.h5"\ndataset = "L"'
    path = write_mapped(tmp_path, MAPPING.replace(data, 'files = ["a.tif", "b.tif"]'))
    with pytest.raises(HeaderError, match=r"b\.tif is 2 x 4 pixels.*a\.tif 2 x 3"):
        open_cube(path)


def test_options_that_do_not_fit(tmp_path: Path) -> None:
    path = write_mapped(tmp_path, MAPPING)
    with pytest.raises(SettingsError, match="no reader 'FITS'; there are: ENVI"):
        open_cube(path, options=OpenOptions(format="FITS"))
    with pytest.raises(SettingsError, match=r"bad bands \[7\] do not exist.*bands 0 to 1"):
        open_cube(path, options=OpenOptions(bad_bands=(7,)))
    with pytest.raises(SettingsError, match="counted from 0"):
        OpenOptions(bad_bands=(-1,))
    with pytest.raises(SettingsError, match="a reflectance has no unit"):
        OpenOptions(quantity=Quantity.REFLECTANCE, radiance_unit=UNIT)
    with pytest.raises(HeaderError, match="2 bands in the data and 1 band centres"):
        open_cube(path, options=OpenOptions(wavelength_um=(8.0,)))
    ignored = open_cube(path, options=OpenOptions(ignore_value=9.0, check_units=False))
    assert np.isnan(ignored.read_lines(0, 2)).all()
    wrong = OpenOptions(radiance_unit="W m-2 sr-1 nm-1")
    with pytest.raises(UnitError, match="brightness temperature"):
        open_cube(path, options=wrong)


@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_pixels_that_a_tiff_masks_have_no_value(tmp_path: Path, interleave: str) -> None:
    path = tmp_path / "x.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=3, count=2, dtype="float32",
        crs="EPSG:32613", transform=rasterio.Affine(5, 0, 5e5, 0, -5, 4e6), interleave=interleave,
    ) as file:  # fmt: skip
        file.write(RADIANCE.transpose(2, 0, 1))
        file.write_mask(np.array([[True, True, False], [True, True, True]]))
        file.update_tags(radiance_units=UNIT, wavelengths="8 9", wavelength_units="um")
    values = open_cube(path).read_lines(0, 2)
    assert np.isnan(values[0, 2]).all()
    assert np.isfinite(values).sum() == 10
    np.testing.assert_array_equal(open_cube(path).read_lines(1, 2), values[1:])


def write_zarr(folder: Path, **array: object) -> Path:
    path = folder / "x.zarr"
    group = zarr.open_group(str(path), mode="w", zarr_format=2)
    made = group.create_array("radiance", **{"shape": (2, 3, 2), "chunks": (1, 3, 2)} | array)
    made[...] = 9
    made.attrs["units"] = UNIT
    group["wavelength_um"] = np.array([8.0, 9.0])
    return path


@pytest.mark.parametrize("text", ["NaN", "AAAAAAAAIkA=", 9])
def test_zarr_fill_values_as_xarray_writes_them(tmp_path: Path, text: object) -> None:
    path = write_zarr(tmp_path, dtype="f4", fill_value=None)
    zarr.open_group(str(path))["radiance"].attrs["_FillValue"] = text
    assert np.isnan(open_cube(path).read_lines(0, 2)).all() == (text != "NaN")
    zarr.open_group(str(path))["radiance"].attrs["_FillValue"] = "none"
    with pytest.raises(HeaderError, match="_FillValue is 'none'; a number is needed"):
        open_cube(path)


def test_a_missing_zarr_chunk_of_whole_numbers_is_no_value(tmp_path: Path) -> None:
    path = write_zarr(tmp_path, dtype="i2")
    (path / "radiance" / "1.0.0").unlink()
    np.testing.assert_array_equal(open_cube(path).read_lines(0, 2)[:, 0, 0], [9.0, np.nan])


def test_a_zarr_array_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeaderError, match="type complex64; real numbers on 3 axes are needed"):
        open_cube(write_zarr(tmp_path, dtype="c8"))


@pytest.mark.parametrize("content", ["null", "5", '{"zarr_format": 2, "shape": 7}'])
def test_zarr_metadata_that_are_damaged_are_an_error_in_words(tmp_path: Path, content) -> None:
    path = write_zarr(tmp_path, dtype="f4")
    (path / "radiance" / ".zarray").write_text(content)
    with pytest.raises(InputError, match=r"can't be read as Zarr|no array 'radiance'"):
        open_cube(path)


def test_the_users_ignore_value_is_the_number_in_the_file(tmp_path: Path) -> None:
    """As the file's own ignore value: before scale factors, whatever the format."""
    stored = RADIANCE * 100
    stored[0, 0] = -9999.0
    mapped = write_mapped(tmp_path, MAPPING.replace("[data]", "scale = 0.01\n[data]"))
    with h5py.File(tmp_path / "own.h5", "a") as file:
        file["L"][...] = stored
    tiff = write_tiff(tmp_path / "x.tif", [{"CENTRAL_WAVELENGTH_UM": c} for c in ("8", "9")])
    with rasterio.open(tiff, "r+") as file:
        file.write(stored.transpose(2, 0, 1))
        file.scales = (0.01, 0.01)
    group = zarr.open_group(str(tmp_path / "x.zarr"), mode="w")
    group["radiance"], group["wavelength_um"] = stored, np.array([8.0, 9.0])
    group["radiance"].attrs.update({"units": UNIT, "scale_factor": 0.01})
    for path in (mapped, tiff, tmp_path / "x.zarr"):
        values = open_cube(path, options=OpenOptions(ignore_value=-9999.0)).read_lines(0, 2)
        assert np.isnan(values[0, 0]).all()
        np.testing.assert_allclose(values[1], 9.0)


def test_times() -> None:
    noon = datetime(2024, 5, 17, 12, tzinfo=UTC)
    for text in ("2024-05-17T12:00:00Z", "2024-05-17 12:00:00", "2024:05:17 12:00:00",
                 "2024-05-17T14:00:00+0200"):  # fmt: skip
        assert to_time_utc(text, "x") == noon
    assert to_time_utc("", "x") is None
    for text in ("later", "0001-01-01T00:00:00+14:00"):  # the second is before the first UTC year
        with pytest.raises(HeaderError, match=f"x: acquisition time '{re.escape(text)}'"):
            to_time_utc(text, "x")
