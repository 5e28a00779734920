"""Plain CSV tables with notes at their head: navigation, line times, look vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError
from cathartes.scenes.records.table import read_table
from cathartes.scenes.times import to_time_utc


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table as text.

    Attributes
    ----------
    origin
        The file's name, for messages.
    notes
        ``# key = value`` of the lines before the head, keys in lower case.
    columns
        The cells of each column, by its name in lower case; all of one length.
    """

    origin: str
    notes: dict[str, str]
    columns: dict[str, tuple[str, ...]]

    def check_columns(self, needed: Sequence[str], known: Sequence[str]) -> None:
        """Raise an error if a column is missing, or none of the known ones.

        Raises
        ------
        HeaderError
            So; a column whose name is not known may be one that was meant to be.
        """
        missing = [name for name in needed if name not in self.columns]
        unknown = [name for name in self.columns if name not in known]
        if missing or unknown:
            raise HeaderError(
                f"{self.origin}: columns {', '.join(self.columns)}; "
                + (f"missing: {', '.join(missing)}. " if missing else "")
                + (f"not known: {', '.join(unknown)}. " if unknown else "")
                + f"Columns may be {', '.join(known)}: rename or remove the others."
            )

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column's numbers, (row,); NaN for empty cells, or if there is no such column.

        Raises
        ------
        HeaderError
            If a cell is no number, or an infinite one.
        """
        cells = self.columns.get(name)
        if cells is None:
            n_rows = len(next(iter(self.columns.values())))
            return np.full(n_rows, np.nan)
        try:
            values = np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError as error:
            raise HeaderError(
                f"{self.origin}: column {name} holds something that is no number ({error}); "
                "correct it, or leave the cell empty."
            ) from error
        infinite = np.flatnonzero(np.isinf(values))
        if infinite.size:
            raise HeaderError(
                f"{self.origin}: row {infinite[0] + 1}: {name} is {cells[infinite[0]]}; a finite "
                "number is needed: correct it, or leave the cell empty."
            )
        return values

    def times_utc(self, name: str) -> tuple[datetime, ...]:
        """Return a column's times, aware.

        Raises
        ------
        HeaderError
            If a cell is no time.
        """
        times = tuple(to_time_utc(cell, self.origin) for cell in self.columns[name])
        known = tuple(time for time in times if time is not None)
        if len(known) < len(times):
            raise HeaderError(
                f"{self.origin}: row {times.index(None) + 1} has no {name}; each row needs one."
            )
        return known


def read_csv_table(path: Path) -> CsvTable:
    """Return the table of a CSV file: notes, a head, rows.

    Raises
    ------
    InputError, HeaderError, TruncatedFileError
        As `records.table.read_table`; a name that comes twice in another case is one of these.
    """
    table = read_table(path)
    notes = {}
    for line in table.comments:
        key, equals, value = line.removeprefix("#").partition("=")
        if equals:
            notes[key.strip().lower()] = value.strip()
    head = [name.lower() for name in table.columns]
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        raise HeaderError(f"{path.name}: column {', '.join(twice)} comes twice; rename or cut one.")
    return CsvTable(path.name, notes, dict(zip(head, zip(*table.rows, strict=True), strict=True)))
