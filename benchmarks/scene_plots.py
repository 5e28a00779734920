"""Plots of the judging scenes' figures, for `docs/explanation/`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cathartes.simulate.score import SnrBin
from scene_figures import ASKED_STATED, DETECTION, Figures, SceneRecord

INK, OURS, THEIRS, ASKED, STRETCH = "#333333", "#0b6e99", "#b0b0b0", "#c45c00", "#7a9a01"
SIZE_IN = (8.0, 4.6)
mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
                     "axes.grid": True, "grid.color": "#e6e6e6", "axes.axisbelow": True,
                     "legend.frameon": False, "axes.edgecolor": INK})  # fmt: skip


def plot_all(folder: Path, figures: Figures, records: Sequence[SceneRecord]) -> None:
    """Write the three plots into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in (
        ("detection", plot_detection(figures)),
        ("reliability", plot_reliability(figures, records)),
        ("confusion", plot_confusion(records)),
    ):
        figure.savefig(folder / f"{name}.png", dpi=100, metadata={"Software": None})


def plot_detection(figures: Figures) -> Figure:
    """Return the detection of pixels against optimal SNR, with what was asked."""
    figure = Figure(figsize=SIZE_IN, layout="constrained")
    axes = figure.subplots()
    one = figures.pooled.pixels.bins
    places = np.arange(len(one))
    ends = [f"–{b.snr_to:g}" if np.isfinite(b.snr_to) else "+" for b in one]
    labels = [
        f"{b.snr_from:g}{end}\n{b.n_pixels:,} pixels" for b, end in zip(one, ends, strict=True)
    ]
    series: tuple[tuple[str, tuple[SnrBin, ...], str, str], ...] = (
        ("one threshold for all gases and scenes", one, OURS, "o-"),
        ("each gas's own threshold in each scene", figures.pooled.detection, OURS, "s:"),
        ("the same, in the scene without plumes", figures.over_empty, OURS, "^--"),
    )
    for title, bins, colour, style in series:
        found = [b.detection_probability for b in bins]
        axes.plot(places, found, style, color=colour, label=title, mfc="white", ms=6)
    for column, (title, colour) in enumerate((("asked", ASKED), ("stretch", STRETCH))):
        level = [bounds[column] for bounds in DETECTION]
        axes.hlines(level, places - 0.3, places + 0.3, colors=colour, lw=2.5, label=title)
    axes.set_xticks(places, labels)
    axes.set(xlabel="optimal SNR of the pixel", ylabel="share of pixels found", ylim=(0, 1.03),
             title="Pixels found at a false-alarm probability of 1e-5")  # fmt: skip
    axes.legend(loc="lower right")
    return figure


def plot_reliability(figures: Figures, records: Sequence[SceneRecord]) -> Figure:
    """Return stated probabilities against how often they came true."""
    figure = Figure(figsize=(9.6, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.2))
    _plot_alarms(left, figures, records)
    _plot_names(right, figures)
    return figure


def _plot_alarms(axes: Axes, figures: Figures, records: Sequence[SceneRecord]) -> None:
    stated = np.array([count.stated for count in figures.alarms])
    for number, record in enumerate(records):
        measured = [count.measured or np.nan for count in record.alarms]
        axes.plot(stated, measured, color=THEIRS, lw=0.8, label="" if number else "single scenes")
    measured = [count.measured or np.nan for count in figures.alarms]
    axes.fill_between(stated, stated / 2, stated * 2, color=ASKED, alpha=0.15, lw=0,
                      label="asked: within × 2")  # fmt: skip
    axes.plot(stated, stated, color=INK, lw=1)
    axes.plot(stated, measured, "o-", color=OURS, mfc="white", label="all scenes")
    axes.set(xscale="log", yscale="log", xlabel="stated false-alarm probability",
             ylabel="share of scores in empty scenes", title="False alarms of pixels")  # fmt: skip
    axes.set_ylim(min(ASKED_STATED) / 30, 0.3)
    axes.legend(loc="upper left")


def _plot_names(axes: Axes, figures: Figures) -> None:
    bins = figures.pooled.naming
    for place, one in enumerate(bins):
        axes.hlines(
            one.mean_stated, place - 0.3, place + 0.3, colors=INK, lw=2,
            label="" if place else "stated, on average",
        )  # fmt: skip
        if not one.n_plumes:
            continue
        # Right k of n: mean and deviation of what k + 1 of n + 2 would say (Laplace's rule).
        mean = (one.share_right * one.n_plumes + 1) / (one.n_plumes + 2)
        sd = np.sqrt(mean * (1 - mean) / (one.n_plumes + 3))
        axes.errorbar(
            place,
            one.share_right,
            yerr=[[sd], [min(sd, 1.0 - one.share_right)]],
            fmt="o",
            color=OURS,
            mfc="white",
            capsize=3,
        )
    axes.plot([], [], "o", color=OURS, mfc="white", label="right")
    labels = [f"{b.stated_from:g}–{b.stated_to:g}\n{b.n_plumes}" for b in bins]
    axes.set_xticks(range(len(bins)), labels, fontsize=8)
    axes.set(xlim=(-0.5, len(bins) - 0.5), ylim=(0, 1.05), ylabel="share of names",
             xlabel="stated probability, number of plumes",
             title="Names of found plumes")  # fmt: skip
    axes.legend(loc="lower left")


def plot_confusion(records: Sequence[SceneRecord]) -> Figure:
    """Return how often each main gas was called what, of the gases that occur."""
    found = [p for record in records for p in record.parts.outcomes if p.is_found]
    truths = [p.gases[0] + ("" if p.searched[0] else " (not searched)") for p in found]
    counts = Counter((true, p.said[0]) for true, p in zip(truths, found, strict=True))
    right = {
        (true, p.said[0])
        for true, p in zip(truths, found, strict=True)
        if p.is_main_right or (p.is_unknown and p.is_name_right)
    }
    rows = sorted(set(truths), key=lambda name: (name.endswith(")"), name))
    said = {name for _, name in counts}
    columns = [row for row in rows if row in said] + sorted(said - set(rows))
    cell_in, longest = 0.2, 1.7
    figure = Figure(
        figsize=(longest + 0.4 + cell_in * len(columns), longest + 0.5 + cell_in * len(rows)),
        layout="constrained",
    )
    axes = figure.subplots()
    for (true, name), number in counts.items():
        place = columns.index(name), rows.index(true)
        corner = place[0] - 0.5, place[1] - 0.5
        axes.add_patch(Rectangle(corner, 1, 1, fc=OURS if (true, name) in right else ASKED))
        axes.text(*place, str(number), ha="center", va="center_baseline", color="white", fontsize=8)
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5), aspect="equal")
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=8)
    axes.set_yticks(range(len(rows)), rows, fontsize=8)
    axes.tick_params(length=0)
    axes.set(xlabel="called", ylabel="true main gas")
    axes.set_title("Found plumes by name: blue right, orange wrong", fontsize=10)
    return figure
