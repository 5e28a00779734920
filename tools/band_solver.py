"""The fit behind `fit_bands.py`: Gaussian bands, chosen greedily and refined together.

One round adds bands where the weighted residual is most like a Gaussian, over a ladder of widths;
then centres, widths and strengths of all bands are refined together by Levenberg-Marquardt on
the sparse normal equations. Nothing is random: the same data give the same table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.linalg import splu

FLOAT = NDArray[np.float64]
FOUR_LN2 = 4.0 * np.log(2.0)
REACH_FWHM = 2.5
MIN_FWHM_CM1 = 1.0
WIDTH_LADDER_CM1 = (1.02, 1.2, 1.5, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0, 23.0, 32.0, 45.0)
MAX_FWHM_CM1 = 70.0


@dataclass(frozen=True)
class Bands:
    """Bands in the solver's own variables.

    centre : (band,) [cm-1]; log_extra : (band,) log of the width beyond 1 cm-1, in quadrature;
    log_peak : (band,) log of the peak in units of the target's.
    """

    centre: FLOAT
    log_extra: FLOAT
    log_peak: FLOAT

    def __len__(self) -> int:
        return self.centre.size

    @property
    def fwhm(self) -> FLOAT:
        """Full widths, [cm-1]."""
        return np.sqrt(MIN_FWHM_CM1**2 + np.exp(2.0 * self.log_extra))

    def keep(self, mask: NDArray[np.bool_]) -> "Bands":
        """Return the bands of a mask."""
        return Bands(self.centre[mask], self.log_extra[mask], self.log_peak[mask])

    def join(self, other: "Bands") -> "Bands":
        """Return these and the other's bands."""
        return Bands(
            np.concatenate([self.centre, other.centre]),
            np.concatenate([self.log_extra, other.log_extra]),
            np.concatenate([self.log_peak, other.log_peak]),
        )


@dataclass(frozen=True)
class Problem:
    """What to fit: grid (point,) [cm-1], ascending; target and weight (point,)."""

    grid: FLOAT
    target: FLOAT
    weight: FLOAT


def _entries(grid: FLOAT, bands: Bands) -> tuple[NDArray[np.intp], NDArray[np.intp], FLOAT, FLOAT]:
    """Return (point, band, x, value) of every band at every grid point in its reach."""
    width = bands.fwhm
    first = np.searchsorted(grid, bands.centre - REACH_FWHM * width)
    count = np.searchsorted(grid, bands.centre + REACH_FWHM * width, side="right") - first
    band = np.repeat(np.arange(len(bands)), count)
    point = np.arange(band.size) - np.repeat(np.cumsum(count) - count, count) + first[band]
    x = (grid[point] - bands.centre[band]) / width[band]
    value = np.exp(bands.log_peak[band] - FOUR_LN2 * x * x)
    return point, band, x, value


def evaluate(grid: FLOAT, bands: Bands) -> FLOAT:
    """Return the sum of the bands on the grid, in units of the target's peak."""
    point, _, _, value = _entries(grid, bands)
    return np.bincount(point, weights=value, minlength=grid.size)


def _linearise(problem: Problem, bands: Bands) -> tuple[FLOAT, sparse.csc_matrix]:
    point, band, x, value = _entries(problem.grid, bands)
    width = bands.fwhm[band]
    extra2 = np.exp(2.0 * bands.log_extra[band])
    residual = problem.target - np.bincount(point, weights=value, minlength=problem.grid.size)
    weighted = value * problem.weight[point]
    n = len(bands)
    columns = (
        (band, weighted * 2.0 * FOUR_LN2 * x / width),
        (band + n, weighted * 2.0 * FOUR_LN2 * x * x * extra2 / width**2),
        (band + 2 * n, weighted),
    )
    jacobian = sparse.csc_matrix(
        (
            np.concatenate([v for _, v in columns]),
            (np.tile(point, 3), np.concatenate([c for c, _ in columns])),
        ),
        shape=(problem.grid.size, 3 * n),
    )
    return residual * problem.weight, jacobian


