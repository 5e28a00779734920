"""A background that all paths of an instrument share, against integrals done by brute force."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from cathartes.locate.blocks import Blocks
from cathartes.locate.misfit import FREEDOM, PATHS_ALIKE, WEAKENED, Misfit, alike
from cathartes.locate.shared_background import KNOT_S, MEMORY_S, shared_background
from cathartes.locate.site_baseline import instrument_noise_ppm

N_SENSORS, N_TIMES, SD_PPM = 4, 61, 0.05
TIME_S = np.tile(60.0 * np.arange(N_TIMES), N_SENSORS)


def minutes(mean_ppm: np.ndarray, instrument: int = 0) -> Blocks:
    """An hour of four paths, a row a minute."""
    n = TIME_S.size
    return Blocks(
        TIME_S, np.zeros((n, 3)), np.zeros((n, 3)), np.arange(n), np.ones(n), mean_ppm,
        np.full(n, np.hypot(0.01, SD_PPM)), np.full(n, SD_PPM),
        np.repeat(np.arange(N_SENSORS), N_TIMES), np.full(n, instrument),
    )  # fmt: skip


def misfit_of(mean_ppm: np.ndarray, background_ppm: np.ndarray | None) -> Misfit:
    blocks = minutes(mean_ppm)
    return Misfit(
        mean_ppm,
        blocks.own_sd_ppm,
        alike(blocks),
        alike(blocks),
        0.4,
        0.3,
        1.0,
        background_ppm=background_ppm,
    )


def test_knots_have_the_covariance_of_the_equation_in_all_paths() -> None:
    lines = shared_background(minutes(np.zeros(TIME_S.size)))
    assert lines is not None
    at_knots = np.flatnonzero(TIME_S % KNOT_S == 0)
    apart = np.abs(TIME_S[at_knots, None] - TIME_S[at_knots])
    covariance = lines[at_knots] @ lines[at_knots].T
    assert covariance == pytest.approx(SD_PPM**2 * np.exp(-apart / MEMORY_S), rel=1e-6)


def test_sensors_with_zeros_of_their_own_share_nothing() -> None:
    blocks = minutes(np.zeros(TIME_S.size), instrument=-1)
    assert shared_background(blocks) is None
    assert blocks.own_sd_ppm == pytest.approx(blocks.sd_ppm)
    assert shared_background(replace(blocks, instrument=None)) is None


def test_the_likelihood_is_the_integral_over_the_background() -> None:
    """The slow twin adds up one number's values. The t's weights are more than its curvature, by
    (ν + z²)/(ν - z²), which lowers ln L: by 0.2 where a model fits, by 0.5 where it leaves twice
    the error. A source has to be better by 15."""
    rng = np.random.default_rng(1)
    line = np.full((TIME_S.size, 1), SD_PPM)
    reading = 0.04 + 0.01 * rng.normal(size=TIME_S.size)
    plain, x = misfit_of(reading, None), np.linspace(-4.0, 4.0, 4001)
    off = []
    for gas in (0.0, 0.02, 0.05):
        model = gas * rng.uniform(size=TIME_S.size)
        each = [
            replace(plain, mean_ppm=reading - SD_PPM * k).log_likelihood(model, 0.3) - k**2 / 2
            for k in x
        ]
        slow = float(logsumexp(each) + np.log((x[1] - x[0]) / np.sqrt(2 * np.pi)))
        off.append(misfit_of(reading, line).log_likelihood(model, 0.3) - slow)
    assert np.abs(off[0]) < 0.25
    assert np.abs(off).max() < 0.6


def test_weighted_columns_are_free_of_what_the_background_explains() -> None:
    """Of normal numbers x, integrated over, W becomes (W⁻¹ + AA')⁻¹."""
    rng = np.random.default_rng(2)
    lines = shared_background(minutes(np.zeros(TIME_S.size)))
    assert lines is not None
    reading, columns = 0.03 + 0.01 * rng.normal(size=TIME_S.size), rng.normal(size=(TIME_S.size, 2))
    misfit = misfit_of(reading, lines)
    model = np.zeros(TIME_S.size)
    left, weighted = misfit.weighted(model, 0.3, columns)
    sd = misfit.root(model, 0.3)[0]
    z, _ = misfit._without_background(reading / sd, sd[None])
    weight = (FREEDOM + 1) / (FREEDOM + z**2) / sd**2
    dense = np.linalg.inv(np.diag(1 / weight) + lines @ lines.T)
    assert weighted.T @ weighted == pytest.approx(columns.T @ dense @ columns, rel=1e-6)
    assert weighted.T @ left == pytest.approx(columns.T @ dense @ reading, rel=1e-6)


def test_what_all_paths_have_alike_is_no_gas_and_what_one_has_is() -> None:
    """A slow rise of 0.1 ppm in all paths is clean air that wanders; in one path alone, gas."""
    rng = np.random.default_rng(3)
    rise = 0.1 * np.sin(np.pi * TIME_S / TIME_S.max())
    noise = 0.01 * rng.normal(size=TIME_S.size)
    lines = shared_background(minutes(noise))
    everywhere, nothing = misfit_of(rise + noise, lines), np.zeros(TIME_S.size)
    one = np.where(np.arange(TIME_S.size) < N_TIMES, rise, 0.0)

    def gain(misfit: Misfit, gas_ppm: np.ndarray) -> float:
        return misfit.log_likelihood(gas_ppm, 0.1) - misfit.log_likelihood(nothing, 0.1)

    assert gain(everywhere, rise) < 15
    assert gain(misfit_of(one + noise, lines), one) > 100
    assert gain(misfit_of(rise + noise, None), rise) > 100


def test_paths_of_one_instrument_are_believed_less() -> None:
    """What a minute's wind does otherwise than the mast says is wrong in all of them alike."""
    mean = np.ones(TIME_S.size)
    alone, together = misfit_of(mean, None), misfit_of(mean, np.ones((mean.size, 1)))
    assert together.weakened(0.3).weight == pytest.approx(1 / (1 + WEAKENED * 0.3 * PATHS_ALIKE))
    assert alone.weakened(0.3).weight == pytest.approx(1 / (1 + WEAKENED * 0.3))


@pytest.mark.parametrize("seed", range(4))
def test_an_instruments_noise_is_that_of_its_stillest_path(seed: int) -> None:
    """Noise of 0.01 ppm in all; three of four paths see gusts of gas of half a ppm."""
    rng = np.random.default_rng(seed)
    sensor = np.arange(800) % 4
    gas = 0.5 * rng.gamma(1.0, size=800) * (sensor > 0)
    reading = 2.0 + gas + 0.01 * rng.normal(size=800)
    reading[rng.integers(0, 800, 20)] = np.nan
    assert instrument_noise_ppm(reading, sensor) == pytest.approx(0.01, rel=0.3)


def test_few_readings_tell_no_noise() -> None:
    assert np.isnan(instrument_noise_ppm(np.arange(80.0), np.arange(80) % 4))
