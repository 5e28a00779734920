"""The background's sums, judged by slow simple twins in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.detect.background import (
    Background,
    BackgroundSums,
    shrinkage_weight,
    whitening_matrix,
)
from cathartes.errors import InputError, SingularCovarianceError

SMOOTHING = 2.0


def simple_trend(column_mean, sigma):
    """Gaussian smoothing across the columns, edges repeated, kernel cut at 4 σ: loops alone."""
    n_samples = len(column_mean)
    reach = int(4.0 * sigma + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    trend = np.zeros_like(column_mean)
    for c in range(n_samples):
        for k in range(-reach, reach + 1):
            trend[c] += kernel[k + reach] * column_mean[min(max(c + k, 0), n_samples - 1)]
    return trend


def simple_background(cube, per_column):
    """Mean taken off each column, covariance about it, pixels: pixel by pixel in float64."""
    cube = cube.astype(np.float64)
    n_lines, n_samples, n_bands = cube.shape
    pixels = [
        (c, cube[i, c])
        for i in range(n_lines)
        for c in range(n_samples)
        if np.isfinite(cube[i, c]).all()
    ]
    overall = np.mean([x for _, x in pixels], axis=0)
    own = np.array(
        [np.mean([x for d, x in pixels if d == c] or [overall], axis=0) for c in range(n_samples)]
    )
    used_columns = len({c for c, _ in pixels})
    striped = used_columns >= 3 and len(pixels) >= 25 * used_columns
    removed = np.tile(overall, (n_samples, 1))
    if per_column:
        removed = own
    elif striped:
        removed = overall + own - simple_trend(own, SMOOTHING)
    covariance = np.zeros((n_bands, n_bands))
    for c, x in pixels:
        covariance += np.outer(x - removed[c], x - removed[c])
    freedom = len(pixels) - (used_columns if per_column else 1)
    return removed, covariance / freedom, freedom


def clean(block):
    return np.isfinite(block).all(axis=2)


def in_blocks(cube, lines_a_block):
    sums = BackgroundSums(cube.shape[1], cube.shape[2])
    for start in range(0, len(cube), lines_a_block):
        block = cube[start : start + lines_a_block]
        sums.add(block, clean(block))
    return sums


@given(
    n_lines=st.one_of(st.integers(3, 9), st.integers(24, 32)),
    n_samples=st.integers(1, 7),
    n_bands=st.integers(1, 6),
    per_column=st.booleans(),
    level=st.sampled_from([0.0, 10.0, -3.0]),
    lines_a_block=st.integers(1, 9),
    seed=st.integers(0, 10_000),
)
def test_sums_are_those_of_a_plain_loop(
    n_lines, n_samples, n_bands, per_column, level, lines_a_block, seed
):
    """Tolerance 1e-5 of the second moment about the first block's mean: float32 products."""
    rng = np.random.default_rng(seed)
    cube = (level + rng.normal(0.0, 1.0, (n_lines, n_samples, n_bands))).astype(np.float32)
    cube += rng.normal(0.0, 2.0, (n_samples, n_bands)).astype(np.float32)  # stripes
    cube[rng.random((n_lines, n_samples)) < 0.15, rng.integers(n_bands)] = np.nan
    if clean(cube).sum() < max(3, n_samples + 2):
        return
    found = in_blocks(cube, lines_a_block).finish(
        per_column=per_column, stripe_smoothing_samples=SMOOTHING
    )
    mean, covariance, freedom = simple_background(cube, per_column)
    assert found.degrees_of_freedom == freedom
    moment = np.nanmax(np.abs(cube - np.nanmean(cube))) ** 2
    np.testing.assert_allclose(found.mean, mean, atol=1e-5 * np.sqrt(moment))
    np.testing.assert_allclose(
        found.covariance, covariance, atol=1e-5 * moment * clean(cube).sum() / freedom
    )
    assert (found.covariance == found.covariance.T).all()


@pytest.mark.parametrize("per_column", [True, False])
def test_blocks_do_not_matter(per_column):
    rng = np.random.default_rng(3)
    cube = rng.normal(5.0, 0.3, (40, 12, 6)).astype(np.float32)
    cube[7, 3, 2] = np.nan
    one, many = (
        in_blocks(cube, n).finish(per_column=per_column, stripe_smoothing_samples=SMOOTHING)
        for n in (40, 7)
    )
    np.testing.assert_allclose(one.mean, many.mean, atol=1e-6)
    np.testing.assert_allclose(one.covariance, many.covariance, atol=1e-5 * 0.09)


