"""Laws of the filter: planted gas comes back, and what does not matter does not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.quantify import necl_ppm_m
from cathartes.detect.signature import emissive_signatures, reflective_signatures
from cathartes.scenes.radiometry import planck_radiance
from effort import effort

N_BANDS = 24
WAVELENGTH_UM = np.linspace(2.0, 2.5, N_BANDS)
FACTOR = 2.4
ROUNDING = 5e-3
"""Of a pixel's norm: float32 sums (1e-7) of ground whose variance is 1e5 times the noise's, which
makes 1e-2 in the noise's own variance, half of it in the scores, less by averaging over bands."""


def absorption(centres=(8, 15), width=1.5, height=1e-4):
    bands = np.arange(N_BANDS)
    return np.array([height * np.exp(-0.5 * ((bands - c) / width) ** 2) for c in centres])


def sunlit_ground(seed, shape=(60, 40)):
    """Ground of three smooth materials in changing light, with noise of 0.2 %."""
    rng = np.random.default_rng(seed)
    bands = np.linspace(0, 1, N_BANDS)
    materials = np.array([1 + 0 * bands, bands, np.sin(2 * bands)])
    share = rng.dirichlet([4.0, 1.0, 1.0], shape)
    light = rng.uniform(3.0, 5.0, (*shape, 1))
    radiance = light * (share @ materials + 0.5)
    return (radiance * (1 + rng.normal(0, 0.002, radiance.shape))).astype(np.float32)


def background_of(make_sample, cube, clean=None):
    sample = make_sample(cube)
    return sample.background(
        sample.valid if clean is None else clean, per_column=False, stripe_smoothing_samples=1e-6
    )


def scores_of(cube, bank):
    """Scores (gas, line, sample) and d² (line, sample) of a cube's pixels."""
    scores, distance = apply_bank((cube - bank.mean).reshape(-1, cube.shape[2]), bank)
    return scores.reshape(-1, *cube.shape[:2]), distance.reshape(cube.shape[:2])


def sunlit_bank(make_sample, cube, alpha, background=None):
    background = background or background_of(make_sample, cube)
    names = tuple(f"gas{g}" for g in range(len(alpha)))
    mean = cube.reshape(-1, cube.shape[2]).astype(float).mean(axis=0)
    return make_bank(reflective_signatures(names, alpha, mean, FACTOR), background)


@given(seed=st.integers(0, 1000), column=st.floats(20.0, 400.0), gas=st.integers(0, 1))
@settings(max_examples=effort(10, 25))
def test_sunlit_gas_comes_back(make_sample, seed, column, gas):
    """Exact Beer-Lambert over every pixel: mean û is u within saturation and 4 standard errors.

    Optical depth in the strongest band: A α u ≤ 0.1, so the mean over the band's width loses
    less than half of that; light varies by pixel, so the mean of the pixels' albedo factors is 1.
    """
    ground, alpha = sunlit_ground(seed), absorption()
    bank = sunlit_bank(make_sample, ground, alpha)
    seen = ground * np.exp(-FACTOR * alpha[gas] * column)
    before, _ = scores_of(ground, bank)
    after, _ = scores_of(seen.astype(np.float32), bank)
    found = (after[gas].mean() - before[gas].mean()) * bank.noise_equivalent[gas]
    depth = FACTOR * alpha[gas].max() * column
    rounding = 4 * bank.noise_equivalent[gas] * 1e-3
    assert column * (1 - 0.6 * depth - 0.01) - rounding < found < column * 1.01 + rounding
    # Away from the plume the estimates are unbiased: their mean is zero by the mean taken off.
    assert abs(before[gas].mean()) < 1e-3


@given(contrast_k=st.floats(-15.0, 15.0), gas=st.integers(0, 1), seed=st.integers(0, 1000))
@settings(max_examples=effort(10, 25))
def test_the_sign_of_an_emissive_amount_is_that_of_the_contrast(make_sample, contrast_k, gas, seed):
    """A warmer plume glows, a colder one absorbs; the amount is u ΔT, 8 % at 15 K (B'' / B')."""
    wavelength_um, alpha = np.linspace(8.0, 12.0, N_BANDS), absorption(height=1e-3)
    rng = np.random.default_rng(seed)
    ground_k = 295 + rng.normal(0, 0.5, (30, 20, 1))
    ground = planck_radiance(wavelength_um, ground_k) + rng.normal(0, 0.005, (30, 20, N_BANDS))
    signatures = emissive_signatures(("a", "b"), alpha, wavelength_um, 295.0, np.ones(N_BANDS))
    bank = make_bank(signatures, background_of(make_sample, ground.astype(np.float32)))
    column = 20.0
    passed = np.exp(-alpha[gas] * column)
    glow = planck_radiance(wavelength_um, 295.0 + contrast_k)
    seen = ground * passed + (1 - passed) * glow
    before, _ = scores_of(ground.astype(np.float32), bank)
    after, _ = scores_of(seen.astype(np.float32), bank)
    found = float((after[gas] - before[gas]).mean()) * bank.noise_equivalent[gas]
    assert found == pytest.approx(column * contrast_k, rel=0.1, abs=0.05 * column)


