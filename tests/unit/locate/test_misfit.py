"""Errors that are alike in neighbouring blocks against dense twins; what the log tells of f."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from cathartes.locate.blocks import Blocks, gather_blocks
from cathartes.locate.clean_air import corrected
from cathartes.locate.misfit import (
    ALIKE_S,
    DISPLACED_ALIKE_S,
    FREEDOM,
    MISFITS,
    SENSOR_SHARE,
    Misfit,
    alike,
)

N = 120
TIME_S = 2.0 * np.arange(N)
MODEL_PPM = 3 * np.exp(-0.5 * ((np.arange(N) % 40 - 20) / 4.0) ** 2)
"""Three passes."""


def blocks_at(time_s: np.ndarray, mean_ppm: np.ndarray, baseline_sd_ppm: float = 0.0) -> Blocks:
    n = time_s.size
    return Blocks(
        time_s, np.zeros((n, 3)), np.zeros((n, 3)), np.arange(n), np.ones(n), mean_ppm,
        np.full(n, np.hypot(0.01, baseline_sd_ppm)), np.full(n, baseline_sd_ppm),
    )  # fmt: skip


def misfit_of(blocks: Blocks, weight: float = 1.0) -> Misfit:
    return Misfit.of(blocks, 0.4, 0.3, weight)


def dense_root(misfit: Misfit, time_s: np.ndarray, model_ppm: np.ndarray, share: float):
    """The slow twin: the whole covariance written out as the equation stands."""
    near = [
        max(model_ppm[i], *(0.5 * model_ppm[j] for j in (i - 1, i + 1) if 0 <= j < model_ppm.size))
        for i in range(model_ppm.size)
    ]
    covariance = np.diag(misfit.sd_ppm**2 + (SENSOR_SHARE * np.array(near)) ** 2)
    for i, one in enumerate(near):
        for j, other in enumerate(near):
            apart = abs(time_s[i] - time_s[j]) / ALIKE_S
            covariance[i, j] += share**2 * one * other * max(0.0, 1.0 - apart)
    return np.linalg.cholesky(covariance)


def test_a_fast_and_slow_sensors_in_one_log_have_a_covariance() -> None:
    """A flight at 2 s beside masts at 30 s: most steps are 30 s, and the flight's far shorter."""
    mast = 30.0 * np.arange(100)
    time = np.concatenate([mast, mast, TIME_S])
    misfit = misfit_of(blocks_at(time, np.zeros(time.size)))
    root = misfit.root(np.full(time.size, 50.0), 1.0)
    assert np.isfinite(root).all()
    assert (misfit.alike[1:, 99] == 0).all()


def test_the_likelihood_is_that_of_the_whole_covariance() -> None:
    rng = np.random.default_rng(4)
    reading = MODEL_PPM * 1.2 + 0.05 * rng.normal(size=N)
    misfit = misfit_of(blocks_at(TIME_S, reading))
    root = dense_root(misfit, TIME_S, MODEL_PPM, 0.3)
    z = np.linalg.solve(root, reading - MODEL_PPM)
    slow = float((student.logpdf(z, FREEDOM) - np.log(np.diag(root))).sum())
    assert misfit.log_likelihood(MODEL_PPM, 0.3) == pytest.approx(slow, rel=1e-10)
    halved = replace(misfit, weight=0.5)
    assert halved.log_likelihood(MODEL_PPM, 0.3) == pytest.approx(0.5 * slow, rel=1e-10)


def test_what_gusts_displace_is_an_error_of_whole_passes() -> None:
    """The dense covariance with two more terms, each an outer product times a wider triangle."""
    misfit = misfit_of(blocks_at(TIME_S, MODEL_PPM))
    east, north = 0.3 * np.gradient(MODEL_PPM), 0.1 * np.roll(MODEL_PPM, 3)
    plain = dense_root(misfit, TIME_S, MODEL_PPM, 0.3)
    apart = np.abs(TIME_S[:, None] - TIME_S) / DISPLACED_ALIKE_S
    displaced = (np.outer(east, east) + np.outer(north, north)) * np.maximum(0.0, 1 - apart)
    root = misfit.root(np.stack([MODEL_PPM, east, north]), 0.3)
    lower = sum(np.diag(row[: row.size - k], -k) for k, row in enumerate(root))
    assert lower @ lower.T == pytest.approx(plain @ plain.T + displaced, abs=1e-12)


