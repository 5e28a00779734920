"""Scores of squares that share no pixel, cut off: what a longer look adds up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bank import cosine_score

LEAST_STEP_PX = 3
"""Cells lie at least so far apart, [pixel]."""
GREATEST = 3.0
"""No cell counts more, in clean deviations: a faint plume shows in many cells a little, a roof in
few of them much."""
_UNIT = GREATEST / 127


@dataclass(frozen=True, slots=True)
class Cells:
    """Scores of thin signatures at every so many lines and samples, from one square each.

    Attributes
    ----------
    kept : (signature, line, sample) int8
        Scores in units of `_UNIT`; 0 where nothing is known.
    row : (signature,) int
        Of the bank: gases, then decoys.
    scale : (signature,) float32
        Clean standard deviation of each signature's cosine score.
    step_px : [pixel]
        Distance of the cells; the first is half of it from the border.
    """

    kept: NDArray[np.int8]
    row: NDArray[np.intp]
    scale: NDArray[np.float32]
    step_px: int

    @classmethod
    def empty(
        cls,
        n_lines: int,
        n_samples: int,
        width_px: int,
        row: NDArray[np.intp],
        scale: NDArray[np.float32],
    ) -> "Cells":
        """Return room for the cells of a scene whose squares are ``width_px`` wide.

        Parameters
        ----------
        row : (signature,) int
        scale : (signature,)
            See the attributes.
        """
        step_px = max(width_px, LEAST_STEP_PX)
        shape = (len(range(step_px // 2, n, step_px)) for n in (n_lines, n_samples))
        return cls(np.zeros((row.size, *shape), np.int8), row, scale, step_px)

    def put(
        self,
        first: int,
        usable: NDArray[np.bool_],
        z: NDArray[np.float32],
        distance: NDArray[np.float32],
        n_bands: int,
    ) -> None:
        """Keep the cells of some lines.

        Parameters
        ----------
        first
            Line of the scene that is the first of these.
        usable : (line, sample) bool
        z : (signature of the bank, pixel)
            Matched-filter scores, of the same pixels line by line.
        distance : (pixel,)
            Squared Mahalanobis distance.
        n_bands
            b of `cosine_score`.
        """
        step, half = self.step_px, self.step_px // 2
        lines = np.arange((half - first) % step, len(usable), step)
        if not lines.size:
            return
        samples = np.arange(half, usable.shape[1], step)
        pixel = (lines[:, None] * usable.shape[1] + samples).ravel()
        score = cosine_score(z[np.ix_(self.row, pixel)], distance[pixel], n_bands)
        score /= self.scale[:, None]
        score[:, ~usable.ravel()[pixel]] = 0.0
        whole = np.rint(np.clip(score, -GREATEST, GREATEST) / np.float32(_UNIT))
        row = (first + int(lines[0]) - half) // step
        self.kept[:, row : row + lines.size] = whole.reshape(len(score), lines.size, -1)

    def score(self, signature: int) -> NDArray[np.float32]:
        """Return the cut scores of one signature, (line, sample) of cells."""
        return np.asarray(self.kept[signature] * np.float32(_UNIT))

    def of_pixels(self, pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the cells in whose middle pixels, (line, sample) bool, are marked."""
        half = self.step_px // 2
        return np.asarray(pixels[half :: self.step_px, half :: self.step_px])

    def to_pixels(self, cells: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the pixels of marked cells, (line, sample) bool of the scene's shape.

        Pixels behind the last cell belong to it.
        """
        every = slice(0, cells.shape[0]), slice(0, cells.shape[1])
        return self.to_window(cells, every, shape)[0]

    def to_window(
        self,
        cells: NDArray[np.bool_],
        window: tuple[slice, slice],
        shape: tuple[int, int],
    ) -> tuple[NDArray[np.bool_], tuple[int, int]]:
        """Return the pixels of the marked cells in a window, and the first line and sample of it.

        Parameters
        ----------
        cells : (line, sample) bool
            Of the window alone.
        window
            In cells, of the scene's.
        shape
            Of the scene, in pixels.
        """
        index, first = [], []
        for part, n, m in zip(window, shape, self.kept.shape[1:], strict=True):
            start = part.start * self.step_px
            stop = n if part.stop == m else part.stop * self.step_px
            index.append(np.minimum(np.arange(start, stop) // self.step_px, m - 1) - part.start)
            first.append(start)
        return np.asarray(cells[np.ix_(*index)]), (first[0], first[1])
