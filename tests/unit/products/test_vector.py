import csv
import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
import shapely

from cathartes.errors import InputError
from cathartes.products.plume_table import COLUMNS, column_unit, plume_row
from cathartes.products.vector import (
    PIXEL_CRS,
    plume_features,
    read_plume_rows,
    write_csv,
    write_geojson,
    write_geopackage,
)
from cathartes.units import VOCABULARY


def test_the_columns_are_the_contract() -> None:
    assert COLUMNS == (
        "id", "chemical", "probability", "alternatives", "expected_by_chance", "snr_max",
        "n_pixels", "line_min", "line_max", "sample_min", "sample_max", "origin_line",
        "origin_sample", "origin_lon", "origin_lat", "column_density_max_ppm_m",
        "column_density_mean_ppm_m", "column_density_sd_ppm_m", "thermal_contrast", "flags",
        "false_alarm_probability", "column_density_low_ppm_m", "column_density_high_ppm_m",
        "plume_temperature_k", "plume_temperature_sd_k",
        "n_strong_pixels", "share_agreeing", "parts",
        "n_sources", "source_lon", "source_lat", "source_radius_m", "rate_kg_h", "rate_kg_h_p05",
        "rate_kg_h_p95", "rate_reason",
    )  # fmt: skip


def test_a_unit_in_a_name_is_the_unit_of_the_column() -> None:
    for name in COLUMNS:
        if name.endswith("_ppm_m"):
            assert column_unit(name) == VOCABULARY["column_density_ppm_m"].unit
    assert column_unit("origin_lon") == "deg"
    assert column_unit("chemical") == ""


def test_the_origin_is_placed_on_the_ground(scan: Callable, flat_earth: type) -> None:
    _, detections = scan(origin_line=2.5, origin_sample=4.5)
    row = plume_row(detections.plumes[0], flat_earth(lon=10, lat=50))
    assert (row.origin_lon, row.origin_lat) == (10.0045, 49.9975)
    without = plume_row(detections.plumes[0], None)
    assert (without.origin_lon, without.origin_lat) == (None, None)


def test_geojson_has_wgs84_outlines_and_lists(
    tmp_path: Path, scan: Callable, flat_earth: type
) -> None:
    _, detections = scan()
    path = tmp_path / "plumes.geojson"
    write_geojson(path, plume_features(detections, flat_earth(lon=10, lat=50)))
    collection = json.loads(path.read_text())
    assert collection["coordinate_space"] == "wgs84"
    assert "crs" not in collection
    feature = collection["features"][0]
    assert feature["id"] == feature["properties"]["id"] == 1
    assert feature["geometry"]["type"] == "Polygon"
    lon, lat = feature["geometry"]["coordinates"][0][0]
    assert 10 < lon < 10.06
    assert 49.95 < lat < 50
    assert feature["properties"]["alternatives"][0] == {"name": "methanol", "probability": 0.02}
    assert feature["properties"]["flags"] == ["look-alike possible"]
    assert list(feature["properties"]) == list(COLUMNS)


