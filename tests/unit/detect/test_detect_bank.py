"""The filter bank against formulas solved gas by gas and pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.background import Background, shrinkage_weight
from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.signature import reflective_signatures


def as_they_are(values):
    """Return signatures that are these rows: -A α μ with A = 1 and μ = -1."""
    names = tuple(f"gas{g}" for g in range(len(values)))
    return reflective_signatures(names, values, -np.ones(values.shape[1]), 1.0)


def made_up(seed, n_gases=4, n_bands=9, n_samples=5, n_pixels=500):
    """Return signatures, background, and the shrunk covariance that the bank should use."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.1, (n_pixels, n_bands)) @ (np.eye(n_bands) + rng.normal(0, 0.4, n_bands))
    covariance = np.cov(x.T)
    mean = 8.0 + rng.normal(0, 0.5, (n_samples, n_bands))
    values = np.abs(rng.normal(0, 1e-3, (n_gases, n_bands)))
    sd = np.sqrt(np.diag(covariance))
    eigenvalues = np.clip(np.linalg.eigvalsh(covariance / np.outer(sd, sd)), 0, None)
    a = shrinkage_weight(eigenvalues, n_pixels - 1)
    shrunk = (1 - a) * covariance + a * np.diag(sd**2)
    return as_they_are(values), Background(mean, covariance, n_pixels - 1), shrunk, rng


def centred(rng, n_pixels=15):
    """Return pixels less their background's mean, (pixel, band)."""
    return rng.normal(0, 0.5, (n_pixels, 9)).astype(np.float32)


@given(seed=st.integers(0, 10_000))
def test_scores_are_those_of_the_textbook_formula(seed):
    """z = sᵀK⁻¹x/√(sᵀK⁻¹s), d² = xᵀK⁻¹x; 1e-3 is float32 through 9 x 9 products."""
    signatures, background, shrunk, rng = made_up(seed)
    pixels = centred(rng)
    scores, distance = apply_bank(pixels, make_bank(signatures, background))
    assert scores.shape == (4, 15)
    assert distance.shape == (15,)
    for p, x in enumerate(pixels.astype(np.float64)):
        d2 = x @ np.linalg.solve(shrunk, x)
        assert distance[p] == pytest.approx(d2, rel=1e-3)
        for g, s in enumerate(signatures.values):
            filtered = np.linalg.solve(shrunk, s)
            z = filtered @ x / np.sqrt(filtered @ s)
            assert scores[g, p] == pytest.approx(z, abs=1e-3 * np.sqrt(d2))


def test_the_bank_hands_on_the_background_s_mean():
    """Whoever applies it takes this off, each column its own."""
    signatures, background, _, _ = made_up(2)
    bank = make_bank(signatures, background)
    assert bank.mean.dtype == np.float32
    np.testing.assert_allclose(bank.mean, background.mean, rtol=1e-6)


def test_amount_filters_answer_one_to_their_gas_and_least_to_clutter():
    """K⁻¹s/(sᵀK⁻¹s): response 1, variance 1/(sᵀK⁻¹s), which no other filter of response 1 beats."""
    signatures, background, shrunk, rng = made_up(8)
    bank = make_bank(signatures, background)
    for g, s in enumerate(signatures.values):
        w = bank.amount_filters[g]
        assert w @ s == pytest.approx(1.0, rel=1e-6)
        least = w @ shrunk @ w
        assert np.sqrt(least) == pytest.approx(bank.noise_equivalent[g], rel=1e-5)
        for _ in range(20):
            other = rng.normal(0, 1, 9)
            other /= other @ s
            assert other @ shrunk @ other >= least


def test_cosines_are_those_of_the_whitened_signatures():
    signatures, background, shrunk, _ = made_up(9)
    bank = make_bank(signatures, background)
    for g, s in enumerate(signatures.values):
        for h, t in enumerate(signatures.values):
            k = np.linalg.solve(shrunk, t)
            expected = s @ k / np.sqrt((s @ np.linalg.solve(shrunk, s)) * (t @ k))
            assert bank.cosine[g, h] == pytest.approx(expected, abs=1e-9)


def test_gram_and_noise_equivalent_are_their_formulas():
    signatures, background, shrunk, _ = made_up(1)
    bank = make_bank(signatures, background)
    gram = signatures.values @ np.linalg.solve(shrunk, signatures.values.T)
    np.testing.assert_allclose(bank.gram, gram, rtol=1e-9)
    np.testing.assert_allclose(bank.noise_equivalent, np.diag(gram) ** -0.5, rtol=1e-9)


