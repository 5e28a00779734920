"""Sums of weights moved over an image, against the sum at each place in turn."""

import numpy as np
import pytest

from cathartes.locate.flux_weights import sums_at_places


@pytest.mark.parametrize("shape", [(1, 1), (4, 7), (23, 31)])
def test_sums_are_those_of_each_place_in_turn(shape: tuple[int, int]) -> None:
    generator = np.random.default_rng(5)
    image, weight = generator.standard_normal((23, 31)), generator.standard_normal(shape)
    sums = sums_at_places(image, weight)
    assert sums.shape == (24 - shape[0], 32 - shape[1])
    for (y, x), found in np.ndenumerate(sums):
        window = image[y : y + shape[0], x : x + shape[1]]
        assert found == pytest.approx((window * weight).sum(), abs=1e-12 * weight.size)
