"""How much of a gas must be there so that the search finds it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bank import FilterBank
from cathartes.detect.pursuit import Family
from cathartes.detect.quantify import MAX_OPTICAL_DEPTH, ONE_IN_TWENTY_SD
from cathartes.detect.signature import Signatures


@dataclass(frozen=True, slots=True)
class DetectabilityCurve:
    """Which contrast a plume needs to be found, over its column density.

    Attributes
    ----------
    column_ppm_m : (point,) [ppm m], ascending, positive
    contrast : (point,) [(K)], never rising
        Infinite where no contrast will do.
    """

    column_ppm_m: NDArray[np.float64]
    contrast: NDArray[np.float64]

    @property
    def least_contrast(self) -> float:
        """Return the contrast [(K)] below which no column density is found."""
        return float(self.contrast[-1])

    def smallest_column_ppm_m(
        self, contrast: NDArray[np.float32] | float, min_contrast: float
    ) -> NDArray[np.float32]:
        """Return the smallest column density that is found at a contrast, any shape.

        Parameters
        ----------
        contrast : any shape [(K)]
        min_contrast : [(K)]
            With less a plume counts as not to be seen, whatever its column density.

        Returns
        -------
        float32 [ppm m]; infinite where no plume is seen, NaN where the contrast is.
        """
        size = np.abs(np.asarray(contrast, dtype=np.float32))
        blind = size < max(min_contrast, self.least_contrast)
        known = np.isfinite(self.contrast)
        if not known.any():
            return np.where(np.isnan(size), np.nan, np.inf).astype(np.float32)
        # Descending contrast, turned round. Beyond the table's thinnest plume u C is constant.
        ln_contrast, ln_column = (
            np.log(self.contrast[known][::-1]),
            np.log(self.column_ppm_m[known][::-1]),
        )
        asked = np.log(np.maximum(size, np.float32(1e-30)))
        column = np.exp(np.interp(asked, ln_contrast, ln_column))
        column *= np.exp(np.minimum(ln_contrast[-1] - asked, 0.0))
        column = np.where(blind, np.inf, column)
        return np.where(np.isnan(size), np.nan, column).astype(np.float32)


def detectability_curve(
    gas: int, signatures: Signatures, bank: FilterBank, family: Family, energy: float, score: float
) -> DetectabilityCurve:
    r"""Return which contrast a plume of one gas needs, over its column density.

    A plume that fills a square of the search adds :math:`C\,v(u)`, :math:`v = W\,\Delta L(u)`, to
    whitened ground of squared length :math:`d_0^2`. Along the whitened signature :math:`\hat s` it
    gives :math:`C z`, :math:`z = \hat s^T v`; besides, a dense plume gives what is not along it.
    The cosine score reaches the t that the search needs where the square of the first is κ² of all
    the rest, and in 95 of 100 squares if noise and clutter may take m off:

    .. math:: (C z - m)^2 = \kappa^2\,[d_0^2 + C^2 (v^T v - z^2)], \qquad
              \kappa^2 = e^{(t\,k)^2/(b-1)} - 1, \qquad
              m^2 = \frac{(1.645\,k\,d_0)^2}{b-1} + \kappa^2 (d_{95} - d_0)^2

    t in clean standard deviations, k the size of one (`Family.scale`), b the number of bands, d0
    and d95 the median and the 95 % quantile of the ground's length: m is 1.645 standard deviations
    of what the ground gives along the signature, and across it. This is a quadratic equation for
    the contrast C; it has no answer where the plume is so dense that its spectrum has left the
    signature's cone. Of thin and dense signatures the better one counts.

    Parameters
    ----------
    gas
        Its number.
    signatures
        Thin ones, of all gases.
    bank, family
        All signatures against squares, and how gases' scores spread.
    energy
        d0²: median of clean squares' squared Mahalanobis distance.
    score
        t.

    References
    ----------
    Own derivation: docs/explanation/detection.md, "What could just be seen".
    """
    beta = signatures.air_mass_factor * signatures.absorption_per_ppm_m[gas]
    depth = np.geomspace(1e-4, MAX_OPTICAL_DEPTH, 120)
    column = depth / beta.max()
    change = -np.expm1(-np.outer(column, beta)) * (signatures.level / signatures.air_mass_factor)
    v = change @ bank.whitening.T.astype(np.float64)
    rows = np.arange(gas, family.scale.size, len(signatures.names))
    unit = bank.whitened[rows] * bank.noise_equivalent[rows, None]
    along, square = np.abs(v @ unit.T), np.einsum("ub,ub->u", v, v)[:, None]
    k = family.scale[rows].astype(np.float64)
    tangent_squared = np.expm1((score * k) ** 2 / (family.n_bands - 1))
    of_filter = ONE_IN_TWENTY_SD * k * np.sqrt(energy / (family.n_bands - 1))
    of_length = max(np.sqrt(family.ordinary_energy) - np.sqrt(energy), 0.0)
    margin = np.hypot(of_filter, np.sqrt(tangent_squared) * of_length)
    lead = along**2 - tangent_squared * np.maximum(square - along**2, 0.0)
    rest = margin**2 - tangent_squared * energy
    root = margin * along + np.sqrt(np.maximum((margin * along) ** 2 - lead * rest, 0.0))
    contrast = np.where(lead > 0, root / np.where(lead > 0, lead, 1.0), np.inf).min(axis=1)
    return DetectabilityCurve(column, np.minimum.accumulate(contrast))
