"""Charts that the server draws: numbers for SVG, in the units of its view box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, cos, floor, log10, pi, sin, sqrt

from cathartes.web.views.looks_over import LookOver, WindView
from cathartes.web.views.site import EvidenceView

BAR_WIDTH = 200.0
"""Of the view box of a bar of evidence; zero is in its middle."""
ROSE_RADIUS = 80.0
N_SECTORS = 16

TIMELINE_WIDTH, TIMELINE_HEIGHT = 900.0, 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 100.0, 20.0, 15.0, 32.0
_LANE = 34.0
"""Height of the lane for looks whose sensitivity is not known."""
_N_DATES = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, from the middle to the right if it speaks for, to the left if against."""

    x: float
    width: float
    is_for: bool


def evidence_bars(lines: Sequence[EvidenceView]) -> tuple[Bar, ...]:
    """Return a bar for each line of evidence, on one scale."""
    largest = max((abs(one.log_odds) for one in lines), default=0.0) or 1.0
    bars = []
    for one in lines:
        width = BAR_WIDTH / 2 * abs(one.log_odds) / largest
        is_for = one.log_odds >= 0
        bars.append(Bar(BAR_WIDTH / 2 - (0.0 if is_for else width), width, is_for))
    return tuple(bars)


@dataclass(frozen=True, slots=True)
class Petal:
    """A sector of a wind rose: winds from about `from_deg`, how many, and its outline."""

    from_deg: float
    n: int
    path: str


@dataclass(frozen=True, slots=True)
class Rose:
    """A wind rose; `most` is the count at its rim."""

    petals: tuple[Petal, ...]
    n: int
    most: int


def wind_roses(looks: Iterable[LookOver]) -> tuple[Rose, Rose]:
    """Return the roses of looks with and without a detection, on one scale.

    A petal's area is proportional to its count. Inconclusive looks are in neither.
    """
    winds: dict[str, list[WindView]] = {"detections": [], "nothing found": [], "inconclusive": []}
    for look in looks:
        if look.wind is not None:
            winds[look.here].append(look.wind)
    counts = [_count(winds[one]) for one in ("detections", "nothing found")]
    most = max(max(one) for one in counts)
    return _rose(counts[0], most), _rose(counts[1], most)


def _count(winds: Iterable[WindView]) -> list[int]:
    counts = [0] * N_SECTORS
    for one in winds:
        counts[round(one.from_deg / (360 / N_SECTORS)) % N_SECTORS] += 1
    return counts


def _rose(counts: Sequence[int], most: int) -> Rose:
    step = 360 / N_SECTORS
    petals = tuple(
        Petal(k * step, n, sector_path(k * step, step / 2, ROSE_RADIUS * sqrt(n / most)))
        for k, n in enumerate(counts)
        if n
    )
    return Rose(petals, sum(counts), most)


def sector_path(middle_deg: float, half_width_deg: float, radius: float) -> str:
    """Return the outline of a sector about the origin, in SVG's words; north is up."""
    if half_width_deg >= 180:
        return (
            f"M0 {-radius:.2f}A{radius:.2f} {radius:.2f} 0 1 1 0 {radius:.2f}"
            f"A{radius:.2f} {radius:.2f} 0 1 1 0 {-radius:.2f}Z"
        )
    ends = [(middle_deg + side * half_width_deg) * pi / 180 for side in (-1, 1)]
    (x0, y0), (x1, y1) = ((radius * sin(a), -radius * cos(a)) for a in ends)
    large = int(half_width_deg > 90)
    arc = f"A{radius:.2f} {radius:.2f} 0 {large} 1 {x1:.2f} {y1:.2f}"
    return f"M0 0L{x0:.2f} {y0:.2f}{arc}Z"


@dataclass(frozen=True, slots=True)
class Mark:
    """A look on the timeline."""

    x: float
    y: float
    look: LookOver


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its word."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Looks over time, each at the smallest rate that it would have found, on a log scale.

    `lane_y` is the middle of the lane of those whose sensitivity is not known; `n_untimed` have no
    time, and are not shown.
    """

    marks: tuple[Mark, ...]
    dates: tuple[Tick, ...]
    rates: tuple[Tick, ...]
    lane_y: float
    left: float
    right: float
    top: float
    bottom: float
    n_untimed: int


def timeline(looks: Sequence[LookOver]) -> Timeline | None:
    """Return the timeline of looks; None if none has a time."""
    timed = [(one, one.moment_utc) for one in looks if one.moment_utc is not None]
    if not timed:
        return None
    moments = [moment for _, moment in timed]
    first, last = _widened(min(moments), max(moments))
    left, right = _LEFT, TIMELINE_WIDTH - _RIGHT
    top, bottom = _TOP, TIMELINE_HEIGHT - _BOTTOM

    def at_x(moment: datetime) -> float:
        return left + (right - left) * ((moment - first) / (last - first))

    rates = [one.smallest_rate_kg_h for one, _ in timed if one.smallest_rate_kg_h is not None]
    positive = [rate for rate in rates if rate > 0] or [0.1, 10.0]
    low, high = floor(log10(min(positive))), ceil(log10(max(positive)))
    high = max(high, low + 1)

    def at_y(rate: float | None) -> float:
        if rate is None or rate <= 0:
            return bottom - _LANE / 2
        return top + (bottom - _LANE - top) * (high - log10(rate)) / (high - low)

    step = (last - first) / (_N_DATES - 1)
    dates = [first + n * step for n in range(_N_DATES)]
    return Timeline(
        marks=tuple(Mark(at_x(moment), at_y(one.smallest_rate_kg_h), one) for one, moment in timed),
        dates=tuple(Tick(at_x(one), f"{one:%Y-%m-%d}") for one in dates),
        rates=tuple(Tick(at_y(10.0**n), f"{10.0**n:g}") for n in range(low, high + 1)),
        lane_y=bottom - _LANE / 2,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        n_untimed=len(looks) - len(timed),
    )


def _widened(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """Return an interval a little wider, and at least five days."""
    margin = max((last - first) * 0.03, timedelta(days=2.5) - (last - first) / 2)
    try:
        return first - margin, last + margin
    except OverflowError:
        return first, last + timedelta(microseconds=1)
