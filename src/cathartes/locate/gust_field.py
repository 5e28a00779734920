r"""Gusts as a random field that the mean wind carries along, as a moving sensor's record shows it.

Of each component of the wind beside its mean U,

.. math:: \mathrm{cov}\big(u'(x, t),\, u'(x', t')\big) = \sigma^2
          \exp\left(-\frac{|\xi - \xi'|^2}{2L^2} - \frac{(t - t')^2}{2\tau^2}\right), \qquad
          \xi = x - U t,

and a row of the record has a noise of its own beside. Gas stays at its :math:`\xi`; what was met at
(x, t) has come, in an age a, the way

.. math:: d = a\,U + \int_0^a u'(\xi, t - s)\,ds,

whose mean and variance, given all rows, are those of a Gaussian process (Rasmussen and Williams
2006, equations 2.23 and 2.24). L is infinite where all the air has the gust that the record has.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import erf

SIZES_M = (40.0, 60.0, 90.0, 130.0, 200.0, 320.0, np.inf)
"""L that are tried."""
MEMORIES_S = (10.0, 20.0, 40.0, 80.0)
"""τ that are tried."""
NOISES = (0.02, 0.1, 0.4)
"""Variances of a row's noise over that of gusts that are tried."""
LEAST_VARIANCE = 1e-12
"""Of a wind without gusts [m2 s-2]."""


@dataclass(frozen=True, slots=True)
class GustField:
    """Gusts given a record; made by `of`.

    Attributes
    ----------
    mean_m_s : (2,) [m s-1]
        U, towards east and north.
    size_m, memory_s, variance_m2_s2
        L, τ and σ².
    time_s : (row,) [s]
    carried_m : (row, 2) [m]
        ξ of the record's rows.
    weight_m_s : (row, 2) [m s-1]
        The inverse of the rows' correlation, noise included, times their gusts.
    root : (row, row)
        Lower root of that correlation.
    """

    mean_m_s: NDArray[np.float64]
    size_m: float
    memory_s: float
    variance_m2_s2: float
    time_s: NDArray[np.float64]
    carried_m: NDArray[np.float64]
    weight_m_s: NDArray[np.float64]
    root: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        time_s: NDArray[np.float64],
        place_m: NDArray[np.float64],
        wind_m_s: NDArray[np.float64],
    ) -> Self:
        """Return the field that makes a record likeliest, σ² being the best for each of the rest.

        Parameters
        ----------
        time_s : (row,) [s]
        place_m : (row, 2) [m]
            Where each was measured: east, north.
        wind_m_s : (row, 2) [m s-1]
        """
        mean = wind_m_s.mean(axis=0)
        gusts = wind_m_s - mean
        carried = place_m - time_s[:, None] * mean
        away2 = ((carried[:, None] - carried) ** 2).sum(axis=-1)
        later2 = (time_s[:, None] - time_s) ** 2
        tried = []
        for size in SIZES_M:
            for memory in MEMORIES_S:
                alike = np.exp(-away2 / (2 * size**2) - later2 / (2 * memory**2))
                for noise in NOISES:
                    root = np.linalg.cholesky(alike + noise * np.eye(time_s.size))
                    white = solve_triangular(root, gusts, lower=True, check_finite=False)
                    variance = max(float((white**2).mean()), LEAST_VARIANCE)
                    fit = -0.5 * gusts.size * np.log(variance) - 2 * np.log(np.diag(root)).sum()
                    tried.append((float(fit), size, memory, variance, root, white))
        _, size, memory, variance, root, white = max(tried, key=lambda one: one[0])
        weight = solve_triangular(root, white, trans="T", lower=True, check_finite=False)
        return cls(mean, size, memory, variance, time_s, carried, np.asarray(weight), root)

    def ways(
        self, time_s: NDArray[np.float64], place_m: NDArray[np.float64], age_s: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ways of gas, (time, age, 2) [m], and the variance of each axis, (time, age) [m2].

        Parameters
        ----------
        time_s : (time,) [s]
        place_m : (time, 2) [m]
            Where it was met.
        age_s : (age,) [s]
        """
        carried = place_m - time_s[:, None] * self.mean_m_s
        away2 = ((carried[:, None] - self.carried_m) ** 2).sum(axis=-1)
        scale = np.sqrt(2) * self.memory_s
        since, age = (time_s[:, None] - self.time_s) / scale, age_s / scale
        shared = erf(since)[:, None] - erf(since[:, None] - age[:, None])
        shared *= 0.5 * np.sqrt(np.pi) * scale * np.exp(-away2 / (2 * self.size_m**2))[:, None]
        way = age_s[:, None] * self.mean_m_s + shared @ self.weight_m_s
        flat = shared.reshape(-1, self.time_s.size).T
        white = solve_triangular(self.root, flat, lower=True, check_finite=False)
        known = (white**2).sum(axis=0).reshape(shared.shape[:2])
        all_of_it = scale**2 * (np.sqrt(np.pi) * age * erf(age) + np.exp(-(age**2)) - 1)
        return way, self.variance_m2_s2 * np.maximum(all_of_it - known, 0.0)
