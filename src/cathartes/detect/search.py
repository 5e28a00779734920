"""The search itself: every gas and its decoys over every pixel, and where they peak."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from cathartes.detect.atmosphere import Atmosphere
from cathartes.detect.bank import FilterBank, apply_bank, cosine_score
from cathartes.detect.chance import ChanceLaw, average, find_peaks, fit_chance, hill_tops, recurs
from cathartes.detect.context import context_image
from cathartes.detect.likeness import is_gas_like, mean_energy, partner_energy
from cathartes.detect.outline import EIGHT_NEIGHBOURS, Seed, grow_plumes
from cathartes.detect.planes import PlaneStore
from cathartes.detect.quantify import albedo_factor, emissive_contrast_k
from cathartes.detect.settings import DetectSettings
from cathartes.detect.survey import Bandset, Scales, Tick, clean_pixels


@dataclass(frozen=True, slots=True)
class Contrast:
    """How the contrast of plume to ground follows from a pixel's radiance.

    Attributes
    ----------
    mean : (band,) [cube's unit]
        Of the scene, for the albedo factor.
    weight : (gas, band) or None
        Where each gas absorbs; None in the reflective range.
    plume_temperature_k, ground_temperature_k : [K]
        Emissive only; the plume's is NaN where it is not known, and `assumed_k` holds everywhere.
    assumed_k : [K]
    atmosphere
        Emissive only: what the air does.
    """

    mean: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    plume_temperature_k: float
    ground_temperature_k: float
    assumed_k: float
    atmosphere: Atmosphere

    def of_block(
        self, block: NDArray[np.float32], wavelength_um: NDArray[np.float64], n_gases: int
    ) -> NDArray[np.float32]:
        """Return (gas, line, sample) [(K)]."""
        shape = (n_gases, *block.shape[:2])
        if self.weight is None:
            return np.broadcast_to(albedo_factor(block, self.mean), shape)
        if np.isnan(self.plume_temperature_k):
            assumed = np.where(clean_pixels(block), np.float32(self.assumed_k), np.nan)
            return np.broadcast_to(assumed.astype(np.float32), shape)
        contrast = emissive_contrast_k(
            block,
            wavelength_um,
            self.weight,
            self.plume_temperature_k,
            self.ground_temperature_k,
            self.atmosphere,
        )
        return np.moveaxis(contrast, 2, 0)


@dataclass(frozen=True, slots=True)
class Heights:
    """The highest smoothed score of each pixel, over all gases and over all decoys.

    Attributes
    ----------
    gas, decoy : (line, sample) float32
        Clean standard deviations; absolute where both signs may be a gas.
    gas_winner, decoy_winner : (line, sample) int16
        Gas or decoy of the highest score; with a negative sign as ``-1 - number``.
    """

    gas: NDArray[np.float32]
    decoy: NDArray[np.float32]
    gas_winner: NDArray[np.int16]
    decoy_winner: NDArray[np.int16]


def score_scene(
    bandset: Bandset,
    bank: FilterBank,
    scales: Scales,
    widths_px: tuple[int, ...],
    contrast: Contrast,
    gases: tuple[str, ...],
    n_gas_signatures: int,
    store: PlaneStore,
    *,
    two_sided: bool,
    tick: Tick,
) -> Heights:
    """Score every pixel, keep the gases' images in the store, and return the heights.

    The first ``n_gas_signatures`` signatures of the bank are of gases, thin ones first, the others
    decoys. Blocks are read with a margin, so that smoothing does not see their borders.
    """
    n_lines, n_samples, _ = bandset.cube.shape
    heights = Heights(
        gas=np.full((n_lines, n_samples), np.nan, np.float32),
        decoy=np.full((n_lines, n_samples), np.nan, np.float32),
        gas_winner=np.zeros((n_lines, n_samples), np.int16),
        decoy_winner=np.zeros((n_lines, n_samples), np.int16),
    )
    margin = max(widths_px) // 2
    n_depths = n_gas_signatures // len(gases)
    n_decoys = (len(bank.names) - n_gas_signatures) // n_depths
    families = (slice(0, n_gas_signatures), slice(n_gas_signatures, len(bank.names)))
    cosines = bank.gram * np.outer(bank.noise_equivalent, bank.noise_equivalent)
    owner = [g % len(gases) for g in range(n_gas_signatures)]
    owner += [d % n_decoys for d in range(len(bank.names) - n_gas_signatures)]
    for start, stop in bandset.ranges():
        low, high = max(start - margin, 0), min(stop + margin, n_lines)
        block = bandset.read(low, high)
        z, d2 = apply_bank(block, bank)
        keep = slice(start - low, stop - low)
        energy = mean_energy(d2)
        left = [energy - partner_energy(z[family], cosines[family, family]) for family in families]
        for g in range(len(bank.names)):
            gas_like = is_gas_like(z[g], left[g >= n_gas_signatures], scales.ordinary_energy)
            cosine = cosine_score(z[g], d2, bandset.index.size)
            for k, width in enumerate(widths_px):
                height = average(cosine, width) / np.float32(scales.score[g, k])
                height = np.where(gas_like, height, 0.0)[keep]
                _raise_heights(
                    heights,
                    slice(start, stop),
                    height,
                    owner[g],
                    is_gas=g < n_gas_signatures,
                    two_sided=two_sided,
                )
        for g, name in enumerate(gases):
            store.write_lines(f"z/{name}", start, z[g, keep])
        own = block[keep]
        contrasts = contrast.of_block(own, bandset.wavelength_um, len(gases))
        for name, plane in zip(gases, contrasts, strict=True):
            store.write_lines(f"contrast/{name}", start, plane)
        store.write_lines("distance", start, d2[keep])
        context = context_image(own, bandset.wavelength_um, emissive=two_sided)
        store.write_lines("context", start, context)
        tick("search", stop / n_lines)
    return heights


def _raise_heights(
    heights: Heights,
    lines: slice,
    height: NDArray[np.float32],
    owner: int,
    *,
    is_gas: bool,
    two_sided: bool,
) -> None:
    """Raise the stored heights where this gas or decoy stands higher."""
    size = np.abs(height) if two_sided else height
    top = (heights.gas if is_gas else heights.decoy)[lines]
    winner = (heights.gas_winner if is_gas else heights.decoy_winner)[lines]
    higher = ~(size <= top) & np.isfinite(size)
    np.copyto(top, size, where=higher)
    np.copyto(winner, owner, where=higher & (height >= 0))
    np.copyto(winner, -1 - owner, where=higher & (height < 0))


def find_seeds(
    heights: Heights,
    plumes: NDArray[np.bool_],
    decoys_per_gas: int,
    max_expected: float,
) -> tuple[tuple[Seed, ...], ChanceLaw]:
    """Return the peaks that chance hardly gives, and the law of those that it does.

    Gases and decoys compete: a peak counts for whoever has the highest score on its hill. Decoys'
    hills tell what chance gives, gases' hills above that are plumes. Hills that recur all over the
    scene are a surface, and count for neither. Peaks near plumes already found tell nothing of
    chance and are left out of the law: a strong plume looks a little like everything.

    Parameters
    ----------
    heights
        From `score_scene`.
    plumes : (line, sample) bool
        True in and near plumes already found.
    decoys_per_gas
        Decoys searched beside each gas.
    max_expected
        Seeds are peaks of which chance gives at most so many.
    """
    both = np.fmax(heights.gas, heights.decoy)
    line, sample = find_peaks(both)
    height = both[line, sample]
    best_gas, best_decoy = hill_tops(heights.gas, heights.decoy, line, sample)
    gas_won = best_gas >= best_decoy
    is_top = height >= np.maximum(best_gas, best_decoy)
    winner = np.where(  # even numbers are gases, odd ones decoys
        heights.gas[line, sample] >= heights.decoy[line, sample],
        2 * heights.gas_winner[line, sample].astype(np.int32),
        2 * heights.decoy_winner[line, sample].astype(np.int32) + 1,
    )
    single = ~recurs(height, winner, is_top)
    by_chance = ~gas_won & is_top & single & ~plumes[line, sample]
    law = fit_chance(height[by_chance], decoys_per_gas)
    threshold = law.score_for(max_expected)
    wins = gas_won & single & (heights.gas[line, sample] >= threshold)
    seeds = []
    for a, b in zip(line[wins].tolist(), sample[wins].tolist(), strict=True):
        won = int(heights.gas_winner[a, b])
        gas, sign = (won, 1) if won >= 0 else (-1 - won, -1)
        seeds.append(Seed(a, b, float(heights.gas[a, b]), gas, sign))
    return tuple(seeds), law


MAX_ROUNDS = 5
"""Rounds of growing plumes and counting chance again without them; two or three are usual."""
PLUME_MARGIN_PX = 4
"""Distance from a plume within which decoys' peaks are put down to it, [pixel]."""


def find_plumes(
    heights: Heights,
    gas_score: Callable[[int], NDArray[np.float32]],
    settings: DetectSettings,
) -> tuple[NDArray[np.int32], tuple[Seed, ...], ChanceLaw]:
    """Grow plumes from the peaks above chance, count chance again without them, until that rests.

    Parameters
    ----------
    heights
        From `score_scene`.
    gas_score : gas → (line, sample)
        Score smoothed for growing, signed.

    Returns
    -------
    labels : (line, sample) int32
        0 outside plumes, else 1 + the index of the seed.
    seeds
        One a plume, highest first.
    law
        What chance gives.
    """
    n_lines, n_samples = heights.gas.shape
    near = np.zeros((n_lines, n_samples), dtype=bool)
    for _ in range(MAX_ROUNDS):
        seeds, law = find_seeds(
            heights, near, settings.decoys_per_gas, settings.max_expected_by_chance
        )
        labels, grown = grow_plumes(
            (n_lines, n_samples), seeds, gas_score, settings.grow_score, settings.min_pixels
        )
        now = near | binary_dilation(labels > 0, EIGHT_NEIGHBOURS, iterations=PLUME_MARGIN_PX)
        if (now == near).all():
            break
        near = now
    return labels, grown, law
