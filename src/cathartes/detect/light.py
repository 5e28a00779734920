"""The logarithm of sunlight, in which gas is taken off as much as there is of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_LIGHT = 0.02
"""As a part of the mean: darker values of a band are taken for so much, and so are darker bands,
which hold no light but noise, as a part of the middle band's."""
GREATEST_WEIGHT = 9.0
"""Of the brightest pixels, against one as bright as the mean."""


@dataclass(frozen=True, slots=True)
class LogLight:
    r"""How the logarithm of radiance is taken, band by band.

    .. math:: y_b = \ln\max\Big(1 + \frac{x_b-\mu_b}{\ell_b},\ 0.02\Big), \qquad
              \ell_b = \max(\mu_b,\ 0.02\,\mathrm{median}\,\mu)

    which is :math:`\ln x_b/\mu_b` wherever there is light. Ground of any brightness under gas of
    any optical depth has :math:`y = y_0 - A\,\alpha\,u`.

    Attributes
    ----------
    mean, unit : (band,) [cube's unit]
        μ of the scene, and ℓ.

    References
    ----------
    Schaum 2021, doi 10.1016/j.rse.2021.112443, for gas over log-normal ground.
    """

    mean: NDArray[np.float64]
    unit: NDArray[np.float64]

    @classmethod
    def about(cls, mean: NDArray[np.float64]) -> "LogLight":
        """Return that of a scene of this mean, (band,) [cube's unit]."""
        return cls(mean, np.maximum(mean, LEAST_LIGHT * float(np.median(mean))))

    def of(self, radiance: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return y of radiances, (..., band)."""
        offset, inverse = 1.0 - self.mean / self.unit, 1.0 / self.unit
        share = radiance * inverse.astype(np.float32)
        share += offset.astype(np.float32)
        np.maximum(share, np.float32(LEAST_LIGHT), out=share)
        return np.log(share, out=share)

    @property
    def level(self) -> NDArray[np.float64]:
        """What a small optical depth takes off y, per unit of it, (band,): 1 but in dark bands."""
        return self.mean / self.unit

    def weight(self, radiance: NDArray[np.float32]) -> NDArray[np.float32]:
        r"""Return how much pixels, (..., band), count in a covariance of y: (...).

        Noise is that of the instrument and greater in the logarithm of darker pixels; so they count
        by the square of their brightness :math:`x^T\mu/\mu^T\mu`.
        """
        towards = (self.mean / (self.mean @ self.mean)).astype(np.float32)
        return np.asarray(np.minimum((radiance @ towards) ** 2, np.float32(GREATEST_WEIGHT)))
