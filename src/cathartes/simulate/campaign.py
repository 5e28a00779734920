"""A made-up campaign: places that give off vapours, when they do, and what was flown over them.

Metres count east and north from the area's north-western corner, so that north is negative inside
the area; longitudes and latitudes come in where files are written.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shapely import Polygon, box

from cathartes.errors import InputError
from cathartes.simulate.campaign_kinds import Rates
from cathartes.simulate.campaign_settings import CampaignSettings


class Standing(StrEnum):
    """What a campaign's place is to the mandate."""

    HIDDEN = "hidden"
    """What the campaign is to find."""
    REGISTERED = "registered"
    """Lawful, and in the file of emitters."""
    UNREGISTERED = "unregistered"
    """Lawful, and in no file."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a place gives something off.

    Attributes
    ----------
    begins_utc, ends_utc
    rates
        What it gives off: some of the place's gases, or all.
    """

    begins_utc: datetime
    ends_utc: datetime
    rates: Rates

    def __post_init__(self) -> None:
        if self.ends_utc <= self.begins_utc or not min((r for _, r in self.rates), default=0) > 0:
            raise InputError(
                f"spell from {self.begins_utc} to {self.ends_utc} of {self.rates}; a time that "
                "lasts and rates above 0 are needed."
            )


@dataclass(frozen=True, slots=True)
class CampaignSource:
    """A place that gives something off.

    Attributes
    ----------
    id, kind
    standing
    east_m, north_m : [m]
    usual
        Usual rates while it works.
    temperature_difference_k : [K]
        Of the gas against the air.
    duty
        Share of the campaign's time in which it works.
    spells
        In order of time.
    """

    id: str
    kind: str
    standing: Standing
    east_m: float
    north_m: float
    usual: Rates
    temperature_difference_k: float
    duty: float
    spells: tuple[Spell, ...]

    def rates_at(self, moment_utc: datetime) -> Rates:
        """Return what it gives off at a moment; nothing while it rests."""
        for spell in self.spells:
            if spell.begins_utc <= moment_utc < spell.ends_utc:
                return spell.rates
        return ()


@dataclass(frozen=True, slots=True)
class Weather:
    """Air over a sortie: as it is, and as the flight team says it is.

    Attributes
    ----------
    wind_speed_m_s, wind_from_deg
        True, at 10 m.
    said_speed_m_s, said_speed_sd_m_s, said_from_deg, said_from_sd_deg
        Stated.
    air_temperature_k : [K]
    water_g_cm2
        Water column.
    warmth
        How much warmer than the air the ground is, against a clear noon.
    """

    wind_speed_m_s: float
    wind_from_deg: float
    said_speed_m_s: float
    said_speed_sd_m_s: float
    said_from_deg: float
    said_from_sd_deg: float
    air_temperature_k: float
    water_g_cm2: float
    warmth: float


@dataclass(frozen=True, slots=True)
class CampaignCube:
    """A flight line.

    Attributes
    ----------
    name
    start_utc
    first_line, first_sample
        Its corner in the area's grid.
    lines, samples
    pixel_m : [m]
    has_igm
        Places are in a file of longitudes and latitudes, else in the header.
    place_error_m : (east, north) [m]
        By which its stated places are wrong.
    """

    name: str
    start_utc: datetime
    first_line: int
    first_sample: int
    lines: int
    samples: int
    pixel_m: float
    has_igm: bool
    place_error_m: tuple[float, float]

    @property
    def footprint(self) -> Polygon:
        """Ground that it shows, [m]."""
        west, north = self.first_sample * self.pixel_m, -self.first_line * self.pixel_m
        return box(
            west, north - self.lines * self.pixel_m, west + self.samples * self.pixel_m, north
        )


@dataclass(frozen=True, slots=True)
class CampaignLog:
    """A drone's flight with a gas sensor about a place.

    Attributes
    ----------
    name
    start_utc
    east_m, north_m : [m]
        Its middle.
    chemical
        What its sensor reads.
    source_id
        The source near it, "" if none is; it may rest.
    """

    name: str
    start_utc: datetime
    east_m: float
    north_m: float
    chemical: str
    source_id: str


@dataclass(frozen=True, slots=True)
class CampaignSortie:
    """One flight.

    Attributes
    ----------
    id
    begins_utc, ends_utc
    weather
    has_station
        Its wind is in a station's file, else in words.
    cubes, logs
    """

    id: str
    begins_utc: datetime
    ends_utc: datetime
    weather: Weather
    has_station: bool
    cubes: tuple[CampaignCube, ...]
    logs: tuple[CampaignLog, ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """Where things are, when they work, and what was flown.

    Attributes
    ----------
    settings
    mandate_id
    begins_utc, ends_utc
    mandate
        Area in which collecting is allowed, [m]; some flight lines reach beyond it.
    sources
    sorties
        In order of time.
    """

    settings: CampaignSettings
    mandate_id: str
    begins_utc: datetime
    ends_utc: datetime
    mandate: Polygon
    sources: tuple[CampaignSource, ...]
    sorties: tuple[CampaignSortie, ...]

    def source(self, source_id: str) -> CampaignSource:
        """Return a source by its id."""
        return next(one for one in self.sources if one.id == source_id)
