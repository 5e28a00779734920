r"""Plumes that the background knows from themselves alone, whatever they are of.

A strong plume that no signature explains well is not taken for a gas, stays part of the background,
and hides in it: whitening shrinks what the covariance has learnt from it. A surface that is rare is
part of it too, and has to be. But a surface is found elsewhere as well, and ends at its border.
With :math:`\tilde x` whitened spectra, n how many there are, and :math:`\hat u` the direction of
the mean of a patch P,

.. math:: h = \frac{1}{n}\sum_{P}(\hat u^T\tilde x)^2

is the part of the background's variance along :math:`\hat u` that the patch itself makes: without
it the patch would stand out by :math:`1/(1-h)` times the energy, at least.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from cathartes.detect.background import Background, whitening_matrix
from cathartes.detect.form import greatest_fade
from cathartes.detect.sample import LINES_AT_ONCE, Sample

PEAK, FOOT = 3.0, 1.5
"""Squared distances from the core's middle, as parts of the core's greatest: a patch has a pixel
beyond the first, and is connected beyond the second."""
GREATEST_AREA = 0.1
"""Of the clean pixels: a larger patch is ground, or gas over much of the scene (`spread`)."""
OWN_SHARE = 0.6
"""A plume makes more of the variance than this."""
LEAST_FADE, LEAST_AREA_PX = 1.6, 100
"""And has at least this fade (see `form`) at a height of so large a foot. In 32 tuning scenes, half
of them without plumes, those of 8 plumes were 1.64 to 5.1, of 15 patches of ground 1.1 to 1.47."""


def lone_plumes(
    sample: Sample,
    clean: NDArray[np.bool_],
    background: Background,
    rough: Background,
    ordinary: float,
) -> NDArray[np.bool_]:
    """Return the clean pixels of plumes that the background knows from themselves alone.

    Parameters
    ----------
    sample
    clean : (row, sample) bool
        What the background is made of.
    background
    rough
        That of the scene's core, in which none of them hides.
    ordinary
        Greatest squared distance in the core.

    Returns
    -------
    (row, sample) bool
    """
    far = _About(sample, rough)
    to_core, to_unit = (whitening_matrix(each).T.astype(np.float32) for each in (rough, background))
    distance = far.by_line(lambda line: ((line @ to_core) ** 2).sum(axis=1)) / ordinary
    patches, _ = label(clean & (distance > FOOT), np.ones((3, 3)))
    boxes = find_objects(patches)
    lone = np.zeros(clean.shape, dtype=bool)
    for number in np.unique(patches[(patches > 0) & (distance > PEAK)]):
        box = boxes[number - 1]
        inside = patches[box] == number
        # One faulty value answers in as many squares as a square has pixels.
        if not sample.width_px**2 < inside.sum() <= GREATEST_AREA * clean.sum():
            continue
        weight = distance[box][inside]
        x = _About(sample, background).within(box)[inside] @ to_unit
        if ((x @ _unit(weight @ x)) ** 2).sum() <= OWN_SHARE * clean.sum():
            continue
        direction = to_core @ _unit(weight @ (far.within(box)[inside] @ to_core))
        score = far.along(direction)
        row, column = np.unravel_index(np.where(patches == number, score, 0).argmax(), score.shape)
        least_area_px = LEAST_AREA_PX / sample.stride
        if greatest_fade(score, int(row), int(column), least_area_px) >= LEAST_FADE:
            lone[box] |= inside
    return lone


@dataclass(frozen=True, slots=True)
class _About:
    """A sample's means over squares about a background's mean, never all of them at once."""

    sample: Sample
    background: Background

    def within(self, box: tuple[slice, slice]) -> NDArray[np.float32]:
        """Return those of some rows and columns, (row, sample, band)."""
        mean = self.background.mean - self.sample.shift
        return self.sample.about(mean, box[0])[:, box[1]]

    def by_line(
        self, work: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Return what is made of each row's, (sample, band), as (row, sample)."""
        every = slice(None)
        starts = range(0, len(self.sample.lines), LINES_AT_ONCE)
        parts = (self.within((slice(i, i + LINES_AT_ONCE), every)) for i in starts)
        return np.array([work(line) for part in parts for line in part])

    def along(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far each lies along a direction, (band,): (row, sample)."""
        return self.by_line(lambda line: line @ direction)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector))
