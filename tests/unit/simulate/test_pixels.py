"""Pixels pooled over gases and scenes are judged by loops over single pixels."""

import math

import numpy as np
import pytest

from cathartes.simulate.evaluation import GasLayers
from cathartes.simulate.pixels import GasPixels, gas_pixels, pool_columns, pool_detection
from cathartes.simulate.score import SNR_EDGES
from cathartes.simulate.truth import PlumeTruth, Truth


def part(generator: np.random.Generator, n: int, absorption: float = 1e-3) -> GasPixels:
    """Return a gas whose estimates err by half, some of them missing."""
    true = generator.uniform(1.0, 2000.0, n)
    estimate = true * generator.normal(1.1, 0.5, n)
    estimate[::7] = np.nan
    snr = generator.uniform(0.0, 30.0, n)
    return GasPixels(
        "ammonia",
        clean_score=np.round(generator.normal(0.0, 2.0, 500), 1),
        score=np.round(snr + generator.normal(0.0, 2.0, n), 1),
        snr=snr,
        estimate_ppm_m=estimate,
        sd_ppm_m=0.5 * true,
        true_ppm_m=true,
        absorption_per_ppm_m=absorption,
    )


@pytest.fixture
def parts() -> list[GasPixels]:
    generator = np.random.default_rng(5)
    return [part(generator, 300), part(generator, 150, 1e-5), part(generator, 90, math.nan)]


def test_one_threshold_is_exceeded_by_the_asked_share_of_all_clean_scores(
    parts: list[GasPixels],
) -> None:
    """Rationale: of 1500 clean scores with ties, 15 may exceed it: 15 or, by ties, fewer."""
    pooled = pool_detection(parts, 0.01)
    clean = sorted((float(c) for p in parts for c in p.clean_score), reverse=True)
    assert pooled.n_clean == len(clean) == 1500
    assert pooled.threshold == clean[15]
    for i, one in enumerate(pooled.bins):
        low, high = SNR_EDGES[i], SNR_EDGES[i + 1]
        pixels = [(s, q) for p in parts for s, q in zip(p.score, p.snr, strict=True)]
        inside = [s > pooled.threshold for s, q in pixels if low <= q < high]
        assert one.n_pixels == len(inside)
        assert one.detection_probability == pytest.approx(sum(inside) / len(inside))


def test_the_area_under_the_curve_counts_pairs_of_all_gases(parts: list[GasPixels]) -> None:
    clean = [c for p in parts for c in p.clean_score]
    plume = [s for p in parts for s, q in zip(p.score, p.snr, strict=True) if q > 2.0]
    won = sum((s > c) + 0.5 * (s == c) for s in plume for c in clean)
    assert pool_detection(parts, 0.01).auc == pytest.approx(won / (len(plume) * len(clean)))


def test_too_few_clean_scores_give_no_threshold(parts: list[GasPixels]) -> None:
    pooled = pool_detection(parts, 1e-4)
    assert math.isnan(pooled.threshold)
    assert pooled.bins == ()
    assert pooled.auc > 0.5


def test_columns_are_pooled_in_parts_of_each_pixels_truth(parts: list[GasPixels]) -> None:
    pooled = pool_columns(parts)
    pixels = [
        (e / t, s / t, q, t * p.absorption_per_ppm_m)
        for p in parts
        for e, s, t, q in zip(p.estimate_ppm_m, p.sd_ppm_m, p.true_ppm_m, p.snr, strict=True)
        if q >= 4.0
    ]
    known = [pixel for pixel in pixels if not math.isnan(pixel[0])]
    ratio = [r for r, *_ in known]
    thin = [r for r, _, _, depth in known if depth < 0.1]
    to_dense = [r for r, _, _, depth in known if depth <= 1.0]
    strong = [(r - 1) ** 2 for r, _, q, _ in known if q > 8.0]
    assert (pooled.n_pixels, pooled.n_without) == (len(known), len(pixels) - len(known))
    assert (pooled.n_thin, pooled.n_to_dense, pooled.n_strong) == (
        len(thin), len(to_dense), len(strong),
    )  # fmt: skip
    assert pooled.slope == pytest.approx(sum(ratio) / len(ratio))
    assert pooled.median_ratio == pytest.approx(sorted(ratio)[len(ratio) // 2], rel=0.02)
    assert pooled.slope_thin == pytest.approx(sum(thin) / len(thin))
    assert pooled.slope_to_dense == pytest.approx(sum(to_dense) / len(to_dense))
    assert pooled.relative_rmse_strong == pytest.approx(math.sqrt(sum(strong) / len(strong)))
    for share, factor in ((pooled.within_1_sd, 1), (pooled.within_2_sd, 2)):
        inside = [abs(r - 1) <= factor * s for r, s, *_ in known]
        assert share == pytest.approx(sum(inside) / len(inside))


def test_a_gas_of_unknown_absorption_is_neither_thin_nor_dense() -> None:
    pooled = pool_columns([part(np.random.default_rng(2), 50, math.nan)])
    assert (pooled.n_thin, pooled.n_to_dense) == (0, 0)
    assert pooled.n_pixels > 0
    assert math.isnan(pooled.slope_thin)


def test_nothing_has_no_figures() -> None:
    columns, detection = pool_columns([]), pool_detection([], 1e-4)
    assert (columns.n_pixels, detection.n_clean) == (0, 0)
    assert math.isnan(columns.slope)
    assert math.isnan(columns.relative_rmse_strong)
    assert math.isnan(detection.auc)


def test_a_gas_is_judged_where_it_is_and_where_no_gas_is() -> None:
    column = np.zeros((2, 1, 4), np.float32)
    column[0, 0, 1], column[1, 0, 2] = 5.0, 7.0
    labels = np.array([[0, 1, 2, 0]], np.int32)
    image = np.zeros((1, 4), np.float32)
    plumes = tuple(
        PlumeTruth(i, ((gas, 5.0),), 0.5, 0.5, 295.0, None, 9.0, 1)
        for i, gas in ((1, "ammonia"), (2, "SF6"))
    )
    truth = Truth(
        ("ammonia", "SF6"), column, 2 * column, labels, image, image, image.astype(np.int16),
        ("grass",), plumes,
    )  # fmt: skip
    score = np.array([[1.0, 2.0, 3.0, 4.0]], np.float32)
    taken = gas_pixels(truth, "SF6", GasLayers(score, 10 * score, 100 * score), 1e-3)
    assert taken.clean_score.tolist() == [1.0, 4.0]
    assert (taken.score.tolist(), taken.snr.tolist()) == ([3.0], [14.0])
    assert (taken.estimate_ppm_m.tolist(), taken.true_ppm_m.tolist()) == ([30.0], [7.0])
