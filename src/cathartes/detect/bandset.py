"""A cube seen through the bands that are searched."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.window import Regime, Window
from cathartes.errors import InputError
from cathartes.scenes.cube import Cube
from cathartes.scenes.sanity import SATURATION_REPEATS
from cathartes.scenes.stuck import stuck_pixels

T = TypeVar("T")
Tick = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done, 0 to 1."""

IMPOSSIBLE = 1e15
"""No radiance, in any unit, is so great; squares of what is greater soon overflow in float32."""

SAMPLE_BLOCKS = 6
"""Blocks, spread over the scene, in which bands are looked at."""

DARK_SHARE = {Regime.EMISSIVE: 0.25, Regime.REFLECTIVE: 0.002}
"""Where more of a band's values are nought or less, they may be its noise: half of them in a band
that sees nothing, some over water and in shadow. Where fewer are, they are faults: all that is warm
glows."""

CEILING_SHARE = 0.001
"""A band that takes its greatest value in so many of its pixels is looked at more closely."""

CEILING_TIMES, BELOW_CEILING = 3, 5
"""It saturates there if it takes it so many times as often as each of so many values below."""


@dataclass(frozen=True, slots=True)
class Bandset:
    """A cube seen through its used bands alone.

    Attributes
    ----------
    cube
        The scene.
    index : (used,) int
        Bands of the cube.
    lit : (used,) bool
        Bands in which no light is nought or less: such a value is a fault. None: in no band.
    ceiling : (used,) [cube's unit]
        Where a band saturates; infinite where it does not. None: nowhere.
    """

    cube: Cube
    index: NDArray[np.intp]
    block_bytes: int
    lit: NDArray[np.bool_] | None = None
    ceiling: NDArray[np.float32] | None = None

    @property
    def wavelength_um(self) -> NDArray[np.float64]:
        """Centres of the used bands, (used,) [um]."""
        return self.cube.bands.centre_um[self.index]

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop of the used bands in their order, (line, sample, used)."""
        block = self.cube.read_lines(start, stop)
        if np.array_equal(self.index, np.arange(self.cube.n_bands)):
            return block
        return np.ascontiguousarray(block[:, :, self.index])

    def usable(self, block: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return True for measured pixels, (line, sample).

        They are `clean_pixels` with light in every `lit` band, below every band's ceiling, and not
        what a camera repeats (`stuck_pixels`).

        Parameters
        ----------
        block : (line, sample, used) [cube's unit]
            As read: not less a mean.
        """
        clean = clean_pixels(block)
        if not block.size:
            return clean
        clean &= ~stuck_pixels(block)
        with np.errstate(invalid="ignore"):
            if self.lit is not None and self.lit.any():
                clean &= (block if self.lit.all() else block[:, :, self.lit]).min(axis=2) > 0
            if self.ceiling is not None:
                ends = np.isfinite(self.ceiling)
                clean &= (block[:, :, ends] < self.ceiling[ends]).all(axis=2)
        return clean

    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Return (start, stop) of blocks of lines."""
        return self.cube.line_ranges(self.block_bytes)

    def sample_ranges(self) -> tuple[tuple[int, int], ...]:
        """Return some of the blocks, evenly spread over the scene."""
        ranges = self.ranges()
        chosen = np.unique(np.linspace(0, len(ranges) - 1, SAMPLE_BLOCKS).round().astype(int))
        return tuple(ranges[i] for i in chosen)


def usable_bandset(cube: Cube, window: Window, min_bands: int, block_bytes: int) -> Bandset:
    """Leave out bands of the window that are mostly empty or constant in the sampled blocks.

    Raises
    ------
    InputError
        If too few bands remain.
    """
    whole = Bandset(cube, window.index, block_bytes)
    finite = np.zeros(window.index.size)
    low = np.full(window.index.size, np.inf)
    high = np.full(window.index.size, -np.inf)
    n_highest = np.zeros(window.index.size, np.intp)
    for start, stop in whole.sample_ranges():
        block = whole.read(start, stop)
        if clean_pixels(block).all():
            finite += block.shape[0] * block.shape[1]
            least = greatest = block
        else:
            good = np.isfinite(block)
            finite += good.sum(axis=(0, 1))
            least, greatest = np.where(good, block, np.inf), np.where(good, block, -np.inf)
        low = np.minimum(low, least.min(axis=(0, 1)))
        here = greatest.max(axis=(0, 1))
        n_highest[here > high] = 0
        high = np.maximum(high, here)
        n_highest += (greatest == high).sum(axis=(0, 1))
    alive = (finite >= 0.5 * finite.max()) & (high > low)
    if not finite.any():
        raise InputError(
            f"cube {cube.name}: every value looked at is empty (NaN or the ignore value); there "
            "is nothing to search. Check the ignore value of the header."
        )
    if alive.sum() < min_bands:
        raise InputError(
            f"cube {cube.name}: of {alive.size} bands in the window only {alive.sum()} hold "
            f"values that vary; at least {min_bands} are needed."
        )
    living = Bandset(cube, window.index[alive], block_bytes)
    often = alive & (n_highest >= np.maximum(SATURATION_REPEATS, CEILING_SHARE * finite))
    ceiling = _ceilings(whole, often) if often.any() else None
    return replace(
        living,
        lit=_dark_share(living) <= DARK_SHARE[window.regime],
        ceiling=None if ceiling is None else ceiling[alive],
    )


def _dark_share(living: Bandset) -> NDArray[np.float64]:
    """Return in which part of the clean pixels each band is nought or less, (used,)."""
    dark, n_clean = np.zeros(living.index.size), 0
    for start, stop in living.sample_ranges():
        block = living.read(start, stop)
        clean = clean_pixels(block)
        dark += (block[clean] <= 0).sum(axis=0)
        n_clean += int(np.count_nonzero(clean))
    return dark / max(n_clean, 1)


def _ceilings(whole: Bandset, often: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Return where bands saturate that take their greatest value often, (band,); None if none.

    Coarse numbers take it often too, but not `CEILING_TIMES` as often as the next ones below.
    """
    ceiling = np.full(often.size, np.inf, np.float32)
    blocks = [whole.read(start, stop) for start, stop in whole.sample_ranges()]
    for band in np.flatnonzero(often):
        values, times = np.unique(
            np.concatenate([block[:, :, band].ravel() for block in blocks]), return_counts=True
        )
        times = times[np.isfinite(values)]
        if times.size > BELOW_CEILING and times[-1] >= (
            CEILING_TIMES * times[-1 - BELOW_CEILING : -1].max()
        ):
            ceiling[band] = values[np.isfinite(values)][-1]
    return ceiling if np.isfinite(ceiling).any() else None