def test_a_small_variation_on_a_large_mean_keeps_its_precision():
    """Radiance near 1e4 that varies by 1e-2: plain float32 squares (1e8 ± 8) would lose it all.

    The twin works on the same float32 numbers (whose own step is 1e-3), so 1e-4 of the variance
    is what float32 products of centred values cost, not what the storage costs.
    """
    rng = np.random.default_rng(11)
    cube = (1e4 + rng.normal(0.0, 1e-2, (60, 20, 4))).astype(np.float32)
    found = in_blocks(cube, 17).finish(per_column=False, stripe_smoothing_samples=SMOOTHING)
    mean, covariance, _ = simple_background(cube, per_column=False)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-4 * 1e-4)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-10)


def test_noise_far_below_the_ground_s_variation_keeps_its_variance():
    """60 000 pixels that vary by 1 to 2, all bands together, over noise of 3e-3.

    Every eigenvalue, the noise's too (9e-6, of 150 in all), within 15 % of a float64 sum: float32
    sums over the whole block are off by more than the noise, and have negative eigenvalues.
    """
    rng = np.random.default_rng(8)
    slope = np.linspace(1, 2, 60)
    cube = 10 + rng.normal(0, 1, (200, 300, 1)) * slope + rng.normal(0, 3e-3, (200, 300, 60))
    cube = cube.astype(np.float32)
    found = in_blocks(cube, 200).finish(per_column=False, stripe_smoothing_samples=1e-6)
    expected = np.linalg.eigvalsh(np.cov(cube.reshape(-1, 60).astype(np.float64).T))
    np.testing.assert_allclose(np.linalg.eigvalsh(found.covariance), expected, rtol=0.15)


def test_the_count_of_pixels_does_not_overflow():
    """40 000 x 60 000 pixels exceed 32-bit counts: sums are floats and hold them."""
    sums = BackgroundSums(2, 2)
    rng = np.random.default_rng(0)
    block = rng.normal(0.0, 1.0, (50, 2, 2)).astype(np.float32)
    sums.add(block, clean(block))
    sums._count += 2.4e9
    background = sums.finish(per_column=False, stripe_smoothing_samples=SMOOTHING)
    assert background.degrees_of_freedom == 4_800_000_099


def test_a_stripe_is_taken_out_and_a_slope_is_kept():
    """One detector reads 1 higher: its own. The scene gets brighter across track: the scene's."""
    rng = np.random.default_rng(5)
    across = np.linspace(0.0, 2.0, 60)[None, :, None]
    cube = (10.0 + across + rng.normal(0, 0.01, (200, 60, 3))).astype(np.float32)
    cube[:, 30] += 1.0
    background = in_blocks(cube, 50).finish(per_column=False, stripe_smoothing_samples=15.0)
    step = background.mean[30] - 0.5 * (background.mean[29] + background.mean[31])
    np.testing.assert_allclose(step, 1.0, atol=0.03)
    slope = background.mean[40] - background.mean[20]
    assert np.abs(slope).max() < 0.1, "the scene's own slope must stay in the data"


def test_a_single_line_keeps_its_noise():
    """A line's column means are its pixels: taken off as stripes they would leave no variance."""
    rng = np.random.default_rng(5)
    cube = rng.normal(5.0, 0.1, (1, 3000, 4)).astype(np.float32)
    background = in_blocks(cube, 1).finish(per_column=False, stripe_smoothing_samples=15.0)
    np.testing.assert_allclose(np.diag(background.covariance), 0.01, rtol=4 * np.sqrt(2 / 3000))


@pytest.mark.parametrize("n_lines", [9, 24, 25, 100])
@pytest.mark.parametrize("per_column", [True, False])
def test_the_variance_of_noise_does_not_depend_on_the_number_of_lines(n_lines, per_column):
    """4 standard errors, and the twenty-fifth that stripes may hide."""
    rng = np.random.default_rng(6)
    cube = rng.normal(5.0, 0.1, (n_lines, 600, 4)).astype(np.float32)
    background = in_blocks(cube, 50).finish(per_column=per_column, stripe_smoothing_samples=15.0)
    error = 4 * np.sqrt(2 / (n_lines * 600)) + 1 / 25
    np.testing.assert_allclose(np.diag(background.covariance), 0.01, rtol=error)


