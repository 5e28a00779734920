"""Laws of outlines: they say the same as the label image, whatever its shape."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.features import rasterize
from shapely.geometry import MultiPolygon

from cathartes.products.outline import ground_outline, pixel_outlines
from cathartes.scenes.geometry import AffineGeometry
from effort import effort

LABELS = arrays(
    np.int32,
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    elements=st.sampled_from([0, 0, 1, 2, 5]),
)


@given(LABELS)
def test_each_label_has_one_valid_outline_of_its_area(labels: np.ndarray) -> None:
    outlines = pixel_outlines(labels)
    assert list(outlines) == [label for label in np.unique(labels) if label]
    for label, outline in outlines.items():
        assert isinstance(outline, MultiPolygon)
        assert shapely.is_valid(outline), shapely.is_valid_reason(outline)
        assert outline.area == np.count_nonzero(labels == label)


@given(LABELS)
def test_outlines_burnt_back_are_the_labels(labels: np.ndarray) -> None:
    outlines = pixel_outlines(labels)
    burnt = np.zeros_like(labels)
    if outlines:
        burnt = rasterize(
            [(outline, label) for label, outline in outlines.items()],
            out_shape=labels.shape,
            dtype="int32",
        )
    np.testing.assert_array_equal(burnt, labels)


@settings(max_examples=effort(10, 25))
@given(
    LABELS,
    st.floats(0, 360),
    st.floats(0.5, 30),
    st.sampled_from([("EPSG:32613", 5e5), ("EPSG:32713", 5e5), ("EPSG:32601", 1.7e5)]),
)
def test_outlines_on_the_ground_keep_their_area_and_the_right_hand_rule(
    labels: np.ndarray, turn_deg: float, size_m: float, zone: tuple[str, float]
) -> None:
    crs, east_m = zone
    c, s = np.cos(np.radians(turn_deg)) * size_m, np.sin(np.radians(turn_deg)) * size_m
    geometry = AffineGeometry((c, s, east_m, s, -c, 4.0e6), crs, labels.shape)
    for outline in pixel_outlines(labels).values():
        ground = ground_outline(outline, geometry)
        assert shapely.is_valid(ground), shapely.is_valid_reason(ground)
        west, south, east, north = ground.bounds
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        for part in ground.geoms:
            assert shapely.is_ccw(part.exterior)
            assert not any(shapely.is_ccw(hole) for hole in part.interiors)
        # Vertices are rounded to 1e-7 degree, about 1 cm: a pixel's side to 2 cm and 2 %.
        # Scale factor of UTM: below 0.2 % here.
        per_degree_2 = 111_320.0**2 * np.cos(np.radians((south + north) / 2))
        sides = 0.02 / size_m + 0.005
        assert abs(ground.area * per_degree_2 / size_m**2 / outline.area - 1) < 4 * sides + 0.01


@settings(max_examples=effort(10, 25))
@given(LABELS, st.integers(0, 20), st.integers(0, 20))
def test_moving_the_labels_moves_the_outlines(labels: np.ndarray, down: int, right: int) -> None:
    moved = np.pad(labels, ((down, 0), (right, 0)))
    there = pixel_outlines(moved)
    for label, outline in pixel_outlines(labels).items():
        shifted = shapely.affinity.translate(outline, right, down)
        assert shapely.equals(shifted, there[label])
