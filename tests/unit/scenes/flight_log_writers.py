"""Tiny writers of both autopilots' formats, from their published descriptions: for tests only."""

import struct

ULOG_START = b"ULog\x01\x12\x35\x01" + struct.pack("<Q", 0)


def ulog_message(mark, body):
    return struct.pack("<HB", len(body), ord(mark)) + body


def ulog(topics):
    """Return a ULog file of {topic: (fields, struct format, rows)}."""
    out = ULOG_START
    for topic, (fields, _, _) in topics.items():
        out += ulog_message("F", f"{topic}:{fields}".encode())
    for number, (topic, (_, form, rows)) in enumerate(topics.items()):
        out += ulog_message("A", struct.pack("<BH", 0, number) + topic.encode())
        for row in rows:
            out += ulog_message("D", struct.pack("<H", number) + struct.pack(form, *row))
    return out


DATAFLASH_STRUCT = {"Q": "Q", "f": "f", "B": "B", "H": "H", "I": "I", "L": "i", "e": "i", "c": "h",
                    "n": "4s"}  # fmt: skip


def dataflash(topics):
    """Return a DataFlash file of {name: (letters, columns, rows)}."""
    out = dataflash_format(128, 89, "FMT", "BBnNZ", "Type,Length,Name,Format,Columns")
    for number, (name, (letters, columns, _)) in enumerate(topics.items(), start=1):
        form = "<" + "".join(DATAFLASH_STRUCT[letter] for letter in letters)
        out += dataflash_format(number, 3 + struct.calcsize(form), name, letters, columns)
    for number, (_, (letters, _, rows)) in enumerate(topics.items(), start=1):
        form = "<" + "".join(DATAFLASH_STRUCT[letter] for letter in letters)
        for row in rows:
            out += b"\xa3\x95" + bytes([number]) + struct.pack(form, *row)
    return out


def dataflash_format(number, length, name, letters, columns):
    return b"\xa3\x95\x80" + struct.pack(
        "<BB4s16s64s", number, length, name.encode(), letters.encode(), columns.encode()
    )
