"""The density that particles stand for, and resampling."""

import numpy as np
import pytest

from cathartes.locate.place_density import PlaceDensity
from cathartes.locate.resampling import systematic


def tilted(n: int = 300) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([50.0, -20.0]) + rng.normal(size=(n, 2)) @ np.array([[9.0, 4.0], [0.0, 3.0]])


def test_it_integrates_to_one() -> None:
    density = PlaceDensity.of(tilted())
    axis = np.linspace(-600, 600, 301)
    east, north = np.meshgrid(50.0 + axis, -20.0 + axis)
    places = np.column_stack([east.ravel(), north.ravel()])
    step = axis[1] - axis[0]
    total = density.density(places).sum() * step**2
    assert total == pytest.approx(1.0, abs=0.01)


def test_kernels_add_to_the_density_and_draws_follow_it() -> None:
    density = PlaceDensity.of(tilted())
    draws = density.draw(4000, np.random.default_rng(1))
    np.testing.assert_allclose(density.kernels(draws).sum(axis=1), density.density(draws))
    middle = [0.25, 0.5, 0.75]  # quantiles that tails do not move
    expected = np.quantile(tilted(), middle, axis=0)
    np.testing.assert_allclose(np.quantile(draws, middle, axis=0), expected, atol=1.5)


def test_a_place_far_off_is_unlikely_and_not_impossible() -> None:
    density = PlaceDensity.of(tilted())
    near, far = density.density(np.array([[50.0, -20.0], [250.0, -20.0]]))
    assert 0 < far < 1e-4 * near


def test_each_is_kept_as_often_as_its_weight_says() -> None:
    weight = np.array([0.0, 1.0, 2.5, 0.5])
    kept = systematic(weight, 1000, np.random.default_rng(0))
    count = np.bincount(kept, minlength=4)
    np.testing.assert_allclose(count, 1000 * weight / weight.sum(), atol=1.0)
