"""Other explanations near the best one: above and below sensors of one height, and aside."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.misfit import Misfit, alike
from cathartes.locate.nearby_modes import APART_M, LIKELY, nearby_modes
from cathartes.locate.posterior import sample_posterior
from cathartes.locate.prior import Prior
from cathartes.locate.problem import Problem
from cathartes.locate.refine import refine
from cathartes.locate.state import UP, State
from cathartes.locate.surface_layer import surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wind_rows import WindRows

SENSORS_M = np.array([[12.0, -6.0, 1.6], [20.0, 3.0, 1.6], [30.0, 8.0, 1.6], [16.0, 6.0, 1.6]])
SOURCE_M, RATE_KG_H, N_TIMES = np.array([0.0, 0.0, 0.2]), 2.0, 60


def problem(nearer: float = 1.0) -> tuple[Problem, Blocks]:
    """Four sensors 12 to 30 m from a source near the ground, or nearer, in a wind that swings."""
    place = np.repeat(SENSORS_M * [nearer, nearer, 1.0], N_TIMES, axis=0)
    n = len(place)
    angle = 0.4 * np.sin(np.arange(N_TIMES) / 4.0)
    wind = WindRows(60.0 * np.arange(N_TIMES), 4 * np.cos(angle), 4 * np.sin(angle))
    blocks = Blocks(
        np.tile(60.0 * np.arange(N_TIMES), 4), place, np.zeros((n, 3)), np.arange(n), np.ones(n),
        np.zeros(n), np.full(n, 0.05), np.zeros(n),
    )  # fmt: skip
    prior = Prior(
        turn_sd_rad=np.radians(5.0), width=0.17, height=0.06, width_log_sd=0.35,
        height_log_sd=0.35, lag_s=0.0, lag_sd_s=1.0, longest_lag_s=0.0, up_m=1.5, up_sd_m=1.5,
        low_m=np.full(2, -60.0), high_m=np.full(2, 60.0),
        stability_sd=1.0,
    )  # fmt: skip
    air = SurfacePlume(blocks, wind, surface_layer(0.03, 3.0), np.full(n, 3.5), unit=400.0)
    unit = air.carried(prior.shape(State.turned(0.1).shared)).unit_ppm(SOURCE_M)
    rng = np.random.default_rng(1)
    mean = RATE_KG_H * unit * np.exp(0.2 * rng.normal(size=n)) + 0.05 * rng.normal(size=n)
    return Problem(
        air, prior, Misfit(mean, blocks.sd_ppm, alike(blocks), alike(blocks), 0.4, 0.3, 0.5)
    ), blocks


def test_a_refinement_that_went_above_the_sensors_finds_the_source_below() -> None:
    """Both are best where they are; the one above needs much more gas."""
    asked, blocks = problem()
    start = State.turned(0.3).with_source(np.array([1.0, 1.0, 4.5]), 2 * RATE_KG_H)
    above = refine(asked, start, 12)
    assert above.state.place_m[0, UP] > 2.5
    below, *others = nearby_modes(asked, blocks, above)
    assert abs(below.state.place_m[0, UP]) < 1.0
    assert above in others
    assert below.log_posterior > above.log_posterior
    assert above.state.rate_kg_h[0] > 1.3 * below.state.rate_kg_h[0]
    assert abs(below.state.rate_kg_h[0] / RATE_KG_H - 1) < 0.2


def test_particles_are_of_all_explanations_that_are_as_good() -> None:
    """From the one below alone none comes above the sensors; the two together keep what fits."""
    asked, blocks = problem()
    start = State.turned(0.3).with_source(np.array([1.0, 1.0, 0.3]), RATE_KG_H)
    below = refine(asked, start, 12)
    modes = nearby_modes(asked, blocks, below)
    weak = Problem(
        asked.air, asked.prior,
        Misfit(asked.misfit.mean_ppm, 20 * blocks.sd_ppm, asked.misfit.alike,
        asked.misfit.alike, 0.4, 0.3, 0.5),
    )  # fmt: skip
    kept = sample_posterior(weak, below, 32, np.random.default_rng(2), modes)
    part = float((kept.place_m[:, 0, UP] > SENSORS_M[0, UP]).mean())
    assert 0.1 < part < 0.9
    assert (kept.place_m[:, 0, UP] >= 0).all()


def test_modes_are_apart_sorted_and_as_likely_as_can_count() -> None:
    """None is told twice, and the best comes first, wherever the search had ended."""
    asked, blocks = problem()
    start = State.turned(0.3).with_source(np.array([1.0, 1.0, 4.5]), 2 * RATE_KG_H)
    modes = nearby_modes(asked, blocks, refine(asked, start, 12))
    values = [mode.log_posterior for mode in modes]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] <= LIKELY
    places = np.abs([mode.state.place_m[0] for mode in modes])
    apart = np.abs(places[:, None] - places[None]).max(axis=2)
    assert apart[~np.eye(len(modes), dtype=bool)].min() > APART_M


@pytest.mark.parametrize("angle", np.arange(6) * np.pi / 3)
def test_refinements_around_a_near_source_end_at_one_explanation(angle: float) -> None:
    """Of differences as coarse as the ridge is narrow, some stayed far below the best."""
    asked, _ = problem(nearer=0.15)
    best = refine(asked, State.turned(0.3).with_source(SOURCE_M, RATE_KG_H), 60)
    aside = best.state.place_m + 0.7 * np.array([np.cos(angle), np.sin(angle), 0.0])
    other = refine(asked, replace(best.state, place_m=aside), 60)
    assert other.log_posterior == pytest.approx(best.log_posterior, abs=0.5)
