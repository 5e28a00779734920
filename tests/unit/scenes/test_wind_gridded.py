"""A model's wind on a grid: two containers, one answer, and no guess about components."""

import h5py
import numpy as np
import pytest
from scipy.io import netcdf_file

from cathartes.errors import HeaderError, InputError, TruncatedFileError, UnitError
from cathartes.scenes.wind.conventions import wind_to_components
from cathartes.scenes.wind.gridded import read_gridded_wind
from cathartes.scenes.wind.open import wind_at

LAT = np.array([47.25, 47.0, 46.75, 46.5])  # north first, as ERA5 has it
LON = np.array([6.75, 7.0, 7.25])
HOURS = np.arange(3) + 1_107_658  # since 1900-01-01
START = 1_778_580_000  # 2026-05-12T10:00:00Z
PLACE = {"longitude_deg": 7.1, "latitude_deg": 46.8}


def field(of):
    """(time, latitude, longitude) of a function of longitude and latitude, growing by the hour."""
    lon, lat = np.meshgrid(LON, LAT)
    return np.array([of(lon, lat) + 0.5 * hour for hour in range(HOURS.size)])


EAST = field(lambda lon, lat: 2 + 0.4 * (lon - 7) + 0.2 * (lat - 47))
NORTH = field(lambda lon, lat: -1 + 0.3 * (lon - 7) - 0.1 * (lat - 47))


def write_hdf5(path, names=("u10", "v10"), units="m s**-1", lon=LON, pack=False, **attributes):
    with h5py.File(path, "w") as file:
        for name, values, unit in [("time", HOURS, "hours since 1900-01-01 00:00:00.0"),
                                   ("latitude", LAT, "degrees_north"),
                                   ("longitude", lon, "degrees_east")]:  # fmt: skip
            file[name] = values
            file[name].attrs["units"] = unit
            file[name].make_scale(name)
        for name, values in zip(names, (EAST, NORTH), strict=True):
            if pack:
                packed = np.round((values - 1) / 1e-4).astype("i2")
                packed[2, 0, 0] = -32767
                file[name] = packed
                file[name].attrs.update(scale_factor=1e-4, add_offset=1.0,
                                        _FillValue=np.int16(-32767))  # fmt: skip
            else:
                file[name] = values
            file[name].attrs["units"] = units
            file[name].attrs.update(attributes)
            for axis, scale in enumerate(("time", "latitude", "longitude")):
                file[name].dims[axis].attach_scale(file[scale])
    return path


def write_classic(path):
    with netcdf_file(path, "w") as file:
        for name, values, unit in [("time", HOURS, "hours since 1900-1-1"),
                                   ("lat", LAT, "degrees_north"),
                                   ("lon", LON, "degrees_east")]:  # fmt: skip
            file.createDimension(name, values.size)
            variable = file.createVariable(name, "f8", (name,))
            variable[:] = values
            variable.units = unit
        for name, values, standard in [
            ("ua", EAST, "eastward_wind"),
            ("va", NORTH, "northward_wind"),
        ]:
            variable = file.createVariable(name, "f8", ("time", "lat", "lon"))
            variable[:] = values
            variable.units = "m s-1"
            variable.standard_name = standard
    return path


def test_the_vector_is_interpolated_between_four_points(tmp_path):
    """A field linear in place is met exactly; 2 m/s east and 1 south is from west-north-west."""
    wind = read_gridded_wind(write_hdf5(tmp_path / "era5.nc"), **PLACE)
    east = 2 + 0.4 * 0.1 + 0.2 * -0.2 + 0.5 * np.arange(3)
    north = -1 + 0.3 * 0.1 - 0.1 * -0.2 + 0.5 * np.arange(3)
    np.testing.assert_allclose(wind.wind_speed_m_s, np.hypot(east, north))
    np.testing.assert_allclose(wind.wind_from_deg, np.degrees(np.arctan2(-east, -north)) % 360)
    assert 270 < wind.wind_from_deg[0] < 315
    np.testing.assert_array_equal(wind.time_unix_s, START + 3600 * np.arange(3))
    assert wind.height_agl_m == 10.0
    assert (wind.method, wind.wind_from_sd_deg) == ("grid", 25.0)


