"""What could just be seen: against plumes in made-up whitened ground, and at the ends."""

import numpy as np
import pytest

from cathartes.detect.background import Background
from cathartes.detect.bank import apply_bank, cosine_score, make_bank
from cathartes.detect.detectability import DetectabilityCurve, detectability_curve
from cathartes.detect.pursuit import Family
from cathartes.detect.signature import Signatures, saturated_absorption
from cathartes.detect.window import Regime

N_BANDS, SCORE, N_PIXELS = 40, 6.0, 20_000


def made():
    """Thin and dense signatures of two gases over correlated ground, and pixels of it."""
    rng = np.random.default_rng(5)
    band = np.arange(N_BANDS)
    thin = 1e-3 * np.exp(-0.5 * ((band - np.array([[12.0], [27.0]])) / 2.0) ** 2)
    level = np.linspace(0.1, 0.15, N_BANDS)
    covariance = 1e-4 * (0.02 * np.exp(-np.abs(band[:, None] - band) / 5.0) + np.eye(N_BANDS))
    ground = rng.multivariate_normal(np.zeros(N_BANDS), covariance, N_PIXELS)
    background = Background(np.zeros((1, N_BANDS)), covariance, 10**6)
    signatures = Signatures(("first", "second"), Regime.EMISSIVE, thin, level)
    every = Signatures(("first", "second") * 2, Regime.EMISSIVE,
                       saturated_absorption(thin, (0.0, 1.2)), level)  # fmt: skip
    bank = make_bank(every, background)
    z, distance = apply_bank(ground.astype("f4"), bank)
    scale = np.array(
        [np.quantile(np.abs(cosine_score(row, distance, N_BANDS)), 0.6827) for row in z]
    )
    family = Family(
        bank.cosine.astype("f4"),
        scale.astype("f4"),
        N_BANDS,
        float(np.quantile(distance, 0.95)),
        two_sided=True,
    )
    return ground, signatures, bank, family, float(np.median(distance))


def score_of(pixels, bank, family, gas):
    z, distance = apply_bank(pixels.astype("f4"), bank)
    rows = [gas, gas + 2]
    return np.max(
        [np.abs(cosine_score(z[r], distance, N_BANDS)) / family.scale[r] for r in rows], axis=0
    )


@pytest.mark.parametrize("gas", [0, 1])
@pytest.mark.parametrize("contrast_k", [2.0, -5.0, 20.0])
def test_nineteen_of_twenty_such_plumes_reach_the_score(gas, contrast_k):
    """Rationale: the exact change of radiance by the column stated is put on ground that the curve
    has not seen. Expected: 0.95 of the pixels reach the score; the curve takes the ground's length
    as its median and its noise as normal, which is worth 0.02 here.
    """
    ground, signatures, bank, family, energy = made()
    curve = detectability_curve(gas, signatures, bank, family, energy, SCORE)
    column = float(curve.smallest_column_ppm_m(contrast_k, 0.5))
    assert np.isfinite(column)
    passed = np.exp(-column * signatures.absorption_per_ppm_m[gas])
    plume = ground + contrast_k * (1 - passed) * signatures.level
    assert (score_of(plume, bank, family, gas) >= SCORE).mean() == pytest.approx(0.95, abs=0.02)


def test_thin_plumes_trade_column_for_contrast():
    """Ten times the contrast shows a tenth of the column, where that is thin."""
    _, signatures, bank, family, energy = made()
    curve = detectability_curve(0, signatures, bank, family, energy, SCORE)
    columns = curve.smallest_column_ppm_m(np.array([1e3, 1e4, 1e6], "f4"), 0.5)
    np.testing.assert_allclose(columns / columns[-1], [1e3, 1e2, 1.0], rtol=0.02)


def test_more_is_needed_for_less_contrast_and_for_a_higher_score():
    _, signatures, bank, family, energy = made()
    contrast = np.linspace(0.5, 30.0, 200).astype("f4")
    low, high = (
        detectability_curve(0, signatures, bank, family, energy, score).smallest_column_ppm_m(
            contrast, 0.5
        )
        for score in (5.0, 8.0)
    )
    with np.errstate(invalid="ignore"):
        assert (np.nan_to_num(np.diff(low)) <= 0).all()
    assert (high > low).all() or np.isinf(low[high <= low]).all()


def test_blind_pixels_are_infinite_and_unknown_ones_unknown():
    curve = DetectabilityCurve(np.array([1.0, 10.0, 100.0]), np.array([20.0, 2.0, 1.0]))
    contrast = np.array([0.3, -0.3, 0.9, -1.0, 2.0, 20.0, 40.0, np.nan], "f4")
    found = curve.smallest_column_ppm_m(contrast, 0.5)
    np.testing.assert_allclose(
        found, [np.inf, np.inf, np.inf, 100.0, 10.0, 1.0, 0.5, np.nan], rtol=1e-5
    )


def test_a_gas_that_no_contrast_shows_is_blind_everywhere():
    curve = DetectabilityCurve(np.array([1.0, 10.0]), np.array([np.inf, np.inf]))
    found = curve.smallest_column_ppm_m(np.array([5.0, np.nan], "f4"), 0.5)
    assert np.isinf(found[0])
    assert np.isnan(found[1])
