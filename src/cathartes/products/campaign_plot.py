"""Plots of how well sites fit a made-up campaign: found against flights, stated against true."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cathartes.products.map_marks import INK, SOURCE
from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_score import CampaignScore

FOUND = "#2b6ca3"
POSSIBLE = "#9aa5b1"


def write_growth_plot(path: Path, growth: Sequence[CampaignScore]) -> None:
    """Write as PNG how found and false places, and location errors, grow with the flights.

    Parameters
    ----------
    growth
        After the first sorties, in order.
    """
    flown = [score.n_sorties for score in growth]
    figure = _figure(9.0, 3.6)
    places, false, error = (figure.add_subplot(1, 3, k) for k in (1, 2, 3))
    n_hidden = [len(score.of(Standing.HIDDEN)) for score in growth]
    places.plot(flown, n_hidden, color=POSSIBLE, lw=1.2, ls=":", label="looked at")
    places.plot(
        flown, [score.n_workable for score in growth], color=POSSIBLE, lw=1.6,
        label="looked at while working",
    )  # fmt: skip
    places.plot(
        flown, [len(score.found) for score in growth], color=FOUND, marker="o", ms=4,
        label="found",
    )  # fmt: skip
    places.legend(frameon=False, fontsize=8)
    _dress(places, "hidden places")
    false.plot(flown, [score.false_per_100_km2 for score in growth], color=SOURCE, marker="o", ms=4)
    _dress(false, "false places per 100 km²")
    error.plot(flown, [score.location_error_m for score in growth], color=INK, marker="o", ms=4)
    _dress(error, "median location error [m]")
    for axes in (places, false, error):
        _count_from_zero(axes, whole=axes is places)
    figure.savefig(path)


def write_reliability_plot(path: Path, score: CampaignScore) -> None:
    """Write as PNG the share of hidden places beside the stated probability, with its interval."""
    figure = _figure(4.6, 4.6)
    axes = figure.add_subplot(1, 1, 1)
    axes.plot([0, 1], [0, 1], color=POSSIBLE, lw=1.2, ls=":")
    for one in score.calibration:
        axes.plot(
            [one.mean_stated] * 2, [one.share_low, one.share_high], color=FOUND, lw=1.6, alpha=0.6
        )
        axes.plot([one.mean_stated], [one.share_true], color=FOUND, marker="o", ms=5)
        axes.annotate(
            str(one.n), (one.mean_stated, one.share_true), (6, 5 if one.share_true < 0.1 else -9), textcoords="offset points",
            fontsize=8, color=INK,
        )  # fmt: skip
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_aspect("equal")
    axes.set_xlabel("stated probability", fontsize=9)
    error = score.calibration_error
    said = f", calibration error {error:.3f}" if np.isfinite(error) else ""
    _dress(axes, f"share of hidden places: {len(score.sites)} sites{said}")
    figure.savefig(path)


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    return figure


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _count_from_zero(axes: Axes, *, whole: bool) -> None:
    """Let an axis of sorties show whole ones, and the other begin at 0."""
    axes.set_xlabel("sorties flown", fontsize=9)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(integer=whole))
