"""From gas logs and a wind to sources with their uncertainty, or the reason why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.air import ppm_per_kg_m3
from cathartes.locate.air_choice import SURFACE_LAYER, Explanation, airs_of, explain_best
from cathartes.locate.answer import (
    averaged_warnings,
    edge_warnings,
    posterior_of,
    probability_of,
    sources_of,
    strongest_first,
    warnings_of,
    wind_warnings,
)
from cathartes.locate.blocks import Blocks
from cathartes.locate.clean_air import corrected
from cathartes.locate.curtain import CurtainFlux, curtain_fluxes
from cathartes.locate.dictionary import STEPS, places_to_try
from cathartes.locate.echoes import without_echoes
from cathartes.locate.gather import GasRows, gather_rows
from cathartes.locate.log_prior import prior_of_log
from cathartes.locate.log_silence import LogEvidence, likely_shapes, shapes_before
from cathartes.locate.misfit import Misfit
from cathartes.locate.near_ground import is_low, stability_of_log
from cathartes.locate.nearby_modes import nearby_modes
from cathartes.locate.posterior import LINKS, LINKS_STANDING, sample_posterior
from cathartes.locate.problem import Problem
from cathartes.locate.rate_error import rate_log_sd
from cathartes.locate.reasons import (
    REACHES_SD,
    Doubt,
    detectable_kg_h,
    doubt_after,
    doubt_at_edge,
    doubt_before,
    doubt_without,
    edges_of,
    gas_stands_out,
    is_one_place,
    model_stands_out,
)
from cathartes.locate.refine import Refined, refine
from cathartes.locate.result import Interval, LogSources, Outcome, Reason
from cathartes.locate.second_look import OthersPlace, explain_again
from cathartes.locate.settings import LocateSettings
from cathartes.locate.wind_rows import WindRows
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import Enhancement
from cathartes.scenes.wind.history import WindHistory


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

    Raises
    ------
    InputError
        If the logs have no row from then to then.
    """
    given = settings or LocateSettings()
    tell = on_stage or (lambda _stage, _share: None)
    rows = gather_rows(logs, chemical, frame, given).thinned()
    if during_unix_s is not None:
        rows = rows.during(*during_unix_s)
    n_read, slow_s = int(rows.known.sum()), rows.slow_s
    log = _Log.of(rows.thinned(slow_s) if slow_s else rows, wind, given.block_s, slow_s)
    doubt = doubt_before(rows, log.blocks, wind, log.winds)
    if doubt is not None:
        return _nothing(chemical, doubt)
    tell("search", 0.0)
    per_kg_m3 = ppm_per_kg_m3(molar_mass_g_mol, given.air.temperature_k, given.air.pressure_pa)
    explained = _explained(log, frame, given, known_m, unit=per_kg_m3 / 3600)
    best = _believed(explained, log.blocks, given.contrast)
    if best is None:
        answer = _without(chemical, explained, log, given.seed)
    else:
        tell("posterior", 0.0)
        answer = _located(chemical, explained, best, log, given)
        if known_m is None:
            answer = replace(answer, again=_SecondLook(chemical, explained, log, given))
    curtains = log.curtains(1 / per_kg_m3)
    warnings = warnings_of(answer.total_rate_kg_h, curtains) if best is not None else ()
    averaged = averaged_warnings(n_read, slow_s)
    return replace(
        answer,
        curtains=curtains,
        warnings=(*answer.warnings, *averaged, *log.warnings, *warnings),
    )


@dataclass(frozen=True, slots=True)
class _Log:
    """One gas as it was read and blown: rows, their blocks, and the wind on their clock.

    The wind is as it was measured; on the rows' clock it may be averaged, as they are.
    """

    rows: GasRows
    blocks: Blocks
    wind: WindHistory
    winds: WindRows
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, rows: GasRows, wind: WindHistory, block_s: float, slow_s: float) -> "_Log":
        """Return the rows in a wind that has a direction, gathered into blocks."""
        winds = WindRows.of(wind.averaged(slow_s), rows.start_unix_s)
        blown = rows if wind.is_constant else rows.without(~winds.known(rows.time_s))
        warnings = wind_warnings(int(rows.known.sum()), int(blown.known.sum()))
        if winds.is_slow:
            blown = blown.without(winds.stagnant(rows.time_s))
        return cls(blown, blown.blocks(block_s), wind, winds, warnings)

    def curtains(self, density_factor: float) -> tuple[CurtainFlux, ...]:
        """Return the curtains that moving sensors flew, together."""
        if not self.blocks.moves:
            return ()
        rows = self.rows
        wind = np.column_stack(self.winds.at(rows.time_s))
        return curtain_fluxes(
            rows.time_s, rows.near_m, rows.enhancement_ppm, wind, density_factor, rows.sensor
        )


def _explained(
    log: _Log,
    frame: LocalFrame,
    settings: LocateSettings,
    known_m: NDArray[np.float64] | None,
    unit: float,
) -> Explanation:
    """Return the best explanation of a log, which may be that of clean air."""
    blocks, air = log.blocks, settings.air
    measured = WindRows.of(log.wind, log.rows.start_unix_s)
    stability = (
        stability_of_log(blocks, measured, log.wind, log.rows.start_unix_s, frame, air)
        if is_low(blocks)
        else None
    )
    prior = prior_of_log(log.rows, blocks, log.wind, settings, stability, known_m)
    misfit = Misfit.of(blocks, settings.misfit, settings.misfit_log_sd, settings.search_weight)
    airs = airs_of(
        blocks, log.winds, log.wind.height_agl_m, prior, stability, unit, air,
        is_aside=log.wind.is_aside,
    )  # fmt: skip
    places = places_to_try(prior, settings)
    explained = explain_best(airs, prior, misfit, places, settings, stands=not blocks.moves)
    if blocks.moves or known_m is not None:
        return explained
    return replace(explained, found=without_echoes(explained.problem, blocks, explained.found))


