"""Each gas beside its partner: the two signatures that explain a pixel best, and what they leave.

A mixture's pixel lies between two signatures, at a large angle to either. So in pixels where one
signature stands out, every other is judged by what the first one leaves, and whether the pixel is
gas at all by what the best pair leaves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bank import cosine_score

STANDS_OUT = 5.0
"""Matched-filter score of a pixel's best signature from which a partner is looked for, in clean
deviations. The cosine score won't do: two like parts of a mixture in b bands have at most
√((b-1) ln 2), and less if their signatures are opposed: 4.7 in 48 bands at a cosine of -0.25."""

MAX_PARTNER_LIKENESS = 0.9
"""Signatures more alike than this, as a cosine, are not partners but the same thing twice."""

MAX_MISMATCH = 0.3
"""Part of the energy of a pixel's best pair that it may leave over, beyond ordinary ground. On
twelve tuning scenes gases and their mixtures left up to 0.2, other things half and more."""


MAX_CORE_MISFIT = 0.25
"""The same of the mean over a hill's core, less its surroundings. On ten tuning scenes 97 % of the
plumes with scores above 9 left less."""


@dataclass(frozen=True, slots=True)
class Family:
    """Signatures that compete with each other: those of gases, or those of decoys.

    Attributes
    ----------
    cosine : (signature, signature) float32
        Whitened cosines.
    scale : (signature,) float32
        Clean standard deviation of each signature's cosine score.
    n_bands
        b of `cosine_score`.
    ordinary_energy
        e₀: squared Mahalanobis distance that all but a twentieth of the clean ground has.
    two_sided
        Whether both signs may be a gas.
    """

    cosine: NDArray[np.float32]
    scale: NDArray[np.float32]
    n_bands: int
    ordinary_energy: float
    two_sided: bool

    def strength(self, score: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what may be gas of scores, any shape: both signs, or the positive alone."""
        return np.abs(score) if self.two_sided else score

    def best(self, z: NDArray[np.float32]) -> NDArray[np.intp]:
        """Return each pixel's strongest signature, (pixel,) int, of (signature, pixel) z."""
        return np.asarray(self.strength(z / self.scale[:, None]).argmax(axis=0))

    def stands_out(self, z: NDArray[np.float32], number: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return True where a partner is to be looked for, (pixel,), beside numbered signatures."""
        chosen = _of_each(z, number)
        return np.asarray(self.strength(chosen / self.scale[number]) > STANDS_OUT)

    def score(
        self, z: NDArray[np.float32], distance: NDArray[np.float32], number: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return the score of each pixel's numbered signature, (pixel,), clean deviations."""
        chosen = _of_each(z, number)
        return cosine_score(chosen, distance, self.n_bands) / self.scale[number]


@dataclass(frozen=True, slots=True)
class Pursued:
    """What a family makes of pixels in which one of its signatures stands out.

    Attributes
    ----------
    score : (signature, pixel) float32
        Each signature's greatest score: alone, beside the best one, or beside the best one's
        partner.
    gas_like : (pixel,) bool
        True where what the best pair leaves is ordinary, or small against what it explains.
    """

    score: NDArray[np.float32]
    gas_like: NDArray[np.bool_]


def pursue(
    z: NDArray[np.float32],
    distance: NDArray[np.float32],
    first: NDArray[np.intp],
    family: Family,
) -> Pursued:
    r"""Return each signature's score beside its partner, and whether the pixels are gas-like.

    Of z and d² what signature h explains is taken out,

    .. math:: z_{g|h} = \frac{z_g - \rho_{gh} z_h}{\sqrt{1-\rho_{gh}^2}}, \qquad
              d^2_h = d^2 - z_h^2

    h the best signature and then its partner p, the greatest of what h leaves. A pixel is like a
    gas if

    .. math:: d^2 - z_h^2 - z_{p|h}^2 \le e_0 + \gamma\,(z_h^2 + z_{p|h}^2)

    A gas at any strength leaves clutter, and its signature's error times its strength; a rare
    surface that answers to a signature leaves most of its oddness.

    Parameters
    ----------
    z : (signature, pixel)
        Matched-filter scores.
    distance : (pixel,)
        d².
    first : (pixel,) int
        h.

    References
    ----------
    Orthogonal matching pursuit of two steps (Pati, Rezaiifar & Krishnaprasad 1993, doi
    10.1109/ACSSC.1993.342465); the gate is our own, its idea that of the mixture-tuned matched
    filter's infeasibility (Boardman & Kruse 2011, doi 10.1109/TGRS.2011.2161585).
    """
    alone = cosine_score(z, distance, family.n_bands) / family.scale[:, None]
    beside, left, explained = _beside(z, distance, first, family)
    second = np.asarray(family.strength(beside).argmax(axis=0))
    beside_second, _, _ = _beside(z, distance, second, family)
    partner = _of_each(left, second)
    pair = explained + partner**2
    gas_like = distance - pair <= family.ordinary_energy + MAX_MISMATCH * pair
    score = alone
    for other in (beside, beside_second):
        score = np.where(family.strength(other) > family.strength(score), other, score)
    return Pursued(score, gas_like)


def misfit(
    z: NDArray[np.float32],
    distance: NDArray[np.float32],
    noise: NDArray[np.float64],
    family: Family,
) -> NDArray[np.float64]:
    r"""Return what a spectrum's best pair of signatures leaves, as a part of what it explains.

    .. math:: t = \frac{d^2 - z_h^2 - z_{p|h}^2 - n}{z_h^2 + z_{p|h}^2}

    A gas of the library leaves the square of its signature's relative error.

    Parameters
    ----------
    z : (signature, spectrum)
    distance : (spectrum,)
        d².
    noise : (spectrum,)
        n: d² that noise and clutter alone give.

    Returns
    -------
    (spectrum,) not negative
    """
    beside, left, explained = _beside(z, distance, family.best(z), family)
    second = np.asarray(family.strength(beside).argmax(axis=0))
    pair = explained + _of_each(left, second) ** 2
    return np.asarray(np.maximum(distance - pair - noise, 0.0) / np.maximum(pair, 1e-30))


def _beside(
    z: NDArray[np.float32],
    distance: NDArray[np.float32],
    removed: NDArray[np.intp],
    family: Family,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return scores and z of all signatures without a removed one, and the energy of that."""
    z_removed = _of_each(z, removed)
    rho = family.cosine[:, removed]
    apart = np.abs(rho) < MAX_PARTNER_LIKENESS
    rho = np.where(apart, rho, np.float32(0.0))
    left = np.where(apart, (z - rho * z_removed) / np.sqrt(1.0 - rho**2), np.float32(0.0))
    remaining = np.maximum(distance - z_removed**2, np.float32(1.0))
    score = cosine_score(left, remaining, family.n_bands - 1) / family.scale[:, None]
    return score, left, z_removed**2


def _of_each(z: NDArray[np.float32], number: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the numbered signature's value of each pixel, (pixel,), of (signature, pixel) z."""
    return np.asarray(z[number, np.arange(number.size)])
