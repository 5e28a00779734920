"""The form of a hill of strange ground: what a plume's has and that of rare ground hardly ever.

A plume fades over many pixels and goes on beyond any border that is drawn around it, lies over
ground of any kind, and is in one place. Ground ends at its border, where its brightness changes
too, or is a patchwork of many summits; and it is found again elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, label

from cathartes.detect.outline import EIGHT_NEIGHBOURS, widened

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
LEAST_BEYOND = 0.0
"""Least median score just beyond the foot: a plume has no end there. This and `MAX_EDGE` left 3 of
808 hills of other ground, where the fade alone left 56 (decision 0059)."""
MAX_EDGE = 0.4
"""Greatest edge of an unknown plume: one that a known gas explains may lie along a border."""
CORE_FADE, CORE_AREA_PX = 1.6, 40
"""What signatures explain in its core but not as a whole fades so much, at a height of so large a
foot, [pixel]: four of six such plumes of tuning scenes 2.6 to 10, 25 patches of ground 1.43."""
WINDOWS = 12
"""Brightness is looked at in so many parts of the spectrum."""
EDGE_QUANTILE = 1 / 3
"""The edge is that in this quantile of the parts: a gas absorbs in less than two thirds of them."""
MAX_ELSEWHERE = 1.5
"""Greatest area found again elsewhere, as a part of that above the shoulder: two equal plumes of
one chemical stand, three are a surface."""
EXPLAINED = 0.5
"""Part of a pixel's oddness that the hill's spectrum must explain for its like to be found."""
WINDOW_REACH_PX = 100
"""A hill is followed so far from its peak, [pixel]."""
BORDER_PX = 3
"""Width of the strips along a border, within and beyond it, [pixel]."""
GAP_PX = 2
"""The outer strip lies so far from the border, [pixel]: squares of 3 blur that by one."""


@dataclass(frozen=True, slots=True)
class StrangeImage:
    """What a hill is looked at in.

    Attributes
    ----------
    score : (line, sample)
        Of the hill's spectrum, clean standard deviations; 0 where there is nothing.
    alike : (line, sample) bool
        See `explains`.
    windows : () → (line, sample) [cube's unit]
        Each reads the brightness in one part of the spectrum; NaN where there is nothing.
    summits : (summit,)
        The scores of all that is alike in the whole scene, from `LEAST_FOOT` on.
    """

    score: NDArray[np.float32]
    alike: NDArray[np.bool_]
    windows: tuple[Callable[[], NDArray[np.float32]], ...]
    summits: NDArray[np.float32]

    @classmethod
    def of_scene(
        cls,
        score: NDArray[np.float32],
        alike: NDArray[np.bool_],
        windows: tuple[Callable[[], NDArray[np.float32]], ...],
    ) -> "StrangeImage":
        """Return the image of a whole scene.

        Parameters
        ----------
        score, alike : (line, sample)
        windows
            All as in the attributes.
        """
        return cls(score, alike, windows, score[alike & (score >= LEAST_FOOT)])

    def part(self, window: tuple[slice, slice]) -> "StrangeImage":
        """Return a part of it; what is asked of the whole scene is still of the whole."""
        windows = tuple(cache(partial(_part_of, read, window)) for read in self.windows)
        return StrangeImage(self.score[window], self.alike[window], windows, self.summits)


def _part_of(
    read: Callable[[], NDArray[np.float32]], window: tuple[slice, slice]
) -> NDArray[np.float32]:
    """Return a part of an image, without the rest in memory."""
    return read()[window].copy()


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a hill in the image of its own spectrum's score, at one height.

    Attributes
    ----------
    area_px : [pixel]
        Connected ground above the foot.
    fade
        That over the area above the shoulder within it: about 1.4 for ground, 2 and more for
        plumes.
    elsewhere
        Area of its like in the rest of the scene, as a part of that above the shoulder next to the
        peak.
    beyond
        Median score just beyond the foot, as a part of the foot's height.
    edge
        See `edge`; ∞ where it was not measured.
    """

    area_px: int
    fade: float
    elsewhere: float
    beyond: float
    edge: float = np.inf

    @property
    def fades(self) -> bool:
        """Whether this is the form of a plume, or of a patch of ground that fades."""
        return (
            self.area_px >= LEAST_AREA_PX
            and self.fade >= LEAST_FADE
            and self.elsewhere < MAX_ELSEWHERE
            and self.beyond >= LEAST_BEYOND
        )

    @classmethod
    def of_hill(
        cls, image: StrangeImage, height: float, line: int, sample: int
    ) -> tuple["Form", NDArray[np.bool_]]:
        """Measure the hill at a pixel.

        Parameters
        ----------
        height
            Of which the levels are parts, the shoulder no lower than `LEAST_FOOT`.

        Returns
        -------
        form
        foot : (line, sample) bool
            The hill above its foot.
        """
        score = image.score
        low, high = (level * height for level in FADE_LEVELS)
        foot, shoulder = (_connected(score, level, line, sample) for level in (low, high))
        within = foot & (score > high)
        area_px, n_high, own, n_mine = (
            int(np.count_nonzero(part)) for part in (foot, within, shoulder, within & image.alike)
        )
        n_again = int(np.count_nonzero(image.summits > high)) - n_mine
        beyond = _just_beyond(score, foot) / low
        return cls(area_px, area_px / max(n_high, 1), n_again / max(own, 1), beyond), foot


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
    image: StrangeImage, line: int, sample: int
) -> tuple[Form | None, NDArray[np.bool_]]:
    """Return the form at the height at which a hill fades over ground most alike, and its extent.

    Returns
    -------
    form
        With its edge; None if the hill fades at no height.
    extent : (line, sample) bool
        The hill above the lowest foot that is clear of noise.
    """
    extent = np.zeros(image.score.shape, dtype=bool)
    # All that is looked at lies so near, but for its like elsewhere: the scene may be large.
    window = _square(line, sample, WINDOW_REACH_PX + GAP_PX + BORDER_PX)
    near = image.part(window)
    at = line - window[0].start, sample - window[1].start
    height = float(near.score[_square(*at, 2)].max())
    high = height >= LEAST_PEAK
    fading: list[Form] = []
    while FADE_LEVELS[0] * height >= LEAST_FOOT:
        form, foot = Form.of_hill(near, height, *at)
        extent[window] = foot
        if high and form.fades:
            fading.append(replace(form, edge=edge(near, foot)))
        height /= HEIGHT_STEP
    return min(fading, key=lambda form: form.edge, default=None), extent