def test_longitudes_of_0_to_360_and_packed_numbers(tmp_path):
    plain = read_gridded_wind(write_hdf5(tmp_path / "a.nc"), **PLACE)
    turned = read_gridded_wind(write_hdf5(tmp_path / "b.nc", lon=LON + 360, pack=True), **PLACE)
    np.testing.assert_allclose(turned.wind_speed_m_s, plain.wind_speed_m_s, atol=1e-4)
    west = {"longitude_deg": 6.8, "latitude_deg": 47.2}
    assert len(read_gridded_wind(tmp_path / "b.nc", **west)) == 2  # the fill value is no wind


def test_classic_files_and_standard_names_need_a_height(tmp_path):
    path = write_classic(tmp_path / "model.nc")
    with pytest.raises(HeaderError, match="nothing says at what height"):
        read_gridded_wind(path, **PLACE)


def test_levels_of_height(tmp_path):
    path = tmp_path / "levels.nc"
    with h5py.File(path, "w") as file:
        for name, values in [("time", HOURS), ("height", np.array([10.0, 50.0, 100.0])),
                             ("latitude", LAT), ("longitude", LON)]:  # fmt: skip
            file[name] = values
            file[name].make_scale(name)
        file["time"].attrs["units"] = "hours since 1900-01-01"
        for name, values, standard in [
            ("u", EAST, "eastward_wind"),
            ("v", NORTH, "northward_wind"),
        ]:
            file[name] = np.stack([values, 2 * values, 3 * values], axis=1)
            file[name].attrs.update(units="m s-1", standard_name=standard)
            for axis, scale in enumerate(("time", "height", "latitude", "longitude")):
                file[name].dims[axis].attach_scale(file[scale])
    low = read_gridded_wind(path, height_agl_m=10, **PLACE)
    between = read_gridded_wind(path, height_agl_m=30, **PLACE)
    np.testing.assert_allclose(between.wind_speed_m_s, 1.5 * low.wind_speed_m_s)
    assert between.height_agl_m == 30
    with pytest.raises(HeaderError, match="winds at 3 heights; say which"):
        read_gridded_wind(path, **PLACE)
    with pytest.raises(InputError, match="height 200 is outside the grid's 10 to 100"):
        read_gridded_wind(path, height_agl_m=200, **PLACE)


def test_what_is_not_certain_is_asked_about(tmp_path):
    with pytest.raises(InputError, match=r"latitude 40 is outside the grid's 46.5 to 47.25"):
        read_gridded_wind(write_hdf5(tmp_path / "a.nc"), longitude_deg=7.1, latitude_deg=40.0)
    with pytest.raises(UnitError, match="u10 is in 'knots'"):
        read_gridded_wind(write_hdf5(tmp_path / "b.nc", units="knots"), **PLACE)
    with pytest.raises(HeaderError, match="along a model's own x and y"):
        read_gridded_wind(write_hdf5(tmp_path / "c.nc", names=("U", "V")), **PLACE)
    (tmp_path / "d.nc").write_bytes(b"GRIB")
    with pytest.raises(HeaderError, match="is no NetCDF file; convert GRIB"):
        read_gridded_wind(tmp_path / "d.nc", **PLACE)
    whole = (tmp_path / "a.nc").read_bytes()
    (tmp_path / "e.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TruncatedFileError, match="breaks off or is damaged"):
        read_gridded_wind(tmp_path / "e.nc", **PLACE)
    whole = write_classic(tmp_path / "f.nc").read_bytes()
    (tmp_path / "g.nc").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TruncatedFileError, match="breaks off or is damaged"):
        read_gridded_wind(tmp_path / "g.nc", **PLACE)


def test_a_wind_is_opened_however_it_is_given(tmp_path):
    """A grid's hours become minutes between which nothing is left to a reader; words hold always.

    The vector halfway between two hours is the mean of theirs.
    """
    grid = write_hdf5(tmp_path / "era5.nc")
    hours = read_gridded_wind(grid, **PLACE)
    minutes = wind_at(str(grid), **PLACE)
    assert len(minutes) == 121
    half = minutes.part(START + 1800, START + 1800)
    east, north = wind_to_components(hours.wind_speed_m_s, hours.wind_from_deg)
    halfway = wind_to_components(half.wind_speed_m_s, half.wind_from_deg)
    assert halfway[0][0] == pytest.approx(east[:2].mean())
    assert halfway[1][0] == pytest.approx(north[:2].mean())
    assert wind_at("3+-0.5,250+-10", **PLACE).is_constant
    with pytest.raises(InputError, match="No such file"):
        wind_at(str(tmp_path / "absent.nc"), **PLACE)
