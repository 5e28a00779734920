"""The wind as it was: speed and direction over time at one height, with their errors."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import InputError
from cathartes.scenes.records.flags import Flag, FlagKind, row_ranges
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.conventions import wind_from_components, wind_to_components, wrapped_deg

CONSTANT = "constant"
"""Method of a wind that was said to hold at all times."""
MASTS = ("station", "sonic")
"""Methods of a wind that was measured at a place of its own."""
STANDARD_HEIGHT_M = 10.0
"""Above ground, where nothing is said: the meteorological standard (WMO-No. 8)."""
STAGNANT_BELOW_M_S = 1.0
"""Below it a direction says little of where the air went: meander is wider than a plume."""
FASTEST_M_S = 75.0
"""Beyond it (a category 5 hurricane) a speed is in another unit, or no wind."""


class WindAt(NamedTuple):
    """Wind at asked times, arrays (time,); NaN where the history says nothing."""

    wind_speed_m_s: NDArray[np.float64]
    wind_from_deg: NDArray[np.float64]
    vertical_m_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WindHistory:
    """Wind over time at one place and height.

    What was said to hold at all times is one row of the method CONSTANT.

    Attributes
    ----------
    time_unix_s : (row,) [s]
        Since 1970-01-01T00:00:00Z, strictly ascending.
    wind_speed_m_s : (row,) [m s-1]
        Horizontal, 0 to FASTEST_M_S.
    wind_from_deg : (row,) [deg]
        Where it blows from, clockwise from true north, 0 to 360.
    wind_speed_sd_m_s : [m s-1]
        Standard deviation of the speed's error, the same for all rows at once (calibration).
    wind_from_sd_deg : [deg]
        Standard deviation of the direction's error, the same for all rows at once (alignment).
    height_agl_m : [m]
        Above ground.
    method
        Where it comes from, for the report: "constant", "station", "sonic", "grid", "on board".
    vertical_m_s : (row,) [m s-1] or None
        Upward component, where it was measured.
    scatter_deg : (row,) [deg] or None
        Standard deviation of the direction within each row's averaging time (sigma theta), where
        the source states it.
    flags
        What was wrong and was lived with.
    """

    time_unix_s: NDArray[np.float64]
    wind_speed_m_s: NDArray[np.float64]
    wind_from_deg: NDArray[np.float64]
    wind_speed_sd_m_s: float
    wind_from_sd_deg: float
    height_agl_m: float
    method: str
    vertical_m_s: NDArray[np.float64] | None = None
    scatter_deg: NDArray[np.float64] | None = None
    flags: tuple[Flag, ...] = ()

    def __post_init__(self) -> None:
        rows = np.shape(self.time_unix_s)
        for name in ("time_unix_s", "wind_speed_m_s", "wind_from_deg", "vertical_m_s",
                     "scatter_deg"):  # fmt: skip
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _read_only(name, getattr(self, name), rows))
        if rows[0] > 1 and not (np.diff(self.time_unix_s) > 0).all():
            row = int(np.flatnonzero(np.diff(self.time_unix_s) <= 0)[0])
            raise InputError(
                f"wind: the time {iso_text(self.time_unix_s[row + 1])} follows "
                f"{iso_text(self.time_unix_s[row])}; ascending times are needed: sort the rows."
            )
        if self.wind_speed_m_s.min() < 0 or self.wind_speed_m_s.max() > FASTEST_M_S:
            raise InputError(
                f"wind: speeds of {self.wind_speed_m_s.min():g} to {self.wind_speed_m_s.max():g} "
                f"m/s; 0 to {FASTEST_M_S:g} is possible: check the unit and the missing value."
            )
        if self.wind_from_deg.min() < 0 or self.wind_from_deg.max() > 360:
            raise InputError(
                f"wind: directions of {self.wind_from_deg.min():g} to "
                f"{self.wind_from_deg.max():g} degrees; 0 to 360 is needed, clockwise from north."
            )
        for word, number in (("the speed's error", self.wind_speed_sd_m_s),
                             ("the direction's error", self.wind_from_sd_deg),
                             ("the height", self.height_agl_m)):  # fmt: skip
            if not (np.isfinite(number) and number >= 0):
                raise InputError(f"wind: {word} is {number:g}; a number from 0 is needed.")

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.time_unix_s.size

    @property
    def is_constant(self) -> bool:
        """True for what was said to hold at all times; a file's one row holds near its own."""
        return self.method == CONSTANT

    @property
    def is_aside(self) -> bool:
        """True for a mast's record: the wind of another place than a moving sensor's."""
        return self.method in MASTS

    @property
    def stagnant(self) -> NDArray[np.bool_]:
        """(row,), True where the speed is below STAGNANT_BELOW_M_S."""
        return self.wind_speed_m_s < STAGNANT_BELOW_M_S

    @property
    def mean_scatter_deg(self) -> float | None:
        """Root mean square of the stated scatter, [deg]; None where the source states none."""
        if self.scatter_deg is None or not np.isfinite(self.scatter_deg).any():
            return None
        return float(np.sqrt(np.nanmean(self.scatter_deg**2)))

    def at(self, time_unix_s: ArrayLike, longest_gap_s: float = 300.0) -> WindAt:
        """Return the wind at times, the vector interpolated between rows.

        Before the first and after the last row the nearest holds for half the gap allowed.

        Parameters
        ----------
        time_unix_s : (time,) [s]
        longest_gap_s
            Between two rows farther apart than this nothing is known: NaN.

        Returns
        -------
        each (time,)
        """
        asked = np.atleast_1d(np.asarray(time_unix_s, np.float64))
        east, north = wind_to_components(self.wind_speed_m_s, self.wind_from_deg)
        up = np.full(len(self), np.nan) if self.vertical_m_s is None else self.vertical_m_s
        if self.is_constant:
            known = np.ones(asked.shape, bool)
        else:
            known = within_gaps(self.time_unix_s, asked, longest_gap_s)
        u, v, w = (
            np.where(known, np.interp(asked, self.time_unix_s, component), np.nan)
            for component in (east, north, up)
        )
        return WindAt(*wind_from_components(u, v), w)

    def turned(self, by_deg: float) -> "WindHistory":
        """Return the history with every direction turned clockwise."""
        return replace(self, wind_from_deg=wrapped_deg(self.wind_from_deg + by_deg))

    def every(self, step_s: float) -> "WindHistory":
        """Return the history in rows of a step, the vector interpolated: for a model's hours."""
        time = np.arange(self.time_unix_s[0], self.time_unix_s[-1] + step_s / 2, step_s)
        wind = self.at(time, longest_gap_s=np.inf)
        return replace(
            self,
            time_unix_s=time,
            wind_speed_m_s=wind.wind_speed_m_s,
            wind_from_deg=wrapped_deg(wind.wind_from_deg),
            vertical_m_s=None,
            scatter_deg=None,
        )

    def averaged(self, during_s: float) -> "WindHistory":
        """Return means over a time, of the vector, where rows are closer together.

        A scatter that is stated becomes its r.m.s.

        Parameters
        ----------
        during_s
        """
        if len(self) < 2 or float(np.median(np.diff(self.time_unix_s))) > 0.5 * during_s:
            return self
        since_s = self.time_unix_s - self.time_unix_s[0]
        _, of = np.unique(np.floor(since_s / during_s), return_inverse=True)

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            known = np.isfinite(values)
            count = np.bincount(of, known).astype(np.float64)
            total = np.bincount(of, np.where(known, values, 0.0))
            return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)

        wind = wind_to_components(self.wind_speed_m_s, self.wind_from_deg)
        speed, angle = wind_from_components(*(mean(component) for component in wind))
        return replace(
            self,
            time_unix_s=self.time_unix_s[0] + mean(since_s),
            wind_speed_m_s=speed,
            wind_from_deg=wrapped_deg(angle),
            vertical_m_s=None if self.vertical_m_s is None else mean(self.vertical_m_s),
            scatter_deg=None if self.scatter_deg is None else np.sqrt(mean(self.scatter_deg**2)),
        )

    def part(self, start_unix_s: float, stop_unix_s: float) -> "WindHistory":
        """Return the rows from start to stop; a constant wind stays whole.

        Raises
        ------
        InputError
            If there are none.
        """
        if self.is_constant:
            return self
        inside = (self.time_unix_s >= start_unix_s) & (self.time_unix_s <= stop_unix_s)
        if not inside.any():
            raise InputError(
                f"wind: rows from {iso_text(self.time_unix_s[0])} to "
                f"{iso_text(self.time_unix_s[-1])}, none between {iso_text(start_unix_s)} and "
                f"{iso_text(stop_unix_s)}; give the wind of that time (is the clock's zone right?)."
            )
        return replace(
            self,
            time_unix_s=self.time_unix_s[inside],
            wind_speed_m_s=self.wind_speed_m_s[inside],
            wind_from_deg=self.wind_from_deg[inside],
            vertical_m_s=None if self.vertical_m_s is None else self.vertical_m_s[inside],
            scatter_deg=None if self.scatter_deg is None else self.scatter_deg[inside],
        )


