"""What is said of gases, sources and sorties in a location's files, as members of objects."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from cathartes.locate.common_result import CommonSource, SourceInSortie
from cathartes.locate.result import Interval, LogSources
from cathartes.locate.sorties import Sortie
from cathartes.products.common_location import CommonGas
from cathartes.products.plume_table import finite_or_none


def gas_members(gas: LogSources) -> dict[str, JsonValue]:
    """Return what the summary says of one gas."""
    told: dict[str, JsonValue] = {
        "chemical": gas.chemical,
        "outcome": str(gas.outcome),
        "reason": str(gas.reason),
        "why": gas.why,
        "n_sources": len(gas.sources),
        **with_interval("total_rate_kg_h", gas.total_rate_kg_h),
    }
    for name, values in _air(gas):
        told[name] = None if values is None else float(np.mean(values))
        told[f"{name}_sd"] = None if values is None else float(np.std(values))
    curtain = [c.rate_kg_h for c in gas.curtains]
    told |= {
        "model": gas.model,
        "n_curtains": len(curtain),
        "curtain_rate_kg_h": float(np.median(curtain)) if curtain else None,
        "detectable_kg_h": finite_or_none(gas.detectable_kg_h),
        "warnings": list(gas.warnings),
    }
    return told


def with_interval(name: str, interval: Interval | None) -> dict[str, JsonValue]:
    """Return a number and its two ends as members; null for what is not known."""
    values: Sequence[float | None] = (None,) * 3
    if interval is not None and np.isfinite(interval.median):
        values = (interval.median, interval.p05, interval.p95)
    return {f"{name}{end}": value for end, value in zip(("", "_p05", "_p95"), values, strict=True)}


def source_members(source: CommonSource) -> dict[str, JsonValue]:
    """Return what the point of a source bears beyond a single log's."""
    return {
        **with_interval("working_share", source.working_share),
        "association": source.association,
        "sorties": [_in_sortie(told) for told in source.sorties],
    }


def _in_sortie(told: SourceInSortie) -> JsonValue:
    return {
        "sortie": told.sortie,
        "emission": str(told.emission),
        "emission_probability": told.probability,
        **with_interval("rate_kg_h", told.rate_kg_h),
        "below_kg_h": told.below_kg_h,
        "seen_as": list(told.seen_as),
    }


def sortie_members(gas: CommonGas) -> list[JsonValue]:
    """Return the gas's sorties: when, what was looked with, and what its logs say alone."""
    return [_sortie(sortie, gas.alone.get(sortie.name)) for sortie in gas.found.sorties]


def _sortie(sortie: Sortie, alone: LogSources | None) -> dict[str, JsonValue]:
    start = sortie.start_unix_s
    told: dict[str, JsonValue] = {
        "name": sortie.name,
        "start_utc": datetime.fromtimestamp(start, UTC).isoformat() if np.isfinite(start) else None,
        "views": [view.name for view in sortie.views],
        "outcome": None if alone is None else str(alone.outcome),
        "reason": "" if alone is None else str(alone.reason),
        "model": "" if alone is None else alone.model,
    }
    for name, values in _air(alone):
        told[name] = None if values is None else float(values.mean())
    return told | {
        "detectable_kg_h": None if alone is None else finite_or_none(alone.detectable_kg_h)
    }


def _air(gas: LogSources | None) -> list[tuple[str, NDArray[np.float64] | None]]:
    """Return delay and turn of the wind of a log's particles, (particle,), if it has some."""
    posterior = None if gas is None else gas.posterior
    return [
        ("lag_s", None if posterior is None else posterior.lag_s),
        ("wind_offset_deg", None if posterior is None else posterior.wind_offset_deg),
    ]
