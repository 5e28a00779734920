"""Sources as points, regions and images: the same places in every file."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon

from cathartes.errors import OutputError
from cathartes.products.source_features import SourceFeature, region_of, write_source_package
from cathartes.products.source_probability import particle_density

COLUMNS = {"id": str, "rate_kg_h": float}


def write(path: Path, features: list[SourceFeature]) -> None:
    regions = {"id": str, "region": float}
    write_source_package(path, features, "s/1", source_columns=COLUMNS, region_columns=regions)


def test_points_and_regions_are_layers_with_typed_columns(tmp_path: Path) -> None:
    square = Polygon([(8, 50), (8.1, 50), (8.1, 50.1), (8, 50.1)])
    place = SourceFeature(Point(8.05, 50.05), {"id": "methane-1", "rate_kg_h": None})
    write(tmp_path / "s.gpkg", [place, SourceFeature(square, {"id": "methane-1", "region": 0.9})])
    sources = pyogrio.raw.read(tmp_path / "s.gpkg", layer="sources")
    regions = pyogrio.raw.read(tmp_path / "s.gpkg", layer="regions")
    assert list(sources[0]["fields"]) == list(COLUMNS)
    assert sources[3][0][0] == regions[3][0][0] == "methane-1"
    assert np.isnan(sources[3][1][0])
    assert regions[3][1][0] == 0.9
    assert sources[0]["crs"] == "EPSG:4326"


def test_without_a_source_both_layers_keep_their_columns(tmp_path: Path) -> None:
    write(tmp_path / "s.gpkg", [])
    info = pyogrio.read_info(tmp_path / "s.gpkg", layer="sources")
    assert (info["features"], list(info["fields"])) == (0, list(COLUMNS))
    assert info["dtypes"][1] == "float64"
    assert pyogrio.read_info(tmp_path / "s.gpkg", layer="regions")["features"] == 0


def test_a_place_that_can_not_be_written_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="--out"):
        write(tmp_path / "missing" / "s.gpkg", [])


@pytest.mark.parametrize("spread_m", [(5.0, 5.0), (40.0, 3.0)])
def test_a_density_sums_to_the_sources_and_has_their_moments(
    spread_m: tuple[float, float],
) -> None:
    """A kernel estimate's mean is the particles', its covariance theirs plus the kernel's."""
    rng = np.random.default_rng(1)
    places = rng.normal([30.0, -12.0], spread_m, (256, 2))
    expected, west, north, cell = particle_density(places[:, None, :])
    assert expected.sum() == pytest.approx(1.0, abs=0.01)
    x = west + (np.arange(expected.shape[1]) + 0.5) * cell
    y = north - (np.arange(expected.shape[0]) + 0.5) * cell
    mean = (expected.sum(0) @ x, expected.sum(1) @ y) / expected.sum()
    assert mean == pytest.approx(places.mean(0), abs=0.3)
    wider = np.sqrt(1 + 256 ** (-1 / 3))
    deviation = np.sqrt(expected.sum(0) @ (x - mean[0]) ** 2 / expected.sum())
    assert deviation == pytest.approx(places[:, 0].std() * wider, rel=0.03)


def test_two_sources_are_two_and_a_place_without_spread_is_a_cell() -> None:
    rng = np.random.default_rng(2)
    apart = np.stack([rng.normal([0, 0], 4, (128, 2)), rng.normal([300, 40], 9, (128, 2))], axis=1)
    assert particle_density(apart)[0].sum() == pytest.approx(2.0, abs=0.03)
    known = np.full((64, 1, 2), 7.0)
    expected, west, north, cell = particle_density(known)
    row, column = np.unravel_index(expected.argmax(), expected.shape)
    assert (west + (column + 0.5) * cell, north - (row + 0.5) * cell) == pytest.approx(
        (7, 7), abs=cell
    )


def test_a_region_across_the_date_line_is_cut_there_and_keeps_its_size() -> None:
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.column_stack([0.01 * np.cos(angle), 0.01 * np.sin(angle) - 17.0])
    here = region_of(np.column_stack([circle[:, 0] + 7.0, circle[:, 1]]))
    east = circle[:, 0] + 179.995
    cut = region_of(np.column_stack([np.where(east > 180, east - 360, east), circle[:, 1]]))
    assert isinstance(here, Polygon)
    assert isinstance(cut, MultiPolygon)
    assert len(cut.geoms) == 2
    assert cut.area == pytest.approx(here.area)
    assert cut.is_valid
    assert all(part.exterior.is_ccw for part in cut.geoms)
    assert cut.contains(Point(179.99, -17.0))
    assert cut.contains(Point(-179.996, -17.0))
    assert not cut.contains(Point(0.0, -17.0))
