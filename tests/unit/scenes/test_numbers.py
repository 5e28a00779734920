"""Turning a file's numbers into the order of a cube, a cache's worth at a time."""

import numpy as np
import pytest

from cathartes.scenes.readers.numbers import bands_at_once, convert_numbers


@pytest.mark.parametrize(
    ("n_samples", "item", "most"),
    [(320, 4, 64), (512, 4, 16), (512, 2, 32), (1024, 4, 8), (1025, 4, 8), (1, 4, 64)],
)
def test_bands_turned_together_share_few_rows_of_a_cache(n_samples, item, most):
    """512 samples of 4 bytes: every other band begins 4096 bytes on, in the same of 64 rows."""
    assert bands_at_once(n_samples * item) == most


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<i2", "<f8"])
@pytest.mark.parametrize("n_samples", [1, 7, 512, 1024])
def test_turned_numbers_are_the_numbers(kind, n_samples):
    stored = np.random.default_rng(n_samples).integers(0, 999, (2, 70, n_samples)).astype(kind)
    values = np.empty((2, n_samples, 70), np.float32)
    convert_numbers(stored.transpose(0, 2, 1), values)
    np.testing.assert_array_equal(values, np.moveaxis(stored, 1, 2))
