"""Laws of the plume fields: mass goes through every section, and the wind carries it away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.simulate.plume import PlumeShape, column_per_emission_ppm_m, unit_plume
from effort import effort

PIXEL_M = 4.0


@given(
    wind=st.floats(0.0, 360.0),
    filaments=st.floats(0.0, 1.2),
    meander=st.floats(0.0, 1.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=effort(8, 20))
def test_mass_goes_through_every_section(wind, filaments, meander, seed):
    """∫∫ f ds dy over a stretch of length l is l, whatever the wind, the meander, the filaments.

    Tolerance 2 % for the whole, from 3 x 3 points a pixel; 4 % for stretches, whose ends cut
    through pixels (half a pixel in 80 m is 2.5 %).
    """
    plume = PlumeShape(80.5, 80.5, wind, 280.0, 9.0, 0.05, meander, filaments)
    field = unit_plume(plume, (161, 161), PIXEL_M, np.random.default_rng(seed))
    lines, samples = np.meshgrid(np.arange(161) - 80.0, np.arange(161) - 80.0, indexing="ij")
    azimuth = np.deg2rad(wind + 180.0)
    along = PIXEL_M * (samples * np.sin(azimuth) - lines * np.cos(azimuth))
    for start, stop in ((20.0, 100.0), (100.0, 200.0)):
        stretch = field[(along >= start) & (along < stop)].sum() * PIXEL_M**2
        assert stretch == pytest.approx(stop - start, rel=0.04)
    # All of it: the whole length less half of the faded last fifth.
    assert field.sum() * PIXEL_M**2 == pytest.approx(0.9 * 280.0, rel=0.02)


@given(wind=st.floats(0.0, 360.0), seed=st.integers(0, 1000))
@settings(max_examples=effort(8, 20))
def test_the_plume_lies_downwind(wind, seed):
    """Wind from φ carries gas towards φ + 180 degrees, clockwise from north; lines run south."""
    plume = PlumeShape(60.5, 60.5, wind, 160.0, 6.0, 0.08, 0.0, 0.5)
    field = unit_plume(plume, (121, 121), PIXEL_M, np.random.default_rng(seed))
    lines, samples = np.meshgrid(np.arange(121) - 60.0, np.arange(121) - 60.0, indexing="ij")
    east = (field * samples).sum() / field.sum()
    north = -(field * lines).sum() / field.sum()
    towards = np.rad2deg(np.arctan2(east, north))
    assert abs((towards - wind - 180.0 + 180.0) % 360.0 - 180.0) < 3.0


def test_a_westerly_moves_gas_to_larger_samples():
    """The convention once more, without trigonometry: wind from 270 degrees, gas in the east."""
    plume = PlumeShape(20.5, 5.5, 270.0, 100.0, 6.0, 0.08, 0.0, 0.0)
    field = unit_plume(plume, (41, 41), PIXEL_M, np.random.default_rng(0))
    assert field[20, 20] > 0
    assert field[:, :4].sum() == 0.0
    assert np.argmax(field.sum(axis=1)) == 20


def test_an_emission_becomes_the_right_column():
    """Methane, 16.04 g/mol: 1 kg m-2 is 62.34 mol m-2; 1 ppm m is 2.479e19 / 6.022e23 mol m-2."""
    assert column_per_emission_ppm_m(16.043) == pytest.approx(62.33 / 4.1166e-5, rel=1e-3)


def test_without_filaments_and_meander_the_section_is_gaussian():
    """f(s, y) = exp(-y²/2σ²) / (σ√2π), mean over a pixel, at the stated σ(s) = σ_0 + k s^0.9."""
    plume = PlumeShape(50.5, 5.5, 270.0, 300.0, 12.0, 0.1, 0.0, 0.0)
    field = unit_plume(plume, (101, 70), PIXEL_M, np.random.default_rng(0))
    distance = PIXEL_M * 40.0
    sigma = 12.0 + 0.1 * distance**0.9
    y = PIXEL_M * (np.arange(101) - 50.0)
    expected = np.exp(-0.5 * (y / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(field[:, 45], expected, atol=0.01 * expected.max())
