"""What a location by several sorties writes beyond one of a single log: members that are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from cathartes.locate.common_result import CommonSource, CommonSources, SourceInSortie
from cathartes.locate.result import Interval, LogSources, Posterior
from cathartes.scenes.local_frame import LocalFrame


@dataclass(frozen=True, slots=True)
class CommonGas:
    """One gas by several sorties.

    Attributes
    ----------
    found
        By all together.
    alone
        Sortie's name to what its logs say alone.
    """

    found: CommonSources
    alone: dict[str, LogSources]

    @property
    def log_views(self) -> frozenset[str]:
        """Names of the views that are logs."""
        return frozenset(
            sortie.views[0].name for sortie in self.found.sorties if sortie.name in self.alone
        )


def as_log_sources(found: CommonSources) -> LogSources:
    """Return what all sorties say in the form of a single log's answer."""
    return LogSources(
        chemical=found.chemical,
        outcome=found.outcome,
        reason=found.reason,
        why=found.why,
        sources=tuple(source.estimate for source in found.sources),
        total_rate_kg_h=found.total_rate_kg_h,
        posterior=None,
        model="",
        curtains=(),
        warnings=found.warnings,
        detectable_kg_h=float("nan"),
    )


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
    members: list[JsonValue] = []
    for sortie in gas.found.sorties:
        start = sortie.start_unix_s
        alone = gas.alone.get(sortie.name)
        known = np.isfinite(start)
        lag, turn = (None, None) if alone is None or alone.posterior is None else (
            alone.posterior.lag_s, alone.posterior.wind_offset_deg
        )  # fmt: skip
        members.append(
            {
                "name": sortie.name,
                "start_utc": datetime.fromtimestamp(start, UTC).isoformat() if known else None,
                "views": [view.name for view in sortie.views],
                "outcome": None if alone is None else str(alone.outcome),
                "reason": "" if alone is None else str(alone.reason),
                "model": "" if alone is None else alone.model,
                "lag_s": None if lag is None else float(lag.mean()),
                "wind_offset_deg": None if turn is None else float(turn.mean()),
                "detectable_kg_h": None
                if alone is None or not np.isfinite(alone.detectable_kg_h)
                else alone.detectable_kg_h,
            }
        )
    return members


def common_arrays(gas: CommonGas, frame: LocalFrame) -> dict[str, NDArray[np.generic]]:
    """Return the particles of all sources, and of each sortie's logs alone, by name."""
    name = gas.found.chemical
    arrays: dict[str, NDArray[np.generic]] = {}
    if gas.found.sources:
        particles = [source.particles for source in gas.found.sources]
        place = np.stack([one.place_m for one in particles], axis=1)
        longitude, latitude = frame.to_lon_lat(place[..., 0], place[..., 1])
        arrays |= {
            f"{name}/longitude_deg": longitude,
            f"{name}/latitude_deg": latitude,
            f"{name}/height_m": np.stack([one.height_m for one in particles], axis=1),
            f"{name}/rate_kg_h": np.stack([one.mean_rate_kg_h for one in particles], axis=1),
            f"{name}/working_share": np.stack([one.working_share for one in particles], axis=1),
            f"{name}/sortie_rate_kg_h": np.stack([one.rate_kg_h for one in particles], axis=1),
            f"{name}/sortie": np.array([sortie.name for sortie in gas.found.sorties]),
        }
    for sortie, alone in gas.alone.items():
        if alone.posterior is not None:
            arrays |= posterior_arrays(f"{name}/{sortie}", alone.posterior, frame)
    return arrays


def posterior_arrays(
    prefix: str, posterior: Posterior, frame: LocalFrame
) -> dict[str, NDArray[np.generic]]:
    """Return the particles of a log's posterior by name."""
    place = posterior.place_m
    longitude, latitude = frame.to_lon_lat(place[..., 0], place[..., 1])
    arrays = {
        "longitude_deg": longitude, "latitude_deg": latitude, "height_m": place[..., 2],
        "rate_kg_h": posterior.rate_kg_h, "wind_offset_deg": posterior.wind_offset_deg,
        "lag_s": posterior.lag_s, "width_per_m": posterior.width_per_m,
        "height_per_m": posterior.height_per_m, "misfit": posterior.misfit,
        "stability": posterior.stability,
    }  # fmt: skip
    return {f"{prefix}/{name}": values for name, values in arrays.items()}