def test_a_column_without_pixels_takes_the_mean_of_all():
    rng = np.random.default_rng(1)
    cube = rng.normal(2.0, 0.1, (30, 5, 3)).astype(np.float32)
    cube[:, 2] = np.nan
    background = in_blocks(cube, 8).finish(per_column=True, stripe_smoothing_samples=SMOOTHING)
    np.testing.assert_allclose(background.mean[2], np.nanmean(cube, axis=(0, 1)), atol=1e-5)
    assert np.isfinite(background.covariance).all()


def test_no_clean_pixel_is_an_error_that_says_what_to_check():
    sums = BackgroundSums(4, 3)
    block = np.full((5, 4, 3), np.nan, np.float32)
    sums.add(block, clean(block))
    with pytest.raises(InputError, match=r"no pixel .* finite in every band.*ignore value"):
        sums.finish(per_column=False, stripe_smoothing_samples=SMOOTHING)


def test_two_pixels_have_no_covariance():
    sums = BackgroundSums(2, 3)
    block = np.arange(6.0, dtype=np.float32).reshape(1, 2, 3)
    sums.add(block, clean(block))
    with pytest.raises(SingularCovarianceError, match="2 clean pixels; at least 3"):
        sums.finish(per_column=False, stripe_smoothing_samples=SMOOTHING)


def test_one_line_with_a_mean_a_column_has_no_covariance():
    """Each pixel less its own mean is zero: rounding must not pass for a background."""
    rng = np.random.default_rng(9)
    sums = in_blocks(rng.normal(5.0, 0.1, (1, 200, 4)).astype(np.float32), 1)
    with pytest.raises(SingularCovarianceError, match=r"200 clean pixels in 200 columns.*global"):
        sums.finish(per_column=True, stripe_smoothing_samples=SMOOTHING)


def test_a_constant_band_is_an_error_that_names_it():
    covariance = np.diag([1.0, 0.0, 2.0])
    with pytest.raises(SingularCovarianceError, match=r"1 of 3 bands.*used band 1.*bad-band list"):
        whitening_matrix(Background(np.zeros((1, 3)), covariance, 100))


def leave_one_out_cost(x, weight):
    """Mean of -2 ln likelihood of each pixel under the covariance of all others: n inverses."""
    n = len(x)
    target = np.diag(np.diag(x.T @ x / n))
    cost = 0.0
    for k in range(n):
        others = np.delete(x, k, axis=0)
        model = (1 - weight) * others.T @ others / (n - 1) + weight * target
        sign, log_det = np.linalg.slogdet(model)
        if sign <= 0:
            return np.inf
        cost += (log_det + x[k] @ np.linalg.solve(model, x[k])) / n
    return cost


def mean_mahalanobis_error(x, weight):
    """How far the mean of f over the pixels' own r lies from f of the mean r, Theiler's step.

    -2 ln likelihood of a pixel left out is ln|G| + f(r), f = ln(1-βr) + r/(1-βr), r = xᵀG⁻¹x,
    exactly; the approximation puts in the mean of r.
    """
    n = len(x)
    correlation = x.T @ x / n
    beta = (1 - weight) / (n - 1)
    full = n * beta * correlation + weight * np.diag(np.diag(correlation))
    r = np.einsum("pb,pb->p", x, np.linalg.solve(full, x.T).T)
    own, mean = 1 - beta * r, 1 - beta * r.mean()
    return abs(np.mean(np.log(own) + r / own) - (np.log(mean) + r.mean() / mean))


