"""The plot of a location: track by concentration, sources, where they may be, wind, scale."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from cathartes.locate.blocks import STANDS_M
from cathartes.locate.result import LogSources, Outcome
from cathartes.locate.settings import AirSettings
from cathartes.products.common_location import CommonGas
from cathartes.products.location import Located, source_id
from cathartes.products.map_marks import (
    CLEAN_TO_STRONG,
    INK,
    SOURCE,
    draw_scale,
    draw_wind,
)
from cathartes.products.rate_words import rate_words
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.wind.variability import WindSummary

MAP = "#7a4fa3"
"""Of what maps say."""
LEAST_EXTENT_M = 60.0
"""Least extent of the map, [m]."""
FAR_APART_S = 15.0
"""Rows farther apart are not joined by a line."""
STANDING_QUANTILE = 0.95
"""Of what a standing sensor saw, its colour: the strongest single row would paint all alike."""
NOISES = 10.0
"""Noise that the strongest colour stands for at least: clean air has to look clean."""
TURNS_DEG = 45.0
"""A wind that turned by more has no one direction in which a plume could be drawn."""
PLUME_SD = 2.0
"""Half width of a plume that is drawn, in deviations of its spread."""
GROWTH_M = AirSettings().growth_m
CROSS_PX, LABEL_MARGIN_PX = 12.0, 10.0
"""Half width of what a source's cross needs, and what is left free around a label, [pixel]."""


def write_location_plot(
    path: Path, located: Located, logs: Sequence[Enhancement], wind: WindSummary | None
) -> None:
    """Write one panel a gas, as PNG; without an arrow where several sorties had winds of their own.

    Where there were several sorties, the origins that plume maps showed are drawn as dots.
    """
    n = len(located.gases)
    figure = Figure(figsize=(7.6 * n, 7.6), layout="constrained", dpi=150)
    FigureCanvasAgg(figure)
    panels = [figure.add_subplot(1, n, column + 1) for column in range(n)]
    for column, (axes, gas) in enumerate(zip(panels, located.gases, strict=True)):
        colours = _draw_logs(axes, located, gas, logs)
        if wind is not None:
            _draw_plumes(axes, located, gas, logs, wind)
        _draw_regions(axes, gas)
        if located.common:
            _draw_origins(axes, located.common[column])
        axes.set_aspect("equal")
        axes.margins(0.08)
        axes.autoscale_view()
        _widen(axes)
        axes.autoscale(enable=False)
        if wind is not None:
            draw_wind(axes, wind.mean_speed_m_s, wind.wind_from_deg, wind.scatter_deg)
        draw_scale(axes)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(_title(gas), loc="left", fontsize=11, color=INK)
        if any(gas.chemical in one.log.chemicals for one in logs):
            bar = figure.colorbar(colours, ax=axes, shrink=0.7, pad=0.02)
            bar.set_label(f"{gas.chemical.replace('_', ' ')} above clean air [ppm]")
    figure.draw_without_rendering()  # its layout says where there is room
    for axes, gas in zip(panels, located.gases, strict=True):
        _draw_rates(axes, gas)
    figure.savefig(path, bbox_inches="tight")


def _title(gas: LogSources) -> str:
    name = gas.chemical.replace("_", " ").capitalize()
    total = gas.total_rate_kg_h
    rate = (
        "" if total is None
        else f", in all {rate_words(total.median, total.p05, total.p95)}"
    )  # fmt: skip
    if gas.reason:
        return f"{name}: cannot locate ({gas.reason}){rate}"
    plural = "s" if len(gas.sources) > 1 else ""
    where = " at a given place" if gas.outcome is Outcome.PLACE_GIVEN else ""
    return f"{name}: {len(gas.sources)} source{plural}{where}{rate}"


