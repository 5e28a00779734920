"""The plot of plumes' sources: each plume from above, where it may begin, the wind, the rate."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import PowerNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.origin import OriginPosterior
from cathartes.locate.plume_source import PlumeSource
from cathartes.products.map_marks import (
    CLEAN_TO_STRONG,
    INK,
    SOURCE,
    draw_scale,
    draw_wind,
)
from cathartes.products.plume_table import PlumeRow
from cathartes.products.quicklook_words import shortened
from cathartes.products.rate_words import rate_words
from cathartes.products.summary import WindFacts

MOST_PLUMES = 6
"""The strongest; a page has no room for more."""
COLUMNS = 3
MARGIN_PX = 12
"""Shown around a plume and its origins."""
TITLE_LETTERS = 72
STRONGEST_SD = 60.0
"""Deviations of noise that have the darkest colour, if a plume has so many."""


def write_source_plot(
    path: Path, rows: Sequence[PlumeRow], sources: Sequence[PlumeSource], wind: WindFacts
) -> None:
    """Write one panel for each of the strongest plumes that have an origin, as PNG.

    Parameters
    ----------
    path
        Of the PNG; nothing is written if no plume has an origin.
    rows, sources
        The plumes, strongest first, and where they come from.
    wind
        Of the look.
    """
    row_of = {row.id: row for row in rows}
    shown = [
        (row_of[source.plume_id], source, source.seen)
        for source in sources
        if source.seen is not None
    ][:MOST_PLUMES]
    if not shown:
        return
    n_columns = min(COLUMNS, len(shown))
    n_rows = -(-len(shown) // n_columns)
    figure = Figure(figsize=(5.4 * n_columns, 4.9 * n_rows), layout="constrained", dpi=130)
    FigureCanvasAgg(figure)
    for number, (row, source, seen) in enumerate(shown, 1):
        axes = figure.add_subplot(n_rows, n_columns, number)
        colours = _draw_plume(axes, seen)
        for origin in source.origins:
            _draw_origin(axes, origin)
        _show(axes, seen, source.origins)
        draw_wind(axes, wind.wind_speed_m_s, wind.wind_from_deg, wind.wind_from_sd_deg)
        draw_scale(axes)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(_title(row, source), loc="left", fontsize=10, color=INK)
        bar = figure.colorbar(colours, ax=axes, shrink=0.7, pad=0.02)
        bar.set_label("signal, in deviations of the noise")
    _legend(figure)
    figure.savefig(path)


def _legend(figure: Figure) -> None:
    """Say what is drawn; a region in two parts is one source's."""
    figure.legend(
        handles=[
            Line2D([], [], color=INK, lw=0.8, label="outline of the plume"),
            Line2D([], [], color=INK, marker="+", ms=9, mew=1.8, ls="", label="likeliest source"),
            Patch(fc=to_rgba(SOURCE, 0.5), ec=SOURCE, label="source, 50 %"),
            Patch(fc=to_rgba(SOURCE, 0.25), ec=SOURCE, label="90 %, in one or more parts"),
        ],
        loc="outside lower center",
        ncols=4 if len(figure.axes) > 2 else 2,
        frameon=False,
    )


def _title(row: PlumeRow, source: PlumeSource) -> str:
    """Return the rate, and below it what a reviewer must know of it."""
    rate = source.rate
    name = f"Plume {row.id}: {row.chemical.replace('_', ' ')}"
    if not np.isfinite(rate.rate_kg_h):
        return f"{name}, no rate\n{shortened(rate.reason, TITLE_LETTERS)}"
    words = rate_words(rate.rate_kg_h, rate.rate_kg_h_p05, rate.rate_kg_h_p95)
    return f"{name}, {words}\n{shortened('; '.join(source.flags), TITLE_LETTERS)}"


def _draw_plume(axes: Axes, seen: ColumnMap) -> ScalarMappable:
    signal = seen.column_density_ppm_m / seen.noise_sd_ppm_m
    top = float(np.clip(np.nanmax(signal[seen.plume]), 5.0, STRONGEST_SD))
    norm = PowerNorm(0.6, 0.0, top)
    y, x = signal.shape
    east, north, size = seen.east_m, seen.north_m, seen.pixel_m
    axes.imshow(
        signal, norm=norm, cmap=CLEAN_TO_STRONG, interpolation="nearest", aspect="equal",
        extent=(east, east + x * size, north - y * size, north),
    )  # fmt: skip
    axes.contour(*seen.centres_m(), seen.plume, levels=[0.5], colors=[INK], linewidths=0.8)
    return ScalarMappable(norm, CLEAN_TO_STRONG)


def _draw_origin(axes: Axes, origin: OriginPosterior) -> None:
    centres = origin.centres_m()
    for level, alpha in ((0.9, 0.25), (0.5, 0.35)):
        region = np.pad(origin.region(level), 1)
        padded = tuple(np.concatenate([[2 * c[0] - c[1]], c, [2 * c[-1] - c[-2]]]) for c in centres)
        axes.contourf(*padded, region, levels=[0.5, 1.5], colors=[SOURCE], alpha=alpha)
        if level == 0.9:
            axes.contour(*padded, region, levels=[0.5], colors=[SOURCE], linewidths=1.2)
    axes.plot(*origin.likeliest_m, marker="+", color=INK, ms=9, mew=1.8)
    axes.plot(*origin.likeliest_m, marker="o", mfc="none", color=SOURCE, ms=17, mew=1.2)


def _show(axes: Axes, seen: ColumnMap, origins: Sequence[OriginPosterior]) -> None:
    """Show the plume and its regions in a square, with a margin."""
    east, north = seen.centres_m()
    rows, columns = np.nonzero(seen.plume)
    x, y = list(east[columns]), list(north[rows])
    for origin in origins:
        wide, high = origin.centres_m()
        rows, columns = np.nonzero(origin.region(0.9))
        x += list(wide[columns])
        y += list(high[rows])
    half = max(np.ptp(x), np.ptp(y)) / 2 + MARGIN_PX * seen.pixel_m
    middle = (min(x) + max(x)) / 2, (min(y) + max(y)) / 2
    axes.set_xlim(middle[0] - half, middle[0] + half)
    axes.set_ylim(middle[1] - half, middle[1] + half)
    axes.set_facecolor("#eeeeee")