def test_a_displaced_pass_is_likely_where_the_way_is_open() -> None:
    """Rationale: by the first order of its Taylor series, the displaced pass is the model and one
    standard deviation of its change; a model that leaves nothing open takes it for many errors."""
    change = -1.5 * np.gradient(MODEL_PPM)
    misfit = misfit_of(blocks_at(TIME_S, MODEL_PPM + change))
    gained = misfit.log_likelihood(np.stack([MODEL_PPM, change]), 0.1)
    assert gained > misfit.log_likelihood(MODEL_PPM, 0.1) + 20


def test_the_displaced_share_is_that_of_the_plumes_variance() -> None:
    """A pass of variance s² = 16 blocks, of which 4 are displacement: a quarter."""
    across = np.arange(N) % 40 - 20
    shown = np.stack([MODEL_PPM, 2.0 * across / 16.0 * MODEL_PPM, 0 * MODEL_PPM])
    misfit = misfit_of(blocks_at(TIME_S, MODEL_PPM))
    opened = misfit.held_to(shown, 0.3)
    assert opened.displaced == pytest.approx(0.25, rel=0.01)
    assert opened.weakened(0.3).weight < misfit.weakened(0.3).weight
    assert misfit.held_to(0 * shown, 0.3).displaced == 0.0


def test_gas_where_a_model_has_none_weakens_the_likelihood_in_proportion() -> None:
    """What is twice as far off as a t of four degrees, √2 deviations, has half a weight."""
    misfit = misfit_of(blocks_at(TIME_S, MODEL_PPM))
    usual = misfit.weakened(0.3).weight
    assert replace(misfit, left=0.5).weakened(0.3).weight == usual
    assert replace(misfit, left=2 * np.sqrt(2.0)).weakened(0.3).weight == pytest.approx(usual / 2)
    aside = MODEL_PPM + np.where(np.arange(N) == 3, 5.0, 0.0)
    held = misfit_of(blocks_at(TIME_S, aside)).held_to(MODEL_PPM[None], 0.3)
    assert held.left == pytest.approx(held.left_sd(MODEL_PPM, 0.3))
    assert held.left > 2.0


def test_weighted_columns_are_those_of_the_whole_covariance() -> None:
    rng = np.random.default_rng(5)
    reading, columns = MODEL_PPM + 0.05 * rng.normal(size=N), rng.normal(size=(N, 3))
    misfit = misfit_of(blocks_at(TIME_S, reading))
    root = dense_root(misfit, TIME_S, MODEL_PPM, 0.3)
    z = np.linalg.solve(root, reading - MODEL_PPM)
    weight = np.sqrt((FREEDOM + 1) / (FREEDOM + z**2))
    residual, weighted = misfit.weighted(MODEL_PPM, 0.3, columns)
    assert residual == pytest.approx(z * weight, rel=1e-8)
    assert weighted == pytest.approx(np.linalg.solve(root, columns) * weight[:, None], rel=1e-8)


def test_blocks_of_two_sensors_and_across_a_gap_are_not_alike() -> None:
    time = np.array([0.0, 2.0, 4.0, 100.0, 102.0, 0.0, 2.0, 4.0])
    kept = alike(blocks_at(time, np.zeros(8)))
    assert kept[0].tolist() == [1.0] * 8
    assert kept[1] == pytest.approx([0.8, 0.8, 0.0, 0.8, 0.0, 0.8, 0.8, 0.0])
    assert kept[2] == pytest.approx([0.6, 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0])


def steps_of(step_s: float) -> np.ndarray:
    return np.arange(0.0, 300.0, step_s)


@pytest.mark.parametrize(
    "time_s",
    [
        steps_of(1.5), steps_of(0.7), np.sort(np.random.default_rng(8).uniform(0, 300, 200)),
        np.concatenate([np.arange(100.0), np.arange(95.0, 200.0)]), np.zeros(1),
    ],
    ids=["1.5 s", "0.7 s", "any time", "two sensors that overlap", "one block"],
)  # fmt: skip
def test_errors_have_a_covariance_however_rows_fall_into_blocks(time_s: np.ndarray) -> None:
    """Rationale: of blocks of 2 s some are nearer to each other than 2 s, so that the triangle
    reaches farther than five of them; cut off there it is no covariance, and has no root."""
    n = time_s.size
    place, sensor = np.zeros((n, 3)), np.cumsum(np.diff(time_s, prepend=0.0) < 0)
    level = np.full(n, 100.0)
    blocks = gather_blocks(time_s, place, place, sensor, level, 0.01 * level, 0.0 * level, 2.0)
    misfit = misfit_of(blocks)
    root = misfit.root(blocks.mean_ppm, 1.0)
    lower = sum(np.diag(row[: row.size - k], -k) for k, row in enumerate(root))
    time, run = blocks.averaged(blocks.time_s), blocks.runs()
    apart = np.abs(time[:, None] - time) / ALIKE_S
    covariance = np.where(run[:, None] == run, 1e4 * np.maximum(0.0, 1 - apart), 0.0)
    covariance += np.diag(blocks.sd_ppm**2 + (SENSOR_SHARE * 100.0) ** 2)
    assert lower @ lower.T == pytest.approx(covariance, abs=1.0)


