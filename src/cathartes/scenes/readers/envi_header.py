"""ENVI headers: keys and values out of the text, and the data file that belongs to it."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, UnknownFormatError

_LARGEST_HEADER = 64 * 2**20
_LARGEST_WHOLE = 2**53  # beyond, a double no longer counts one by one
_DATA_SUFFIXES = (
    "", ".img", ".dat", ".raw", ".bil", ".bip", ".bsq", ".bin", ".cube", ".rdn", ".rfl", ".sli",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnviHeader:
    """The fields of an ENVI header, keys in lower case with single blanks.

    Attributes
    ----------
    path
        Of the header.
    fields
        Value of each key as text, braces taken off.
    """

    path: Path
    fields: dict[str, str]

    def text(self, *keys: str) -> str:
        """Return the first of these keys that is there and not empty; "" if none is."""
        return next((self.fields[key] for key in keys if self.fields.get(key)), "")

    def items(self, key: str) -> list[str]:
        """Return a list's items as text; empty if the key is missing."""
        value = self.fields.get(key, "").strip()
        return [item.strip() for item in value.split(",")] if value else []

    def numbers(self, key: str) -> NDArray[np.float64] | None:
        """Return a list's items as numbers, (item,); None if the key is missing or empty.

        Raises
        ------
        HeaderError
            If an item is not a number.
        """
        items = [item for item in self.items(key) if item]
        if not items:
            return None
        try:
            return np.array([float(item) for item in items])
        except ValueError as error:
            raise HeaderError(
                f"{self.path.name}: '{key}' holds something that is not a number ({error}); "
                "correct the list."
            ) from error

    def number(self, key: str) -> float | None:
        """Return a value as a number; None if the key is missing.

        Raises
        ------
        HeaderError
            If it is not one number.
        """
        values = self.numbers(key)
        if values is not None and values.size != 1:
            raise HeaderError(f"{self.path.name}: '{key}' has {values.size} values; one is needed.")
        return None if values is None else float(values[0])

    def whole(self, key: str, default: int | None = None) -> int:
        """Return a value as a whole number, not negative.

        Raises
        ------
        HeaderError
            If it is missing and there is no default, or it is not a whole number.
        """
        value = self.number(key)
        if value is None:
            if default is None:
                raise HeaderError(
                    f"{self.path.name}: '{key}' is missing; an ENVI header needs lines, samples, "
                    "bands, data type and interleave."
                )
            return default
        if not (value.is_integer() and 0 <= value <= _LARGEST_WHOLE):
            raise HeaderError(
                f"{self.path.name}: '{key}' is {value:g}; a whole number from 0 is needed."
            )
        return int(value)


def is_envi_header(head: bytes) -> bool:
    """Return True if the first bytes of a file are those of an ENVI header."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4] == b"ENVI"


def read_header(path: Path) -> EnviHeader:
    """Return the fields of an ENVI header file.

    Raises
    ------
    HeaderError
        If it does not begin with ENVI, or a brace is not closed.
    """
    if path.stat().st_size > _LARGEST_HEADER:
        raise HeaderError(f"{path.name}: over 64 MiB; that is no ENVI header.")
    raw = path.read_bytes()
    if not is_envi_header(raw[:64]):
        raise HeaderError(f"{path.name}: the first word is not ENVI; that is no ENVI header.")
    text = raw.decode("utf-8-sig", errors="replace")
    fields: dict[str, str] = {}
    lines = iter(text.splitlines()[1:])
    for line in lines:
        if line.lstrip().startswith(";") or "=" not in line:
            continue
        key, value = line.split("=", 1)
        name = re.sub(r"\s+", " ", key).strip().lower()
        value = value.strip()
        if value.startswith("{"):
            parts = [value]
            while "}" not in parts[-1]:
                following = next(lines, None)
                if following is None:
                    raise HeaderError(
                        f"{path.name}: the brace after '{name}' is never closed; add '}}'."
                    )
                parts.append(following.strip())
            value = " ".join(parts)[1:].rsplit("}", 1)[0].strip()
        fields[name] = value
    return EnviHeader(path, fields)


def find_pair(path: Path) -> tuple[Path, Path] | None:
    """Return (header, data) for either of the two files; None if one of them is not there.

    The header of ``scene.img`` is ``scene.img.hdr`` or ``scene.hdr``.

    Raises
    ------
    UnknownFormatError
        If several files could be a header's data.
    """
    if path.suffix.lower() == ".hdr":
        stem = path.with_suffix("")
        candidates = [stem.with_name(stem.name + suffix) for suffix in _DATA_SUFFIXES]
        candidates += [stem.with_name(stem.name + suffix.upper()) for suffix in _DATA_SUFFIXES[1:]]
        # Where a folder knows no capitals, one file has two of these names.
        files = {c.stat().st_ino: c for c in reversed(candidates) if c.is_file()}
        if len(files) > 1:
            names = " or ".join(sorted(file.name for file in files.values()))
            raise UnknownFormatError(
                f"{path.name} could be the header of {names}; open the data file instead."
            )
        return next(((path, data) for data in files.values()), None)
    for name in (path.name + ".hdr", path.stem + ".hdr", path.name + ".HDR", path.stem + ".HDR"):
        header = path.with_name(name)
        if header.is_file():
            return header, path
    return None
