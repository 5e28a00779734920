"""A made-up scan of a known plume, through the images of its cube to a source on the ground."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from cathartes.detect.atmosphere import clear_air
from cathartes.detect.result import Detections, Outcome, Plume
from cathartes.errors import InputError
from cathartes.locate.look_wind import LookWind
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.plume_sources import (
    SourceSearch,
    find_sources,
    source_search,
)
from cathartes.products.plume_table import plume_row
from cathartes.products.sources import write_sources
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.wind.open import wind_file
from cathartes.simulate.column_scene import ColumnScene, column_scene
from cathartes.spectra.response import SpectralBands
from made_up_spectra import made_up_spectrum

EAST, NORTH = 465_000.0, 5_428_000.0
BAND = np.linspace(7.5, 12.0, 8)


@dataclass(frozen=True)
class Images:
    """Planes of a scan with one gas; the thermal infrared shows it in absorption."""

    columns: NDArray[np.float32]

    def read(self, name: str) -> NDArray[np.float32]:
        return -2.0 * self.columns if name.startswith("amount/") else self.columns


def geometry_of(scene: ColumnScene, rotated_deg: float = 0.0) -> AffineGeometry:
    angle, p = np.deg2rad(rotated_deg), scene.pixel_m
    a, b = p * np.cos(angle), p * np.sin(angle)
    transform = (float(a), float(b), EAST, float(b), float(-a), NORTH)
    return AffineGeometry(transform, "EPSG:32632", scene.mask.shape)


def scan_of(scene: ColumnScene, chemical: str = "ammonia") -> Detections:
    line, sample = np.nonzero(scene.mask)
    mean = float(scene.column_density_ppm_m[scene.mask].mean())
    plume = Plume(
        1, chemical, 1.0, (), 1e-6, 1e-6, 30.0, line.size,
        int(line.min()), int(line.max()), int(sample.min()), int(sample.max()),
        line.mean() + 0.5, sample.mean() + 0.5, 3 * mean, mean, 0.1 * mean, -1, (),
        made_up_spectrum(BAND, np.sin(BAND)),
    )  # fmt: skip
    return Detections(
        scene.mask.astype(np.int32), (plume,), (), True, Outcome.DETECTIONS, "",
        Images(scene.column_density_ppm_m.astype(np.float32)), clear_air(BAND.size),
    )  # fmt: skip


SCENE = column_scene(905, 5.0)
SEARCH = SourceSearch(
    LookWind(SCENE.wind_speed_m_s, 0.2 * SCENE.wind_speed_m_s, SCENE.told_from_deg, 15.0),
    SCENE.height_m,
)
LIBRARY = working_library()


def true_lon_lat(geometry: AffineGeometry) -> tuple[float, float]:
    east, north = SCENE.origins_m[0]
    longitude, latitude = geometry.to_lon_lat([-north / 5.0], [east / 5.0])
    return float(longitude[0]), float(latitude[0])


def metres_off(geometry: AffineGeometry, longitude: float, latitude: float) -> float:
    east, north = LocalFrame(*true_lon_lat(geometry)).to_east_north(longitude, latitude)
    return float(np.hypot(east, north))


def test_a_plume_of_a_scan_gets_its_origin_and_its_rate() -> None:
    geometry = geometry_of(SCENE)
    (source,) = find_sources(scan_of(SCENE), geometry, LIBRARY, SEARCH)
    row = plume_row(scan_of(SCENE).plumes[0], geometry, source)
    assert row.source_lon is not None
    assert row.source_lat is not None
    assert metres_off(geometry, row.source_lon, row.source_lat) < 7.5
    assert row.rate_kg_h_p05 is not None
    assert row.rate_kg_h_p95 is not None
    assert row.rate_kg_h_p05 < SCENE.rate_kg_h < row.rate_kg_h_p95
    assert (row.n_sources, row.rate_reason) == (1, "")


def test_a_cube_turned_on_the_map_has_a_wind_that_is_turned_against_it() -> None:
    """Rationale: wind is counted from north, not from the cube's lines."""
    turned = geometry_of(SCENE, 30.0)
    # Lines that run 30 degrees off: what was north in the cube is now so far clockwise.
    wind = replace(SEARCH.wind, wind_from_deg=(SEARCH.wind.wind_from_deg + 30.0) % 360.0)
    (source,) = find_sources(scan_of(SCENE), turned, LIBRARY, replace(SEARCH, wind=wind))
    assert source.frame is not None
    longitude, latitude = source.frame.to_lon_lat(*source.origins[0].likeliest_m)
    assert metres_off(turned, float(longitude), float(latitude)) < 10.0


def test_points_and_regions_share_an_id_and_the_region_is_about_the_point(tmp_path: Path) -> None:
    geometry, found = geometry_of(SCENE), scan_of(SCENE)
    sources = find_sources(found, geometry, LIBRARY, SEARCH)
    rows = [plume_row(found.plumes[0], geometry, sources[0])]
    write_sources(tmp_path, rows, sources)
    content = json.loads((tmp_path / "sources.geojson").read_text(encoding="utf-8"))
    point, half, most = content["features"]
    assert content["schema"] == "cathartes-sources/1"
    assert point["properties"]["rate_kg_h"] == pytest.approx(sources[0].rate.rate_kg_h)
    assert [f["properties"]["region"] for f in (half, most)] == [0.5, 0.9]
    assert {f["properties"]["id"] for f in content["features"]} == {1}
    place, inner, outer = (shapely.geometry.shape(f["geometry"]) for f in content["features"])
    assert outer.is_valid
    assert outer.buffer(1e-7).covers(place)
    assert outer.buffer(1e-7).covers(inner)
    assert outer.area > inner.area > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chemical": "unknown"}, "not known"),
        ({"column_density_mean_ppm_m": float("nan")}, "no column density"),
    ],
)
def test_there_is_a_reason_where_there_is_no_rate(change: dict[str, object], words: str) -> None:
    found = scan_of(SCENE)
    found = replace(found, plumes=(replace(found.plumes[0], **change),))  # type: ignore[arg-type]
    (source,) = find_sources(found, geometry_of(SCENE), LIBRARY, SEARCH)
    assert np.isnan(source.rate.rate_kg_h)
    assert words in source.rate.reason


def test_stagnant_air_gives_neither_origin_nor_rate() -> None:
    still = SourceSearch(LookWind(0.4, 0.2, 90.0, 60.0), None)
    (source,) = find_sources(scan_of(SCENE), geometry_of(SCENE), LIBRARY, still)
    assert source.origins == ()
    assert "stagnant" in source.rate.reason


def test_a_wind_is_for_cubes_on_the_ground_alone() -> None:
    cube = Cube(
        name="bare",
        source=ArrayLines(np.ones((3, 3, 8), dtype=np.float32)),
        shape=(3, 3, 8),
        bands=SpectralBands(BAND, np.full(8, 0.1)),
        band_valid=np.ones(8, bool),
    )
    assert source_search("", cube, None) is None
    with pytest.raises(InputError, match="has no geometry, and a wind is given"):
        source_search("3+-0.5,90+-10", cube, None)
    assert wind_file("3+-0.5,90+-10") is None
    assert wind_file("station.csv") == Path("station.csv")
