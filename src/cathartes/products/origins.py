"""`origins.npz` of a scan: origins as particles, and what could have been seen where.

It is what `cathartes locate --plumes` makes of a scan, beside its summary and `sources.geojson`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.locate.look_wind import LookWind
from cathartes.locate.plume_source import MAY_BE_HIDDEN, PlumeSource
from cathartes.locate.rate import ErrorParts
from cathartes.products.file_names import ORIGINS, SOURCES_GEOJSON
from cathartes.products.plume_table import PlumeRow
from cathartes.products.sources import numbered_origins
from cathartes.products.summary import WindFacts, read_summary

N_PARTICLES = 500
_SEED = 0


@dataclass(frozen=True, slots=True)
class LookTiles:
    """What a scan could have seen, by tiles of its image.

    Attributes
    ----------
    longitude_deg, latitude_deg : (tile,) [deg]
        Centres.
    tile_m : [m]
        Side.
    detectable_column_ppm_m : gas → (tile,) [ppm m]
        Median; infinite where none is seen, NaN without values and where a plume of the gas is.
    """

    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    tile_m: float
    detectable_column_ppm_m: dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class ScanOrigin:
    """One origin of a scan.

    Attributes
    ----------
    label
        For people.
    chemical, probability
        Of its plume; the probability is 1 if it is not known.
    longitude_deg, latitude_deg : (particle,) [deg]
    rate_kg_h : [kg h-1]
        Rate with its 5 % and 95 % quantile; None if there is none.
    height_m : [m]
        As it was said; None if it was not.
    may_be_hidden
        True if the source may lie farther upwind, where gas can't be seen.
    plume_id
        Of the plume that it is an origin of; 0 if it is of none.
    rate_error_parts
        What the rate's error comes from; None without a rate, or of an older scan.
    """

    label: str
    chemical: str
    probability: float
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    rate_kg_h: tuple[float, float, float] | None
    height_m: float | None
    may_be_hidden: bool
    plume_id: int = 0
    rate_error_parts: ErrorParts | None = None


@dataclass(frozen=True, slots=True)
class ScanLook:
    """One scan, as sources are located from it.

    Attributes
    ----------
    name
        Of its folder.
    start_utc
        Of the cube; None if it does not say.
    wind
        Of the look, at 10 m.
    pixel_m : [m]
    origins, tiles
        What was seen, and what could have been.
    """

    name: str
    start_utc: datetime | None
    wind: LookWind
    pixel_m: float
    origins: tuple[ScanOrigin, ...]
    tiles: LookTiles


def write_origins(
    path: Path, rows: Iterable[PlumeRow], sources: Iterable[PlumeSource], tiles: LookTiles
) -> None:
    """Write origins as particles, named by their `id` in `sources.geojson`, and the tiles."""
    rng = np.random.default_rng(_SEED)
    arrays: dict[str, NDArray[np.float64] | NDArray[np.float32]] = {
        "tile/longitude_deg": tiles.longitude_deg,
        "tile/latitude_deg": tiles.latitude_deg,
        "tile/side_m": np.array(tiles.tile_m),
    }
    for gas, column in tiles.detectable_column_ppm_m.items():
        arrays[f"tile/detectable_column_ppm_m/{gas}"] = column
    for number, (_, source, frame, origin) in numbered_origins(rows, sources).items():
        longitude, latitude = frame.to_lon_lat(*origin.draw_m(N_PARTICLES, rng).T)
        arrays[f"source/{number}/longitude_deg"] = longitude
        arrays[f"source/{number}/latitude_deg"] = latitude
        if source.rate.parts is not None and len(source.origins) == 1:
            arrays[f"source/{number}/rate_error_parts"] = np.array(source.rate.parts)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def read_scan_look(folder: Path) -> ScanLook:
    """Read what a scan says of sources.

    Raises
    ------
    InputError
        If the folder is no scan's, or was made without a wind or by a version that did not write
        `origins.npz`, or its files contradict each other.
    """
    summary = read_summary(folder)
    if summary.wind is None:
        raise InputError(
            f"{folder}: its cube was scanned without a wind, so that no origins are known; scan it "
            "again with --wind."
        )
    if not (folder / ORIGINS).exists():
        raise InputError(
            f"{folder}: has no {ORIGINS}, which this version of cathartes scan writes with --wind; "
            "scan the cube again."
        )
    try:
        with np.load(folder / ORIGINS, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        members = json.loads((folder / SOURCES_GEOJSON).read_text(encoding="utf-8"))
        hidden = {plume.id for plume in summary.plumes if MAY_BE_HIDDEN in plume.flags}
        origins = tuple(
            _origin(feature["properties"], arrays, hidden)
            for feature in members["features"]
            if feature["geometry"]["type"] == "Point"
        )
        tiles = _tiles(arrays)
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise InputError(
            f"{folder}: {ORIGINS} and {SOURCES_GEOJSON} can't be read together ({error!r}); scan "
            "the cube again."
        ) from error
    return ScanLook(
        name=folder.resolve().name,
        start_utc=summary.scene.start_utc,
        wind=look_wind(summary.wind),
        pixel_m=float(summary.scene.pixel_size_m or np.nan),
        origins=origins,
        tiles=tiles,
    )


def look_wind(facts: WindFacts) -> LookWind:
    """Return the wind that a summary states."""
    return LookWind(
        facts.wind_speed_m_s, facts.wind_speed_sd_m_s, facts.wind_from_deg, facts.wind_from_sd_deg
    )


def _origin(
    told: dict[str, object], arrays: dict[str, NDArray[np.float64]], hidden: set[int]
) -> ScanOrigin:
    """Return the origin of a point's properties; `hidden` are plumes that may begin unseen."""
    number, height, probability = told["id"], told["height_m"], told["probability"]
    rate = [told[name] for name in ("rate_kg_h", "rate_kg_h_p05", "rate_kg_h_p95")]
    known = [float(value) for value in rate if isinstance(value, int | float)]
    parts = arrays.get(f"source/{number}/rate_error_parts")
    return ScanOrigin(
        label=f"source {number}",
        chemical=str(told["chemical"]),
        probability=float(probability) if isinstance(probability, int | float) else 1.0,
        longitude_deg=arrays[f"source/{number}/longitude_deg"],
        latitude_deg=arrays[f"source/{number}/latitude_deg"],
        rate_kg_h=(known[0], known[1], known[2]) if len(known) == len(rate) else None,
        height_m=float(height) if isinstance(height, int | float) else None,
        may_be_hidden=told["plume_id"] in hidden,
        plume_id=int(str(told["plume_id"])),
        rate_error_parts=ErrorParts(*parts.tolist()) if parts is not None else None,
    )


def _tiles(arrays: dict[str, NDArray[np.float64]]) -> LookTiles:
    start = "tile/detectable_column_ppm_m/"
    return LookTiles(
        longitude_deg=arrays["tile/longitude_deg"],
        latitude_deg=arrays["tile/latitude_deg"],
        tile_m=float(arrays["tile/side_m"]),
        detectable_column_ppm_m={
            name.removeprefix(start): np.asarray(column, np.float32)
            for name, column in arrays.items()
            if name.startswith(start)
        },
    )
