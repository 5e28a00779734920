"""Geometry values and files: what is refused, and in which words."""

from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, SettingsError, TruncatedFileError
from cathartes.scenes.geometry import AffineGeometry, MapGrid, MapIndex
from cathartes.scenes.geometry_files import read_glt, read_igm
from cathartes.scenes.glt import centres_from_index, index_from_table
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.readers.envi import write_envi
from cathartes.spectra.response import SpectralBands

UTM = "EPSG:32613"
SHAPE = (4, 3)
LINE, SAMPLE = np.indices(SHAPE)
IGM = IgmGeometry(-105.0 + 1e-4 * SAMPLE, 36.0 - 1e-4 * LINE)


def write_envi_table(path: Path, table: np.ndarray, extra: str = "") -> Path:
    """Write a (y, x, band) table as BSQ in its own type with a header."""
    code = {"float64": 5, "float32": 4, "int32": 3}[table.dtype.name]
    np.ascontiguousarray(table.transpose(2, 0, 1)).tofile(path)
    path.with_suffix(".hdr").write_text(
        f"ENVI\nsamples = {table.shape[1]}\nlines = {table.shape[0]}\nbands = {table.shape[2]}\n"
        f"data type = {code}\ninterleave = bsq\nbyte order = 0\n{extra}"
    )
    return path


def test_off_grid_is_nan_and_corners_are_on_it() -> None:
    affine = AffineGeometry((5.0, 0.0, 5e5, 0.0, -5.0, 4e6), UTM, SHAPE)
    for geometry in (affine, IGM):
        lon, lat = geometry.to_lon_lat([0.0, 4.0, -0.01, 1.0], [0.0, 3.0, 1.0, 3.01])
        assert np.isfinite(lon).tolist() == np.isfinite(lat).tolist() == [True, True, False, False]
        scalar, _ = geometry.to_lon_lat(2.0, 1.5)
        assert scalar.shape == ()


@pytest.mark.parametrize("transform", [(1, 1, 0, 1, 1, 0), (1, 0, np.nan, 0, -1, 0)])
def test_an_affine_without_area_is_refused(transform: tuple[float, ...]) -> None:
    with pytest.raises(HeaderError, match="pixels have no area"):
        AffineGeometry(transform, UTM, SHAPE)


def test_an_unknown_reference_system_is_refused() -> None:
    with pytest.raises(HeaderError, match="'EPSG:1' is not known"):
        AffineGeometry((1.0, 0.0, 0.0, 0.0, -1.0, 0.0), "EPSG:1", SHAPE)


def test_igm_values_are_checked_at_birth() -> None:
    with pytest.raises(HeaderError, match=r"both must be \(line, sample\)"):
        IgmGeometry(np.zeros((2, 3)), np.zeros((3, 2)))
    with pytest.raises(HeaderError, match="no pixel has a known"):
        IgmGeometry(np.full(SHAPE, np.nan), np.zeros(SHAPE))
    with pytest.raises(HeaderError, match="degrees are needed"):
        IgmGeometry(np.full(SHAPE, 5e5), np.full(SHAPE, 4e6))


def test_one_pixel_has_a_place_but_no_size() -> None:
    igm = IgmGeometry(np.array([[-105.0]]), np.array([[36.0]]))
    np.testing.assert_array_equal(igm.to_lon_lat(0.2, 0.9), (-105.0, 36.0))
    with pytest.raises(HeaderError, match="no two neighbouring pixels"):
        igm.pixel_size_m()


def test_one_line_takes_its_step_from_the_samples() -> None:
    igm = IgmGeometry(IGM.longitude_deg[:1], IGM.latitude_deg[:1])
    assert igm.steps_m()[0] == igm.steps_m()[1] == pytest.approx(9.0, abs=0.1)
    assert np.unique(igm.map_index().sample).tolist() == [-1, 0, 1, 2]


