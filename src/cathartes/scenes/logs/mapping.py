"""What a mapping file says of a gas log: layout, times, places, gases, wind."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, model_validator

from cathartes.scenes.logs.quantities import GasUnit
from cathartes.scenes.records.mapping import MappingTable, TimedMapping
from cathartes.scenes.wind.mapping import WindTable

PAGE = "docs/reference/gas-logs.md"
Source = str | float
"""A column's name, or a number for all rows."""
HeightReference = Literal["ground", "takeoff", "sea", "ellipsoid"]


class PointTable(MappingTable):
    """A place: longitude and latitude [deg, WGS 84], or east and north [m] of a site frame."""

    longitude: Source | None = None
    latitude: Source | None = None
    east: Source | None = None
    north: Source | None = None
    altitude: Source

    @model_validator(mode="after")
    def _one_way(self) -> "PointTable":
        globe = self.longitude is not None and self.latitude is not None
        site = self.east is not None and self.north is not None
        partly = sum(v is not None for v in (self.longitude, self.latitude, self.east, self.north))
        if globe == site or partly != 2:
            raise ValueError("give either longitude and latitude, or east and north")
        return self

    def sources(self) -> tuple[Source, ...]:
        """Return what it names."""
        named = (self.longitude, self.latitude, self.east, self.north, self.altitude)
        return tuple(source for source in named if source is not None)


class PlaceTable(PointTable):
    """``[place]``: where each row was measured.

    Attributes
    ----------
    end
        The far end of an open path.
    sensor
        Column of the sensor's name, for fixed sensors one below the other.
    """

    end: PointTable | None = None
    sensor: str | None = None


class SensorTable(PointTable):
    """``[[sensor]]``: where a fixed sensor stands, in numbers, for tables of a column a sensor."""

    name: Annotated[str, Field(min_length=1)]
    end: PointTable | None = None

    @model_validator(mode="after")
    def _numbers(self) -> "SensorTable":
        points = (self.sources(), self.end.sources() if self.end else ())
        if any(isinstance(source, str) for point in points for source in point):
            raise ValueError(f"sensor {self.name}: give its place in numbers")
        return self


class FrameTable(MappingTable):
    """``[frame]``: what east, north and altitude mean.

    Attributes
    ----------
    origin_longitude_deg, origin_latitude_deg
        Where east and north are 0.
    y_axis_azimuth_deg
        Azimuth of north, the y axis, clockwise from true north.
    altitude_reference
        What altitudes are above. No default: ellipsoid and sea differ by up to 100 m.
    ground_altitude_m
        Altitude of the ground in the same reference; of the take-off place in a flight above
        level ground.
    altitude_unit
        Of every altitude of the file.
    """

    origin_longitude_deg: float | None = None
    origin_latitude_deg: float | None = None
    y_axis_azimuth_deg: float = 0.0
    altitude_reference: HeightReference
    ground_altitude_m: float | None = None
    altitude_unit: Literal["m", "ft"] = "m"

    @model_validator(mode="after")
    def _ground_is_known(self) -> "FrameTable":
        if self.altitude_reference in {"sea", "ellipsoid"} and self.ground_altitude_m is None:
            raise ValueError(
                f"altitudes above the {self.altitude_reference} need ground_altitude_m, the "
                "ground's altitude above the same"
            )
        if (self.origin_longitude_deg is None) != (self.origin_latitude_deg is None):
            raise ValueError("give origin_longitude_deg and origin_latitude_deg, both or neither")
        return self


class GasTable(MappingTable):
    """``[[gas]]``: one column of one gas.

    Attributes
    ----------
    chemical
        The gas's name.
    column
        Its column.
    unit
        ppm, ppb, ppt, percent (all by volume), mg/m3, ug/m3, or "ppm m" of an open path.
    sensor
        Name of the ``[[sensor]]`` that the column is of.
    molar_mass_g_mol
        For mg/m3 and ug/m3; the built-in library's if it knows the gas.
    temperature_k, pressure_pa
        Of the air, for mg/m3 and ug/m3: columns or numbers.
    """

    chemical: Annotated[str, Field(min_length=1)]
    column: str
    unit: GasUnit
    sensor: str | None = None
    molar_mass_g_mol: PositiveFloat | None = None
    temperature_k: Source | None = None
    pressure_pa: Source | None = None

    @model_validator(mode="after")
    def _air_is_known(self) -> "GasTable":
        if self.unit in {"mg/m3", "ug/m3"} and (
            self.temperature_k is None or self.pressure_pa is None
        ):
            raise ValueError(f"{self.unit} needs temperature_k and pressure_pa of its air")
        return self


class LogMapping(TimedMapping):
    """A whole mapping file of a gas log."""

    frame: FrameTable | None = None
    place: PlaceTable | None = None
    sensor: tuple[SensorTable, ...] = ()
    gas: Annotated[list[GasTable], Field(min_length=1)]
    wind: WindTable | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> "LogMapping":
        names = [sensor.name for sensor in self.sensor]
        if self.place is not None and names:
            raise ValueError("give either [place] or [[sensor]]")
        if (self.place is not None or names) and self.frame is None:
            raise ValueError(
                "[frame] is missing; it says what altitudes are above (altitude_reference)"
            )
        named = {gas.sensor for gas in self.gas}
        unknown = {sensor for sensor in named if sensor is not None} - set(names)
        if unknown or (names and None in named):
            raise ValueError(
                "each [[gas]] of a file with [[sensor]] names one of them; "
                f"{', '.join(sorted(unknown)) or 'one'} does not"
            )
        points: list[PointTable] = [p for p in (self.place, *self.sensor) if p is not None]
        points += [p.end for p in (self.place, *self.sensor) if p is not None and p.end is not None]
        local = any(point.east is not None for point in points)
        if local and self.frame is not None and self.frame.origin_longitude_deg is None:
            raise ValueError("east and north need origin_longitude_deg and origin_latitude_deg")
        return self
