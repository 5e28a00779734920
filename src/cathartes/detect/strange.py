"""Hills where no known gas started a plume: plumes of other chemicals, told from rare ground.

Their spectra can't tell, since the library has nothing to compare them with, and rare ground is as
sharp as some gases. Their form can: see `form`. One whose mean spectrum is of a known gas after all
has its name: over ground whose own hills stand high, its form shows it where no single square does.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from cathartes.detect.averaging import square_sums
from cathartes.detect.bandset import Tick, blocks_in_threads
from cathartes.detect.cores import Core, CoreSignals
from cathartes.detect.form import (
    LEAST_PEAK,
    MAX_EDGE,
    WINDOWS,
    Form,
    StrangeImage,
    explains,
    plume_form,
)
from cathartes.detect.outline import Seed
from cathartes.detect.planes import PlaneStore
from cathartes.detect.scales import PatchNoise
from cathartes.detect.search import Searcher

PEAK_WIDTH_PX = 9
"""An odd peak is the greatest distance in a square of this side, [pixel]."""
ODD_QUANTILE = 0.97
"""It lies above this quantile of the scene's distances."""
LEAST_ODDNESS = 0.7
"""And so far above the median, as a part of the squared score that a plume needs."""
MAX_ODD_PEAKS = 300
"""More are not looked at: so many hills are the ground's."""
MAX_STRANGE = 48
"""Most different spectra that are looked for in the whole scene."""
LEAST_STRENGTH = 12.0
"""Least norm of a core's whitened spectrum, in deviations of its noise: below, its form can't be
seen."""
SAME_COSINE = 0.8
"""Spectra more alike than this are looked for once, by the strongest."""

GROUND_PASSES = (1 / 1000, 1 / 100)
"""Part of the ground's hills that pass for a plume: least, where a scene is so large that the like
of each is found elsewhere, and greatest, where it is so small that it never is."""
PASSES_PX = 256.0
"""That part times the scene's pixels, in between: of 455 hills of ground in 33 empty tuning cubes
of 25,600 pixels 4 passed, of 188 in three scenes of 242,000 pixels of such ground none."""


@dataclass(frozen=True, slots=True)
class StrangePlume:
    """A hill of no known gas that has the form of a plume.

    Attributes
    ----------
    line, sample
        Its peak.
    plane
        Name of the image of its spectrum's score.
    score
        Highest of that.
    region : (line, sample) bool
    form
    """

    line: int
    sample: int
    plane: str
    score: float
    region: NDArray[np.bool_]
    form: Form


@dataclass(frozen=True, slots=True)
class StrangeHills:
    """What was found of hills that no gas explains.

    Attributes
    ----------
    plumes
        Those with the form of a plume.
    n_hills
        Hills whose form was measured.
    n_pixels
        Of the scene: where a surface is found again.
    """

    plumes: tuple[StrangePlume, ...]
    n_hills: int
    n_pixels: int

    @property
    def planes(self) -> tuple[str, ...]:
        """Names of the images of the plumes' scores."""
        return tuple(plume.plane for plume in self.plumes)

    def outlined(
        self, known: NDArray[np.bool_], n_gases: int
    ) -> tuple[NDArray[np.int32], tuple[Seed, ...]]:
        """Return labels, (line, sample) int32, outside known plumes, and a seed for each."""
        labels = np.zeros(known.shape, dtype=np.int32)
        seeds = []
        for number, plume in enumerate(self.plumes):
            labels[plume.region & ~known & (labels == 0)] = number + 1
            seeds.append(
                Seed(
                    plume.line,
                    plume.sample,
                    plume.score,
                    gas=n_gases + number,
                    sign=1,
                    explained=False,
                    expected_by_chance=self.expected_by_chance,
                )
            )
        return labels, tuple(seeds)

    def over_any_ground(self, n_gases: int) -> set[int]:
        """Return `Seed.gas` of those that do not end where the ground changes."""
        return {n_gases + n for n, p in enumerate(self.plumes) if p.form.edge <= MAX_EDGE}

    @property
    def expected_by_chance(self) -> float:
        """How many plumes the scene's ground would give by accident."""
        least, greatest = GROUND_PASSES
        return self.n_hills * min(max(PASSES_PX / max(self.n_pixels, 1), least), greatest)


@dataclass(frozen=True, slots=True)
class OddPeaks:
    """The places that are least like the ground, the oddest first.

    Attributes
    ----------
    oddness : (line, sample) float32
        Squared distance beyond the scene's median; 0 where it is not known.
    usable : (line, sample) bool
    line, sample : (peak,)
    """

    oddness: NDArray[np.float32]
    usable: NDArray[np.bool_]
    line: NDArray[np.intp]
    sample: NDArray[np.intp]

    @classmethod
    def of_distance(cls, distance: NDArray[np.float32]) -> "OddPeaks":
        """Find them in the squared distances, (line, sample)."""
        usable = np.isfinite(distance)
        if not usable.any():
            none = np.empty(0, np.intp)
            return cls(np.zeros_like(distance), usable, none, none)
        oddness = np.nan_to_num(distance - np.float32(np.median(distance[usable])))
        # No score is greater than the root of the oddness, but for noise.
        least = LEAST_ODDNESS * LEAST_PEAK**2
        floor = max(float(np.quantile(oddness[usable], ODD_QUANTILE)), least)
        highest = maximum_filter(oddness, PEAK_WIDTH_PX, mode="nearest")
        line, sample = np.nonzero((highest == oddness) & (oddness > floor))
        order = np.argsort(-oddness[line, sample], kind="stable")[:MAX_ODD_PEAKS]
        return cls(oddness, usable, line[order], sample[order])

    def cores(self) -> list[Core]:
        """Return the core of each."""
        amplitude = np.sqrt(np.maximum(self.oddness, np.float32(0.0)))
        places = zip(self.line.tolist(), self.sample.tolist(), strict=True)
        return [Core.around(amplitude, line, sample) for line, sample in places]


