"""From logs above their baselines to blocks of one gas, in one frame and on one clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks, gather_blocks
from cathartes.locate.settings import LocateSettings
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.baseline import BaselineSettings, estimate_baseline
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.logs.estimate import Estimate

LEAST_SITE_SENSORS = 3
STANDS_M = 2.0
SITE_WINDOW_S = 1800.0
STAY_S = 4 * 3600.0
"""A sensor that stands still is in a plume for as long as the wind holds, which is hours."""
THINNED_S = 1.0
LEAST_NOISE = 1e-3
"""Share of the median reading that a sensor's noise is at least taken for."""


@dataclass(frozen=True, slots=True)
class GasRows:
    """One gas of several logs.

    Attributes
    ----------
    time_s : (row,) [s]
        Since the first row of all.
    start_unix_s : [s]
        When that was.
    near_m, far_m : (row, 3) [m]
        Place, and the far end of an open path.
    sensor : (row,) int
        Numbered through all logs.
    enhancement_ppm, noise_sd_ppm, baseline_sd_ppm : (row,) [ppm]
        NaN where there is no value.
    delay_s
        Of the moving sensors, where a log tells it.
    no_baseline
        True if no sensor has a baseline to trust.
    """

    time_s: NDArray[np.float64]
    start_unix_s: float
    near_m: NDArray[np.float64]
    far_m: NDArray[np.float64]
    sensor: NDArray[np.intp]
    enhancement_ppm: NDArray[np.float64]
    noise_sd_ppm: NDArray[np.float64]
    baseline_sd_ppm: NDArray[np.float64]
    delay_s: Estimate | None
    no_baseline: bool

    def without(self, rows: NDArray[np.bool_]) -> "GasRows":
        """Return the same with some rows, (row,), as if they had no value."""
        return replace(self, enhancement_ppm=np.where(rows, np.nan, self.enhancement_ppm))

    def outside(self, start_unix_s: float, stop_unix_s: float) -> NDArray[np.bool_]:
        """Return which rows are not from start to stop, (row,)."""
        time = self.start_unix_s + self.time_s
        return np.asarray((time < start_unix_s) | (time > stop_unix_s))

    def thinned(self) -> "GasRows":
        """Return means over a second of each sensor, where rows are closer together."""
        step = np.diff(self.time_s)
        if not (step.size and np.median(step) < 0.5 * THINNED_S):
            return self
        key = np.column_stack([np.floor(self.time_s / THINNED_S), self.sensor])
        _, first, of = np.unique(key, axis=0, return_index=True, return_inverse=True)
        of = of.reshape(-1)
        count = np.bincount(of)

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            if values.ndim == 2:
                return np.column_stack([mean(axis) for axis in values.T])
            return np.asarray(np.bincount(of, values) / count)

        return replace(
            self,
            time_s=mean(self.time_s),
            near_m=mean(self.near_m),
            far_m=mean(self.far_m),
            sensor=self.sensor[first],
            enhancement_ppm=mean(self.enhancement_ppm),
            noise_sd_ppm=mean(self.noise_sd_ppm) / np.sqrt(count),
            baseline_sd_ppm=mean(self.baseline_sd_ppm),
        )

    def blocks(self, block_s: float) -> Blocks:
        """Return block means."""
        return gather_blocks(
            self.time_s, self.near_m, self.far_m, self.sensor, self.enhancement_ppm,
            self.noise_sd_ppm, self.baseline_sd_ppm, block_s,
        )  # fmt: skip


def gather_rows(
    logs: Sequence[Enhancement], chemical: str, frame: LocalFrame, settings: LocateSettings
) -> GasRows:
    """Return one gas of those logs that have it, rows in order of time."""
    having = [one for one in logs if chemical in one.log.chemicals]
    parts = [_rows_of(one, chemical, frame, settings) for one in having]
    first = np.cumsum([0, *(len(one.log.sensors) for one in having)])
    sensor = np.concatenate(
        [one.log.sensor_index + k for one, k in zip(having, first, strict=False)]
    )
    time = np.concatenate([one.log.time_unix_s for one in having])
    order = np.argsort(time, kind="stable")
    joined = [np.concatenate(column)[order] for column in zip(*parts, strict=True)]
    delays = [
        s.delay_s for one in having for s in one.sensors
        if s.chemical == chemical and s.delay_s.known
    ]  # fmt: skip
    troubled = [
        settings.background_ppm is None
        and len(one.log.sensors) == 1
        and not one.behaviour(chemical, one.log.sensors[0]).has_baseline
        for one in having
    ]
    return GasRows(
        time[order] - time.min(), float(time.min()), joined[0], joined[1], sensor[order],
        joined[2], joined[3], joined[4], delays[0] if len(delays) == 1 else None, all(troubled),
    )  # fmt: skip


