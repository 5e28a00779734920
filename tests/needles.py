"""Searching all that goes out, byte by byte, for what must not."""

import getpass
import socket
import struct
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pyproj import Transformer


def found(needles: Iterable[bytes], all_pieces: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return where needles were found, in any case of letters."""
    wanted = [(one, one.lower()) for one in needles]
    return [
        f"{one!r} in {where}"
        for where, data in all_pieces
        for lowered in (data.lower(),)
        for one, low in wanted
        if one in data or low in lowered
    ]


def written(text: str) -> list[bytes]:
    """Return a text in the codes in which it may stand."""
    return [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]


def exact_numbers(
    corners: Iterable[tuple[float, float]], moment_utc: datetime, decimals: int = 5
) -> list[bytes]:
    """Return exact places, as text and in bytes, and moments finer than a day.

    Parameters
    ----------
    corners
        Longitudes and latitudes, [deg], in UTM zone 13 north.
    moment_utc
    decimals
        Of degrees; fewer may be told.
    """
    corners = list(corners)
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:32613", always_xy=True)
    degrees = {value for corner in corners for value in corner}
    metres = {value for corner in corners for value in to_metres.transform(*corner)}
    needles: list[bytes] = []
    for value in degrees:
        text = f"{abs(value):.{decimals + 1}f}"
        needles += [*written(text[:-1]), *written(text[:-1].replace(".", ","))]
    needles += [one for value in metres for one in written(f"{value:.1f}")]
    moment = moment_utc.timestamp()
    # A float32 of these degrees is exact to 0.8 m: an edge of a 10 m cell may well be the same.
    forms = ("<d", ">d", "<f", ">f") if decimals == 5 else ("<d", ">d")
    for value in (*degrees, *metres, moment, moment * 1e3):
        needles += [struct.pack(form, value) for form in forms]
    needles += [struct.pack(form, int(moment * 1e3)) for form in ("<q", ">q")]
    needles += [struct.pack(form, int(moment)) for form in ("<q", ">q", "<I", ">I")]
    clock = (f"{moment_utc:%H:%M}", f"{moment_utc:%M:%S}", str(int(moment)))
    needles += [one for text in clock for one in written(text)]
    return needles


def of_this_machine(*, today: bool = True) -> list[bytes]:
    """Return names of this machine, of who runs it, and of its programs; and today's date."""
    now = datetime.now(UTC)  # /root is in every PDF
    told = [
        socket.gethostname(), getpass.getuser(), str(Path.home()), str(Path.cwd()),
        "matplotlib", "python", "gdal", tempfile.gettempdir(),
    ]  # fmt: skip
    if today:
        told += [f"{now:%Y-%m-%d}", f"{now:%Y%m%d}"]
    return [one for text in told if len(text) > 5 for one in written(text)]
