"""The filter bank: every gas against one background, by one product."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        W of `whitening_matrix`.
    whitened : (gas, band) float64
        s̃ = W s.
    gram : (gas, gas) float64
        s̃ᵀs̃ between all gases.
    """

    names: tuple[str, ...]
    mean: NDArray[np.float32]
    whitening: NDArray[np.float32]
    whitened: NDArray[np.float64]
    gram: NDArray[np.float64]

    @property
    def noise_equivalent(self) -> NDArray[np.float64]:
        r"""Standard deviation of each estimate, (gas,): :math:`(\tilde s^T\tilde s)^{-1/2}`."""
        return np.asarray(1.0 / np.sqrt(np.diag(self.gram)))


def make_bank(signatures: Signatures, background: Background) -> FilterBank:
    """Whiten every signature by the background: one factorisation for all gases."""
    whitening = whitening_matrix(background)
    whitened = signatures.values @ whitening.T
    return FilterBank(
        names=signatures.names,
        mean=background.mean.astype(np.float32),
        whitening=whitening.astype(np.float32),
        whitened=whitened,
        gram=whitened @ whitened.T,
    )


def apply_bank(
    block: NDArray[np.float32], bank: FilterBank
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    r"""Return every gas's matched-filter score and the Mahalanobis distance of each pixel.

    .. math:: z_g = \frac{\tilde s_g^T\tilde x}{\sqrt{\tilde s_g^T\tilde s_g}}, \qquad
              d^2 = \tilde x^T\tilde x

    The amount is :math:`\hat u_g = z_g/\sqrt{\tilde s_g^T\tilde s_g}`, and the squared ACE
    statistic :math:`z_g^2/d^2`.

    Parameters
    ----------
    block : (line, sample, band) [cube's unit]
        NaN in any band gives NaN out.

    Returns
    -------
    scores : (gas, line, sample) float32, standard deviations of the background
    mahalanobis_squared : (line, sample) float32
    """
    n_lines, n_samples, n_bands = block.shape
    x = (block - bank.mean).reshape(-1, n_bands)
    whitened = x @ bank.whitening.T
    unit = (bank.whitened * bank.noise_equivalent[:, None]).astype(np.float32)
    scores = np.asarray(unit @ whitened.T, dtype=np.float32)
    distance = np.einsum("pb,pb->p", whitened, whitened, dtype=np.float32)
    return scores.reshape(-1, n_lines, n_samples), distance.reshape(n_lines, n_samples)


def tail_aware(
    score: NDArray[np.float32], mahalanobis_squared: NDArray[np.float32], dof: float, n_bands: int
) -> NDArray[np.float32]:
    r"""Turn matched-filter scores into those that suit Student-t clutter.

    .. math:: z\,\sqrt{\frac{\nu - 2 + b}{\nu - 2 + d^2}}

    A pixel that is odd in every direction gets no credit for being odd in the gas's. ν → ∞ is the
    matched filter, ν → 2 is ACE; b = the number of bands keeps an ordinary pixel's score as it is.

    Parameters
    ----------
    score : (..., ) matched-filter scores
    mahalanobis_squared : the same shape
    dof
        ν, above 2.

    References
    ----------
    Theiler & Foy 2006, elliptically contoured matched filter (by abstract); scaled by own choice.
    """
    odd = max(dof - 2.0, 0.0)
    scaled = score * np.sqrt((odd + n_bands) / (odd + mahalanobis_squared))
    return np.asarray(scaled, dtype=np.float32)
