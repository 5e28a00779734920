"""How well results fit the truth, for people."""

from collections.abc import Iterator, Sequence
from math import isfinite

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.cli.scan_tables import column_text, significant
from cathartes.pipeline.evaluate import Evaluation, PlumeCompared, SceneEvaluation
from cathartes.pipeline.pooled import GasPooled, PooledScore
from cathartes.products.summary import PlumeShort
from cathartes.simulate.outcomes import NAMED_SNR, PlumeFigures
from cathartes.simulate.pixels import STRONG_SNR, THIN_DEPTH
from cathartes.simulate.score import VISIBLE_SNR


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
        f"({pooled.false_per_clean_megapixel:.2g} per million pixels without gas).{extra}"
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
    if pooled.n_found + pooled.n_missed:
        yield Text("Plumes by their greatest optimal SNR:")
        yield plume_table(pooled.plumes)
        yield Text(names_sentence(pooled.plumes))
    yield from _reliability(pooled)
    if not pooled.gases:
        return
    yield from _detection(pooled)
    yield Text("Column density [ppm m] of pixels with an optimal SNR of 4 and more:")
    yield gas_table(pooled.gases)
    yield Text(columns_sentence(pooled))


def plume_table(plumes: PlumeFigures) -> Table:
    """Return how many plumes were found and named; foreign ones are of gases not searched."""
    foreign = any(one.n_foreign for one in plumes.bins)
    table = Table(box=None, pad_edge=False)
    headings = ("SNR", "plumes", "found", "main gas named", "not searched", "found")
    for heading in headings[: 6 if foreign else 4]:
        table.add_column(Text(heading), justify="right")
    for one in plumes.bins:
        if not one.n_plumes + one.n_foreign:
            continue
        counts = (one.n_plumes, one.n_found, one.n_main_right, one.n_foreign, one.n_foreign_found)
        shown = counts[: 5 if foreign else 3]
        table.add_row(_range(one.snr_from, one.snr_to), *(str(count) for count in shown))
    return table


def names_sentence(plumes: PlumeFigures) -> str:
    """Return how found plumes of some strength were named."""
    figures = (
        ("main gas named first", plumes.main_right),
        ("called unknown", plumes.called_unknown),
        ("all gases of a mixture named", plumes.all_named),
        ("of gases not searched called unknown", plumes.foreign_unknown),
    )
    told = [f"{words} {share.count} of {share.of}" for words, share in figures if share.of]
    listed = ", ".join(told) or "there is none"
    return f"Of found plumes with an SNR of {NAMED_SNR:g} and more: {listed}."


def _reliability(pooled: PooledScore) -> Iterator[RenderableType]:
    """Yield whether stated probabilities came true."""
    if any(one.n_plumes for one in pooled.naming):
        table = Table(box=None, pad_edge=False)
        for heading in ("stated probability of the name", "plumes", "mean", "right"):
            table.add_column(Text(heading), justify="right")
        for one in pooled.naming:
            if not one.n_plumes:
                continue
            table.add_row(
                f"{one.stated_from:g} to {one.stated_to:g}",
                str(one.n_plumes),
                _percent(one.mean_stated),
                _percent(one.share_right),
            )
        yield table
    if pooled.chance:
        table = Table(box=None, pad_edge=False)
        for heading in ("by chance in a scene", "stated, all scenes", "false plumes"):
            table.add_column(Text(heading), justify="right")
        for level in pooled.chance:
            table.add_row(
                f"up to {level.expected_by_chance:g}", f"{level.n_stated:.2g}", str(level.n_false)
            )
        yield table


def _detection(pooled: PooledScore) -> Iterator[RenderableType]:
    """Yield the detection of pixels, or why there is none."""
    probability = pooled.false_alarm_probability
    if not pooled.pixels.bins:
        yield Text(
            f"The scenes are too small to show a false-alarm probability of {probability:g}; "
            "give a greater --false-alarm-probability."
        )
        return
    yield Text(
        f"Pixels found at a false-alarm probability of {probability:g}, with one threshold for all "
        f"gases and scenes ({pooled.pixels.threshold:.3g}), and with each gas's own in each scene "
        "(a pixel counts once for each gas in it):"
    )
    yield detection_table(pooled)
    if pooled.n_too_small:
        yield Text(
            f"{pooled.n_too_small} of {pooled.n_scenes} scenes are too small to show it, and left "
            "out where each has its own threshold."
        )
    yield Text(
        f"A pixel with an optimal SNR above {VISIBLE_SNR:g} outscores one without gas with a "
        f"probability of {_number(pooled.pixels.auc, '.4f')} (area under the curve)."
    )


def detection_table(pooled: PooledScore) -> Table:
    """Return the detection of pixels by optimal SNR."""
    own = {one.snr_from: one for one in pooled.detection}
    table = Table(box=None, pad_edge=False)
    for heading in ("optimal SNR", "pixels", "one threshold", "each its own"):
        table.add_column(Text(heading), justify="right")
    for one in pooled.pixels.bins:
        at_own = own.get(one.snr_from)
        table.add_row(
            _range(one.snr_from, one.snr_to),
            str(one.n_pixels),
            _percent(one.detection_probability),
            "-" if at_own is None else _percent(at_own.detection_probability),
        )
    return table


def _range(low: float, high: float) -> str:
    return f"{low:g} to {high:g}" if isfinite(high) else f"{low:g} up"


def columns_sentence(pooled: PooledScore) -> str:
    """Return how right the column densities are, each pixel in parts of its truth."""
    columns = pooled.columns
    thin = "no pixel is known to be of one"
    if columns.n_thin:
        thin = f"{_number(columns.slope_thin, '.3f')} ({columns.n_thin} pixels)"
    missing = f"; {columns.n_without} more have no estimate" if columns.n_without else ""
    return (
        f"Of all {columns.n_pixels} pixels compared{missing}, {_percent(pooled.within_1_sd)} lie "
        "within one stated standard deviation of the truth (68 % is right) and "
        f"{_percent(pooled.within_2_sd)} within two (95 %); the estimate is on average "
        f"{_percent(pooled.mean_ratio)} of the truth, with a root mean square error of "
        f"{_percent(pooled.relative_rmse)} of it, {_percent(columns.relative_rmse_strong)} above "
        f"an SNR of {STRONG_SNR:g}. Slope of thin plumes, of an optical depth below "
        f"{THIN_DEPTH:g}: {thin}."
    )


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


def _number(value: float, form: str) -> str:
    return format(value, form) if isfinite(value) else "-"


def _significant(value: float) -> str:
    return significant(value if isfinite(value) else None, 3)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if isfinite(share) else "-"