def refine(problem: Problem, bands: Bands, iterations: int) -> Bands:
    """Improve all bands together: Levenberg-Marquardt with multiplicative damping."""
    damping = 1e-2
    residual, jacobian = _linearise(problem, bands)
    cost = float(residual @ residual)
    low, high = problem.grid[0] - 25.0, problem.grid[-1] + 25.0
    top = 0.5 * np.log(MAX_FWHM_CM1**2 - 1.0)
    for _ in range(iterations):
        normal = (jacobian.T @ jacobian).tocsc()
        diagonal = normal.diagonal()
        diagonal = np.maximum(diagonal, 1e-9 * diagonal.max())
        step = splu(normal + sparse.diags(damping * diagonal, format="csc")).solve(
            jacobian.T @ residual
        )
        d_centre, d_extra, d_peak = np.split(step, 3)
        width = bands.fwhm
        trial = Bands(
            np.clip(bands.centre + np.clip(d_centre, -width, width), low, high),
            np.clip(bands.log_extra + np.clip(d_extra, -1.0, 1.0), -2.5, top),
            bands.log_peak + np.clip(d_peak, -2.0, 1.0),
        )
        trial_residual, trial_jacobian = _linearise(problem, trial)
        trial_cost = float(trial_residual @ trial_residual)
        if trial_cost < cost:
            gain = (cost - trial_cost) / cost
            bands, residual, jacobian, cost = trial, trial_residual, trial_jacobian, trial_cost
            damping = max(damping / 4.0, 1e-6)
            if gain < 1e-5:
                break
        else:
            damping *= 6.0
            if damping > 1e4:
                break
    return bands


def seed(problem: Problem, bands: Bands, count: int) -> Bands:
    """Return new bands where the weighted residual looks most like a Gaussian."""
    grid = problem.grid
    step = grid[1] - grid[0]
    residual = problem.target - evaluate(grid, bands)
    w2 = problem.weight**2
    best = np.zeros(grid.size)
    amplitude = np.zeros(grid.size)
    width = np.full(grid.size, WIDTH_LADDER_CM1[0])
    for fwhm in WIDTH_LADDER_CM1:
        sigma = fwhm / np.sqrt(2.0 * FOUR_LN2) / step
        # Projection on exp(-x²/2s²) and the norm of that, by filters of area one.
        along = gaussian_filter1d(w2 * residual, sigma, mode="constant", truncate=4.0)
        along *= sigma * np.sqrt(2.0 * np.pi)
        norm2 = gaussian_filter1d(w2, sigma / np.sqrt(2.0), mode="constant", truncate=5.0)
        norm2 *= sigma * np.sqrt(np.pi)
        score = along / np.sqrt(norm2)
        better = score > best
        best[better], width[better] = score[better], fwhm
        amplitude[better] = (along / norm2)[better]
    chosen: list[int] = []
    for i in np.argsort(-best, kind="stable"):
        if len(chosen) == count or best[i] <= 0.0:
            break
        if all(abs(grid[i] - grid[j]) > 0.7 * max(width[i], width[j]) for j in chosen):
            chosen.append(int(i))
    index = np.array(sorted(chosen), dtype=int)
    extra = np.sqrt(np.maximum(width[index] ** 2 - MIN_FWHM_CM1**2, 0.01))
    return Bands(grid[index], np.log(extra), np.log(0.7 * amplitude[index]))


def prune(problem: Problem, bands: Bands, share: float) -> Bands:
    """Leave out bands that matter less than a share of the weighted target's norm."""
    point, band, _, value = _entries(problem.grid, bands)
    norm2 = np.bincount(band, weights=(value * problem.weight[point]) ** 2, minlength=len(bands))
    total = float(((problem.target * problem.weight) ** 2).sum())
    return bands.keep(norm2 > share**2 * total)


def _cost(problem: Problem, bands: Bands) -> float:
    residual = (problem.target - evaluate(problem.grid, bands)) * problem.weight
    return float(residual @ residual)


def fit(
    problem: Problem, max_bands: int, good: Callable[[Bands], bool], growth: float = 0.15
) -> Bands:
    """Add and refine bands until they are good enough, or there are too many.

    Parameters
    ----------
    problem
    max_bands
        No more bands than this.
    good
        Says of a set of bands whether it will do.
    growth
        Bands added in a round, as a share of those present.
    """
    bands = Bands(np.zeros(0), np.zeros(0), np.zeros(0))
    costs = [np.inf]
    while True:
        count = min(max(3, int(growth * len(bands))), max_bands - len(bands))
        fresh = seed(problem, bands, count)
        grown = bands.join(fresh)
        bands = prune(problem, refine(problem, grown, 12), 2e-5)
        costs.append(_cost(problem, bands))
        # What is left is noise that no band of the narrowest width follows.
        stuck = len(fresh) == 0 or (len(costs) > 4 and costs[-1] > 0.995 * costs[-4])
        if stuck or len(bands) >= max_bands or good(bands):
            break
    bands = prune(problem, refine(problem, bands, 60), 5e-5)
    order = np.argsort(bands.centre, kind="stable")
    return replace(
        bands,
        centre=bands.centre[order],
        log_extra=bands.log_extra[order],
        log_peak=bands.log_peak[order],
    )