def find_strange(
    searcher: Searcher,
    store: PlaneStore,
    odd: OddPeaks,
    read: CoreSignals,
    known: NDArray[np.bool_],
    noise: PatchNoise,
    workers: int,
    tick: Tick,
) -> StrangeHills:
    """Find hills of the scene's distances that are plumes of no known gas.

    Parameters
    ----------
    searcher
        What was searched, against what, over which squares.
    store
        Keeps the strange spectra's scores as ``score/unknown N``.
    odd, read
        Where to look, and the spectra of the cores there.
    known : (line, sample) bool
        True in and near plumes of known gases.
    noise
        Of means over patches.
    workers
        Threads that look for the strange spectra.

    References
    ----------
    Own construction: docs/explanation/detection.md.
    """
    n_pixels = int(np.count_nonzero(odd.usable))
    whitened = read.signal @ searcher.bank.whitening.astype(np.float64).T
    variance = noise.variance(read.n_core, read.n_ring)
    energy = (whitened**2).sum(axis=1) / variance - whitened.shape[1]
    strong = np.argsort(-energy, kind="stable")
    away = ~known[odd.line[strong], odd.sample[strong]]
    strong = strong[away & (energy[strong] >= LEAST_STRENGTH**2)]
    if strong.size == 0:
        return StrangeHills((), 0, n_pixels)
    direction = whitened[strong] / np.linalg.norm(whitened[strong], axis=1, keepdims=True)
    leader = _leaders(direction)
    leaders = np.unique(leader[leader >= 0])
    spectra = direction[leaders] @ searcher.bank.whitening.astype(np.float64)
    filters = {f"score/unknown {n}": spectrum for n, spectrum in enumerate(spectra)}
    windows = _windows(spectra.shape[1])
    _write_images(searcher, filters | windows, odd.usable, store, workers, tick)

    brightness = tuple(partial(store.read, name) for name in windows)
    plumes: list[StrangePlume] = []
    taken, dull = known.copy(), known | ~odd.usable
    n_hills = 0
    for number, leading in enumerate(leaders):
        plane = f"unknown {number}"
        score = np.where(dull, np.float32(0.0), store.read(f"score/{plane}"))
        image = StrangeImage.of_scene(score, explains(score, odd.oddness), brightness)
        for peak in strong[leader == leading]:
            line, sample = int(odd.line[peak]), int(odd.sample[peak])
            if taken[line, sample]:
                continue
            form, extent = plume_form(image, line, sample)
            n_hills += 1
            taken |= extent
            if form is not None:
                height = float(score[extent].max())
                plumes.append(StrangePlume(line, sample, plane, height, extent, form))
    return StrangeHills(tuple(plumes), n_hills, n_pixels)


def _leaders(direction: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return for each unit spectrum the first one that it is like, (peak,) int; -1 past the most.

    Parameters
    ----------
    direction : (peak, band)
        Strongest first.
    """
    leaders: list[int] = []
    found = np.full(len(direction), -1, dtype=np.intp)
    for number, spectrum in enumerate(direction):
        likeness = direction[leaders] @ spectrum if leaders else np.zeros(0)
        if likeness.size and likeness.max() > SAME_COSINE:
            found[number] = leaders[int(likeness.argmax())]
        elif len(leaders) < MAX_STRANGE:
            leaders.append(number)
            found[number] = number
    return found


def _windows(n_bands: int) -> dict[str, NDArray[np.float64]]:
    """Return the filters that give the brightness in parts of the spectrum, by image."""
    parts = np.array_split(np.eye(n_bands), min(WINDOWS, n_bands))
    return {f"brightness/{number}": part.mean(axis=0) for number, part in enumerate(parts)}


def _write_images(
    searcher: Searcher,
    filters: dict[str, NDArray[np.float64]],
    usable: NDArray[np.bool_],
    store: PlaneStore,
    workers: int,
    tick: Tick,
) -> None:
    """Keep what each filter, (band,), makes of the difference to the mean spectrum, as an image.

    Of means over squares: filtered first, and the products averaged, which is the same.

    Parameters
    ----------
    usable : (line, sample) bool
    """
    bank, width_px = searcher.bank, searcher.width_px
    weights = np.array(list(filters.values())).astype(np.float32)
    level = bank.mean @ weights.T

    def products(block: NDArray[np.float32], keep: slice, _: int) -> NDArray[np.float32]:
        valid = searcher.bandset.usable(block)
        sums, count = square_sums(block @ weights.T - level, valid, width_px)
        image = np.divide(sums[keep], np.maximum(count[keep], 1.0)[..., None], dtype=np.float32)
        return np.ascontiguousarray(np.moveaxis(image, 2, 0))

    bandset = searcher.bandset
    for start, stop, images in blocks_in_threads(bandset, width_px // 2, products, workers):
        images[:, ~usable[start:stop]] = np.nan
        for name, image in zip(filters, images, strict=True):
            store.write_lines(name, start, image)
        tick("strange spectra", stop / bandset.cube.n_lines)