def test_the_log_tells_whether_a_model_is_exact() -> None:
    """5 % of white noise is a good sensor; passes of twice and half as much are gusts."""
    rng = np.random.default_rng(6)
    noise = 0.01 * rng.normal(size=N)
    sensor = MODEL_PPM * (1 + 0.05 * rng.normal(size=N) / np.sqrt(2)) + noise
    gusty = MODEL_PPM * np.repeat([0.5, 1.0, 1.6], 40) + noise
    for reading, is_exact in ((sensor, True), (gusty, False)):
        usual = misfit_of(blocks_at(TIME_S, reading))
        best = []
        for misfit in (usual.exact(), usual):
            share = misfit.best_share(MODEL_PPM, misfit.share)
            best.append(misfit.log_likelihood(MODEL_PPM, share) + misfit.log_prior(share))
        assert (best[0] > best[1] + 5) is is_exact
        assert (usual.exact().left_sd(MODEL_PPM, 0.02) < 1.2) is is_exact


def test_the_best_share_is_found_uphill_from_any() -> None:
    """The twin tries them all."""
    rng = np.random.default_rng(8)
    for spread in (0.02, 0.2, 0.6):
        gusts = np.repeat(np.exp(spread * rng.normal(size=N // 4)), 4)
        misfit = misfit_of(blocks_at(TIME_S, MODEL_PPM * gusts + 0.01 * rng.normal(size=N)))
        fits = [misfit.log_likelihood(MODEL_PPM, f) + misfit.log_prior(f) for f in MISFITS]
        best = MISFITS[int(np.argmax(fits))]
        for near in (0.001, 0.01, 0.1, 1.0):
            assert misfit.best_share(MODEL_PPM, near) == best


def test_a_pass_that_is_too_strong_all_through_is_one_error_and_not_many() -> None:
    """The same excess, in all blocks of a pass or with changing signs: the first is likelier."""
    sign = np.where(np.arange(N) % 2, 1.0, -1.0)
    together = misfit_of(blocks_at(TIME_S, 1.3 * MODEL_PPM))
    scattered = misfit_of(blocks_at(TIME_S, (1 + 0.3 * sign) * MODEL_PPM))
    assert together.log_likelihood(MODEL_PPM, 0.3) > scattered.log_likelihood(MODEL_PPM, 0.3) + 20


def test_a_baseline_that_gas_lifted_is_set_right() -> None:
    """5 ppb too low readings everywhere, stated error 4 ppb: most of it comes back."""
    rng = np.random.default_rng(7)
    reading = MODEL_PPM + 0.01 * rng.normal(size=N) - 0.005
    blocks = blocks_at(TIME_S, reading, baseline_sd_ppm=0.004)
    better = corrected(misfit_of(blocks), blocks, MODEL_PPM, 0.1)
    shift = better.mean_ppm - reading
    assert shift.mean() == pytest.approx(0.005, abs=0.002)
    assert (better.sd_ppm < blocks.sd_ppm).all()
    assert (better.sd_ppm > 0.0099).all()


def test_a_baseline_that_is_known_stays() -> None:
    blocks = blocks_at(TIME_S, MODEL_PPM - 0.005)
    misfit = misfit_of(blocks)
    assert corrected(misfit, blocks, MODEL_PPM, 0.1) is misfit


def test_each_sensor_has_a_baseline_of_its_own() -> None:
    time = np.concatenate([TIME_S, TIME_S])
    reading = np.concatenate([np.full(N, 0.004), np.full(N, -0.004)])
    blocks = blocks_at(time, reading, baseline_sd_ppm=0.004)
    better = corrected(misfit_of(blocks), blocks, np.zeros(2 * N), 0.1)
    assert np.abs(better.mean_ppm).max() < 0.002
