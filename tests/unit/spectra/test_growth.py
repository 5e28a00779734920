"""Optical depths of whole bands against exact means of transmittance."""

from dataclasses import dataclass

import numpy as np
import pytest

from cathartes.detect.gases import GasesOnBands, Growth
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.growth import band_growth
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

BANDS = SpectralBands(np.array([9.0, 10.0, 11.0]), np.full(3, 0.1))
COLUMN_PPM_M = np.array([0.0, 10.0, 1e3, 1e4])


@dataclass(frozen=True)
class Comb:
    """Absorbs 1e-3 per ppm m in every second stretch of 0.5 cm-1, and nothing between."""

    resolution_cm1: float = 0.1
    coverage_cm1: tuple = ((500.0, 2000.0),)

    def absorption_per_ppm_m(self, wavenumber_cm1):
        return 1e-3 * (np.floor(np.asarray(wavenumber_cm1) / 0.5) % 2)


def test_half_a_band_that_absorbs_leaves_the_other_half():
    """T = (1 + e^{-αu})/2 whatever the response's shape, which spans twenty stretches: 1 %."""
    mean = absorption_on_bands_per_ppm_m(Comb(), BANDS)
    np.testing.assert_allclose(mean, 5e-4, rtol=0.01)
    found = band_growth(Comb(), BANDS, mean, COLUMN_PPM_M)
    np.testing.assert_array_equal(found[0], 1.0)
    for row, column in zip(found[1:], COLUMN_PPM_M[1:], strict=True):
        expected = -np.log((1 + np.exp(-1e-3 * column)) / 2) / (5e-4 * column)
        np.testing.assert_allclose(row, expected, rtol=0.02)


@pytest.mark.parametrize("gas", ["ammonia", "SF6", "methane"])
def test_a_band_never_grows_more_than_its_mean_and_ever_less(gas):
    """Jensen: the exponential is convex; and the depth itself never falls."""
    spectrum = builtin_library()[gas].spectrum
    mean = np.nan_to_num(absorption_on_bands_per_ppm_m(spectrum, BANDS))
    share = band_growth(spectrum, BANDS, mean, np.array([0.0, 10.0, 100.0, 1e3, 1e4]))
    assert (share <= 1.0).all()
    assert (np.diff(share, axis=0) <= 1e-6).all()
    depth = share * mean * np.array([0.0, 10.0, 100.0, 1e3, 1e4])[:, None]
    assert (np.diff(depth, axis=0) >= -1e-9).all()


def test_a_gas_on_bands_passes_what_its_growth_says():
    absorption = np.array([[0.0, 0.0], [1e-3, 2e-3]])
    knots, share = np.array([[0, 1, 2], [0, 100, 1000]]), np.ones((2, 3, 2))
    share[1, 1:] = [[0.9, 0.8], [0.5, 0.4]]
    gases = GasesOnBands(("a", "b"), absorption, growth=Growth(knots.astype(float), share))
    found = gases.transmittance(1, np.array([0.0, 50.0, 1000.0, 2000.0]))
    depth = np.array([[0, 0], [0.05 * 0.95, 0.1 * 0.9], [0.5, 0.8], [1.0, 1.6]])
    np.testing.assert_allclose(found, np.exp(-depth))
    even = GasesOnBands(("a", "b"), absorption).transmittance(1, np.array([50.0]))
    np.testing.assert_allclose(even, np.exp(-np.array([[0.05, 0.1]])))
    seen = gases.on_bands(np.array([1]))
    assert seen.names == ("b",)
    np.testing.assert_allclose(seen.transmittance(0, np.array([1000.0])), np.exp([[-0.8]]))
