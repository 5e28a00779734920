"""The classical bank against its definition written out in float64."""

import numpy as np
import pytest

from cathartes.detect.background import shrinkage_weight
from cathartes.detect.scene_filter import scene_matched_filters
from cathartes.errors import InputError, SingularCovarianceError

LINES, SAMPLES, BANDS, GASES = 90, 40, 24, 3
NOISE = 0.02


def sunlit(seed=0):
    """A scene of three smooth surfaces and noise, 3600 pixels: radiance, changes of three gases."""
    generator = np.random.default_rng(seed)
    surfaces = np.cumsum(generator.normal(0, 0.05, (3, BANDS)), axis=1)
    radiance = 9 + generator.normal(0, 1, (LINES, SAMPLES, 3)) @ surfaces
    radiance += generator.normal(0, NOISE, radiance.shape)
    at = np.array([[5.0], [11.0], [18.0]])
    change = -2e-4 * np.exp(-0.5 * ((np.arange(BANDS) - at) / 2) ** 2)
    return radiance.astype(np.float32), change


def slow_filters(radiance, change):
    """Gas by gas, with the covariance of all finite pixels: amounts, and their deviations."""
    x = radiance.reshape(-1, BANDS).astype(np.float64)
    known = x[np.isfinite(x).all(axis=1)]
    mean, covariance = known.mean(axis=0), np.cov(known.T)
    sd = np.sqrt(np.diag(covariance))
    eigenvalues = np.linalg.eigvalsh(covariance / np.outer(sd, sd))
    a = shrinkage_weight(eigenvalues, len(known) - 1)
    covariance = (1 - a) * covariance + a * np.diag(sd**2)
    amounts, deviations = [], []
    for t in change:
        w = np.linalg.solve(covariance, t * mean)
        amounts.append((x - mean) @ w / (t * mean @ w))
        deviations.append(1 / np.sqrt(t * mean @ w))
    return np.array(amounts).reshape(-1, LINES, SAMPLES), np.array(deviations)


@pytest.mark.parametrize("holes", [0, 200])
def test_it_is_the_textbook_s_filter_of_every_gas(holes):
    """Pieces end within a line, and one is not full; a thousandth of the noise is left to float32.

    Pixels with a hole have no amount, and are not in the background of the others.
    """
    radiance, change = sunlit()
    generator = np.random.default_rng(1)
    for line, sample, band in generator.integers(0, (LINES, SAMPLES, BANDS), (holes, 3)):
        radiance[line, sample, band] = np.nan
    expected, deviation = slow_filters(radiance, change)
    found = scene_matched_filters(radiance, change)
    assert found.dtype == np.float32
    assert found.shape == (GASES, LINES, SAMPLES)
    assert np.isnan(found).any() == bool(holes)
    for gas in range(GASES):
        np.testing.assert_allclose(found[gas], expected[gas], atol=1e-3 * deviation[gas])


def test_the_first_pixels_may_be_holes():
    """Then the guess of the mean rests on the others, and a piece without a pixel adds nothing."""
    radiance, change = sunlit()
    radiance[:30] = np.nan
    expected, deviation = slow_filters(radiance, change)
    found = scene_matched_filters(radiance, change)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-3 * deviation[0])


def test_what_does_not_fit_is_said():
    radiance, change = sunlit()
    with pytest.raises(InputError, match="of the same bands"):
        scene_matched_filters(radiance, change[:, 1:])
    with pytest.raises(InputError, match="nought in every band"):
        scene_matched_filters(radiance, change * np.array([[1], [0], [1]]))
    with pytest.raises(InputError, match="0 pixels are finite"):
        scene_matched_filters(np.full_like(radiance, np.nan), change)
    flat = radiance.copy()
    flat[:, :, 3] = 1.0
    with pytest.raises(SingularCovarianceError, match="do not vary"):
        scene_matched_filters(flat, change)
