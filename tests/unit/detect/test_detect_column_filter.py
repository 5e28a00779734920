"""The short-wave filters by columns, against their definitions written out in float64."""

import numpy as np
import pytest

from cathartes.detect.column_filter import column_matched_filter
from cathartes.detect.reweighted import (
    AMOUNT_UNIT_PPM_M,
    EPSILON,
    LEAST_NORM,
    reweighted_column_filter,
    sparse_amount,
)
from cathartes.errors import InputError, SingularCovarianceError

LINES, SAMPLES, BANDS = 400, 6, 40
SHARE = 1e-4
NOISE = 0.02


def sunlit(seed=0, *, plume_ppm_m=0.0, lines=LINES, bands=BANDS):
    """A scene of five smooth surfaces, uneven light, noise and one gas: radiance, t, truth."""
    generator = np.random.default_rng(seed)
    surfaces = np.cumsum(generator.normal(0, 0.05, (5, bands)), axis=1)
    radiance = 9 + generator.normal(0, 1, (lines, SAMPLES, 5)) @ surfaces
    radiance *= 1 + 0.1 * generator.normal(0, 1, (lines, SAMPLES, 1))
    change = -2e-4 * np.exp(-0.5 * ((np.arange(bands) - 0.4 * bands) / 2) ** 2)
    truth = np.zeros((lines, SAMPLES))
    truth[lines // 4 : lines // 3, 1:3] = plume_ppm_m
    radiance *= np.exp(truth[:, :, None] * change)
    radiance += generator.normal(0, NOISE, radiance.shape)
    return radiance.astype(np.float32), change, truth


def statistics(pixels, share):
    mean = pixels.mean(axis=0)
    covariance = (pixels - mean).T @ (pixels - mean) / len(pixels)
    return mean, (1 - share) * covariance + share * np.diag(np.diag(covariance))


def slow_column_filter(radiance, change, share=SHARE):
    amount = np.empty(radiance.shape[:2])
    for j in range(radiance.shape[1]):
        pixels = radiance[:, j].astype(np.float64)
        mean, covariance = statistics(pixels, share)
        w = np.linalg.solve(covariance, change * mean)
        amount[:, j] = (pixels - mean) @ w / (change * mean @ w)
    return amount


def slow_mag1c(radiance, change, iterations=30, share=SHARE):
    """Every pixel and the whole covariance in every iteration, as the paper has it."""
    amount = np.empty(radiance.shape[:2])
    t = change * AMOUNT_UNIT_PPM_M
    for j in range(radiance.shape[1]):
        x = radiance[:, j].astype(np.float64)
        mean, covariance = statistics(x, share)
        albedo = x @ mean / (mean @ mean)
        s = t * mean
        w = np.linalg.solve(covariance, s)
        u = np.maximum((x - mean) @ w / (albedo * (s @ w)), 0)
        for _ in range(iterations):
            weight = 1 / (albedo * (u + EPSILON))
            mean, covariance = statistics(x - np.outer(albedo * u, s), share)
            s = t * mean
            w = np.linalg.solve(covariance, s)
            u = ((x - mean) @ w - weight) / (albedo * max(s @ w, LEAST_NORM))
            u = np.maximum(u, 0)
        amount[:, j] = u * AMOUNT_UNIT_PPM_M
    return amount


def rounding_ppm_m(radiance, change):
    """What float32 sums do to the filter, the greatest of the columns, [ppm m].

    A sum of n products errs by up to √n half-steps, 2^-24 of the ground's variance V. Over the
    noise's variance, which is what the filter is left with, that is the size of a random matrix
    between the whitened pixel, of length √b, and a unit signature: √(n b) 2^-24 V / noise² standard
    deviations of the estimate.
    """
    norms = []
    for j in range(radiance.shape[1]):
        mean, covariance = statistics(radiance[:, j].astype(np.float64), SHARE)
        s = change * mean
        norms.append(s @ np.linalg.solve(covariance, s))
    n_sums = len(radiance) * radiance.shape[2]
    part = np.sqrt(n_sums) * 2.0**-24 * radiance.var(axis=0).mean() / NOISE**2
    return part / np.sqrt(min(norms))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("plume", [0.0, 300.0, 3000.0])
def test_the_column_filter_is_its_definition(seed, plume):
    radiance, change, _ = sunlit(seed, plume_ppm_m=plume)
    found = column_matched_filter(radiance, change, diagonal_share=SHARE)
    allowed = rounding_ppm_m(radiance, change)
    slow = slow_column_filter(radiance, change)
    np.testing.assert_allclose(found, slow, rtol=2e-4, atol=allowed)


def agree(found, slow, allowed):
    """Supports differ in less than a thousandth, values by the error that rounding can make.

    At rest du/dz = (1 + z/√(z² - 4))/2 noise-equivalents. Of a normal law above 2 a twentieth
    lies under 2.02, where that is 4; nearer to 2 pixels have not come to rest after 30 iterations,
    and a difference of z may have been multiplied by as much.
    """
    assert ((found > 0) != (slow > 0)).mean() < 1e-3
    both = (found > 0) & (slow > 0)
    error = np.abs(found - slow)[both]
    assert np.quantile(error - 2e-4 * slow[both], 0.95) < 4 * allowed
    assert (error < 30 * allowed + 5e-3 * slow[both]).mean() > 0.99


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("plume", [0.0, 300.0, 3000.0])
def test_the_reweighted_filter_is_the_papers(seed, plume):
    radiance, change, _ = sunlit(seed, plume_ppm_m=plume)
    found = reweighted_column_filter(radiance, change, diagonal_share=SHARE)
    agree(found, slow_mag1c(radiance, change), rounding_ppm_m(radiance, change))


def test_a_plume_that_makes_most_of_the_variance_is_solved_anew():
    """The diagonal falls by more than a third, and fixed-point steps would be slow."""
    radiance, change, _ = sunlit(3, plume_ppm_m=12000.0)
    found = reweighted_column_filter(radiance, change, diagonal_share=0.2)
    slow = slow_mag1c(radiance, change, share=0.2)
    agree(found, slow, rounding_ppm_m(radiance, change))


def test_no_iteration_is_the_albedo_corrected_filter_cut_at_nought():
    radiance, change, _ = sunlit(plume_ppm_m=300.0)
    found = reweighted_column_filter(radiance, change, iterations=0, diagonal_share=SHARE)
    slow = slow_mag1c(radiance, change, iterations=0)
    allowed = rounding_ppm_m(radiance, change)
    np.testing.assert_allclose(found, slow, rtol=2e-4, atol=allowed)


@pytest.mark.parametrize("estimate", [column_matched_filter, reweighted_column_filter])
def test_gaps_stay_gaps_and_spoil_nothing_else(estimate):
    radiance, change, _ = sunlit(plume_ppm_m=300.0)
    gappy = radiance.copy()
    gappy[10, 2, 5] = np.nan
    gappy[:, 4] = np.nan
    gappy[11, 3, 0] = np.inf
    found = estimate(gappy, change)
    gaps = np.zeros(found.shape, bool)
    gaps[10, 2] = gaps[:, 4] = gaps[11, 3] = True
    np.testing.assert_array_equal(np.isnan(found), gaps)
    np.testing.assert_array_equal(found[:, [0, 1, 5]], estimate(radiance, change)[:, [0, 1, 5]])
    alone = estimate(np.delete(radiance[:, 2:3], 10, axis=0), change)[:, 0]
    # Other numbers of rows are summed in another order.
    np.testing.assert_allclose(np.delete(found[:, 2], 10), alone, rtol=1e-2, atol=1.0)


@pytest.mark.parametrize("estimate", [column_matched_filter, reweighted_column_filter])
def test_the_cube_is_not_changed(estimate):
    radiance, change, _ = sunlit()
    before = radiance.copy()
    estimate(radiance, change)
    np.testing.assert_array_equal(radiance, before)


@pytest.mark.parametrize("estimate", [column_matched_filter, reweighted_column_filter])
def test_fewer_lines_than_bands_need_a_diagonal(estimate):
    radiance, change, _ = sunlit(lines=20)
    assert np.isfinite(estimate(radiance, change, diagonal_share=0.1)).all()
    with pytest.raises(SingularCovarianceError, match="column of 20 pixels in 40 bands"):
        estimate(radiance, change, diagonal_share=0.0)


@pytest.mark.parametrize("estimate", [column_matched_filter, reweighted_column_filter])
def test_what_does_not_fit_is_said(estimate):
    radiance, change, _ = sunlit(lines=50)
    with pytest.raises(InputError, match="of the same bands are needed"):
        estimate(radiance, change[1:])
    with pytest.raises(InputError, match="nought in every band"):
        estimate(radiance, np.zeros_like(change))


def test_most_of_clean_ground_is_nought_and_a_plume_is_not():
    radiance, change, truth = sunlit(5, plume_ppm_m=600.0)
    found = reweighted_column_filter(radiance, change)
    assert (found[truth == 0] > 0).mean() < 0.06  # 2.3 % of a normal law lie above 2
    inside = found[truth > 0]
    assert (inside > 0).mean() > 0.95
    assert 0.8 < inside.mean() / 600.0 < 1.05


@pytest.mark.parametrize("z", [0.0, 1.9, 2.0, 2.5, 7.0, 100.0])
@pytest.mark.parametrize("albedo", [0.3, 1.0, 2.0])
def test_the_closed_form_is_where_the_iterations_rest(z, albedo):
    """u ← (z√N - 1/(R u)) / (R N) with the background held fixed, from the plain estimate on."""
    noise_equivalent = 20.0
    n = 1 / noise_equivalent**2
    u = z / (albedo * np.sqrt(n))
    for _ in range(20000):
        u = max(0.0, (z * np.sqrt(n) - 1 / (albedo * (u + 1e-12))) / (albedo * n))
    found = sparse_amount(np.float32([z]), np.float32([albedo]), noise_equivalent)
    # At z = 2 the two roots meet, and the steps towards them fall off as one over their number.
    np.testing.assert_allclose(found, [u], rtol=1e-3, atol=1e-6)


def test_the_closed_form_keeps_gaps():
    found = sparse_amount(np.float32([np.nan, 3.0, 1.0]), np.float32([1.0, np.nan, np.nan]), 10.0)
    assert np.isnan(found).all()


def test_a_pixel_without_brightness_has_no_amount_and_spoils_no_other():
    """A pixel of noughts has an albedo of nought, by which nothing can be divided."""
    rng = np.random.default_rng(2)
    values = rng.normal(10.0, 0.2, (300, 1, 12)).astype(np.float32)
    values[40, 0] = 0.0
    found = reweighted_column_filter(values, -1e-5 * rng.uniform(0.1, 1.0, 12))
    assert np.isnan(found[40, 0])
    assert np.isfinite(np.delete(found[:, 0], 40)).all()
