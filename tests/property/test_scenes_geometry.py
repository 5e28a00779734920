"""Laws of geometry: places and pixels lead to each other, and moving a scene changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from cathartes.scenes.geometry import AffineGeometry, lon_lat_transformer
from cathartes.scenes.glt import GltGeometry, centres_from_index
from cathartes.scenes.igm import IgmGeometry, local_crs

GEOD = Geod(ellps="WGS84")
PLACES = [(-105.0, 36.0), (18.4, -33.9), (179.999, -16.5), (-180.0, 66.0), (6.0, 0.0), (15.0, 78.0)]


def make_affine(place, size_m=5.0, rotation_deg=30.0, shape=(40, 30)) -> AffineGeometry:
    """Return a rotated grid with the first pixel's corner at a place (lon, lat)."""
    crs = local_crs(np.array([place[0]]), np.array([place[1]]))
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*place)
    cos, sin = np.cos(np.radians(rotation_deg)), np.sin(np.radians(rotation_deg))
    transform = (size_m * cos, size_m * sin, x, size_m * sin, -size_m * cos, y)
    return AffineGeometry(tuple(map(float, transform)), crs, shape)


def as_igm(affine: AffineGeometry) -> IgmGeometry:
    line, sample = np.indices(affine.shape) + 0.5
    return IgmGeometry(*affine.to_lon_lat(line, sample))


places = st.sampled_from(PLACES)
sizes = st.floats(0.2, 60.0)
turns = st.floats(-180.0, 180.0)


@given(place=places, size=sizes, turn=turns, seed=st.integers(0, 999))
def test_igm_between_and_beyond_centres_agrees_with_the_plane(place, size, turn, seed) -> None:
    """Bilinear in degrees against exact in the plane: 150 pixels of 60 m curve by < 0.02 pixel."""
    affine = make_affine(place, size, turn)
    rng = np.random.default_rng(seed)
    line, sample = rng.uniform(0, 40, 50), rng.uniform(0, 30, 50)
    lon, lat = as_igm(affine).to_lon_lat(line, sample)
    expected = affine.to_lon_lat(line, sample)
    _, _, distance = GEOD.inv(lon, lat, *expected)
    assert distance.max() < 0.02 * size
    assert np.abs(lon).max() <= 180.0


@given(place=places, size=sizes, turn=turns)
def test_pixel_size_is_the_grids(place, size, turn) -> None:
    """UTM's scale is within 0.04 % inside its zone; at 78 N and 0 E in zone 31 no worse."""
    affine = make_affine(place, size, turn)
    assert affine.pixel_size_m() == pytest.approx(size, rel=2e-3)
    assert as_igm(affine).pixel_size_m() == pytest.approx(size, rel=2e-3)


@given(place=places, size=sizes, turn=turns)
def test_each_map_cell_shows_a_pixel_nearby_and_every_pixel_is_covered(place, size, turn) -> None:
    igm = as_igm(make_affine(place, size, turn))
    index = igm.map_index()
    y, x = np.nonzero(index.line >= 0)
    a, b, c0, d, e, f0 = index.grid.transform
    lon, lat = lon_lat_transformer(index.grid.crs).transform(
        a * (x + 0.5) + b * (y + 0.5) + c0, d * (x + 0.5) + e * (y + 0.5) + f0
    )
    line, sample = index.line[y, x], index.sample[y, x]
    _, _, distance = GEOD.inv(
        lon, lat, igm.longitude_deg[line, sample], igm.latitude_deg[line, sample]
    )
    assert distance.max() < 1.01 * size
    # Inside, cells of a pixel's size lie within half a diagonal of some centre.
    inner = (line > 0) & (line < 39) & (sample > 0) & (sample < 29)
    assert distance[inner].max() < 0.72 * size
    # A grid of the same density misses few pixels, whatever its turn.
    assert np.unique(line * 30 + sample).size > 0.75 * 40 * 30
    # The area shown is the scene's plus at most one pixel all round.
    assert 40 * 30 * 0.98 <= line.size <= 43 * 33


@given(place=places, size=sizes, turn=turns)
def test_a_table_made_from_places_leads_back_to_them(place, size, turn) -> None:
    """A nearest-pixel table knows a place to half a cell's diagonal, 0.71 of its side."""
    igm = as_igm(make_affine(place, size, turn))
    index = igm.map_index()
    centres = centres_from_index(index, igm.shape)
    inner = (slice(2, -2), slice(2, -2))
    lon, lat = centres.longitude_deg[inner], centres.latitude_deg[inner]
    _, _, distance = GEOD.inv(lon, lat, igm.longitude_deg[inner], igm.latitude_deg[inner])
    assert np.median(distance) < 0.72 * size
    assert distance.max() < 1.0 * size
    geometry = GltGeometry(index, centres)
    assert geometry.map_index() is index


@given(place=places, size=sizes, turn=turns, scale=st.floats(-5.0, 5.0))
def test_resampling_moves_values_and_changes_none(place, size, turn, scale) -> None:
    igm = as_igm(make_affine(place, size, turn))
    values = (scale * np.arange(1200, dtype=np.float32)).reshape(40, 30)
    mapped = igm.map_index().resample(values)
    assert np.isin(mapped[np.isfinite(mapped)], values).all()
    assert np.isnan(mapped).any()


@given(place=places, turn=turns)
def test_affine_maps_onto_itself(place, turn) -> None:
    affine = make_affine(place, 3.0, turn)
    values = np.arange(1200, dtype=np.float32).reshape(40, 30)
    index = affine.map_index()
    assert index.grid.transform == affine.transform
    np.testing.assert_array_equal(index.resample(values), values)
