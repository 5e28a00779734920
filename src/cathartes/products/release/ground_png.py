"""The image of the ground as PNG: header, pixels, end, and no other chunk.

References
----------
W3C, "Portable Network Graphics (PNG) Specification", third edition, 2025, section 11.
"""

import struct
import zlib

import numpy as np

from cathartes.casework.release_content import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY_8_BIT = (8, 0, 0, 0, 0)
"""Bit depth, colour type, compression, filter, interlace."""


def ground_png(image: Image) -> bytes:
    """Return the image."""
    rows = np.frombuffer(image.grey, np.uint8).reshape(image.pixels, image.pixels)
    unfiltered = np.pad(rows, ((0, 0), (1, 0))).tobytes()
    header = struct.pack(">IIBBBBB", image.pixels, image.pixels, *_GREY_8_BIT)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(unfiltered, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
