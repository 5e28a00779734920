"""Hills' cores and outlined pieces, read again: their mean spectra less their surroundings'.

A pixel's noise hides what a signature leaves over. A mean has little noise, and shows whether
signatures explain it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from cathartes.detect.bandset import Bandset, Tick
from cathartes.detect.chance import HILL_SHARE
from cathartes.detect.outline import EIGHT_NEIGHBOURS, widened

CORE_REACH_PX = 5
"""A core reaches so far from its peak, [pixel]."""
WINDOW_REACH_PX = 12
"""Its surroundings reach so far from its peak, [pixel]."""
RING_GAP_PX = 2
"""They begin so far from the hill, [pixel]."""


@dataclass(frozen=True, slots=True)
class Core:
    """One hill's core or one piece, and its surroundings, in a window of the scene.

    Attributes
    ----------
    line, sample
        First of the window.
    weight : (line, sample) float32
        Height inside the core, 0 elsewhere.
    ring : (line, sample) bool
        Surroundings.
    n_pixels
        Of the core itself.
    """

    line: int
    sample: int
    weight: NDArray[np.float32]
    ring: NDArray[np.bool_]
    n_pixels: int

    @classmethod
    def around(cls, height: NDArray[np.float32], line: int, sample: int) -> "Core":
        """Cut a peak's core out of the heights, (line, sample).

        The hill is the connected ground above `HILL_SHARE` of the peak.
        """
        top, left = max(line - WINDOW_REACH_PX, 0), max(sample - WINDOW_REACH_PX, 0)
        window = np.nan_to_num(
            height[top : line + WINDOW_REACH_PX + 1, left : sample + WINDOW_REACH_PX + 1]
        )
        hills, _ = label(window >= HILL_SHARE * height[line, sample], structure=EIGHT_NEIGHBOURS)
        hill = hills == hills[line - top, sample - left]
        rows, columns = np.ogrid[: window.shape[0], : window.shape[1]]
        near = (np.abs(rows + top - line) <= CORE_REACH_PX) & (
            np.abs(columns + left - sample) <= CORE_REACH_PX
        )
        ring = ~widened(hill, RING_GAP_PX)
        core = hill & near
        weight = np.where(core, window, 0).astype(np.float32)
        return cls(top, left, weight, ring, int(core.sum()))


def cores_of_labels(
    labels: NDArray[np.int32], rings: NDArray[np.int32], weight: NDArray[np.float32]
) -> list[Core]:
    """Return every outlined piece as a core, in the order of the labels.

    Parameters
    ----------
    labels, rings : (line, sample) int32
        Pieces, each with a pixel at least, and whose surroundings a pixel is.
    weight : (line, sample)
        How much each pixel counts inside its piece, not negative.
    """
    cores = []
    windows = find_objects(np.where(labels > 0, labels, rings))
    for number, window in enumerate(windows, start=1):
        inside = labels[window] == number
        cores.append(
            Core(
                line=window[0].start,
                sample=window[1].start,
                weight=np.where(inside, weight[window], np.float32(0.0)),
                ring=rings[window] == number,
                n_pixels=int(inside.sum()),
            )
        )
    return cores


@dataclass(frozen=True, slots=True)
class CoreSignals:
    """What the cores of hills hold beyond their surroundings.

    Attributes
    ----------
    signal : (core, band) [cube's unit]
    n_core, n_ring : (core,) [pixel]
        Effective numbers of pixels.
    """

    signal: NDArray[np.float64]
    n_core: NDArray[np.float64]
    n_ring: NDArray[np.float64]

    def part(self, cores: slice) -> "CoreSignals":
        """Return those of some of the cores."""
        return CoreSignals(self.signal[cores], self.n_core[cores], self.n_ring[cores])


def read_cores(
    bandset: Bandset, mean: NDArray[np.float32], cores: list[Core], stage: str, tick: Tick
) -> CoreSignals:
    """Read the mean spectra of cores less those of their surroundings.

    Parameters
    ----------
    mean : (sample, band) [cube's unit]
        Of the background.
    cores
        Any number; lines without one are not read.
    stage
        What the progress is called.
    """
    n_bands = bandset.index.size
    inside, around = np.zeros((len(cores), n_bands)), np.zeros((len(cores), n_bands))
    total, squares, n_ring = (np.zeros(len(cores)) for _ in range(3))
    for start, stop in bandset.ranges():
        here = [
            (number, core)
            for number, core in enumerate(cores)
            if core.line < stop and core.line + len(core.weight) > start
        ]
        if not here:
            continue
        low = max(start, min(core.line for _, core in here))
        high = min(stop, max(core.line + len(core.weight) for _, core in here))
        block = bandset.read(low, high)
        usable = bandset.usable(block)
        for number, core in here:
            first, last = max(core.line, start), min(core.line + len(core.weight), stop)
            rows = slice(first - core.line, last - core.line)
            columns = slice(core.sample, core.sample + core.weight.shape[1])
            pixels = block[first - low : last - low, columns] - mean[columns]
            good = usable[first - low : last - low, columns]
            weight, ring = core.weight[rows] * good, core.ring[rows] & good
            held = weight > 0
            inside[number] += weight[held].astype(np.float64) @ pixels[held]
            total[number] += weight.sum(dtype=np.float64)
            squares[number] += (weight.astype(np.float64) ** 2).sum()
            around[number] += pixels[ring].sum(axis=0, dtype=np.float64)
            n_ring[number] += ring.sum()
        tick(stage, stop / bandset.cube.n_lines)
    signal = inside / np.maximum(total, 1e-30)[:, None]
    signal -= around / np.maximum(n_ring, 1.0)[:, None]
    return CoreSignals(signal, total**2 / np.maximum(squares, 1e-30), n_ring)
