"""What a mapping file says of a wind: ``[wind]``. Its convention has no default."""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, NonNegativeFloat, model_validator

from cathartes.scenes.records.mapping import (
    LayoutTable,
    MappingTable,
    TimedMapping,
    check_columns,
)
from cathartes.scenes.records.table import TextTable
from cathartes.scenes.toml_file import read_toml_file
from cathartes.scenes.wind.assemble import RawWind, assemble_wind
from cathartes.scenes.wind.conventions import (
    AngleUnit,
    Blowing,
    Sense,
    WindConvention,
    wind_from_components,
)
from cathartes.scenes.wind.history import WindHistory

PAGE = "docs/reference/wind-files.md"
SpeedUnit = Literal["m/s", "km/h", "mph", "knots", "ft/s"]
M_S_PER_UNIT: dict[SpeedUnit, float] = {
    "m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "knots": 1852 / 3600, "ft/s": 0.3048,
}  # fmt: skip
"""Exact by definition."""


class WindTable(MappingTable):
    """``[wind]``: speed and direction, or two components.

    Attributes
    ----------
    speed, direction
        Columns.
    east, north, vertical
        Columns of components along the file's own axes; vertical is upward and optional.
    scatter
        Column of the direction's standard deviation within each row, in the direction's unit.
    speed_unit
        Of speeds and components.
    blowing
        "from" or "to": what the direction says, or where the vector of components points. (Models
        and most sonics give components of where the air goes *to*; some sonics, R. M. Young's
        among them, of where it comes *from*.)
    sense
        "clockwise from north" or "counter-clockwise from east"; needed with a direction.
    unit
        "deg" or "rad"; needed with a direction.
    grid_north_deg
        Azimuth of the file's own north or y axis, clockwise from true north.
    height_agl_m
        Where it was measured.
    speed_sd_m_s, from_sd_deg
        Standard deviations of the error that all rows share.
    """

    speed: str | None = None
    direction: str | None = None
    east: str | None = None
    north: str | None = None
    vertical: str | None = None
    scatter: str | None = None
    speed_unit: SpeedUnit
    blowing: Blowing
    sense: Sense | None = None
    unit: AngleUnit | None = None
    grid_north_deg: Annotated[float, Field(ge=-360, le=360)] = 0.0
    height_agl_m: NonNegativeFloat
    speed_sd_m_s: NonNegativeFloat | None = None
    from_sd_deg: NonNegativeFloat | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "WindTable":
        polar = self.speed is not None and self.direction is not None
        vector = self.east is not None and self.north is not None
        if polar == vector or (vector and (self.speed or self.direction)):
            raise ValueError("give either speed and direction, or east and north")
        if polar and (self.sense is None or self.unit is None):
            raise ValueError(
                "a direction needs sense ('clockwise from north' or 'counter-clockwise from east') "
                "and unit ('deg' or 'rad'): neither is guessed"
            )
        return self

    def column_names(self) -> list[str]:
        """Return the columns it names."""
        named = (self.speed, self.direction, self.east, self.north, self.vertical, self.scatter)
        return [column for column in named if column is not None]

    def polar(
        self, table: TextTable, layout: LayoutTable
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return speed [m s-1] and direction from [deg], each (row,), NaN unless both are there."""
        factor = M_S_PER_UNIT[self.speed_unit]
        if self.speed is not None and self.direction is not None:
            convention = WindConvention(
                self.blowing,
                self.sense or "clockwise from north",
                self.unit or "deg",
                self.grid_north_deg,
            )
            speed = factor * layout.numbers(table, self.speed)
            angle = convention.to_wind_from_deg(layout.numbers(table, self.direction))
        else:
            east, north = (
                factor * layout.numbers(table, column or "") for column in (self.east, self.north)
            )
            speed, to_deg = wind_from_components(-east, -north)
            angle = WindConvention(
                self.blowing, grid_north_deg=self.grid_north_deg
            ).to_wind_from_deg(to_deg)
        missing = ~(np.isfinite(speed) & np.isfinite(angle))
        return np.where(missing, np.nan, speed), np.where(missing, np.nan, angle)

    def vertical_m_s(self, table: TextTable, layout: LayoutTable) -> NDArray[np.float64] | None:
        """Return the upward component, (row,) [m s-1], or None."""
        if self.vertical is None:
            return None
        return M_S_PER_UNIT[self.speed_unit] * layout.numbers(table, self.vertical)

    def scatter_deg(self, table: TextTable, layout: LayoutTable) -> NDArray[np.float64] | None:
        """Return the direction's scatter, (row,) [deg], or None."""
        if self.scatter is None:
            return None
        scatter = layout.numbers(table, self.scatter)
        return np.degrees(scatter) if self.unit == "rad" else scatter


class WindMapping(TimedMapping):
    """A mapping file of a wind; a gas log's serves as well, its other tables are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    wind: WindTable


def read_mapped_wind(path: Path, mapping: WindMapping) -> WindHistory:
    """Return the wind of a table that a mapping describes.

    Raises
    ------
    InputError
        If a column is absent or a cell can't be read, or as of `assemble_wind`.
    """
    table = mapping.table.read(path)
    check_columns(table, [*mapping.time.columns, *mapping.wind.column_names()], path)
    speed, angle = mapping.wind.polar(table, mapping.table)
    return assemble_wind(
        RawWind(
            name=path.name,
            time_unix_s=mapping.time.unix_s(table, mapping.table),
            wind_speed_m_s=speed,
            wind_from_deg=angle,
            method="station" if mapping.wind.east is None else "sonic",
            height_agl_m=mapping.wind.height_agl_m,
            wind_speed_sd_m_s=mapping.wind.speed_sd_m_s,
            wind_from_sd_deg=mapping.wind.from_sd_deg,
            vertical_m_s=mapping.wind.vertical_m_s(table, mapping.table),
            scatter_deg=mapping.wind.scatter_deg(table, mapping.table),
        )
    )


def read_wind_mapping(path: Path) -> WindMapping:
    """Return a mapping file's content; raises SettingsError as `read_toml_file`."""
    return read_toml_file(path, WindMapping, "mapping file", PAGE)