def constant_wind(
    wind_speed_m_s: float,
    wind_from_deg: float,
    *,
    wind_speed_sd_m_s: float,
    wind_from_sd_deg: float,
    height_agl_m: float,
) -> WindHistory:
    """Return a wind that holds at all times, with its errors."""
    return flag_stagnant(
        WindHistory(
            np.zeros(1),
            np.array([wind_speed_m_s]),
            np.array([wind_from_deg]),
            wind_speed_sd_m_s,
            wind_from_sd_deg,
            height_agl_m,
            CONSTANT,
        )
    )


def flag_stagnant(history: WindHistory) -> WindHistory:
    """Return the history with a flag for rows below STAGNANT_BELOW_M_S, if there are any."""
    rows = history.stagnant
    if not rows.any():
        return history
    flag = Flag(
        FlagKind.STAGNANT_WIND,
        f"{int(rows.sum())} of {len(history)} winds are below {STAGNANT_BELOW_M_S:g} m/s: there "
        "the direction is no guide to where a vapour came from.",
        row_ranges(rows.tolist()),
    )
    return replace(history, flags=(*history.flags, flag))


def within_gaps(
    time_unix_s: NDArray[np.float64], asked_unix_s: NDArray[np.float64], longest_gap_s: float
) -> NDArray[np.bool_]:
    """Return (asked,) True where a time lies on a row, or between two at most the gap apart.

    Half the gap is allowed before the first and after the last row.

    Parameters
    ----------
    time_unix_s : (row,) [s], ascending
    asked_unix_s : (asked,) [s]
    longest_gap_s
    """
    right = np.searchsorted(time_unix_s, asked_unix_s, side="left")
    ends = np.concatenate([[time_unix_s[0] - longest_gap_s / 2], time_unix_s,
                           [time_unix_s[-1] + longest_gap_s / 2]])  # fmt: skip
    before, after = ends[right], ends[right + 1]
    on_row = after == asked_unix_s
    near = (after - before <= longest_gap_s) & (asked_unix_s >= before) & (asked_unix_s <= after)
    return np.asarray(on_row | near)


def _read_only(
    name: str, values: NDArray[np.float64], rows: tuple[int, ...]
) -> NDArray[np.float64]:
    array = np.array(values, dtype=np.float64)
    if array.ndim != 1 or array.shape != rows or array.size == 0:
        raise InputError(
            f"wind: {name} has the shape {array.shape} and the times {rows}; one number a row is "
            "needed, and at least one row."
        )
    if name not in {"vertical_m_s", "scatter_deg"} and not np.isfinite(array).all():
        raise InputError(f"wind: {name} holds NaN or infinity; leave such rows out.")
    array.setflags(write=False)
    return array
