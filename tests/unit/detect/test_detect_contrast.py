"""Contrast of plume to ground of whole blocks: each gas its own (float32 sums: 1e-4 K)."""

import numpy as np
import pytest

from cathartes.detect.atmosphere import AirOrigin, Atmosphere
from cathartes.detect.contrast import Contrast
from cathartes.detect.quantify import albedo_factor, emissive_contrast_k

WAVELENGTH_UM = np.linspace(8.0, 12.0, 10)
BLOCK = np.random.default_rng(1).uniform(7, 10, (4, 5, 10)).astype(np.float32)
WEIGHT = np.random.default_rng(2).random((3, 10))
AIR = Atmosphere(np.linspace(0.6, 0.9, 10), np.linspace(2.0, 0.5, 10), AirOrigin.SCENE)


def contrast_of(weight, plume_k):
    return Contrast(BLOCK.mean(axis=(0, 1)).astype(float), weight, plume_k, 293.0, -5.0, AIR)


def test_each_gas_has_the_contrast_of_its_own_bands():
    found = contrast_of(WEIGHT, 301.0).of_block(BLOCK, WAVELENGTH_UM, 3)
    assert found.shape == (3, 4, 5)
    for g in range(3):
        alone = emissive_contrast_k(BLOCK, WAVELENGTH_UM, WEIGHT[g : g + 1], 301.0, 293.0, AIR)
        np.testing.assert_allclose(found[g], alone[:, :, 0], atol=1e-4)
    assert np.abs(found[0] - found[2]).max() > 1e-2, "gases differ, or their order is not tested"


@pytest.mark.parametrize(("weight", "plume_k"), [(None, np.nan), (WEIGHT, np.nan)])
def test_in_sunlight_and_where_it_is_assumed_all_gases_have_the_same(weight, plume_k):
    contrast = contrast_of(weight, plume_k)
    found = contrast.of_block(BLOCK, WAVELENGTH_UM, 3)
    one = np.float32(-5.0) if weight is not None else albedo_factor(BLOCK, contrast.mean)
    np.testing.assert_array_equal(found, np.broadcast_to(one, (3, 4, 5)))
