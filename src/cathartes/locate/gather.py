"""From logs above their baselines to blocks of one gas, in one frame and on one clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.locate.blocks import Blocks, gather_blocks
from cathartes.locate.settings import LocateSettings
from cathartes.locate.site_baseline import (
    all_stand,
    instrument_noise_ppm,
    is_one_instrument,
    is_site,
    site_baseline,
)
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.logs.estimate import Estimate
from cathartes.scenes.records.times import iso_text

THINNED_S = 1.0
"""Faster rows say no more: a sensor's response and a puff take longer than a second."""
MOST_STANDING, STANDING_S = 10_000, 30.0
"""Readings of sensors that stand, from which they and their wind are averaged, over so long at
least: a plume that is looked at for hours is told by its means, and each reading costs as much."""
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
    instrument : (row,) int or None
        Whose zero a row shares with other sensors; -1: its sensor's own.
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
    instrument: NDArray[np.intp] | None = None

    @property
    def known(self) -> NDArray[np.bool_]:
        """True for rows with a reading above a baseline, (row,)."""
        return np.isfinite(self.enhancement_ppm) & np.isfinite(self.baseline_sd_ppm)

    def without(self, rows: NDArray[np.bool_]) -> "GasRows":
        """Return the same with some rows, (row,), as if they had no value."""
        return replace(self, enhancement_ppm=np.where(rows, np.nan, self.enhancement_ppm))

    def during(self, start_unix_s: float, stop_unix_s: float) -> "GasRows":
        """Return the same with rows from start to stop alone.

        Raises
        ------
        InputError
            If there is none.
        """
        time = self.start_unix_s + self.time_s
        outside = (time < start_unix_s) | (time > stop_unix_s)
        if outside.all():
            raise InputError(
                f"no reading from {iso_text(start_unix_s)} to {iso_text(stop_unix_s)}; the logs "
                f"have some from {iso_text(time.min())} to {iso_text(time.max())}: choose of those."
            )
        return self.without(outside)

    @property
    def slow_s(self) -> float:
        """How long readings are averaged over because they are too many, [s]; 0 if not at all."""
        n = int(np.count_nonzero(self.known))
        if n <= MOST_STANDING or not all_stand(self.near_m, self.sensor):
            return 0.0
        of_one = self.time_s[self.sensor == np.bincount(self.sensor).argmax()]
        step_s = float(np.median(np.diff(of_one)))
        n_steps = max(np.ceil(n / MOST_STANDING), np.ceil(STANDING_S / step_s))
        return step_s * float(n_steps)

    def thinned(self, during_s: float = THINNED_S) -> "GasRows":
        """Return means over a time of each sensor, where rows are closer together.

        A time without any reading stays, and has none.
        """
        step = np.diff(self.time_s)
        if not (step.size and np.median(step) < 0.5 * during_s):
            return self
        key = np.column_stack([np.floor(self.time_s / during_s), self.sensor])
        _, first, of = np.unique(key, axis=0, return_index=True, return_inverse=True)
        of, good = of.reshape(-1), self.known
        n_rows, n_good = np.bincount(of), np.bincount(of, good)
        n_read = np.where(n_good > 0, n_good, np.nan)

        def placed(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack([np.bincount(of, axis) / n_rows for axis in values.T])

        def read(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray(np.bincount(of, np.where(good, values, 0.0)) / n_read)

        return replace(
            self,
            time_s=np.bincount(of, self.time_s) / n_rows,
            near_m=placed(self.near_m),
            far_m=placed(self.far_m),
            sensor=self.sensor[first],
            enhancement_ppm=read(self.enhancement_ppm),
            noise_sd_ppm=read(self.noise_sd_ppm) / np.sqrt(n_read),
            baseline_sd_ppm=read(self.baseline_sd_ppm),
            instrument=None if self.instrument is None else self.instrument[first],
        )

    def blocks(self, block_s: float) -> Blocks:
        """Return block means."""
        return gather_blocks(
            self.time_s, self.near_m, self.far_m, self.sensor, self.enhancement_ppm,
            self.noise_sd_ppm, self.baseline_sd_ppm, block_s,
            instrument=self.instrument,
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
    instrument = np.concatenate(
        [np.full(len(one.log), _zero(k, one, frame, settings)) for k, one in enumerate(having)]
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
        instrument[order],
    )  # fmt: skip


def _zero(number: int, one: Enhancement, frame: LocalFrame, settings: LocateSettings) -> int:
    """Return the number of a log if all its sensors share one zero that is not known, else -1."""
    near, far = one.log.position_m(frame), one.log.path_end_m(frame)
    shared = is_site(near, one.log.sensor_index) and is_one_instrument(near, far)
    return number if shared and settings.background_ppm is None else -1


def _rows_of(
    one: Enhancement, chemical: str, frame: LocalFrame, settings: LocateSettings
) -> tuple[NDArray[np.float64], ...]:
    """Return near end, far end, enhancement, noise and the baseline's error of a log's rows."""
    log = one.log
    line = log.chemicals.index(chemical)
    reading = log.concentration_ppm[line]
    by_sensor = {s.sensor: s.noise_sd_ppm for s in one.sensors if s.chemical == chemical}
    told = np.array([by_sensor.get(name, np.nan) for name in log.sensors])[log.sensor_index]
    read = np.abs(reading[np.isfinite(reading)])
    least = LEAST_NOISE * float(np.median(read)) if read.size else 0.0
    noise = np.maximum(np.where(np.isfinite(told), told, 0.0), max(least, 1e-9))
    near, far = log.position_m(frame), log.path_end_m(frame)
    if settings.background_ppm is not None:
        above, sd = reading - settings.background_ppm, np.zeros(reading.size)
    elif is_site(near, log.sensor_index):
        background, sd = site_baseline(log.time_unix_s, near, far, log.sensor_index, reading)
        most = sd  # what was told has the gas in it
        if is_one_instrument(near, far):
            most = np.fmax(sd, instrument_noise_ppm(reading, log.sensor_index))
        above, noise = reading - background, np.minimum(noise, np.maximum(most, least))
    else:
        above, sd = one.enhancement_ppm[line], one.baseline_sd_ppm[line]
    return near, far, above, noise, sd
