"""What ``cathartes evaluate`` says of figures that are known."""

import json
import math

import pytest
from rich.console import Console

from cathartes.cli.evaluate_json import pooled_dict
from cathartes.cli.evaluate_tables import evaluation_page, pooled_sentence
from cathartes.cli.json_output import to_json_value
from cathartes.errors import SettingsError
from cathartes.pipeline.evaluate import (
    Evaluation,
    ExtraPlume,
    PlumeCompared,
    SceneEvaluation,
    evaluate,
)
from cathartes.pipeline.pooled import GasPooled, PooledScore, SceneParts
from cathartes.products.summary import PlumeShort
from cathartes.simulate.evaluation import SceneScore
from cathartes.simulate.outcomes import PlumeOutcome, pool_plumes
from cathartes.simulate.pixels import ColumnFigures, PixelDetection
from cathartes.simulate.reliability import chance_reliability, name_reliability
from cathartes.simulate.score import ColumnError, Matching, SnrBin
from cathartes.simulate.truth import PlumeTruth

FOUND = PlumeShort(
    id=3, chemical="methanol", probability=0.7, expected_by_chance=0.1, snr_max=9.0, n_pixels=30,
    column_density_mean_ppm_m=120.0, column_density_sd_ppm_m=15.0, origin_line=4.5,
    origin_sample=5.5, origin_lon=None, origin_lat=None, flags=(),
)  # fmt: skip


def truth(number: int, snr_max: float) -> PlumeTruth:
    """Return a plume of ethanol."""
    return PlumeTruth(number, (("ethanol", 200.0),), 4.5, 5.5, 295.0, None, snr_max, 40)


COUNTS = {("ethanol", "methanol"): 1}
SCORE = SceneScore(Matching(((1, 3),), (2,), (), (4,), (5, 6)), 1.0, 0, 1, COUNTS, 1e-4, ())
OUTCOMES = (
    PlumeOutcome(("ethanol",), (12.0,), (True,), ("methanol",), 0.7),
    PlumeOutcome(("ethanol",), (5.0,), (True,)),
    PlumeOutcome(("hexane",), (9.0,), (False,), ("unknown",), 0.9, is_unknown=True),
)
BINS = (SnrBin(4.0, 6.0, 20, 0.25), SnrBin(6.0, math.inf, 0, math.nan))
EVALUATION = Evaluation(
    scenes=(
        SceneEvaluation(
            "yard",
            (PlumeCompared(truth(1, 12.0), FOUND, True, False, None),
             PlumeCompared(truth(2, 5.0), None, True, False, None)),
            (FOUND.model_copy(update={"id": 4, "chemical": "R-22"}),),
            (ExtraPlume(FOUND.model_copy(update={"id": 5, "chemical": "ethanol"}), True),
             ExtraPlume(FOUND.model_copy(update={"id": 6, "chemical": "R-32"}), False)),
            ("hexane",), SceneParts(250_000, 200_000, SCORE, OUTCOMES, (0.1,), 0.1, ()),
        ),
    ),
    pooled=PooledScore(
        1, 250_000, 1, 1, 0, 1, 2, 0, 1, COUNTS, 1e-4,
        BINS, 1, 0.6, 0.9, 0.87, 0.3,
        (GasPooled("ethanol", 1, 0.95, (), ColumnError(20, -3.0, 0.9, 12.0, 0.6, 0.9)),),
        n_clean_pixels=200_000,
        pixels=PixelDetection(400_000, 5.25, (SnrBin(4.0, 6.0, 20, 0.4), BINS[1]), 0.9712),
        columns=ColumnFigures(20, 3, 0.87, 0.9, 0.96, 8, 0.9, 18, 0.21, 12, 0.6, 0.9),
        plumes=pool_plumes(OUTCOMES),
        naming=name_reliability(OUTCOMES),
        chance=chance_reliability((0.1,), (0.1,)),
    ),
)  # fmt: skip


def page() -> str:
    console = Console(width=80)
    with console.capture() as capture:
        for part in evaluation_page(EVALUATION):
            console.print(part)
    return capture.get()


