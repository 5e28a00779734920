"""Lawful emitters from files that offices have: GeoJSON, GeoPackage, CSV."""

import csv
import difflib
import math
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from cathartes.errors import InputError, UnknownFormatError
from cathartes.sites.emitter import LawfulEmitter

COLUMNS = ("id", "name", "kind", "chemicals", "source")
_REQUIRED = ("name", "kind")
_PLACE_COLUMNS = ("longitude", "latitude", "wkt")
_PAGE = "docs/reference/emitter-files.md"
_VECTOR = {".geojson", ".json", ".gpkg"}
_WGS84 = CRS.from_epsg(4326)


def read_emitters(
    path: Path, known_chemicals: Collection[str] | None = None
) -> tuple[LawfulEmitter, ...]:
    """Return the lawful emitters of a file, in its order.

    Parameters
    ----------
    path
        ``.geojson``, ``.json``, ``.gpkg`` with one layer, or ``.csv``.
    known_chemicals
        Names that chemicals may have; None: any.

    Raises
    ------
    UnknownFormatError
        If the file's name ends otherwise.
    InputError
        If it can't be read, or a row lacks something or can't be; the message names the row.
    """
    suffix = path.suffix.lower()
    if suffix not in {*_VECTOR, ".csv"}:
        raise UnknownFormatError(
            f"emitters {path.name}: ends in {suffix or 'nothing'}; .geojson, .gpkg or .csv is "
            "needed."
        )
    if not path.is_file():
        raise InputError(f"emitters {path.name}: there is no such file; check the path.")
    rows = _csv_rows(path) if suffix == ".csv" else _vector_rows(path)
    emitters = [
        _to_emitter(f"emitters {path.name}, row {number}", values, area, known_chemicals)
        for number, (values, area) in enumerate(rows, start=1)
    ]
    if not emitters:
        raise InputError(f"emitters {path.name}: no row; at least one emitter is needed.")
    seen: dict[str, int] = {}
    for number, one in enumerate(emitters, start=1):
        if one.id in seen:
            raise InputError(
                f"emitters {path.name}: rows {seen[one.id]} and {number} both have the id "
                f"{one.id}; give each its own."
            )
        seen[one.id] = number
    return tuple(emitters)


