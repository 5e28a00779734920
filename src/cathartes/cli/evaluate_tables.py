"""How well results fit the truth, for people and programs."""

from collections.abc import Iterator, Sequence
from math import isfinite

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.cli.scan_tables import column_text, significant
from cathartes.pipeline.evaluate import Evaluation, PlumeCompared, SceneEvaluation
from cathartes.pipeline.pooled import GasPooled, PooledScore
from cathartes.products.summary import PlumeShort
from cathartes.simulate.score import SnrBin


def comparison_table(scene: SceneEvaluation) -> Table:
    """Return what is in a scene beside what was found, the false plumes below."""
    table = Table(box=None, pad_edge=False)
    headings = ("in the scene", "best SNR", "found as", "prob.", "column [ppm m]", "true there")
    for heading in headings:
        left = heading in {"in the scene", "found as"}
        table.add_column(Text(heading), justify="left" if left else "right", overflow="fold")
    for plume in scene.plumes:
        table.add_row(*_compared_row(plume))
    for extra in scene.extra:
        said = Text(extra.found.chemical, style="green" if extra.holds_it else "red")
        words = "a further piece" if extra.holds_it else "not this, but other gas"
        table.add_row(*_unmatched_row(words, extra.found, said, ""))
    for false in scene.false:
        table.add_row(*_unmatched_row("nothing", false, Text(false.chemical, style="red"), "0"))
    return table


def _unmatched_row(
    words: str, found: PlumeShort, said: Text, true_ppm_m: str
) -> tuple[RenderableType, ...]:
    return (
        Text(words, style="dim"),
        "",
        said,
        "" if found.probability is None else f"{found.probability:.2f}",
        column_text(found.column_density_mean_ppm_m, found.column_density_sd_ppm_m),
        true_ppm_m,
    )


def _compared_row(plume: PlumeCompared) -> tuple[RenderableType, ...]:
    names = " + ".join(name for name, _ in plume.truth.gases)
    found = plume.found
    if found is None:
        why = "too weak to be found" if plume.truth.n_pixels else "hidden by others"
        told = Text("missed", "red") if plume.is_visible else Text(f"-  ({why})")
        return Text(names), f"{plume.truth.snr_max:.1f}", told, "", "", ""
    true_ppm_m = plume.column_density_true_ppm_m
    return (
        Text(names),
        f"{plume.truth.snr_max:.1f}",
        Text(found.chemical, "green" if plume.is_named else "yellow"),
        "" if found.probability is None else f"{found.probability:.2f}",
        column_text(found.column_density_mean_ppm_m, found.column_density_sd_ppm_m),
        "" if true_ppm_m is None else significant(true_ppm_m, 3),
    )


def pooled_sentence(pooled: PooledScore) -> str:
    """Return how many plumes were found, named and false, and how many more there are."""
    visible = pooled.n_found + pooled.n_missed
    mixture = ""
    if pooled.n_other_of_mixture:
        mixture = f", {pooled.n_other_of_mixture} after another gas of their mixture"
    extra = f" {pooled.n_extra} more where gas is." if pooled.n_extra else ""
    return (
        f"{pooled.n_found} of {visible} visible plumes found, {pooled.n_identified} of them "
        f"named rightly{mixture}, {pooled.n_false} false "
        f"({pooled.false_per_megapixel:.2g} per million pixels).{extra}"
    )


def evaluation_page(evaluation: Evaluation) -> Iterator[RenderableType]:
    """Yield what is printed of an evaluation."""
    pooled = evaluation.pooled
    for scene in evaluation.scenes:
        if len(evaluation.scenes) > 1:
            yield Text(scene.name, style="bold")
        yield comparison_table(scene)
        if scene.not_searched:
            yield Text(f"Not searched by the scan: {', '.join(scene.not_searched)}.")
    yield Text(pooled_sentence(pooled), style="bold")
    wrong = {pair: n for pair, n in pooled.confusion.items() if pair[0] != pair[1]}
    for (true, said), number in wrong.items():
        yield Text(f"{true} was called {said}: {number}")
    if not pooled.gases:
        return
    yield from _detection(pooled)
    yield Text("Column density [ppm m] of pixels with an optimal SNR of 4 and more:")
    yield gas_table(pooled.gases)
    yield Text(
        f"Of all pixels compared, {_percent(pooled.within_1_sd)} lie within one stated standard "
        f"deviation of the truth (68 % is right) and {_percent(pooled.within_2_sd)} within two "
        f"(95 %); the estimate is on average {_percent(pooled.mean_ratio)} of the truth, with a "
        f"root mean square error of {_percent(pooled.relative_rmse)} of it."
    )


