"""From gas logs and a wind to sources with their uncertainty, or the reason why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import ppm_per_kg_m3
from cathartes.locate.blocks import Blocks
from cathartes.locate.clean_air import corrected
from cathartes.locate.curtain import CurtainFlux, curtain_fluxes
from cathartes.locate.dictionary import STEPS, Found, search
from cathartes.locate.gather import GasRows, gather_rows
from cathartes.locate.misfit import Misfit, alike
from cathartes.locate.plume import PlumeAir
from cathartes.locate.posterior import Particles, sample_posterior
from cathartes.locate.puffs import WindRows, puff_air
from cathartes.locate.reasons import (
    CLEAR_BLOCKS,
    MODEL_SD,
    Doubt,
    doubt_after,
    doubt_before,
    doubt_without,
    stands_out,
)
from cathartes.locate.refine import Problem, Refined, refine
from cathartes.locate.regions import ellipse_of
from cathartes.locate.result import (
    Interval,
    LogSources,
    Outcome,
    Posterior,
    Reason,
    SourceEstimate,
)
from cathartes.locate.settings import LocateSettings
from cathartes.locate.state import Prior, prior_of
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.wind.conventions import wind_to_components
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S, WindHistory

FIXED_TURN_SD_DEG = 0.2
"""Of a wind that is known exactly."""
GUST_SHARE = 0.6
"""Relative error of a rate per relative misfit of a block; set on flights of tuning seeds."""
EXACT_LEAVES_SD = 1.5
"""An exact model leaves one standard deviation, r.m.s.; by single puffs it leaves several."""
SLOWEST_WIND_S = 20.0
"""Rows of wind farther apart do not tell the way of a puff: by then it has passed."""
DISAGREE = 2.0
"""Curtain and inversion farther apart than this factor are a warning."""


def locate_sources(
    logs: Sequence[Enhancement],
    wind: WindHistory,
    chemical: str,
    molar_mass_g_mol: float,
    frame: LocalFrame,
    settings: LocateSettings | None = None,
    on_stage: Callable[[str, float], None] | None = None,
) -> LogSources:
    """Return the sources of one gas.

    Parameters
    ----------
    logs
        Above their baselines; those without the gas are passed over.
    wind
        At the logs' times, at the height of the plume.
    chemical, molar_mass_g_mol
        The gas.
    frame
        Where east and north are counted from.
    settings
        Defaults if None.
    on_stage
        Told the name of each stage and 0.
    """
    given = settings or LocateSettings()
    tell = on_stage or (lambda _stage, _share: None)
    rows = gather_rows(logs, chemical, frame, given).thinned()
    winds = _wind_rows(wind, rows.start_unix_s)
    if _is_slow(winds.time_s):
        rows = rows.without(_stagnant(winds, rows.time_s))
    blocks = rows.blocks(given.block_s)
    doubt = doubt_before(rows, blocks, wind, winds)
    if doubt is not None:
        return _nothing(chemical, doubt, (), np.nan)
    per_kg_m3 = ppm_per_kg_m3(molar_mass_g_mol, given.air.temperature_k, given.air.pressure_pa)
    prior = _prior(rows, blocks, wind, given)
    misfit = Misfit(
        blocks.mean_ppm, blocks.sd_ppm, alike(blocks), given.misfit, given.misfit_log_sd,
        given.inflation,
    )  # fmt: skip
    places = _grid(prior, given)
    tell("search", 0.0)
    model, problem, found = _best_model(
        blocks, winds, prior, misfit, places, per_kg_m3 / 3600, given
    )
    curtains = _curtains(rows, winds, 1 / per_kg_m3) if blocks.moves else ()
    detectable = _detectable_kg_h(found, blocks.sd_ppm)
    if (
        found.best is None
        or found.over_nothing < given.contrast
        or not stands_out(blocks, problem.model_ppm(found.best.state))
    ):
        return _nothing(chemical, doubt_without(blocks, winds, detectable), curtains, detectable)
    tell("posterior", 0.0)
    rng = np.random.default_rng(given.seed)
    problem, best = _on_clean_air(problem, blocks, found.best)
    particles = sample_posterior(problem, best, given.particles, rng)
    posterior = _physical(particles, prior, wind, rng)
    sources = _sources(posterior, found)
    total = _interval(posterior.rate_kg_h.sum(axis=1))
    signal = problem.model_ppm(found.best.state)
    doubt = doubt_after(blocks, winds, signal, sources, given.largest_region_m)
    return LogSources(
        chemical=chemical,
        outcome=Outcome.LOCATED if doubt is None else Outcome.CANNOT_LOCATE,
        reason=Reason.NONE if doubt is None else doubt.reason,
        why="" if doubt is None else doubt.why,
        sources=sources if doubt is None else (),
        total_rate_kg_h=None if doubt and doubt.reason is Reason.ONE_PLACE else total,
        posterior=posterior,
        model=model,
        curtains=curtains,
        warnings=_warnings(total, curtains),
        detectable_kg_h=detectable,
    )


def _nothing(
    chemical: str, doubt: Doubt, curtains: tuple[CurtainFlux, ...], detectable_kg_h: float
) -> LogSources:
    return LogSources(
        chemical, Outcome.CANNOT_LOCATE, doubt.reason, doubt.why, (), None, None, "", curtains,
        (), detectable_kg_h,
    )  # fmt: skip


def _wind_rows(wind: WindHistory, start_unix_s: float) -> WindRows:
    east, north = wind_to_components(wind.wind_speed_m_s, wind.wind_from_deg)
    time = np.zeros(1) if wind.is_constant else wind.time_unix_s - start_unix_s
    return WindRows(time, east, north)


def _prior(rows: GasRows, blocks: Blocks, wind: WindHistory, settings: LocateSettings) -> Prior:
    """Return the prior: the delay the log tells, the scatter the wind's source states."""
    level = np.vstack([rows.near_m[:, :2], rows.far_m[:, :2]])
    width = settings.air.width_per_m
    if wind.scatter_deg is not None and np.isfinite(wind.scatter_deg).any():
        width = float(np.tan(np.radians(np.sqrt(np.nanmean(wind.scatter_deg**2)))))
    lag = (settings.lag_s, settings.lag_sd_s)
    if rows.delay_s is not None:
        lag = (rows.delay_s.value, max(rows.delay_s.sd, 0.3))
    longest = settings.longest_lag_s if blocks.moves else 0.0
    return prior_of(
        settings,
        turn_sd_deg=max(wind.wind_from_sd_deg, FIXED_TURN_SD_DEG),
        width=width,
        lag_s=min(max(lag[0], 0.0), longest),
        lag_sd_s=lag[1],
        longest_lag_s=longest,
        low_m=level.min(axis=0) - settings.reach_m,
        high_m=level.max(axis=0) + settings.reach_m,
    )


