"""Outcomes as a figure: how far sites came, how long it took, whether probabilities held."""

import io
from datetime import datetime
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cathartes.casework.outcomes import Leg, Outcomes, Stage
from cathartes.errors import SettingsError
from cathartes.products.campaign_plot import FOUND, POSSIBLE
from cathartes.products.figure_style import own_style
from cathartes.products.map_marks import INK
from cathartes.products.report_words import Language, ReportWords
from cathartes.products.whole_file import write_file

FORMATS = (".png", ".pdf", ".svg")
_STAGES = {
    Stage.FOUND: "out_found",
    Stage.REVIEWED: "out_reviewed",
    Stage.UPHELD: "out_upheld",
    Stage.RELEASED: "out_released",
    Stage.ANSWERED: "out_answered",
    Stage.VISITED: "out_visited",
    Stage.CONFIRMED: "out_confirmed",
    Stage.DISMANTLED: "out_dismantled",
}
_LEGS = {
    Leg.REVIEW: "out_leg_review",
    Leg.RELEASE: "out_leg_release",
    Leg.RECEIPT: "out_leg_receipt",
    Leg.INSPECTION: "out_leg_inspection",
    Leg.CLOSURE: "out_leg_closure",
}


def write_outcomes_plot(path: Path, told: Outcomes, language: Language = Language.ENGLISH) -> None:
    """Draw outcomes; a file that is there is replaced.

    Raises
    ------
    SettingsError
        If the name says no format that can be drawn.
    OutputError
        If it can't be written.
    """
    if path.suffix not in FORMATS:
        raise SettingsError(f"{path.name}: a name that ends in {' or '.join(FORMATS)} is needed.")
    write_file(path, outcomes_picture(told, language, path.suffix.removeprefix(".")))


def outcomes_picture(told: Outcomes, language: Language, form: str = "png") -> bytes:
    """Return outcomes drawn, as the bytes of a PNG, PDF or SVG."""
    words = ReportWords(language)
    with own_style():
        figure = Figure(figsize=(10.5, 7.2), layout="constrained", dpi=150)
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(2, 2, height_ratios=(1.35, 1), width_ratios=(1.5, 1))
        _draw_stages(figure.add_subplot(grid[0, :]), told, words)
        _draw_legs(figure.add_subplot(grid[1, 0]), told, words)
        _draw_calibration(figure.add_subplot(grid[1, 1]), told, words)
        figure.suptitle(_title(told, words), x=0.01, ha="left", fontsize=10.5, color=INK)
        figure.supxlabel(words.say("out_not_no"), x=0.01, ha="left", fontsize=8, color=INK)
        bytes_ = io.BytesIO()
        empty = {"png": {"Software": None}, "pdf": {"Creator": None, "Producer": None,
                 "CreationDate": None}, "svg": {"Date": None, "Creator": None}}  # fmt: skip
        figure.savefig(bytes_, format=form, metadata=empty[form])
    return bytes_.getvalue()


def _title(told: Outcomes, words: ReportWords) -> str:
    flown = told.flown
    first = words.say(
        "out_flown",
        sorties=words.count(flown.n_sorties),
        looks=words.count(sum(flown.looks.values())),
        ground=words.number(flown.areas[0].ground_km2),
    )
    parts = [words.say("out_title")]
    if told.is_exercise:
        parts.insert(0, words.say("out_exercise"))
    if told.partner_id:
        parts.append(words.say("out_of_partner", partner=told.partner_id))
    bounded = told.since_utc is not None or told.until_utc is not None
    period = words.say(
        "out_from_to" if bounded else "out_all",
        since=_day(told.since_utc, words, "out_first"),
        until=_day(told.until_utc, words, "out_last"),
        now=words.date(told.as_of_utc),
    )
    return f"{' · '.join(parts)}\n{period}. {first}."


def _day(moment: datetime | None, words: ReportWords, without: str) -> str:
    return words.say(without) if moment is None else words.date(moment)