def greatest_fade(
    score: NDArray[np.float32], line: int, sample: int, least_area_px: float
) -> float:
    """Return the greatest fade of the hill at a pixel over all heights, as in `plume_form`.

    Parameters
    ----------
    score : (line, sample)
        Clean standard deviations.
    line, sample
        The hill's peak.
    least_area_px
        Of a foot: squares blur the border of what is small. 0 if none is so large.
    """
    height, fades = float(score[line, sample]), [0.0]
    while FADE_LEVELS[0] * height >= LEAST_FOOT:
        foot, shoulder = (
            np.count_nonzero(_connected(score, level * height, line, sample))
            for level in FADE_LEVELS
        )
        if foot >= least_area_px:
            fades.append(foot / shoulder)
        height /= HEIGHT_STEP
    return max(fades)


def _square(line: int, sample: int, reach_px: int) -> tuple[slice, slice]:
    """Return the square around a pixel, cut at the first line and sample."""
    first_line, first_sample = max(line - reach_px, 0), max(sample - reach_px, 0)
    return slice(first_line, line + reach_px + 1), slice(first_sample, sample + reach_px + 1)


def _connected(
    score: NDArray[np.float32], least: float, line: int, sample: int
) -> NDArray[np.bool_]:
    """Return the connected ground above a score that holds a pixel, near it, (line, sample)."""
    found = np.zeros(score.shape, dtype=bool)
    window = _square(line, sample, WINDOW_REACH_PX)
    parts, _ = label(score[window] > least, structure=EIGHT_NEIGHBOURS)
    mine = parts[line - window[0].start, sample - window[1].start]
    found[window] = (parts == mine) & (mine > 0)
    return found


def _just_beyond(score: NDArray[np.float32], foot: NDArray[np.bool_]) -> float:
    """Return the median score just beyond a foot, (line, sample) bool."""
    window, inside = _around(foot)
    beyond = score[window][widened(inside, GAP_PX + 1) & ~widened(inside, GAP_PX)]
    return float(np.median(beyond)) if beyond.size else 0.0


def edge(image: StrangeImage, foot: NDArray[np.bool_]) -> float:
    """Return how far the ground's brightness tells both sides of a foot's border apart, 0 to 1.

    By `told_apart`, the `EDGE_QUANTILE` of the parts of the spectrum: a strong plume changes the
    brightness too, but in its own bands alone.

    Parameters
    ----------
    foot : (line, sample) bool
    """
    window, inside = _around(foot)
    within = inside & ~binary_erosion(inside, EIGHT_NEIGHBOURS, iterations=BORDER_PX)
    beyond = widened(inside, GAP_PX + BORDER_PX) & ~widened(inside, GAP_PX)
    near = (read()[window] for read in image.windows)
    edges = [told_apart(brightness[within], brightness[beyond]) for brightness in near]
    return float(np.quantile(edges, EDGE_QUANTILE)) if edges else 0.0


def _around(foot: NDArray[np.bool_]) -> tuple[tuple[slice, ...], NDArray[np.bool_]]:
    """Return the window of a foot and its surroundings, and the foot in it."""
    reach = GAP_PX + BORDER_PX
    window = tuple(
        slice(max(int(place.min()) - reach, 0), int(place.max()) + reach + 1)
        if place.size
        else slice(0)
        for place in np.nonzero(foot)
    )
    return window, foot[window]


def told_apart(some: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    r"""Return how far one number tells two kinds apart: 0 not at all, 1 wholly.

    .. math:: |P(x > y) - P(x < y)|

    over all pairs of x and y, which is |2 AUC - 1| (Mann and Whitney 1947); 0 if either is empty.

    Parameters
    ----------
    some, others : (n,), (m,)
        x and y; NaN are left out.
    """
    x, y = some[np.isfinite(some)], np.sort(others[np.isfinite(others)])
    if not (x.size and y.size):
        return 0.0
    below, up_to = (np.searchsorted(y, x, side).sum() for side in ("left", "right"))
    return abs(float(below + up_to) / (x.size * y.size) - 1.0)
