"""Ellipses of 90 % hold 90 % of what the place's law draws, and are as large as they must be."""

from math import log, pi

import numpy as np
import pytest
from shapely import Polygon, contains_xy

from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place
from cathartes.web.views.ellipses import ellipses_deg

PLACES = [
    Place(-103.1, 20.2, 400.0, 900.0, 500.0),
    Place(8.5, 49.0, 2500.0, 100.0, -300.0),
    Place(179.9999, -33.0, 90000.0, 90000.0),
]


def test_no_place_has_no_ellipse():
    assert ellipses_deg([]).shape[0] == 0


@pytest.mark.parametrize("place", PLACES)
def test_the_area_is_that_of_the_chi_square_law(place):
    r"""Area = π k √det C with k = -2 ln 0.1 = 4.605, the 90 % quantile for two degrees."""
    outline = ellipses_deg([place])[0]
    east, north = offset_m(place.longitude_deg, place.latitude_deg, outline[:, 0], outline[:, 1])
    det = np.linalg.det(place.covariance_m2)
    expected = pi * -2 * log(0.1) * det**0.5
    # A polygon of 48 corners in a circle is smaller by (2π/48)²/6 = 0.3 %.
    assert Polygon(np.column_stack((east, north))).area == pytest.approx(expected, rel=0.004)


@pytest.mark.parametrize("place", PLACES)
def test_nine_of_ten_draws_lie_within(place):
    outline = ellipses_deg([place])[0]
    east, north = offset_m(place.longitude_deg, place.latitude_deg, outline[:, 0], outline[:, 1])
    rng = np.random.default_rng(3)
    drawn = rng.multivariate_normal((0, 0), place.covariance_m2, 20_000)
    share = contains_xy(Polygon(np.column_stack((east, north))), *drawn.T).mean()
    assert share == pytest.approx(0.9, abs=4 * (0.9 * 0.1 / 20_000) ** 0.5 + 0.001)
