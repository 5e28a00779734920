"""From gas logs and a wind to sources with their uncertainty, or the reason why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import Air, ppm_per_kg_m3
from cathartes.locate.blocks import Blocks
from cathartes.locate.clean_air import corrected
from cathartes.locate.curtain import CurtainFlux, curtain_fluxes
from cathartes.locate.dictionary import STEPS, Found, search
from cathartes.locate.echoes import without_echoes
from cathartes.locate.gather import GasRows, gather_rows
from cathartes.locate.known import explain_known
from cathartes.locate.log_silence import LogEvidence, likely_shapes, shapes_before
from cathartes.locate.misfit import Misfit, alike
from cathartes.locate.near_ground import Stability, is_low, stability_of_log
from cathartes.locate.plume import PlumeAir
from cathartes.locate.posterior import Particles, posterior_weight, sample_posterior
from cathartes.locate.puffs import WindRows, puff_air
from cathartes.locate.reasons import (
    CLEAR_BLOCKS,
    MODEL_SD,
    Doubt,
    doubt_after,
    doubt_before,
    doubt_without,
    gas_stands_out,
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
from cathartes.locate.settings import AirSettings, LocateSettings
from cathartes.locate.state import Prior, prior_of, source_responses
from cathartes.locate.surface_layer import surface_layer
from cathartes.locate.surface_plume import SurfacePlume
from cathartes.locate.wide_starts import wide_starts
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
PLUME, PUFFS, SURFACE_LAYER = "plume", "puffs", "surface layer"
PREFERENCE = 20.0
"""Natural logarithm by which another air has to be better near the ground."""
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
    *,
    known_m: NDArray[np.float64] | None = None,
    during_unix_s: tuple[float, float] | None = None,
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
    known_m : (source, 3) [m] or None
        Places of all sources, where they are known: east, north, height above ground (NaN if it is
        not). Then only their rates are looked for.
    during_unix_s
        From when to when sources are looked for; what the logs have before and after says what
        clean air is. All of them if None.
    """
    given = settings or LocateSettings()
    tell = on_stage or (lambda _stage, _share: None)
    rows = gather_rows(logs, chemical, frame, given).thinned()
    if during_unix_s is not None:
        rows = rows.without(rows.outside(*during_unix_s))
    winds = _wind_rows(wind, rows.start_unix_s)
    if _is_slow(winds.time_s):
        rows = rows.without(_stagnant(winds, rows.time_s))
    blocks = rows.blocks(given.block_s)
    doubt = doubt_before(rows, blocks, wind, winds)
    if doubt is not None:
        return _nothing(chemical, doubt, (), np.nan)
    per_kg_m3 = ppm_per_kg_m3(molar_mass_g_mol, given.air.temperature_k, given.air.pressure_pa)
    stability = (
        stability_of_log(blocks, winds, wind, rows.start_unix_s, frame, given.air)
        if is_low(blocks)
        else None
    )
    prior = _prior(rows, blocks, wind, given, stability, known_m)
    misfit = Misfit(
        blocks.mean_ppm, blocks.sd_ppm, alike(blocks), given.misfit, given.misfit_log_sd,
        given.inflation,
    )  # fmt: skip
    places = _grid(prior, given)
    tell("search", 0.0)
    models = _models(blocks, winds, wind, prior, stability, per_kg_m3 / 3600, given.air)
    model, problem, found = _best_model(
        models, prior, misfit, places, given, stands=not blocks.moves and known_m is None
    )
    if known_m is None and not blocks.moves:
        found = without_echoes(problem, blocks, found)
    curtains = _curtains(rows, winds, 1 / per_kg_m3) if blocks.moves else ()
    detectable = _detectable_kg_h(found, blocks.sd_ppm)
    if (
        found.best is None
        or found.over_nothing < given.contrast
        or not stands_out(blocks, problem.model_ppm(found.best.state))
    ):
        doubt = doubt_without(blocks, winds, detectable)
        evidence = None if gas_stands_out(blocks) else LogEvidence(
            problem, np.empty((0, len(blocks))), shapes_before(prior, given.seed), misfit.share,
            posterior_weight(misfit.share), _rate_log_sd(wind, misfit.share),
        )  # fmt: skip
        return replace(_nothing(chemical, doubt, curtains, detectable), evidence=evidence)
    tell("posterior", 0.0)
    rng = np.random.default_rng(given.seed)
    problem, best = _on_clean_air(problem, blocks, found.best)
    particles = sample_posterior(problem, best, given.particles, rng)
    posterior = _physical(particles, prior, wind, rng)
    sources = _sources(posterior, found)
    if known_m is None:
        sources = tuple(sorted(sources, key=lambda s: -s.rate_kg_h.median))
    total = _interval(posterior.rate_kg_h.sum(axis=1))
    signal = problem.model_ppm(found.best.state)
    found_ppm = source_responses(problem.air, prior, found.best.state)
    found_ppm *= found.best.state.rate_kg_h[:, None]
    doubt = (
        doubt_after(blocks, winds, signal, sources, given.largest_region_m)
        if known_m is None
        else None
    )
    placed = Outcome.LOCATED if known_m is None else Outcome.PLACE_GIVEN
    return LogSources(
        chemical=chemical,
        outcome=placed if doubt is None else Outcome.CANNOT_LOCATE,
        reason=Reason.NONE if doubt is None else doubt.reason,
        why="" if doubt is None else doubt.why,
        sources=sources if doubt is None else (),
        total_rate_kg_h=None if doubt and doubt.reason is Reason.ONE_PLACE else total,
        posterior=posterior,
        model=model,
        curtains=curtains,
        warnings=_warnings(total, curtains),
        detectable_kg_h=detectable,
        evidence=LogEvidence(
            problem, found_ppm, likely_shapes(prior, particles.shared), found.best.state.share,
            posterior_weight(found.best.state.share),
            _rate_log_sd(wind, found.best.state.share), found.gain,
        ),
    )  # fmt: skip


