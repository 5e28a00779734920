"""Pooled figures are those of all scenes' pixels and plumes taken together."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cathartes.pipeline.pooled import SceneParts, pool_bins, pool_scores
from cathartes.simulate.evaluation import GasScore, SceneScore
from cathartes.simulate.outcomes import PlumeOutcome
from cathartes.simulate.pixels import GasPixels
from cathartes.simulate.score import ColumnError, Matching, SnrBin, column_error

NOTHING = np.empty(0)
NO_PIXELS = GasPixels("ammonia", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
NO_COLUMN = ColumnError(0, math.nan, math.nan, math.nan, math.nan, math.nan)


def score(matching: Matching, gas: str = "ammonia", *, said: str, auc: float) -> SceneScore:
    """Return the scores of a scene with one matched plume of ammonia."""
    counts = {("ammonia", said): 1}
    bins = (SnrBin(4.0, 6.0, 10, 0.5), SnrBin(6.0, math.inf, 0, math.nan))
    gases = (GasScore(gas, auc, 3.0, bins, NO_COLUMN),)
    return SceneScore(matching, 0.0, int(said == "ammonia"), 0, counts, 1e-4, gases)


def parts(
    scored: SceneScore,
    *pixels: GasPixels,
    n_pixels: int = 10,
    n_clean: int = 8,
    chance: tuple[float, ...] = (),
    limit: float = 0.1,
) -> SceneParts:
    """Return a scene with one plume of ammonia of which methanol is said."""
    plume = PlumeOutcome(("ammonia",), (9.0,), (True,), ("methanol",), 0.7)
    return SceneParts(n_pixels, n_clean, scored, (plume,), chance, limit, pixels)


def pixels(generator: np.random.Generator, n: int, sd: float) -> GasPixels:
    """Return pixels with errors of so many ppm m, honestly stated."""
    true = generator.uniform(10.0, 90.0, n)
    estimate = true + sd * generator.standard_normal(n)
    return replace(
        NO_PIXELS, snr=np.full(n, 9.0), score=np.full(n, 9.0), estimate_ppm_m=estimate,
        sd_ppm_m=np.full(n, sd), true_ppm_m=true,
    )  # fmt: skip


def test_bins_pool_by_pixels_not_by_scenes() -> None:
    few, many = SnrBin(4.0, 6.0, 10, 1.0), SnrBin(4.0, 6.0, 90, 0.0)
    empty = SnrBin(4.0, 6.0, 0, math.nan)
    assert pool_bins([(few,), (many,), (empty,), ()]) == (SnrBin(4.0, 6.0, 100, 0.1),)


def test_a_bin_without_pixels_has_no_probability() -> None:
    (one,) = pool_bins([(SnrBin(4.0, 6.0, 0, math.nan),)])
    assert math.isnan(one.detection_probability)


def test_counts_add_up_and_false_plumes_are_per_area() -> None:
    first = score(Matching(((1, 1),), (2,), (), (7, 8)), said="ammonia", auc=0.9)
    second = score(Matching(((1, 3),), (), (4,), ()), said="methanol", auc=0.7)
    pooled = pool_scores(
        [
            parts(first, n_pixels=400_000, n_clean=240_000, chance=(0.05, 0.002)),
            parts(second, n_pixels=100_000, n_clean=10_000),
        ]
    )
    assert (pooled.n_found, pooled.n_missed, pooled.n_invisible, pooled.n_false) == (2, 1, 1, 2)
    assert pooled.n_identified == 1
    assert pooled.confusion == {("ammonia", "ammonia"): 1, ("ammonia", "methanol"): 1}
    assert pooled.false_per_megapixel == pytest.approx(4.0)
    # They can only lie where no gas is.
    assert pooled.false_per_clean_megapixel == pytest.approx(8.0)
    assert pooled.plumes.main_right.of == 2
    assert [one.n_plumes for one in pooled.naming] == [0, 2, 0, 0, 0, 0]
    assert [level.n_false for level in pooled.chance] == [0, 1, 2]


def test_chance_is_not_judged_where_a_scan_does_not_state_its_limit() -> None:
    scored = score(Matching((), (), (), ()), said="ammonia", auc=0.8)
    pooled = pool_scores([parts(scored), parts(scored, limit=math.nan)])
    assert pooled.chance == ()


def test_columns_pool_as_if_all_pixels_were_of_one_scene() -> None:
    generator = np.random.default_rng(8)
    one, other = pixels(generator, 4000, 1.0), pixels(generator, 1000, 5.0)
    scored = score(Matching((), (), (), ()), said="ammonia", auc=0.8)
    pooled = pool_scores([parts(scored, one), parts(scored, other)])
    (gas,) = pooled.gases
    whole = column_error(
        np.concatenate([one.estimate_ppm_m, other.estimate_ppm_m]),
        np.concatenate([one.sd_ppm_m, other.sd_ppm_m]),
        np.concatenate([one.true_ppm_m, other.true_ppm_m]),
        np.ones(5000, dtype=bool),
    )
    assert gas.column == whole
    assert gas.auc == pytest.approx(0.8)
    # Gaussian errors: 68.3 % within one standard deviation, and 5000 pixels show it to 2 %.
    assert pooled.within_1_sd == pytest.approx(0.683, abs=0.02)
    assert pooled.within_2_sd == pytest.approx(0.954, abs=0.01)


def test_scenes_too_small_for_a_threshold_are_counted() -> None:
    """Their pixels are in no bin, and a table of the others must not stand for all."""
    large = score(Matching((), (), (), ()), said="ammonia", auc=0.8)
    small = replace(large, gases=(replace(large.gases[0], threshold=math.nan, detection=()),))
    pooled = pool_scores([parts(large, NO_PIXELS), parts(small, NO_PIXELS)])
    assert pooled.n_too_small == 1
    assert [one.n_pixels for one in pooled.detection] == [10, 0]


def test_without_layers_there_are_no_figures_of_pixels() -> None:
    pooled = pool_scores([parts(SceneScore(Matching((), (), (), ()), 0.0, 0, 0, {}, 1e-4, ()))])
    assert pooled.gases == ()
    assert pooled.detection == ()
    assert math.isnan(pooled.within_1_sd)
    assert math.isnan(pooled.mean_ratio)
    assert math.isnan(pooled.relative_rmse)


def test_relative_errors_do_not_hang_on_the_gases_sizes() -> None:
    """Two gases, a thousandfold apart in ppm m, both half their truth or one and a half."""
    half = np.array([0.5, 1.5])
    scored = score(Matching((), (), (), ()), said="ammonia", auc=0.8)
    each = (
        GasPixels(gas, NOTHING, NOTHING, np.full(2, 9.0), ppm_m * half, half, np.full(2, ppm_m))
        for gas, ppm_m in (("SF6", 0.1), ("methanol", 100.0))
    )
    pooled = pool_scores([parts(scored, *(replace(gas, score=gas.snr) for gas in each))])
    assert pooled.mean_ratio == pytest.approx(1.0)
    assert pooled.relative_rmse == pytest.approx(0.5)


def test_only_pixels_that_show_have_their_columns_compared() -> None:
    generator = np.random.default_rng(4)
    strong, weak = pixels(generator, 50, 1.0), pixels(generator, 70, 90.0)
    weak = replace(weak, snr=np.full(70, 3.9))
    scored = score(Matching((), (), (), ()), said="ammonia", auc=0.8)
    pooled = pool_scores([parts(scored, strong, weak)])
    assert pooled.gases[0].column.n_pixels == pooled.columns.n_pixels == 50
    assert pooled.mean_ratio == pytest.approx(pooled.columns.slope)
    assert pooled.within_1_sd == pytest.approx(pooled.columns.within_1_sd)
