"""What `cathartes locate` writes: summary, sources, particles and where they may be, a plot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, TypeAdapter
from shapely.geometry import Point

import cathartes
from cathartes.errors import InputError
from cathartes.locate.result import LogSources, Outcome
from cathartes.locate.settings import LocateSettings
from cathartes.products.common_location import CommonGas
from cathartes.products.file_names import (
    SOURCE_PROBABILITY,
    SOURCES_GEOJSON,
    SOURCES_GPKG,
    SOURCES_PLOT,
    SUMMARY,
    chemical_stems,
)
from cathartes.products.fingerprint import sha256_of
from cathartes.products.folder import FolderKind
from cathartes.products.geopackage import ColumnType
from cathartes.products.location_arrays import common_arrays, posterior_arrays
from cathartes.products.location_members import (
    gas_members,
    sortie_members,
    source_members,
    with_interval,
)
from cathartes.products.source_features import (
    SourceFeature,
    region_of,
    write_source_geojson,
    write_source_package,
)
from cathartes.products.source_probability import write_particle_probability
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.records.flags import Flag

SCHEMA = "cathartes-locate-summary/1"
SOURCES_SCHEMA = "cathartes-locate-sources/1"
POSTERIOR = "posterior.npz"
REGION = 0.9
_SOURCE_COLUMNS: dict[str, ColumnType] = {
    "id": str,
    "chemical": str,
    "place_given": bool,
    **dict.fromkeys(
        ("probability", "rate_kg_h", "rate_kg_h_p05", "rate_kg_h_p95", "height_m", "height_m_p05",
         "height_m_p95"), float,
    ),
}  # fmt: skip
_COMMON_COLUMNS: dict[str, ColumnType] = {
    "working_share": float,
    "working_share_p05": float,
    "working_share_p95": float,
    "association": float,
    "sorties": str,
}
_REGION_COLUMNS: dict[str, ColumnType] = {"id": str, "chemical": str, "region": float}


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
    common
        The same gases, as several sorties say them; empty where there was one sortie.
    """

    gases: tuple[LogSources, ...]
    frame: LocalFrame
    flags: tuple[Flag, ...]
    common: tuple[CommonGas, ...] = ()

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
        "chemicals": [
            gas_members(gas) | ({"sorties": sortie_members(common)} if common is not None else {})
            for gas, common in _with_common(located)
        ],
        "flags": [{"kind": str(f.kind), "message": f.message} for f in located.flags],
        "timings_s": {stage: round(seconds, 3) for stage, seconds in timings_s.items()},
        "source_at": [list(place) for place in source_at],
        "settings": TypeAdapter(LocateSettings).dump_python(settings, mode="json"),
        "inputs": [{"name": n, "sha256": h, "size_bytes": size} for n, h, size in files],
        "files": [SOURCES_GEOJSON, SOURCES_GPKG, SOURCES_PLOT, *_posterior_files(located)],
    }


def _with_common(located: Located) -> list[tuple[LogSources, CommonGas | None]]:
    """Return each gas, with what several sorties say of it if there were several."""
    if located.common:
        return list(zip(located.gases, located.common, strict=True))
    return [(gas, None) for gas in located.gases]


def _posterior_files(located: Located) -> list[str]:
    return [POSTERIOR, *probability_files(located)] if _arrays(located) else []


def _arrays(located: Located) -> dict[str, NDArray[np.generic]]:
    """Return the particles by name."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for gas, common in _with_common(located):
        if common is not None:
            arrays |= common_arrays(common, located.frame)
        elif gas.posterior is not None:
            arrays |= posterior_arrays(gas.chemical, gas.posterior, located.frame)
    return arrays


def location_features(located: Located) -> tuple[SourceFeature, ...]:
    """Return a point and, unless it was given, a 90 % region for each source."""
    features: list[SourceFeature] = []
    for gas, common in _with_common(located):
        given = gas.outcome is Outcome.PLACE_GIVEN
        for number, source in enumerate(gas.sources):
            name = source_id(gas, number)
            told: dict[str, JsonValue] = {
                "id": name,
                "chemical": gas.chemical,
                "place_given": given,
                "probability": source.probability,
                **with_interval("rate_kg_h", source.rate_kg_h),
                **with_interval("height_m", source.height_m),
                **({} if common is None else source_members(common.found.sources[number])),
            }
            region: dict[str, JsonValue] = {
                "id": name, "chemical": gas.chemical, "region": REGION,
            }  # fmt: skip
            (place,) = _lon_lat(located.frame, source.place_m[None, :])
            features.append(SourceFeature(Point(place), told))
            if not given:
                border = _lon_lat(located.frame, source.region_90.corners_m())
                features.append(SourceFeature(region_of(border), region))
    return tuple(features)


def _lon_lat(frame: LocalFrame, place_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(frame.to_lon_lat(place_m[:, 0], place_m[:, 1])).round(7)


def probability_files(located: Located) -> dict[str, tuple[str, NDArray[np.float64]]]:
    """Return the images of where sources may be: name to chemical and particles' places.

    Places are (particle, source, 2), east and north [m].
    """
    stems = chemical_stems(gas.chemical for gas in located.gases)
    files = {}
    for gas, common in _with_common(located):
        if not gas.sources or gas.outcome is Outcome.PLACE_GIVEN:
            continue
        if common is not None:
            place_m = np.stack([s.particles.place_m for s in common.found.sources], axis=1)
        elif gas.posterior is not None:
            place_m = gas.posterior.place_m
        else:
            continue
        name = f"{stems[gas.chemical]}_{SOURCE_PROBABILITY}.tif"
        files[name] = (gas.chemical, place_m[..., :2])
    return files


def write_location(folder: Path, located: Located, summary: dict[str, JsonValue]) -> None:
    """Write everything but the plot."""
    features = location_features(located)
    write_source_geojson(folder / SOURCES_GEOJSON, features, SOURCES_SCHEMA)
    write_source_package(
        folder / SOURCES_GPKG,
        features,
        SOURCES_SCHEMA,
        source_columns=_SOURCE_COLUMNS | (_COMMON_COLUMNS if located.common else {}),
        region_columns=_REGION_COLUMNS,
    )
    for name, (chemical, place_m) in probability_files(located).items():
        write_particle_probability(folder / name, place_m, located.frame, chemical)
    arrays = _arrays(located)
    if arrays:
        np.savez_compressed(folder / POSTERIOR, **arrays)  # type: ignore[arg-type]
    _write_json(folder / SUMMARY, summary)


def _write_json(path: Path, value: JsonValue) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _files_of(folder: Path) -> frozenset[str]:
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        schema, files = summary["schema"], frozenset(map(str, summary["files"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder.name}: has no {SUMMARY} that can be read ({error}).") from error
    if schema != SCHEMA:
        raise InputError(f"{folder.name}: its {SUMMARY} is not one of cathartes locate.")
    return files | {SUMMARY}


LOCATION_RESULT = FolderKind(
    "a result of cathartes locate", "locate fewer gases (--gas)", _files_of
)
