"""What `cathartes locate` writes: `summary.json`, `sources.geojson`, `posterior.npz`, a plot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import JsonValue, TypeAdapter

import cathartes
from cathartes.errors import InputError
from cathartes.locate.result import Interval, LogSources, Outcome
from cathartes.locate.settings import LocateSettings
from cathartes.products.fingerprint import sha256_of
from cathartes.products.folder import FolderKind
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.records.flags import Flag

SCHEMA = "cathartes-locate-summary/1"
SUMMARY, SOURCES, POSTERIOR, PLOT = (
    "summary.json", "sources.geojson", "posterior.npz", "sources.png",
)  # fmt: skip
REGION = 0.9


@dataclass(frozen=True, slots=True)
class Located:
    """All gases of a run.

    Attributes
    ----------
    gases
        One for each chemical.
    frame
        Where their east and north are counted from.
    flags
        What was wrong with the logs and the wind and was lived with.
    """

    gases: tuple[LogSources, ...]
    frame: LocalFrame
    flags: tuple[Flag, ...]

    @property
    def outcome(self) -> Outcome:
        """The best of any gas."""
        outcomes = [gas.outcome for gas in self.gases]
        better = (Outcome.LOCATED, Outcome.PLACE_GIVEN)
        return next((one for one in better if one in outcomes), Outcome.CANNOT_LOCATE)


def source_id(gas: LogSources, number: int) -> str:
    """Return the name of a gas's source, counted from 0, strongest first."""
    return f"{gas.chemical}-{number + 1}"


def location_summary(
    located: Located,
    *,
    inputs: Sequence[Path],
    settings: LocateSettings,
    timings_s: dict[str, float],
    source_at: Sequence[Sequence[float]] = (),
) -> dict[str, JsonValue]:
    """Return what `summary.json` says; numbers that are not known are null."""
    first = next((gas for gas in located.gases if gas.reason), None)
    placed = located.outcome is not Outcome.CANNOT_LOCATE
    files = [(path.name, *sha256_of(path)) for path in inputs]
    return {
        "schema": SCHEMA,
        "software": cathartes.__version__,
        "outcome": str(located.outcome),
        "reason": "" if placed or first is None else str(first.reason),
        "why": "" if placed or first is None else first.why,
        "chemicals": [_gas(gas) for gas in located.gases],
        "flags": [{"kind": str(f.kind), "message": f.message} for f in located.flags],
        "timings_s": {stage: round(seconds, 3) for stage, seconds in timings_s.items()},
        "source_at": [list(place) for place in source_at],
        "settings": TypeAdapter(LocateSettings).dump_python(settings, mode="json"),
        "inputs": [{"name": n, "sha256": h, "size_bytes": size} for n, h, size in files],
        "files": [SOURCES, PLOT, *([POSTERIOR] if _has_posterior(located) else [])],
    }


def _gas(gas: LogSources) -> dict[str, JsonValue]:
    posterior = gas.posterior
    told: dict[str, JsonValue] = {
        "chemical": gas.chemical,
        "outcome": str(gas.outcome),
        "reason": str(gas.reason),
        "why": gas.why,
        "n_sources": len(gas.sources),
        **_with_interval("total_rate_kg_h", gas.total_rate_kg_h),
    }
    for name, values in (
        ("lag_s", None if posterior is None else posterior.lag_s),
        ("wind_offset_deg", None if posterior is None else posterior.wind_offset_deg),
    ):
        told[name] = None if values is None else float(np.mean(values))
        told[f"{name}_sd"] = None if values is None else float(np.std(values))
    curtain = [c.rate_kg_h for c in gas.curtains]
    told |= {
        "model": gas.model,
        "n_curtains": len(curtain),
        "curtain_rate_kg_h": float(np.median(curtain)) if curtain else None,
        "detectable_kg_h": gas.detectable_kg_h if np.isfinite(gas.detectable_kg_h) else None,
        "warnings": list(gas.warnings),
    }
    return told


def _with_interval(name: str, interval: Interval | None) -> dict[str, JsonValue]:
    ends = ("", "_p05", "_p95")
    values = (None,) * 3 if interval is None else (interval.median, interval.p05, interval.p95)
    return {f"{name}{end}": value for end, value in zip(ends, values, strict=True)}


def _has_posterior(located: Located) -> bool:
    return any(gas.posterior is not None for gas in located.gases)


def sources_geojson(located: Located) -> dict[str, JsonValue]:
    """Return the sources as GeoJSON (RFC 7946): a point and, unless given, its 90 % region each."""
    features: list[JsonValue] = []
    for gas in located.gases:
        given = gas.outcome is Outcome.PLACE_GIVEN
        for number, source in enumerate(gas.sources):
            name = source_id(gas, number)
            place = _lon_lat(located.frame, source.place_m[None, :])[0]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": place},
                    "properties": {
                        "id": name,
                        "chemical": gas.chemical,
                        "place_given": given,
                        "probability": source.probability,
                        **_with_interval("rate_kg_h", source.rate_kg_h),
                        "height_m": source.height_m.median,
                        "height_m_p05": source.height_m.p05,
                        "height_m_p95": source.height_m.p95,
                    },
                }
            )
            if given:
                continue
            ring = _lon_lat(located.frame, source.region_90.corners_m())
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                    "properties": {"id": name, "chemical": gas.chemical, "region": REGION},
                }
            )
    return {"type": "FeatureCollection", "name": "sources", "features": features}


def _lon_lat(frame: LocalFrame, place_m: np.ndarray) -> list[JsonValue]:
    longitude, latitude = frame.to_lon_lat(place_m[:, 0], place_m[:, 1])
    ring: list[JsonValue] = [
        [round(float(x), 7), round(float(y), 7)] for x, y in zip(longitude, latitude, strict=True)
    ]
    if ring[0] != ring[-1] and len(ring) > 1:
        ring[-1] = ring[0]
    return ring


def write_location(folder: Path, located: Located, summary: dict[str, JsonValue]) -> None:
    """Write everything but the plot."""
    _write_json(folder / SOURCES, sources_geojson(located))
    arrays: dict[str, np.ndarray] = {}
    for gas in located.gases:
        if gas.posterior is None:
            continue
        post = gas.posterior
        longitude, latitude = located.frame.to_lon_lat(post.place_m[..., 0], post.place_m[..., 1])
        for name, values in {
            "longitude_deg": longitude, "latitude_deg": latitude, "height_m": post.place_m[..., 2],
            "rate_kg_h": post.rate_kg_h, "wind_offset_deg": post.wind_offset_deg,
            "lag_s": post.lag_s, "width_per_m": post.width_per_m,
            "height_per_m": post.height_per_m, "misfit": post.misfit,
            "stability": post.stability,
        }.items():  # fmt: skip
            arrays[f"{gas.chemical}/{name}"] = values
    if arrays:
        np.savez_compressed(folder / POSTERIOR, **arrays)  # type: ignore[arg-type]
    _write_json(folder / SUMMARY, summary)


def _write_json(path: Path, value: JsonValue) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _files_of(folder: Path) -> frozenset[str]:
    try:
        schema = json.loads((folder / SUMMARY).read_text(encoding="utf-8")).get("schema")
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f"{folder.name}: has no {SUMMARY} that can be read ({error}).") from error
    if schema != SCHEMA:
        raise InputError(f"{folder.name}: its {SUMMARY} is not one of cathartes locate.")
    return frozenset({SUMMARY, SOURCES, POSTERIOR, PLOT})


LOCATION_RESULT = FolderKind("a result of cathartes locate", "free some space", _files_of)
