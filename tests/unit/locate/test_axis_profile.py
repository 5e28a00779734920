"""A plume in slices: nothing is lost, and no direction is preferred."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.locate.axis_profile import MOST_SLICES, principal_bearing_deg, profile_along

PIXEL_M = 4.0


def ribbon(bearing_deg: float, length: int = 30, half: int = 3):
    """Pixels of a plume that leads in one direction and thins out, from 20 m downwind on."""
    along, across = np.meshgrid(
        np.arange(length) * PIXEL_M + 22.0, np.arange(-half, half + 1) * 4.0
    )
    along, across = along.ravel(), across.ravel()
    angle = np.radians(bearing_deg)
    east = along * np.sin(angle) + across * np.cos(angle)
    north = along * np.cos(angle) - across * np.sin(angle)
    return east, north, 500.0 * np.exp(-along / 60.0)


@given(bearing_deg=st.floats(0, 359), off_deg=st.floats(-40, 40))
def test_mass_is_kept_whatever_the_direction(bearing_deg, off_deg):
    east, north, column = ribbon(bearing_deg)
    found = profile_along(east, north, column, 0.1 * column, bearing_deg + off_deg, PIXEL_M)
    mass = np.nansum(found.mean * found.width_m * found.step_m)
    assert mass == pytest.approx(column.sum() * PIXEL_M**2, rel=1e-9)
    np.testing.assert_allclose(found.mean_sd, 0.1 * found.mean)


def test_slices_across_the_plume_have_its_width_and_its_decay():
    east, north, column = ribbon(0.0)
    found = profile_along(east, north, column, column, 0.0, PIXEL_M)
    assert found.distance_m[0] == 22.0
    np.testing.assert_allclose(found.width_m, 7 * PIXEL_M)
    np.testing.assert_allclose(found.mean, 500.0 * np.exp(-found.distance_m / 60.0))
    np.testing.assert_allclose(found.across_sd, 0.0, atol=1e-9)


def test_distances_behind_the_origin_are_negative_and_gaps_are_told():
    east, north = np.zeros(3), np.array([-10.0, 2.0, 18.0])
    column = np.array([1.0, np.nan, 3.0])
    found = profile_along(east, north, column, column, 0.0, PIXEL_M)
    np.testing.assert_allclose(found.distance_m[[0, -1]], [-10.0, 18.0])
    assert found.width_m.tolist() == [4.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 4.0]
    np.testing.assert_array_equal(np.isfinite(found.mean), [1, 0, 0, 0, 0, 0, 0, 1])


def test_a_long_plume_is_cut_into_a_hundred():
    east = np.arange(5000) * PIXEL_M
    found = profile_along(east, 0 * east, east, east, 90.0, PIXEL_M)
    assert MOST_SLICES <= found.distance_m.size <= MOST_SLICES + 1


@given(bearing_deg=st.floats(0, 359))
def test_the_principal_axis_leads_to_where_the_plume_lies(bearing_deg):
    east, north, _ = ribbon(bearing_deg)
    found = principal_bearing_deg(east, north)
    assert abs((found - bearing_deg + 180) % 360 - 180) < 1e-6


def test_one_pixel_has_a_profile():
    found = profile_along(np.zeros(1), np.zeros(1), np.ones(1), np.ones(1), 45.0, PIXEL_M)
    assert found.mean.tolist() == [1.0]
    assert principal_bearing_deg(np.zeros(1), np.zeros(1)) == 0.0
