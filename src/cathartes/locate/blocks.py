"""Readings gathered into blocks of a few seconds: what a model of mean plumes can be held to."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

STANDS_M = 5.0
"""A sensor whose places differ by less stands still, and its position's noise is no motion."""
PATH_STEP_M = 3.0
"""Open paths are averaged over points so far apart."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Block means of one gas, and the points of air that each is a mean of.

    Attributes
    ----------
    time_s : (point,) [s]
        When each point was measured, on any clock.
    place_m : (point, 3) [m]
        East, north, up.
    velocity_m_s : (point, 3) [m s-1]
        Of the sensor; zero for fixed ones.
    of_block : (point,) int
        Which block it belongs to.
    share : (point,)
        Of that block's mean; the shares of a block add to one.
    mean_ppm, sd_ppm : (block,) [ppm]
        Mean above the baseline, and the standard deviation of its error from noise and baseline.
    baseline_sd_ppm : (block,) [ppm]
        The baseline's part of it, which many blocks share.
    sensor : (block,) int
        Whose; None: all of one.
    instrument : (block,) int
        Whose zero the block shares with other sensors; -1, or None: its sensor's own.
    """

    time_s: NDArray[np.float64]
    place_m: NDArray[np.float64]
    velocity_m_s: NDArray[np.float64]
    of_block: NDArray[np.intp]
    share: NDArray[np.float64]
    mean_ppm: NDArray[np.float64]
    sd_ppm: NDArray[np.float64]
    baseline_sd_ppm: NDArray[np.float64]
    sensor: NDArray[np.intp] | None = None
    instrument: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        """Return the number of blocks."""
        return self.mean_ppm.size

    @property
    def moves(self) -> bool:
        """True if a sensor moves: only then a delay displaces what it saw."""
        return bool(np.abs(self.velocity_m_s).max(initial=0.0) > 0.1)

    @property
    def own_sd_ppm(self) -> NDArray[np.float64]:
        """Without what blocks share with those of other sensors, (block,) [ppm]."""
        if self.instrument is None:
            return self.sd_ppm
        own = np.sqrt(self.sd_ppm**2 - self.baseline_sd_ppm**2)
        return np.where(self.instrument >= 0, own, self.sd_ppm)

    def in_order(self) -> "Blocks":
        """Return the same with the points of each block together."""
        order = np.argsort(self.of_block, kind="stable")
        return replace(
            self, time_s=self.time_s[order], place_m=self.place_m[order],
            velocity_m_s=self.velocity_m_s[order], of_block=self.of_block[order],
            share=self.share[order],
        )  # fmt: skip

    def runs(self) -> NDArray[np.intp]:
        """Return which run each block is of, (block,): of one sensor, and in it time ascends."""
        time = self.averaged(self.time_s)
        sensor = np.zeros(time.size) if self.sensor is None else self.sensor
        broken = (np.diff(time, prepend=-np.inf) <= 0) | (np.diff(sensor, prepend=sensor[:1]) != 0)
        return np.cumsum(broken)

    def averaged(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means of values at points, (block,).

        Parameters
        ----------
        values : (point,)
        """
        return np.asarray(np.bincount(self.of_block, self.share * values, len(self)), np.float64)

    def averaged_at(self, at: NDArray[np.intp], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return block means of values that are 0 but at some points, (block,).

        Parameters
        ----------
        at, values : (any,)
        """
        sums = np.bincount(self.of_block[at], self.share[at] * values, len(self))
        return np.asarray(sums, np.float64)

    def centre_m(self) -> NDArray[np.float64]:
        """Return the middle of each block, (block, 3) [m]."""
        return np.column_stack([self.averaged(axis) for axis in self.place_m.T])


def gather_blocks(
    time_s: NDArray[np.float64],
    near_m: NDArray[np.float64],
    far_m: NDArray[np.float64],
    sensor: NDArray[np.intp],
    enhancement_ppm: NDArray[np.float64],
    noise_sd_ppm: NDArray[np.float64],
    baseline_sd_ppm: NDArray[np.float64],
    block_s: float,
    *,
    instrument: NDArray[np.intp] | None = None,
) -> Blocks:
    """Return rows gathered by sensor and time; rows with NaN are left out.

    Parameters
    ----------
    time_s : (row,) [s]
    near_m, far_m : (row, 3) [m]
        Ends of a path; the same for a point.
    sensor : (row,) int
    enhancement_ppm, noise_sd_ppm, baseline_sd_ppm : (row,) [ppm]
        Reading above the baseline, noise of a row, and error of the baseline, which all rows of a
        block share.
    block_s
        Length of a block.
    instrument : (row,) int or None
        As in `Blocks`.
    """
    velocity = _velocity(time_s, near_m, sensor)
    good = np.isfinite(enhancement_ppm) & np.isfinite(baseline_sd_ppm)
    key = np.column_stack([sensor, np.floor((time_s - time_s.min()) / block_s).astype(np.intp)])
    keys, first, of_block = np.unique(key[good], axis=0, return_index=True, return_inverse=True)
    of_block = of_block.reshape(-1)
    count = np.bincount(of_block)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(of_block, values[good]) / count)

    baseline_sd = mean(baseline_sd_ppm)
    sd = np.sqrt(mean(noise_sd_ppm**2) / count + baseline_sd**2)
    length = np.linalg.norm(far_m - near_m, axis=1)[good]
    n_points = np.maximum(np.ceil(length / PATH_STEP_M).astype(np.intp), 1)
    row = np.repeat(np.arange(good.sum()), n_points)
    along = (np.arange(row.size) - np.repeat(np.cumsum(n_points) - n_points, n_points) + 0.5) / (
        n_points[row]
    )
    place = near_m[good][row] + along[:, None] * (far_m - near_m)[good][row]
    return Blocks(
        time_s=time_s[good][row],
        place_m=place,
        velocity_m_s=velocity[good][row],
        of_block=of_block[row],
        share=1.0 / (count[of_block] * n_points)[row],
        mean_ppm=mean(enhancement_ppm),
        sd_ppm=sd,
        baseline_sd_ppm=baseline_sd,
        sensor=keys[:, 0],
        instrument=None if instrument is None else instrument[good][first],
    )


def _velocity(
    time_s: NDArray[np.float64], place_m: NDArray[np.float64], sensor: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return how fast each row's sensor moves, (row, 3) [m s-1]."""
    velocity = np.zeros(place_m.shape)
    for one in np.unique(sensor):
        rows = np.flatnonzero(sensor == one)
        if rows.size > 2 and np.ptp(place_m[rows, :2], axis=0).max() > STANDS_M:
            velocity[rows] = np.gradient(place_m[rows], time_s[rows], axis=0)
    return velocity
