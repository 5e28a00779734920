"""What is kept of simulated scenes, the figures of many, and what was asked of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from cathartes.pipeline.pooled import PooledScore, SceneParts, pool_bins, pool_scores
from cathartes.simulate.outcomes import Share
from cathartes.simulate.pixels import ColumnFigures, GasPixels, pool_columns
from cathartes.simulate.reliability import (
    AlarmCount,
    ChanceLevel,
    chance_reliability,
    pool_alarms,
)
from cathartes.simulate.score import SNR_EDGES, SnrBin

STATED = tuple(float(level) for level in 10.0 ** np.arange(-1.0, -5.1, -0.5))
"""Stated false-alarm probabilities at which scores of empty scenes are counted."""
ASKED_STATED = (1e-3, 1e-4, 1e-5)


@dataclass(frozen=True, slots=True)
class Task:
    """One scene to make and search; ``data`` is the folder of real data, None without."""

    seed: int
    surface_set: str
    data: Path | None
    measured_spectra: bool
    measured_ground: bool


@dataclass(frozen=True, slots=True)
class TemperatureError:
    """Stated less true temperature of a plume, and the stated standard deviation, [K]."""

    error_k: float
    sd_k: float


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """What is kept of one scene.

    Attributes
    ----------
    parts
        What pooling needs of it.
    known_contrast
        Pixels of plumes of one gas, columns made with the true temperature of the plume.
    temperatures
        Of found plumes whose main gas is named rightly, and that have one.
    chance_of_false_empty
        ``expected_by_chance`` of each plume reported in the scene without plumes.
    n_empty
        Pixels of that scene.
    alarms
        Of its scores, at each level of `STATED`.
    over_empty
        Detection of each gas's pixels over the gas's own threshold in that scene.
    """

    task: Task
    foreign: str
    parts: SceneParts
    known_contrast: tuple[GasPixels, ...]
    temperatures: tuple[TemperatureError, ...]
    chance_of_false_empty: tuple[float, ...]
    n_empty: int
    alarms: tuple[AlarmCount, ...]
    over_empty: tuple[tuple[SnrBin, ...], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of several scenes together; ``chance`` is of scenes with and without plumes."""

    pooled: PooledScore
    known_contrast: ColumnFigures
    temperatures: tuple[TemperatureError, ...]
    alarms: tuple[AlarmCount, ...]
    over_empty: tuple[SnrBin, ...]
    n_false_empty: int
    n_empty: int
    chance: tuple[ChanceLevel, ...]