def test_a_stray_position_does_not_make_a_giant_map() -> None:
    lon = IGM.longitude_deg.copy()
    lat = IGM.latitude_deg.copy()
    lon[0, 0], lat[0, 0] = -80.0, -30.0
    with pytest.raises(HeaderError, match=r"map grid would have \d+ x \d+ cells"):
        IgmGeometry(lon, lat).map_index()


def test_unknown_positions_are_left_out_of_the_map() -> None:
    lon = IGM.longitude_deg.copy()
    lon[1, 1] = np.nan
    igm = IgmGeometry(lon, IGM.latitude_deg)
    index = igm.map_index()
    assert not ((index.line == 1) & (index.sample == 1)).any()
    assert np.isnan(igm.to_lon_lat(1.5, 1.5)).any()


def test_tables_are_checked() -> None:
    grid = MapGrid((1e-4, 0.0, -105.0, 0.0, -1e-4, 36.0), "EPSG:4326", (2, 2))
    one = np.ones((2, 2), dtype=np.int32)
    with pytest.raises(HeaderError, match="all must be equal"):
        index_from_table(one, one[:1], grid, SHAPE)
    with pytest.raises(HeaderError, match="shows no pixel"):
        index_from_table(one * 0, one, grid, SHAPE)
    with pytest.raises(HeaderError, match="names line 5 and sample 1 of a cube of 4 lines"):
        index_from_table(one, one * 5, grid, SHAPE)
    index = index_from_table(np.array([[1, -2], [0, 3]]), np.array([[1, -1], [2, 4]]), grid, SHAPE)
    np.testing.assert_array_equal(index.line, [[0, 0], [-1, 3]])
    np.testing.assert_array_equal(index.sample, [[0, 1], [-1, 2]])


def test_gaps_of_a_table_are_filled_between_and_not_beyond() -> None:
    grid = MapGrid((1.0, 0.0, 0.0, 0.0, -1.0, 4.0), "EPSG:4326", (1, 3))
    index = MapIndex(grid, np.array([[0, -1, 0]]), np.array([[0, -1, 2]]))
    centres = centres_from_index(index, (1, 4))
    np.testing.assert_allclose(centres.longitude_deg, [[0.5, 1.5, 2.5, np.nan]])


def test_igm_files_in_degrees_and_in_metres(tmp_path: Path) -> None:
    heights = np.full(SHAPE, 300.0)
    table = np.stack([IGM.longitude_deg, IGM.latitude_deg, heights], axis=2)
    table[0, 0] = 0.0
    geometry = read_igm(write_envi_table(tmp_path / "a.igm", table), SHAPE)
    assert np.isnan(geometry.longitude_deg[0, 0])
    np.testing.assert_array_equal(geometry.longitude_deg[1:], IGM.longitude_deg[1:])
    table[0, 0, 0] = -9999.9  # in float32 it is another number than in the header
    stated = "data ignore value = -9999.9\n"
    path = write_envi_table(tmp_path / "d.igm", table.astype(np.float32), stated)
    assert np.isnan(read_igm(path, SHAPE).longitude_deg[0, 0])
    affine = AffineGeometry((5.0, 0.0, 5e5, 0.0, -5.0, 4e6), UTM, SHAPE)
    metres = np.stack([5e5 + 5.0 * (SAMPLE + 0.5), 4e6 - 5.0 * (LINE + 0.5)], axis=2)
    from pyproj import CRS

    wkt = f"coordinate system string = {{{CRS.from_epsg(32613).to_wkt('WKT1_ESRI')}}}\n"
    geometry = read_igm(write_envi_table(tmp_path / "b.igm", metres, wkt), SHAPE)
    np.testing.assert_allclose(
        geometry.to_lon_lat(1.2, 2.2), affine.to_lon_lat(1.2, 2.2), atol=1e-9
    )
    with pytest.raises(HeaderError, match="degrees are needed"):
        read_igm(write_envi_table(tmp_path / "c.igm", metres), SHAPE)