def test_found_wrongly_named_missed_and_false_are_told_apart() -> None:
    lines = page().splitlines()
    assert any("ethanol" in x and "12.0" in x and "methanol" in x for x in lines)
    assert any("ethanol" in x and "5.0" in x and "missed" in x for x in lines)
    assert any("nothing" in x and "R-22" in x for x in lines)
    assert any("a further piece" in x and "ethanol" in x for x in lines)
    assert any("not this, but other gas" in x and "R-32" in x for x in lines)
    assert "ethanol was called methanol: 1" in lines
    assert "Not searched by the scan: hexane." in lines


def test_a_result_that_is_given_twice_would_count_twice() -> None:
    with pytest.raises(SettingsError, match=r"\./one: is given twice"):
        evaluate([("one", "scene"), ("two", "scene"), ("./one", "scene")])


def test_the_sentence_counts() -> None:
    assert pooled_sentence(EVALUATION.pooled) == (
        "1 of 2 visible plumes found, 0 of them named rightly, 1 after another gas of "
        "their mixture, 1 false (5 per million pixels without gas). "
        "2 more where gas is."
    )


def test_figures_of_pixels_keep_their_units() -> None:
    text = page()
    assert "Column density [ppm m] of pixels" in text
    assert "25.0 %" in text
    assert "6 up" in text
    text = " ".join(text.split())
    assert "1 of 1 scenes are too small to show it, and left out" in text
    assert "on average 87.0 % of the truth" in text
    assert "3 more have no estimate" in text
    assert "21.0 % above an SNR of 8" in text
    assert "optical depth below 0.1: 0.960 (8 pixels)" in text


def test_a_table_says_which_threshold_it_uses() -> None:
    lines = page().splitlines()
    assert "with one threshold for all gases and scenes (5.25)" in " ".join(page().split())
    assert "(a pixel counts once for each gas in it)" in " ".join(page().split())
    row = next(line.split() for line in lines if line.strip().startswith("4 to 6 ") and "%" in line)
    assert row == ["4", "to", "6", "20", "40.0", "%", "25.0", "%"]
    assert "0.9712 (area under the curve)" in " ".join(page().split())


def test_plumes_by_strength_and_their_names_are_told() -> None:
    text = " ".join(page().split())
    # SNR, plumes, found, main gas named, of gases not searched, found
    assert "12 to 20 1 1 0 0 0" in text
    assert "8 to 12 0 0 0 1 1" in text
    assert (
        "main gas named first 0 of 1, called unknown 0 of 1, of gases not searched called" in text
    )
    assert "called unknown 1 of 1." in text
    # What there is none of is not told.
    assert "mixture named" not in text
    assert "2 to 4" not in text


def test_stated_probabilities_stand_beside_what_came() -> None:
    text = " ".join(page().split())
    assert "0.5 to 0.8 1 70.0 % 0.0 %" in text
    assert "0.9 to 0.95 1 90.0 % 100.0 %" in text
    assert "up to 0.1 0.1 1" in text


def test_json_has_null_for_what_is_not_known() -> None:
    told = json.loads(json.dumps(to_json_value(pooled_dict(EVALUATION)), allow_nan=False))
    assert told["detection"][1] == {
        "snr_from": 6.0, "snr_to": None, "n_pixels": 0, "probability": None,
    }  # fmt: skip
    assert told["scenes"][0]["plumes"][1]["found"] is None
    assert told["gases"][0]["column"]["slope"] == 0.9
    assert told["pixels"]["threshold"] == 5.25
    assert told["columns"]["n_without"] == 3
    assert told["names"]["foreign_unknown"] == {"count": 1, "of": 1, "share": 1.0}
    assert told["names"]["all_named"] == {"count": 0, "of": 0, "share": None}
    assert told["plumes_by_snr"][-1]["snr_to"] is None
    assert told["false_by_chance"][2] == {
        "expected_by_chance": 0.1, "n_stated": 0.1, "n_false": 1,
    }  # fmt: skip


def test_json_keeps_every_member_it_had() -> None:
    """The contract: members may be added, none taken away or given another meaning."""
    told = to_json_value(pooled_dict(EVALUATION))
    assert isinstance(told, dict)
    assert set(told) >= {
        "n_scenes", "n_pixels", "n_found", "n_missed", "n_invisible", "n_false", "n_extra",
        "false_per_megapixel", "n_identified", "n_other_of_mixture", "confusion",
        "false_alarm_probability", "detection", "n_too_small", "within_1_sd", "within_2_sd",
        "mean_ratio", "relative_rmse", "gases", "scenes",
    }  # fmt: skip
    assert told["false_per_megapixel"] == 4.0
