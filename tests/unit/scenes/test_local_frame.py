"""East and north in metres agree with the ellipsoid, both ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from cathartes.errors import InputError
from cathartes.scenes.local_frame import LocalFrame, middle_longitude_deg

GEOD = Geod(ellps="WGS84")


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-5e4, 5e4), st.floats(-5e4, 5e4))
def test_there_and_back(lon, lat, east, north):
    frame = LocalFrame(lon, lat)
    back = frame.to_east_north(*frame.to_lon_lat(east, north))
    np.testing.assert_allclose(back, [east, north], atol=1e-3)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0, 360), st.floats(1, 5e4))
def test_distance_and_azimuth_from_the_origin_are_those_of_the_geodesic(
    lon, lat, azimuth, distance
):
    """Expected: Karney's geodesic, to a millimetre."""
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, azimuth, distance)
    east, north = LocalFrame(lon, lat).to_east_north(there_lon, there_lat)
    angle = np.radians(azimuth)
    np.testing.assert_allclose(
        [east, north], [distance * np.sin(angle), distance * np.cos(angle)], atol=2e-3
    )


@given(st.floats(-60, 60), st.lists(st.floats(-5e4, 5e4), min_size=4, max_size=4))
def test_other_distances_are_true_to_a_hundred_thousandth(lat, places):
    frame = LocalFrame(7.0, lat)
    x1, y1, x2, y2 = places
    (lon1, lat1), (lon2, lat2) = frame.to_lon_lat(x1, y1), frame.to_lon_lat(x2, y2)
    _, _, true = GEOD.inv(lon1, lat1, lon2, lat2)
    assert np.hypot(x2 - x1, y2 - y1) == pytest.approx(true, rel=2.5e-5, abs=1e-3)


@pytest.mark.parametrize("place", [(np.nan, 0.0), (0.0, 91.0), (-200.0, 0.0), (600_000.0, 5e6)])
def test_no_place_on_earth_is_refused(place):
    with pytest.raises(InputError, match=r"the frame's origin: "):
        LocalFrame(*place)


@pytest.mark.parametrize("origin", [(9.0, 48.9), (-179.999, 70.0), (359.5, 89.9), (0.0, -90.0)])
def test_it_is_what_proj_says_between_the_two_reference_systems(origin):
    """The bare pipeline against PROJ's own choice, which knows of ellipsoids and units."""
    frame = LocalFrame(*origin)
    slow = Transformer.from_crs("EPSG:4326", frame.crs, always_xy=True)
    east, north = np.random.default_rng(0).normal(0.0, 5000.0, (2, 1000))
    lon, lat = frame.to_lon_lat(east, north)
    np.testing.assert_array_equal(slow.transform(east, north, direction="INVERSE"), (lon, lat))
    np.testing.assert_array_equal(slow.transform(lon, lat), frame.to_east_north(lon, lat))


@pytest.mark.parametrize(
    ("longitude", "middle"),
    [
        ([7.0, 7.5], 7.25),
        ([-70.0, -69.0], -69.5),
        ([179.0, -178.0], 180.5),
        ([-179.0, 178.0, 179.5], 179.5),
        ([0.5, 359.0], 359.75),
        ([1.0, 359.5], 0.25),
    ],
)
def test_the_middle_of_places_is_between_them_also_at_the_date_line(longitude, middle):
    assert middle_longitude_deg(longitude) == pytest.approx(middle)
