"""Hills where no known gas started a plume: plumes of other chemicals, told from rare ground.

Their spectra can't tell, since the library has nothing to compare them with, and rare ground is as
sharp as some gases. Their form can: a plume fades over many pixels and is in one place; ground ends
at a border and is found again elsewhere. One whose mean spectrum is of a known gas after all has
its name: over ground whose own hills stand high, its form shows it where no single square does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label, maximum_filter

from cathartes.detect.averaging import square_sums
from cathartes.detect.bandset import Tick, blocks_in_threads, clean_pixels
from cathartes.detect.cores import Core, CoreSignals
from cathartes.detect.outline import EIGHT_NEIGHBOURS, Seed
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

FADE_LEVELS = (0.3, 0.5)
"""A hill's foot and its shoulder, as parts of a height."""
HEIGHT_STEP = 1.5
"""Heights go down from the peak by this factor: beside a strong source a plume is low."""
LEAST_FOOT = 4.0
"""Least height of a foot, in clean deviations: there it stands clear of noise."""
LEAST_PEAK = 17.0
"""Least height of a hill's peak: lower ones of ground have the form of a plume too often. Of 34
empty tuning scenes three showed one, with peaks of 14, 16 and 16; of 31 plumes of chemicals outside
the library that were found (signal-to-noise ratio above 6) one was lower."""
LEAST_AREA_PX = 80
"""Least area above the foot, [pixel]: of fewer squares the fade means nothing."""
LEAST_FADE = 1.75
"""Least area above the foot over that above the shoulder. Of 1027 hills of ground in 40 tuning
scenes the highest had 1.64, of 28 plumes with a signal-to-noise ratio above 12 the lowest but one
1.76, and half more than 3.4."""
MAX_ELSEWHERE = 1.5
"""Greatest area found again elsewhere, as a part of that above the shoulder: two equal plumes of
one chemical stand, three are a surface."""
EXPLAINED = 0.5
"""Part of a pixel's oddness that the hill's spectrum must explain for its like to be found."""
WINDOW_REACH_PX = 100
"""A hill is followed so far from its peak, [pixel]."""
GROUND_PASSES = (1 / 1000, 1 / 100)
"""Part of the ground's hills that pass for a plume: least, where a scene is so large that the like
of each is found elsewhere, and greatest, where it is so small that it never is."""
PASSES_PX = 256.0
"""That part times the scene's pixels, in between: of 455 hills of ground in 33 empty tuning cubes
of 25,600 pixels 4 passed, of 188 in three scenes of 242,000 pixels of such ground none."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a hill in the image of its own spectrum's score, at one height.

    Attributes
    ----------
    area_px : [pixel]
        Connected ground above the foot.
    fade
        That over the area above the shoulder: about 1.4 for ground, 2 and more for plumes.
    elsewhere
        Area of its like in the rest of the scene, as a part of that above the shoulder.
    """

    area_px: int
    fade: float
    elsewhere: float

    @property
    def is_plume(self) -> bool:
        """Whether ground hardly ever has this form."""
        return (
            self.area_px >= LEAST_AREA_PX
            and self.fade >= LEAST_FADE
            and self.elsewhere < MAX_ELSEWHERE
        )

    @classmethod
    def of_hill(
        cls,
        score: NDArray[np.float32],
        alike: NDArray[np.bool_],
        height: float,
        line: int,
        sample: int,
    ) -> tuple["Form", NDArray[np.bool_]]:
        """Measure the hill at a pixel.

        Parameters
        ----------
        score : (line, sample)
            Of the hill's spectrum, clean standard deviations; 0 where there is nothing.
        alike : (line, sample) bool
            See `explains`.
        height
            Of which the levels are parts.

        Returns
        -------
        form
        foot : (line, sample) bool
            The hill above its foot.
        """
        foot, shoulder = (_connected(score, level * height, line, sample) for level in FADE_LEVELS)
        again = (score > FADE_LEVELS[1] * height) & alike & ~foot
        area_px, own, n_again = (int(np.count_nonzero(part)) for part in (foot, shoulder, again))
        return cls(area_px, area_px / max(own, 1), n_again / max(own, 1)), foot


