"""Where plumes start: peaks that chance hardly gives, and plumes grown from them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from cathartes.detect.chance import ChanceLaw, find_peaks, fit_chance, hill_tops, recurs
from cathartes.detect.outline import EIGHT_NEIGHBOURS, Seed, grow_plumes
from cathartes.detect.search import Heights
from cathartes.detect.settings import DetectSettings


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
        From `search.score_scene`.
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
        From `search.score_scene`.
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
