"""The bands that are searched, in their order, and blocks of lines that fit the memory."""

import numpy as np
import pytest

from cathartes.detect.bandset import Bandset, clean_pixels, usable_bandset
from cathartes.detect.settings import DetectSettings
from cathartes.detect.window import Regime, Window
from cathartes.errors import InputError, SettingsError


@pytest.mark.parametrize("index", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0], [1, 2, 3], [3, 0, 2, 1]])
def test_bands_are_read_in_the_order_of_the_index(make_bandset, index):
    values = np.random.default_rng(1).normal(0, 1, (6, 5, 4)).astype(np.float32)
    whole = make_bandset(values)
    chosen = Bandset(whole.cube, np.array(index), 2**20)
    block = chosen.read(2, 5)
    np.testing.assert_array_equal(block, values[2:5][:, :, index])
    np.testing.assert_array_equal(chosen.wavelength_um, whole.wavelength_um[index])
    assert block.flags.c_contiguous
    block[:] = 0.0
    np.testing.assert_array_equal(chosen.read(2, 5), values[2:5][:, :, index])


@pytest.mark.parametrize("lines_a_block", [1, 4, 7, 100])
def test_blocks_cover_every_line_once_and_fit_their_memory(make_bandset, lines_a_block):
    values = np.zeros((23, 5, 4), np.float32)
    bandset = make_bandset(values, lines_a_block * 4 * 5 * 4)
    ranges = bandset.ranges()
    lines = [line for start, stop in ranges for line in range(start, stop)]
    assert lines == list(range(23))
    assert max(stop - start for start, stop in ranges) <= lines_a_block
    sampled = bandset.sample_ranges()
    assert set(sampled) <= set(ranges)
    assert (sampled[0], sampled[-1]) == (ranges[0], ranges[-1])


def test_bands_mostly_empty_or_constant_are_left_out(make_bandset):
    values = np.random.default_rng(2).normal(5, 1, (30, 8, 6)).astype(np.float32)
    values[:, :, 1] = 7.0
    values[:20, :, 2] = np.nan
    values[:5, :, 4] = np.nan
    window = Window(Regime.EMISSIVE, np.array([5, 4, 3, 2, 1, 0]))
    found = usable_bandset(make_bandset(values).cube, window, 3, 2**20)
    assert found.index.tolist() == [5, 4, 3, 0]
    with pytest.raises(InputError, match=r"of 6 bands .* only 4 hold values that vary.*at least 5"):
        usable_bandset(make_bandset(values).cube, window, 5, 2**20)


def test_a_clean_pixel_is_finite_in_every_band():
    block = np.ones((1, 4, 3), np.float32)
    block[0, 1, 2], block[0, 2, 0], block[0, 3, 1] = np.nan, np.inf, -np.inf
    assert clean_pixels(block).tolist() == [[True, False, False, False]]


@pytest.mark.parametrize("fill", [1e20, 9.96921e36, -1e30])
def test_a_clean_pixel_is_no_fill_value_of_netcdf(fill):
    """One such pixel made every distance infinite, and none was said to be finite."""
    block = np.ones((1, 3, 3), np.float32)
    block[0, 0], block[0, 1, 2] = fill, fill
    assert clean_pixels(block).tolist() == [[False, False, True]]


def test_a_clean_pixel_holds_light_in_some_band():
    """A border of zeros or of -9999 is no ground, though no header says what stands for no value;
    a dark band's noise, however deep, is."""
    block = np.ones((1, 5, 3), np.float32)
    block[0, 1], block[0, 2], block[0, 3, 1:], block[0, 4, 0] = 0.0, -9999.0, -7.0, np.nan
    assert clean_pixels(block).tolist() == [[True, False, False, True, False]]
    assert clean_pixels(block[:, :4]).tolist() == [[True, False, False, True]]


@pytest.mark.parametrize(
    ("regime", "of_noise"), [(Regime.EMISSIVE, 0.3), (Regime.REFLECTIVE, 0.01)]
)
def test_a_pixel_with_a_nought_where_all_else_glows_is_none(make_bandset, regime, of_noise):
    """One in two thousand values of -1 spoils one pixel in eight of 256 bands, and the covariance
    with it; of a band that sees nothing half is below nought, and tells nothing of its pixels."""
    values = np.full((40, 50, 6), 9.0, np.float32)
    values += np.random.default_rng(3).normal(0, 0.1, values.shape).astype(np.float32)
    noisy = np.random.default_rng(4).random((40, 50)) < of_noise
    values[noisy, 2] = -0.01
    values[7, 11, 4], values[30, 3, 0] = -1.0, 0.0
    window = Window(regime, np.arange(6))
    found = usable_bandset(make_bandset(values).cube, window, 3, 2**20)
    expected = np.ones((40, 50), bool)
    expected[7, 11] = expected[30, 3] = False
    np.testing.assert_array_equal(found.usable(values), expected)
    np.testing.assert_array_equal(found.usable(values[:, 11:12]), expected[:, 11:12])
    np.testing.assert_array_equal(make_bandset(values).usable(values), np.ones((40, 50), bool))


@pytest.mark.parametrize("width", [0, 2, 4, -1])
def test_squares_without_a_middle_are_refused(width):
    with pytest.raises(SettingsError, match=rf"averaging_width_px is {width}; an odd width"):
        DetectSettings(averaging_width_px=width)


def test_a_dead_band_makes_no_other_one_shine(make_bandset):
    """Where a band sees nothing half of its values are nought or less, and no fault."""
    values = np.random.default_rng(5).normal(9.0, 0.1, (40, 50, 8)).astype(np.float32)
    values[:, :, 6] -= 9.0
    values[:, :, 7] = np.nan
    found = usable_bandset(
        make_bandset(values).cube, Window(Regime.REFLECTIVE, np.arange(8)), 3, 2**20
    )
    assert found.index.tolist() == list(range(7))
    assert found.lit.tolist() == [True] * 6 + [False]
    assert found.usable(values[:, :, :7]).all()


@pytest.mark.parametrize("coarse", [False, True])
def test_where_a_band_saturates_nothing_was_measured(make_bandset, coarse):
    """A ceiling is taken far oftener than what is below it; coarse numbers have no such value."""
    values = np.random.default_rng(6).normal(9.0, 1.0, (60, 50, 4)).astype(np.float32)
    top = np.float32(10.0)
    values[:, :, 1] = np.round(values[:, :, 1]) if coarse else np.minimum(values[:, :, 1], top)
    found = usable_bandset(
        make_bandset(values).cube, Window(Regime.EMISSIVE, np.arange(4)), 3, 2**20
    )
    expected = np.ones((60, 50), bool) if coarse else values[:, :, 1] < top
    np.testing.assert_array_equal(found.usable(values), expected)


def test_what_a_camera_repeats_is_no_measurement(make_bandset):
    values = np.random.default_rng(7).normal(9.0, 1.0, (30, 20, 32)).astype(np.float32)
    values[10:14] = values[10]
    values[:, 5] = values[0, 5]
    values[20, 8] = 3.0
    expected = np.ones((30, 20), bool)
    expected[10:14] = expected[:, 5] = False
    expected[20, 8] = False
    np.testing.assert_array_equal(make_bandset(values).usable(values), expected)
    few = values[:, :, :8]
    assert make_bandset(few).usable(few).all()  # of few bands, coarse ones are alike by chance