def figures_of(records: Sequence[SceneRecord]) -> Figures:
    """Pool scenes, at least one."""
    false = [e for r in records for e in (*r.parts.chance_of_false, *r.chance_of_false_empty)]
    return Figures(
        pooled=pool_scores([record.parts for record in records]),
        known_contrast=pool_columns([p for record in records for p in record.known_contrast]),
        temperatures=tuple(t for record in records for t in record.temperatures),
        alarms=pool_alarms([record.alarms for record in records]),
        over_empty=pool_bins([bins for record in records for bins in record.over_empty]),
        n_false_empty=sum(len(record.chance_of_false_empty) for record in records),
        n_empty=sum(record.n_empty for record in records),
        chance=chance_reliability(false, 2 * [record.parts.chance_limit for record in records]),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure, and how many things it rests on; NaN of nothing."""

    value: float
    n: int


Bound = tuple[float, float] | None
"""Least and greatest value asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure asked: what it is, its bounds, and how it follows from the figures."""

    title: str
    asked: Bound
    stretch: Bound
    measure: Callable[[Figures], Cell]


def at_least(asked: float, stretch: float) -> tuple[Bound, Bound]:
    """Return the two bounds of a figure that should be great."""
    return (asked, np.inf), (stretch, np.inf)


def at_most(asked: float, stretch: float) -> tuple[Bound, Bound]:
    """Return the two bounds of a figure that should be small."""
    return (-np.inf, asked), (-np.inf, stretch)


def _cell(share: Share) -> Cell:
    return Cell(share.share, share.of)


def _found(figures: Figures, least_snr: float) -> Cell:
    bins = [one for one in figures.pooled.plumes.bins if one.snr_from >= least_snr]
    return _cell(Share(sum(one.n_found for one in bins), sum(one.n_plumes for one in bins)))


def _foreign_found(figures: Figures) -> Cell:
    bins = [one for one in figures.pooled.plumes.bins if one.snr_from >= 6.0]
    return _cell(Share(sum(b.n_foreign_found for b in bins), sum(b.n_foreign for b in bins)))


def _alarm_ratio(figures: Figures, stated: float) -> Cell:
    (count,) = (c for c in figures.alarms if np.isclose(c.stated, stated))
    return Cell(count.measured / stated, count.n_alarms)


def _temperature_rmse(figures: Figures) -> Cell:
    errors = np.array([t.error_k for t in figures.temperatures])
    return Cell(float(np.sqrt((errors**2).mean())) if errors.size else np.nan, errors.size)


def _temperature_within(figures: Figures, sds: float) -> Cell:
    inside = sum(abs(t.error_k) <= sds * t.sd_k for t in figures.temperatures)
    return _cell(Share(inside, len(figures.temperatures)))


DETECTION = ((0.15, 0.40), (0.55, 0.80), (0.88, 0.95), (0.95, 0.99), (0.99, 1.0))
"""Detection of pixels asked and stretch, by `SNR_EDGES`."""


def asked_rows() -> list[Row]:
    """Return the rows of the table, in the order in which they were asked."""
    thresholds: dict[str, Callable[[Figures], tuple[SnrBin, ...]]] = {
        "one threshold": lambda f: f.pooled.pixels.bins,
        "each its own": lambda f: f.pooled.detection,
        "each its own, empty scene": lambda f: f.over_empty,
    }
    rows = [
        Row(
            f"pixels at 1e-5, {words}, SNR {low:g}" + (f"-{high:g}" if high < np.inf else "+"),
            *at_least(*asked),
            lambda f, of=of, i=i: Cell(of(f)[i].detection_probability, of(f)[i].n_pixels),
        )
        for words, of in thresholds.items()
        for i, ((low, high), asked) in enumerate(zip(pairwise(SNR_EDGES), DETECTION, strict=True))
    ]
    columns = (
        ("contrast known", lambda f: f.known_contrast),
        ("as stated", lambda f: f.pooled.columns),
    )
    rows += [
        Row("AUC, SNR > 2", *at_least(0.96, 0.975), lambda f: Cell(f.pooled.pixels.auc, 0)),
        Row("plumes found", *at_least(0.85, 0.95), lambda f: _found(f, 2.0)),
        Row("plumes found, peak SNR ≥ 12", *at_least(1.0, 1.0), lambda f: _found(f, 12.0)),
        Row("false plumes per Mpixel", *at_most(1.0, 1.0),
            lambda f: Cell(f.pooled.false_per_clean_megapixel, f.pooled.n_false)),
        Row("false plumes per Mpixel, empty scenes", *at_most(1.0, 1.0),
            lambda f: Cell(f.n_false_empty / (f.n_empty / 1e6), f.n_false_empty)),
        *(Row(f"false alarms, measured / stated {stated:g}", (0.5, 2.0), (1 / 1.3, 1.3),
              lambda f, stated=stated: _alarm_ratio(f, stated)) for stated in ASKED_STATED),
        Row("main gas right, peak SNR ≥ 6", *at_least(0.95, 0.99),
            lambda f: _cell(f.pooled.plumes.main_right)),
        Row("no gas named that is not there", None, None,
            lambda f: _cell(f.pooled.plumes.no_other)),
        Row("all gases of a mixture", *at_least(0.80, 0.90),
            lambda f: _cell(f.pooled.plumes.all_named)),
        Row("all gases, each with SNR ≥ 6", None, None,
            lambda f: _cell(f.pooled.plumes.all_named_strong)),
        Row("gases outside the library called unknown", *at_least(0.85, 0.95),
            lambda f: _cell(f.pooled.plumes.foreign_unknown)),
        Row("gases outside the library found", None, None, _foreign_found),
        Row("known gases called unknown", *at_most(0.05, 0.02),
            lambda f: _cell(f.pooled.plumes.called_unknown)),
    ]  # fmt: skip
    for words, of in columns:
        known = words == "contrast known"
        rows += [
            Row(f"column, {words}: slope, optical depth < 0.1", (0.95, 1.05) if known else None,
                None, lambda f, of=of: Cell(of(f).slope_thin, of(f).n_thin)),
            Row(f"column, {words}: slope, depth ≤ 1", (0.90, 1.10) if known else None, None,
                lambda f, of=of: Cell(of(f).slope_to_dense, of(f).n_to_dense)),
            Row(f"column, {words}: relative RMSE, SNR > 8",
                *(at_most(0.25, 0.15) if known else (None, None)),
                lambda f, of=of: Cell(of(f).relative_rmse_strong, of(f).n_strong)),
            Row(f"column, {words}: truth within 1 sd (0.68)", None, None,
                lambda f, of=of: Cell(of(f).within_1_sd, of(f).n_pixels)),
            Row(f"column, {words}: truth within 2 sd (0.95)", None, None,
                lambda f, of=of: Cell(of(f).within_2_sd, of(f).n_pixels)),
            Row(f"column, {words}: share of pixels without estimate", None, None,
                lambda f, of=of: _cell(
                    Share(of(f).n_without, of(f).n_without + of(f).n_pixels))),
        ]  # fmt: skip
    return [
        *rows,
        Row("plume temperature: RMSE, K", None, None, _temperature_rmse),
        Row("plume temperature: truth within 1 sd (0.68)", None, None,
            lambda f: _temperature_within(f, 1.0)),
        Row("plume temperature: truth within 2 sd (0.95)", None, None,
            lambda f: _temperature_within(f, 2.0)),
    ]  # fmt: skip


def groups_of(records: Sequence[SceneRecord]) -> dict[str, list[SceneRecord]]:
    """Return all records, and those by library and by ground; none without scenes."""
    groups = {
        "all": list(records),
        "same library": [r for r in records if not r.task.measured_spectra],
        "perturbed library": [r for r in records if r.task.measured_spectra],
        "built-in ground": [r for r in records if not r.task.measured_ground],
        "measured ground": [r for r in records if r.task.measured_ground],
    }
    return {name: group for name, group in groups.items() if group}


def bound_text(bound: Bound) -> str:
    """Return a bound in words; "" without one."""
    if bound is None:
        return ""
    low, high = bound
    if np.isinf(high):
        return f"≥ {low:g}"
    return f"≤ {high:g}" if np.isinf(low) else f"{low:.3g}-{high:.3g}"


def verdict(row: Row, value: float) -> str:
    """Return whether a value is within what was asked; a dash where nothing could be measured."""
    if row.asked is not None and np.isnan(value):
        return "–"
    reached = [
        word
        for word, bound in (("stretch", row.stretch), ("asked", row.asked))
        if bound is not None and bound[0] <= value <= bound[1]
    ]
    return reached[0] if reached else "" if row.asked is None else "not reached"