def _draw_logs(
    axes: Axes, located: Located, gas: LogSources, logs: Sequence[Enhancement]
) -> ScalarMappable:
    """Draw tracks, fixed sensors and paths by their enhancement."""
    having = [one for one in logs if gas.chemical in one.log.chemicals]
    values = [one.enhancement_ppm[one.log.chemicals.index(gas.chemical)] for one in having]
    top = max([_strongest_ppm(one, gas.chemical) for one in having], default=1.0)
    colours = ScalarMappable(PowerNorm(0.5, 0.0, max(top, 1e-6)), CLEAN_TO_STRONG)
    for one, ppm in zip(having, values, strict=True):
        near, far = one.log.position_m(located.frame), one.log.path_end_m(located.frame)
        for sensor in range(len(one.log.sensors)):
            rows = one.log.sensor_index == sensor
            _draw_sensor(axes, colours, one.log.time_unix_s[rows], near[rows], far[rows], ppm[rows])
    return colours


def _strongest_ppm(one: Enhancement, chemical: str) -> float:
    """Return what the strongest colour stands for, [ppm]."""
    ppm = one.enhancement_ppm[one.log.chemicals.index(chemical)]
    place = one.log.position_m(one.log.local_frame())
    strongest = []
    for number, sensor in enumerate(one.log.sensors):
        rows = (one.log.sensor_index == number) & np.isfinite(ppm)
        if not rows.any():
            continue
        share = 0.998 if _moves(place[rows]) else STANDING_QUANTILE
        noise = one.behaviour(chemical, sensor).noise_sd_ppm
        strongest += [float(np.quantile(ppm[rows], share)), NOISES * noise]
    return max((value for value in strongest if np.isfinite(value)), default=1.0)


def _moves(place_m: NDArray[np.float64]) -> bool:
    return bool(np.ptp(place_m[:, :2], axis=0).max() > STANDS_M)


def _draw_sensor(
    axes: Axes,
    colours: ScalarMappable,
    time_s: NDArray[np.float64],
    near_m: NDArray[np.float64],
    far_m: NDArray[np.float64],
    ppm: NDArray[np.float64],
) -> None:
    shown = np.clip(np.nan_to_num(ppm), 0.0, None)
    if not _moves(near_m):
        mean = colours.to_rgba(np.quantile(shown, [STANDING_QUANTILE]))[0]
        if np.linalg.norm(far_m[0] - near_m[0]) > 1.0:
            ends = np.stack([near_m[0, :2], far_m[0, :2]])
            axes.plot(*ends.T, color=mean, lw=2.5, zorder=2)
        else:
            x, y = near_m[0, :2]
            axes.scatter([x], [y], s=45, color=[mean], edgecolors=INK, lw=0.6, zorder=3)
        return
    pieces = np.stack([near_m[:-1, :2], near_m[1:, :2]], axis=1)
    together = np.diff(time_s) < FAR_APART_S
    strength = np.maximum(shown[:-1], shown[1:])[together]
    upwards = np.argsort(strength)  # of passes one above the other the strongest is seen
    lines = LineCollection(
        list(pieces[together][upwards]), colors=colours.to_rgba(strength[upwards]), lw=2.2,
        zorder=2, capstyle="round",
    )  # fmt: skip
    axes.add_collection(lines)


def _widen(axes: Axes) -> None:
    """Show `LEAST_EXTENT_M` at least: a sensor that stood still has no extent of its own."""
    for limits, set_limits in ((axes.get_xlim(), axes.set_xlim), (axes.get_ylim(), axes.set_ylim)):
        middle, extent = sum(limits) / 2, max(limits[1] - limits[0], LEAST_EXTENT_M)
        set_limits(middle - extent / 2, middle + extent / 2)


def _draw_plumes(
    axes: Axes, located: Located, gas: LogSources, logs: Sequence[Enhancement], wind: WindSummary
) -> None:
    """Draw to where each source's gas goes in the mean wind, as far as it was looked for.

    Its half width is `PLUME_SD` deviations of its spread sideways, as the log tells it.
    """
    if gas.posterior is None or wind.scatter_deg > TURNS_DEG:
        return
    angle = np.radians(wind.wind_from_deg + gas.posterior.wind_offset_deg.mean() + 180.0)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    seen = np.concatenate([one.log.position_m(located.frame)[:, :2] for one in logs])
    for source in gas.sources:
        farthest = float(((seen - source.place_m) @ along).max(initial=0.0))
        distance = np.linspace(0.0, farthest, 40)
        spread = gas.posterior.width_per_m.mean() * distance / np.sqrt(1 + distance / GROWTH_M)
        middle = source.place_m + distance[:, None] * along
        side = PLUME_SD * spread[:, None] * across
        border = np.concatenate([middle + side, (middle - side)[::-1]])
        axes.fill(*border.T, color=SOURCE, alpha=0.07, lw=0, zorder=1)