def test_a_gap_in_any_band_is_a_gap_in_every_score():
    signatures, background, _, rng = made_up(3)
    pixels = centred(rng)
    pixels[7, 7] = np.nan
    scores, distance = apply_bank(pixels, make_bank(signatures, background))
    gap = np.arange(15) == 7
    np.testing.assert_array_equal(np.isnan(scores), np.broadcast_to(gap, (4, 15)))
    np.testing.assert_array_equal(np.isnan(distance), gap)
    np.testing.assert_array_equal(np.isnan(cosine_score(scores[0], distance, 9)), gap)


@given(seed=st.integers(0, 10_000))
def test_the_cosine_score_is_that_of_the_definition_of_ace(seed):
    """c² = (sᵀK⁻¹x)²/(sᵀK⁻¹s · xᵀK⁻¹x); the score is a monotone function of it with z's sign."""
    signatures, background, shrunk, rng = made_up(seed)
    pixels = centred(rng, 10)
    scores, distance = apply_bank(pixels, make_bank(signatures, background))
    for g, s in enumerate(signatures.values):
        found = cosine_score(scores[g], distance, 9)
        for p, x in enumerate(pixels.astype(np.float64)):
            product = s @ np.linalg.solve(shrunk, x)
            ace = product**2 / ((s @ np.linalg.solve(shrunk, s)) * (x @ np.linalg.solve(shrunk, x)))
            back = -np.expm1(-(float(found[p]) ** 2) / 8)
            assert back == pytest.approx(ace, abs=1e-3)
            if ace > 1e-4:
                assert np.sign(found[p]) == np.sign(product)


def test_a_pixel_that_is_the_mean_itself_scores_nought():
    """Gaps whose neighbours are gaps are such pixels: no warning, no NaN."""
    assert cosine_score(np.float32([0.0]), np.float32([0.0]), 40) == 0.0


def test_the_cosine_score_is_near_z_for_ordinary_pixels():
    """With d² = b, s² = -(b-1) ln(1-z²/b) = z² (1 + z²/2b - 1/b …): 200 bands, z to 3: 2.5 %."""
    z = np.linspace(-3, 3, 13).astype(np.float32)
    found = cosine_score(z, np.full(13, 200.0, np.float32), 200)
    np.testing.assert_allclose(found, z, rtol=0.025, atol=1e-6)


def test_a_pixel_odd_in_every_direction_gets_no_credit():
    """A matched filter gives 10 to a hot roof; its cosine is 10 in √10 000."""
    score = cosine_score(np.float32([10.0, 10.0]), np.float32([1e4, 1.2e2]), 100)
    assert score[0] == pytest.approx(np.sqrt(-99 * np.log1p(-0.01)), rel=1e-3)
    assert score[0] < 1.1
    assert score[1] > 13


def test_a_pixel_that_is_the_signature_itself_stays_finite():
    """Rounding may make c² one or more; the logarithm must not see it."""
    score = cosine_score(np.float32([5.0, -5.0]), np.float32([25.0, 24.999]), 50)
    assert np.isfinite(score).all()
    assert score[0] == pytest.approx(-score[1])


def test_one_gas_and_one_pixel_will_do():
    signatures, background, _, rng = made_up(4, n_gases=1, n_samples=1)
    scores, distance = apply_bank(centred(rng, 1), make_bank(signatures, background))
    assert scores.shape == (1, 1)
    assert np.isfinite(scores).all()
    assert distance.shape == (1,)


def test_fewer_pixels_than_bands_still_give_bounded_scores():
    """20 pixels in 60 bands: unshrunk, the covariance is singular and fresh pixels score 1e6.

    Shrunk, the scores of fresh pixels of the same clutter stay within a few times one.
    """
    rng = np.random.default_rng(6)
    train, fresh = rng.normal(0, 1, (2, 20, 60))
    background = Background(np.zeros((1, 60)), np.cov(train.T), 19)
    values = np.abs(rng.normal(0, 1, (3, 60)))
    bank = make_bank(as_they_are(values), background)
    scores, _ = apply_bank(fresh.astype(np.float32), bank)
    assert np.sqrt((scores**2).mean()) < 2.5
