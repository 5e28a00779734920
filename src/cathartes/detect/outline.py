"""Plume outlines: from the highest peaks down to where a plume fades into its background."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt, label

EIGHT_NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class Seed:
    """A peak from which a plume grows.

    Attributes
    ----------
    line, sample
        Its pixel.
    score
        Its height, in clean standard deviations, positive.
    gas
        Index of the gas that gave it; from the number of gases on, of a strange spectrum.
    sign
        +1 or -1: the sign of that gas's score there.
    explained
        Whether one or two signatures explain the spectrum around it.
    expected_by_chance
        How many such the scene gives by accident; None if the law of gases' peaks says it.
    """

    line: int
    sample: int
    score: float
    gas: int
    sign: int
    explained: bool = True
    expected_by_chance: float | None = None


def grow_plumes(
    shape: tuple[int, int],
    seeds: tuple[Seed, ...],
    gas_score: Callable[[int], NDArray[np.float32]],
    grow_score: float,
    min_pixels: int,
    square_px: int,
) -> tuple[NDArray[np.int32], tuple[Seed, ...]]:
    """Grow each seed, highest first, over the connected pixels of its gas and sign.

    A seed inside or beside a plume that a higher seed has grown is part of it.

    Parameters
    ----------
    shape
        (line, sample) of the scene.
    seeds
        Any order.
    gas_score : gas → (line, sample)
        Score smoothed for growing, signed.
    grow_score
        Lowest score inside a plume.
    min_pixels
        Plumes with fewer pixels are dropped.
    square_px
        Side of the squares searched. A plume that lies within one of several pixels is dropped: so
        does what one pixel gives, by a fault of one value.

    Returns
    -------
    labels : (line, sample) int32
        0 outside, else 1 + the index in the seeds returned.
    seeds
        Those that grew into a plume of their own, highest first.
    """
    regions: dict[tuple[int, int], NDArray[np.int32]] = {}
    labels = np.zeros(shape, dtype=np.int32)
    taken = np.zeros(shape, dtype=bool)
    grown: list[Seed] = []
    for seed in sorted(seeds, key=lambda s: -s.score):
        key = (seed.gas, seed.sign)
        if key not in regions:
            above = gas_score(seed.gas) * seed.sign >= grow_score
            regions[key] = label(above, structure=EIGHT_NEIGHBOURS)[0].astype(np.int32)
        if taken[seed.line, seed.sample]:
            continue
        region = regions[key]
        number = region[seed.line, seed.sample]
        inside = (region == number) & (labels == 0) if number else np.zeros_like(taken)
        if inside.sum() < min_pixels or _within_square(inside, square_px):
            continue
        grown.append(seed)
        labels[inside] = len(grown)
        taken |= widened(inside, 2)
    return labels, tuple(grown)


def _within_square(inside: NDArray[np.bool_], square_px: int) -> bool:
    """Whether marked pixels, of which there is one at least, lie within a square of several."""
    extent = (int(np.ptp(place)) + 1 for place in np.nonzero(inside))
    return square_px > 1 and max(extent) <= square_px


def widened(marked: NDArray[np.bool_], reach_px: int) -> NDArray[np.bool_]:
    """Return True within so many pixels of marked ones, to all sides and across corners.

    As by a dilation with a square, in a twelfth of its time.

    Parameters
    ----------
    marked : (line, sample) bool
    """
    wide = marked.copy()
    for part in (wide, wide.T):
        for _ in range(reach_px):
            part[1:] |= part[:-1]
            part[:-1] |= part[1:]
    return wide


def ring_labels(labels: NDArray[np.int32], gap_px: int, width_px: int) -> NDArray[np.int32]:
    """Return the clean surroundings of each plume.

    Parameters
    ----------
    labels : (line, sample) int32
        0 outside plumes.
    gap_px, width_px : [pixel]
        Distance of the ring from the plume, and its width.

    Returns
    -------
    (line, sample) int32
        The id of the plume whose ring a pixel belongs to (the nearest one), 0 elsewhere. Never
        inside or within the gap of any plume.
    """
    distance, nearest = distance_transform_cdt(
        labels == 0, metric="chessboard", return_indices=True
    )
    in_ring = (distance > gap_px) & (distance <= gap_px + width_px)
    ring = np.zeros_like(labels)
    ring[in_ring] = labels[nearest[0][in_ring], nearest[1][in_ring]]
    return ring


JOIN_GAP_PX = 4
"""Pieces of one chemical no farther apart than this are one plume, [pixel]."""


def join_pieces(labels: NDArray[np.int32], chemicals: tuple[str, ...]) -> tuple[int, ...]:
    """Return the plume that each piece belongs to.

    A plume that drifts over warm and over cold ground changes its sign, and between them it can't
    be seen: it is outlined in pieces. Pieces of one chemical close to each other are joined.

    Parameters
    ----------
    labels : (line, sample) int32
        0 outside, else the piece, from 1.
    chemicals : (piece,)

    Returns
    -------
    (piece,): number of its plume, from 1, in the order of their first pieces.
    """
    parent = list(range(len(chemicals)))
    for piece, chemical in enumerate(chemicals, start=1):
        own = labels == piece
        line, sample = np.nonzero(own)
        window = (
            slice(max(line.min() - JOIN_GAP_PX, 0), line.max() + JOIN_GAP_PX + 1),
            slice(max(sample.min() - JOIN_GAP_PX, 0), sample.max() + JOIN_GAP_PX + 1),
        )
        near = widened(own[window], JOIN_GAP_PX)
        for other in np.unique(labels[window][near]).tolist():
            if other > 0 and chemicals[other - 1] == chemical:
                low, high = sorted((parent[piece - 1], parent[other - 1]))
                parent = [low if p == high else p for p in parent]
    first_pieces = sorted(set(parent))
    return tuple(first_pieces.index(p) + 1 for p in parent)