def explains(score: NDArray[np.float32], oddness: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a spectrum's score explains most of the oddness, (line, sample) bool.

    Parameters
    ----------
    score : (line, sample)
        Clean standard deviations.
    oddness : (line, sample)
        Squared distance beyond that of ordinary ground.
    """
    return score**2 > EXPLAINED * oddness


def plume_form(
    score: NDArray[np.float32], alike: NDArray[np.bool_], line: int, sample: int
) -> tuple[Form | None, NDArray[np.bool_]]:
    """Return the form at the greatest height at which a hill has that of a plume, and its extent.

    Parameters
    ----------
    score, alike : (line, sample)
        See `Form.of_hill`.

    Returns
    -------
    form
        None if it has that of a plume at no height.
    extent : (line, sample) bool
        The hill above the lowest foot that is clear of noise.
    """
    near = score[max(line - 2, 0) : line + 3, max(sample - 2, 0) : sample + 3]
    height = float(near.max())
    high = height >= LEAST_PEAK
    found, extent = None, np.zeros(score.shape, dtype=bool)
    while FADE_LEVELS[0] * height >= LEAST_FOOT:
        form, extent = Form.of_hill(score, alike, height, line, sample)
        if found is None and high and form.is_plume:
            found = form
        height /= HEIGHT_STEP
    return found, extent


def _connected(
    score: NDArray[np.float32], least: float, line: int, sample: int
) -> NDArray[np.bool_]:
    """Return the connected ground above a score that holds a pixel, near it, (line, sample)."""
    found = np.zeros(score.shape, dtype=bool)
    window = (
        slice(max(line - WINDOW_REACH_PX, 0), line + WINDOW_REACH_PX + 1),
        slice(max(sample - WINDOW_REACH_PX, 0), sample + WINDOW_REACH_PX + 1),
    )
    parts, _ = label(score[window] > least, structure=EIGHT_NEIGHBOURS)
    mine = parts[line - window[0].start, sample - window[1].start]
    found[window] = (parts == mine) & (mine > 0)
    return found


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
    _write_scores(searcher, direction[leaders], odd.usable, store, workers, tick)

    plumes: list[StrangePlume] = []
    taken = known.copy()
    n_hills = 0
    for number, leading in enumerate(leaders):
        plane = f"unknown {number}"
        score = np.where(known, np.float32(0.0), np.nan_to_num(store.read(f"score/{plane}")))
        alike = explains(score, odd.oddness)
        for peak in strong[leader == leading]:
            line, sample = int(odd.line[peak]), int(odd.sample[peak])
            if taken[line, sample]:
                continue
            form, extent = plume_form(score, alike, line, sample)
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


def _write_scores(
    searcher: Searcher,
    direction: NDArray[np.float64],
    usable: NDArray[np.bool_],
    store: PlaneStore,
    workers: int,
    tick: Tick,
) -> None:
    """Keep the matched-filter score of each whitened unit spectrum, (spectrum, band), as an image.

    Of means over squares: filtered first, and the products averaged, which is the same.

    Parameters
    ----------
    usable : (line, sample) bool
    """
    bank, width_px = searcher.bank, searcher.width_px
    filters = (direction @ bank.whitening.astype(np.float64)).astype(np.float32)
    level = bank.mean @ filters.T

    def products(block: NDArray[np.float32], keep: slice, _: int) -> NDArray[np.float32]:
        valid = clean_pixels(block)
        sums, count = square_sums(block @ filters.T - level, valid, width_px)
        return np.divide(sums[keep], np.maximum(count[keep], 1.0)[..., None], dtype=np.float32)

    bandset = searcher.bandset
    for start, stop, score in blocks_in_threads(bandset, width_px // 2, products, workers):
        score[~usable[start:stop]] = np.nan
        for number in range(len(filters)):
            store.write_lines(f"score/unknown {number}", start, score[..., number])
        tick("strange spectra", stop / bandset.cube.n_lines)