def _believed(explained: Explanation, blocks: Blocks, contrast: float) -> Refined | None:
    """Return the explanation if it beats clean air, and is not made of many weak blocks."""
    best = explained.found.best
    if best is None or explained.found.over_nothing < contrast:
        return None
    return best if model_stands_out(blocks, explained.problem.model_ppm(best.state)) else None


def _nothing(chemical: str, doubt: Doubt) -> LogSources:
    """Return the answer of a log that can't be inverted."""
    return LogSources(
        chemical, Outcome.CANNOT_LOCATE, doubt.reason, doubt.why, (), None, None, "", (), (), np.nan
    )


def _without(chemical: str, explained: Explanation, log: _Log, seed: int) -> LogSources:
    """Return the answer of a log without a source that is to be believed."""
    blocks, problem = log.blocks, explained.problem
    detectable = detectable_kg_h(explained.found.columns, blocks.sd_ppm)
    share = problem.misfit.share
    evidence = LogEvidence(
        problem, np.empty((0, len(blocks))), shapes_before(problem.prior, seed), share,
        rate_log_sd(log.wind, share), blocks, log.rows.start_unix_s,
    )  # fmt: skip
    return replace(
        _nothing(chemical, doubt_without(blocks, log.winds, detectable)),
        detectable_kg_h=detectable,
        evidence=None if gas_stands_out(blocks) else evidence,
    )


def _located(
    chemical: str, explained: Explanation, best: Refined, log: _Log, settings: LocateSettings
) -> LogSources:
    """Return the answer of a log that shows sources: their posterior, and what of it is said."""
    blocks, found = log.blocks, explained.found
    problem, best = _on_clean_air(explained.problem, blocks, best)
    given = problem.prior.known_m is not None
    modes = [best]
    if explained.model == SURFACE_LAYER and not (blocks.moves or given or is_one_place(blocks)):
        modes = nearby_modes(problem, blocks, best)
        best = modes[0]
    rng = np.random.default_rng(settings.seed)
    links = LINKS if blocks.moves else LINKS_STANDING
    particles = sample_posterior(problem, best, settings.chains, rng, modes, links=links)
    posterior = posterior_of(particles, problem.prior, log.wind, rng, moves=blocks.moves)
    order = np.arange(best.state.n_sources) if given else strongest_first(posterior)
    posterior, state = posterior.chosen(order), best.state.chosen(order)
    probability = tuple(probability_of(found.gain[k]) for k in order)
    sources = sources_of(posterior, probability)
    found_ppm = problem.unit_ppm(state) * state.rate_kg_h[:, None]
    doubt = None if given else doubt_after(
        blocks, log.winds, found_ppm.sum(axis=0), sources, settings.largest_region_m, state.share
    ) or doubt_at_edge(posterior.place_m, problem.prior, settings.reach_m)  # fmt: skip
    placed = Outcome.PLACE_GIVEN if given else Outcome.LOCATED
    total = Interval.of(posterior.rate_kg_h.sum(axis=1))
    return LogSources(
        chemical=chemical,
        outcome=placed if doubt is None else Outcome.CANNOT_LOCATE,
        reason=Reason.NONE if doubt is None else doubt.reason,
        why="" if doubt is None else doubt.why,
        sources=sources if doubt is None else (),
        total_rate_kg_h=None if doubt and doubt.reason is Reason.ONE_PLACE else total,
        posterior=posterior,
        model=explained.model,
        curtains=(),
        warnings=() if doubt or given else edge_warnings(
            chemical, edges_of(posterior.place_m, problem.prior, REACHES_SD)
        ),
        detectable_kg_h=detectable_kg_h(found.columns, blocks.sd_ppm),
        evidence=LogEvidence(
            problem, found_ppm, likely_shapes(problem.prior, particles.shared), state.share,
            rate_log_sd(log.wind, state.share), blocks, log.rows.start_unix_s, probability,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _SecondLook:
    """What a log says of a gas where others show sources."""

    chemical: str
    explained: Explanation
    log: _Log
    settings: LocateSettings

    def __call__(self, others: Sequence[OthersPlace]) -> LogSources | None:
        """Return the answer with sources at others' places; None if it is not better."""
        explained, settings = self.explained, self.settings
        found = explain_again(explained.problem, explained.found, others, settings.most_sources)
        if found is None or found.best is None:
            return None
        explained = replace(explained, found=found)
        return _located(self.chemical, explained, found.best, self.log, settings)


def _on_clean_air(problem: Problem, blocks: Blocks, best: Refined) -> tuple[Problem, Refined]:
    """Return the problem with baseline and errors as of an explanation, and that refined."""
    state, misfit, shown = best.state, problem.misfit, problem.shown_ppm(best.state)
    if misfit.background_ppm is None:
        misfit = corrected(misfit, blocks, shown, state.share)
    problem = replace(problem, misfit=misfit.held_to(shown, state.share))
    return problem, refine(problem, state, STEPS)
