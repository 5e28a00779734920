"""The first looks at a scene: usable bands, then its background without plumes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.background import Background, BackgroundSums
from cathartes.detect.bank import FilterBank, apply_bank, cosine_score
from cathartes.detect.chance import average, clean_scale, core_scale
from cathartes.detect.likeness import ORDINARY_QUANTILE, is_gas_like, mean_energy, partner_energy
from cathartes.detect.settings import GROW_WIDTH_PX
from cathartes.detect.window import Window
from cathartes.errors import InputError
from cathartes.scenes.cube import Cube

Tick = Callable[[str, float], None]
"""Called with a stage's name and the share of it that is done, 0 to 1."""

SAMPLE_BLOCKS = 6
"""Blocks, spread over the scene, from which scales are taken."""

SCALE_SCORE = 4.0
"""Gas-like pixels above so many core scales are left out when a score's scale is measured: a plume
over a fiftieth of the scene would else be measured by itself."""

PLUME_SCORE = 4.0
"""Pixels above it on 3 by 3 averages are left out of the background: plumes, or near enough."""


@dataclass(frozen=True, slots=True)
class Bandset:
    """A cube seen through its used bands alone.

    Attributes
    ----------
    cube
        The scene.
    index : (used,) int
        Bands of the cube.
    """

    cube: Cube
    index: NDArray[np.intp]
    block_bytes: int

    @property
    def wavelength_um(self) -> NDArray[np.float64]:
        """Centres of the used bands, (used,) [um]."""
        return self.cube.bands.centre_um[self.index]

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return lines start to stop of the used bands, (line, sample, used), contiguous."""
        block = self.cube.read_lines(start, stop)
        if self.index.size == self.cube.n_bands:
            return block
        return np.ascontiguousarray(block[:, :, self.index])

    def ranges(self) -> tuple[tuple[int, int], ...]:
        """Return (start, stop) of blocks of lines."""
        return self.cube.line_ranges(self.block_bytes)

    def sample_ranges(self) -> tuple[tuple[int, int], ...]:
        """Return some of the blocks, evenly spread over the scene."""
        ranges = self.ranges()
        chosen = np.unique(np.linspace(0, len(ranges) - 1, SAMPLE_BLOCKS).round().astype(int))
        return tuple(ranges[i] for i in chosen)

    def blocks(self, stage: str, tick: Tick) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield (first line, (line, sample, used)) for every block, reporting progress."""
        for start, stop in self.ranges():
            yield start, self.read(start, stop)
            tick(stage, stop / self.cube.n_lines)


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
    n_pixels = 0
    for start, stop in whole.sample_ranges():
        block = whole.read(start, stop)
        good = np.isfinite(block)
        finite += good.sum(axis=(0, 1))
        low = np.minimum(low, np.where(good, block, np.inf).min(axis=(0, 1)))
        high = np.maximum(high, np.where(good, block, -np.inf).max(axis=(0, 1)))
        n_pixels += block.shape[0] * block.shape[1]
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
    return Bandset(cube, window.index[alive], block_bytes)


def clean_pixels(block: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return True for pixels that are finite in every band, (line, sample)."""
    return np.asarray(np.isfinite(block).all(axis=2))


def first_background(
    bandset: Bandset, *, per_column: bool, stripe_smoothing_samples: float, tick: Tick
) -> Background:
    """Return the background of all finite pixels: the first, rough one."""
    sums = BackgroundSums(bandset.cube.n_samples, bandset.index.size)
    for _, block in bandset.blocks("background", tick):
        sums.add(block, clean_pixels(block))
    return sums.finish(per_column=per_column, stripe_smoothing_samples=stripe_smoothing_samples)


@dataclass(frozen=True, slots=True)
class Scales:
    """How a bank's scores spread over the clean scene.

    Attributes
    ----------
    amount : (signature,)
        Standard deviation of the matched-filter score (from its 68 % quantile).
    score : (signature, width)
        Standard deviation of the cosine score, for each smoothing width (from its 99 % one).
    ordinary_energy
        Squared Mahalanobis distance, averaged over 3 by 3 pixels, of ordinary ground.
    """

    amount: NDArray[np.float64]
    score: NDArray[np.float64]
    ordinary_energy: float


def measure_scales(
    bandset: Bandset, bank: FilterBank, widths_px: tuple[int, ...], *, two_sided: bool
) -> Scales:
    """Measure a bank's spread on the sampled blocks, without what may be plumes."""
    scores, distances = [], []
    for start, stop in bandset.sample_ranges():
        z, d2 = apply_bank(bandset.read(start, stop), bank)
        scores.append(z)
        distances.append(d2)
    n_signatures = len(bank.names)
    energies = [mean_energy(d) for d in distances]
    ordinary = float(np.nanquantile(np.concatenate([e.ravel() for e in energies]),
                                    ORDINARY_QUANTILE))  # fmt: skip
    amount = np.ones(n_signatures)
    score = np.ones((n_signatures, len(widths_px)))
    grow = widths_px.index(GROW_WIDTH_PX)
    for g in range(n_signatures):
        amount[g] = np.nanquantile(np.abs(np.concatenate([z[g].ravel() for z in scores])), 0.6827)
        cosine = [
            cosine_score(z[g], d, bandset.index.size)
            for z, d in zip(scores, distances, strict=True)
        ]
        smooth = [
            np.concatenate([average(c, width).ravel() for c in cosine]) for width in widths_px
        ]
        like = np.concatenate(
            [is_gas_like(z[g], e, ordinary).ravel() for z, e in zip(scores, energies, strict=True)]
        )
        height = np.abs(smooth[grow]) if two_sided else smooth[grow]
        ground = ~(like & (height > SCALE_SCORE * core_scale(smooth[grow], two_sided=two_sided)))
        score[g] = [clean_scale(values[ground], two_sided=two_sided) for values in smooth]
    return Scales(np.maximum(amount, 1e-6), score, ordinary)


def refined_background(
    bandset: Bandset,
    bank: FilterBank,
    scales: Scales,
    widths_px: tuple[int, ...],
    *,
    per_column: bool,
    stripe_smoothing_samples: float,
    two_sided: bool,
    tick: Tick,
) -> Background:
    """Return the background made again: plume pixels left out."""
    n_bands = bandset.index.size
    grow = widths_px.index(GROW_WIDTH_PX)
    sums = BackgroundSums(bandset.cube.n_samples, n_bands)
    for _, block in bandset.blocks("clean background", tick):
        clean = clean_pixels(block)
        z, d2 = apply_bank(block, bank)
        cosines = bank.gram * np.outer(bank.noise_equivalent, bank.noise_equivalent)
        energy = mean_energy(d2) - partner_energy(z, cosines)
        for g in range(len(bank.names)):
            cosine = average(cosine_score(z[g], d2, n_bands), GROW_WIDTH_PX)
            height = np.abs(cosine) if two_sided else cosine
            high = height > PLUME_SCORE * scales.score[g, grow]
            clean &= ~(high & is_gas_like(z[g], energy, scales.ordinary_energy))
        sums.add(block, clean)
    return sums.finish(per_column=per_column, stripe_smoothing_samples=stripe_smoothing_samples)