def _rows_of(
    one: Enhancement, chemical: str, frame: LocalFrame, settings: LocateSettings
) -> tuple[NDArray[np.float64], ...]:
    """Return near end, far end, enhancement, noise and the baseline's error of a log's rows."""
    log = one.log
    line = log.chemicals.index(chemical)
    reading = log.concentration_ppm[line]
    by_sensor = {s.sensor: s.noise_sd_ppm for s in one.sensors if s.chemical == chemical}
    told = np.array([by_sensor.get(name, np.nan) for name in log.sensors])[log.sensor_index]
    known = np.abs(reading[np.isfinite(reading)])
    least = LEAST_NOISE * float(np.median(known)) if known.size else 0.0
    noise = np.maximum(np.where(np.isfinite(told), told, 0.0), max(least, 1e-9))
    near = log.position_m(frame)
    if settings.background_ppm is not None:
        above, sd = reading - settings.background_ppm, np.zeros(reading.size)
    elif _is_site(near, log.sensor_index, len(log.sensors)):
        if _is_one_instrument(near, log.path_end_m(frame)):
            background, sd = common_background(log.time_unix_s, reading)
        else:
            background, sd = own_baselines(log.time_unix_s, reading, log.sensor_index)
        above, noise = reading - background, np.minimum(noise, np.maximum(sd, least))
    else:
        above, sd = one.enhancement_ppm[line], one.baseline_sd_ppm[line]
    return near, log.path_end_m(frame), above, noise, sd


def _is_site(place_m: NDArray[np.float64], sensor: NDArray[np.intp], n_sensors: int) -> bool:
    """Return True for several sensors that all stand still."""
    if n_sensors < LEAST_SITE_SENSORS:
        return False
    there = [place_m[sensor == k, :2] for k in range(n_sensors)]
    spans = [float(np.ptp(place, axis=0).max()) for place in there if len(place)]
    return max(spans) < STANDS_M


def _is_one_instrument(near_m: NDArray[np.float64], far_m: NDArray[np.float64]) -> bool:
    """Return True for open paths that all begin at one place."""
    paths = bool(np.linalg.norm(far_m - near_m, axis=1).min() > STANDS_M)
    return paths and float(np.ptp(near_m[:, :2], axis=0).max()) < STANDS_M


def own_baselines(
    time_unix_s: NDArray[np.float64], reading_ppm: NDArray[np.float64], sensor: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each sensor's own baseline over hours, and its error, each (row,) [ppm].

    Sensors of one site differ by tenths of a ppm in clean air, and drift apart. A log of hours
    shows each of them in clean air now and then, since the wind turns. One that never came into it
    takes the mean of the others', with their scatter as its error.

    Parameters
    ----------
    time_unix_s : (row,) [s]
    reading_ppm : (row,) [ppm]
    sensor : (row,) int
    """
    level, sd = np.full((2, reading_ppm.size), np.nan)
    settings = BaselineSettings(window_s=STAY_S, least_rows=60)
    lost = np.zeros(reading_ppm.size, bool)
    for one in np.unique(sensor):
        of = sensor == one
        own = estimate_baseline(time_unix_s[of], reading_ppm[of], settings)
        level[of], sd[of] = own.ppm, np.hypot(own.sd_ppm, own.noise_sd_ppm)
        lost[of] = bool(own.why_not)
    if lost.any() and not lost.all():
        others = np.array([level[(sensor == k) & ~lost].mean() for k in np.unique(sensor[~lost])])
        level[lost] = others.mean()
        sd[lost] = np.hypot(others.std(), np.nanmean(sd[~lost]))
    return level, sd


def common_background(
    time_unix_s: NDArray[np.float64], reading_ppm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the background of one instrument's paths, and its error, each (row,) [ppm].

    It has one zero, and paths from beside a source are all in its plume for most of the time. So
    the background is the hundredth part from below of all readings about the time, its error half
    of what lies between that and the tenth.

    Parameters
    ----------
    time_unix_s : (row,) [s]
    reading_ppm : (row,) [ppm]
        Of all paths; NaN where there is no value.
    """
    start, stop = float(time_unix_s[0]), float(time_unix_s[-1])
    n_knots = max(round((stop - start) / SITE_WINDOW_S), 1) + 1
    knots = np.linspace(start, stop, n_knots)
    levels = []
    for knot in knots:
        near = np.abs(time_unix_s - knot) <= SITE_WINDOW_S
        levels.append(np.nanquantile(reading_ppm[near], [0.01, 0.1]))
    low, high = (np.interp(time_unix_s, knots, level) for level in np.array(levels).T)
    return low, 0.5 * (high - low)
