"""Peaks and hills against plain loops; the law of chance peaks against known laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import uniform_filter

from cathartes.detect.chance import (
    RECURRENCE,
    ChanceLaw,
    find_peaks,
    fit_chance,
    hill_tops,
    recurs,
)

NAN = np.nan


@given(seed=st.integers(0, 1000), gaps=st.sampled_from([0.0, 0.4]))
def test_peaks_are_the_greatest_of_their_squares(seed, gaps):
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1, (13, 17)).astype(np.float32)
    score[rng.random(score.shape) < gaps] = NAN
    line, sample = find_peaks(score)
    expected = {
        (i, j)
        for i, j in np.argwhere(np.isfinite(score)).tolist()
        if score[i, j] == np.nanmax(score[max(i - 4, 0) : i + 5, max(j - 4, 0) : j + 5])
    }
    assert set(zip(line.tolist(), sample.tolist(), strict=True)) == expected
    assert (np.diff(score[line, sample]) <= 0).all()


def test_a_scene_without_values_has_no_peaks():
    line, sample = find_peaks(np.full((4, 5), NAN, np.float32))
    assert line.size == sample.size == 0


def flood(both, start, level):
    """Pixels joined to the start, corners included, all at least as high as the level."""
    hill, todo = {start}, [start]
    while todo:
        i, j = todo.pop()
        for a, b in np.ndindex(3, 3):
            p = (i + a - 1, j + b - 1)
            inside = 0 <= p[0] < both.shape[0] and 0 <= p[1] < both.shape[1]
            if inside and p not in hill and both[p] >= level:
                hill.add(p)
                todo.append(p)
    return hill


@given(seed=st.integers(0, 1000), width=st.sampled_from([1, 3]))
def test_hill_tops_are_those_of_a_flood_fill(seed, width):
    """The foot is 0.6 of the peak or the scene's 90 % quantile if that is higher (but not above the
    peak), rounded down to a power of 1.25, and at least 1."""
    rng = np.random.default_rng(seed)
    gas, decoy = (
        uniform_filter(rng.gamma(2.0, 1.5, (20, 22)).astype(np.float32), width) for _ in range(2)
    )
    both = np.maximum(gas, decoy)
    line, sample = find_peaks(both)
    gas_top, decoy_top = hill_tops(gas, decoy, line, sample)
    lowest = np.quantile(both, 0.9)
    for k, start in enumerate(zip(line.tolist(), sample.tolist(), strict=True)):
        foot = max(0.6 * both[start], min(lowest, both[start]), 1.0)
        foot = 1.25 ** np.floor(np.log(foot) / np.log(1.25))
        hill = flood(both, start, foot)
        assert gas_top[k] == max(gas[p] for p in hill)
        assert decoy_top[k] == max(decoy[p] for p in hill)


def test_hills_of_a_crowded_image_stay_apart():
    """The highest of many signatures is nowhere low: 0.6 of a peak would join all its hills."""
    rng = np.random.default_rng(5)
    gas, decoy = (np.abs(rng.standard_normal((40, 60, 60))).max(axis=0) for _ in range(2))
    both = np.maximum(gas, decoy)
    line, sample = find_peaks(both)
    gas_top, decoy_top = hill_tops(gas.astype(np.float32), decoy.astype(np.float32), line, sample)
    is_top = both[line, sample] >= np.maximum(gas_top, decoy_top).astype(float) - 1e-4
    assert is_top.mean() > 0.3


def test_a_decoy_on_the_shoulder_of_a_gas_is_on_its_hill():
    gas = np.array([[1, 1, 9, 8, 7, 1, 1]], np.float32)
    decoy = np.array([[0, 0, 1, 1, 1, 0, 6]], np.float32)
    line, sample = np.array([0, 0]), np.array([2, 6])
    gas_top, decoy_top = hill_tops(gas, decoy, line, sample)
    assert gas_top.tolist() == [9, 1]
    assert decoy_top.tolist() == [1, 6]


@given(seed=st.integers(0, 1000), n=st.integers(1, 40))
def test_recurrence_is_that_of_a_double_loop(seed, n):
    """Four or more other hills of the same gas or decoy, at least 0.75 times as high."""
    rng = np.random.default_rng(seed)
    height = rng.choice(np.float32([1, 2, 3, 4, 5, 6, 8]), n)
    winner = rng.integers(-3, 3, n).astype(np.int16)
    is_top = rng.random(n) < 0.7
    expected = [
        sum(
            k != i and winner[k] == winner[i] and is_top[k] and height[k] >= 0.75 * height[i]
            for k in range(n)
        )
        >= RECURRENCE
        for i in range(n)
    ]
    assert recurs(height, winner, is_top).tolist() == expected


peak_lists = st.lists(st.floats(0.5, 60.0, width=32), min_size=0, max_size=120)


@given(peaks=peak_lists, decoys=st.integers(1, 4), a=st.floats(0.0, 80.0), b=st.floats(0.0, 80.0))
def test_higher_scores_are_expected_less_often(peaks, decoys, a, b):
    law = fit_chance(np.array(peaks, np.float32), decoys)
    low, high = sorted((a, b))
    assert law.expected(low) >= law.expected(high) > 0


@given(peaks=peak_lists, decoys=st.integers(1, 4), a=st.floats(1e-6, 50), b=st.floats(1e-6, 50))
def test_fewer_by_chance_asks_for_a_higher_score(peaks, decoys, a, b):
    law = fit_chance(np.array(peaks, np.float32), decoys)
    few, many = sorted((a, b))
    assert law.score_for(few) >= law.score_for(many)


@given(peaks=peak_lists, decoys=st.integers(1, 4), share=st.floats(1e-6, 0.999))
def test_the_score_for_a_number_is_the_inverse_of_the_number(peaks, decoys, share):
    """In the tail; 1e-6 is what (…)^(-1/ξ) makes of double precision at ξ = 0.01."""
    law = fit_chance(np.array(peaks, np.float32), decoys)
    wanted = share * law.n_tail / decoys
    assert law.expected(law.score_for(wanted)) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("n_peaks", [0, 1, 3, 10])
@pytest.mark.parametrize("decoys", [1, 2, 3])
def test_a_scene_with_few_peaks_is_not_searched_below_five(n_peaks, decoys):
    """Default settings (0.5 by chance): a handful of low peaks must not set a low threshold."""
    law = fit_chance(np.linspace(1.0, 2.5, n_peaks).astype(np.float32), decoys)
    assert law.score_for(0.5) >= 5.0
    assert not law.measured


@pytest.mark.parametrize("n_peaks", [11, 40, 500])
def test_a_law_is_called_measured_from_eleven_peaks_on(n_peaks):
    assert fit_chance(np.linspace(1.0, 9.0, n_peaks).astype(np.float32), 2).measured


def test_few_but_high_peaks_raise_the_threshold():
    law = fit_chance(np.float32([2, 3, 30]), 2)
    assert law.score_for(0.5) >= 30.0


def pareto(rng, n, shape, scale=1.0, start=0.0):
    """Draws of the generalised Pareto law by inverting 1-F = (1 + ξ x/β)^(-1/ξ)."""
    return (start + scale / shape * (rng.random(n) ** -shape - 1.0)).astype(np.float32)


@pytest.mark.parametrize("shape", [0.3, 0.35])
def test_the_fit_finds_the_law_that_peaks_were_drawn_from(shape):
    """400 tail peaks of 4000, 150 times over.

    The tail above u of a Pareto law is one of the same ξ, with β + ξu. Hosking & Wallis 1987 give
    n var(ξ) = (1+k)(2+k)²(1+k+2k²)/((1+2k)(3+2k)), k = -ξ; the prior (50 peaks at 0.2) shrinks
    deviation and bias by 400/450. Tolerance: 4 standard errors; deviations within 15 % plus 4 of
    theirs, the formula being a limit for many peaks. The mean excess is (β + ξu)/(1-ξ) whatever
    the prior does to ξ; its standard error over 150 scenes is 0.5 %.
    """
    rng = np.random.default_rng(17)
    laws = [fit_chance(pareto(rng, 4000, shape), 2) for _ in range(150)]
    found = np.array([law.shape for law in laws])
    k, weight = -shape, 400 / 450
    variance = (1 + k) * (2 + k) ** 2 * (1 + k + 2 * k**2) / ((1 + 2 * k) * (3 + 2 * k)) / 400
    expected_sd = weight * np.sqrt(variance)
    assert {law.n_tail for law in laws} == {400}
    assert found.mean() == pytest.approx(
        weight * shape + (1 - weight) * 0.2, abs=4 * expected_sd / np.sqrt(150) + 0.005
    )
    assert found.std() == pytest.approx(expected_sd, rel=0.15 + 4 / np.sqrt(300))
    excess = np.mean([law.scale / (1 - law.shape) for law in laws])
    true = np.mean([(1 + shape * law.threshold) / (1 - shape) for law in laws])
    assert excess == pytest.approx(true, rel=0.02)


@pytest.mark.parametrize("decoys", [1, 2, 3])
def test_the_number_expected_is_the_number_drawn(decoys):
    """At scores far beyond the highest tenth the law must give what fresh draws give.

    2000 peaks a scene, 60 scenes; score where 2 peaks in 2000 lie above. The number foreseen for
    the gases is 2 / K; between scenes it varies by about a half, so 4 standard errors of 60
    scenes are 26 %.
    """
    rng = np.random.default_rng(23)
    shape = 0.3
    score = (1e-3**-shape - 1.0) / shape
    foreseen = np.mean(
        [fit_chance(pareto(rng, 2000, shape), decoys).expected(score) for _ in range(60)]
    )
    assert foreseen == pytest.approx(2.0 / decoys, rel=0.26)


def test_a_light_tail_is_not_believed():
    """Thirty peaks of noise say nothing of the rare surface that none of them met."""
    law = fit_chance(np.linspace(1.0, 3.0, 500).astype(np.float32), 2)
    assert law.shape == pytest.approx(0.2)
    assert law.expected(3.2) > 0


def test_equal_peaks_do_not_break_the_fit():
    law = fit_chance(np.full(100, 3.0, np.float32), 2)
    assert law.scale > 0
    assert 0 < law.expected(4.0) < 1e-3
    assert law.score_for(0.5) >= 3.0


def test_below_the_threshold_peaks_are_counted():
    law = ChanceLaw(np.arange(1.0, 101.0), 2, 90.0, 5.0, 0.1, 10)
    assert law.expected(51.0) == 50 / 2
    assert law.score_for(25.0) == 51.0
