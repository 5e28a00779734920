"""Scores on cases small enough to count by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from cathartes.errors import InputError
from cathartes.simulate.evaluation import FoundPlume, GasLayers, evaluate_scene
from cathartes.simulate.score import (
    area_under_roc,
    column_error,
    confusion,
    detection_by_snr,
    false_alarm_threshold,
    match_plumes,
    outscoring,
)
from cathartes.simulate.truth import PlumeTruth, Truth


def test_the_threshold_lets_exactly_the_allowed_share_through():
    score = np.random.default_rng(0).permutation(1000).astype(float)
    clean = np.ones(1000, dtype=bool)
    threshold = false_alarm_threshold(score, clean, 0.01)
    assert (score > threshold).sum() == 10
    # Plume pixels and NaN do not move it.
    with_gas = np.concatenate([score, [5000.0, np.nan]])
    clean = np.concatenate([clean, [False, False]])
    assert false_alarm_threshold(with_gas, clean, 0.01) == threshold


def test_too_few_clean_pixels_are_refused():
    with pytest.raises(InputError, match=r"100 clean pixels can't show .* at least 10000"):
        false_alarm_threshold(np.zeros(100), np.ones(100, dtype=bool), 1e-4)


def test_detection_is_counted_by_bin():
    snr = np.array([1.0, 4.0, 5.9, 6.0, 7.0, 30.0])
    score = np.array([9.0, 9.0, 0.0, 9.0, 9.0, 0.0])
    bins = detection_by_snr(score, snr, 5.0)
    assert [b.n_pixels for b in bins] == [2, 2, 0, 0, 1]
    assert [b.detection_probability for b in bins][:2] == [0.5, 1.0]
    assert np.isnan(bins[2].detection_probability)
    assert bins[4].detection_probability == 0.0


def test_auc_by_counting_pairs():
    score = np.array([1.0, 3.0, 2.0, 2.0, np.nan])
    plume = np.array([False, True, True, False, False])
    # Pairs (plume over clean): 3>1, 3>2, 3>NaN, 2>1, 2=2 half, 2>NaN: 5.5 of 6.
    assert area_under_roc(score, plume, ~plume) == pytest.approx(5.5 / 6)
    assert np.isnan(area_under_roc(score, np.zeros(5, dtype=bool), ~plume))


def test_outscoring_is_what_ranks_give():
    """The form by ranks of all scores (Mann and Whitney 1947), on scores with many ties."""
    generator = np.random.default_rng(3)
    plume = generator.integers(0, 20, 300).astype(np.float32)
    clean = generator.integers(-9, 15, 4000).astype(np.float32)
    ranks = rankdata(np.concatenate([plume, clean]))
    above = ranks[:300].sum() - 300 * 301 / 2
    assert outscoring(plume, clean) == pytest.approx(above / (300 * 4000), rel=1e-12)


TRUE = np.zeros((6, 10), dtype=int)
TRUE[1:3, 1:4] = 1
TRUE[4, 1:4] = 2
TRUE[1:3, 6:8] = 3
SNR = np.where(TRUE > 0, 5.0, 0.0)
SNR[TRUE == 3] = 1.5


def test_found_missed_invisible_and_false_plumes():
    found = np.zeros_like(TRUE)
    found[1:3, 2:6] = 7
    found[5, 8] = 9
    matching = match_plumes(TRUE, SNR, found)
    assert matching.pairs == ((1, 7),)
    assert matching.missed == (2,)
    assert matching.invisible == (3,)
    assert matching.false == (9,)


def test_one_blob_over_the_whole_scene_finds_nothing():
    """A result that calls all pixels plume must not score: too little of it is gas."""
    few = np.where(TRUE == 2, 2, 0)
    matching = match_plumes(few, SNR, np.ones_like(TRUE))
    assert matching.pairs == ()
    assert matching.missed == (2,)
    assert matching.false == (1,)


def test_a_plume_in_two_pieces_is_found_once_and_no_piece_is_false():
    found = np.zeros_like(TRUE)
    found[1, 1:4], found[2, 1] = 1, 2
    matching = match_plumes(TRUE, SNR, found)
    assert matching.pairs == ((1, 1),)
    assert matching.false == ()
    assert matching.extra == (2,)


def test_a_plume_found_where_gas_is_too_thin_is_extra():
    """Neither found nor false; and what is found is always one of found, false and extra."""
    found = np.where(TRUE == 3, 4, 0)
    matching = match_plumes(TRUE, SNR, found)
    assert (matching.pairs, matching.false, matching.extra) == ((), (), (4,))


def test_shapes_must_agree():
    with pytest.raises(InputError, match="score a result of the same scene"):
        match_plumes(TRUE, SNR, np.zeros((2, 2), dtype=int))


def test_confusion_counts_what_was_said():
    found = np.where(TRUE > 0, TRUE, 0)
    matching = match_plumes(TRUE, SNR, found)
    counts = confusion(matching, {1: "a", 2: "a", 3: "b"}, {1: "a", 2: "c", 3: "b"})
    assert counts == {("a", "a"): 1, ("a", "c"): 1}


def test_column_errors_by_hand():
    estimate = np.array([12.0, 18.0, np.nan, 999.0])
    true = np.array([10.0, 20.0, 5.0, 1.0])
    sd = np.array([1.5, 1.5, 1.0, 1.0])
    error = column_error(estimate, sd, true, np.array([True, True, True, False]))
    assert error.n_pixels == 2
    assert error.bias_ppm_m == 0.0
    assert error.slope == pytest.approx((120.0 + 360.0) / 500.0)
    assert error.rmse_ppm_m == pytest.approx(2.0)
    assert (error.within_1_sd, error.within_2_sd) == (0.0, 1.0)
    assert column_error(estimate, sd, true, np.zeros(4, dtype=bool)).n_pixels == 0


def test_coverage_of_honest_errors_is_gaussian():
    """.683 and .954 of Gaussian errors lie within 1 and 2 standard deviations."""
    generator = np.random.default_rng(1)
    true = generator.uniform(0, 100, 20_000)
    error = column_error(
        true + generator.normal(0, 3, true.size), np.full(true.size, 3.0), true,
        np.ones(true.size, dtype=bool),
    )  # fmt: skip
    assert error.within_1_sd == pytest.approx(0.683, abs=0.01)
    assert error.within_2_sd == pytest.approx(0.954, abs=0.005)


def test_a_perfect_result_scores_full_marks_and_json_takes_it():
    shape = (120, 100)
    labels = np.zeros(shape, dtype=np.int32)
    labels[20:40, 10:60] = 1
    column = np.where(labels > 0, 50.0, 0.0).astype(np.float32)[None]
    snr = np.where(labels > 0, 10.0, 0.0).astype(np.float32)[None]
    plain = np.zeros(shape, dtype=np.float32)
    truth = Truth(
        ("a",), column, snr, labels, plain, plain, plain.astype(np.int16), ("soil",),
        (PlumeTruth(1, (("a", 50.0),), 30.0, 10.0, 300.0, None, 10.0, 1000),),
    )  # fmt: skip
    score = snr[0] + np.random.default_rng(0).normal(0, 0.1, shape)
    layers = {"a": GasLayers(score, column[0], np.ones(shape))}
    result = evaluate_scene(truth, labels, (FoundPlume(1, "a"),), layers, 1e-3)
    content = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert (content["n_found"], content["n_false"], content["n_identified"]) == (1, 0, 1)
    gas = content["gases"][0]
    assert gas["auc"] == 1.0
    assert gas["detection"][2] == {
        "snr_from": 8.0, "snr_to": 12.0, "n_pixels": 1000, "probability": 1.0,
    }  # fmt: skip
    assert gas["column"]["slope"] == pytest.approx(1.0)
    # Said otherwise, it is found and not identified; said nothing, it is missed.
    wrong = evaluate_scene(truth, labels, (FoundPlume(1, "b"),), {})
    assert wrong.n_identified == 0
    assert wrong.confusion == {("a", "b"): 1}
    assert evaluate_scene(truth, 0 * labels, (), {}).matching.missed == (1,)
    # Too few pixels for the false-alarm probability: no threshold, rather than a wrong one.
    assert (
        evaluate_scene(truth, labels, (FoundPlume(1, "a"),), layers, 1e-6).to_dict()["gases"][0][
            "threshold"
        ]
        is None
    )


def scene_truth(labels: np.ndarray, *plumes: PlumeTruth) -> Truth:
    """Return the truth of a scene in which gas a shows wherever there is a label."""
    column = np.where(labels > 0, 50.0, 0.0).astype(np.float32)[None]
    plain = np.zeros(labels.shape, dtype=np.float32)
    return Truth(
        ("a",), column, column / 5.0, labels.astype(np.int32), plain, plain,
        plain.astype(np.int16), ("soil",), plumes,
    )  # fmt: skip


def true_plume(number: int, n_pixels: int) -> PlumeTruth:
    """Return a plume of gas a."""
    snr_max = 10.0 if n_pixels else 0.0
    return PlumeTruth(number, (("a", 50.0),), 3.0, 1.0, 300.0, None, snr_max, n_pixels)


def test_a_plume_that_others_hide_counts_as_invisible():
    """Found, missed and invisible are all true plumes, even one that no pixel is labelled with."""
    labels = np.zeros((6, 10), dtype=int)
    labels[1:3, 1:4] = 1
    truth = scene_truth(labels, true_plume(1, 6), true_plume(2, 0))
    matching = evaluate_scene(truth, labels, (FoundPlume(1, "a"),), {}).matching
    assert (matching.pairs, matching.missed, matching.invisible) == (((1, 1),), (), (2,))


def test_a_result_that_contradicts_itself_is_refused():
    labels = np.where(TRUE == 1, 1, 0)
    truth = scene_truth(labels, true_plume(1, 6))
    with pytest.raises(InputError, match=r"holds plumes \[1\], and \[2\] are said to be found"):
        evaluate_scene(truth, labels, (FoundPlume(2, "a"),), {})
    short = GasLayers(np.zeros((6, 9)), np.zeros((6, 10)), np.ones((6, 10)))
    with pytest.raises(InputError, match=r"score of a has shape \(6, 9\), the truth \(6, 10\)"):
        evaluate_scene(truth, labels, (FoundPlume(1, "a"),), {"a": short})


def test_another_gas_of_a_mixture_is_told_from_a_wrong_name():
    labels = np.where(TRUE == 1, 1, 0)
    mixture = PlumeTruth(1, (("a", 50.0), ("b", 20.0)), 3.0, 1.0, 300.0, None, 10.0, 6)
    truth = scene_truth(labels)
    truth = replace(
        truth, gases=("a", "b"), snr=np.repeat(truth.snr, 2, axis=0), plumes=(mixture,),
        column_density_ppm_m=np.repeat(truth.column_density_ppm_m, 2, axis=0),
    )  # fmt: skip
    counts = [
        (score.n_identified, score.n_other_of_mixture)
        for score in (evaluate_scene(truth, labels, (FoundPlume(1, said),), {}) for said in "abc")
    ]
    assert counts == [(1, 0), (0, 1), (0, 0)]
