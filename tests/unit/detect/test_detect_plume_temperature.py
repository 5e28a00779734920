"""A plume's temperature from its own pixels: by law, and against a plain loop."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cathartes.detect.plume_temperature import (
    CONTRAST_NOISE_K,
    FREEDOM,
    INDEPENDENT_SHARE,
    LEAST_NEIGHBOURS,
    ODD_SHARE,
    STANDS_OUT,
    UNEVENNESS,
    PlumeImage,
    fit_plume_temperature,
    log_likelihood_of_shift,
    temperature_grid_k,
)

AIR_K = 300.0
NOISE = 20.0


def plume(seed, excess_k, *, parcel_sd_k=3.0, grain_sd_k=0.3, shape=(30, 40)):
    """A smooth plume over parcels of 4 by 4 pixels with some grain, some 6 K warmer than air.

    Signal is column times true contrast, and noise; the contrast seen has noise of 0.1 K.
    """
    rng = np.random.default_rng(seed)
    line, sample = np.indices(shape)
    column = 60.0 * np.exp(-0.5 * (((line - 15) / 7) ** 2 + ((sample - 20) / 10) ** 2))
    column *= 1 + 0.05 * rng.standard_normal(shape)
    parcels = parcel_sd_k * rng.standard_normal((shape[0] // 4 + 1, shape[1] // 4 + 1))
    contrast = -6.0 + np.kron(parcels, np.ones((4, 4)))[: shape[0], : shape[1]]
    contrast = contrast + grain_sd_k * rng.standard_normal(shape)
    amount = column * (contrast + excess_k) + NOISE * rng.standard_normal(shape)
    seen = contrast + CONTRAST_NOISE_K * rng.standard_normal(shape)
    return PlumeImage(amount, seen, column > 5.0, NOISE)


def fitted(image, sd_k=8.0):
    grid = temperature_grid_k(AIR_K, sd_k)
    return fit_plume_temperature(image, grid, grid - AIR_K, sd_k)


@pytest.mark.parametrize("excess_k", [-8.0, 0.0, 12.0, 18.0])
def test_a_warm_plume_says_how_warm_it_is_over_uneven_ground(excess_k):
    """The prior is 8 K wide; 200 lit pixels over parcels of 3 K leave 1 to 3 K."""
    found = fitted(plume(1, excess_k))
    assert found.sd_k < 3.5
    assert abs(found.mean_k - AIR_K - excess_k) < 2.5 * found.sd_k
    assert found.mean_shift_k == pytest.approx(found.mean_k - AIR_K)
    assert found.shift_sd_k == pytest.approx(found.sd_k)


def test_stated_deviations_hold_over_many_plumes():
    """Temperatures drawn from the prior, 60 plumes: of 60, 95 % within two deviations would be 57;
    at most 9 outside is beyond any chance if they hold (binomial, 0.05: 0.2 %)."""
    rng = np.random.default_rng(5)
    outside = 0
    for seed in range(60):
        excess_k = 8.0 * rng.standard_normal()
        found = fitted(plume(seed, excess_k))
        outside += found is None or abs(found.mean_k - AIR_K - excess_k) > 2 * found.sd_k
    assert outside <= 9


def test_borders_of_surfaces_do_not_decide_and_no_column_is_negative():
    """Over meadow 6 K colder and tar 14 K warmer than the plume: at the border the optics blur
    signal and contrast by different widths, and a plume colder than both would say that meadow
    with gas holds less than none. By a normal law without that it is said to be 24 K colder."""
    for seed in range(6):
        flat = plume(seed, 0.0, parcel_sd_k=0.0)
        line, sample = np.indices(flat.amount.shape)
        column = 60.0 * np.exp(-0.5 * (((line - 15) / 7) ** 2 + ((sample - 20) / 10) ** 2))
        sharp = np.where(line + 0.6 * sample < 24, 6.0, -14.0)
        noise = np.random.default_rng(seed).standard_normal(sharp.shape)
        amount = column * gaussian_filter(sharp, 0.8) + NOISE * noise
        seen = gaussian_filter(sharp, 0.4) + flat.contrast - flat.contrast.mean()
        found = fitted(PlumeImage(amount, seen, flat.inside, NOISE))
        assert abs(found.mean_k - AIR_K) < 2.5


def test_over_even_ground_only_the_sign_tells():
    """Emission from ground 6 K warmer than air: the plume is more than 6 K warmer than air."""
    for excess_k in (8.0, 12.0, 18.0):
        found = fitted(plume(2, excess_k, parcel_sd_k=0.0, grain_sd_k=0.0))
        assert found.sd_k > 3.0
        assert abs(found.mean_k - AIR_K - excess_k) < 2.5 * found.sd_k
    assert found.probability[found.temperature_k < AIR_K + 5.0].sum() < 1e-6


def test_a_sign_that_asks_for_the_unbelievable_contradicts():
    """With 2 K of doubt an excess of 12 K is six deviations off."""
    image = plume(3, 12.0)
    assert fitted(image, sd_k=2.0) is None
    assert fitted(image) is not None


def test_units_of_signal_and_sign_change_nothing():
    """Twice the gas's units, or ground and plume exchanged, give the same belief mirrored."""
    image = plume(4, 12.0)
    found = fitted(image)
    doubled = fitted(PlumeImage(2 * image.amount, image.contrast, image.inside, 2 * NOISE))
    np.testing.assert_allclose(doubled.probability, found.probability, atol=1e-9)
    mirrored = fitted(PlumeImage(-image.amount, -image.contrast, image.inside, NOISE))
    assert mirrored.mean_k - AIR_K == pytest.approx(AIR_K - found.mean_k, abs=1e-6)