@pytest.mark.parametrize(("n_pixels", "n_bands"), [(12, 8), (30, 8), (60, 8), (200, 5)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shrinkage_is_that_of_leaving_each_pixel_out(n_pixels, n_bands, seed):
    """The weight's true leave-one-out cost is the least there is, but for stated errors.

    Two: the mean Mahalanobis approximation, at the weight found and at the best one, and the
    ladder of weights, a quarter of a decade apart (the cost an eighth of a decade from the best).
    """
    rng = np.random.default_rng(seed)
    mixing = rng.normal(0, 1, (n_bands, n_bands)) + np.eye(n_bands)
    x = rng.normal(0, 1, (n_pixels, n_bands)) @ mixing
    variance = (x**2).mean(axis=0)
    x /= np.sqrt(variance)
    weight = shrinkage_weight(np.clip(np.linalg.eigvalsh(x.T @ x / n_pixels), 0, None), n_pixels)

    fine = 10.0 ** np.arange(-4.0, -0.01, 1 / 16)
    costs = np.array([leave_one_out_cost(x, w) for w in fine])
    best = fine[np.argmin(costs)]
    ladder = max(
        leave_one_out_cost(x, min(best * step, 0.99)) - costs.min()
        for step in (10**-0.125, 10**0.125)
    )
    approximation = mean_mahalanobis_error(x, weight) + mean_mahalanobis_error(x, best)
    excess = leave_one_out_cost(x, weight) - costs.min()
    assert excess <= approximation + ladder + 1e-9
    # The tolerance must be able to fail: all shrinkage or next to none is worse than it allows.
    worst = max(leave_one_out_cost(x, w) for w in (1e-6, 0.999)) - costs.min()
    assert worst > approximation + ladder


@pytest.mark.parametrize("n_pixels", [9, 14, 30, 100])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_shrinkage_is_the_least_of_the_closed_form_on_matrices(n_pixels, seed):
    """ln|G| + ln(1-βr) + r/(1-βr), G = n(1-a)/(n-1) R + a diag R, r = tr G⁻¹R: Theiler's eq."""
    x = np.random.default_rng(seed).normal(0, 1, (n_pixels, 6)) @ np.diag([1, 1, 1, 2, 2, 5])
    x[:, 1:] += 0.4 * x[:, :1]
    x /= np.sqrt((x**2).mean(axis=0))
    correlation = x.T @ x / n_pixels

    def cost(a):
        full = n_pixels * (1 - a) / (n_pixels - 1) * correlation + a * np.eye(6)
        r, beta = np.trace(np.linalg.solve(full, correlation)), (1 - a) / (n_pixels - 1)
        return np.linalg.slogdet(full)[1] + np.log(1 - beta * r) + r / (1 - beta * r)

    ladder = [*(10.0 ** (-k / 4) for k in range(1, 33)), 0.75, 0.9, 0.99]
    assert shrinkage_weight(np.linalg.eigvalsh(correlation), n_pixels) == pytest.approx(
        min(ladder, key=cost)
    )


def test_fewer_pixels_are_shrunk_more():
    rng = np.random.default_rng(2)
    mixing = rng.normal(0, 1, (20, 20))

    def weight(n):
        x = rng.normal(0, 1, (n, 20)) @ mixing
        return shrinkage_weight(np.clip(np.linalg.eigvalsh(np.corrcoef(x.T)), 0, None), n - 1)

    few, some, many = weight(15), weight(100), weight(50_000)
    assert few > 0.1, "fewer pixels than bands: without shrinking there is no inverse"
    assert few > some > many
    assert many < 1e-3


@given(n_bands=st.integers(2, 12), extra=st.integers(-6, 60), seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_whitening_inverts_the_shrunk_covariance(n_bands, extra, seed):
    """WᵀW = ((1-a) R + a diag R)⁻¹ with the stated a, fewer pixels than bands included."""
    rng = np.random.default_rng(seed)
    n_pixels = max(n_bands + extra, 4)
    x = rng.normal(0, 1, (n_pixels, n_bands)) * 10.0 ** rng.uniform(-2, 2, n_bands)
    covariance = np.atleast_2d(np.cov(x.T))
    whitening = whitening_matrix(Background(np.zeros((1, n_bands)), covariance, n_pixels - 1))
    sd = np.sqrt(np.diag(covariance))
    values = np.clip(np.linalg.eigvalsh(covariance / np.outer(sd, sd)), 0, None)
    a = shrinkage_weight(values, n_pixels - 1)
    shrunk = (1 - a) * covariance / np.outer(sd, sd) + a * np.eye(n_bands)
    vectors = rng.normal(0, 1, (n_bands, 5))
    condition = np.linalg.cond(shrunk)
    whitened = whitening @ (sd[:, None] * vectors)
    inverse = np.linalg.solve(shrunk, vectors)
    # Rounding: the condition number times double precision, with 100 for sums and squares.
    np.testing.assert_allclose(
        whitened.T @ whitened,
        vectors.T @ inverse,
        atol=100 * np.finfo(float).eps * condition * np.abs(inverse).max(),
    )
