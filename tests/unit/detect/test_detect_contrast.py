"""Contrast of plume to ground of whole blocks: each gas its own (float32 sums: 1e-4 K)."""

import numpy as np
import pytest

from cathartes.detect.atmosphere import AirOrigin, Atmosphere
from cathartes.detect.contrast import Contrast, contrast_weight
from cathartes.detect.quantify import brightness_factor, emissive_contrast_k
from cathartes.errors import NumericalError
from cathartes.scenes.radiometry import planck_radiance, planck_slope

WAVELENGTH_UM = np.linspace(8.0, 12.0, 10)
BLOCK = np.random.default_rng(1).uniform(7, 10, (4, 5, 10)).astype(np.float32)
WEIGHT = np.random.default_rng(2).random((3, 10))
AIR = Atmosphere(np.linspace(0.6, 0.9, 10), np.linspace(2.0, 0.5, 10), AirOrigin.SCENE)


def contrast_of(weight, plume_k):
    mean = BLOCK.mean(axis=(0, 1)).astype(float)
    emissive = np.isfinite(plume_k)
    return Contrast(mean, weight, emissive, plume_k, 8.0, 293.0, WAVELENGTH_UM, AIR)


def test_each_gas_has_the_contrast_of_its_own_bands():
    found = contrast_of(WEIGHT, 301.0).of_block(BLOCK)
    assert found.shape == (3, 4, 5)
    for g in range(3):
        alone = emissive_contrast_k(BLOCK, WAVELENGTH_UM, WEIGHT[g : g + 1], 301.0, 293.0, AIR)
        np.testing.assert_allclose(found[g], alone[:, :, 0], atol=1e-4)
    assert np.abs(found[0] - found[2]).max() > 1e-2, "gases differ, or their order is not tested"


def test_in_sunlight_each_gas_has_the_brightness_of_its_own_bands():
    contrast = contrast_of(WEIGHT, np.nan)
    expected = brightness_factor(BLOCK, WEIGHT, contrast.mean)
    np.testing.assert_array_equal(contrast.of_block(BLOCK), expected)
    with pytest.raises(NumericalError, match="no temperature"):
        contrast.shift_k(0, np.array([300.0]))


@pytest.mark.parametrize("plume_k", [301.0, np.nan])
def test_contrast_is_linear_in_radiance(plume_k):
    """What the search relies on: that of a mean, and what each band's difference adds to it."""
    contrast = contrast_of(WEIGHT, plume_k)
    mean = BLOCK.mean(axis=(0, 1), keepdims=True)
    added = np.moveaxis((BLOCK - mean) @ contrast.per_radiance.T, 2, 0)
    expected = contrast.of_block(BLOCK)
    np.testing.assert_allclose(contrast.of_block(mean) + added, expected, rtol=1e-5, atol=1e-4)


def test_contrast_is_what_a_little_gas_does_to_the_estimate_of_this_pixel():
    """Any filter of unit response and any ground: 1e-3 of gas changes the estimate by contrast
    times column (float32: 1e-3)."""
    rng = np.random.default_rng(7)
    absorption, column = rng.uniform(0.0, 1.0, (1, 10)), 1e-3
    mean, ground = BLOCK.mean(axis=(0, 1)).astype(float), BLOCK[1, 2].astype(float)
    level = AIR.transmittance * planck_slope(WAVELENGTH_UM, 293.0)
    filters = rng.standard_normal((1, 10))
    filters /= filters[0] @ (absorption[0] * level)
    weight = contrast_weight(filters, absorption, AIR.transmittance)
    contrast = Contrast(mean, weight, True, 305.0, 2.0, 293.0, WAVELENGTH_UM, AIR)
    glow = AIR.transmittance * planck_radiance(WAVELENGTH_UM, 305.0) + AIR.path_radiance
    changed = (1 - np.exp(-absorption[0] * column)) * (glow - ground)
    found = contrast.of_block(ground.astype(np.float32)[None, None])[0, 0, 0]
    assert filters[0] @ changed == pytest.approx(found * column, rel=5e-3)


def test_a_shift_is_what_a_warmer_plume_adds_to_every_pixel():
    cool, warm = contrast_of(WEIGHT, 301.0), contrast_of(WEIGHT, 309.0)
    for g in range(3):
        added = warm.of_block(BLOCK)[g] - cool.of_block(BLOCK)[g]
        np.testing.assert_allclose(added, cool.shift_k(g, np.array([309.0]))[0], atol=1e-4)


def test_a_plume_hides_as_much_contrast_as_it_adds_radiance():
    """Seen through a little gas the contrast falls by `hiding`: the glow of the gas is in it."""
    contrast, gas, amount = contrast_of(WEIGHT, 301.0), 1, 0.2
    absorption = np.linspace(0.0, 0.5, 10)
    added = amount * absorption * AIR.transmittance * planck_slope(WAVELENGTH_UM, 293.0)
    through = contrast.of_block((BLOCK + added).astype(np.float32))[gas]
    fallen = contrast.of_block(BLOCK)[gas] - through
    np.testing.assert_allclose(fallen, amount * contrast.hiding(gas, absorption), atol=1e-4)


def test_a_black_ground_as_warm_as_the_plume_has_no_contrast():
    glow = AIR.transmittance * planck_radiance(WAVELENGTH_UM, 301.0) + AIR.path_radiance
    block = np.broadcast_to(glow.astype(np.float32), (2, 2, 10))
    np.testing.assert_allclose(contrast_of(WEIGHT, 301.0).of_block(block), 0.0, atol=1e-4)
