"""The background of a scene's sample, judged by slow simple twins in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.detect.background import Background, shrinkage_weight, whitening_matrix
from cathartes.errors import InputError, SingularCovarianceError
from effort import effort

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


def simple_square(cube, removed, i, j, width):
    """Mean over the whole pixels of the square around one, each less what its column loses."""
    half = width // 2
    n_lines, n_samples, _ = cube.shape
    square = [
        cube[a, b] - removed[b]
        for a in range(max(i - half, 0), min(i + half, n_lines - 1) + 1)
        for b in range(max(j - half, 0), min(j + half, n_samples - 1) + 1)
        if np.isfinite(cube[a, b]).all()
    ]
    return np.mean(square, axis=0)


def simple_background(cube, clean, per_column, width):
    """Mean taken off each column, covariance about it, its freedom: pixel by pixel in float64."""
    cube = cube.astype(np.float64)
    n_lines, n_samples, n_bands = cube.shape
    pixels = [(i, c) for i in range(n_lines) for c in range(n_samples) if clean[i, c]]
    overall = np.mean([cube[p] for p in pixels], axis=0)
    own = np.array(
        [
            np.mean([cube[p] for p in pixels if p[1] == c] or [overall], axis=0)
            for c in range(n_samples)
        ]
    )
    used_columns = len({c for _, c in pixels})
    striped = used_columns >= 3 and len(pixels) >= 25 * used_columns
    removed = np.tile(overall, (n_samples, 1))
    if per_column:
        removed = own
    elif striped:
        removed = overall + own - simple_trend(own, SMOOTHING)
    n_means = used_columns if per_column else 1
    covariance = np.zeros((n_bands, n_bands))
    for i, c in pixels:
        x = simple_square(cube, removed, i, c, width)
        covariance += np.outer(x, x)
    freedom = max(len(pixels) // width**2 - n_means, 2)
    return removed, covariance / (len(pixels) - n_means), freedom


def whole(block):
    return np.isfinite(block).all(axis=2)


def background_of(sample, clean=None, per_column=False, smoothing=SMOOTHING, averaged=True):
    return sample.background(
        sample.valid if clean is None else clean,
        per_column=per_column,
        stripe_smoothing_samples=smoothing,
        averaged=averaged,
    )


@given(
    n_lines=st.one_of(st.integers(3, 9), st.integers(24, 32)),
    n_samples=st.integers(1, 7),
    n_bands=st.integers(1, 6),
    per_column=st.booleans(),
    level_width=st.tuples(st.sampled_from([20.0, 50.0, 100.0]), st.sampled_from([1, 3, 5])),
    dead_columns=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_the_background_is_that_of_a_plain_loop(
    make_sample, n_lines, n_samples, n_bands, per_column, level_width, dead_columns, seed
):
    """Tolerance 1e-5 of the second moment about the sample's mean: float32 products.

    Gaps are dead columns or single pixels; these with one mean alone (see the next test).
    """
    rng, (level, width) = np.random.default_rng(seed), level_width
    cube = (level + rng.normal(0.0, 1.0, (n_lines, n_samples, n_bands))).astype(np.float32)
    if dead_columns:
        cube += rng.normal(0.0, 2.0, (n_samples, n_bands)).astype(np.float32)  # stripes
        cube[:, rng.random(n_samples) < 0.2, rng.integers(n_bands)] = np.nan
    elif not per_column and n_lines < 24:
        cube[rng.random((n_lines, n_samples)) < 0.15, rng.integers(n_bands)] = np.nan
    clean = whole(cube) & (rng.random((n_lines, n_samples)) >= 0.1)
    if clean.sum() < max(3, n_samples + 2):
        return
    sample = make_sample(cube, width)
    for averaged, side in ((True, width), (False, 1)):
        found = background_of(sample, clean, per_column, averaged=averaged)
        mean, covariance, freedom = simple_background(cube, clean, per_column, side)
        assert found.degrees_of_freedom == freedom
        moment = np.nanmax(np.abs(cube - np.nanmean(cube))) ** 2
        np.testing.assert_allclose(found.mean, mean, atol=1e-5 * np.sqrt(moment))
        n_means = len(np.flatnonzero(clean.any(axis=0))) if per_column else 1
        growth = clean.sum() / (clean.sum() - n_means)
        np.testing.assert_allclose(found.covariance, covariance, atol=1e-5 * moment * growth)
        np.testing.assert_array_equal(found.covariance, found.covariance.T)


def test_single_gaps_move_a_square_by_their_columns_stripes_at_most(make_sample):
    """A square's mean loses that of its living columns, as if no single pixel were missing.

    What is wrong by that: of a 3 by 3 square without one pixel of a column that reads e higher,
    3/9 e are taken off and 2/8 e are in: e/12. With detectors 1 apart, 1/12 beside a gap, no more.
    """
    cube = np.zeros((30, 7, 1), np.float32)
    cube[:, 3] = 1.0
    cube[10, 3] = np.nan
    cube[20, 2] = np.nan
    sample = make_sample(cube, 3)
    found = background_of(sample, per_column=True)
    left = sample.about(found.mean - sample.shift)[..., 0]
    wrong = np.abs(left) > 1e-6
    assert np.abs(left[sample.valid]).max() <= 1 / 12 + 1e-6
    near = np.zeros_like(wrong)
    near[9:12, 2:5] = near[19:22, 1:4] = True
    assert not wrong[~near].any()


def test_a_small_variation_on_a_large_mean_keeps_its_precision(make_sample):
    """Radiance near 1e4 that varies by 1e-2: plain float32 squares (1e8 ± 8) would lose it all.

    The twin works on the same float32 numbers (whose own step is 1e-3), so 1e-4 of the variance
    is what float32 products of centred values cost, not what the storage costs.
    """
    rng = np.random.default_rng(11)
    cube = (1e4 + rng.normal(0.0, 1e-2, (60, 20, 4))).astype(np.float32)
    for width in (1, 3):
        found = background_of(make_sample(cube, width))
        mean, covariance, _ = simple_background(cube, whole(cube), per_column=False, width=width)
        np.testing.assert_allclose(found.covariance, covariance, atol=1e-4 * 1e-4 / width**2)
        np.testing.assert_allclose(found.mean, mean, rtol=1e-10)


@pytest.mark.parametrize("width", [1, 3])
def test_noise_far_below_the_ground_s_variation_keeps_its_variance(make_sample, width):
    """60 000 pixels that vary by 1 to 2, all bands together, over noise of 3e-3.

    Every eigenvalue, the noise's too (9e-6, of 150 in all), within 15 % of a float64 sum: float32
    sums over the whole scene are off by more than the noise, and have negative eigenvalues.
    """
    rng = np.random.default_rng(8)
    slope = np.linspace(1, 2, 60)
    cube = 10 + rng.normal(0, 1, (200, 300, 1)) * slope + rng.normal(0, 3e-3, (200, 300, 60))
    cube = cube.astype(np.float32)
    found = background_of(make_sample(cube, width), smoothing=1e-6)
    exact = cube.astype(np.float64)
    exact -= exact.mean(axis=(0, 1))
    if width == 3:
        padded = np.pad(exact, ((1, 1), (1, 1), (0, 0)))
        total = sum(padded[a : a + 200, b : b + 300] for a in range(3) for b in range(3))
        inside = np.pad(np.ones((200, 300)), 1)
        exact = (
            total
            / sum(inside[a : a + 200, b : b + 300] for a in range(3) for b in range(3))[..., None]
        )
    flat = exact.reshape(-1, 60)
    expected = np.linalg.eigvalsh(flat.T @ flat / (len(flat) - 1))
    np.testing.assert_allclose(np.linalg.eigvalsh(found.covariance), expected, rtol=0.15)


def test_a_stripe_is_taken_out_and_a_slope_is_kept(make_sample):
    """One detector reads 1 higher: its own. The scene gets brighter across track: the scene's."""
    rng = np.random.default_rng(5)
    across = np.linspace(0.0, 2.0, 60)[None, :, None]
    cube = (10.0 + across + rng.normal(0, 0.01, (200, 60, 3))).astype(np.float32)
    cube[:, 30] += 1.0
    sample = make_sample(cube, 3)
    background = background_of(sample, smoothing=15.0)
    step = background.mean[30] - 0.5 * (background.mean[29] + background.mean[31])
    np.testing.assert_allclose(step, 1.0, atol=0.03)
    slope = background.mean[40] - background.mean[20]
    assert np.abs(slope).max() < 0.1, "the scene's own slope must stay in the data"
    squares = sample.about(background.mean - sample.shift).mean(axis=0)
    between = squares[26] + np.arange(3, 6)[:, None] / 8 * (squares[34] - squares[26])
    assert np.abs(squares[29:32] - between).max() < 0.01, (
        "the stripe is gone from the squares that hold it"
    )


