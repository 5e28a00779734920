"""How scores spread over clean ground: the unit in which they are given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from cathartes.detect.background import Background
from cathartes.detect.bank import FilterBank, apply_bank, cosine_score
from cathartes.detect.pursuit import Family, pursue
from cathartes.detect.sample import Sample

CORE_QUANTILE = 0.6827
"""Of a normal law's size, one standard deviation: from the middle of the law, whatever its tails
hold."""
ORDINARY_QUANTILE = 0.95
"""Squared Mahalanobis distances up to this quantile of clean ground are called ordinary."""
SCALE_PIXELS = 30_000
"""Clean pixels on which scores are measured."""
LIKE_SHARE, LIKE_PIXELS = 0.2, 4
"""In sunlight a patch in which a signature stands out is a plume if so large a part of it, and so
many pixels, are like a gas."""
NOISE_LINES = 32
"""Lines on which that is measured."""
PATCH_WIDTHS_PX = (1, 3, 9, 27)
"""Widths over which it is measured how clutter averages, in squares; each three times the last."""


@dataclass(frozen=True, slots=True)
class CleanScores:
    """Scores of a bank on clean ground.

    Attributes
    ----------
    scale : (signature,) float32
        Core standard deviation of the cosine scores.
    ordinary_energy
        Squared Mahalanobis distance that a twentieth of the clean ground exceeds.
    median_energy
        The one that half of it exceeds.
    """

    scale: NDArray[np.float32]
    ordinary_energy: float
    median_energy: float

    @classmethod
    def measure(
        cls,
        sample: Sample,
        clean: NDArray[np.bool_],
        background: Background,
        bank: FilterBank,
    ) -> "CleanScores":
        """Measure on the clean pixels, (row, sample) bool, of a sample."""
        pixels = sample.some_about(background.mean - sample.shift, clean, SCALE_PIXELS)
        z, distance = apply_bank(pixels, bank)
        scale = [
            np.quantile(np.abs(cosine_score(row, distance, bank.whitening.shape[0])), CORE_QUANTILE)
            for row in z
        ]
        ordinary = float(np.quantile(distance, ORDINARY_QUANTILE))
        median = float(np.median(distance))
        return cls(np.maximum(scale, 1e-6).astype(np.float32), ordinary, median)

    def family(self, bank: FilterBank, rows: slice, *, two_sided: bool) -> Family:
        """Return some of the bank's signatures as competitors."""
        return Family(
            cosine=bank.cosine[rows, rows].astype(np.float32),
            scale=self.scale[rows],
            n_bands=bank.whitening.shape[0],
            ordinary_energy=self.ordinary_energy,
            two_sided=two_sided,
        )


def without_plumes(
    sample: Sample,
    background: Background,
    bank: FilterBank,
    family: Family,
    *,
    whole_patches: bool = False,
) -> NDArray[np.bool_]:
    """Return the valid pixels of a sample that are not like a gas, (row, sample) bool.

    Rare surfaces stay in: a background that has thrown out its own oddities knows nothing of them.

    Parameters
    ----------
    whole_patches
        Whether patches in which a signature stands out are left out whole if a part of them is like
        a gas. In sunlight a plume is less and less like its thin signature the thicker it is, and
        what stays in hides the rest.
    """
    like = np.zeros(sample.valid.shape, dtype=bool)
    out = np.zeros_like(like)
    pixels = sample.about(background.mean - sample.shift)
    for row, line in enumerate(pixels):
        z, distance = apply_bank(line, bank)
        first = family.best(z)
        hot = np.flatnonzero(family.stands_out(z, first))
        if hot.size:
            found = pursue(z[:, hot], distance[hot], first[hot], family)
            like[row, hot[found.gas_like]] = True
            out[row, hot] = True
    like &= sample.valid
    plume = like | _patches_like(out & sample.valid, like) if whole_patches else like
    return sample.valid & ~sample.widened(plume)


def _patches_like(out: NDArray[np.bool_], like: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the connected patches of pixels among which enough are like, (row, sample) bool."""
    patch, n_patches = label(out, np.ones((3, 3)))
    size, n_like = (np.bincount(patch[chosen], minlength=n_patches + 1) for chosen in (out, like))
    whole = n_like >= np.maximum(LIKE_SHARE * size, LIKE_PIXELS)
    return np.asarray(whole[patch] & out)


@dataclass(frozen=True, slots=True)
class PatchNoise:
    """How the variance of whitened means falls with the patch they are taken over.

    Attributes
    ----------
    width_px : (width,) [pixel]
        Sides of square patches, rising.
    kept : (width,)
        Variance of each whitened band, 1 for a single square of the search.
    """

    width_px: NDArray[np.float64]
    kept: NDArray[np.float64]

    @classmethod
    def measure(
        cls, sample: Sample, clean: NDArray[np.bool_], background: Background, bank: FilterBank
    ) -> "PatchNoise":
        """Measure it on the clean pixels, (row, sample) bool, of a sample.

        Means over rows of w neighbouring squares keep a part of the variance of one; clutter
        averages less than noise. Pixels in the middle of a row are in several squares: it is worth
        a row of (Σ k)² / Σ k² pixels, each in k squares. A patch keeps the square of a row's part,
        if both directions are alike.
        """
        few = slice(None, None, max(1, len(sample.lines) // NOISE_LINES))
        x = sample.about(background.mean - sample.shift, few) @ bank.whitening.T
        usable = clean[few]
        x[~usable] = 0.0
        total, full = x, usable
        widths, kept = [], []
        for width in PATCH_WIDTHS_PX:
            if width > x.shape[1]:
                break
            if width > 1:  # Three neighbours of the last width stand side by side.
                w = width // 3
                total = total[:, : -2 * w] + total[:, w:-w] + total[:, 2 * w :]
                full = full[:, : -2 * w] & full[:, w:-w] & full[:, 2 * w :]
            if full.sum() < 10:
                break
            square = np.einsum("rsb,rsb->rs", total, total)[full]
            reach = np.convolve(np.ones(width), np.ones(sample.width_px))
            widths.append(reach.sum() ** 2 / (reach**2).sum())
            kept.append(float(square.mean(dtype=np.float64)) / (width**2 * x.shape[2]))
        if not kept:
            return cls(np.ones(1), np.ones(1))
        return cls(np.array(widths, dtype=float), (np.array(kept) / kept[0]) ** 2)

    def variance(
        self, n_pixels: NDArray[np.float64] | float, n_ring: NDArray[np.float64] | float
    ) -> NDArray[np.float64]:
        """Return the variance of a patch's mean less that of its surroundings, any shape.

        Means over fewer pixels than one square's have more than its: noise of single pixels.
        """
        total: NDArray[np.float64] = np.zeros(())
        for n in (n_pixels, n_ring):
            side = np.sqrt(np.maximum(n, 1.0))
            fewer = np.maximum(self.width_px[0] / side, 1.0) ** 2
            kept = np.exp(np.interp(np.log(side), np.log(self.width_px), np.log(self.kept)))
            total = total + fewer * kept
        return total
