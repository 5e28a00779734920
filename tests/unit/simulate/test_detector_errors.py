"""Fixed pattern and optimal SNR: statistics that are asked for are there."""

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.simulate.noise import Striping, column_errors
from cathartes.simulate.snr import clutter_inverse_root, optimal_snr


def test_offsets_and_gains_have_the_spread_asked_for():
    nesr = np.linspace(0.01, 0.03, 50)
    fixed = column_errors(Striping(0.5, 1e-3, 0.0, 0), 600, nesr, np.random.default_rng(1))
    np.testing.assert_allclose(fixed.offset.std(axis=0), 0.5 * nesr * np.sqrt(0.98), rtol=0.1)
    assert (fixed.gain - 1.0).std() == pytest.approx(1e-3 * np.sqrt(0.98), rel=0.1)


def test_without_striping_the_detector_is_perfect():
    fixed = column_errors(Striping(0, 0, 0, 0), 5, np.ones(4), np.random.default_rng(1))
    np.testing.assert_array_equal(fixed.gain, 1.0)
    np.testing.assert_array_equal(fixed.offset, 0.0)


def test_trend_darkens_the_edges_and_bad_columns_stand_out():
    nesr = np.ones(20)
    trend = column_errors(Striping(0, 0, 0.01, 0), 5, nesr, np.random.default_rng(1)).gain[:, 0]
    np.testing.assert_allclose(trend, [0.99, 0.9975, 1.0, 0.9975, 0.99])
    bad = column_errors(Striping(0, 0, 0, 2), 40, nesr, np.random.default_rng(1)).offset
    assert 1 <= (np.abs(bad).max(axis=1) >= 5).sum() <= 2
    assert column_errors(Striping(1, 1, 1, 3), 1, nesr, np.random.default_rng(1)).gain.shape == (
        1,
        20,
    )


def test_negative_errors_are_refused():
    with pytest.raises(SettingsError, match="must not be negative"):
        Striping(-0.1, 0, 0, 0)


def test_snr_in_white_noise_is_signal_over_noise():
    """K = σ² I gives |ΔL| / σ; tolerance from 40 000 samples of 3 bands: 1 %."""
    noise = np.random.default_rng(2).normal(5.0, 0.2, (40_000, 3))
    root = clutter_inverse_root(noise, np.full(3, 0.2))
    snr = optimal_snr(np.array([[0.6, 0.0, 0.8], [0.0, 0.0, 0.0]]), root)
    assert snr[0] == pytest.approx(1.0 / 0.2, rel=0.02)
    assert snr[1] == 0.0


def test_snr_is_the_quadratic_form_of_the_inverse_covariance():
    generator = np.random.default_rng(3)
    mixing = generator.normal(size=(5, 5))
    scene = generator.normal(size=(5000, 5)) @ mixing
    change = generator.normal(size=(7, 5))
    inverse = np.linalg.inv(np.cov(scene.T))
    expected = np.sqrt(np.einsum("pi,ij,pj->p", change, inverse, change))
    root = clutter_inverse_root(scene, np.full(5, 1e-3))
    np.testing.assert_allclose(optimal_snr(change, root), expected)


@pytest.mark.parametrize("pixels", [1, 3, 60])
def test_few_pixels_do_not_promise_more_than_the_noise_allows(pixels):
    """White noise of 0.2: no direction gives more than sqrt(2) of signal over noise."""
    scene = np.random.default_rng(4).normal(0.0, 0.2, size=(pixels, 8))
    change = np.ones((1, 8))
    snr = optimal_snr(change, clutter_inverse_root(scene, np.full(8, 0.2)))
    assert 0.0 < snr[0] <= np.sqrt(2.0) * np.linalg.norm(change) / 0.2 * (1 + 1e-9)