@pytest.mark.parametrize("averaged", [True, False])
def test_a_single_line_keeps_its_noise(make_sample, averaged):
    """A line's column means are its pixels: taken off as stripes they would leave no variance.

    A line's squares are means of 3; neighbours share two of their three pixels, so that the
    relative error of the variance is √(2 (1 + 2 (4/9 + 1/9)) / n).
    """
    rng = np.random.default_rng(5)
    cube = rng.normal(5.0, 0.1, (1, 3000, 4)).astype(np.float32)
    background = background_of(make_sample(cube, 3), smoothing=15.0, averaged=averaged)
    part, error = (1 / 3, np.sqrt(2 * 19 / 9 / 3000)) if averaged else (1.0, np.sqrt(2 / 3000))
    np.testing.assert_allclose(np.diag(background.covariance), 0.01 * part, rtol=4 * error + 0.001)


@pytest.mark.parametrize("n_lines", [9, 24, 25, 100])
@pytest.mark.parametrize("per_column", [True, False])
def test_the_variance_of_noise_does_not_depend_on_the_number_of_lines(
    make_sample, n_lines, per_column
):
    """4 standard errors, and the twenty-fifth that stripes may hide."""
    rng = np.random.default_rng(6)
    cube = rng.normal(5.0, 0.1, (n_lines, 600, 4)).astype(np.float32)
    background = background_of(make_sample(cube, 3), None, per_column, 15.0, averaged=False)
    error = 4 * np.sqrt(2 / (n_lines * 600)) + 1 / 25
    np.testing.assert_allclose(np.diag(background.covariance), 0.01, rtol=error)


