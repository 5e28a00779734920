"""PX4 ULog: a file that describes its own messages.

Header (magic, version, start), then messages of size, type and content: 'F' describes a topic's
fields, 'A' gives a topic a number, 'D' holds one message of it. Others (parameters, text, sync
marks) are passed over. PX4 user guide, "ULog File Format".
"""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, TruncatedFileError
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.flight import FlightRecord

MAGIC = b"ULog\x01\x12\x35"
KIND = "PX4 ULog"
_HEADER_BYTES = 16
_BASIC = {"int8_t": "i1", "uint8_t": "u1", "int16_t": "<i2", "uint16_t": "<u2", "int32_t": "<i4",
          "uint32_t": "<u4", "int64_t": "<i8", "uint64_t": "<u8", "float": "<f4", "double": "<f8",
          "bool": "?"}  # fmt: skip
_FIELD = re.compile(r"(?P<kind>[\w/]+)(\[(?P<count>[1-9]\d{0,4})\])? (?P<label>\w+)", re.ASCII)
_KNOWN_INCOMPATIBLE = 0x01
"""The one flag of byte 0 that is understood: data were appended after a crash."""


@dataclass(slots=True)
class _Parsed:
    """What has been met so far."""

    formats: dict[str, str] = field(default_factory=dict)
    topics: dict[int, tuple[str, int]] = field(default_factory=dict)
    data: dict[int, list[bytes]] = field(default_factory=dict)
    end: int = _HEADER_BYTES


def read_ulog(path: Path, content: bytes) -> FlightRecord:
    """Return the messages of a ULog file.

    A file that breaks off within its data keeps what came before, flagged.

    Raises
    ------
    HeaderError
        If it is no ULog, or uses a part of the format that is not known.
    TruncatedFileError
        If it breaks off before its first message.
    """
    if not content.startswith(MAGIC):
        raise HeaderError(f"{path.name} is no ULog: it does not begin with that format's mark.")
    parsed = _parse(path.name, content)
    messages: dict[str, NDArray[Any]] = {}
    for number, rows in parsed.data.items():
        topic, instance = parsed.topics[number]
        kind = _topic_type(path.name, topic, parsed.formats)
        # Padding at the end of a message is described and not written.
        padded = b"".join(row[: kind.itemsize].ljust(kind.itemsize, b"\0") for row in rows)
        messages[topic if instance == 0 else f"{topic}.{instance}"] = np.frombuffer(padded, kind)
    if not messages:
        raise TruncatedFileError(f"{path.name} holds no message; copy it again from the autopilot.")
    left = len(content) - parsed.end
    flags = (
        (
            Flag(
                FlagKind.TRUNCATED, f"{path.name} breaks off: its last {left} bytes are no message."
            ),
        )
        if left
        else ()
    )
    return FlightRecord(path.name, KIND, messages, "timestamp", flags)


def _parse(name: str, content: bytes) -> _Parsed:
    """Return formats, topics and data messages, as far as the file goes."""
    parsed = _Parsed()
    while parsed.end + 3 <= len(content):
        size, mark = struct.unpack_from("<HB", content, parsed.end)
        start, stop = parsed.end + 3, parsed.end + 3 + size
        if stop > len(content):
            break
        body = content[start:stop]
        match chr(mark):
            case "B":
                if len(body) >= 16 and (body[8] & ~_KNOWN_INCOMPATIBLE or any(body[9:16])):
                    raise HeaderError(
                        f"{name} uses a part of the ULog format that is not known here; convert it "
                        "with pyulog, or write the log without it."
                    )
            case "F":
                topic, _, fields = body.decode("ascii", "replace").partition(":")
                parsed.formats[topic] = fields
            case "A" if size > 3:
                number = int.from_bytes(body[1:3], "little")
                parsed.topics[number] = (body[3:].decode("ascii", "replace"), body[0])
            case "D" if (
                size > 2 and (number := int.from_bytes(body[:2], "little")) in parsed.topics
            ):
                parsed.data.setdefault(number, []).append(body[2:])
        parsed.end = stop
    return parsed


def _topic_type(
    name: str, topic: str, formats: dict[str, str], within: tuple[str, ...] = ()
) -> np.dtype[Any]:
    """Return the NumPy type of a topic's message; topics within topics become records in it."""
    fields: list[tuple[Any, ...]] = []
    for text in filter(None, formats.get(topic, "").split(";")):
        field = _FIELD.fullmatch(text)
        if field is None or topic in within:
            break
        base, count, label = field["kind"], field["count"], field["label"]
        inner: Any = _BASIC.get(base) or _topic_type(name, base, formats, (*within, topic))
        if base == "char":
            fields.append((label, f"S{count or 1}"))
        else:
            fields.append((label, inner, (int(count),)) if count else (label, inner))
    else:
        if fields and len({label for label, *_ in fields}) == len(fields):
            return np.dtype(fields)
    raise HeaderError(
        f"{name}: topic {topic} is not described in a way that can be understood; the file is "
        "damaged there: copy it again from the autopilot."
    )
