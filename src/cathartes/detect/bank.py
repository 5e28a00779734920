"""The filter bank: every gas against one background, by one product."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas

from cathartes.detect.background import Background, whitening_matrix
from cathartes.detect.signature import Signatures


@dataclass(frozen=True, slots=True)
class FilterBank:
    """Signatures whitened by one background.

    Attributes
    ----------
    names : (gas,)
    mean : (sample, band) float32 [cube's unit]
    whitening : (band, band) float32 [1 / cube's unit]
        W of `whitening_matrix`: upper triangular, in Fortran order.
    whitened : (gas, band) float64
        s̃ = W s.
    unit : (gas, band) float32
        s̃ of unit length, with which scores are products.
    gram : (gas, gas) float64
        s̃ᵀs̃ between all gases.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float32]
    whitening: NDArray[np.float32]
    whitened: NDArray[np.float64]
    unit: NDArray[np.float32]
    gram: NDArray[np.float64]

    @property
    def noise_equivalent(self) -> NDArray[np.float64]:
        r"""Standard deviation of each estimate, (gas,): :math:`(\tilde s^T\tilde s)^{-1/2}`."""
        return np.asarray(1.0 / np.sqrt(np.diag(self.gram)))

    @property
    def cosine(self) -> NDArray[np.float64]:
        """Whitened cosines of all pairs of signatures, (gas, gas)."""
        return self.gram * np.outer(self.noise_equivalent, self.noise_equivalent)

    @property
    def amount_filters(self) -> NDArray[np.float64]:
        r"""Filters of unit response, (gas, band): :math:`K^{-1}s/(s^TK^{-1}s)` [ppm m (K)/unit]."""
        return np.asarray(self.whitened @ self.whitening / np.diag(self.gram)[:, None])


def make_bank(signatures: Signatures, background: Background) -> FilterBank:
    """Whiten every signature by the background: one factorisation for all gases."""
    whitening = whitening_matrix(background)
    whitened = signatures.values @ whitening.T
    return FilterBank(
        names=signatures.names,
        mean=background.mean.astype(np.float32),
        whitening=whitening.astype(np.float32, order="F"),
        whitened=whitened,
        unit=(whitened / np.linalg.norm(whitened, axis=1, keepdims=True)).astype(np.float32),
        gram=whitened @ whitened.T,
    )


def apply_bank(
    centred: NDArray[np.float32], bank: FilterBank
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    r"""Return every gas's matched-filter score and the Mahalanobis distance of each pixel.

    .. math:: z_g = \frac{\tilde s_g^T\tilde x}{\sqrt{\tilde s_g^T\tilde s_g}}, \qquad
              d^2 = \tilde x^T\tilde x

    The amount is :math:`\hat u_g = z_g/\sqrt{\tilde s_g^T\tilde s_g}`, and the squared ACE
    statistic :math:`z_g^2/d^2`.

    Parameters
    ----------
    centred : (pixel, band) [cube's unit]
        Less the background's mean. NaN in any band gives NaN out.

    Returns
    -------
    scores : (gas, pixel) float32, standard deviations of the background
        All gases of a pixel side by side: whoever looks for the best of them reads on.
    mahalanobis_squared : (pixel,) float32
    """
    whitened = np.asarray(blas.strmm(1.0, bank.whitening, centred.T)).T
    scores = (whitened @ bank.unit.T).T
    return scores, np.einsum("pb,pb->p", whitened, whitened, dtype=np.float32)


def cosine_score(
    score: NDArray[np.float32], mahalanobis_squared: NDArray[np.float32], n_bands: int
) -> NDArray[np.float32]:
    r"""Turn matched-filter scores into those of the adaptive cosine estimator, signed.

    .. math:: c^2 = \frac{z^2}{d^2}, \qquad
              s = \mathrm{sign}(z)\sqrt{-(b-1)\ln(1-c^2)}

    ACE's c is the whitened cosine of pixel and signature: a pixel that is odd in every direction
    gets no credit for being odd in the gas's, which is what rare hot materials are. s grows with c
    and is near z for a pixel of clutter and noise, whose c² is Beta(1/2, (b-1)/2).

    Parameters
    ----------
    score : any shape, matched-filter scores z
    mahalanobis_squared : the same shape, d²
        Where it is nought, so is the score.
    n_bands
        b.

    References
    ----------
    Kraut, Scharf & McWhorter 2001, doi 10.1109/78.890324 (ACE); the logarithm is that of Kelly's
    likelihood ratio, with the same contours.
    """
    energy = np.maximum(mahalanobis_squared, np.finfo(np.float32).tiny)
    cosine_squared = np.minimum(score**2 / energy, np.float32(1 - 1e-6))
    return np.asarray(
        np.copysign(np.sqrt(-(n_bands - 1) * np.log1p(-cosine_squared)), score), dtype=np.float32
    )