@pytest.mark.parametrize("n_lines", [25, 100, 400])
@pytest.mark.parametrize("per_column", [True, False])
def test_squares_of_noise_have_a_ninth_of_its_variance(make_sample, n_lines, per_column):
    """A ninth inside, a sixth in the first and last line: (1/9)(1 + 1/L) of L lines on average.

    A column's mean holds 3/L of what a square shares with it, where 1/L is allowed for: 2/L too
    little; stripes, taken out from 25 lines on, hide up to 3/L. Beside these 4 standard errors,
    4.5 squares counting as one.
    """
    rng = np.random.default_rng(6)
    cube = rng.normal(5.0, 0.1, (n_lines, 600, 4)).astype(np.float32)
    background = background_of(make_sample(cube, 3), None, per_column, 15.0)
    expected = 0.01 / 9 * (1 + 1 / n_lines)
    error = 4 * np.sqrt(2 * 4.5 / (n_lines * 600)) + (2 if per_column else 3) / n_lines
    np.testing.assert_allclose(np.diag(background.covariance), expected, rtol=error)


def test_a_column_without_pixels_takes_the_mean_of_all(make_sample):
    rng = np.random.default_rng(1)
    cube = rng.normal(2.0, 0.1, (30, 5, 3)).astype(np.float32)
    cube[:, 2] = np.nan
    background = background_of(make_sample(cube, 3), per_column=True)
    np.testing.assert_allclose(background.mean[2], np.nanmean(cube, axis=(0, 1)), atol=1e-5)
    assert np.isfinite(background.covariance).all()


def test_pixels_left_out_are_in_no_mean_and_no_covariance(make_sample):
    """Wild values in pixels that are finite but not clean change nothing of single pixels."""
    rng = np.random.default_rng(12)
    cube = rng.normal(2.0, 0.1, (30, 8, 3)).astype(np.float32)
    clean = rng.random((30, 8)) > 0.2
    wild = np.where(clean[..., None], cube, np.float32(2.5))
    for per_column in (True, False):
        one, other = (
            background_of(make_sample(c), clean, per_column, averaged=False) for c in (cube, wild)
        )
        np.testing.assert_allclose(other.mean, one.mean, atol=1e-6)
        np.testing.assert_allclose(other.covariance, one.covariance, atol=1e-7)


def test_no_clean_pixel_is_an_error_that_says_what_to_check(make_sample):
    sample = make_sample(np.full((5, 4, 3), np.nan, np.float32), 3)
    with pytest.raises(InputError, match=r"no pixel .* usable in every band.*ignore value"):
        background_of(sample)


def test_two_pixels_have_no_covariance(make_sample):
    sample = make_sample(np.arange(6.0, dtype=np.float32).reshape(1, 2, 3))
    with pytest.raises(SingularCovarianceError, match=r"2 clean pixels .*at least 3 are needed"):
        background_of(sample)


def test_one_line_with_a_mean_a_column_has_no_covariance(make_sample):
    """Each pixel less its own mean is zero: rounding must not pass for a background."""
    rng = np.random.default_rng(9)
    sample = make_sample(rng.normal(5.0, 0.1, (1, 200, 4)).astype(np.float32), 3)
    with pytest.raises(SingularCovarianceError, match=r"200 clean pixels in 200 columns.*global"):
        background_of(sample, per_column=True)


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
@settings(max_examples=effort(12, 30))
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
