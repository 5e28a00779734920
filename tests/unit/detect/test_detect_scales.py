"""The unit of scores, what is left out of the background, and how clutter averages."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.pursuit import STANDS_OUT, pursue
from cathartes.detect.scales import CleanScores, PatchNoise, without_plumes
from cathartes.detect.signature import reflective_signatures

N_BANDS = 30
MEANS = {"per_column": False, "stripe_smoothing_samples": 15.0}


def rows(*centres):
    """Signatures of narrow bands, as they are: -A α μ with A = 1, μ = -1."""
    where = np.arange(N_BANDS)
    return np.array([np.exp(-0.5 * ((where - c) / 1.2) ** 2) for c in centres])


def bank_of(background, values):
    names = tuple(f"s{k}" for k in range(len(values)))
    return make_bank(reflective_signatures(names, values, -np.ones(N_BANDS), 1.0), background)


def ground(seed, shape=(100, 90)):
    """Correlated Gaussian clutter over noise, (line, sample, band)."""
    rng = np.random.default_rng(seed)
    smooth = np.array([np.cos(np.pi * k * np.linspace(0, 1, N_BANDS)) for k in range(3)])
    return 10 + rng.normal(0, 1, (*shape, 3)) @ smooth + rng.normal(0, 0.1, (*shape, N_BANDS))


def measured(sample, clean, values):
    background = sample.background(clean, **MEANS)
    bank = bank_of(background, values)
    return background, bank, CleanScores.measure(sample, clean, background, bank)


@pytest.mark.parametrize("width", [1, 3])
def test_scales_are_quantiles_of_the_clean_pixels_cosine_scores(make_sample, width):
    """Pixel by pixel in float64: 68.27 % of |score|, 95 % of d²; all of few pixels are used."""
    values = ground(1, (30, 20)).astype(np.float32)
    values[3, 4] = np.nan
    sample = make_sample(values, width)
    clean = sample.valid & (np.random.default_rng(1).random(sample.valid.shape) > 0.2)
    background, bank, scores = measured(sample, clean, rows(5.0, 14.0, 22.0))
    z, d2 = apply_bank(sample.about(background.mean - sample.shift)[clean], bank)
    for g in range(3):
        size = np.abs(cosine_score(z[g], d2, N_BANDS)).astype(np.float64)
        assert scores.scale[g] == pytest.approx(np.quantile(size, 0.6827), rel=1e-5)
    assert scores.ordinary_energy == pytest.approx(np.quantile(d2, 0.95), rel=1e-5)


def test_gaussian_clutter_has_scale_one(make_sample):
    """9 000 pixels, squares overlapping: like 2 000; 68 % quantile's error 2 %, Beta's law 2 %."""
    sample = make_sample(ground(2).astype(np.float32), 3)
    _, _, scores = measured(sample, sample.valid, rows(5.0, 14.0, 22.0))
    np.testing.assert_allclose(scores.scale, 1.0, atol=0.08)


def test_few_of_many_pixels_will_do(make_sample, monkeypatch):
    """A thirtieth of the pixels: quantiles within 4 standard errors of all of theirs."""
    sample = make_sample(ground(3).astype(np.float32), 1)
    _, _, every = measured(sample, sample.valid, rows(5.0, 14.0))
    monkeypatch.setattr("cathartes.detect.scales.SCALE_PIXELS", 300)
    _, _, few = measured(sample, sample.valid, rows(5.0, 14.0))
    np.testing.assert_allclose(few.scale, every.scale, rtol=4 * 0.05)


def planted(seed, make_sample, values, patches):
    """Ground with 5 x 5 patches of (spectrum, line, sample), and who is in them."""
    cube, marks = ground(seed), []
    for spectrum, i, j in patches:
        cube[i : i + 5, j : j + 5] += spectrum
        mark = np.zeros(cube.shape[:2], bool)
        mark[i : i + 5, j : j + 5] = True
        marks.append(mark)
    sample = make_sample(cube.astype(np.float32), 3)
    core, ordinary = sample.core(**MEANS)
    background = sample.background(core, **MEANS)
    bank = bank_of(background, values)
    scores = CleanScores.measure(sample, sample.valid, background, bank)
    return sample, background, bank, replace(scores, ordinary_energy=ordinary), marks


def test_gas_is_left_out_of_the_background_and_a_rare_surface_is_not(make_sample):
    """Both answer to the first signature alike; the surface is as odd in three other ways.

    Left out is gas with all squares that touch it; surface and clean ground stay, but for 1 %.
    """
    values = rows(5.0, 14.0, 22.0)
    surface = 3.0 * rows(5.0, 9.0, 18.0, 26.0).sum(axis=0)
    patches = [(3.0 * values[0], 20, 20), (surface, 60, 60), (-2.0 * values[1], 70, 15)]
    sample, background, bank, scores, marks = planted(4, make_sample, values, patches)
    z, _ = apply_bank(sample.about(background.mean - sample.shift)[marks[1]], bank)
    assert (z[0] > 2 * STANDS_OUT).all(), "the surface does look like gas to the filter"
    family = scores.family(bank, slice(None), two_sided=True)
    clean = without_plumes(sample, background, bank, family)
    for gas in (marks[0], marks[2]):
        assert not clean[gas].any()
    assert not clean[19:26, 19:26].any(), "and the squares that reach into it"
    assert clean[marks[1]].all()
    around = np.zeros_like(clean)
    for i, j in ((20, 20), (60, 60), (70, 15)):
        around[i - 4 : i + 9, j - 4 : j + 9] = True
    assert clean[~around].mean() > 0.99


def test_a_mixture_is_left_out_of_the_background(make_sample):
    """Neither gas has half of it; without a partner each would call the other a rare surface."""
    values = rows(5.0, 14.0, 22.0)
    mixture = 2.0 * (values[0] + values[1])
    sample, background, bank, scores, (mark,) = planted(5, make_sample, values, [(mixture, 40, 40)])
    family = scores.family(bank, slice(None), two_sided=True)
    assert not without_plumes(sample, background, bank, family)[mark].any()


def test_what_is_bright_where_gas_only_takes_away_stays(make_sample):
    values = rows(5.0, 14.0, 22.0)
    patches = [(3.0 * values[0], 20, 20), (-3.0 * values[0], 60, 60)]
    sample, background, bank, scores, (gas, other) = planted(6, make_sample, values, patches)
    family = scores.family(bank, slice(None), two_sided=False)
    clean = without_plumes(sample, background, bank, family)
    assert not clean[gas].any()
    assert clean[other].all()


def test_in_sunlight_a_plume_leaves_whole_and_a_surface_stays(make_sample):
    """A core that is unlike any thin gas goes with the rest of its plume, if that is like one; a
    surface of which a single pixel is like a gas does not."""
    values = rows(5.0, 14.0, 22.0)
    odd = 3.0 * rows(5.0, 9.0, 18.0, 26.0).sum(axis=0)
    patches = [(3.0 * values[0], 20, 20), (odd, 20, 25), (odd, 60, 60)]
    sample, background, bank, scores, marks = planted(8, make_sample, values, patches)
    family = scores.family(bank, slice(None), two_sided=False)
    core, surface = marks[1], marks[2]
    apart = without_plumes(sample, background, bank, family)
    assert apart[core].sum() >= 15, "by itself most of it is a rare surface"
    whole = without_plumes(sample, background, bank, family, whole_patches=True)
    assert not whole[marks[0] | core].any()
    assert whole[surface].all()


def test_what_is_left_out_is_what_a_loop_over_pixels_leaves_out(make_sample):
    """Each pixel by itself: stands out and gas-like, then every square that touches it."""
    values = rows(5.0, 14.0, 22.0)
    patches = [(1.0 * values[0], 20, 20), (0.7 * values[2], 60, 60)]
    sample, background, bank, scores, _ = planted(7, make_sample, values, patches)
    family = scores.family(bank, slice(None), two_sided=True)
    pixels = sample.about(background.mean - sample.shift)
    plume = np.zeros(sample.valid.shape, bool)
    for i, j in np.ndindex(plume.shape):
        z, d2 = apply_bank(pixels[i, j][None], bank)
        first = family.best(z)
        if family.stands_out(z, first)[0]:
            plume[i, j] = pursue(z, d2, first, family).gas_like[0]
    expected = np.ones_like(plume)
    for i, j in np.argwhere(plume).tolist():
        expected[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2] = False
    found = without_plumes(sample, background, bank, family)
    assert 10 < plume.sum() < 200
    assert (found != expected).sum() <= 9, "but for one pixel at the gate, by rounding"


def patches_of(sample, clean, background):
    """Widths and variances of patches; how they are whitened does not matter to one signature."""
    signature = reflective_signatures(("s",), np.ones((1, 8)), -np.ones(8), 1.0)
    noise = PatchNoise.measure(sample, clean, background, make_bank(signature, background))
    return noise.width_px, noise.kept


def white(make_sample, width, shape=(64, 4000), seed=8):
    cube = np.random.default_rng(seed).normal(5, 0.2, (*shape, 8)).astype(np.float32)
    sample = make_sample(cube, width)
    background = sample.background(sample.valid, **MEANS)
    return patches_of(sample, sample.valid, background)


def simple_row_variance(side, run):
    """Variance of the mean of so many neighbouring squares of white noise, a square's being 1.

    Each noise value's weight is how many squares hold it: the sum of squared weights.
    """
    weight = np.convolve(np.ones(side), np.ones(run))
    return (weight**2).sum() / (side * run**2)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_patches_of_white_noise_average_as_their_weights_say(make_sample, width):
    """Runs of 1, 3, 9 and 27 squares, in both directions: exact, and for single pixels 1/n.

    Relative errors: a variance of m separate runs has √(2/m), 8 bands; squared, twice that.
    """
    widths, variance = white(make_sample, width)
    runs = np.array([1, 3, 9, 27])
    weights = [np.convolve(np.ones(width), np.ones(run)) for run in runs]
    np.testing.assert_allclose(widths, [w.sum() ** 2 / (w @ w) for w in weights])
    assert variance[0] == 1.0
    for run, found in zip(runs, variance, strict=True):
        expected = simple_row_variance(width, run) ** 2
        separate = 8 * 64 / width * 4000 / (run + width - 1)
        assert found == pytest.approx(expected, rel=1e-12 + 2 * 4 * np.sqrt(2 / separate))
    if width == 1:
        np.testing.assert_allclose(variance, 1.0 / runs**2.0, rtol=0.15)


def test_clutter_in_patches_averages_less_than_noise(make_sample):
    """Ground whose patches are 8 wide keeps most of its variance over 3, noise a third."""
    rng = np.random.default_rng(9)
    patches = rng.normal(0, 1, (8, 100, 8)).repeat(8, axis=0).repeat(8, axis=1)
    cube = (5 + patches + rng.normal(0, 0.01, patches.shape)).astype(np.float32)
    sample = make_sample(cube, 1)
    background = sample.background(sample.valid, per_column=False, stripe_smoothing_samples=1e-6)
    widths, variance = patches_of(sample, sample.valid, background)
    assert widths[1] == 3
    # A row of 3 is inside a patch 6 times in 8, else 1 and 2: 1 - 2/8 (1 - 5/9) = 8/9 of it.
    assert variance[1] == pytest.approx((8 / 9) ** 2, rel=0.05)
    assert (np.diff(variance) < 0).all()


def test_gaps_and_plumes_are_in_no_patch(make_sample):
    """Wild values outside the clean pixels change nothing; too narrow a scene has no wide patch."""
    rng = np.random.default_rng(10)
    cube = rng.normal(5, 0.2, (40, 24, 8)).astype(np.float32)
    clean = rng.random((40, 24)) > 0.05
    wild = np.where(clean[..., None], cube, np.float32(9.0))
    found = []
    for values in (cube, wild):
        sample = make_sample(values, 1)
        background = sample.background(clean, **MEANS)
        found.append(patches_of(sample, clean, background))
    assert found[0][0].tolist() == [1.0, 3.0, 9.0]
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-4)


def test_a_single_line_has_patches(make_sample):
    widths, variance = white(make_sample, 3, shape=(1, 3000))
    assert widths[0] == 3
    assert variance[0] == 1.0
    assert (np.diff(variance) < 0).all()


def test_nothing_to_measure_on_is_taken_for_clutter_that_never_averages(make_sample):
    sample = make_sample(np.random.default_rng(11).normal(5, 1, (3, 3, 8)).astype(np.float32), 1)
    background = sample.background(sample.valid, **MEANS)
    widths, variance = patches_of(sample, np.zeros((3, 3), bool), background)
    assert (widths.tolist(), variance.tolist()) == ([1.0], [1.0])


@pytest.mark.parametrize("n_pixels", [1, 4, 9, 25, 121])
def test_the_variance_of_a_plume_s_mean_is_that_of_its_pixels(make_sample, n_pixels):
    """White noise: means of n single pixels, whitened by squares of 9, have 9/n each direction.

    Measured as identification measures: square plumes of pixels less the scene's mean, the ring
    so large that it adds little.
    """
    cube = np.random.default_rng(12).normal(5, 0.2, (220, 220, 8)).astype(np.float32)
    sample = make_sample(cube, 3)
    background = sample.background(sample.valid, **MEANS)
    bank = make_bank(reflective_signatures(("s",), np.ones((1, 8)), -np.ones(8), 1.0), background)
    noise = PatchNoise.measure(sample, sample.valid, background, bank)
    side = round(np.sqrt(n_pixels))
    fit = 220 // side
    whitened = (cube - background.mean) @ bank.whitening.T
    blocks = whitened[: fit * side, : fit * side].reshape(fit, side, fit, side, 8)
    measured_variance = (blocks.mean(axis=(1, 3)) ** 2).mean()
    stated, ring = float(noise.variance(float(n_pixels), 1e9)), noise.kept[-1]
    error = 4 * np.sqrt(2 / (8 * fit**2)) + 4 * np.sqrt(2 / (8 * 220 * 220 / 9))
    assert stated - ring >= measured_variance * (1 - error)
    assert stated - ring <= measured_variance * (1 + error)
    assert measured_variance == pytest.approx(9 / n_pixels, rel=error)