def test_without_geometry_geojson_says_that_it_is_in_pixels(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan()
    path = tmp_path / "plumes.geojson"
    write_geojson(path, plume_features(detections, None))
    collection = json.loads(path.read_text())
    assert collection["coordinate_space"] == "pixel"
    assert collection["crs"]["properties"]["name"] == PIXEL_CRS
    plume = detections.plumes[0]
    corners = collection["features"][0]["geometry"]["coordinates"][0]
    assert min(x for x, _ in corners) == plume.sample_min
    assert max(y for _, y in corners) == plume.line_max + 1


def test_values_that_json_lacks_become_null(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(
        n_plumes=1,
        column_density_mean_ppm_m=math.nan,
        column_density_max_ppm_m=math.inf,
        probability=math.nan,
        alternatives=(("methanol", math.nan),),
    )
    features = plume_features(detections, None)
    write_geojson(tmp_path / "plumes.geojson", features)
    properties = json.loads((tmp_path / "plumes.geojson").read_text())["features"][0]["properties"]
    assert properties["column_density_mean_ppm_m"] is None
    assert properties["column_density_max_ppm_m"] is None
    assert properties["probability"] is None
    write_csv(tmp_path / "plumes.csv", features)
    (row,) = csv.DictReader((tmp_path / "plumes.csv").read_text().splitlines())
    assert row["column_density_mean_ppm_m"] == ""
    write_geopackage(tmp_path / "plumes.gpkg", features)
    _, _, _, fields = pyogrio.raw.read(tmp_path / "plumes.gpkg")
    assert math.isnan(fields[COLUMNS.index("column_density_mean_ppm_m")][0])


def test_geopackage_has_the_same_outlines_and_columns(
    tmp_path: Path, scan: Callable, flat_earth: type
) -> None:
    _, detections = scan()
    features = plume_features(detections, flat_earth())
    write_geopackage(tmp_path / "plumes.gpkg", features)
    info = pyogrio.read_info(tmp_path / "plumes.gpkg", layer="plumes")
    assert tuple(info["fields"]) == COLUMNS
    assert info["features"] == 2
    assert info["geometry_type"] == "MultiPolygon"
    assert info["crs"] == "EPSG:4326"
    bounds = shapely.GeometryCollection(list(features.outlines)).bounds
    assert info["total_bounds"] == pytest.approx(bounds)
    _, _, _, fields = pyogrio.raw.read(tmp_path / "plumes.gpkg")
    by_name = dict(zip(COLUMNS, fields, strict=True))
    assert by_name["id"].dtype == "int64"
    assert by_name["probability"].tolist() == [0.97, 0.97]
    assert json.loads(by_name["alternatives"][0])[1] == {"name": "ethylene", "probability": 0.01}
    assert json.loads(by_name["flags"][0]) == ["look-alike possible"]


@pytest.mark.parametrize("with_geometry", [True, False])
def test_empty_files_keep_their_columns(
    tmp_path: Path, scan: Callable, flat_earth: type, with_geometry: bool
) -> None:
    _, detections = scan(n_plumes=0)
    features = plume_features(detections, flat_earth() if with_geometry else None)
    write_geopackage(tmp_path / "plumes.gpkg", features)
    info = pyogrio.read_info(tmp_path / "plumes.gpkg", layer="plumes")
    assert tuple(info["fields"]) == COLUMNS
    assert info["features"] == 0
    write_geojson(tmp_path / "plumes.geojson", features)
    assert json.loads((tmp_path / "plumes.geojson").read_text())["features"] == []
    write_csv(tmp_path / "plumes.csv", features)
    assert (tmp_path / "plumes.csv").read_text().strip() == ",".join(COLUMNS)


def test_a_plume_that_cannot_be_placed_keeps_its_row(
    tmp_path: Path, scan: Callable, flat_earth: type
) -> None:
    _, detections = scan(n_plumes=1)
    features = plume_features(detections, flat_earth(blind_samples=frozenset(range(99))))
    write_geojson(tmp_path / "plumes.geojson", features)
    feature = json.loads((tmp_path / "plumes.geojson").read_text())["features"][0]
    assert feature["geometry"] is None
    assert feature["properties"]["origin_lon"] is None
    write_geopackage(tmp_path / "plumes.gpkg", features)
    assert pyogrio.read_info(tmp_path / "plumes.gpkg", layer="plumes")["features"] == 1


@pytest.mark.parametrize("name", ["plumes.geojson", "plumes.gpkg"])
@pytest.mark.parametrize("with_geometry", [True, False])
def test_ogrinfo_reads_them(
    tmp_path: Path, scan: Callable, flat_earth: type, name: str, with_geometry: bool
) -> None:
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo is not installed: apt-get install gdal-bin")
    _, detections = scan()
    features = plume_features(detections, flat_earth() if with_geometry else None)
    write = write_geojson if name.endswith("json") else write_geopackage
    write(tmp_path / name, features)
    said = subprocess.run(
        [program, "-ro", "-al", tmp_path / name], capture_output=True, text=True, check=True
    )
    assert "Layer name: plumes" in said.stdout
    assert "Feature Count: 2" in said.stdout
    assert "column_density_mean_ppm_m (Real) = 300" in said.stdout
    assert ("WGS 84" in said.stdout) == with_geometry
    assert ("Pixel grid: x = sample, y = line" in said.stdout) != with_geometry
    assert "ERROR" not in said.stderr
    assert "Warning" not in said.stderr


def test_rows_are_read_back_as_they_were_written(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(alternatives=(("methanol", 0.7), ("ethanol", math.nan), ("unknown", 0.9)))
    path = tmp_path / "plumes.geojson"
    features = plume_features(detections, None)
    write_geojson(path, features)
    rows = read_plume_rows(path)
    assert rows == features.rows
    # Named are the main gas and those more probable than not.
    assert rows[0].chemicals == (rows[0].chemical, "methanol")
    assert rows[0].chemicals == detections.plumes[0].chemicals


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": [{"properties": {"id": 1}}]}'])
def test_damaged_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plumes.geojson"
    path.write_text(text)
    with pytest.raises(InputError, match="the result is damaged: scan again"):
        read_plume_rows(path)
    with pytest.raises(InputError, match="can't be read"):
        read_plume_rows(tmp_path / "none.geojson")
