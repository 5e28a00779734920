"""Other explanations near the best one, where sensors stand: above or below them, and aside.

A plume that passes as far above the sensors as another below is as strong there, but holds more
gas, so that the rate hangs on which it is. And a source near standing sensors trades its place
against the width and the turn of its plume along a narrow, bent ridge with more than one top.
Refinements go to the one that is nearest to where they start, and do not come back.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.blocks import Blocks
from cathartes.locate.dictionary import STEPS
from cathartes.locate.problem import Problem
from cathartes.locate.refine import Refined, refine
from cathartes.locate.state import UP

LEAST_HEIGHT_M = 0.1
"""Where a source begins whose mirrored height is below the ground."""
ASIDE_M, DIRECTIONS = 3.0, 6
"""Places aside: about as far as a plume is wide ten metres from its source."""
APART_M = 0.5
"""Explanations whose places differ by less along each axis are one."""
LIKELY = 12.0
"""Natural logarithm: one that is so much less probable than the best is none."""


def nearby_modes(problem: Problem, blocks: Blocks, best: Refined) -> list[Refined]:
    """Return the best explanation and others near by, each refined, the most probable first.

    Parameters
    ----------
    problem
    blocks
        Of sensors that stand.
    best
    """
    found = [best]
    sensor_m = float(np.median(blocks.place_m[:, UP]))
    for place_m in _above_or_below(best.state.place_m, sensor_m):
        _add(found, refine(problem, replace(best.state, place_m=place_m), STEPS))
    for one in tuple(found):
        for place_m in _aside(one.state.place_m):
            _add(found, refine(problem, replace(one.state, place_m=place_m), STEPS))
    found.sort(key=lambda one: -one.log_posterior)
    return [one for one in found if one.log_posterior > found[0].log_posterior - LIKELY]


def _above_or_below(place_m: NDArray[np.float64], sensor_m: float) -> Iterator[NDArray[np.float64]]:
    """Yield places (source, 3) [m] with one source each beyond the sensors' height."""
    for k in range(len(place_m)):
        mirrored = place_m.copy()
        mirrored[k, UP] = max(2 * sensor_m - abs(place_m[k, UP]), LEAST_HEIGHT_M)
        yield mirrored


def _aside(place_m: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield places (source, 3) [m] with one source each moved aside."""
    for k in range(len(place_m)):
        for angle in 2 * np.pi / DIRECTIONS * np.arange(DIRECTIONS):
            moved = place_m.copy()
            moved[k, :UP] += ASIDE_M * np.array([np.cos(angle), np.sin(angle)])
            yield moved


def _add(found: list[Refined], other: Refined) -> None:
    """Add an explanation that is not there yet."""
    here = np.abs(other.state.place_m)
    if all(np.abs(here - np.abs(one.state.place_m)).max() > APART_M for one in found):
        found.append(other)
