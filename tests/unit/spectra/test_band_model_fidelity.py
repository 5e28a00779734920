"""Fidelity: a model against a measurement made of itself, and against wrong ones."""

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.band_model import BandModel
from cathartes.spectra.fidelity import measure_fidelity, smoothed_cross_section_cm2, state_fidelity

# A measurement of two bands at 0.3 cm-1, and the model that an instrument of 1 cm-1 makes of it.
NU = np.arange(700.0, 1400.0, 0.02)
RANGE = ((700.0, 1399.98),)


def gaussian(centre: float, fwhm: float, strength: float) -> np.ndarray:
    return np.asarray(
        strength / fwhm * 0.939437279 * np.exp(-4 * np.log(2) * ((NU - centre) / fwhm) ** 2)
    )


def spectrum(values: np.ndarray) -> AbsorptionSpectrum:
    return AbsorptionSpectrum(
        "twin", NU, values, 296.0, 101_325.0, 0.1, Quality.QUANTITATIVE, "made here"
    )


MEASURED = spectrum(gaussian(900.0, 3.0, 1e-18) + gaussian(1200.0, 10.0, 4e-18))
WIDTHS = np.sqrt(np.array([3.0, 10.0]) ** 2 + 1.0)
TRUE = BandModel([900.0, 1200.0], WIDTHS, [1e-18, 4e-18], RANGE)


@pytest.mark.parametrize("resolution_cm1", [1.0, 4.0])
def test_the_true_model_is_perfect(resolution_cm1: float) -> None:
    f = measure_fidelity(TRUE, MEASURED, (740.0, 1340.0), resolution_cm1)
    assert f.correlation > 0.999999
    # Straight lines between bins of 1/32 of the width: (1/32)²/8 · 8 ln 2 = 7e-4 at the peak.
    assert f.largest_error < 1e-3
    assert f.integral_ratio == pytest.approx(1.0, abs=1e-4)
    assert f.band_integral_ratio == pytest.approx((1.0, 1.0), abs=1e-4)


def test_a_weak_band_of_wrong_strength_shows_in_its_own_ratio() -> None:
    wrong = BandModel([900.0, 1200.0], WIDTHS, [1.2e-18, 4e-18], RANGE)
    f = measure_fidelity(wrong, MEASURED, (740.0, 1340.0), 1.0)
    assert f.integral_ratio == pytest.approx(5.2 / 5.0, abs=1e-3)
    assert f.band_integral_ratio == pytest.approx((1.0, 1.2), abs=2e-3)


def test_a_shifted_model_loses_correlation() -> None:
    wrong = BandModel([901.0, 1201.0], WIDTHS, [1e-18, 4e-18], RANGE)
    assert measure_fidelity(wrong, MEASURED, (740.0, 1340.0), 1.0).correlation < 0.99


def test_a_baseline_below_zero_is_told_apart_from_a_wrong_band() -> None:
    low = spectrum(np.asarray(MEASURED.cross_section_cm2) - 2e-22)
    f = measure_fidelity(TRUE, low, (740.0, 1340.0), 1.0)
    assert f.integral_ratio > 1.02
    assert f.absorbing_integral_ratio == pytest.approx(1.0, abs=0.005)


def test_a_baseline_below_zero_lies_beyond_the_bands() -> None:
    low = spectrum(np.asarray(MEASURED.cross_section_cm2) - 2e-22)
    f = measure_fidelity(TRUE, low, (740.0, 1340.0), 1.0)
    assert f.bands_integral_ratio == pytest.approx(1.0, abs=0.005)
    modelled, measured = f.beyond_bands_share
    # Two bands of 3 and 10 cm-1 at 4 cm-1 exceed 1 % over 13 and 26 cm-1; the rest has the error.
    assert measured == pytest.approx(-2e-22 * (600.0 - 39.0) / 5e-18, rel=0.05)
    assert modelled == pytest.approx(0.0, abs=0.005)


def test_absorption_that_was_never_measured_shows_beyond_the_bands() -> None:
    wrong = BandModel(
        [900.0, 1050.0, 1200.0], [WIDTHS[0], 10.0, WIDTHS[1]], [1e-18, 5e-19, 4e-18], RANGE
    )
    f = measure_fidelity(wrong, MEASURED, (740.0, 1340.0), 1.0)
    assert f.bands_integral_ratio == pytest.approx(1.0, abs=1e-3)
    # Wings below 1 % of the peak hold 1e-3 of the bands, in the model and in the measurement.
    assert f.beyond_bands_share == pytest.approx((0.1, 0.0), abs=2e-3)


def test_smoothing_keeps_the_area_of_lines_narrower_than_its_bins() -> None:
    narrow = spectrum(gaussian(1000.0, 0.03, 1e-20))
    grid = np.arange(980.0, 1020.0, 0.05)
    area = smoothed_cross_section_cm2(narrow, grid, 1.0).sum() * 0.05
    # The sampled line's own trapezoidal area, not the ideal one, is what must be kept.
    assert area == pytest.approx(np.trapezoid(narrow.cross_section_cm2, NU), rel=1e-4)


def test_smoothing_a_constant_gives_it_back_up_to_the_ends() -> None:
    flat = spectrum(np.full(NU.size, 3e-20))
    smoothed = smoothed_cross_section_cm2(flat, np.array([699.0, 700.0, 1000.0, 1399.9]), 4.0)
    assert np.isnan(smoothed[0])
    np.testing.assert_allclose(smoothed[1:], 3e-20, rtol=1e-12)


def test_a_window_without_measurement_is_refused_and_not_stated() -> None:
    with pytest.raises(InputError, match="0 measured points from 4000 to 7000"):
        measure_fidelity(TRUE, MEASURED, (4000.0, 7000.0), 1.0)
    assert {(f.low_cm1, f.resolution_cm1) for f in state_fidelity(TRUE, MEASURED)} == {
        (700.0, 1.0), (700.0, 4.0), (740.0, 1.0), (740.0, 4.0),
    }  # fmt: skip
