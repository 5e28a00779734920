r"""What one sortie says of a source's rate at places: sums over rates in place of integrals.

A sortie that shows the source has its sightings' particles as rates; one that does not has a grid
of rates, each with the likelihood of the sortie's silence. With :math:`W_{mr}` the weight of rate r
at place m,

.. math:: p(D_s \mid x_m, \text{emits}, \mu) = \sum_r W_{mr}\,N(\ln q_r;\, \ln\mu, \tau^2)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.place_density import PlaceDensity
from cathartes.locate.sorties import Sighting

RATES_KG_H = np.geomspace(1e-3, 1e5, 41)
"""Rates at which silence is asked: from what no sensor sees to what every one does."""
LOG_STEP = float(np.log(RATES_KG_H[1] / RATES_KG_H[0]))
RATE_LOG_SD = 0.7
"""τ: rates of one source at different times differ by a factor of two either way."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sighting with its density over the ground."""

    sighting: Sighting
    density: PlaceDensity

    @classmethod
    def of(cls, sighting: Sighting) -> "Shown":
        """Return a sighting with the density of its particles."""
        return cls(sighting, PlaceDensity.of(sighting.place_m))


@dataclass(frozen=True, slots=True)
class RateTable:
    """What one sortie says.

    Attributes
    ----------
    rate_kg_h : (rate,) [kg h-1]
    weight : (place, rate)
        W: likelihood of the rate there times its share of ln q; against not emitting, if the sortie
        does not show the source.
    seen
        True if it does: then it emits.
    """

    rate_kg_h: NDArray[np.float64]
    weight: NDArray[np.float64]
    seen: bool

    def about(self, typical_kg_h: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Return p(D | place, emits, typical rate), (place, typical).

        Parameters
        ----------
        typical_kg_h : (typical,) [kg h-1]
            μ.
        """
        return np.asarray(self.weight @ slab(self.rate_kg_h[:, None], typical_kg_h))


def slab(rate_kg_h: NDArray[np.float64], typical_kg_h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return N(ln q; ln μ, τ²), of the broadcast shape.

    Parameters
    ----------
    rate_kg_h, typical_kg_h : broadcastable [kg h-1]
    """
    off = np.log(rate_kg_h / typical_kg_h) / RATE_LOG_SD
    return np.asarray(np.exp(-0.5 * off**2) / (np.sqrt(2 * np.pi) * RATE_LOG_SD))


def rate_table(
    shown: Sequence[Shown], silent: Sequence[NDArray[np.float64]], place_m: NDArray[np.float64]
) -> RateTable:
    """Return what the views of a sortie say of a source at places.

    Parameters
    ----------
    shown
        Sightings of the source, of different views.
    silent : each (place, rate)
        Of each other view ln L(rate) / L(0) at the places and `RATES_KG_H`.
    place_m : (place, 2) [m]
    """
    unseen = np.zeros((place_m.shape[0], RATES_KG_H.size))
    for ratio in silent:
        unseen += ratio
    if not shown:
        return RateTable(RATES_KG_H, LOG_STEP * np.exp(np.minimum(unseen, 300.0)), seen=False)
    first, *others = sorted(shown, key=lambda one: not one.sighting.has_rate)
    if first.sighting.has_rate:
        rate = first.sighting.rate_kg_h
        weight = first.density.kernels(place_m)
        unseen = _at_rates(unseen, rate)
    else:
        rate = RATES_KG_H
        weight = LOG_STEP * first.density.density(place_m)[:, None] * np.ones(rate.size)
    for other in others:
        weight = weight * _rate_density(other, place_m, rate)
    return RateTable(rate, weight * np.exp(np.minimum(unseen, 300.0)), seen=True)


def _at_rates(ratio: NDArray[np.float64], rate_kg_h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values on `RATES_KG_H`, (place, grid), at other rates, (place, rate)."""
    at = np.clip(np.log(rate_kg_h / RATES_KG_H[0]) / LOG_STEP, 0, RATES_KG_H.size - 1.001)
    lower = at.astype(int)
    part = at - lower
    return np.asarray((1 - part) * ratio[:, lower] + part * ratio[:, lower + 1])


def _rate_density(
    shown: Shown, place_m: NDArray[np.float64], rate_kg_h: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a sighting's density over the ground and ln q, (place, rate) [m-2]."""
    kernels = shown.density.kernels(place_m)
    if not shown.sighting.has_rate:
        return np.asarray(kernels.sum(axis=1, keepdims=True))
    log_rate = np.log(shown.sighting.rate_kg_h)
    width = max(float(log_rate.std()) * log_rate.size**-0.2, 0.02)
    off = (np.log(rate_kg_h) - log_rate[:, None]) / width
    return np.asarray(kernels @ (np.exp(-0.5 * off**2) / (np.sqrt(2 * np.pi) * width)))
