"""What ``cathartes evaluate`` says of figures that are known."""

import json
import math

from rich.console import Console

from cathartes.cli.evaluate_tables import evaluation_page, pooled_dict, pooled_sentence
from cathartes.cli.json_output import to_json_value
from cathartes.pipeline.evaluate import Evaluation, ExtraPlume, PlumeCompared, SceneEvaluation
from cathartes.pipeline.pooled import GasPooled, PooledScore
from cathartes.products.summary import PlumeShort
from cathartes.simulate.evaluation import SceneScore
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
EVALUATION = Evaluation(
    scenes=(
        SceneEvaluation(
            "yard", 250_000,
            (PlumeCompared(truth(1, 12.0), FOUND, True, False, None),
             PlumeCompared(truth(2, 5.0), None, True, False, None)),
            (FOUND.model_copy(update={"id": 4, "chemical": "R-22"}),),
            (ExtraPlume(FOUND.model_copy(update={"id": 5, "chemical": "ethanol"}), True),
             ExtraPlume(FOUND.model_copy(update={"id": 6, "chemical": "R-32"}), False)),
            ("hexane",), SCORE, (),
        ),
    ),
    pooled=PooledScore(
        1, 250_000, 1, 1, 0, 1, 2, 0, 1, COUNTS, 1e-4,
        (SnrBin(4.0, 6.0, 20, 0.25), SnrBin(6.0, math.inf, 0, math.nan)), 1, 0.6, 0.9, 0.87, 0.3,
        (GasPooled("ethanol", 1, 0.95, (), ColumnError(20, -3.0, 0.9, 12.0, 0.6, 0.9)),),
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


def test_the_sentence_counts() -> None:
    assert pooled_sentence(EVALUATION.pooled) == (
        "1 of 2 visible plumes found, 0 of them named rightly, 1 after another gas of "
        "their mixture, 1 false (4 per million pixels). "
        "2 more where gas is."
    )


def test_figures_of_pixels_keep_their_units() -> None:
    text = page()
    assert "Column density [ppm m] of pixels" in text
    assert "25.0 %" in text
    assert "6 up" in text
    assert "1 of 1 scenes are too small to show it, and left out" in text
    assert "on average 87.0 % of the truth" in " ".join(text.split())


def test_json_has_null_for_what_is_not_known() -> None:
    told = json.loads(json.dumps(to_json_value(pooled_dict(EVALUATION)), allow_nan=False))
    assert told["detection"][1] == {
        "snr_from": 6.0, "snr_to": None, "n_pixels": 0, "probability": None,
    }  # fmt: skip
    assert told["scenes"][0]["plumes"][1]["found"] is None
    assert told["gases"][0]["column"]["slope"] == 0.9
