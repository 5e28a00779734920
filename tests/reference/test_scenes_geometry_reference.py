"""Geometry against outside numbers: GDAL, pyproj, and NASA's own tables."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
from pyproj import Geod, Transformer

from cathartes.errors import HeaderError
from cathartes.scenes.geometry import AffineGeometry, MapGrid, lon_lat_transformer
from cathartes.scenes.glt import aligned_to_centres, centres_from_index, index_from_table
from cathartes.scenes.igm import IgmGeometry, local_crs
from cathartes.scenes.readers.envi_header import read_header
from cathartes.scenes.readers.envi_map import read_map_info

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("rotation_deg", "reference"),
    [(0.0, (1.0, 1.0)), (25.0, (1.0, 1.0)), (-61.5, (1.0, 1.0)), (170.0, (1.0, 1.0)),
     (0.0, (1.5, 1.5)), (0.0, (101.0, -7.0))],
)  # fmt: skip
def test_map_info_is_read_as_gdal_reads_it(
    tmp_path: Path, rotation_deg: float, reference: tuple[float, float]
) -> None:
    """Rationale: ENVI's rotation sign and its count from 1 are easily got wrong.

    Expected: GDAL's ENVI driver, an independent reading of the same header (which moves a tie
    point other than the corner without turning it, so that those are compared unrotated).
    Tolerance: the metre's ninth decimal, rounding only.
    """
    (tmp_path / "x.img").write_bytes(np.zeros(6, "<f4").tobytes())
    header = tmp_path / "x.hdr"
    header.write_text(
        "ENVI\nsamples = 3\nlines = 2\nbands = 1\ndata type = 4\ninterleave = bsq\n"
        f"byte order = 0\nmap info = {{UTM, {reference[0]}, {reference[1]}, 584115.5, 3512873.25, "
        f"7.5, 7.5, 13, North, WGS-84, units=Meters, rotation={rotation_deg}}}\n"
    )
    geometry = read_map_info(read_header(header), (2, 3))
    with rasterio.open(tmp_path / "x.img") as outside:
        expected, code = outside.transform[:6], outside.crs.to_epsg()
    np.testing.assert_allclose(geometry.transform, expected, rtol=0, atol=1e-9)
    assert geometry.crs == f"EPSG:{code}"


@pytest.mark.parametrize("rotation_deg", [0.0, 25.0, -61.5, 170.0])
def test_the_tie_point_lies_where_map_info_says(tmp_path: Path, rotation_deg: float) -> None:
    """Expected: by definition pixel (101, -7) of ENVI's count has the easting and northing."""
    header = tmp_path / "x.hdr"
    header.write_text(
        "ENVI\nmap info = {UTM, 101, -7, 584115.5, 3512873.25, 7.5, 7.5, 13, North, WGS-84, "
        f"rotation={rotation_deg}}}\n"
    )
    a, b, c0, d, e, f0 = read_map_info(read_header(header), (2, 3)).transform
    assert a * 100 + b * -8 + c0 == pytest.approx(584115.5, abs=1e-8)
    assert d * 100 + e * -8 + f0 == pytest.approx(3512873.25, abs=1e-8)


def test_southern_utm_and_geographic_map_info(tmp_path: Path) -> None:
    """Expected: the EPSG register: UTM 34 south is 32734; latitudes and longitudes are 4326."""
    for text, code in (
        ("UTM, 1, 1, 261878, 6243186, 5, 5, 34, South, WGS-84, units=Meters", "EPSG:32734"),
        ("UTM, 1, 1, 261878, 4243186, 5, 5, 13, North, North America 1983", "EPSG:26913"),
        ("Geographic Lat/Lon, 1, 1, -105.0, 36.0, 1e-4, 1e-4, WGS-84", "EPSG:4326"),
    ):
        header = tmp_path / "x.hdr"
        header.write_text(f"ENVI\nmap info = {{{text}}}\n")
        assert read_map_info(read_header(header), (2, 3)).crs == code


def test_rotated_starcop_grid_agrees_with_rasterio_and_pyproj(data_dir: Path) -> None:
    """Rationale: real flight lines are rotated; a north-up reading is wrong by up to 1.7 km here.

    Expected: rasterio's pixel corners through pyproj. Source: STARCOP tile 7101, EPSG:32613.
    """
    path = data_dir / "starcop_avng" / "ang20190927t153023_r7101_c126_w151_h151" / "mag1c.tif"
    with rasterio.open(path) as file:
        geometry = AffineGeometry(file.transform[:6], "EPSG:32613", file.shape)
        rows, columns = np.array([0, 10, 511, 300]), np.array([0, 500, 511, 7])
        x, y = rasterio.transform.xy(file.transform, rows, columns, offset="center")
    lon, lat = Transformer.from_crs(32613, 4326, always_xy=True).transform(x, y)
    ours = geometry.to_lon_lat(rows + 0.5, columns + 0.5)
    np.testing.assert_allclose(ours, (lon, lat), rtol=0, atol=1e-10)
    assert geometry.pixel_size_m() == pytest.approx(7.5, rel=1e-3)


