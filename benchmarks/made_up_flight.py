"""A flight to and fro across a plume with a slow sensor, everything known."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

STEP_S = 0.1


@dataclass
class MadeUp:
    """Rows at the sensor's rate: time, distance along the line, reading, true baseline."""

    time_s: np.ndarray
    along_m: np.ndarray
    ppm: np.ndarray
    baseline_ppm: np.ndarray


def wander(rng, n, sd, memory_s):
    """Return a first-order Gauss-Markov process, (step,)."""
    keep = np.exp(-STEP_S / memory_s)
    kicks = rng.normal(size=n) * sd * np.sqrt(1 - keep**2)
    return lfilter([1.0], [1.0, -keep], kicks)


def fly(
    seed,
    *,
    time_constant_s=1.5,
    dead_time_s=1.0,
    rate_hz=1.0,
    passes=12,
    speed_m_s=5.0,
    half_line_m=150.0,
    plume_sd_m=15.0,
    wander_m=10.0,
    puff_s=2.0,
    amount_ppm=2.0,
    noise_ppm=0.02,
    drift_ppm=0.1,
):
    """Return what a sensor reads: puffs in a wandering plume, delayed, slowed, on a drifting base.

    ``puff_s`` None makes a smooth plume.
    """
    rng = np.random.default_rng(seed)
    turn_s = 2 * half_line_m / speed_m_s
    time = np.arange(int(passes * turn_s / STEP_S)) * STEP_S
    phase = (time / turn_s) % 2
    along = half_line_m * np.where(phase < 1, 2 * phase - 1, 3 - 2 * phase)
    middle = wander(rng, time.size, wander_m, 60.0)
    puffs = 1.0
    if puff_s is not None:
        puffs = np.maximum(wander(rng, time.size, 1.0, puff_s) + 0.3, 0) ** 1.5
    gas = amount_ppm * np.exp(-0.5 * ((along - middle) / plume_sd_m) ** 2) * puffs
    if time_constant_s > 0:
        share = 1 - np.exp(-STEP_S / time_constant_s)
        gas = lfilter([share], [1, share - 1], gas)
    gas = np.interp(time - dead_time_s, time, gas)
    rows = slice(None, None, round(1 / rate_hz / STEP_S))
    baseline = 1.9 + drift_ppm * np.sin(2 * np.pi * time / 800)
    reading = gas[rows] + baseline[rows] + noise_ppm * rng.normal(size=time[rows].size)
    return MadeUp(time[rows], along[rows], reading, baseline[rows])


def position_m(flight, aside_m=0.0):
    """Return (row, 3): east along the line, north aside, 20 m up."""
    along = flight.along_m
    return np.column_stack([along, np.full(along.size, aside_m), np.full(along.size, 20.0)])