def _is_slow(time_s: NDArray[np.float64]) -> bool:
    """Return True for rows too far apart to tell the way of a puff."""
    return time_s.size > 2 and float(np.median(np.diff(time_s))) > SLOWEST_WIND_S


def _stagnant(wind: WindRows, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where the wind is too weak for a plume to have a direction, (row,)."""
    east = np.interp(time_s, wind.time_s, wind.east_m_s)
    north = np.interp(time_s, wind.time_s, wind.north_m_s)
    return np.asarray(np.hypot(east, north) < STAGNANT_BELOW_M_S)


def _grid(prior: Prior, settings: LocateSettings) -> NDArray[np.float64]:
    """Return the dictionary's places, (place, 3) [m]; coarser where the area is large."""
    area = float(np.prod(prior.high_m - prior.low_m))
    step = max(settings.grid_m, np.sqrt(area / settings.most_places))
    axes = [np.arange(low, high, step) + 0.5 * step
            for low, high in zip(prior.low_m, prior.high_m, strict=True)]  # fmt: skip
    east, north = (axis.ravel() for axis in np.meshgrid(*axes))
    return np.column_stack([east, north, np.full(east.size, settings.source_height_m)])


def _best_model(
    blocks: Blocks,
    wind: WindRows,
    prior: Prior,
    misfit: Misfit,
    places_m: NDArray[np.float64],
    unit: float,
    settings: LocateSettings,
) -> tuple[str, Problem, Found]:
    """Return the model of the air that explains the log best, and its explanation."""
    air = settings.air
    growth = {"growth_m": air.growth_m, "unit": unit}
    usual = Problem(PlumeAir(blocks, wind, **growth), prior, misfit)

    def answer(name: str, problem: Problem) -> tuple[str, Problem, Found]:
        found = search(problem, places_m, settings.most_sources, settings.evidence)
        return name, problem, found

    tried = [
        answer("plume", replace(usual, misfit=misfit.exact())),
        answer("plume", usual),
    ]
    told = wind.time_s.size > 1 and not _is_slow(wind.time_s)
    if told and not _is_exact(tried[0], tried[1]):
        puffs = puff_air(
            blocks, wind, oldest_s=air.oldest_s, longest_lag_s=prior.longest_lag_s,
            height_per_m=prior.height, **growth,
        )  # fmt: skip
        tried.append(answer("puffs", replace(usual, air=puffs)))
    return max(tried, key=lambda each: each[2].over_nothing)


def _is_exact(exact: tuple[str, Problem, Found], usual: tuple[str, Problem, Found]) -> bool:
    """Return True if a model as good as the sensor explains a log better, and all of it."""
    _, problem, found = exact
    if found.best is None or found.over_nothing <= usual[2].over_nothing:
        return False
    state = found.best.state
    return problem.misfit.left_sd(problem.model_ppm(state), state.share) < EXACT_LEAVES_SD


def _on_clean_air(problem: Problem, blocks: Blocks, best: Refined) -> tuple[Problem, Refined]:
    """Return the problem with its baseline corrected by an explanation, and that refined."""
    state = best.state
    misfit = corrected(problem.misfit, blocks, problem.model_ppm(state), state.share)
    problem = replace(problem, misfit=misfit)
    return problem, refine(problem, state, STEPS)


def _detectable_kg_h(found: Found, sd_ppm: NDArray[np.float64]) -> float:
    """Return the rate that stands out (`stands_out`) from half of the places that are visible."""
    ratios = (found.columns / sd_ppm[:, None]).T
    if ratios.shape[1] < CLEAR_BLOCKS:
        return float("nan")
    ratio = np.partition(ratios, -CLEAR_BLOCKS, axis=1)[:, -CLEAR_BLOCKS]
    visible = ratio > 1e-3 * ratio.max(initial=0.0)
    return float(MODEL_SD / np.median(ratio[visible])) if visible.any() else float("nan")


def _curtains(rows: GasRows, wind: WindRows, density_factor: float) -> tuple[CurtainFlux, ...]:
    """Return the curtains of the first sensor."""
    of = rows.sensor == rows.sensor[0]
    at = np.column_stack(
        [np.interp(rows.time_s[of], wind.time_s, w) for w in (wind.east_m_s, wind.north_m_s)]
    )
    return curtain_fluxes(
        rows.time_s[of], rows.near_m[of], rows.enhancement_ppm[of], at, density_factor
    )


def _physical(
    particles: Particles, prior: Prior, wind: WindHistory, rng: np.random.Generator
) -> Posterior:
    """Return particles in physical units.

    Two errors go into the rates that no block can show: of the wind's speed, and of gusts, which
    make the few passes through a plume a poor mean of it. A robust fit follows the median of gusts;
    the mean of log-normal ones of relative deviation f is higher by the root of 1 + f².
    """
    shapes = [prior.shape(shared) for shared in particles.shared]
    speed_sd = wind.wind_speed_sd_m_s / max(float(wind.wind_speed_m_s.mean()), 0.1)
    gusts = GUST_SHARE * particles.share
    error = np.exp(np.hypot(min(speed_sd, 0.5), gusts) * rng.normal(size=len(shapes)))
    error *= np.sqrt(1 + particles.share**2)
    return Posterior(
        place_m=particles.place_m,
        rate_kg_h=particles.rate_kg_h * error[:, None],
        wind_offset_deg=-np.degrees([s.turn_rad for s in shapes]),
        lag_s=np.array([s.lag_s for s in shapes]),
        width_per_m=np.array([s.width for s in shapes]),
        height_per_m=np.array([s.height for s in shapes]),
        misfit=particles.share,
    )


def _interval(values: NDArray[np.float64]) -> Interval:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Interval(float(middle), float(low), float(high))


def _sources(posterior: Posterior, found: Found) -> tuple[SourceEstimate, ...]:
    """Return the sources, strongest first."""
    sources = []
    for k, gain in enumerate(found.gain):
        level = posterior.place_m[:, k, :2]
        sources.append(
            SourceEstimate(
                place_m=np.median(level, axis=0),
                rate_kg_h=_interval(posterior.rate_kg_h[:, k]),
                height_m=_interval(posterior.place_m[:, k, 2]),
                region_50=ellipse_of(level, 0.5),
                region_90=ellipse_of(level, 0.9),
                probability=float(1 / (1 + np.exp(-min(gain, 50.0)))),
            )
        )
    return tuple(sorted(sources, key=lambda s: -s.rate_kg_h.median))


def _warnings(total: Interval, curtains: tuple[CurtainFlux, ...]) -> tuple[str, ...]:
    if not curtains:
        return ()
    balance = float(np.median([c.rate_kg_h for c in curtains]))
    if balance > 0 and 1 / DISAGREE < total.median / balance < DISAGREE:
        return ()
    text = (
        f"mass balance over {len(curtains)} curtains gives {balance:.2g} kg/h and the inversion "
        f"{total.median:.2g}: more than a factor of {DISAGREE:g} apart. Was gas above or below "
        "the passes, or is the baseline wrong?"
    )
    return (text,)
