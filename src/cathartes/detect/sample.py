"""Some lines of a scene, held in memory: its background is known from these."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from cathartes.detect.averaging import square_sums
from cathartes.detect.background import (
    Background,
    pooled_covariance,
    scene_mean,
    whitening_matrix,
)
from cathartes.detect.bandset import Bandset, Tick
from cathartes.detect.light import LogLight

CORE_SHARE = 0.85
"""Share of the scene that is surely ground: the first covariance is that of the pixels nearest to
the middle, so that a plume can't hide by being part of it."""
CORE_ROUNDS = 3
LINES_AT_ONCE = 16
"""Sampled lines next to each other are read together, up to so many."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines spread over the scene, and means over small squares around their pixels.

    Attributes
    ----------
    lines : (row,) int
        Their numbers in the scene.
    stride
        Distance of the rows, [line].
    width_px
        Side of the squares.
    shift : (band,) float32 [cube's unit]
        Taken off all values, so that the small differences that matter keep their digits.
    single : (row, sample, band) float32 [cube's unit]
        Pixels less shift; 0 where invalid.
    mean : (row, sample, band) float32 [cube's unit]
        Mean over the valid pixels of the square around each pixel, less shift.
    valid : (row, sample) bool
        True where a pixel is finite in every band.
    """

    lines: NDArray[np.intp]
    stride: int
    width_px: int
    shift: NDArray[np.float32]
    single: NDArray[np.float32]
    mean: NDArray[np.float32]
    valid: NDArray[np.bool_]

    def some_radiance(self, most: int) -> NDArray[np.float32]:
        """Return valid pixels as they are, evenly spread, no more than these: (pixel, band)."""
        pixel = np.flatnonzero(self.valid)
        row, column = np.divmod(pixel[:: 1 + len(pixel) // most], self.valid.shape[1])
        return np.asarray(self.single[row, column] + self.shift)

    def background(
        self,
        clean: NDArray[np.bool_],
        *,
        per_column: bool,
        stripe_smoothing_samples: float,
        averaged: bool = True,
        weight: NDArray[np.float32] | None = None,
    ) -> Background:
        """Return the background of means over squares, or of single pixels.

        Parameters
        ----------
        clean : (row, sample) bool
            Pixels to be used.
        averaged
            True for means over squares.
        weight : (row, sample)
            How much each pixel counts in the covariance; None counts them alike.

        Raises
        ------
        InputError
            If no pixel is clean.
        SingularCovarianceError
            If too few are.
        """
        mean = scene_mean(
            self.single,
            clean,
            per_column=per_column,
            stripe_smoothing_samples=stripe_smoothing_samples,
        )
        n_means = int(np.count_nonzero(clean.any(axis=0))) if per_column else 1
        n_pixels = int(clean.sum())
        pixels = self.about(mean) if averaged else self.single - mean.astype(np.float32)
        pixels[~clean] = 0.0
        if weight is not None:
            pixels *= np.sqrt(weight / weight[clean].mean())[:, :, None]
        # Squares overlap: only so many are separate.
        share = min(self.stride, self.width_px) / self.width_px**2 if averaged else 1.0
        return Background(
            mean=mean + self.shift.astype(np.float64),
            covariance=pooled_covariance(pixels, n_pixels, n_means),
            degrees_of_freedom=max(int(n_pixels * share) - n_means, 2),
        )

    def about(self, mean: NDArray[np.float64], rows: slice = slice(None)) -> NDArray[np.float32]:
        """Return the means over squares less those of the column means, (row, sample, band).

        Parameters
        ----------
        mean : (sample, band) [cube's unit]
            Less `shift`.
        rows
            Rows of the sample that are wanted.
        """
        return np.asarray(self.mean[rows] - self._square_mean(mean))

    def some_about(
        self, mean: NDArray[np.float64], chosen: NDArray[np.bool_], most: int
    ) -> NDArray[np.float32]:
        """Return `about` of some chosen pixels, evenly spread: (pixel, band).

        Parameters
        ----------
        mean : (sample, band) [cube's unit]
            Less `shift`.
        chosen : (row, sample) bool
        most
            No more than these are returned.
        """
        pixel = np.flatnonzero(chosen)
        row, column = np.divmod(pixel[:: 1 + len(pixel) // most], chosen.shape[1])
        return np.asarray(self.mean[row, column] - self._square_mean(mean)[column])

    def _square_mean(self, mean: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return means of column means, (sample, band), over squares."""
        seen = np.asarray(self.valid.any(axis=0))[None]
        sums, count = square_sums(mean[None].astype(np.float32), seen, self.width_px)
        return np.asarray(sums[0] / np.maximum(count[0], 1.0)[:, None])

    def in_logarithms(self, light: LogLight) -> "Sample":
        """Return the sample in the logarithm of its radiance."""
        return replace(
            self,
            shift=np.zeros_like(self.shift),
            single=light.of(self.single + self.shift),
            mean=light.of(self.mean + self.shift),
        )

    def thinned(self, n_pixels: int) -> "Sample":
        """Return the sample with only so many of its rows as hold about so many pixels."""
        step = max(1, self.valid.size // n_pixels)
        rows = slice(step // 2, None, step)
        return replace(
            self,
            lines=self.lines[rows],
            stride=self.stride * step,
            single=self.single[rows],
            mean=self.mean[rows],
            valid=self.valid[rows],
        )

    def core(
        self, *, per_column: bool, stripe_smoothing_samples: float
    ) -> tuple[NDArray[np.bool_], float]:
        """Return the pixels nearest to the middle of the scene's distribution.

        Returns
        -------
        core : (row, sample) bool
        distance_squared
            Greatest squared Mahalanobis distance among them.

        References
        ----------
        The concentration steps of Rousseeuw & Van Driessen 1999, doi
        10.1080/00401706.1999.10485670, for a fixed share and one start.
        """
        core, greatest = self.valid, 0.0
        for _ in range(CORE_ROUNDS):
            background = self.background(
                core, per_column=per_column, stripe_smoothing_samples=stripe_smoothing_samples
            )
            whitening = whitening_matrix(background).astype(np.float32)
            x = self.about(background.mean - self.shift) @ whitening.T
            distance = np.einsum("rsb,rsb->rs", x, x)
            greatest = float(np.quantile(distance[self.valid], CORE_SHARE))
            core = self.valid & (distance <= greatest)
        return core, greatest

    def differences(self) -> Background | None:
        """Return half the covariance of neighbouring squares' differences, about no mean.

        Ground differs from neighbour to neighbour as it does over the scene, a wide plume hardly.
        None if too few squares have neighbours, or a band does not differ.
        """
        lag, n_bands = self.width_px + 1, self.mean.shape[2]
        total, count = np.zeros((n_bands, n_bands)), 0
        # Along lines; and across them where no line between is left out.
        for turn in (False, True) if self.stride == 1 else (False,):
            mean, valid = self.mean, self.valid
            values, known = (mean.swapaxes(0, 1), valid.T) if turn else (mean, valid)
            difference = (values[:, lag:] - values[:, :-lag])[known[:, lag:] & known[:, :-lag]]
            total += difference.T @ difference
            count += len(difference)
        squares = count * min(self.stride, self.width_px) // self.width_px**2
        if squares < 3 or not (np.diag(total) > 0).all():
            return None
        return Background(np.zeros((1, n_bands)), total / (2 * count), squares)

    def widened(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return marked pixels and those whose squares touch them, (row, sample) bool."""
        reach = self.width_px // 2
        if reach == 0:
            return marked
        rows = 2 * (reach // self.stride) + 1
        return binary_dilation(marked, np.ones((rows, 2 * reach + 1), dtype=bool))


def gather_sample(bandset: Bandset, width_px: int, max_bytes: int, tick: Tick) -> Sample:
    """Read lines spread over the scene: all of them if they fit in memory.

    Parameters
    ----------
    width_px : [pixel]
        Odd side of the squares.
    max_bytes
        Memory of the sample.
    """
    n_lines, n_samples, _ = bandset.cube.shape
    n_bands = bandset.index.size
    n_rows = max(1, max_bytes // (2 * 4 * n_samples * n_bands))
    stride = -(-n_lines // n_rows)
    lines = np.arange(stride // 2, n_lines, stride)
    single = np.empty((lines.size, n_samples, n_bands), np.float32)
    mean = np.empty_like(single)
    valid = np.empty((lines.size, n_samples), bool)
    shift: NDArray[np.float32] | None = None
    reach = width_px // 2
    at_once = max(1, LINES_AT_ONCE // stride)
    for first in range(0, lines.size, at_once):
        rows = slice(first, first + at_once)
        low = max(int(lines[rows][0]) - reach, 0)
        high = min(int(lines[rows][-1]) + reach + 1, n_lines)
        block = bandset.read(low, high)
        usable = bandset.usable(block)
        if shift is None and usable.any():
            shift = block[usable].mean(axis=0, dtype=np.float64).astype(np.float32)
        if shift is not None:
            block -= shift
        inside = lines[rows] - low
        sums, count = square_sums(block, usable, width_px)
        single[rows], valid[rows] = block[inside], usable[inside]
        mean[rows] = sums[inside] / np.maximum(count[inside], 1.0)[:, :, None]
        tick("background", min(first + at_once, lines.size) / lines.size)
    if shift is None:
        shift = np.zeros(n_bands, np.float32)
    return Sample(lines, stride, width_px, shift, single, mean, valid)
