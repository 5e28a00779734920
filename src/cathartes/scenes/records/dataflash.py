"""ArduPilot DataFlash (.bin): a file that describes its own messages.

Each message is 0xA3 0x95, a type, and content. Type 128 (FMT) describes a type: its number, length,
name, a letter for each field, and their names. ArduPilot, AP_Logger/LogStructure.h.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.flight import FlightRecord

MARK = b"\xa3\x95"
FMT = 128
KIND = "ArduPilot DataFlash"
_FMT_BYTES = 89
_LETTER: dict[str, tuple[str, float | None]] = {
    "b": ("i1", None), "B": ("u1", None), "M": ("u1", None), "h": ("<i2", None),
    "H": ("<u2", None), "i": ("<i4", None), "I": ("<u4", None), "q": ("<i8", None),
    "Q": ("<u8", None), "f": ("<f4", None), "d": ("<f8", None), "g": ("<f2", None),
    "n": ("S4", None), "N": ("S16", None), "Z": ("S64", None), "a": ("(32,)<i2", None),
    "c": ("<i2", 1e-2), "C": ("<u2", 1e-2), "e": ("<i4", 1e-2), "E": ("<u4", 1e-2),
    "L": ("<i4", 1e-7),
}  # fmt: skip
"""By a field's letter its type, and what its number is multiplied by."""


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    length: int
    kind: np.dtype[Any]
    scale: dict[str, float]


def read_dataflash(path: Path, content: bytes) -> FlightRecord:
    """Return the messages of a DataFlash file, scaled fields in their own unit.

    Damaged stretches are passed over up to the next message that fits, and flagged.

    Raises
    ------
    HeaderError
        If it is no DataFlash log.
    TruncatedFileError
        If it holds no message but descriptions.
    """
    if not content.startswith(MARK):
        raise HeaderError(f"{path.name} is no DataFlash log: it does not begin with 0xA3 0x95.")
    formats, rows, lost = _parse(content)
    messages: dict[str, NDArray[Any]] = {}
    for number, raw in rows.items():
        form = formats[number]
        table = np.frombuffer(b"".join(raw), form.kind)
        if "TimeUS" in (form.kind.names or ()):
            messages |= _instances(form, table)
    if not messages:
        raise TruncatedFileError(f"{path.name} holds no message; copy it again from the autopilot.")
    flags = (
        (Flag(FlagKind.TRUNCATED, f"{path.name}: {lost} of {len(content)} bytes are no message."),)
        if lost
        else ()
    )
    return FlightRecord(path.name, KIND, messages, "TimeUS", flags)


def _parse(content: bytes) -> tuple[dict[int, _Format], dict[int, list[bytes]], int]:
    """Return formats, rows by type, and how many bytes are neither."""
    formats: dict[int, _Format] = {}
    rows: dict[int, list[bytes]] = {}
    place = lost = 0
    while place + 3 <= len(content):
        number = content[place + 2]
        length = _FMT_BYTES if number == FMT else formats[number].length if number in formats else 0
        stop = place + length
        fits = content[place : place + 2] == MARK and 3 < length <= len(content) - place
        if not fits:
            following = content.find(MARK, place + 1)
            following = len(content) if following < 0 else following
            lost += following - place
            place = following
            continue
        body = content[place + 3 : stop]
        if number == FMT:
            described = _format(body)
            if described is not None:
                formats[body[0]] = described
        else:
            rows.setdefault(number, []).append(body)
        place = stop
    return formats, rows, lost + len(content) - place


def _format(body: bytes) -> _Format | None:
    """Return what an FMT message describes; None if its letters and length don't fit."""
    _, length, name, letters, columns = struct.unpack("<BB4s16s64s", body)
    names = _text(columns).split(",")
    known = [_LETTER.get(letter) for letter in _text(letters)]
    if len(names) != len(known) or None in known:
        return None
    kinds = [pair for pair in known if pair is not None]
    kind = np.dtype([(label, pair[0]) for label, pair in zip(names, kinds, strict=True)])
    if kind.itemsize != length - 3:
        return None
    scale = {n: pair[1] for n, pair in zip(names, kinds, strict=True) if pair[1] is not None}
    return _Format(_text(name), length, kind, scale)


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("ascii", "replace")


def _instances(form: _Format, table: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return scaled messages by topic, those of further instances (field I or C) apart."""
    scaled = np.dtype(
        [(n, "<f8" if n in form.scale else form.kind[n]) for n in form.kind.names or ()]
    )
    out = np.empty(table.size, scaled)
    for label in form.kind.names or ():
        out[label] = table[label] * form.scale[label] if label in form.scale else table[label]
    which = next((n for n in ("I", "C") if n in (form.kind.names or ())), None)
    if which is None or not np.issubdtype(out[which].dtype, np.integer):
        return {form.name: out}
    return {
        form.name if instance == 0 else f"{form.name}.{instance}": out[out[which] == instance]
        for instance in np.unique(out[which]).tolist()
    }