def _detection(pooled: PooledScore) -> Iterator[RenderableType]:
    """Yield the detection of pixels, or why there is none."""
    probability = pooled.false_alarm_probability
    if not pooled.detection:
        yield Text(
            f"The scenes are too small to show a false-alarm probability of {probability:g}; "
            "give a greater --false-alarm-probability."
        )
        return
    yield Text(f"Pixels found at a false-alarm probability of {probability:g}:")
    yield detection_table(pooled)
    if pooled.n_too_small:
        yield Text(
            f"{pooled.n_too_small} of {pooled.n_scenes} scenes are too small to show it, and left "
            "out of this table."
        )


def detection_table(pooled: PooledScore) -> Table:
    """Return the detection of pixels by optimal SNR."""
    table = Table(box=None, pad_edge=False)
    for heading in ("optimal SNR", "pixels", "found"):
        table.add_column(Text(heading), justify="right")
    for one in pooled.detection:
        upper = f"to {one.snr_to:g}" if isfinite(one.snr_to) else "up"
        table.add_row(
            f"{one.snr_from:g} {upper}", str(one.n_pixels), _percent(one.detection_probability)
        )
    return table


def gas_table(gases: Sequence[GasPooled]) -> Table:
    """Return the error of each gas's column density."""
    table = Table(box=None, pad_edge=False)
    headings = ("gas", "scenes", "AUC", "pixels", "slope", "bias", "RMSE", "in 1 sd", "2 sd")
    for heading in headings:
        table.add_column(Text(heading), justify="left" if heading == "gas" else "right")
    for gas in gases:
        column = gas.column
        table.add_row(
            Text(gas.gas),
            str(gas.n_scenes),
            _number(gas.auc, ".4f"),
            str(column.n_pixels),
            _number(column.slope, ".3f"),
            _significant(column.bias_ppm_m),
            _significant(column.rmse_ppm_m),
            _percent(column.within_1_sd),
            _percent(column.within_2_sd),
        )
    return table


def pooled_dict(evaluation: Evaluation) -> dict[str, object]:
    """Return an evaluation as content for JSON."""
    pooled = evaluation.pooled
    return {
        "n_scenes": pooled.n_scenes,
        "n_pixels": pooled.n_pixels,
        "n_found": pooled.n_found,
        "n_missed": pooled.n_missed,
        "n_invisible": pooled.n_invisible,
        "n_false": pooled.n_false,
        "n_extra": pooled.n_extra,
        "false_per_megapixel": pooled.false_per_megapixel,
        "n_identified": pooled.n_identified,
        "n_other_of_mixture": pooled.n_other_of_mixture,
        "confusion": [
            {"true": true, "said": said, "count": count}
            for (true, said), count in pooled.confusion.items()
        ],
        "false_alarm_probability": pooled.false_alarm_probability,
        "detection": _bins(pooled.detection),
        "n_too_small": pooled.n_too_small,
        "within_1_sd": pooled.within_1_sd,
        "within_2_sd": pooled.within_2_sd,
        "mean_ratio": pooled.mean_ratio,
        "relative_rmse": pooled.relative_rmse,
        "gases": [
            {
                "gas": gas.gas,
                "n_scenes": gas.n_scenes,
                "auc": gas.auc,
                "detection": _bins(gas.detection),
                "column": gas.column,
            }
            for gas in pooled.gases
        ],
        "scenes": [_scene_dict(scene) for scene in evaluation.scenes],
    }


def _scene_dict(scene: SceneEvaluation) -> dict[str, object]:
    return {
        "name": scene.name,
        "plumes": [
            {
                "true_id": plume.truth.id,
                "true_gases": [{"name": n, "peak_ppm_m": peak} for n, peak in plume.truth.gases],
                "snr_max": plume.truth.snr_max,
                "is_visible": plume.is_visible,
                "is_named": plume.is_named,
                "column_density_true_ppm_m": plume.column_density_true_ppm_m,
                "found": None if plume.found is None else plume.found.model_dump(mode="json"),
            }
            for plume in scene.plumes
        ],
        "false": [plume.model_dump(mode="json") for plume in scene.false],
        "extra": [
            {"holds_it": extra.holds_it, "found": extra.found.model_dump(mode="json")}
            for extra in scene.extra
        ],
        "not_searched": scene.not_searched,
        "score": scene.score.to_dict(),
    }


def _bins(bins: Sequence[SnrBin]) -> list[dict[str, float | int]]:
    return [
        {
            "snr_from": one.snr_from,
            "snr_to": one.snr_to,
            "n_pixels": one.n_pixels,
            "probability": one.detection_probability,
        }
        for one in bins
    ]


def _number(value: float, form: str) -> str:
    return format(value, form) if isfinite(value) else "-"


def _significant(value: float) -> str:
    return significant(value if isfinite(value) else None, 3)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if isfinite(share) else "-"
