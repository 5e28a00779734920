"""ENVI's map info: from header text to an affine geometry, and back."""

import math
import re

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from cathartes.errors import HeaderError, OutputError
from cathartes.scenes.geometry import AffineGeometry, MapGrid, lon_lat_transformer
from cathartes.scenes.readers.envi_header import EnviHeader

_DATUMS = {
    "wgs84": "wgs84", "wgs1984": "wgs84", "worldgeodeticsystem1984": "wgs84",
    "nad83": "nad83", "northamerica1983": "nad83", "northamerican1983": "nad83",
}  # fmt: skip
# Where UTM's EPSG codes begin, and how many zones there are: other numbers are other systems.
_UTM_EPSG = {("wgs84", "n"): (32600, 60), ("wgs84", "s"): (32700, 60), ("nad83", "n"): (26900, 23)}
_GEOGRAPHIC_EPSG = {"wgs84": 4326, "nad83": 4269}
_UNITS = {"utm": ("meters", "metres", "meter", "metre", "m"), "geographic": ("degrees", "degree")}
_SAME_PLACE_DEG = 1e-4
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
        If it has fewer than seven items, a number is none, no reference system can be told, or
        'coordinate system string' names another one.
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
        cos, sin = math.cos(rotation), math.sin(rotation)
    except ValueError as error:
        raise HeaderError(
            f"{header.path.name}: 'map info' is {items}; a projection name, reference pixel x and "
            f"y, easting, northing, pixel size x and y are needed ({error})."
        ) from error
    a, b, d, e = size_x * cos, size_y * sin, size_x * sin, -size_y * cos
    c0 = easting - (ref_sample - 1) * a - (ref_line - 1) * b
    f0 = northing - (ref_sample - 1) * d - (ref_line - 1) * e
    crs = _crs(header, plain, keywords.get("units", ""), easting, northing)
    return AffineGeometry((a, b, c0, d, e, f0), crs, shape)


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
        datum = "WGS-84" if crs.to_epsg() == 4326 else crs.name.replace(",", " ")
        text = f"Geographic Lat/Lon, {corner}, {datum}, units=Degrees"
    else:
        text = f"{crs.name.replace(',', ' ')}, {corner}, units=Meters"
    rotation_deg = math.degrees(math.atan2(d, a))
    if abs(rotation_deg) > 1e-12:
        text += f", rotation={rotation_deg!r}"
    return {"map info": text, "coordinate system string": crs.to_wkt("WKT1_ESRI")}


def _crs(header: EnviHeader, plain: list[str], units: str, easting: float, northing: float) -> str:
    code, wkt = _authority_code(plain, units), read_crs(header)
    if not code and not wkt:
        raise HeaderError(
            f"{header.path.name}: 'map info' is {', '.join(plain)}{units and ', units=' + units}; "
            "that is neither UTM (zone, North or South, datum) in meters nor geographic (datum) in "
            "degrees, datum WGS-84 or NAD-83: correct it, or add a 'coordinate system string' with "
            "its WKT."
        )
    if code and wkt:
        one, other = (lon_lat_transformer(c).transform(easting, northing) for c in (code, wkt))
        if not np.allclose(one, other, rtol=0.0, atol=_SAME_PLACE_DEG):
            raise HeaderError(
                f"{header.path.name}: 'map info' says {code} and 'coordinate system string' "
                f"{CRS.from_wkt(wkt).name}, which are not the same place: correct or remove one."
            )
    return code or wkt


def _authority_code(plain: list[str], units: str) -> str:
    """Return an authority code for UTM or degrees on a datum that is told plainly; "" otherwise."""
    kind = plain[0].strip().lower().split(" ")[0]
    if units.lower() not in ("", *_UNITS.get(kind, ())):
        return ""
    after = [re.sub(r"[^a-z0-9]", "", item.lower()) for item in plain[7:]]
    if kind == "utm" and len(after) >= 3 and after[0].isdecimal():
        first, n_zones = _UTM_EPSG.get((_DATUMS.get(after[2], ""), after[1][:1]), (0, 0))
        return f"EPSG:{first + int(after[0])}" if 1 <= int(after[0]) <= n_zones else ""
    if kind == "geographic" and after and after[0] in _DATUMS:
        return f"EPSG:{_GEOGRAPHIC_EPSG[_DATUMS[after[0]]]}"
    return ""
