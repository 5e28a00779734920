"""What every map in metres bears: wind, scale and north; and the colours of sources."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

INK, SOURCE = "#222222", "#c1121f"
CLEAN_TO_STRONG = LinearSegmentedColormap.from_list(
    "clean to strong", ["#d9d9d9", "#a6bddb", "#2b8cbe", "#253494", "#081d58"]
)
SCALES_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def draw_wind(axes: Axes, speed_m_s: float, from_deg: float, error_deg: float) -> None:
    """Draw an arrow that flies with the wind, and say it in words."""
    to = np.radians(from_deg + 180.0)
    x, y = 0.06 * np.sin(to), 0.06 * np.cos(to)
    axes.annotate(
        "", (0.11 + x, 0.88 + y), (0.11 - x, 0.88 - y),
        xycoords="axes fraction", textcoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 2.2, "mutation_scale": 18}, zorder=8,
    )  # fmt: skip
    words = f"wind {speed_m_s:.1f} m/s\nfrom {from_deg:.0f}°, ±{error_deg:.0f}°"
    axes.text(
        0.02, 0.795, words, transform=axes.transAxes, fontsize=8.5, color=INK, va="top", zorder=8,
        bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1.5},
    )  # fmt: skip


def draw_scale(axes: Axes) -> None:
    """Draw a bar of a round length, and where north is."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    length = max((s for s in SCALES_M if s < 0.3 * (east - west)), default=SCALES_M[0])
    x, y = east - 0.05 * (east - west) - length, south + 0.05 * (north - south)
    axes.plot([x, x + length], [y, y], color=INK, lw=3, solid_capstyle="butt", zorder=8)
    axes.text(
        x + length / 2, y + 0.012 * (north - south), f"{length} m", ha="center", va="bottom",
        fontsize=9, color=INK, zorder=8,
    )  # fmt: skip
    axes.annotate(
        "N", (0.95, 0.97), (0.95, 0.89), xycoords="axes fraction", textcoords="axes fraction",
        ha="center", va="center", fontsize=10, color=INK,
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.4},
    )  # fmt: skip
