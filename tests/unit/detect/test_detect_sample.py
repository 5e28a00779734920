"""Lines held in memory: which they are, what is kept of them, and where the scene's core lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from cathartes.detect.background import whitening_matrix
from cathartes.detect.sample import CORE_SHARE, LINES_AT_ONCE, gather_sample

MEANS = {"per_column": False, "stripe_smoothing_samples": 15.0}


def simple_squares(values, width):
    """Mean of the whole pixels of the square around each, NaN where there is none."""
    half, (n_lines, n_samples) = width // 2, values.shape[:2]
    whole = np.isfinite(values).all(axis=2)
    out = np.zeros(values.shape)
    for i, j in np.ndindex(n_lines, n_samples):
        square = [
            values[a, b].astype(float)
            for a in range(max(i - half, 0), min(i + half, n_lines - 1) + 1)
            for b in range(max(j - half, 0), min(j + half, n_samples - 1) + 1)
            if whole[a, b]
        ]
        out[i, j] = np.mean(square, axis=0) if square else np.nan
    return out


@given(
    n_lines=st.integers(1, 40),
    n_samples=st.integers(1, 6),
    n_rows=st.integers(1, 50),
    width=st.sampled_from([1, 3, 5]),
    gaps=st.sampled_from([0.0, 0.2]),
    seed=st.integers(0, 1000),
)
def test_a_sample_is_lines_of_the_scene_and_their_squares(
    make_sample, n_lines, n_samples, n_rows, width, gaps, seed
):
    """Whatever the memory: evenly spread, squares of all neighbours, whether sampled or not."""
    rng = np.random.default_rng(seed)
    values = (100.0 + rng.normal(0, 1, (n_lines, n_samples, 2))).astype(np.float32)
    values[rng.random((n_lines, n_samples)) < gaps, 1] = np.nan
    sample = make_sample(values, width, n_rows * 2 * 4 * n_samples * 2)
    assert 1 <= sample.lines.size <= n_rows
    assert sample.stride == -(-n_lines // n_rows)
    assert (np.diff(sample.lines) == sample.stride).all()
    ends = sample.lines[0], n_lines - 1 - sample.lines[-1]
    assert max(ends) <= sample.stride
    whole = np.isfinite(values).all(axis=2)
    np.testing.assert_array_equal(sample.valid, whole[sample.lines])
    seen = sample.valid
    np.testing.assert_allclose(
        (sample.single + sample.shift)[seen], values[sample.lines][seen], rtol=1e-6
    )
    assert (sample.single[~seen] == 0).all()
    squares = simple_squares(values, width)[sample.lines]
    np.testing.assert_allclose((sample.mean + sample.shift)[seen], squares[seen], rtol=1e-6)
    every = sample.some_radiance(seen.size + 1)
    np.testing.assert_allclose(every, values[sample.lines][seen], rtol=1e-6)
    mean = np.full(values.shape[1:], 0.1)
    few = sample.some_about(mean, seen, 10)
    spread = seen.sum() // 10 + 1
    np.testing.assert_array_equal(few, sample.about(mean)[seen][::spread])
    assert len(few) <= 10


def test_all_lines_are_held_if_they_fit(make_sample):
    values = np.random.default_rng(1).normal(0, 1, (50, 4, 3)).astype(np.float32)
    sample = make_sample(values, 3, 50 * 2 * 4 * 4 * 3)
    assert sample.lines.tolist() == list(range(50))
    assert make_sample(values, 3, 50 * 2 * 4 * 4 * 3 - 1).stride == 2


def test_small_differences_on_a_large_mean_keep_their_digits(make_sample):
    """Means of 49 squares of float32 near 1e4 would be off by 1e-3; about the shift they are not.

    Values are multiples of 2^-6, exact near 1e4; so is the twin in float64. 1e-6 of the spread.
    """
    steps = np.random.default_rng(2).integers(-8, 9, (40, 9, 2))
    values = (1e4 + steps / 64).astype(np.float32)
    sample = make_sample(values, 7)
    exact = simple_squares(values, 7) - sample.shift.astype(float)
    np.testing.assert_allclose(sample.mean, exact, atol=1e-6)


def test_a_scene_without_a_whole_pixel_gives_a_sample_without_one(make_sample):
    sample = make_sample(np.full((4, 5, 3), np.nan, np.float32), 3)
    assert not sample.valid.any()
    assert np.isfinite(sample.single).all()
    assert sample.some_radiance(9).shape == (0, 3)


def test_lines_before_the_first_whole_pixel_are_gaps_like_others(make_sample):
    values = np.random.default_rng(3).normal(50, 1, (LINES_AT_ONCE * 3, 4, 2)).astype(np.float32)
    values[: LINES_AT_ONCE + 3] = np.nan
    sample = make_sample(values, 3)
    assert (sample.mean[: LINES_AT_ONCE + 2] == 0).all()
    squares = simple_squares(values, 3)
    seen = sample.valid
    np.testing.assert_allclose((sample.mean + sample.shift)[seen], squares[seen], rtol=1e-6)


def test_progress_ends_at_one(make_bandset):
    told = []
    values = np.zeros((50, 3, 2), np.float32)
    gather_sample(make_bandset(values), 3, 2**20, lambda *what: told.append(what))
    shares = [share for _, share in told]
    assert {stage for stage, _ in told} == {"background"}
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_thinned_sample_is_every_so_manyeth_row(make_sample):
    values = np.random.default_rng(4).normal(0, 1, (60, 10, 2)).astype(np.float32)
    sample = make_sample(values, 3, 30 * 2 * 4 * 10 * 2)
    few = sample.thinned(100)
    assert (sample.stride, few.stride) == (2, 6)
    rows = np.searchsorted(sample.lines, few.lines)
    np.testing.assert_array_equal(sample.lines[rows], few.lines)
    np.testing.assert_array_equal(few.mean, sample.mean[rows])
    np.testing.assert_array_equal(few.single, sample.single[rows])
    np.testing.assert_array_equal(few.valid, sample.valid[rows])
    assert sample.thinned(10**6).lines.size == sample.lines.size


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("width", [1, 3, 5, 9])
def test_marks_are_widened_to_all_squares_that_hold_them(make_sample, width, stride):
    values = np.zeros((61, 31, 1), np.float32)
    sample = make_sample(values, width, (61 // stride + 1) * 2 * 4 * 31)
    assert sample.stride == stride
    marked = np.zeros(sample.valid.shape, bool)
    row = sample.lines.size // 2
    marked[row, 15] = True
    reach = width // 2
    line_gap = np.abs(sample.lines - sample.lines[row])[:, None]
    expected = (line_gap <= reach) & (np.abs(np.arange(31) - 15) <= reach)[None]
    np.testing.assert_array_equal(sample.widened(marked), expected)


def clutter(rng, shape, n_bands):
    """Correlated Gaussian clutter, its covariance, and a signature of one narrow band."""
    bands = np.linspace(0, 1, n_bands)
    smooth = np.array([np.cos(np.pi * k * bands) for k in range(3)])
    values = 10 + rng.normal(0, 1, (*shape, 3)) @ smooth + rng.normal(0, 0.1, (*shape, n_bands))
    signature = np.exp(-0.5 * ((np.arange(n_bands) - 0.4 * n_bands) / 1.2) ** 2)
    return values, signature


def snr(background, signature):
    """√(sᵀK⁻¹s): how high one unit of the signature stands above this background."""
    return float(np.linalg.norm(whitening_matrix(background) @ signature))


@pytest.mark.parametrize("n_bands", [12, 40])
def test_the_core_is_the_middle_of_its_share(make_sample, n_bands):
    """Of Gaussian clutter the nearest 85 %, whose covariance is smaller by a known factor.

    E[d² | d² ≤ q] / b = F_{b+2}(q) / F_b(q) of chi-squared laws, q the quantile of the share;
    whatever the round, since the distances shrink alike. Squares of one pixel. 2 % of the SNR.
    """
    rng = np.random.default_rng(5)
    values, signature = clutter(rng, (120, 120), n_bands)
    sample = make_sample(values.astype(np.float32), 1)
    core, greatest = sample.core(**MEANS)
    assert core.mean() == pytest.approx(CORE_SHARE, abs=1e-3)
    quantile = chi2.ppf(CORE_SHARE, n_bands)
    smaller = chi2.cdf(quantile, n_bands + 2) / CORE_SHARE
    assert greatest == pytest.approx(quantile / smaller, rel=0.02)
    gain = snr(sample.background(core, **MEANS), signature) / snr(
        sample.background(sample.valid, **MEANS), signature
    )
    assert gain == pytest.approx(smaller**-0.5, rel=0.02)


@pytest.mark.parametrize("share", [0.02, 0.05])
@pytest.mark.parametrize("strength", [8.0, 30.0])
def test_a_plume_over_several_per_cent_is_not_in_the_core(make_sample, share, strength):
    """Against the core the plume stands as high as with its pixels masked out, within 10 %.

    At its worst, evenly thick: planted at s standard deviations over a part p of all pixels it
    falls by its own variance, near p (1-p) s², to √(1/(1 + p (1-p) s²)) against all of them, and
    its d² is only 1/p more than the ground's there (5 %: its chance correlation with clutter of
    4000 separate squares is 1.6 %). That stands out of the ground's own b ± √(2b) up to a
    twentieth in 40 bands; where there are more bands, or more plume, the core alone won't do.
    """
    rng = np.random.default_rng(6)
    n_bands = 40
    values, signature = clutter(rng, (150, 120), n_bands)
    whole = make_sample(values.astype(np.float32), 3)
    true = snr(whole.background(whole.valid, **MEANS), signature)
    plume = np.zeros((150, 120), bool)
    plume[20 : 20 + round(150 * share * 2), 30:90] = True
    seen = values + plume[..., None] * strength / true * signature
    sample = make_sample(seen.astype(np.float32), 3)
    core, _ = sample.core(**MEANS)
    found = snr(sample.background(core, **MEANS), signature)
    assert found == pytest.approx(true, rel=0.1)
    hidden = snr(sample.background(sample.valid, **MEANS), signature)
    spread = simple_squares(plume[..., None].astype(float), 3).var()
    assert hidden == pytest.approx(true / np.sqrt(1 + spread * strength**2), rel=0.05)


def test_a_gap_is_never_in_the_core(make_sample):
    rng = np.random.default_rng(7)
    values, _ = clutter(rng, (40, 40), 8)
    values[rng.random((40, 40)) < 0.1, 3] = np.nan
    values[:, 5] = np.nan
    sample = make_sample(values.astype(np.float32), 3)
    core, _ = sample.core(**MEANS)
    assert not core[~sample.valid].any()
    assert core[sample.valid].mean() == pytest.approx(CORE_SHARE, abs=2e-3)


@pytest.mark.parametrize(
    ("stride", "width", "share"),
    [(1, 1, 1.0), (1, 3, 1 / 9), (2, 3, 2 / 9), (3, 3, 1 / 3), (7, 3, 1 / 3), (2, 5, 2 / 25)],
)
def test_squares_are_counted_as_separate_only_as_far_as_they_are(make_sample, stride, width, share):
    """Rows a square's side apart share no pixel; along a row every third one of 3 is separate."""
    values = np.random.default_rng(8).normal(5, 1, (7 * 20, 30, 2)).astype(np.float32)
    sample = make_sample(values, width, -(-140 // stride) * 2 * 4 * 30 * 2)
    assert sample.stride == stride
    n_pixels = sample.valid.size
    found = sample.background(sample.valid, **MEANS).degrees_of_freedom
    assert found == int(n_pixels * share + 1e-9) - 1
    single = sample.background(sample.valid, averaged=False, **MEANS).degrees_of_freedom
    assert single == n_pixels - 1


def test_neighbours_differences_are_those_of_a_loop(make_sample):
    """Half the mean product of squares a width and one apart, along lines and across them."""
    rng = np.random.default_rng(11)
    values = rng.normal(5.0, 1.0, (14, 11, 3)).astype(np.float32)
    values[rng.random((14, 11)) < 0.1, 0] = np.nan
    sample = make_sample(values, 3)
    pairs = [
        sample.mean[i, j].astype(float) - sample.mean[i + down, j + right]
        for i, j in np.ndindex(14, 11)
        for down, right in ((4, 0), (0, 4))
        if i + down < 14 and j + right < 11
        if sample.valid[i, j] and sample.valid[i + down, j + right]
    ]
    expected = sum(np.outer(d, d) for d in pairs) / (2 * len(pairs))
    found = sample.differences()
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-5, atol=1e-6)
    assert found.degrees_of_freedom == len(pairs) // 9, "squares of nine pixels overlap"
    assert make_sample(values[:3, :3], 3).differences() is None, "nobody has a neighbour"
    flat = np.array(values)
    flat[:, :, 2] = 5.0
    assert make_sample(flat, 3).differences() is None, "a band does not differ"
