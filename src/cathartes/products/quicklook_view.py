"""What part of a scene a picture shows, how coarse, and where north is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections, Plume
from cathartes.scenes.geometry import Geometry

ELONGATED = 4.0
"""A scene longer than this many times its width is shown as a strip with a close-up."""

_SHORTEST_VIEW = 64
_LONGEST_VIEW = 2.5


@dataclass(frozen=True, slots=True)
class View:
    """A window of the scene: lines and samples, the ends outside."""

    line_start: int
    line_stop: int
    sample_start: int
    sample_stop: int

    @property
    def n_lines(self) -> int:
        """Number of lines."""
        return self.line_stop - self.line_start

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return self.sample_stop - self.sample_start

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top in pixel coordinates, lines running downwards."""
        return (self.sample_start, self.sample_stop, self.line_stop, self.line_start)

    def cut(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the window of a (line, sample) image."""
        return image[self.line_start : self.line_stop, self.sample_start : self.sample_stop]

    def shows(self, plume: Plume) -> bool:
        """Return whether the plume's bounding box overlaps the window."""
        return (
            plume.line_max >= self.line_start
            and plume.line_min < self.line_stop
            and plume.sample_max >= self.sample_start
            and plume.sample_min < self.sample_stop
        )


def whole_scene(shape: tuple[int, int]) -> View:
    """Return the view of a whole (line, sample) scene."""
    return View(0, shape[0], 0, shape[1])


def is_elongated(shape: tuple[int, int]) -> bool:
    """Return whether a scene is too long to be shown whole in a picture's main panels."""
    return max(shape) > ELONGATED * min(shape) and max(shape) > _SHORTEST_VIEW


def main_view(detections: Detections, strongest: tuple[int, int]) -> View:
    """Return the window for the main panels.

    The whole scene, or for an elongated one a stretch of it around the strongest plume; without
    plumes, around the pixel of the strongest score.

    Parameters
    ----------
    detections
        Labels give the scene's shape.
    strongest
        (line, sample) of the strongest score.
    """
    shape = (detections.labels.shape[0], detections.labels.shape[1])
    if not is_elongated(shape):
        return whole_scene(shape)
    low, high = strongest, (strongest[0] + 1, strongest[1] + 1)
    if detections.plumes:
        plume = detections.plumes[0]
        low = (plume.line_min, plume.sample_min)
        high = (plume.line_max + 1, plume.sample_max + 1)
    short = min(shape)
    axis = int(np.argmax(shape))
    length = max(short, _SHORTEST_VIEW, int(1.3 * (high[axis] - low[axis])))
    length = min(length, max(_SHORTEST_VIEW, int(_LONGEST_VIEW * short)), shape[axis])
    start = (low[axis] + high[axis] - length) // 2
    start = min(max(start, 0), shape[axis] - length)
    if axis == 0:
        return View(start, start + length, 0, shape[1])
    return View(0, shape[0], start, start + length)


def reduced(
    image: NDArray[np.float32], longest: int, keep: Literal["mean", "strongest"]
) -> NDArray[np.float32]:
    """Return an image at most so many pixels long, by blocks.

    Parameters
    ----------
    image : (line, sample)
        NaN where there is no value.
    longest
        In pixels.
    keep
        What stands for a block: the mean of its valid values, or the value farthest from 0, so
        that a plume of few pixels stays visible.
    """
    step = -(-max(image.shape) // longest)
    if step <= 1:
        return image
    n_lines, n_samples = (-(-size // step) for size in image.shape)
    padded = np.full((n_lines * step, n_samples * step), np.nan, dtype=np.float32)
    padded[: image.shape[0], : image.shape[1]] = image
    blocks = padded.reshape(n_lines, step, n_samples, step).swapaxes(1, 2)
    flat = blocks.reshape(n_lines, n_samples, step * step)
    valid = np.isfinite(flat)
    if keep == "mean":
        total = np.where(valid, flat, 0).sum(axis=2)
        count = valid.sum(axis=2)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    farthest = np.where(valid, np.abs(flat), -1).argmax(axis=2)
    chosen = np.take_along_axis(flat, farthest[..., None], axis=2)[..., 0]
    return np.asarray(chosen, dtype=np.float32)


def strongest_score(detections: Detections, gases: Sequence[str]) -> NDArray[np.float32]:
    """Return per pixel the score farthest from 0 of some gases, (line, sample); NaN if none."""
    strongest = np.full(detections.labels.shape, np.nan, dtype=np.float32)
    for gas in gases:
        score = detections.planes.read(f"score/{gas}")
        better = ~(np.abs(score) <= np.abs(strongest)) & np.isfinite(score)
        strongest[better] = score[better]
    return strongest


def north_in_pixels(geometry: Geometry, view: View) -> tuple[float, float] | None:
    """Return the direction of north in the middle of a view: unit vector (sample, line).

    None where the ground positions do not tell.
    """
    line = (view.line_start + view.line_stop) / 2
    sample = (view.sample_start + view.sample_stop) / 2
    lon, lat = geometry.to_lon_lat(
        [line - 0.5, line + 0.5, line, line], [sample, sample, sample - 0.5, sample + 0.5]
    )
    east_per_deg = np.cos(np.radians(lat.mean()))
    turn = (np.diff(lon)[[0, 2]] + 180) % 360 - 180
    # Columns: change of (east, north) by one line and by one sample.
    step = np.array([turn * east_per_deg, np.diff(lat)[[0, 2]]])
    if not np.isfinite(step).all() or abs(np.linalg.det(step)) < 1e-24:
        return None
    per_line, per_sample = np.linalg.solve(step, [0.0, 1.0])
    size = float(np.hypot(per_line, per_sample))
    return float(per_sample) / size, float(per_line) / size


def scale_bar_m(width_m: float) -> float:
    """Return a round length (1, 2 or 5 times a power of ten) of a sixth to a third of a width."""
    power = 10.0 ** np.floor(np.log10(width_m / 3))
    return float(max(step * power for step in (1, 2, 5) if step * power <= width_m / 3))
