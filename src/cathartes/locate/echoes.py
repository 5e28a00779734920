"""Weak sources near standing sensors, which are what a stronger one's model leaves there.

No model follows a plume's border to a hundredth of its middle. What is left at a sensor that the
plume sweeps over is explained by a source of some grams an hour a few metres upwind of it, and the
likelihood, whose errors are those of the modelled gas, takes that for sure.
"""

from dataclasses import replace

import numpy as np

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import STEPS, Found
from cathartes.locate.problem import Problem
from cathartes.locate.refine import refine

WEAK = 0.2
"""Of the stronger sources' strongest block at the sensor: what a model may leave of them there."""


def without_echoes(problem: Problem, blocks: Blocks, found: Found) -> Found:
    """Return an explanation without sources that are weak even where they are seen best.

    Parameters
    ----------
    problem
    blocks
        Of standing sensors.
    found
        Whose sources are looked over; the gains of those that are kept stay as they are.
    """
    if found.best is None or found.best.state.n_sources < 2:
        return found
    state = found.best.state
    shown = problem.unit_ppm(state) * state.rate_kg_h[:, None]
    place_m = blocks.centre_m().round(0)
    echo = np.zeros(state.n_sources, bool)
    for k, own in enumerate(shown):
        there = (place_m == place_m[own.argmax()]).all(axis=1)
        others = shown[:, there].max(axis=1)[shown.max(axis=1) > own.max()]
        echo[k] = own.max() < WEAK * others.max(initial=0.0)
    if not echo.any():
        return found
    for k in np.flatnonzero(echo)[::-1]:
        state = state.without(int(k))
    kept = tuple(gain for gain, gone in zip(found.gain, echo, strict=True) if not gone)
    return replace(found, best=refine(problem, state, STEPS), gain=kept)
