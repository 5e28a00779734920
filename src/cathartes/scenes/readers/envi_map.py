"""ENVI's map info: from header text to an affine geometry, and back."""

import math
import re

from pyproj import CRS
from pyproj.exceptions import CRSError

from cathartes.errors import HeaderError, OutputError
from cathartes.scenes.geometry import AffineGeometry, MapGrid
from cathartes.scenes.readers.envi_header import EnviHeader

_UTM_EPSG = {"wgs84": (32600, 32700), "nad83": (26900, None), "northamerica1983": (26900, None)}
_WGS84_UTM_ZONE = re.compile(r"EPSG:32([67])(\d\d)")


def read_map_info(header: EnviHeader, shape: tuple[int, int]) -> AffineGeometry | None:
    r"""Return the geometry that 'map info' states; None if there is none, or only arbitrary units.

    ENVI counts pixels from 1, at the outer corner of the first; a rotation ρ (degrees) turns the
    grid counter-clockwise:

    .. math:: x = e + \Delta_x \cos\rho\,c + \Delta_y \sin\rho\,r, \qquad
              y = n + \Delta_x \sin\rho\,c - \Delta_y \cos\rho\,r

    Parameters
    ----------
    header
        May lack the key.
    shape
        (line, sample).

    Raises
    ------
    HeaderError
        If it has fewer than seven items, a number is none, or no reference system can be told.
    """
    items = header.items("map info")
    if not any(items) or items[0].lower() in {"arbitrary", "pseudo", "unknown"}:
        return None
    plain = [item for item in items if "=" not in item]
    keyed = (item.split("=", 1) for item in items if "=" in item)
    keywords = {key.strip().lower(): value.strip() for key, value in keyed}
    try:
        ref_sample, ref_line, easting, northing, size_x, size_y = (float(v) for v in plain[1:7])
        rotation = math.radians(float(keywords.get("rotation", "0")))
    except ValueError as error:
        raise HeaderError(
            f"{header.path.name}: 'map info' is {items}; a projection name, reference pixel x and "
            f"y, easting, northing, pixel size x and y are needed ({error})."
        ) from error
    cos, sin = math.cos(rotation), math.sin(rotation)
    a, b, d, e = size_x * cos, size_y * sin, size_x * sin, -size_y * cos
    c0 = easting - (ref_sample - 1) * a - (ref_line - 1) * b
    f0 = northing - (ref_sample - 1) * d - (ref_line - 1) * e
    return AffineGeometry((a, b, c0, d, e, f0), _crs(header, plain), shape)


def read_crs(header: EnviHeader) -> str:
    """Return the reference system of 'coordinate system string' as WKT2; "" if there is none.

    Raises
    ------
    HeaderError
        If it is not understood.
    """
    wkt = header.text("coordinate system string")
    if not wkt:
        return ""
    try:
        return CRS.from_wkt(wkt).to_wkt()
    except CRSError as error:
        raise HeaderError(
            f"{header.path.name}: 'coordinate system string' is not understood ({error}); "
            "correct or remove it."
        ) from error


def write_map_info(grid: MapGrid) -> dict[str, str]:
    """Return the header fields that state a grid.

    Raises
    ------
    OutputError
        If the grid is sheared or mirrored, which ENVI's map info can't say.
    """
    a, b, c0, d, e, f0 = grid.transform
    size_x, size_y = math.hypot(a, d), math.hypot(b, e)
    if abs(a * b + d * e) > 1e-6 * size_x * size_y or a * e - b * d > 0:
        raise OutputError(
            f"map transform {grid.transform} is sheared or mirrored, which ENVI's 'map info' can't "
            "say; write an IGM file, or resample to a plain grid."
        )
    crs = CRS.from_user_input(grid.crs)
    corner = f"1, 1, {c0!r}, {f0!r}, {size_x!r}, {size_y!r}"
    match = _WGS84_UTM_ZONE.fullmatch(grid.crs)
    if match:
        side = "North" if match[1] == "6" else "South"
        text = f"UTM, {corner}, {int(match[2])}, {side}, WGS-84, units=Meters"
    elif crs.is_geographic:
        text = f"Geographic Lat/Lon, {corner}, WGS-84, units=Degrees"
    else:
        text = f"{crs.name.replace(',', ' ')}, {corner}, units=Meters"
    rotation_deg = math.degrees(math.atan2(d, a))
    if abs(rotation_deg) > 1e-12:
        text += f", rotation={rotation_deg!r}"
    return {"map info": text, "coordinate system string": crs.to_wkt("WKT1_ESRI")}


def _crs(header: EnviHeader, plain: list[str]) -> str:
    utm = _utm_code(plain)
    if utm:
        return utm
    wkt = read_crs(header)
    if wkt:
        return wkt
    if plain[0].lower().startswith("geographic"):
        return "EPSG:4326"
    raise HeaderError(
        f"{header.path.name}: projection {plain[0]!r} of 'map info' is not UTM on WGS-84 or NAD-83 "
        "and not geographic; add a 'coordinate system string' with its WKT."
    )


def _utm_code(plain: list[str]) -> str:
    """Return an authority code for UTM on a datum that is told plainly; "" otherwise."""
    if plain[0].strip().lower() != "utm" or len(plain) < 9 or not plain[7].isdigit():
        return ""
    datum = re.sub(r"[^a-z0-9]", "", plain[9].lower()) if len(plain) > 9 else "wgs84"
    north, south = _UTM_EPSG.get(datum, (None, None))
    base = south if plain[8].strip().lower().startswith("s") else north
    return "" if base is None else f"EPSG:{base + int(plain[7])}"
