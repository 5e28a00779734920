"""The search itself: every gas and its decoys over every pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount_bank import AmountBank
from cathartes.detect.averaging import square_counts, sums_of_lines
from cathartes.detect.bandset import Bandset, Tick, blocks_in_threads
from cathartes.detect.bank import FilterBank, apply_bank, cosine_score
from cathartes.detect.cells import Cells
from cathartes.detect.context import context_image
from cathartes.detect.contrast import Contrast
from cathartes.detect.images import GasImages
from cathartes.detect.planes import PlaneStore
from cathartes.detect.pursuit import Family, pursue

PIXELS_AT_ONCE = 2048
"""Pixels whose values and scores stay in the processor's cache, in whole lines."""


@dataclass(frozen=True, slots=True)
class Heights:
    """The highest score of each pixel that is like a gas, over all gases and over all decoys.

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

    @classmethod
    def empty(cls, n_lines: int, n_samples: int) -> "Heights":
        """Return room for heights."""
        shape = (n_lines, n_samples)
        return cls(
            np.empty(shape, np.float32),
            np.empty(shape, np.float32),
            np.empty(shape, np.int16),
            np.empty(shape, np.int16),
        )

    def put(self, lines: slice, part: "Heights") -> None:
        """Put the heights of some lines in their place."""
        self.gas[lines] = part.gas
        self.decoy[lines] = part.decoy
        self.gas_winner[lines] = part.gas_winner
        self.decoy_winner[lines] = part.decoy_winner


@dataclass(frozen=True, slots=True)
class Searcher:
    """What is looked for in a scene, and against what.

    Attributes
    ----------
    bandset
        The scene.
    gases : (gas,)
    width_px : [pixel]
        Side of the squares whose means are searched.
    bank
        All signatures, against the background of such means: of gases (thin ones first, then
        denser ones), then of decoys in the same order.
    gas_family, decoy_family
        How gases compete with each other, and decoys.
    amounts
        Estimates amounts in single pixels.
    contrast
        Plume to ground.
    """

    bandset: Bandset
    gases: tuple[str, ...]
    width_px: int
    bank: FilterBank
    gas_family: Family
    decoy_family: Family
    amounts: AmountBank
    contrast: Contrast

    def cells(self) -> Cells:
        """Return room for the scores of separate squares: of thin gases, then their decoys."""
        n_lines, n_samples, _ = self.bandset.cube.shape
        n_gases, n_gas_signatures = len(self.gases), self.gas_family.scale.size
        n_decoys = self.decoy_family.scale.size * n_gases // n_gas_signatures
        scale = self.gas_family.scale[:n_gases], self.decoy_family.scale[:n_decoys]
        row = np.r_[:n_gases, n_gas_signatures : n_gas_signatures + n_decoys]
        return Cells.empty(n_lines, n_samples, self.width_px, row, np.concatenate(scale))

    def images(self, chosen: Sequence[int]) -> GasImages:
        """Return what makes the amounts and contrasts of chosen gases, by their numbers."""
        return GasImages.of_gases(self.gases, self.bank.mean, self.amounts, self.contrast, chosen)

    def search(
        self,
        block: NDArray[np.float32],
        keep: slice,
        first: int,
        images: GasImages,
        cells: Cells | None = None,
    ) -> "BlockSearch":
        """Search lines ``keep`` of a block; the others are their neighbours.

        Parameters
        ----------
        block : (line, sample, band) [cube's unit]
            Overwritten.
        first
            Line of the scene that is the first to be searched.
        images
            Makes those that are wanted now.
        cells
            Where the scores of separate squares are kept, if they are wanted.
        """
        wavelength_um = self.bandset.wavelength_um
        emissive = self.gas_family.two_sided
        usable = self.bandset.usable(block)
        own = block[keep]
        shape, n_bands = own.shape[:2], own.shape[2]
        n_images = len(images.names)
        found = BlockSearch(
            Heights.empty(*shape),
            np.empty((n_images, *shape), np.float32),
            np.empty((len(self.gases), *shape), np.float32),
            np.empty((n_images, *shape), np.float32),
            np.empty(shape, np.float32),
            context_image(own, wavelength_um, emissive=emissive),
        )
        few = max(1, PIXELS_AT_ONCE // shape[1])
        count = square_counts(usable, self.width_px)[keep]
        centred = 0
        for start in range(0, shape[0], few):
            lines = slice(start, min(start + few, shape[0]))
            near = slice(keep.start + lines.start, keep.start + lines.stop)
            # No line is centred before it is needed: so it is still in the processor's cache then.
            ahead = slice(centred, near.stop + self.width_px // 2)
            block[ahead] -= self.bank.mean
            block[ahead][~usable[ahead]] = 0.0
            centred = ahead.stop
            images.put(own[lines], found.amount[:, lines], found.contrast[:, lines])
            pixels = sums_of_lines(block, self.width_px, near)
            pixels /= np.maximum(count[lines, :, None], 1.0)
            chunk = slice(lines.start * shape[1], lines.stop * shape[1])
            z, distance = self._chunk(pixels.reshape(-1, n_bands), chunk, found)
            if cells is not None:
                cells.put(first + lines.start, usable[near], z, distance, n_bands)
        invalid = ~usable[keep]
        for values in (
            found.amount,
            found.contrast,
            found.score,
            found.distance,
            found.heights.gas,
            found.heights.decoy,
        ):
            values[..., invalid] = np.nan
        return found

    def _chunk(
        self, pixels: NDArray[np.float32], chunk: slice, found: "BlockSearch"
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Search some pixels, (pixel, band), and keep what is found in their places.

        Returns
        -------
        z : (signature, pixel)
        distance : (pixel,)
        """
        z, distance = apply_bank(pixels, self.bank)
        n_gas_signatures = self.gas_family.scale.size
        gas_z, decoy_z = z[:n_gas_signatures], z[n_gas_signatures:]
        scores = self._gas_scores(gas_z, distance)
        gas, gas_winner = self._heights(gas_z, distance, self.gas_family, scores)
        decoy, decoy_winner = self._heights(decoy_z, distance, self.decoy_family, None)
        heights = found.heights
        for place, values in (
            (heights.gas, gas),
            (heights.decoy, decoy),
            (heights.gas_winner, gas_winner),
            (heights.decoy_winner, decoy_winner),
            (found.distance, distance),
        ):
            place.reshape(-1)[chunk] = values
        found.score.reshape(len(self.gases), -1)[:, chunk] = scores
        return z, distance

    def _gas_scores(
        self, z: NDArray[np.float32], distance: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return each gas's score, (gas, pixel): thin or dense, whichever is the greater."""
        n_gases, family = len(self.gases), self.gas_family
        chosen, scale = z[:n_gases], family.scale[:n_gases, None]
        for first in range(n_gases, len(z), n_gases):
            other, its = z[first : first + n_gases], family.scale[first : first + n_gases, None]
            greater = (np.abs(other) > np.abs(chosen) * (its / scale)).astype(np.float32)
            # Not by np.where: a choice that can't be foreseen costs the processor a branch.
            chosen, scale = chosen + greater * (other - chosen), scale + greater * (its - scale)
        return cosine_score(chosen, distance, family.n_bands) / scale

    def _heights(
        self,
        z: NDArray[np.float32],
        distance: NDArray[np.float32],
        family: Family,
        scores: NDArray[np.float32] | None,
    ) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """Return the height and winner of each pixel; put scores beside partners where they count.

        Parameters
        ----------
        z : (signature, pixel)
        distance : (pixel,)
        scores : (gas, pixel) or None
            Overwritten where a signature stands out.
        """
        first = family.best(z)
        top = family.score(z, distance, first)
        winner = first
        hot = np.flatnonzero(family.stands_out(z, first))
        if hot.size:
            found = pursue(z[:, hot], distance[hot], first[hot], family)
            strength = family.strength(found.score)
            best = strength.argmax(axis=0)
            value = np.take_along_axis(found.score, best[None], axis=0)[0]
            top[hot] = np.where(found.gas_like, value, np.float32(0.0))
            winner[hot] = best
            if scores is not None:
                # Beside a partner only where the pair explains the pixel: else any two will do.
                gas = hot[found.gas_like]
                scores[:, gas] = _strongest_depth(found.score[:, found.gas_like], len(scores))
        n_owners = len(z) // (self.gas_family.scale.size // len(self.gases))
        owner = (winner % n_owners).astype(np.int16)
        return family.strength(top), np.where(top < 0, -1 - owner, owner).astype(np.int16)


def _strongest_depth(scores: NDArray[np.float32], n_gases: int) -> NDArray[np.float32]:
    """Return each gas's strongest of its thin and dense signatures, (gas, pixel)."""
    strongest = scores[:n_gases]
    for first in range(n_gases, len(scores), n_gases):
        other = scores[first : first + n_gases]
        strongest = np.where(np.abs(other) > np.abs(strongest), other, strongest)
    return strongest


@dataclass(frozen=True, slots=True)
class BlockSearch:
    """What the search says of a block of lines.

    Attributes
    ----------
    heights
        Of its pixels.
    amount : (image, line, sample) float32 [ppm m (K)]
        Signed estimate of the thin signature, from single pixels, of gases whose images are made.
    score : (gas, line, sample) float32
        Clean standard deviations, signed.
    contrast : (image, line, sample) float32 [(K)]
        Of the same gases.
    distance : (line, sample) float32
        Squared Mahalanobis distance.
    context : (line, sample) float32 [K or cube's unit]
    """

    heights: Heights
    amount: NDArray[np.float32]
    score: NDArray[np.float32]
    contrast: NDArray[np.float32]
    distance: NDArray[np.float32]
    context: NDArray[np.float32]


def score_scene(
    searcher: Searcher,
    store: PlaneStore,
    workers: int,
    tick: Tick,
    cells: Cells | None = None,
    *,
    images: bool = True,
) -> Heights:
    """Search every pixel, keep the gases' images in the store, and return the heights.

    Blocks are read in turn, with their neighbouring lines, and searched by several threads.

    Parameters
    ----------
    cells
        Filled, if given: see `Searcher.cells`.
    images
        False if no amounts and contrasts are kept.
    """
    n_lines, n_samples, _ = searcher.bandset.cube.shape
    heights = Heights.empty(n_lines, n_samples)
    reach = searcher.width_px // 2
    made = searcher.images(range(len(searcher.gases)) if images else ())
    search = partial(searcher.search, images=made, cells=cells)
    for start, stop, found in blocks_in_threads(searcher.bandset, reach, search, workers):
        heights.put(slice(start, stop), found.heights)
        for g, name in enumerate(searcher.gases):
            store.write_lines(f"score/{name}", start, found.score[g])
        made.write(store, start, found.amount, found.contrast)
        store.write_lines("distance", start, found.distance)
        store.write_lines("context", start, found.context)
        tick("search", stop / n_lines)
    return heights