def _draw_stages(axes: Axes, told: Outcomes, words: ReportWords) -> None:
    """Draw bars of counts, on a scale of roots: few of many would be no bar else."""
    most = max(told.stages[0].reached.n, 1)
    for row, one in enumerate(told.stages):
        share = one.reached
        length = (share.n / most) ** 0.5
        axes.barh(row, length, height=0.62, color=FOUND if share.n else POSSIBLE)
        said = words.count(share.n)
        if one.stage is not Stage.FOUND and share.share is not None:
            low, high = share.low or 0.0, share.high or 0.0
            interval = f"{words.number(100 * low, '.0f')}–{words.percent(high)}"
            said += f"   {words.percent(share.share)} ({interval})"
        axes.annotate(said, (length, row), (6, 0), textcoords="offset points", va="center",
                      fontsize=9, color=INK)  # fmt: skip
    axes.set_yticks(range(len(told.stages)))
    axes.set_yticklabels([words.say(_STAGES[one.stage]) for one in told.stages], fontsize=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.28)
    axes.set_xticks([])
    _dress(axes, words.say("out_sites"))
    axes.spines["bottom"].set_visible(False)


def _draw_legs(axes: Axes, told: Outcomes, words: ReportWords) -> None:
    ends = [one.days.high_days or one.days.median_days or 0.0 for one in told.legs]
    reach = max(*ends, 1.0) * 1.1
    for row, one in enumerate(told.legs):
        days = one.days
        said = words.say("out_done", done=words.count(days.n_done),
                         waiting=words.count(days.n_waiting))  # fmt: skip
        if days.median_days is None:
            said = f"{words.say('out_not_yet')}: {said}" if days.n_done + days.n_waiting else "–"
            at = 0.0
        else:
            low = days.median_days if days.low_days is None else days.low_days
            at = reach if days.high_days is None else days.high_days
            axes.plot([low, at], [row, row], color=FOUND, lw=2, alpha=0.6)
            if days.high_days is None:
                axes.plot([at], [row], color=FOUND, marker=">", ms=6)
            axes.plot([days.median_days], [row], color=FOUND, marker="o", ms=7)
        axes.annotate(said, (0, row), (4, 9), textcoords="offset points", va="center",
                      fontsize=8, color=INK)  # fmt: skip
    axes.set_yticks(range(len(told.legs)))
    axes.set_yticklabels([words.say(_LEGS[one.leg]) for one in told.legs], fontsize=9)
    axes.set_ylim(len(told.legs) - 0.5, -0.7)
    axes.set_xlim(0, reach * 1.03)
    _dress(axes, words.say("out_days"))


def _draw_calibration(axes: Axes, told: Outcomes, words: ReportWords) -> None:
    found = told.calibration
    axes.plot([0, 1], [0, 1], color=POSSIBLE, lw=1.2, ls=":")
    for one in found.bins:
        share = one.confirmed
        axes.plot([one.mean_said] * 2, [share.low or 0.0, share.high or 1.0], color=FOUND, lw=2,
                  alpha=0.6)  # fmt: skip
        axes.plot([one.mean_said], [share.share or 0.0], color=FOUND, marker="o", ms=6)
        axes.annotate(f"{share.n}/{share.of}", (one.mean_said, share.share or 0.0), (7, 0),
                      textcoords="offset points", ha="left", va="center", fontsize=8,
                      color=INK)  # fmt: skip
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_aspect("equal")
    axes.set_xlabel(words.say("out_said"), fontsize=9)
    axes.set_ylabel(words.say("out_share"), fontsize=9)
    n = words.count(found.n)
    said = words.say("out_too_few", n=n)
    if found.brier is not None and found.brier_of_base_rate is not None:
        brier, base = words.number(found.brier), words.number(found.brier_of_base_rate)
        said = words.say("out_brier", n=n, brier=brier, base=base)
    _dress(axes, f"{words.say('out_calibration')}\n{said}")


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.tick_params(labelsize=8)
    axes.tick_params(axis="y", labelsize=9, length=0)
    axes.spines[["top", "right"]].set_visible(False)
