"""Sunlight in logarithms: what gas takes off, over whatever ground."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.gases import GasesOnBands, Growth
from cathartes.detect.light import LogLight
from cathartes.detect.quantify import log_saturation_curve, saturation_columns_ppm_m

MEAN = np.array([9.0, 4.0, 1.5, 0.02, -0.001])
"""Two bands in which the air is opaque, of which one is below nought by noise."""
LIGHT = LogLight.about(MEAN)
LIT = MEAN > 0.1


@given(
    brightness=st.floats(0.2, 8.0),
    slope=st.floats(-0.4, 0.4),
    depth=st.floats(0.0, 2.0),
)
def test_gas_takes_off_its_optical_depth_whatever_is_beneath(
    brightness: float, slope: float, depth: float
) -> None:
    """The law that makes it worth while: y = y0 - depth, exactly (float32: 1e-5)."""
    ground = brightness * MEAN * (1 + slope * np.linspace(-1, 1, MEAN.size))
    absorbed = depth * np.array([1.0, 0.5, 0.0, 0.0, 0.0])
    before, after = (LIGHT.of(x.astype(np.float32)) for x in (ground, ground * np.exp(-absorbed)))
    np.testing.assert_allclose((before - after)[LIT], absorbed[LIT], atol=1e-5)


def test_dark_bands_and_dark_pixels_stay_finite():
    values = np.array([[0.0] * 5, [-3.0] * 5, MEAN], np.float32)
    found = LIGHT.of(values)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[2], 0.0, atol=1e-5)
    np.testing.assert_allclose(found[1][LIT], np.log(0.02), rtol=1e-5)
    np.testing.assert_allclose(LIGHT.level[LIT], 1.0)
    assert np.abs(LIGHT.level[~LIT]).max() < 1, "an opaque band shows less of a gas"


def test_pixels_count_by_the_square_of_their_brightness_up_to_a_limit():
    pixels = (np.array([0.5, 1.0, 2.0, 50.0])[:, None] * MEAN).astype(np.float32)
    np.testing.assert_allclose(LIGHT.weight(pixels), [0.25, 1.0, 4.0, 9.0], rtol=1e-5)


BETA = np.array([0.002, 0.0005, 0.0])
LEVEL = np.ones(3)
SIGNATURE = -2.0 * BETA
FILTER = SIGNATURE / (SIGNATURE @ SIGNATURE)
BRIGHT = np.array([1.0, 3.0, 0.0])


def curve_of(gases):
    column = saturation_columns_ppm_m(2.0 * BETA.max())
    through = gases.transmittance(0, 2.0 * column)
    return log_saturation_curve(column, through, LEVEL, FILTER, BRIGHT)


@pytest.mark.parametrize("column", [3.0, 200.0, 1200.0])
def test_an_estimate_of_logarithms_does_not_saturate(column):
    curve = curve_of(GasesOnBands(("a",), BETA[None]))
    assert curve.invert(np.float32(column)) == pytest.approx(column, rel=2e-3)


def test_lines_that_saturate_inside_bands_are_undone():
    """Bands whose optical depth falls behind: the estimate does, and the curve gives it back."""
    knots = np.array([[0.0, 1000.0, 4000.0]])
    share = np.ones((1, 3, 3)) * np.array([1.0, 0.8, 0.6])[None, :, None]
    gases = GasesOnBands(("a",), BETA[None], growth=Growth(knots, share))
    column = 500.0
    estimate = np.log(gases.transmittance(0, np.array([2.0 * column]))[0]) @ FILTER
    assert estimate == pytest.approx(0.8 * column)
    assert curve_of(gases).invert(np.float32(estimate)) == pytest.approx(column, rel=5e-3)


def test_the_ground_behind_is_as_bright_as_it_was():
    """Brightness in the gas's bands falls with the gas; the curve knows by how much."""
    curve = curve_of(GasesOnBands(("a",), BETA[None]))
    column = np.array([0.0, 150.0, 900.0])
    through = np.exp(-2.0 * np.outer(column, BETA))
    seen = 1.7 * through @ BRIGHT / BRIGHT.sum()
    np.testing.assert_allclose(curve.brightness_behind(seen, column), 1.7, rtol=1e-2)
