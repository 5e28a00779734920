r"""One source, as all sorties say it together: its place, its rate in each, how often it works.

The place is common to all sorties; the sorties' winds, delays and airs are their own, and are
already summed over in what each says of the place. In each sortie the source emits with a
probability w, at a rate about its typical one, or not at all (a spike and a slab):

.. math:: p(x, \mu, w, z, q \mid D) \propto p(w)\,p(\mu) \prod_s
          \left[w\,L_s(q_s, x)\,N(\ln q_s; \ln\mu, \tau^2)\right]^{z_s}
          \left[(1-w)\,L_s(0, x)\right]^{1-z_s}

with p(w) Jeffreys's Beta(1/2, 1/2) and p(μ) flat in ln μ. What a sortie says of the place under a
flat prior is its likelihood; so the product is the posterior of all data, but for the density that
particles are turned into.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from cathartes.locate.rate_table import RateTable, Shown, rate_table, slab
from cathartes.locate.resampling import systematic

TYPICAL_KG_H = np.geomspace(1e-2, 1e4, 28)
"""Values of μ that are equally likely before."""
JEFFREYS = 0.5
_N_SHARES = 24
WORKING_SHARE = betaincinv(JEFFREYS, JEFFREYS, (np.arange(_N_SHARES) + 0.5) / _N_SHARES)
"""Values of w that are equally likely before."""


@dataclass(frozen=True, slots=True)
class SortieWords:
    """What a sortie says of one source at places: sightings of it, and views without.

    `silent` is of each other view ln L(rate) / L(0), (place, rate).
    """

    shown: tuple[Shown, ...]
    silent: tuple[NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True)
class SourceParticles:
    """Equally likely explanations of one source.

    Attributes
    ----------
    place_m : (particle, 2) [m]
        East, north.
    height_m : (particle,) [m]
        NaN if no sortie tells it.
    rate_kg_h : (particle, sortie) [kg h-1]
        0 where it does not emit.
    working_share : (particle,)
        w.
    seen : (sortie,)
        True for sorties that show the source.
    """

    place_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    rate_kg_h: NDArray[np.float64]
    working_share: NDArray[np.float64]
    seen: NDArray[np.bool_]

    @property
    def mean_rate_kg_h(self) -> NDArray[np.float64]:
        """Mean over the sorties that show it, (particle,) [kg h-1]: others measure no rate."""
        return np.asarray(self.rate_kg_h[:, self.seen].mean(axis=1))


def proposals(shown: Sequence[Shown], n_each: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return places that the sightings of a source propose, (place, 2) [m]."""
    return np.vstack([one.density.draw(n_each, rng) for one in shown])


def proposal_density(shown: Sequence[Shown], place_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of `proposals` at places, (place, 2) [m], (place,) [m-2]."""
    return np.asarray(np.mean([one.density.density(place_m) for one in shown], axis=0))


def likelihood(
    sorties: Sequence[SortieWords], place_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[RateTable]]:
    """Return p(D | place, μ, w), (place, typical, share), and what each sortie says of the rate.

    Parameters
    ----------
    sorties
        At the places.
    place_m : (place, 2) [m]
    """
    shape = (place_m.shape[0], TYPICAL_KG_H.size, _N_SHARES)
    log_product = np.zeros(shape)
    tables = []
    for words in sorties:
        table = rate_table(words.shown, words.silent, place_m)
        emits = WORKING_SHARE * table.about(TYPICAL_KG_H)[:, :, None]
        either = emits if table.seen else emits + (1 - WORKING_SHARE)
        log_product += np.log(np.maximum(either, 1e-300))
        tables.append(table)
    return log_product, tables


def log_evidence(sorties: Sequence[SortieWords], place_m: NDArray[np.float64]) -> float:
    """Return ln of the integral of the likelihood over the ground, [ln m2], means over μ and w.

    Parameters
    ----------
    sorties
        At the places.
    place_m : (place, 2) [m]
        Of `proposals`, as many from each sighting.
    """
    log_product, _ = likelihood(sorties, place_m)
    shown = [one for words in sorties for one in words.shown]
    at_place = np.exp(log_product).mean(axis=(1, 2)) / proposal_density(shown, place_m)
    return float(np.log(max(at_place.mean(), 1e-300)))


def place_by_sightings(
    shown: Sequence[Shown], n: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return equally likely places by the sightings alone, (n, 2) [m].

    Their product's density, drawn by importance from their mixture.
    """
    tried = proposals(shown, max(4096 // len(shown), 1024), rng)
    log_weight = -np.log(proposal_density(shown, tried))
    for one in shown:
        log_weight += np.log(one.density.density(tried))
    return np.asarray(tried[systematic(np.exp(log_weight - log_weight.max()), n, rng)])


def sample_source(
    sorties: Sequence[SortieWords],
    place_m: NDArray[np.float64],
    n_particles: int,
    rng: np.random.Generator,
) -> SourceParticles:
    """Return the posterior of a source.

    Parameters
    ----------
    sorties
        At the places.
    place_m : (place, 2) [m]
        Of `place_by_sightings`.
    n_particles
    rng
    """
    log_product, tables = likelihood(sorties, place_m)
    shown = [one for words in sorties for one in words.shown]
    for one in shown:
        log_product -= np.log(one.density.density(place_m))[:, None, None]
    weight = np.exp(log_product - log_product.max())
    # Even steps through cells in order would fall in step with the share, which changes fastest.
    order = rng.permutation(weight.size)
    cell = order[systematic(weight.ravel()[order], n_particles, rng)]
    place, typical, share = np.unravel_index(cell, weight.shape)
    rate = np.column_stack(
        [_drawn_rates(table, place, typical, WORKING_SHARE[share], rng) for table in tables]
    )
    emits = (rate > 0).sum(axis=1)
    return SourceParticles(
        place_m=place_m[place],
        height_m=_heights(shown, place_m[place], rng),
        rate_kg_h=rate,
        working_share=rng.beta(JEFFREYS + emits, JEFFREYS + len(tables) - emits),
        seen=np.array([table.seen for table in tables]),
    )


def _drawn_rates(
    table: RateTable,
    place: NDArray[np.intp],
    typical: NDArray[np.intp],
    working_share: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return a sortie's rate in each particle, (particle,) [kg h-1], 0 where it does not emit."""
    likely = table.weight[place] * slab(table.rate_kg_h, TYPICAL_KG_H[typical][:, None])
    summed = np.cumsum(likely, axis=1)
    at = rng.uniform(size=(place.size, 1)) * summed[:, -1:]
    rate = table.rate_kg_h[np.minimum((summed < at).sum(axis=1), table.rate_kg_h.size - 1)]
    if table.seen:
        return np.asarray(rate)
    emits = working_share * summed[:, -1]
    emits /= emits + 1 - working_share
    return np.where(rng.uniform(size=place.size) < emits, rate, 0.0)


def _heights(
    shown: Sequence[Shown], place_m: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return heights that the sightings tell there, (place,) [m]: any of them, not their product.

    A height is mostly prior, which the product would count once for each.
    """
    telling = [one for one in shown if np.isfinite(one.sighting.height_m).all()]
    height = np.full(place_m.shape[0], np.nan)
    if not telling:
        return height
    of = rng.integers(len(telling), size=height.size)
    for number, one in enumerate(telling):
        mine = np.flatnonzero(of == number)
        summed = np.cumsum(one.density.kernels(place_m[mine]), axis=1)
        at = rng.uniform(size=(mine.size, 1)) * summed[:, -1:]
        height[mine] = one.sighting.height_m[(summed < at).sum(axis=1)]
    return height