def test_the_likelihood_is_that_of_a_plain_loop():
    image = plume(6, 5.0, shape=(12, 14))
    shifts = np.array([-3.0, 1.0, 5.0, 9.0])
    inside = image.inside
    total = np.full((len(UNEVENNESS), shifts.size), 0.0)
    for i, j in zip(*np.nonzero(inside), strict=True):
        rows, columns = slice(max(i - 1, 0), i + 2), slice(max(j - 1, 0), j + 2)
        near = inside[rows, columns]
        if near.sum() < LEAST_NEIGHBOURS:
            continue
        level = image.amount[rows, columns][near].mean()
        ground = image.contrast[rows, columns][near].mean()
        if abs(level) <= STANDS_OUT * NOISE:
            continue
        for k, shift in enumerate(shifts):
            contrast = ground + shift
            contrast = np.sign(contrast) * max(abs(contrast), 0.3)
            slope = level / contrast
            error = image.amount[i, j] - level - slope * (image.contrast[i, j] - ground)
            for s, uneven in enumerate(UNEVENNESS):
                variance = NOISE**2 + (uneven * level) ** 2 + (slope * CONTRAST_NOISE_K) ** 2
                total[s, k] -= (FREEDOM + 1) / 2 * np.log(1 + error**2 / variance / FREEDOM)
                total[s, k] -= 0.5 * np.log(variance)
                if slope < 0:
                    by_noise = np.exp(-0.5 * (level / NOISE) ** 2)
                    total[s, k] += np.log(ODD_SHARE + (1 - ODD_SHARE) * by_noise)
    summed = np.logaddexp.reduce(total, axis=0)
    expected = INDEPENDENT_SHARE * (summed - summed.max())
    np.testing.assert_allclose(log_likelihood_of_shift(image, shifts), expected, atol=1e-8)


def test_nothing_that_stands_out_leaves_the_prior():
    image = plume(7, 10.0)
    faint = PlumeImage(0.01 * np.abs(image.amount), image.contrast + 30, image.inside, NOISE)
    found = fitted(faint)
    assert found.mean_k == pytest.approx(AIR_K, abs=0.1)
    assert found.sd_k == pytest.approx(8.0, rel=0.02)


def test_thinned_belief_has_the_same_mean_and_spread():
    found = fitted(plume(8, 6.0))
    few = found.thinned(40)
    assert few.probability.size <= 81
    assert few.probability.sum() == pytest.approx(1.0)
    assert few.mean_k == pytest.approx(found.mean_k, abs=0.2)
    assert few.sd_k == pytest.approx(found.sd_k, rel=0.1)


def test_pixels_are_put_in_their_places_and_gaps_left_out():
    line, sample = np.array([5, 5, 7]), np.array([10, 12, 11])
    image = PlumeImage.of_pixels(
        line, sample, np.array([1.0, np.nan, 3.0]), np.array([-1.0, -2.0, -3.0]), 1.0
    )
    assert image.amount.shape == (3, 3)
    assert image.inside.sum() == 2
    assert image.amount[2, 1] == 3.0
    assert image.contrast[0, 0] == -1.0
    assert not image.inside[0, 2]
