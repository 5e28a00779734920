"""A plume's origin and rate by the command, from a cube whose source is known."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
from pyproj import Transformer
from runs import Run

import cathartes
from cathartes.scenes.local_frame import LocalFrame

WIND = "3+-0.6,250+-15"


def test_a_wind_gives_the_plume_an_origin_and_a_rate(run: Run, yard: Path, tmp_path: Path) -> None:
    """Rationale: the simulated plume starts at a known pixel, in a wind of 3 m/s from 250 degrees.

    It starts over ground on which it can't be seen: 18 m of it are hidden, and that must be said.

    Expected: the origin within 25 m and flagged, the rate a number, the same in each file.
    """
    out = tmp_path / "plumes"
    said = run("scan", yard / "scene.hdr", "--gas", "SF6", "--out", out, "--wind", WIND, "-q")
    assert said.code == 0
    assert "kg/h (" in said.out
    summary = cathartes.read_summary(out)
    assert summary.wind is not None
    assert (summary.wind.wind_speed_m_s, summary.wind.wind_from_deg) == (3.0, 250.0)
    plume = next(p for p in summary.plumes if p.chemical == "SF6")
    assert None not in (plume.rate_kg_h, plume.source_lon, plume.source_lat)
    geometry = cathartes.open_cube(yard / "scene.hdr").geometry
    assert geometry is not None
    longitude, latitude = geometry.to_lon_lat([50.5], [30.5])
    frame = LocalFrame(float(longitude[0]), float(latitude[0]))
    east, north = frame.to_east_north(plume.source_lon, plume.source_lat)
    assert np.hypot(east, north) < 25.0
    assert "source may lie where gas can't be seen" in plume.flags
    features = json.loads((out / "sources.geojson").read_text(encoding="utf-8"))["features"]
    point = next(f for f in features if f["properties"].get("plume_id") == plume.id)
    assert point["properties"]["rate_kg_h"] == plume.rate_kg_h
    written = {file.path for file in summary.files}
    image = f"layers/source_{point['properties']['id']}_probability.tif"
    assert {"sources.geojson", "sources.gpkg", "sources.png", image} <= written
    assert pyogrio.read_info(out / "sources.gpkg", layer="sources")["features"] == sum(
        f["geometry"]["type"] == "Point" for f in features
    )
    with rasterio.open(out / image) as raster:
        assert raster.read(1).sum() == pytest.approx(1.0, abs=1e-4)
        to_ground = Transformer.from_crs(raster.crs, "EPSG:4326", always_xy=True)
        row, column = np.unravel_index(raster.read(1).argmax(), raster.shape)
        likeliest = to_ground.transform(*raster.xy(row, column))
    assert likeliest == pytest.approx(point["geometry"]["coordinates"], abs=1e-6)


def test_without_a_wind_nothing_is_said_of_sources(run: Run, yard: Path, tmp_path: Path) -> None:
    out = tmp_path / "plumes"
    idle = ("--source-height-m", 3, "--air-mass-factor", 2)
    assert run("scan", yard / "scene.hdr", "--gas", "SF6", "--out", out, *idle, "-q").code == 0
    summary = cathartes.read_summary(out)
    assert summary.wind is None
    assert "Not used: source_height_m (no wind was given)." in summary.remarks
    assert "Not used: air_mass_factor (it is for sunlight)." in summary.remarks
    assert {p.rate_kg_h for p in summary.plumes} == {None}
    assert not (out / "sources.geojson").exists()


def test_a_wind_that_can_not_be_read_is_said_before_the_scan(
    run: Run, yard: Path, tmp_path: Path
) -> None:
    said = run("scan", yard / "scene.hdr", "--out", tmp_path / "plumes", "--wind", "3,250")
    assert said.code != 0
    assert "with their errors" in said.err
    said = run("scan", yard / "scene.hdr", "--out", tmp_path / "plumes", "--wind", "breeze")
    assert said.code != 0
    assert "wind 'breeze': neither a wind in words" in said.err
    assert not (tmp_path / "plumes").exists()
