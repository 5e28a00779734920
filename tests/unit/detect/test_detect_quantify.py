"""Contrast, albedo factor and what could just be seen, against loops and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.atmosphere import (
    AirOrigin,
    AirPrior,
    Atmosphere,
    clear_air,
    estimate_atmosphere,
)
from cathartes.detect.quantify import (
    LINE_ERROR,
    apparent_column_ppm_m,
    brightness_factor,
    column_density_sd_ppm_m,
    emissive_contrast_k,
    necl_ppm_m,
    saturation_columns_ppm_m,
    saturation_curve,
)
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance, planck_slope
from cathartes.spectra.response import response_matrix

WAVELENGTH_UM = np.linspace(8.0, 12.0, 25)
AIR = clear_air(25)


@given(seed=st.integers(0, 1000))
def test_contrast_is_that_of_a_plain_loop(seed):
    """float32 sums of 25 radiances near 10: 1e-4 K."""
    rng = np.random.default_rng(seed)
    ground_k = rng.uniform(280, 310, (3, 4))
    block = planck_radiance(WAVELENGTH_UM, ground_k[:, :, None]).astype(np.float32)
    weight = rng.random((2, 25))
    air = Atmosphere(rng.uniform(0.6, 1.0, 25), rng.uniform(0.0, 2.0, 25), AirOrigin.SCENE)
    found = emissive_contrast_k(block, WAVELENGTH_UM, weight, 290.0, 296.0, air)
    assert found.shape == (3, 4, 2)
    glow, slope = planck_radiance(WAVELENGTH_UM, 290.0), planck_slope(WAVELENGTH_UM, 296.0)
    for i, j, g in np.ndindex(3, 4, 2):
        above = sum(
            weight[g, b]
            * (glow[b] - (block[i, j, b] - air.path_radiance[b]) / air.transmittance[b])
            for b in range(25)
        )
        assert found[i, j, g] == pytest.approx(above / (weight[g] @ slope), abs=1e-4)


@given(plume_k=st.floats(270, 320), ground_k=st.floats(280, 310))
def test_contrast_over_a_black_body_is_the_difference_of_temperatures(plume_k, ground_k):
    """Linearised at the ground: B'' / B' is 1.2 % a kelvin at most here, so error 0.6 % ΔT²."""
    block = planck_radiance(WAVELENGTH_UM, ground_k)[None, None].astype(np.float32)
    weight = np.ones((1, 25))
    found = emissive_contrast_k(block, WAVELENGTH_UM, weight, plume_k, ground_k, AIR).item()
    difference = plume_k - ground_k
    assert found == pytest.approx(difference, abs=0.01 * difference**2 + 1e-3)
    if abs(difference) > 0.01:
        assert np.sign(found) == np.sign(difference)


def test_air_between_does_not_change_the_contrast():
    """τ and L_u are known, so the ground's own radiance is seen through them; float32: 1e-3 K."""
    tau, up = np.linspace(0.6, 0.95, 25), np.linspace(3.0, 0.5, 25)
    ground = planck_radiance(WAVELENGTH_UM, 293.0)[None, None]
    weight = np.random.default_rng(1).random((1, 25))
    bare = emissive_contrast_k(ground.astype("f4"), WAVELENGTH_UM, weight, 301.0, 293.0, AIR)
    hazy = (tau * ground + up).astype(np.float32)
    air = Atmosphere(tau, up, AirOrigin.SCENE)
    through = emissive_contrast_k(hazy, WAVELENGTH_UM, weight, 301.0, 293.0, air)
    assert through.item() == pytest.approx(bare.item(), abs=1e-3)


def test_a_gap_has_no_contrast():
    block = np.full((1, 2, 25), 8.0, np.float32)
    block[0, 1, 3] = np.nan
    found = emissive_contrast_k(block, WAVELENGTH_UM, np.ones((1, 25)), 290.0, 296.0, AIR)
    assert np.isnan(found[0, 1, 0])
    assert np.isfinite(found[0, 0, 0])


def test_the_brightness_of_the_mean_is_one_and_scales_for_any_weights():
    mean, weight = np.linspace(2.0, 7.0, 25), np.random.default_rng(3).normal(0.5, 1.0, (2, 25))
    block = (np.array([1.0, 0.3, 2.5])[None, :, None] * mean).astype(np.float32)
    found = brightness_factor(block, weight, mean)
    np.testing.assert_allclose(found, np.broadcast_to([[1.0, 0.3, 2.5]], (2, 1, 3)), rtol=1e-4)


def test_necl_follows_contrast_and_is_infinite_without():
    contrast = np.float32([[10.0, -10.0, 5.0, 0.1, np.nan]])
    found = necl_ppm_m(200.0, contrast, 0.5)
    np.testing.assert_array_equal(found, np.float32([[20.0, 20.0, 40.0, np.inf, np.nan]]))


