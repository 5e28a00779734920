"""The same spots of ground in two flight lines, found by image matching."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.georeference.boresight import TiePoints
from cathartes.scenes.georeference.frames import local_to_earth, to_geodetic
from cathartes.scenes.georeference.navigation import LinePoses
from cathartes.scenes.georeference.pushbroom import points_at, to_pixel
from cathartes.scenes.georeference.terrain import Terrain


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """How images are matched; the only place of these defaults.

    Attributes
    ----------
    chip_px
        Side of the piece of ground that is compared, in pixels; odd. The first line is laid out
        with such pieces side by side: if they overlapped, their errors would not be independent.
    max_spots
        Largest number of trial spots: on longer lines they lie farther apart.
    search_px
        How far to search for it, in pixels.
    min_correlation
        Least correlation of a match.
    """

    chip_px: int = 25
    max_spots: int = 400
    search_px: int = 12
    min_correlation: float = 0.7

    def __post_init__(self) -> None:
        if min(self.search_px, self.max_spots) < 1 or self.chip_px < 5:
            raise SettingsError(f"matching: {self}; positive numbers and a chip of 5 are needed.")
        if self.chip_px % 2 == 0 or not 0 < self.min_correlation < 1:
            raise SettingsError(f"matching: {self}; an odd chip, correlation in 0 to 1 are needed.")


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A flight line with an image.

    Attributes
    ----------
    poses
        Of each line, all known.
    image : (line, sample)
        One number a pixel, such as the mean radiance; NaN where invalid.
    """

    poses: LinePoses
    image: NDArray[np.floating]


def find_tie_points(
    a: SeenLine,
    b: SeenLine,
    look: NDArray[np.float64],
    terrain: Terrain,
    pixel_m: float,
    settings: MatchSettings | None = None,
) -> TiePoints:
    r"""Find the same spots of ground in two overlapping lines.

    Around each trial spot both images are laid on one lattice of the ground, north up, so that
    opposite flights, other heights and slopes compare; the shift is where the correlation

    .. math:: \rho(d) = \frac{\sum (p - \bar p)(q_d - \bar q_d)}
              {\sqrt{\sum (p - \bar p)^2 \sum (q_d - \bar q_d)^2}}

    is greatest, to parts of a pixel by a parabola through its neighbours in either direction.

    Parameters
    ----------
    a, b
        The two lines.
    look : (sample, 3)
        Unit vectors in the body's frame, with the boresight so far.
    terrain
        The ground.
    pixel_m : [m]
        Step of the lattice: about a pixel.

    Returns
    -------
    TiePoints of (n,), perhaps none

    Raises
    ------
    InputError
        If an image is not of its line's size.
    """
    how = settings or MatchSettings()
    for line in (a, b):
        if line.image.shape != (line.poses.camera_m.shape[0], look.shape[0]):
            raise InputError(
                f"an image of shape {line.image.shape} for {line.poses.camera_m.shape[0]} lines "
                f"and {look.shape[0]} samples; both must be equal."
            )
    line_a, sample_a = _trial_pixels(a.image.shape, how)
    spots_m = points_at(a.poses, look, line_a, sample_a, terrain)
    reach = how.chip_px // 2 + how.search_px
    chips_a = _laid_on_ground(a, look, terrain, spots_m, how.chip_px // 2, pixel_m)
    chips_b = _laid_on_ground(b, look, terrain, spots_m, reach, pixel_m)
    shifts = np.array([_shift(p, q, how) for p, q in zip(chips_a, chips_b, strict=True)])
    found = np.isfinite(shifts).all(axis=1)
    matched = _moved(spots_m[found], shifts[found] * pixel_m, terrain)
    line_b, sample_b = to_pixel(b.poses, look, *matched)
    inside = np.isfinite(line_b)
    return TiePoints(
        line_a[found][inside], sample_a[found][inside], line_b[inside], sample_b[inside]
    )


def _trial_pixels(
    shape: tuple[int, ...], how: MatchSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return evenly spread pixel centres, (n,) each."""
    half = how.chip_px // 2
    step = max(how.chip_px, math.ceil(math.sqrt(math.prod(shape) / how.max_spots)))
    line, sample = (np.arange(half, size - half, step) + 0.5 for size in shape)
    grid = np.meshgrid(line, sample, indexing="ij")
    return grid[0].ravel(), grid[1].ravel()


def _moved(
    spots_m: NDArray[np.float64], north_east_m: NDArray[np.float64], terrain: Terrain
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places on the ground so far to the north and east of spots, (..., ) each.

    Parameters
    ----------
    spots_m : (..., 3) [m]
    north_east_m : (..., 2) [m]
    """
    lon, lat, _ = to_geodetic(spots_m)
    axes = local_to_earth(lon, lat)[..., :2]
    lon, lat, _ = to_geodetic(spots_m + np.einsum("...ij,...j->...i", axes, north_east_m))
    return lon, lat, terrain.altitude_at(lon, lat)


def _laid_on_ground(
    line: SeenLine,
    look: NDArray[np.float64],
    terrain: Terrain,
    spots_m: NDArray[np.float64],
    reach: int,
    pixel_m: float,
) -> NDArray[np.float64]:
    """Return an image around spots on a north-up lattice, (spot, y, x); NaN outside."""
    offset = np.arange(-reach, reach + 1) * pixel_m
    north, east = np.meshgrid(-offset, offset, indexing="ij")
    lattice = np.stack([north, east], axis=-1)
    shape = (spots_m.shape[0], *lattice.shape)
    around = np.broadcast_to(spots_m[:, None, None], (*shape[:3], 3))
    places = _moved(around, np.broadcast_to(lattice, shape), terrain)
    row, column = to_pixel(line.poses, look, *(place.ravel() for place in places))
    values = map_coordinates(
        line.image.astype(np.float64), [row - 0.5, column - 0.5], order=1, cval=np.nan,
        prefilter=False,
    )  # fmt: skip
    return np.where(np.isfinite(row), values, np.nan).reshape(shape[:3])


def _shift(
    chip: NDArray[np.float64], wider: NDArray[np.float64], how: MatchSettings
) -> tuple[float, float]:
    """Return by how much to the north and east a chip lies in a wider one [px]; NaN if nowhere."""
    nowhere = (np.nan, np.nan)
    if not np.isfinite(chip).all():
        return nowhere
    p = chip - chip.mean()
    windows = sliding_window_view(wider, chip.shape)
    mean = windows.mean(axis=(2, 3))
    cross = np.einsum("yxij,ij->yx", windows, p)
    square = np.einsum("yxij,yxij->yx", windows, windows) - chip.size * mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = cross / np.sqrt(np.maximum(square, 0.0) * (p**2).sum())
    if not np.isfinite(rho).any():
        return nowhere
    y, x = np.unravel_index(int(np.nanargmax(rho)), rho.shape)
    around = rho[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
    if rho[y, x] < how.min_correlation or around.shape != (3, 3) or not np.isfinite(around).all():
        return nowhere
    down = y + _top(around[:, 1]) - how.search_px
    right = x + _top(around[1]) - how.search_px
    return -float(down), float(right)


def _top(three: NDArray[np.float64]) -> float:
    """Return where a parabola through values at -1, 0 and 1 is highest, the middle one the most."""
    bend = three[0] - 2 * three[1] + three[2]
    return float(0.5 * (three[0] - three[2]) / bend) if bend < 0 else 0.0
