import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, box

from cathartes.products.outline import ground_outline, pixel_outlines

DIAGONAL = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.int32)
RING = np.array([[3, 3, 3], [3, 0, 3], [3, 3, 3]], dtype=np.int32)


def test_x_is_the_sample_and_y_the_line() -> None:
    labels = np.zeros((5, 9), dtype=np.int32)
    labels[1, 6:8] = 4
    assert pixel_outlines(labels)[4].bounds == (6, 1, 8, 2)


def test_pixels_touching_at_a_corner_are_one_plume_of_two_polygons() -> None:
    outline = pixel_outlines(DIAGONAL)[1]
    assert [part.bounds for part in outline.geoms] == [(0, 0, 1, 1), (1, 1, 2, 2)]


def test_a_hole_is_kept() -> None:
    outline = pixel_outlines(RING)[3]
    assert outline.area == 8
    assert len(outline.geoms[0].interiors) == 1


def test_no_labels_no_outlines() -> None:
    assert pixel_outlines(np.zeros((3, 3), dtype=np.int32)) == {}


def test_longitude_comes_first_and_exteriors_run_anticlockwise(flat_earth: type) -> None:
    ground = ground_outline(pixel_outlines(RING)[3], flat_earth(lon=10, lat=50))
    assert ground.bounds == pytest.approx((10.0, 49.997, 10.003, 50.0), abs=1e-7)
    assert shapely.is_ccw(ground.geoms[0].exterior)
    assert not shapely.is_ccw(ground.geoms[0].interiors[0])
    assert len(ground.geoms[0].exterior.coords) == 5, "corners on a straight line are left out"


def test_an_outline_follows_a_swaying_flight_line(flat_earth: type) -> None:
    class Swaying(flat_earth):  # type: ignore[misc]
        def to_lon_lat(self, line: NDArray[np.float64], sample: NDArray[np.float64]) -> object:
            lon, lat = super().to_lon_lat(line, sample)
            return lon + 5e-4 * np.sin(np.asarray(line)), lat

    labels = np.ones((20, 1), dtype=np.int32)
    ground = ground_outline(pixel_outlines(labels)[1], Swaying())
    assert len(ground.geoms[0].exterior.coords) == 2 * 21 + 1, "each pixel corner has its place"


def test_an_outline_across_the_antimeridian_is_cut_there(flat_earth: type) -> None:
    labels = np.ones((2, 4), dtype=np.int32)
    ground = ground_outline(pixel_outlines(labels)[1], flat_earth(lon=179.999, lat=-17))
    parts = sorted(part.bounds for part in ground.geoms)
    assert parts[0] == pytest.approx((-180, -17.002, -179.997, -17), abs=1e-7)
    assert parts[1] == pytest.approx((179.999, -17.002, 180, -17), abs=1e-7)


def test_a_hole_at_the_antimeridian_stays_in_its_polygon(flat_earth: type) -> None:
    ground = ground_outline(pixel_outlines(RING)[3], flat_earth(lon=179.9985, lat=5))
    assert ground.is_valid
    assert ground.area == pytest.approx(8e-6, rel=1e-3)
    assert all(abs(lon) <= 180 for lon in shapely.get_coordinates(ground)[:, 0])


def test_corners_without_a_place_are_left_out(flat_earth: type) -> None:
    outline = MultiPolygon([box(0, 0, 4, 1)])
    ground = ground_outline(outline, flat_earth(lon=0, lat=0, blind_samples=frozenset({4})))
    assert ground.bounds == pytest.approx((0, -0.001, 0.003, 0), abs=1e-7)


def test_an_outline_without_any_place_is_empty(flat_earth: type) -> None:
    outline = MultiPolygon([box(0, 0, 2, 1)])
    nowhere = flat_earth(blind_samples=frozenset(range(5)))
    assert ground_outline(outline, nowhere).is_empty


def test_a_footprint_folded_over_itself_becomes_valid(flat_earth: type) -> None:
    class Folded(flat_earth):  # type: ignore[misc]
        def to_lon_lat(self, line: NDArray[np.float64], sample: NDArray[np.float64]) -> object:
            back = np.where(np.asarray(sample) > 2, 4 - np.asarray(sample), sample)
            return super().to_lon_lat(np.asarray(line) + 0.3 * (np.asarray(sample) > 2), back)

    ground = ground_outline(MultiPolygon([Polygon([(0, 0), (4, 0), (4, 3), (0, 3)])]), Folded())
    assert ground.is_valid
    assert not ground.is_empty
