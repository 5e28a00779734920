"""Which way angles turn: each convention by a case that a person can picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.scenes.georeference.frames import (
    body_to_local,
    local_to_earth,
    to_attitude_deg,
    to_earth_m,
    to_geodetic,
)

NORTH, EAST, DOWN = np.eye(3)


@pytest.mark.parametrize(
    ("attitude", "body", "local"),
    [
        ((0, 0, 90), (1, 0, 0), EAST),  # heading east, the nose points east
        ((0, 0, 90), (0, 1, 0), -NORTH),  # and the right wing south
        ((0, 90, 0), (1, 0, 0), -DOWN),  # nose straight up
        ((90, 0, 0), (0, 1, 0), DOWN),  # right wing straight down
        ((90, 0, 0), (0, 0, 1), -EAST),  # then the belly faces left: west when flying north
        ((0, 90, 0), (0, 0, 1), NORTH),  # nose up, the belly faces forward
        ((90, 0, 90), (0, 0, 1), NORTH),  # flying east, right wing down, the belly faces north
    ],
)
def test_roll_right_wing_down_pitch_nose_up_heading_clockwise(attitude, body, local) -> None:
    np.testing.assert_allclose(body_to_local(*attitude) @ np.array(body), local, atol=1e-15)


def test_the_angles_are_applied_roll_first_then_pitch_then_heading() -> None:
    """Rationale: in another order small-angle cases still pass.

    Expected: products of the three elementary rotations, written out.
    """
    roll, pitch, heading = np.radians((20.0, -35.0, 130.0))

    def rotation(axis: int, angle: float) -> np.ndarray:
        i, j = [k for k in range(3) if k != axis]
        matrix = np.eye(3)
        sign = -1 if axis == 1 else 1
        matrix[i, i] = matrix[j, j] = np.cos(angle)
        matrix[i, j], matrix[j, i] = -sign * np.sin(angle), sign * np.sin(angle)
        return matrix

    expected = rotation(2, heading) @ rotation(1, pitch) @ rotation(0, roll)
    np.testing.assert_allclose(body_to_local(20.0, -35.0, 130.0), expected, atol=1e-15)


@given(st.floats(-179, 179), st.floats(-89, 89), st.floats(-179, 179))
def test_attitude_of_a_matrix_is_the_one_it_was_made_from(roll, pitch, heading) -> None:
    back = to_attitude_deg(body_to_local(roll, pitch, heading))
    np.testing.assert_allclose(back, (roll, pitch, heading), atol=1e-6)


def test_many_attitudes_at_once_are_the_single_ones() -> None:
    angles = np.array([[1.0, 2.0, 3.0], [-20.0, 10.0, 200.0]])
    together = body_to_local(*angles.T)
    np.testing.assert_allclose(together[1], body_to_local(*angles[1]), atol=1e-15)
    np.testing.assert_allclose(to_attitude_deg(together)[0], angles[0], atol=1e-12)


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (8, 50), (-120, -33), (179.9, 75)])
def test_local_axes_are_where_longitude_latitude_and_altitude_grow(lon, lat) -> None:
    """Expected: differences of geocentric positions, by PROJ."""
    at = to_earth_m(lon, lat, 100.0)
    axes = local_to_earth(lon, lat)
    for column, other in ((0, (lon, lat + 1e-5, 100.0)), (1, (lon + 1e-5, lat, 100.0)),
                          (2, (lon, lat, 99.0))):  # fmt: skip
        way = to_earth_m(*other) - at
        np.testing.assert_allclose(axes[:, column], way / np.linalg.norm(way), atol=2e-7)
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)


def test_places_come_back_from_the_earths_frame_and_unknown_stays_unknown() -> None:
    lon, lat, height = to_geodetic(to_earth_m([8.0, np.nan, 10.0], [50.0, 1.0, 0.0], [5.0, 0, -30]))
    np.testing.assert_allclose(lon, [8.0, np.nan, 10.0], atol=1e-12)
    np.testing.assert_allclose(lat, [50.0, np.nan, 0.0], atol=1e-12)
    np.testing.assert_allclose(height, [5.0, np.nan, -30.0], atol=1e-6)
