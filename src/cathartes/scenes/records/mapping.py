"""What a mapping file says of a table's layout and of its times."""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    model_validator,
)

from cathartes.errors import InputError
from cathartes.scenes.records.autopilot import UNIX_COLUMN, topic_table
from cathartes.scenes.records.flight_files import read_flight_record
from cathartes.scenes.records.table import NO_VALUE, TextTable, read_table
from cathartes.scenes.records.times import (
    TimeScale,
    check_dates,
    parse_format,
    parse_iso,
    parse_number,
)


class MappingTable(BaseModel):
    """A table of a mapping file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            f"{name!r} is no time zone; give UTC or a name such as Europe/Zurich"
        ) from error
    return name


class LayoutTable(MappingTable):
    """``[table]``: how the text is laid out.

    Attributes
    ----------
    delimiter
        Between cells; " " stands for any run of blanks.
    decimal
        The decimal mark.
    skip_lines
        Lines before the header.
    columns
        Names, for a file without a header line.
    missing
        Texts that stand for no value besides empty cells and NaN.
    topic
        Of an autopilot's log: the topic (message) whose fields are the columns. A column
        ``time_unix_s`` is added; ``[time]`` is not needed.
    """

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    skip_lines: Annotated[int, Field(ge=0)] = 0
    columns: list[str] | None = None
    missing: list[str] = []
    topic: str | None = None

    def read(self, path: Path) -> TextTable:
        """Return the file as a table; raises as `read_table` or `read_flight_record`."""
        if self.topic is not None:
            return topic_table(read_flight_record(path), self.topic)
        return read_table(
            path, delimiter=self.delimiter, skip_lines=self.skip_lines, columns=self.columns
        )

    def numbers(self, table: TextTable, column: str | float) -> NDArray[np.float64]:
        """Return a column as (row,) numbers in the file's unit, or a constant as often."""
        if isinstance(column, str):
            return table.numbers(column, missing=self.missing, decimal=self.decimal)
        return np.full(len(table.rows), float(column))


class TimeTable(MappingTable):
    """``[time]``: the columns of time, and what they mean.

    Attributes
    ----------
    columns
        Joined by a blank before they are read: a date and a time, or one alone.
    format
        "iso"; a scale of numbers (unix_s, unix_ms, unix_us, matlab_days, excel_days); "elapsed_s",
        seconds since ``start``; or a `strptime` format.
    zone
        Of times that state none. Not needed for unix times; there is no default.
    start
        ISO 8601, for "elapsed_s" and for rows without a time of their own.
    step_s
        Between rows without a time of their own, the first at ``start``.
    offset_s
        Added to every time: what the clock was behind UTC.
    """

    columns: list[str] = []
    format: str = "iso"
    zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    start: str = ""
    step_s: PositiveFloat | None = None
    offset_s: float = 0.0

    @model_validator(mode="after")
    def _one_way(self) -> "TimeTable":
        if bool(self.columns) == (self.step_s is not None):
            raise ValueError("give either columns, or start and step_s for rows without a time")
        if (self.step_s is not None or self.format == "elapsed_s") and not self.start:
            raise ValueError("step_s and 'elapsed_s' need start, the time of second 0")
        if self.format in {"matlab_days", "excel_days"} and self.zone is None:
            raise ValueError(f"{self.format} are local to a zone: name it (zone = 'UTC')")
        return self

    def unix_s(self, table: TextTable, layout: LayoutTable) -> NDArray[np.float64]:
        """Return each row's time, (row,) seconds since 1970-01-01T00:00:00Z; NaN where none is.

        Raises
        ------
        InputError
            If a cell is no such time, or of no year from 1 to 9999.
        """
        time = self._unix_s(table, layout)
        check_dates(time, table.name)
        return time

    def _unix_s(self, table: TextTable, layout: LayoutTable) -> NDArray[np.float64]:
        start = parse_iso(self.start, self._zone(), "mapping file, time.start")
        if self.step_s is not None:
            return (
                start + self.offset_s + self.step_s * np.arange(len(table.rows), dtype=np.float64)
            )
        if self.format == "elapsed_s":
            return start + self.offset_s + layout.numbers(table, self.columns[0])
        nothing = NO_VALUE | {word.lower() for word in layout.missing}
        cells = [
            "" if nothing.issuperset(part.lower() for part in parts) else " ".join(parts)
            for parts in zip(*map(table.text, self.columns), strict=True)
        ]
        if self.format in get_args(TimeScale):
            cells = [cell.replace(layout.decimal, ".") for cell in cells]
        times = [self._parse(cell, table.where(row)) for row, cell in enumerate(cells)]
        return np.array(times) + self.offset_s

    def _zone(self) -> ZoneInfo | None:
        return None if self.zone is None else ZoneInfo(self.zone)

    def _parse(self, cell: str, where: str) -> float:
        if self.format == "iso":
            return parse_iso(cell, self._zone(), where)
        for scale in get_args(TimeScale):
            if self.format == scale:
                time = parse_number(cell, scale, where)
                if self.zone is None or scale.startswith("unix") or not np.isfinite(time):
                    return time
                return _local_to_utc(time, ZoneInfo(self.zone))
        return parse_format(cell, self.format, self._zone(), where)


class TimedMapping(MappingTable):
    """What every mapping file of a time series says: layout and times."""

    table: LayoutTable = LayoutTable()
    time: TimeTable

    @model_validator(mode="before")
    @classmethod
    def _time_of_a_topic(cls, content: Any) -> Any:
        """Fill in the time of an autopilot's topic, which has only one."""
        if isinstance(content, dict) and "time" not in content and "table" in content:
            table = content["table"]
            if isinstance(table, dict) and table.get("topic") is not None:
                return {**content, "time": {"columns": [UNIX_COLUMN], "format": "unix_s"}}
        return content


def _local_to_utc(local_unix_s: float, zone: ZoneInfo) -> float:
    """Return the UTC time of a clock that counts local time since 1970-01-01T00:00:00 local."""
    text = str(np.datetime64("1970-01-01T00:00:00.000000") + np.timedelta64(
        round(local_unix_s * 1e6), "us"))  # fmt: skip
    return parse_iso(text, zone, "time")


def check_columns(table: TextTable, named: list[str], path: Path) -> None:
    """Check that a mapping names only columns that the table has.

    Raises
    ------
    InputError
        With the columns that there are.
    """
    absent = sorted(set(named) - set(table.columns))
    if absent:
        raise InputError(
            f"{path.name} has no column {', '.join(absent)}, which the mapping names; it has "
            f"{', '.join(table.columns)}. Correct the mapping (or its delimiter and skip_lines)."
        )
