"""Plume maps' origins as particles."""

import numpy as np
import pytest

from cathartes.locate.map_view import map_sighting, perhaps_upwind_m
from cathartes.locate.origin import OriginPosterior


def test_rates_have_the_quantiles_that_were_told() -> None:
    places = np.random.default_rng(0).normal(size=(4000, 2))
    sighting = map_sighting(
        "plume", places, 0.9, rate=(10.0, 5.0, 20.0), rng=np.random.default_rng(1), height_m=3.0
    )
    told = np.quantile(sighting.rate_kg_h, [0.05, 0.5, 0.95])
    np.testing.assert_allclose(told, [5.0, 10.0, 20.0], rtol=0.06)
    assert (sighting.height_m == 3.0).all()


@pytest.mark.parametrize("rate", [None, (np.nan, np.nan, np.nan)])
def test_a_plume_without_a_rate_tells_none(rate: tuple[float, float, float] | None) -> None:
    places = np.random.default_rng(0).normal(size=(50, 2))
    rng = np.random.default_rng(1)
    sighting = map_sighting("plume", places, 0.9, rate=rate, rng=rng)
    assert not sighting.has_rate
    assert np.isnan(sighting.height_m).all()


def test_half_of_a_perhaps_hidden_origin_lies_upwind() -> None:
    """In a wind from the west upwind is west; all distances up to 20 m are as likely."""
    places = np.zeros((4000, 2))
    moved = perhaps_upwind_m(places, 270.0, 20.0, np.random.default_rng(0))
    np.testing.assert_allclose(moved[:, 1], 0.0, atol=1e-9)
    away = -moved[:, 0]
    assert (away >= 0).all()
    assert np.mean(away > 0) == pytest.approx(0.5, abs=0.03)
    assert away.max() < 20.0
    assert away[away > 0].mean() == pytest.approx(10.0, abs=0.6)


def test_draws_of_an_origin_follow_its_cells() -> None:
    probability = np.array([[0.0, 0.25], [0.75, 0.0]])
    origin = OriginPosterior(probability, 2.0, 100.0, 50.0, None, 0.0)
    east, north = origin.draw_m(4000, np.random.default_rng(0)).T
    upper = north > 48.0
    assert upper.mean() == pytest.approx(0.25, abs=0.03)
    assert ((east[upper] > 102.0) & (east[upper] < 104.0)).all()
    assert ((east[~upper] > 100.0) & (east[~upper] < 102.0) & (north[~upper] > 46.0)).all()