def _draw_regions(axes: Axes, gas: LogSources) -> None:
    for source in gas.sources:
        axes.plot(*source.place_m, marker="+", color=INK, ms=9, mew=1.8, zorder=6)
        if gas.outcome is Outcome.PLACE_GIVEN:
            continue
        corners = source.region_90.corners_m()
        for border, alpha in ((corners, 0.18), (source.region_50.corners_m(), 0.30)):
            axes.fill(*border.T, color=SOURCE, alpha=alpha, lw=0, zorder=4)
        axes.plot(*corners.T, color=SOURCE, lw=1.2, zorder=5)


def _draw_origins(axes: Axes, gas: CommonGas) -> None:
    """Draw where plume maps alone see the sources."""
    for sortie in gas.found.sorties:
        for view in sortie.views:
            for sighting in view.sightings if view.name not in gas.log_views else ():
                east, north = sighting.place_m[::5].T
                axes.scatter(east, north, s=2, color=MAP, alpha=0.35, lw=0, zorder=3)


def _draw_rates(axes: Axes, gas: LogSources) -> None:
    """Write each source's rate beside its region, where it hides no other label and no source."""
    to_pixels = axes.transData.transform
    taken = [
        Bbox.from_bounds(x - CROSS_PX, y - CROSS_PX, 2 * CROSS_PX, 2 * CROSS_PX)
        for x, y in to_pixels([source.place_m for source in gas.sources])
    ]
    for number, source in enumerate(gas.sources):
        rate, corners = source.rate_kg_h, to_pixels(source.region_90.corners_m())
        label = axes.annotate(
            f"{source_id(gas, number).rpartition('-')[2]}: "
            + rate_words(rate.median, rate.p05, rate.p95, apart="\n"),
            tuple(source.place_m),
            xytext=(0, 0),
            textcoords="figure pixels",
            ha="center",
            va="center",
            fontsize=9,
            color=INK,
            zorder=7,
            bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": SOURCE, "lw": 0.6},
            arrowprops={"arrowstyle": "-", "color": SOURCE, "lw": 0.6, "zorder": 5.5},
        )
        size = np.array(Text.get_window_extent(label).size) + 2 * LABEL_MARGIN_PX
        boxes = [
            Bbox.from_bounds(*(middle - size / 2), *size)
            for middle in _around(corners.min(axis=0), corners.max(axis=0), size)
        ]
        best = min(boxes, key=lambda box: _hidden_px(box, taken, axes.bbox))
        label.set_position(((best.x0 + best.x1) / 2, (best.y0 + best.y1) / 2))
        taken.append(best)


def _around(
    low: NDArray[np.float64], high: NDArray[np.float64], size: NDArray[np.float64]
) -> Iterator[NDArray[np.float64]]:
    """Yield middles of a box of a size beside a rectangle, the nearest first."""
    for gap in (0.0, 0.7, 1.5, 2.5, 4.0):
        reach = (high - low) / 2 + size * (0.5 + gap)
        for way in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            yield (low + high) / 2 + reach * way


def _hidden_px(box: Bbox, taken: Sequence[Bbox], inside: Bbox) -> float:
    """Return how much of a label hides others, or lies outside the axes, [pixel squared]."""

    def shared(other: Bbox) -> float:
        width, height = np.minimum(box.max, other.max) - np.maximum(box.min, other.min)
        return float(max(width, 0.0) * max(height, 0.0))

    return sum(shared(other) for other in taken) + box.width * box.height - shared(inside)
