"""From particles to what is said of a log's sources: places, rates and their intervals."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.curtain import CurtainFlux
from cathartes.locate.digits import two_digits
from cathartes.locate.posterior import Particles
from cathartes.locate.prior import Prior
from cathartes.locate.rate_error import rate_factors
from cathartes.locate.regions import ellipse_of
from cathartes.locate.result import Interval, Posterior, SourceEstimate
from cathartes.scenes.wind.history import WindHistory

DISAGREE = 2.0
"""Curtain and inversion farther apart than this factor are a warning."""
SUREST = 50.0
"""Natural logarithm beyond which a probability is 1 in double precision."""


def posterior_of(
    particles: Particles, prior: Prior, wind: WindHistory, rng: np.random.Generator, *, moves: bool
) -> Posterior:
    """Return particles in physical units, their rates with the errors that no block can show.

    Parameters
    ----------
    particles, prior
        Of one air.
    wind
        Whose speed's error rates have.
    rng
        Where randomness comes from.
    moves
        True if a sensor moves.
    """
    shapes = [prior.shape(shared) for shared in particles.shared]
    factors = rate_factors(wind, particles.share, rng, moves=moves)
    return Posterior(
        place_m=particles.place_m,
        rate_kg_h=particles.rate_kg_h * factors[:, None],
        wind_offset_deg=-np.degrees([s.turn_rad for s in shapes]),
        lag_s=np.array([s.lag_s for s in shapes]),
        width_per_m=np.array([s.width for s in shapes]),
        height_per_m=np.array([s.height for s in shapes]),
        misfit=particles.share,
        stability=np.array([s.stability for s in shapes]),
    )


def strongest_first(posterior: Posterior) -> NDArray[np.intp]:
    """Return the sources in order of their median rates, (source,)."""
    return np.argsort(-np.median(posterior.rate_kg_h, axis=0), kind="stable")


def sources_of(posterior: Posterior, probability: tuple[float, ...]) -> tuple[SourceEstimate, ...]:
    """Return the sources in the order of the particles' columns.

    Parameters
    ----------
    posterior
    probability
        Of each source, that it is there.
    """
    sources = []
    for k, there in enumerate(probability):
        level = posterior.place_m[:, k, :2]
        sources.append(
            SourceEstimate(
                place_m=np.median(level, axis=0),
                rate_kg_h=Interval.of(posterior.rate_kg_h[:, k]),
                height_m=Interval.of(posterior.place_m[:, k, 2]),
                region_50=ellipse_of(level, 0.5),
                region_90=ellipse_of(level, 0.9),
                probability=there,
            )
        )
    return tuple(sources)


def probability_of(gain: float) -> float:
    """Return the probability of a source that makes the posterior larger by e to a gain."""
    return float(1 / (1 + np.exp(-min(gain, SUREST))))


def edge_warnings(chemical: str, edges: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a reviewer should know of sources at an edge of the search.

    Parameters
    ----------
    chemical
    edges
        Of each source at which side; "" at none.
    """
    return tuple(
        f"the region of {chemical}-{number} reaches over the {edge} edge of what was searched: it "
        "may stand for a source beyond."
        for number, edge in enumerate(edges, 1)
        if edge
    )


def wind_warnings(n_read: int, n_blown: int) -> tuple[str, ...]:
    """Return what a reviewer should know of readings at whose time no wind is known.

    Parameters
    ----------
    n_read, n_blown
        Readings, and those of them at whose time there is a wind.
    """
    if n_read == n_blown:
        return ()
    text = (
        f"{n_read - n_blown} of {n_read} readings are left out, since no wind is known at their "
        "time: its rows begin too late, end too early or have a gap. Give the wind of all the "
        "log's time."
    )
    return (text,)


def averaged_warnings(n_read: int, during_s: float) -> tuple[str, ...]:
    """Return what a reviewer should know of readings that were averaged since they are many.

    Parameters
    ----------
    n_read
        Readings.
    during_s
        How long they are averaged over; 0 if they are not.
    """
    if not during_s:
        return ()
    text = (
        f"{n_read} readings of sensors that stand, and their wind, are averaged over "
        f"{during_s:g} s: of so many each is not looked at."
    )
    return (text,)


def warnings_of(total: Interval | None, curtains: tuple[CurtainFlux, ...]) -> tuple[str, ...]:
    """Return what a reviewer should know of a total rate and curtains that contradict it."""
    if total is None or not curtains:
        return ()
    balance = float(np.median([c.rate_kg_h for c in curtains]))
    if balance > 0 and 1 / DISAGREE < total.median / balance < DISAGREE:
        return ()
    text = (
        f"mass balance over {len(curtains)} curtains gives {two_digits(balance)} kg/h and the "
        f"inversion {two_digits(total.median)}: more than a factor of {DISAGREE:g} apart. Was gas "
        "above or below the passes, or is the baseline wrong?"
    )
    return (text,)
