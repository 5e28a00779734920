"""Sanity of radiance, and plausibility of units."""

import numpy as np
import pytest

from cathartes.errors import InputError, UnitError
from cathartes.scenes.plausibility import (
    check_radiance,
    fwhm_from_spacing_um,
    suggest_radiance_unit,
    to_wavelength_um,
)
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance
from cathartes.scenes.sanity import SanityInspector
from cathartes.spectra.response import SpectralBands

CENTRE = np.array([8.0, 9.0, 10.0])
BANDS = SpectralBands(CENTRE, np.full(3, 0.1))


def sound(n_lines: int = 6, n_samples: int = 8) -> np.ndarray:
    temperature = 280.0 + np.arange(n_lines * n_samples).reshape(n_lines, n_samples, 1) / 3
    return planck_radiance(CENTRE, temperature).astype(np.float32)


def report(values: np.ndarray, **options: object):
    inspector = SanityInspector(BANDS, values.shape[1], **options)
    inspector.inspect_block(values)
    return inspector.report()


def test_a_sound_cube_has_nothing_to_remark() -> None:
    result = report(sound())
    assert result.remarks == ()
    assert result.counts() == {
        "n_values": 144, "n_non_finite": 0, "n_negative": 0, "n_saturated": 0, "n_too_cold": 0,
        "n_too_hot": 0, "n_stuck_pixels": 0, "n_empty_columns": 0, "n_dead_bands": 0,
    }  # fmt: skip


def test_where_nobody_meant_to_look_nothing_is_counted() -> None:
    """What lies outside the mandate is NaN by our own doing, and no fault of the cube."""
    values = sound()
    values[:, 5:], values[4:] = np.nan, np.nan
    looked = np.zeros(values.shape[:2], bool)
    looked[:4, :5] = True
    inspector = SanityInspector(BANDS, values.shape[1])
    inspector.inspect_block(values, looked)
    assert inspector.report() == report(sound()[:4, :5])


def test_each_fault_is_counted_and_said() -> None:
    values = sound()
    values[:, 2] = np.nan
    values[:3, 3:8, 0] = values[..., 0][np.isfinite(values[..., 0])].max() + 1
    values[:2, 5, 0] = values[0, 3, 0]
    values[3:5, 3:7, 0] = values[0, 3, 0]
    values[0, 0, 0] = -1.0
    values[1, 0, 0] = 0.0
    values[1, 1, 1] = planck_radiance(9.0, 610.0)
    values[..., 2] = np.where(np.isfinite(values[..., 2]), 7.0, np.nan)
    result = report(values)
    assert result.empty_columns == (2,)
    assert result.dead_bands == (2,)
    assert (result.n_negative, result.n_too_cold, result.n_too_hot) == (1, 1, 1)
    assert result.n_non_finite == 18
    assert result.n_saturated == 23
    text = " ".join(result.remarks)
    for word in ("not finite", "negative", "saturated", "colder than 150 K", "hotter than 600 K",
                 "1 column is empty: 2", "1 band is dead: 2"):  # fmt: skip
        assert word in text


def test_bad_bands_and_reflectance_are_judged_accordingly() -> None:
    values = sound()
    values[..., 1] = -5.0
    assert report(values, band_valid=np.array([True, False, True])).n_negative == 0
    assert report(values).n_negative == 48
    low = np.full((2, 3, 3), 0.01, dtype=np.float32)
    low[0] = 0.015
    assert report(low).n_too_cold == 18
    assert report(low, quantity=Quantity.REFLECTANCE).n_too_cold == 0


def test_no_block_and_a_foreign_block() -> None:
    inspector = SanityInspector(BANDS, 4)
    assert inspector.report().n_values == 0
    with pytest.raises(InputError, match=r"shape \(1, 5, 3\) for a scene of 4 samples and 3 bands"):
        inspector.inspect_block(np.zeros((1, 5, 3), dtype=np.float32))