def _to_emitter(
    where: str, values: Mapping[str, str], area: BaseGeometry, known: Collection[str] | None
) -> LawfulEmitter:
    for column in _REQUIRED:
        if not values.get(column):
            raise InputError(f"{where}: no {column}; it is needed. The columns are in {_PAGE}.")
    chemicals = tuple(filter(None, (c.strip() for c in values.get("chemicals", "").split(";"))))
    for chemical in chemicals:
        if known is not None and chemical not in known:
            near = difflib.get_close_matches(chemical, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "leave it out."
            raise InputError(
                f"{where}: the library has no {chemical!r}; {hint} Names are in `cathartes library "
                "list`, several with ; between."
            )
    if not isinstance(area, Point | Polygon | MultiPolygon):
        raise InputError(
            f"{where}: its geometry is a {area.geom_type}; a point or a polygon is needed."
        )
    west, south, east, north = area.bounds if not area.is_empty else (0.0,) * 4
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise InputError(
            f"{where}: its place is {west:g}, {south:g}; longitude, then latitude in degrees are "
            "needed. Metres of a map projection need a GeoPackage that names it."
        )
    if area.is_empty or not area.is_valid:
        what = "is empty" if area.is_empty else explain_validity(area)
        raise InputError(f"{where}: its polygon: {what}; a simple one is needed: correct it.")
    name = values["name"]
    return LawfulEmitter(
        values.get("id") or f"{name} {west:.5f},{south:.5f}",
        name, values["kind"], chemicals, area, values.get("source", ""),
    )  # fmt: skip


def _csv_rows(path: Path) -> Iterator[tuple[dict[str, str], BaseGeometry]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"emitters {path.name}: can't be read ({error}); a CSV in UTF-8 is needed."
        ) from error
    reader = csv.DictReader(text.splitlines())
    columns = [one.strip().lower() for one in reader.fieldnames or ()]
    _check_columns(path.name, columns, (*COLUMNS, *_PLACE_COLUMNS))
    if not ({"longitude", "latitude"} <= set(columns) or "wkt" in columns):
        raise InputError(
            f"emitters {path.name}: no columns longitude and latitude, nor wkt; one or the other "
            "is needed."
        )
    for number, row in enumerate(reader, start=1):
        cells = zip(columns, row.values(), strict=False)
        values = {column: (cell or "").strip() for column, cell in cells}
        yield values, _place_of(f"emitters {path.name}, row {number}", values)


def _place_of(where: str, values: Mapping[str, str]) -> BaseGeometry:
    if values.get("wkt"):
        try:
            return shapely.force_2d(shapely.from_wkt(values["wkt"]))
        except shapely.GEOSException as error:
            raise InputError(
                f"{where}: wkt can't be read ({error}); POINT (longitude latitude) or POLYGON "
                "((...)) is needed."
            ) from error
    told = [values.get(name, "") for name in ("longitude", "latitude")]
    try:
        longitude, latitude = (float(one) for one in told)
    except ValueError:
        longitude = latitude = math.nan
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise InputError(
            f"{where}: longitude {told[0]!r} and latitude {told[1]!r}; numbers in degrees are "
            "needed, with a point: 20.65."
        )
    return Point(longitude, latitude)


def _vector_rows(path: Path) -> Iterator[tuple[dict[str, str], BaseGeometry]]:
    try:
        layers = pyogrio.list_layers(path)
        if len(layers) != 1:
            raise InputError(
                f"emitters {path.name}: {len(layers)} layers; one is needed: export the emitters' "
                "layer alone."
            )
        with warnings.catch_warnings():  # what is wrong is told below, by row
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, _, shapes, fields = pyogrio.raw.read(path, force_2d=True)
        crs = CRS.from_user_input(meta["crs"]) if meta["crs"] else _WGS84
    except (DataSourceError, DataLayerError, CRSError) as error:
        raise InputError(
            f"emitters {path.name}: can't be read ({error}); a GeoJSON FeatureCollection or a "
            "GeoPackage is needed."
        ) from error
    columns = [str(name).lower() for name in meta["fields"]]
    _check_columns(path.name, columns, COLUMNS)
    to_wgs84 = Transformer.from_crs(crs, _WGS84, always_xy=True)
    for number, wkb in enumerate(shapes if shapes is not None else (), start=1):
        values = {
            name: _text(field[number - 1]) for name, field in zip(columns, fields, strict=True)
        }
        try:
            area = shapely.from_wkb(wkb) if wkb is not None else Polygon()
        except shapely.GEOSException as error:
            raise InputError(
                f"emitters {path.name}, row {number}: its polygon can't be read ({error}); close "
                "its rings, and give each four corners or more."
            ) from error
        if crs != _WGS84:
            area = shapely.transform(
                area, lambda at: np.stack(to_wgs84.transform(at[:, 0], at[:, 1]), axis=1)
            )
        yield values, area


def _text(value: object) -> str:
    """Return a cell as text; a list, as GeoJSON may have one, with ; between."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, list | tuple | np.ndarray):
        return ";".join(str(one) for one in value)
    return str(value).strip()


def _check_columns(name: str, columns: list[str], known: tuple[str, ...]) -> None:
    """Check that a misspelt column does not go by unseen: it is an error if it is nearly one."""
    for column in columns:
        near = difflib.get_close_matches(column, known, n=1, cutoff=0.75)
        if column not in known and near and near[0] not in columns:
            raise InputError(
                f"emitters {name}: column {column!r}; did you mean {near[0]!r}? The columns are in "
                f"{_PAGE}."
            )
