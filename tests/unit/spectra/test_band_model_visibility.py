"""What an instrument can see of a gas, in words and figures."""

import re

import numpy as np
import pytest

from cathartes.errors import NoSignatureError, SettingsError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.band_model import BandModel
from cathartes.spectra.library import Gas, GasLibrary
from cathartes.spectra.lookalikes import lookalike_matrix, worst_pairs
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import (
    VisibilitySettings,
    absorption_on_bands_per_ppm_m,
    search_visible,
)

# 120 bands of 4 cm-1 from 800 to 1276 cm-1.
_NU = np.arange(800.0, 1280.0, 4.0)
LONG_WAVE = SpectralBands(1e4 / _NU, 4.0 * 1e4 / _NU**2)
EVERYWHERE = ((700.0, 1400.0),)


def gas(name: str, *rows: tuple[float, float, float], covered=EVERYWHERE, remark: str = "") -> Gas:
    table = np.array(rows)
    model = BandModel(table[:, 0], table[:, 1], table[:, 2], covered)
    return Gas(name, "", "", 1.0, (), model, remark)


STRONG = gas("strong", (1000.0, 10.0, 1e-18))
# Mean absorption over a window is strength / width of the window; this one is flat over it.
FLAT = gas("flat", *((nu, 40.0, 8e-19) for nu in np.arange(600.0, 1500.0, 10.0)))
WEAK = gas("weak", (1000.0, 10.0, 1e-21), remark="Its strong band lies elsewhere.")
OUTSIDE = gas("outside", (2000.0, 10.0, 1e-18), covered=((1900.0, 2100.0),))
NOTHING = gas("nothing", (720.0, 5.0, 1e-18))
UNKNOWN = Gas("unknown_gas", "X", "", 1.0, remark="Its band lies at 3.4 um.")


def test_strong_band_is_seen_where_it_is() -> None:
    (seen,) = search_visible(GasLibrary([STRONG]), LONG_WAVE)
    assert seen.visible
    assert seen.wavenumber_cm1 == pytest.approx(1000.0)
    # Peak of a Gaussian of 10 cm-1 through bands of 4 cm-1: width 10.77, in optical depth.
    expected = 100.0 * 2.4794e15 * 1e-18 / 10.77 * 0.93944
    assert seen.optical_depth == pytest.approx(expected, rel=0.01)
    assert seen.contrast < seen.optical_depth
    assert "at 1000 cm-1 (10.00 um)" in seen.reason


def test_absorption_without_contrast_is_not_visible() -> None:
    (seen,) = search_visible(GasLibrary([FLAT]), LONG_WAVE)
    assert not seen.visible
    assert seen.optical_depth > 0.005
    assert "nearly the same in all bands" in seen.reason


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (WEAK, "too weak.*below 0.005. Its strong band lies elsewhere"),
        (OUTSIDE, "known in 1900-2100 cm-1 only"),
        (NOTHING, "does not absorb in the instrument's bands"),
        (UNKNOWN, "Its band lies at 3.4 um"),
    ],
)
def test_what_cannot_be_seen_says_why(entry: Gas, words: str) -> None:
    (seen,) = search_visible(GasLibrary([entry]), LONG_WAVE)
    assert not seen.visible
    assert re.search(words, seen.reason)


def test_a_spectrum_of_turned_sign_is_not_visible() -> None:
    """It differs from band to band as a gas does, and takes no light away in any."""
    nu = np.arange(700.0, 1400.0, 1.0)
    dip = -1e-18 * np.exp(-(((nu - 1000.0) / 8.0) ** 2))
    turned = AbsorptionSpectrum("x", nu, dip, 296.0, 101_325.0, 2.0, Quality.QUANTITATIVE, "")
    (seen,) = search_visible(GasLibrary([Gas("x", "", "", 1.0, (), turned)]), LONG_WAVE)
    assert not seen.visible
    assert seen.reason == "does not absorb in the instrument's bands"
    assert seen.absorption_per_ppm_m is None


def test_a_lower_limit_shows_a_weaker_gas() -> None:
    settings = VisibilitySettings(min_emissive=1e-5)
    (seen,) = search_visible(GasLibrary([WEAK]), LONG_WAVE, settings=settings)
    assert seen.visible


def test_band_half_out_of_coverage_is_unknown() -> None:
    model = BandModel([900.0], [10.0], [1e-18], ((700.0, 1000.0),))
    absorption = absorption_on_bands_per_ppm_m(model, LONG_WAVE)
    known = np.isfinite(absorption)
    assert known[_NU <= 992.0].all()
    assert not known[_NU >= 1000.0].any()


@pytest.mark.parametrize("resolution_cm1", [0.002, 1e-9])
def test_lines_narrower_than_the_grid_keep_their_area(resolution_cm1: float) -> None:
    """A line of 0.004 cm-1 every 0.37 cm-1 is 0.004 / 0.37 of its height to any wide band."""
    nu = np.arange(700.0, 1400.0, 0.001)
    distance = np.abs((nu + 0.185) % 0.37 - 0.185)
    spectrum = AbsorptionSpectrum(
        "lines", nu, 1e-18 * np.maximum(0.0, 1.0 - distance / 0.004), 296.0, 100.0,
        resolution_cm1, Quality.QUANTITATIVE, "invented",
    )  # fmt: skip
    expected = 2.479e15 * 1e-18 * 0.004 / 0.37
    absorption = absorption_on_bands_per_ppm_m(spectrum, LONG_WAVE)
    np.testing.assert_allclose(absorption, expected, rtol=0.02)


def test_no_bands_see_nothing() -> None:
    none = LONG_WAVE.select(np.zeros(len(LONG_WAVE), dtype=bool))
    (seen,) = search_visible(GasLibrary([STRONG]), none)
    assert not seen.visible
    assert seen.reason == "there are no bands to see it with"


def test_settings_must_be_positive() -> None:
    with pytest.raises(SettingsError, match="min_emissive is 0; it must be positive"):
        VisibilitySettings(min_emissive=0.0)


def test_lookalikes_of_twins_opposites_and_strangers() -> None:
    twin = gas("twin", (1000.0, 10.0, 7e-18))
    far = gas("far", (1200.0, 10.0, 1e-18))
    names, r = lookalike_matrix(GasLibrary([STRONG, twin, far, UNKNOWN]), LONG_WAVE)
    assert names == ("strong", "twin", "far")
    assert r[0, 1] == pytest.approx(1.0)
    assert -0.1 < r[0, 2] < 0.05
    np.testing.assert_array_equal(r, r.T)
    assert worst_pairs(names, r)[0][:2] == ("strong", "twin")


def test_gases_that_share_too_few_bands_are_not_compared() -> None:
    half = gas("half", (850.0, 10.0, 1e-18), covered=((700.0, 1000.0),))
    other = gas("other", (1100.0, 10.0, 1e-18), covered=((995.0, 1400.0),))
    _, r = lookalike_matrix(GasLibrary([half, other]), LONG_WAVE)
    assert np.isnan(r[0, 1])


def test_no_gas_in_these_bands_is_an_error() -> None:
    with pytest.raises(NoSignatureError, match="none of the 2 gases has a spectrum"):
        lookalike_matrix(GasLibrary([OUTSIDE, UNKNOWN]), LONG_WAVE)
