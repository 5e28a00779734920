"""Plumes too faint for any single square: scores added up along lines.

A plume is drawn out along the wind, and shows a little over tens of pixels where no square of them
shows enough. Nobody says how the wind blows, so that lines in all directions are looked along.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label, uniform_filter

from cathartes.detect.bandset import Tick
from cathartes.detect.bank import apply_bank
from cathartes.detect.cells import Cells
from cathartes.detect.chance import HILL_SHARE, fit_chance
from cathartes.detect.cores import Core, read_cores
from cathartes.detect.explained import peak_misfits
from cathartes.detect.outline import EIGHT_NEIGHBOURS, Seed, widened
from cathartes.detect.pursuit import MAX_CORE_MISFIT
from cathartes.detect.scales import CORE_QUANTILE, PatchNoise
from cathartes.detect.search import Heights, Searcher
from cathartes.detect.seeds import Peaks

DIRECTIONS = (
    ((0, 1), (0, 2)), ((1, 1), (1, 2)), ((1, 1), (2, 2)), ((1, 1), (2, 1)),
    ((1, 0), (2, 0)), ((1, -1), (2, -1)), ((1, -1), (2, -2)), ((1, -1), (1, -2)),
)  # fmt: skip
"""One step and two steps along each direction, (line, sample): lines 22 to 27 degrees apart."""
LENGTHS = (8, 16)
"""Strips are so many cells long, powers of two, and two wide: 24 and 48 pixels by 6."""
SURROUNDINGS = 9
"""What a cell shows beyond its surroundings counts; they are a square of so many cells."""
LOOKS = 2
"""Single squares are one look, lines the other: at any number chance gives as many by each."""
IMITATION = 2.5
"""So many times as often as decoys does ground answer to gases (decision 0039: 12 hills where by
the decoys' own laws there were 5): alcohols absorb where silicates do."""
IMITATED_PER_PX = 2e-7
"""And so often a pixel at any height: a border's whole length of ground that imitates a pair of
gases stands far above what the tail of decoys' hills gives."""
LIMIT_SHARE = 0.5
"""Faint plumes are reported up to this part of `DetectSettings.greatest_by_chance`: on 62
development scenes lines added one true plume and two false ones between it and the whole."""
MISFITS = (MAX_CORE_MISFIT, 2 * MAX_CORE_MISFIT)
"""What signatures may leave of a hill; each class has its law, and the second counts the first's
decoys too. On 24 searches of development scenes it let one plume in of 79, and no ground."""
LEAST_SQUARE = 4.6
"""Score of a faint plume's highest square, at least: gas is densest near where it comes from, and
what is as faint all along is a border. Of true ones in 74 development scenes 43 have 4.8 and more,
one 4.56; of five false ones in the same scenes without plumes four have 3.3 to 4.4."""
LEAST_SHAPE = 0.02
"""Of the law of chance: a sum of cells of which none counts much has no heavy tail."""
FAINT_HILL_SHARE = 0.8
"""Gases and decoys compete on the connected cells above this share of a peak: the greatest of so
many sums is nowhere small, and above 0.6 of it most of the scene is one hill."""
OUTLINE_SHARE = 0.5
"""A faint plume is outlined down to this share of its hill's height."""
MEASURED_CELLS = 4000
"""Cells on which the size of a sum is measured."""
RING_GAP, RING_WIDTH = 1, 3
"""The clean surroundings of a faint hill, in cells: so far from it, and so wide."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells on which sums along lines are made.

    Attributes
    ----------
    usable : (line, sample) bool
        False where nothing is known, or what is known is a plume's.
    around : (line, sample) float32
        Usable share of each cell's surroundings.
    some : (cell,) int
        Usable cells, spread over the scene, on which sums are measured; flat numbers.
    """

    usable: NDArray[np.bool_]
    around: NDArray[np.float32]
    some: NDArray[np.intp]

    @classmethod
    def of(cls, usable: NDArray[np.bool_]) -> "Ground":
        """Measure which surroundings of cells, (line, sample) bool, are usable."""
        around = uniform_filter(usable.astype(np.float32), SURROUNDINGS, mode="constant")
        cells = np.flatnonzero(usable)
        return cls(usable, np.maximum(around, 1e-6), cells[:: 1 + cells.size // MEASURED_CELLS])

    def streaks(self, score: NDArray[np.float32]) -> NDArray[np.float32]:
        r"""Return the strongest sum along a line through each cell, (line, sample), signed.

        .. math:: t_{n,k} = \frac{1}{\sigma_{n,k}}
                  \sum_{c \in S_{n,k}} (s_c - \langle s \rangle_c)

        S is a strip of n cells by two in direction k, ⟨s⟩ the mean over a cell's surroundings, σ
        the 68 % quantile of the sum's size over the scene, so that what clutter adds up to is in
        it.

        Parameters
        ----------
        score : (line, sample)
            Cut scores of one signature, of cells.
        """
        known = np.where(self.usable, score, np.float32(0.0))
        mean = uniform_filter(known, SURROUNDINGS, mode="constant") / self.around
        beyond = np.where(self.usable, known - mean, np.float32(0.0))
        low, high = np.zeros_like(beyond), np.zeros_like(beyond)
        if not self.some.size:
            return high
        scaled = np.empty_like(beyond)
        for total in strip_sums(beyond):
            size = np.abs(total[np.unravel_index(self.some, total.shape)])
            rank = int(CORE_QUANTILE * (size.size - 1))
            sd = max(float(np.partition(size, rank)[rank]), 1e-6)
            np.multiply(total, np.float32(1.0 / sd), out=scaled)
            np.maximum(high, scaled, out=high)
            np.minimum(low, scaled, out=low)
        return np.where(self.usable, np.where(-low > high, low, high), np.float32(0.0))


def strip_sums(values: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield the sums over strips centred on each cell, (line, sample): each direction and length.

    A sum over 2 n cells is that over n, and the same n cells on. Nothing lies beyond the border.
    What is yielded lasts until the next.
    """
    margin = max(LENGTHS) // 2 + 1
    padded = np.pad(values, margin)
    pairs = {beside: _plus_shifted(padded, beside) for beside in ((1, 0), (0, 1))}
    for one, two in DIRECTIONS:
        beside = (1, 0) if abs(two[1]) > abs(two[0]) else (0, 1)
        total, length = _plus_shifted(pairs[beside], one), 2
        while length < max(LENGTHS):
            total = _plus_shifted(total, (two[0] * length // 2, two[1] * length // 2))
            length *= 2
            if length in LENGTHS:
                line, sample = (margin - step * length // 4 for step in two)
                yield total[line : line + values.shape[0], sample : sample + values.shape[1]]


def _plus_shifted(values: NDArray[np.float32], by: tuple[int, int]) -> NDArray[np.float32]:
    """Return values plus those so many lines and samples on; lines are not negative.

    Near the border, where there are none, they are nought.
    """
    line, sample = by
    n_lines, n_samples = values.shape
    here = slice(max(-sample, 0), n_samples - max(sample, 0))
    there = slice(max(sample, 0), n_samples + min(sample, 0))
    total = np.empty_like(values)
    total[n_lines - line :] = 0.0
    total[:, : here.start], total[:, here.stop :] = 0.0, 0.0
    np.add(values[: n_lines - line, here], values[line:, there], out=total[: n_lines - line, here])
    return total


@dataclass(frozen=True, slots=True)
class FaintHills:
    """Hills of sums along lines, away from the plumes that single squares show.

    Attributes
    ----------
    cells
        What was added up.
    usable : (line, sample) bool
        Of cells.
    peaks
        In cells.
    cores, outlines : (candidate,) of (line, sample) bool
        Connected cells above `HILL_SHARE` of each candidate's hill, and above `OUTLINE_SHARE`; see
        `Peaks.candidates`.
    """

    cells: Cells
    usable: NDArray[np.bool_]
    peaks: Peaks
    cores: tuple[NDArray[np.bool_], ...]
    outlines: tuple[NDArray[np.bool_], ...]

    @classmethod
    def find(
        cls,
        cells: Cells,
        n_gases: int,
        known: NDArray[np.bool_],
        valid: NDArray[np.bool_],
        workers: int = 1,
    ) -> "FaintHills":
        """Look along lines for every gas and every decoy.

        Parameters
        ----------
        n_gases
            The first signatures of the cells are theirs.
        known : (line, sample) bool
            True in and near plumes already found: what they show is not counted twice.
        valid : (line, sample) bool
            Pixels that were searched.
        workers
            Threads that look; what is found does not depend on it.
        """
        ground = Ground.of(cells.of_pixels(valid & ~known))
        with ThreadPoolExecutor(workers) as pool:
            gas, gas_winner = _highest(cells, range(n_gases), ground, pool)
            decoy, decoy_winner = _highest(cells, range(n_gases, len(cells.row)), ground, pool)
        peaks = Peaks.of_heights(Heights(gas, decoy, gas_winner, decoy_winner), FAINT_HILL_SHARE)
        seen = cache(lambda signature: ground.streaks(cells.score(signature)))
        cores: list[NDArray[np.bool_]] = []
        outlines: list[NDArray[np.bool_]] = []
        for peak in peaks.candidates.tolist():
            place = int(peaks.line[peak]), int(peaks.sample[peak])
            number = int(decoy_winner[place])
            sham = n_gases + (number if number >= 0 else -1 - number)
            found = seen(int(peaks.gas[peak]) if peaks.gas_won[peak] else sham)
            for share, kept in ((HILL_SHARE, cores), (OUTLINE_SHARE, outlines)):
                hills, _ = label(found / found[place] >= share, EIGHT_NEIGHBOURS)
                kept.append(hills == hills[place])
        return cls(cells, ground.usable, peaks, tuple(cores), tuple(outlines))

    def misfits(
        self, searcher: Searcher, noise: PatchNoise, shape: tuple[int, int], tick: Tick
    ) -> NDArray[np.float64]:
        """Return what one or two signatures leave of each peak's core, (peak,).

        What clean ground leaves is measured on the same cores mirrored at the scene's middle: a
        long strip averages clutter otherwise than the square patches of `PatchNoise`.

        Parameters
        ----------
        noise
            Of means over square patches.
        shape
            Of the scene.
        """
        cores = [self._core(region, shape) for region in self.cores]
        mirrored = (region[::-1, ::-1] & self.usable for region in self.cores)
        elsewhere = [self._core(region, shape) for region in mirrored if region.any()]
        mean = searcher.bank.mean
        read = read_cores(searcher.bandset, mean, cores + elsewhere, "faint plumes", tick)
        clean = read.part(slice(len(cores), None))
        if elsewhere:
            _, energy = apply_bank(clean.signal.astype(np.float32), searcher.bank)
            expected = len(searcher.bank.whitening) * noise.variance(clean.n_core, clean.n_ring)
            noise = replace(noise, kept=noise.kept * float(np.median(energy / expected)))
        return peak_misfits(searcher, self.peaks, cores, read.part(slice(len(cores))), noise)

    def _core(self, region: NDArray[np.bool_], shape: tuple[int, int]) -> Core:
        """Return a region of cells, with its surroundings, in the scene."""
        reach = RING_GAP + RING_WIDTH
        around = tuple(
            slice(max(int(at.min()) - reach, 0), min(int(at.max()) + reach + 1, n))
            for at, n in zip(np.nonzero(region), region.shape, strict=True)
        )
        part = around[0], around[1]
        near = widened(region[part], RING_GAP)
        far = widened(near, RING_WIDTH)
        inside, first = self.cells.to_window(region[part], part, shape)
        ring, _ = self.cells.to_window(far & ~near & self.usable[part], part, shape)
        line, sample = np.nonzero(inside | ring)
        window = slice(line.min(), line.max() + 1), slice(sample.min(), sample.max() + 1)
        return Core(
            line=first[0] + int(line.min()),
            sample=first[1] + int(sample.min()),
            weight=inside[window].astype(np.float32),
            ring=ring[window],
            n_pixels=int(inside.sum()),
        )

    def outlined(
        self,
        left: NDArray[np.float64],
        score_of: Callable[[int], NDArray[np.float32]],
        shape: tuple[int, int],
        decoys_per_gas: int,
        max_expected: float,
    ) -> tuple[NDArray[np.int32], tuple[Seed, ...]]:
        r"""Return the hills that chance hardly gives, as pieces of the scene.

        Only what signatures explain is one. Its number is what the law of decoys' hills that leave
        as little says (`MISFITS`), times `LOOKS` and `IMITATION`, and stated with what ground gives
        at any height (`IMITATED_PER_PX`). A hill inside or beside a higher one is part of it.

        Parameters
        ----------
        left : (peak,)
            See `explained.peak_misfits`.
        score_of : gas → (line, sample)
            Scores of single squares, signed.
        shape
            Of the scene.
        decoys_per_gas
            Decoys searched beside each gas.
        max_expected
            Of squares; by the law lines may have `LIMIT_SHARE` of it.

        Returns
        -------
        labels : (line, sample) int32
        seeds
        """
        labels = np.zeros(shape, dtype=np.int32)
        seeds: list[Seed] = []
        peaks = self.peaks
        # Of sums of many cells: their squares have nearly an exponential tail, as in `tails`.
        square = peaks.height.astype(np.float64) ** 2
        laws = [
            fit_chance(square[peaks.decoy_won & (left <= most)], decoys_per_gas, LEAST_SHAPE)
            for most in MISFITS
        ]
        if not laws[0].measured:
            return labels, ()
        imitated = IMITATED_PER_PX * np.count_nonzero(self.usable) * self.cells.step_px**2
        taken = np.zeros(self.usable.shape, dtype=bool)
        for peak, region in zip(peaks.candidates.tolist(), self.outlines, strict=True):
            law = next(
                (law for law, most in zip(laws, MISFITS, strict=True) if left[peak] <= most), None
            )
            if law is None or not peaks.gas_won[peak]:
                continue
            expected = LOOKS * IMITATION * law.expected(float(square[peak]))
            beside = taken[peaks.line[peak], peaks.sample[peak]]
            if beside or expected > LIMIT_SHARE * max_expected:
                continue
            gas, sign = int(peaks.gas[peak]), int(peaks.sign[peak])
            score = score_of(gas) * sign
            inside = self.cells.to_pixels(region, shape) & (labels == 0) & np.isfinite(score)
            score = np.where(inside, score, -np.inf)
            line, sample = np.unravel_index(int(score.argmax()), shape)
            highest = float(score[line, sample])
            if highest < LEAST_SQUARE:
                continue
            taken |= widened(region, 1)
            stated = expected + imitated
            seeds.append(
                Seed(int(line), int(sample), highest, gas, sign, expected_by_chance=stated)
            )
            labels[inside] = len(seeds)
        return labels, tuple(seeds)


def _highest(
    cells: Cells, signatures: range, ground: Ground, pool: ThreadPoolExecutor
) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """Return the greatest sum through each cell, and whose it is, as in `search.Heights`."""
    height = np.zeros(ground.usable.shape, np.float32)
    winner = np.zeros(ground.usable.shape, np.int16)
    streaks = pool.map(lambda signature: ground.streaks(cells.score(signature)), signatures)
    for number, found in enumerate(streaks):
        size = np.abs(found)
        higher = size > height
        np.maximum(height, size, out=height)
        winner[higher] = np.where(found[higher] < 0, -1 - number, number)
    return height, winner