@given(seed=st.integers(0, 1000), factor=st.floats(1e-3, 1e3))
@settings(max_examples=effort(10, 25))
def test_a_change_of_units_changes_no_score(make_sample, seed, factor):
    """W m-2 sr-1 um-1, or uW cm-2 sr-1 nm-1."""
    ground, alpha = sunlit_ground(seed), absorption()
    other = (ground * np.float32(factor)).astype(np.float32)
    bank, again = sunlit_bank(make_sample, ground, alpha), sunlit_bank(make_sample, other, alpha)
    scores, distance = scores_of(ground, bank)
    same, same_distance = scores_of(other, again)
    np.testing.assert_allclose(same, scores, atol=ROUNDING * np.sqrt(distance.max()))
    np.testing.assert_allclose(same_distance, distance, rtol=2 * ROUNDING, atol=1e-2)
    np.testing.assert_allclose(again.noise_equivalent, bank.noise_equivalent, rtol=ROUNDING)


@given(seed=st.integers(0, 1000))
@settings(max_examples=effort(10, 25))
def test_the_order_of_bands_does_not_matter(make_sample, seed):
    ground, alpha = sunlit_ground(seed), absorption()
    order = np.random.default_rng(seed).permutation(N_BANDS)
    scores, distance = scores_of(ground, sunlit_bank(make_sample, ground, alpha))
    mixed = np.ascontiguousarray(ground[:, :, order])
    same, same_distance = scores_of(mixed, sunlit_bank(make_sample, mixed, alpha[:, order]))
    np.testing.assert_allclose(same, scores, atol=ROUNDING * np.sqrt(distance.max()))
    np.testing.assert_allclose(same_distance, distance, rtol=2 * ROUNDING, atol=1e-2)


@given(seed=st.integers(0, 1000))
@settings(max_examples=effort(10, 25))
def test_where_a_pixel_lies_does_not_matter_to_its_score(make_sample, seed):
    """With one mean for the scene; stripes, which know columns, are absent by the smoothing."""
    ground, alpha = sunlit_ground(seed), absorption()
    order = np.random.default_rng(seed).permutation(ground.shape[0] * ground.shape[1])
    shuffled = ground.reshape(-1, N_BANDS)[order].reshape(ground.shape)
    scores, distance = scores_of(ground, sunlit_bank(make_sample, ground, alpha))
    again, _ = scores_of(shuffled, sunlit_bank(make_sample, shuffled, alpha))
    np.testing.assert_allclose(
        again.reshape(2, -1),
        scores.reshape(2, -1)[:, order],
        atol=ROUNDING * np.sqrt(distance.max()),
    )


def test_a_band_of_noise_changes_little(make_sample):
    """It carries no gas: NECL stays within 1 %, and scores, but for the added d², as they were.

    Correlation of noise and ground by chance is 1/√n = 0.02 of a standard deviation a band.
    """
    ground, alpha = sunlit_ground(3), absorption()
    noise = np.random.default_rng(4).normal(5.0, 0.3, (*ground.shape[:2], 1)).astype(np.float32)
    wider = np.concatenate([ground, noise], axis=2)
    bank = sunlit_bank(make_sample, ground, alpha)
    more = sunlit_bank(make_sample, wider, np.hstack([alpha, np.zeros((2, 1))]))
    scores, distance = scores_of(ground, bank)
    again, more_distance = scores_of(wider, more)
    np.testing.assert_allclose(more.noise_equivalent, bank.noise_equivalent, rtol=0.01)
    for g in range(2):
        assert np.corrcoef(scores[g].ravel(), again[g].ravel())[0, 1] > 0.995
        cosine = cosine_score(scores[g], distance, N_BANDS)
        wider_cosine = cosine_score(again[g], more_distance, N_BANDS + 1)
        assert np.corrcoef(cosine.ravel(), wider_cosine.ravel())[0, 1] > 0.98


@pytest.mark.parametrize("contrast", [8.0, -3.0])
def test_the_necl_is_one_standard_deviation_of_the_column_on_clutter(make_sample, contrast):
    """û / C over 20 000 clean pixels against NECL: 4 standard errors (√(1/2n) = 0.5 %)."""
    rng = np.random.default_rng(5)
    mixing = np.eye(N_BANDS) + 0.3 * rng.normal(0, 1, (N_BANDS, N_BANDS))
    cube = (8 + 0.1 * rng.normal(0, 1, (100, 200, N_BANDS)) @ mixing).astype(np.float32)
    bank = sunlit_bank(make_sample, cube, absorption())
    scores, _ = scores_of(cube, bank)
    column = scores[0] * bank.noise_equivalent[0] / contrast
    necl = necl_ppm_m(
        float(bank.noise_equivalent[0]), np.full((1, 1), contrast, np.float32), 0.5
    ).item()
    assert column.std() == pytest.approx(necl, rel=4 * 0.005)
    assert column.mean() == pytest.approx(0.0, abs=4 * necl / np.sqrt(20_000))


def test_plume_pixels_in_the_background_lower_the_estimate_and_their_absence_does_not(make_sample):
    """Why plumes are left out: a tenth of the scene under gas of 6 σ hides part of itself."""
    ground, alpha = sunlit_ground(6, (100, 50)), absorption(centres=(8,))
    clean = background_of(make_sample, ground)
    strength = 6 * sunlit_bank(make_sample, ground, alpha).noise_equivalent[0]
    seen = ground.copy()
    seen[45:55] *= np.exp(-FACTOR * alpha[0] * strength).astype(np.float32)
    found = [
        float(scores[0, 45:55].mean() * bank.noise_equivalent[0])
        for bank in (
            sunlit_bank(make_sample, ground, alpha, clean),
            sunlit_bank(make_sample, seen, alpha),
        )
        for scores, _ in (scores_of(seen, bank),)
    ]
    assert found[0] == pytest.approx(strength, rel=0.1)
    assert found[1] < 0.95 * found[0]