HYTES = load_instrument("hytes-like").bands
BANDS = HYTES.select(np.arange(0, len(HYTES), 3))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("air", "altitude_m"),
    [
        (Air(2.5, 0.3, 293.0), 1500.0),
        (Air(1.0, 0.35, 288.0), 3000.0),
        (Air(4.0, 0.3, 300.0), 800.0),
    ],
)
def test_the_air_is_found_from_grey_ground(air, altitude_m, known):
    """Known air of the same model comes back, from an altitude said to be a third too high.

    Emissivities spread up to just above the edge's 0.97; noise of 0.01 is a sixtieth of a kelvin's
    radiance. Within 0.03 of transmittance, the prior's pull included, and 0.2 of radiance near 8.
    """
    nu = BANDS.wavenumber_grid_cm1(1.0)
    matrix = response_matrix(BANDS, nu)
    path = thermal_path(air, altitude_m, nu)
    tau, up, sky = (matrix @ v for v in (path.transmittance, path.path_radiance, path.downwelling))
    rng = np.random.default_rng(8)
    emissivity, ground_k = rng.uniform(0.94, 0.9733, (4000, 1)), rng.uniform(285, 310, (4000, 1))
    glow = planck_radiance(BANDS.centre_um, ground_k)
    seen = tau * (emissivity * glow + (1 - emissivity) * sky) + up
    seen += 0.01 * rng.standard_normal(seen.shape)
    temperature_k = air.temperature_k if known else None
    found = estimate_atmosphere(
        seen.astype(np.float32),
        BANDS,
        AirPrior(1.3 * altitude_m, temperature_k or 295.0, 2.0 if known else np.inf),
    )
    np.testing.assert_allclose(found.transmittance, tau, atol=0.03)
    np.testing.assert_allclose(found.path_radiance, up, atol=0.2)


@pytest.mark.parametrize("why", ["few pixels", "no clear band", "nothing glows", "all gaps"])
def test_where_nothing_tells_of_the_air_it_is_taken_as_clear(why):
    bands = BANDS.select(np.flatnonzero(BANDS.centre_um < 9.5)) if why == "no clear band" else BANDS
    ground_k = np.random.default_rng(9).uniform(285, 310, (500, 1))
    radiance = planck_radiance(bands.centre_um, ground_k).astype(np.float32)
    if why == "few pixels":
        radiance = radiance[:99]
    elif why == "nothing glows":
        radiance[:, 3] = -1.0
    elif why == "all gaps":
        radiance[:] = np.nan
    air = estimate_atmosphere(radiance, bands, AirPrior(1000.0))
    assert (air.transmittance == 1).all()
    assert (air.path_radiance == 0).all()


BETA = np.array([0.002, 0.0005, 0.0])
LEVEL = np.array([0.1, 0.1, 0.1])
SIGNATURE = BETA * LEVEL
FILTER = SIGNATURE / (SIGNATURE @ SIGNATURE)


def curve_of_three_bands():
    column = saturation_columns_ppm_m(BETA.max())
    return saturation_curve(column, np.exp(-np.outer(column, BETA)), LEVEL, FILTER, SIGNATURE)


def test_saturation_is_undone():
    """A dense plume's estimate, made by the exact equation, gives its column back."""
    column = np.array([0.0, 10.0, 200.0, 900.0], np.float32)
    passed = np.exp(-np.outer(column, BETA))
    through = passed @ (FILTER * SIGNATURE)
    curve = curve_of_three_bands()
    apparent = (((1 - passed) * LEVEL) @ FILTER / through).astype(np.float32)
    np.testing.assert_allclose(curve.invert(apparent), column, rtol=5e-3, atol=0.05)
    assert curve.invert(np.float32([-5.0])) == -5.0
    assert (curve.slope(np.float32([-5.0, 1.0])) > 0).all()


def test_the_error_of_lines_grows_with_depth_up_to_one():
    """Strongest band 0.002 per ppm m: 250 ppm m has depth 0.5."""
    found = curve_of_three_bands().line_error(np.array([-5.0, 0.0, 250.0, 500.0, 2000.0]))
    np.testing.assert_allclose(found, LINE_ERROR * np.array([0.0, 0.0, 0.5, 1.0, 1.0]))


def test_no_column_without_contrast():
    amount, contrast = np.float32([[50.0, 50.0, -50.0]]), np.float32([[5.0, 0.4, -5.0]])
    np.testing.assert_array_equal(
        apparent_column_ppm_m(amount, contrast, 0.5), np.float32([[10.0, np.nan, 10.0]])
    )
    each = np.float32([[6.0, 0.3, 4.0]])
    found = apparent_column_ppm_m(amount, contrast, each)
    np.testing.assert_array_equal(np.isnan(found), [[True, False, False]])


@pytest.mark.parametrize("sure", [2.6, 3.5, 5.0, 10.0, 50.0])
def test_the_stated_deviation_covers_an_unsure_contrast(sure):
    """Contrasts drawn about the one believed, 10 K: the true column amount/C lies within one stated
    deviation in 68 % and more, within two in 95 % (of 100,000 draws; 1 % for their scatter and for
    the two tails of nearly normal laws)."""
    rng = np.random.default_rng(11)
    contrast_k, sd_k, amount = 10.0, 10.0 / sure, 0.01
    true = amount / rng.normal(contrast_k, sd_k, 100_000)
    one = np.float32([amount / contrast_k])
    sd = column_density_sd_ppm_m(
        one, np.float32([0.0]), np.float32([contrast_k]), sd_k, 0.0, curve_of_three_bands()
    )
    off = np.abs(true - one)
    assert (off <= sd).mean() > 0.67
    assert (off <= 2 * sd).mean() > 0.94


def test_a_contrast_that_could_be_nought_has_no_finite_deviation():
    sd = column_density_sd_ppm_m(
        np.float32([10.0]), np.float32([1.0]), np.float32([5.0]), 5.0, 0.1, curve_of_three_bands()
    )
    assert np.isinf(sd)
