"""Charts of a site's looks on a printed page: when, and in which winds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.projections.polar import PolarAxes

from cathartes.products.report_words import Language, ReportWords
from cathartes.sites.observation import Wind

SPEED_CLASSES_M_S = (2.0, 5.0)
_GREYS = ("#dddddd", "#999999", "#333333")
N_SECTORS = 16
MOST_NUMBERS = 30
"""Markers of more looks than that are not numbered."""


class Lane(IntEnum):
    """What a look says of a site, from below."""

    DOUBT = 0
    EMPTY = 1
    SEEN = 2


_MARKS: dict[Lane, dict[str, Any]] = {
    Lane.SEEN: {"marker": "^", "mfc": "black", "ms": 8},
    Lane.EMPTY: {"marker": "o", "mfc": "white", "ms": 7},
    Lane.DOUBT: {"marker": "x", "mfc": "none", "ms": 6},
}


def draw_timeline(
    axes: Axes, looks: Sequence[tuple[int, datetime, Lane]], words: ReportWords
) -> None:
    """Draw looks by time, each in the lane of what it says.

    Parameters
    ----------
    axes
    looks
        Number, time and lane, at least one.
    words
    """
    first, last = min(m for _, m, _ in looks), max(m for _, m, _ in looks)
    for _, moment, lane in looks:
        axes.plot([_days(moment)], [lane], color="black", ls="none", **_MARKS[lane])
    if len(looks) <= MOST_NUMBERS:
        for lane in Lane:
            mine = [(number, moment) for number, moment, other in looks if other is lane]
            for numbers, moment in _near_in_time(mine, (last - first) * 0.02):
                axes.annotate(
                    numbers, (_days(moment), lane), (0, 6), textcoords="offset points",
                    ha="center", fontsize=6.5,
                )  # fmt: skip
    margin = max((last - first) * 0.04, timedelta(hours=12))
    axes.set_xlim(_days(first - margin), _days(last + margin))
    axes.set_ylim(-0.6, 2.7)
    lanes = {Lane.DOUBT: "lane_doubt", Lane.EMPTY: "lane_empty", Lane.SEEN: "lane_seen"}
    axes.set_yticks(list(lanes), [words.say(key) for key in lanes.values()])
    form = "%Y-%m-%d" if words.language is Language.ENGLISH else "%d/%m/%Y"
    if last - first < timedelta(days=2):
        form += "\n%H:%M"
    locator = AutoDateLocator(minticks=2, maxticks=6, tz=UTC)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(DateFormatter(form, tz=UTC))  # type: ignore[no-untyped-call]
    axes.grid(axis="y", color="#cccccc", lw=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _near_in_time(
    looks: Sequence[tuple[int, datetime]], apart: timedelta
) -> list[tuple[str, datetime]]:
    """Return the numbers of looks, those together whose marks lie over each other."""
    groups: list[tuple[list[int], datetime]] = []
    for number, moment in sorted(looks, key=lambda one: one[1]):
        if groups and moment - groups[-1][1] <= apart:
            groups[-1][0].append(number)
        else:
            groups.append(([number], moment))
    return [
        (f"{min(held)}–{max(held)}" if len(held) > 3 else ", ".join(map(str, held)), moment)
        for held, moment in groups
    ]


def _days(moment: datetime) -> float:
    """Return a time as Matplotlib counts: days since 1970."""
    return moment.timestamp() / 86_400


def draw_wind_rose(axes: Axes, winds: Sequence[Wind], title: str, words: ReportWords) -> None:
    """Draw where winds came from, looks a sector, in classes of speed; without any, an empty rose.

    Parameters
    ----------
    axes
        Polar.
    winds
        One a look.
    title, words
    """
    polar = cast("PolarAxes", axes)
    polar.set_theta_zero_location("N")
    polar.set_theta_direction(-1)
    sector_deg = 360.0 / N_SECTORS
    sector = np.array([round(wind.from_deg / sector_deg) % N_SECTORS for wind in winds], dtype=int)
    speed_class = np.digitize([wind.speed_m_s for wind in winds], SPEED_CLASSES_M_S)
    below = np.zeros(N_SECTORS)
    for number, grey in enumerate(_GREYS):
        count = np.bincount(sector[speed_class == number], minlength=N_SECTORS).astype(float)
        polar.bar(
            np.radians(np.arange(N_SECTORS) * sector_deg), count, np.radians(sector_deg * 0.9),
            bottom=below, color=grey, edgecolor="black", linewidth=0.5,
        )  # fmt: skip
        below += count
    most = max(int(below.max()), 1)
    polar.set_ylim(0, most)
    polar.set_yticks([most], [str(most)])
    polar.set_rlabel_position(60)
    polar.set_xticks(np.radians([0, 90, 180, 270]), words.say("compass").split())
    polar.tick_params(labelsize=7)
    polar.grid(color="#bbbbbb", lw=0.5)
    polar.set_title(title, fontsize=8, pad=8)
