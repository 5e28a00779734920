"""Which model of the air a log is held to: the one that explains it best."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Air
from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import Found, search
from cathartes.locate.known import explain_known
from cathartes.locate.misfit import Misfit
from cathartes.locate.near_ground import Stability
from cathartes.locate.plume import PlumeAir
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.puffs import puff_air
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.state import State
from cathartes.locate.surface_layer import surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.ways import WaysPastMast, ways_of
from cathartes.locate.wide_starts import wide_starts
from cathartes.locate.wind_rows import WindRows

Columns = NDArray[np.float64]
PLUME, PUFFS, SURFACE_LAYER = "plume", "puffs", "surface layer"
PAST_MAST = "puffs past a mast"
PREFERRED, PREFERENCE = (SURFACE_LAYER, PAST_MAST), 20.0
"""Natural logarithm by which another air has to be better than these."""
EXACT_LEAVES_SD = 1.5
"""An exact model leaves one standard deviation, r.m.s.; by single puffs it leaves several."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A log explained by one model of the air, by its name."""

    model: str
    problem: Problem
    found: Found

    @property
    def starts(self) -> list[State]:
        """Where another air may start from."""
        return [] if self.found.best is None else [self.found.best.state]


def airs_of(
    blocks: Blocks,
    winds: WindRows,
    wind_height_m: float,
    prior: Prior,
    stability: Stability | None,
    unit: float,
    air: AirSettings,
    *,
    is_aside: bool = False,
) -> dict[str, Air]:
    """Return the models of the air that a log can be held to, by name.

    Parameters
    ----------
    blocks
    winds
        On the blocks' clock.
    wind_height_m
        Where it was measured.
    prior
    stability
        None above the lowest metres: the surface layer is not tried there.
    unit
        ppm of 1 kg/h per (m3/s).
    air
    is_aside
        True if the wind was measured elsewhere than the gas.
    """
    airs: dict[str, Air] = {PLUME: PlumeAir(blocks, winds, growth_m=air.growth_m, unit=unit)}
    # Where nothing moves, puffs that know no ground gain by gusts and lose the rate.
    fast = winds.time_s.size > 1 and not winds.is_slow
    if fast and (stability is None or blocks.moves):
        puffs = partial(
            puff_air, blocks, winds, growth_m=air.growth_m, oldest_s=air.oldest_s,
            longest_lag_s=prior.longest_lag_s, unit=unit, height_per_m=prior.height,
        )  # fmt: skip
        if is_aside and blocks.moves:
            airs[PUFFS] = puffs()
            airs[PAST_MAST] = puffs(ways_of=lambda age_s: WaysPastMast.of(winds, age_s))
        else:
            longest_s = prior.longest_lag_s
            airs[PUFFS] = puffs(ways_of=lambda age_s: ways_of(blocks, winds, age_s, longest_s))
    if stability is not None:
        layer = surface_layer(air.roughness_m, wind_height_m)
        airs[SURFACE_LAYER] = SurfacePlume(blocks, winds, layer, stability.number, unit=unit)
    return airs


def explain_best(
    airs: dict[str, Air],
    prior: Prior,
    misfit: Misfit,
    places_m: NDArray[np.float64],
    settings: LocateSettings,
    *,
    stands: bool,
) -> Explanation:
    """Return the explanation by the model of the air that explains the log best.

    Near the ground that is the surface layer's, unless another is better by PREFERENCE: with free
    spreads a Gaussian fits what was seen at one height as well, and has another rate.

    Parameters
    ----------
    airs
        Of `airs_of`.
    prior, misfit
    places_m : (place, 3) [m]
        The dictionary's, unless the prior has places.
    settings
    stands
        True if no sensor moves: then turned and widened plumes are starts too.
    """

    def explain(problem: Problem, also: list[State], columns: Columns | None = None) -> Found:
        if prior.known_m is not None:
            return explain_known(problem)
        most, evidence = settings.most_sources, settings.evidence
        return search(problem, places_m, most, evidence, also, stands=stands, columns=columns)

    tried: list[Explanation] = []
    for name, air in airs.items():
        problem = Problem(air, prior, misfit)
        also = [state for other in tried for state in other.starts]
        if isinstance(air, SurfacePlume) and stands and prior.known_m is None:
            also += wide_starts(air, problem, places_m)
        tried.append(Explanation(name, problem, explain(problem, also)))
        if name == PLUME and SURFACE_LAYER not in airs:  # no air near the ground is that simple
            usual = tried[0].found
            if usual.best is not None and usual.best.state.share > misfit.share:
                continue  # it misses single puffs
            problem = Problem(air, prior, misfit.exact())
            exact = Explanation(name, problem, explain(problem, tried[0].starts, usual.columns))
            if _is_exact(exact, tried[0]):
                return exact
            tried.append(exact)
    return max(
        tried,
        key=lambda one: one.found.over_nothing + PREFERENCE * (one.model in PREFERRED),
    )


def _is_exact(exact: Explanation, usual: Explanation) -> bool:
    """Return True if a model as good as the sensor explains a log better, and all of it."""
    best, problem = exact.found.best, exact.problem
    if best is None or exact.found.over_nothing <= usual.found.over_nothing:
        return False
    left_sd = problem.misfit.left_sd(problem.shown_ppm(best.state), best.state.share)
    return left_sd < EXACT_LEAVES_SD