def test_glt_files(tmp_path: Path) -> None:
    table = np.zeros((5, 5, 2), dtype=np.int32)
    table[:4, :3, 0], table[:4, :3, 1] = SAMPLE + 1, LINE + 1
    table[4, 0] = (-1, -4)
    info = "map info = {Geographic Lat/Lon, 1, 1, -105, 36, 1e-4, 1e-4, WGS-84}\n"
    geometry = read_glt(write_envi_table(tmp_path / "a.glt", table, info), SHAPE)
    np.testing.assert_allclose(geometry.to_lon_lat(1.5, 2.5), (-104.99975, 35.99985), atol=1e-9)
    # The cell taken over from a neighbour is shown, but does not move the pixel's place.
    assert geometry.map_index().line[4, 0] == 3
    np.testing.assert_allclose(geometry.to_lon_lat(3.5, 0.5), (-104.99995, 35.99965), atol=1e-9)
    with pytest.raises(HeaderError, match="belongs to another scene"):
        read_glt(tmp_path / "a.glt", (2, 3))
    for nothing, stated in ((np.nan, ""), (-9999.0, "data ignore value = -9999\n")):
        holed = table.astype(np.float64)
        holed[0, 0] = nothing
        index = read_glt(write_envi_table(tmp_path / "c.glt", holed, info + stated), SHAPE).index
        assert (index.line[0, 0], index.sample[0, 0]) == (-1, -1)
        np.testing.assert_array_equal(index.line[1:], geometry.index.line[1:])
    with pytest.raises(HeaderError, match="without 'map info'"):
        read_glt(write_envi_table(tmp_path / "b.glt", table), SHAPE)


@pytest.mark.parametrize("west_deg", [179.9995, 289.5, -180.0])
def test_a_map_in_degrees_states_longitudes_within_half_a_turn(west_deg: float) -> None:
    affine = AffineGeometry((1e-4, 0.0, west_deg, 0.0, -1e-4, 10.0), "EPSG:4326", SHAPE)
    line, sample = np.meshgrid([0.5, 1.5], [0.5, SHAPE[1] - 0.5])
    longitude, _ = affine.to_lon_lat(line, sample)
    assert np.abs(longitude).max() <= 180.0
    east = west_deg + 1e-4 * sample
    np.testing.assert_allclose((longitude - east + 1.0) % 360.0, 1.0, atol=1e-9)


def test_options_bring_geometry_to_a_cube(tmp_path: Path) -> None:
    bands = SpectralBands(np.array([8.0, 9.0]), np.array([0.1, 0.1]))
    cube = write_envi(tmp_path / "c.hdr", np.full((*SHAPE, 2), 9.0), bands=bands)
    table = np.stack([IGM.longitude_deg, IGM.latitude_deg], axis=2)
    igm = write_envi_table(tmp_path / "a.igm", table)
    opened = open_cube(cube, options=OpenOptions(igm=igm))
    np.testing.assert_array_equal(opened.geometry.longitude_deg, IGM.longitude_deg)
    assert str(igm) in opened.paths
    with pytest.raises(HeaderError, match="an IGM of 3 lines"):
        open_cube(cube, options=OpenOptions(igm=write_envi_table(tmp_path / "s.igm", table[:3])))
    with pytest.raises(HeaderError, match="1 bands; IGM files have two"):
        open_cube(
            cube, options=OpenOptions(igm=write_envi_table(tmp_path / "o.igm", table[..., :1]))
        )
    four = write_envi_table(tmp_path / "f.igm", np.concatenate([table, table], axis=2))
    with pytest.raises(HeaderError, match=r"4 bands; IGM files have two.*another file"):
        open_cube(cube, options=OpenOptions(igm=four))
    with pytest.raises(InputError, match="no GLT file of that name"):
        open_cube(cube, options=OpenOptions(glt=tmp_path / "none.glt"))
    igm.write_bytes(b"")
    with pytest.raises(TruncatedFileError):
        open_cube(cube, options=OpenOptions(igm=igm))
    with pytest.raises(SettingsError, match="both an IGM"):
        OpenOptions(igm=igm, glt=igm)