@pytest.mark.parametrize(
    ("values", "unit", "message"),
    [
        ([380.0, 2400.0], "um", "last band centre is 2400 um.*looks like nanometres.*unit nm"),
        ([0.38, 2.4], "nm", "2.4 nm, outside 0.2-30 um; that looks like micrometres.*unit um"),
        ([900.0, 1250.0], "um", "looks like nanometres"),
        ([2000.0, 740.0], "m", "looks like nanometres"),
        ([4000.0, 35000.0], "nm", "looks like wavenumbers.*cm-1"),
        ([-1.0, 8.0], "um", "no unit of length makes all of them possible"),
        ([0.0, 8.0], "um", "no unit of length"),
        ([8.0, np.nan], "um", "no unit of length"),
        ([8.0, 9.0], "", "names no unit for its 2 band centres"),
    ],
)
def test_wrong_wavelengths_are_refused_in_words(values, unit, message) -> None:
    with pytest.raises(UnitError, match=message):
        to_wavelength_um(np.array(values), unit)


def test_a_factor_of_ten_is_told_in_the_thermal_range() -> None:
    good = planck_radiance(CENTRE, 300.0)[None]
    check_radiance(good, CENTRE, "W m-2 sr-1 um-1")
    for factor, right in ((10.0, "W m-2 sr-1 um-1"), (1e3, "W m-2 sr-1 um-1")):
        wrong = "uW cm-2 sr-1 nm-1" if factor == 10.0 else "W m-2 sr-1 nm-1"
        with pytest.raises(UnitError, match=rf"said to be in {wrong}.*'{right}'"):
            check_radiance(factor * good, CENTRE, wrong)
    with pytest.raises(UnitError, match="'uW cm-2 sr-1 nm-1'"):
        check_radiance(good / 10.0, CENTRE, "W m-2 sr-1 um-1")


def test_empty_samples_pass_and_suggest_nothing() -> None:
    check_radiance(np.full((4, 3), np.nan), CENTRE, "W m-2 sr-1 um-1")
    check_radiance(np.zeros((4, 3)), CENTRE, "W m-2 sr-1 um-1")
    assert "No usual unit" in suggest_radiance_unit(np.full((4, 3), np.nan), CENTRE)


def test_sunlit_radiance_is_judged_by_reflectance() -> None:
    centre = np.array([0.55, 0.65, 2.2])
    level = np.array([[120.0, 110.0, 8.0]])
    check_radiance(level, centre, "W m-2 sr-1 um-1")
    with pytest.raises(UnitError, match=r"median apparent reflectance of .*'W m-2 sr-1 um-1'"):
        check_radiance(1e3 * level, centre, "W m-2 sr-1 nm-1")


def test_widths_from_spacing_are_the_nearer_gap() -> None:
    np.testing.assert_allclose(fwhm_from_spacing_um(np.array([1.0, 1.1, 1.3])), [0.1, 0.1, 0.2])
    for centre in ([1.0], [1.0, 1.0]):
        with pytest.raises(UnitError, match="states no band widths"):
            fwhm_from_spacing_um(np.array(centre))


def test_brightness_temperature_of_what_has_none() -> None:
    believed = brightness_temperature_k(10.0, [-1.0, 0.0, np.inf, np.nan])
    assert np.isnan(believed).all()


def test_pixels_that_a_camera_repeats_are_counted_and_told() -> None:
    bands = SpectralBands(np.linspace(8.0, 11.0, 20), np.full(20, 0.1))
    values = np.random.default_rng(1).normal(9.0, 0.1, (6, 8, 20)).astype(np.float32)
    values[2:6] = values[2]
    values[0:2, 3] = values[0, 3]  # two alike are the nearest pixels of a map
    values[0, 5] = 9.0
    inspector = SanityInspector(bands, 8)
    inspector.inspect_block(values)
    inspector.count_stuck(values, np.ones((6, 8), bool))
    assert inspector.report().n_stuck_pixels == 33
    (remark,) = inspector.report().remarks
    assert remark.startswith("33 pixels are the same over four lines and more")