def _rate_log_sd(wind: WindHistory, share: float) -> float:
    """Return the error of a rate by the wind's speed, and by gusts at a misfit of a share."""
    speed_sd = wind.wind_speed_sd_m_s / max(float(wind.wind_speed_m_s.mean()), 0.1)
    return float(np.hypot(min(speed_sd, 0.5), GUST_SHARE * share))


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


def _prior(
    rows: GasRows,
    blocks: Blocks,
    wind: WindHistory,
    settings: LocateSettings,
    stability: Stability | None,
    known_m: NDArray[np.float64] | None,
) -> Prior:
    """Return the prior: the delay the log tells, the scatter the wind's source states."""
    level = np.vstack([rows.near_m[:, :2], rows.far_m[:, :2]])
    if known_m is not None:
        level = np.vstack([level, known_m[:, :2]])
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
        stability_sd=0.0 if stability is None else stability.sd,
        known_m=known_m,
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


def _models(
    blocks: Blocks,
    wind: WindRows,
    measured: WindHistory,
    prior: Prior,
    stability: Stability | None,
    unit: float,
    air: AirSettings,
) -> dict[str, Air]:
    """Return the models of the air that a log can be held to, by name."""
    growth = {"growth_m": air.growth_m, "unit": unit}
    models: dict[str, Air] = {PLUME: PlumeAir(blocks, wind, **growth)}
    # Where nothing moves, puffs that know no ground gain by gusts and lose the rate.
    fast = wind.time_s.size > 1 and not _is_slow(wind.time_s)
    if fast and (stability is None or blocks.moves):
        models[PUFFS] = puff_air(
            blocks, wind, oldest_s=air.oldest_s, longest_lag_s=prior.longest_lag_s,
            height_per_m=prior.height, **growth,
        )  # fmt: skip
    if stability is not None:
        layer = surface_layer(air.roughness_m, measured.height_agl_m)
        models[SURFACE_LAYER] = SurfacePlume(blocks, wind, layer, stability.number, unit=unit)
    return models


def _best_model(
    models: dict[str, Air],
    prior: Prior,
    misfit: Misfit,
    places_m: NDArray[np.float64],
    settings: LocateSettings,
    *,
    stands: bool,
) -> tuple[str, Problem, Found]:
    """Return the model of the air that explains the log best, and its explanation.

    Near the ground that is the surface layer's, unless another is better by PREFERENCE: with free
    spreads a Gaussian fits what was seen at one height as well, and has another rate.
    """
    tried: list[tuple[str, Problem, Found]] = []

    def answer(name: str, problem: Problem) -> tuple[str, Problem, Found]:
        also = [other.best.state for _, _, other in tried if other.best is not None]
        if name == SURFACE_LAYER and stands:
            also += wide_starts(problem, places_m)
        found = (
            search(problem, places_m, settings.most_sources, settings.evidence, also)
            if prior.known_m is None
            else explain_known(problem)
        )
        return name, problem, found

    for name, model in models.items():
        tried.append(answer(name, Problem(model, prior, misfit)))
        if name == PLUME and SURFACE_LAYER not in models:  # no air near the ground is that simple
            exact = answer(name, Problem(model, prior, misfit.exact()))
            if _is_exact(exact, tried[0]):
                return exact
            tried.append(exact)
    return max(tried, key=lambda t: t[2].over_nothing + PREFERENCE * (t[0] == SURFACE_LAYER))


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
    log_sd = np.array([_rate_log_sd(wind, share) for share in particles.share])
    error = np.exp(log_sd * rng.normal(size=len(shapes))) * np.sqrt(1 + particles.share**2)
    return Posterior(
        place_m=particles.place_m,
        rate_kg_h=particles.rate_kg_h * error[:, None],
        wind_offset_deg=-np.degrees([s.turn_rad for s in shapes]),
        lag_s=np.array([s.lag_s for s in shapes]),
        width_per_m=np.array([s.width for s in shapes]),
        height_per_m=np.array([s.height for s in shapes]),
        misfit=particles.share,
        stability=np.array([s.stability for s in shapes]),
    )


def _interval(values: NDArray[np.float64]) -> Interval:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Interval(float(middle), float(low), float(high))


def _sources(posterior: Posterior, found: Found) -> tuple[SourceEstimate, ...]:
    """Return the sources, in the order of the explanation."""
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
    return tuple(sources)


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
