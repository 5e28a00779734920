"""Delimited text as named columns of text, with the line each row stood on."""

import csv
import gzip
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError, TruncatedFileError

NO_VALUE = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
"""What stands for no value in any table, in lower case."""
GZIP = b"\x1f\x8b"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text cells.

    Attributes
    ----------
    name
        The file's, for messages.
    columns
        Names from the header line, stripped.
    rows
        As many cells each as there are columns, stripped.
    lines
        The line of the file that each row stood on, from 1.
    comments
        Lines that begin with #, as they are.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    comments: tuple[str, ...] = ()

    def text(self, column: str) -> list[str]:
        """Return a column's cells.

        Raises
        ------
        HeaderError
            If there is no such column.
        """
        if column not in self.columns:
            raise HeaderError(
                f"{self.name} has no column {column!r}; it has {', '.join(self.columns)}."
            )
        place = self.columns.index(column)
        return [row[place] for row in self.rows]

    def where(self, row: int) -> str:
        """Return the file and line of a row, for messages."""
        return f"{self.name}, line {self.lines[row]}"

    def numbers(
        self,
        column: str,
        *,
        missing: Sequence[str] = (),
        decimal: str = ".",
    ) -> NDArray[np.float64]:
        """Return a column as (row,) numbers, in the file's unit; NaN where there is no value.

        Parameters
        ----------
        column
        missing
            Texts that stand for no value besides an empty cell and NaN.
        decimal
            The decimal mark.

        Raises
        ------
        InputError
            If a cell is neither a number nor one that stands for no value.
        """
        nothing = NO_VALUE | {word.lower() for word in missing}
        stands_for_none = {float(word) for word in missing if _is_number(word)}
        values = np.empty(len(self.rows))
        for row, cell in enumerate(self.text(column)):
            try:
                values[row] = _number(cell if decimal == "." else cell.replace(decimal, "."))
            except ValueError as error:
                if cell.lower() not in nothing:
                    raise InputError(
                        f"{self.where(row)}: {column} is {cell!r}, which is no number; correct it, "
                        "or leave it empty where there is no value."
                    ) from error
                values[row] = math.nan
        for number in stands_for_none:
            values[values == number] = math.nan
        values[np.isinf(values)] = math.nan
        return values


def read_table(
    path: Path, *, delimiter: str = ",", skip_lines: int = 0, columns: Sequence[str] | None = None
) -> TextTable:
    """Return a delimited text file, gzipped or not, without its empty lines and # comments.

    Parameters
    ----------
    path
    delimiter
        One character; " " stands for any run of blanks.
    skip_lines
        Lines before the header.
    columns
        Names for a file without a header line.

    Raises
    ------
    InputError
        If the file can't be read, or a row has another number of cells than the header.
    HeaderError
        If there is no header, a name comes twice, or another delimiter was used.
    TruncatedFileError
        If the file is empty, has no rows, or breaks off within its last row.
    """
    text = _read_text(path)
    named = list(columns) if columns is not None else None
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for number, cells in _split(text, delimiter, skip_lines):
        if named is None:
            named = cells
            _check_header(path.name, named, delimiter)
        elif len(cells) == len(named):
            rows.append(tuple(cells))
            lines.append(number)
        else:
            _refuse_row(path.name, number, cells, named, delimiter, text)
    if not rows or named is None:
        raise TruncatedFileError(
            f"{path.name} has no rows below its header; export it again, or leave it out."
        )
    comments = tuple(line for line in text.splitlines() if line.startswith("#"))
    return TextTable(path.name, tuple(named), tuple(rows), tuple(lines), comments)


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} can't be read ({error.strerror}); name a readable file."
        ) from error
    if not content.strip():
        raise TruncatedFileError(f"{path.name} is empty; export it again.")
    if content.startswith(GZIP):
        content = _unpacked(content, path)
    if b"\0" in content[:4096]:
        raise HeaderError(f"{path.name} is no text: it holds zero bytes; a table is needed here.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unpacked(content: bytes, path: Path) -> bytes:
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise TruncatedFileError(
            f"{path.name} is compressed and breaks off or is damaged ({error}); copy it again."
        ) from error


def _split(text: str, delimiter: str, skip_lines: int) -> list[tuple[int, list[str]]]:
    """Return (line, cells) of each line that says something."""
    said: list[tuple[int, list[str]]] = []
    reader = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True, strict=False)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if delimiter == " ":
            stripped = [cell for cell in stripped if cell]
        if reader.line_num <= skip_lines or not any(stripped) or stripped[0].startswith("#"):
            continue
        said.append((reader.line_num, stripped))
    return said


def _check_header(name: str, columns: Sequence[str], delimiter: str) -> None:
    if used := _other_delimiter(columns):
        raise HeaderError(
            f"{name}: columns are separated by {used}s, and "
            f"{_DELIMITERS.get(delimiter, repr(delimiter))}s are needed; export it so, or name "
            "the delimiter in a mapping file (table.delimiter)."
        )
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise HeaderError(f"{name}: column {', '.join(twice)} comes twice; rename or cut one.")
    if all(_is_number(column) for column in columns):
        raise HeaderError(
            f"{name}: numbers were found where the names of the columns are needed; put a line of "
            "names above them, or list them in a mapping file (table.columns)."
        )


def _other_delimiter(cells: Sequence[str]) -> str | None:
    """Return the name of what else separates the cells of a line that was not split."""
    if len(cells) > 1:
        return None
    return next((word for mark, word in _DELIMITERS.items() if mark in cells[0]), None)


def _refuse_row(
    name: str, number: int, cells: Sequence[str], columns: Sequence[str], delimiter: str, text: str
) -> None:
    where = f"{name}, line {number}"
    used = _other_delimiter(cells) if len(columns) > 1 else None
    if used:
        raise InputError(
            f"{where} is separated by {used}s, and the header by "
            f"{_DELIMITERS.get(delimiter, repr(delimiter))}s; separate both by the latter."
        )
    if number == len(text.splitlines()) and len(cells) < len(columns):
        raise TruncatedFileError(
            f"{where}: the last row breaks off after {len(cells)} of {len(columns)} cells; copy "
            "the file again, or delete that line if the rest is enough."
        )
    raise InputError(
        f"{where} has {len(cells)} cells, and the header {len(columns)}; correct that line (a "
        "decimal comma also splits a cell)."
    )


def _number(text: str) -> float:
    """Return a number; 1_905, which Python takes for 1905, is none in a table."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _is_number(text: str) -> bool:
    try:
        _number(text)
    except ValueError:
        return False
    return True