def blocks_in_threads(
    bandset: Bandset,
    reach_px: int,
    work: Callable[[NDArray[np.float32], slice, int], T],
    workers: int,
) -> Iterator[tuple[int, int, T]]:
    """Yield (start, stop, result) of each block in turn, few of them in memory.

    Blocks are read one after another and worked on by several threads.

    Parameters
    ----------
    reach_px : [pixel]
        Lines that are read before and behind each block's own.
    work : block (line, sample, band), its own lines in it, the scene's first of these → result
        May overwrite the block.
    """
    n_lines = bandset.cube.n_lines
    waiting: deque[tuple[int, int, Future[T]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for start, stop in bandset.ranges():
            low, high = max(start - reach_px, 0), min(stop + reach_px, n_lines)
            block = bandset.read(low, high)
            keep = slice(start - low, stop - low)
            waiting.append((start, stop, pool.submit(work, block, keep, start)))
            if len(waiting) > workers + 1:
                first, last, task = waiting.popleft()
                yield first, last, task.result()
        for first, last, task in waiting:
            yield first, last, task.result()


def clean_pixels(block: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return True for pixels that may hold light: usable in every band, (line, sample).

    Values are finite and below `IMPOSSIBLE`, and one of them is above nought: nothing that glows or
    reflects is nought or less in all bands. Others are a border, -9999 or 1e30 that the header does
    not call no value.

    Parameters
    ----------
    block : (line, sample, band) [cube's unit]
        As read: not less a mean.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total = block @ np.ones(block.shape[2], block.dtype)
    # A sum is small if every value is, and above nought only if one is: no look at each. (Of great
    # values of both signs it could be small too: no instrument gives these.)
    if (np.abs(total) < IMPOSSIBLE).all():
        clean = np.ones(total.shape, dtype=bool)
    else:
        clean = np.asarray((np.abs(block) < IMPOSSIBLE).all(axis=2))
    dark = clean & (total <= 0)
    if dark.any():
        clean[dark] = (block[dark] > 0).any(axis=1)
    return clean