@pytest.fixture(scope="module")
def emit(data_dir: Path):
    """Return (IgmGeometry, MapIndex of NASA's table) of an EMIT crop."""
    path = data_dir / "emit_geometry" / "EMIT_L1B_OBS_georeader.nc"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the real data")
    with h5py.File(path) as file:
        igm = IgmGeometry(file["location/lon"][:], file["location/lat"][:])
        c0, a, b, f0, d, e = (float(v) for v in file.attrs["geotransform"])
        table = file["location/glt_x"][:], file["location/glt_y"][:]
    grid = MapGrid((a, b, c0, d, e, f0), "EPSG:4326", table[0].shape)
    return igm, index_from_table(*table, grid, igm.shape)


def _distance_m(igm: IgmGeometry, index) -> np.ndarray:
    """Return how far each map cell's centre is from the pixel that it shows, [m]."""
    y, x = np.nonzero(index.line >= 0)
    a, b, c0, d, e, f0 = index.grid.transform
    lon, lat = lon_lat_transformer(index.grid.crs).transform(
        a * (x + 0.5) + b * (y + 0.5) + c0, d * (x + 0.5) + e * (y + 0.5) + f0
    )
    line, sample = index.line[y, x], index.sample[y, x]
    return np.asarray(GEOD.inv(
        lon, lat, igm.longitude_deg[line, sample], igm.latitude_deg[line, sample])[2])  # fmt: skip


def test_emit_table_against_its_own_positions(emit) -> None:
    """Rationale: one-based indices, axes and pixel corners must all be right at once.

    Expected: 32 m median (data/README); one pixel off in either axis gives over 60 m.
    """
    igm, index = emit
    assert np.median(_distance_m(igm, index)) == pytest.approx(32.0, abs=0.5)


def test_emit_table_on_its_own_pixels(emit) -> None:
    """Rationale: the table's origin is neither its first cell's corner nor its centre.

    The crop's cells lie best on their pixels when the origin is 0.12 and 0.31 cells inside the
    first one. Expected: at most half of EMIT's nominal 60 m; the nearest pixel of a 60 m grid is
    23 m away in the mean of a cell.
    """
    igm, index = emit
    moved = aligned_to_centres(index, igm)
    assert np.median(_distance_m(igm, moved)) <= 30.0
    cells = [(new - old) / size for new, old, size in zip(
        moved.grid.transform[2::3], index.grid.transform[2::3], index.grid.transform[0:5:4],
        strict=True)]  # fmt: skip
    np.testing.assert_allclose(cells, [-0.384, -0.191], atol=0.01)


def test_a_table_of_another_place_is_refused(emit) -> None:
    igm, index = emit
    other = IgmGeometry(igm.longitude_deg + 0.01, igm.latitude_deg)
    with pytest.raises(HeaderError, match="are not of one scene"):
        aligned_to_centres(index, other)


def test_our_map_grid_is_no_worse_than_the_agencys(emit) -> None:
    """Expected: median distance at most the table's 32 m; nearest of a 60 m grid is near 25 m."""
    igm, index = emit
    distance = _distance_m(igm, igm.map_index())
    assert np.median(distance) < np.median(_distance_m(igm, index))
    assert igm.pixel_size_m() == pytest.approx(65.0, abs=2.0)
    assert igm.map_index().grid.crs == "EPSG:32641"


def test_emit_table_inverted_gives_the_positions_back(emit) -> None:
    """Expected: within the table's own offset (32 m) and half a cell's diagonal (42 m)."""
    igm, index = emit
    centres = centres_from_index(index, igm.shape)
    known = np.isfinite(centres.longitude_deg)
    assert known.mean() > 0.99
    distance = GEOD.inv(centres.longitude_deg[known], centres.latitude_deg[known],
                        igm.longitude_deg[known], igm.latitude_deg[known])[2]  # fmt: skip
    assert np.percentile(distance, 99) < 32.0 + 42.0


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [(-105.0, 36.0, "EPSG:32613"), (18.4, -33.9, "EPSG:32734"), (179.9999, -16.5, "EPSG:32760"),
     (-180.0, 10.0, "EPSG:32601"), (30.0, 86.0, "EPSG:5041"), (0.0, -88.0, "EPSG:5042")],
)  # fmt: skip
def test_local_reference_system(lon: float, lat: float, code: str) -> None:
    """Expected: UTM zones count eastward from 180 W in steps of 6 degrees; UPS beyond 84."""
    assert local_crs(np.array([[lon, np.nan]]), np.array([[lat, np.nan]])) == code


def test_a_scene_across_the_antimeridian_is_one_piece() -> None:
    """Expected: Fiji, 16.5 S: 100 pixels of 1e-4 degrees span 1.07 km, not the globe."""
    longitude = 179.995 + 1e-4 * np.arange(100.0)
    longitude = np.where(longitude > 180, longitude - 360, longitude)
    lon, lat = np.meshgrid(longitude, -16.5 - 1e-4 * np.arange(20.0))
    igm = IgmGeometry(lon, lat)
    index = igm.map_index()
    assert index.grid.shape[1] * index.grid.transform[0] < 1300
    assert np.unique(index.sample[index.line >= 0]).size == 100
    # Pixels 49 and 50 (centres 49.5 and 50.5) lie on either side of 180 degrees.
    between, _ = igm.to_lon_lat([5.0, 5.0], [49.5, 51.0])
    np.testing.assert_allclose(between, [179.9999, -179.99995], atol=1e-7)
