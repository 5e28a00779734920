"""Every byte of a file, unpacked as deep as it goes: what a person with patience could read."""

import base64
import binascii
import contextlib
import gzip
import io
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PDF_STRING = re.compile(rb"\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_DEEPEST = 6


def pieces(data: bytes, where: str = "", depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield where a piece lies, and its bytes: the file itself, then all that is packed in it."""
    yield where, data
    if depth > _DEEPEST:
        return
    for name, inner in _inside(data):
        yield from pieces(inner, f"{where}/{name}", depth + 1)


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data[:4] == b"PK\x03\x04":
        yield from _zip(data)
    elif data[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(data)
    elif data[:8] == _PNG:
        yield from _png(data)
    elif data[:5] == b"%PDF-":
        yield from _pdf(data)
    elif data[:16] == b"SQLite format 3\0":
        yield from _sqlite(data)
    elif data[:1] == b"x":
        inner = _inflated(data)
        if inner is not None:
            yield "zlib", inner
    if data[:1] in b"{[":
        yield from _base64(data)


def _zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield "comment", archive.comment
        for one in archive.infolist():
            yield f"{one.filename}:about", one.filename.encode() + one.extra + one.comment
            yield one.filename, archive.read(one)


def _png(data: bytes) -> Iterator[tuple[str, bytes]]:
    at, pixels = len(_PNG), b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        chunk = data[at + 8 : at + 8 + length]
        at += 12 + length
        pixels += chunk if kind == b"IDAT" else b""
        yield kind.decode(), chunk
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            yield f"{kind.decode()}:text", _inflated(chunk[chunk.index(b"\0") + 2 :]) or b""
    yield "pixels", _inflated(pixels) or b""


def _pdf(data: bytes) -> Iterator[tuple[str, bytes]]:
    for number, match in enumerate(_PDF_STREAM.finditer(data)):
        stream = _inflated(match[1]) or match[1]
        yield f"stream{number}", stream
        yield f"text{number}", pdf_text(stream)
    yield "strings", pdf_text(data)


def pdf_text(stream: bytes) -> bytes:
    """Return what a page shows: strings put together over kerning, lines over their ends.

    Two bytes a letter, as in the fonts that Matplotlib embeds, are read as UTF-16.
    """
    shown = []
    for line in re.split(rb"\bET\b", stream):
        text = b"".join(_ESCAPE.sub(_unescaped, m[1]) for m in _PDF_STRING.finditer(line))
        shown.append(text.decode("utf-16-be", "replace").encode() if b"\0" in text else text)
    return b" ".join(one for one in shown if one)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape[:1] in b"01234567":
        return bytes([int(escape, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(escape, escape)


def _sqlite(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield all cells of all tables; free pages are in the bytes themselves."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            with contextlib.suppress(sqlite3.OperationalError):  # the index's virtual tables
                for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608
                    for cell in row:
                        told = cell if isinstance(cell, bytes) else str(cell).encode()
                        yield name, told


def _base64(data: bytes) -> Iterator[tuple[str, bytes]]:
    for match in _BASE64.finditer(data):
        with contextlib.suppress(binascii.Error, ValueError):
            yield "base64", base64.b64decode(match[0] + b"==", altchars=b"-_")


def _inflated(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return None
