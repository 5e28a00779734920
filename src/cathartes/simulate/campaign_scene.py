"""What a made-up campaign's flight lines and logs hold: one ground, seen again and again."""

from dataclasses import replace

import numpy as np
from shapely import LineString

from cathartes.scenes.instrument import Instrument
from cathartes.scenes.local_frame import LocalFrame
from cathartes.simulate.campaign import (
    Campaign,
    CampaignCube,
    CampaignLog,
    CampaignSortie,
    CampaignSource,
)
from cathartes.simulate.campaign_kinds import Rates
from cathartes.simulate.flights import (
    CLEAN_PPM,
    FRAME,
    START_UNIX_S,
    FlightSource,
    SimulatedFlight,
    simulate_flight,
)
from cathartes.simulate.ground import Ground
from cathartes.simulate.scene import SimulatedScene, scene_ground, simulate_scene
from cathartes.simulate.settings import AirSettings, PlumeSettings, SceneSettings
from cathartes.spectra.library import GasLibrary

PLUME_LENGTH_M = 400.0
MARGIN_PX = 2
"""A plume is in a cube if its axis comes so far inside."""
METHANE_G_MOL = 16.04
LOG_ZERO_PPM = 0.2
"""What the gas sensor reads in clean air."""


def campaign_ground(campaign: Campaign, instrument: Instrument) -> Ground:
    """Return the ground of the whole area, under the air of `SceneSettings`' defaults."""
    lines, samples = campaign.settings.shape
    generator = np.random.default_rng([campaign.settings.seed, 1])
    whole = _frame_settings(campaign, lines, samples)
    return scene_ground(whole, instrument, generator)


def sources_in(
    campaign: Campaign, sortie: CampaignSortie, cube: CampaignCube
) -> tuple[CampaignSource, ...]:
    """Return the sources that work while a cube is taken, and whose plume's axis crosses it."""
    inner = cube.footprint.buffer(-MARGIN_PX * cube.pixel_m)
    to_rad = np.deg2rad(sortie.weather.wind_from_deg + 180.0)
    way = 0.5 * PLUME_LENGTH_M * np.array([np.sin(to_rad), np.cos(to_rad)])
    return tuple(
        source
        for source in campaign.sources
        if source.rates_at(cube.start_utc)
        and LineString(
            [
                (source.east_m, source.north_m),
                (source.east_m + way[0], source.north_m + way[1]),
            ]
        ).intersects(inner)
    )


def cube_settings(
    campaign: Campaign, sortie: CampaignSortie, cube: CampaignCube, library: GasLibrary
) -> SceneSettings:
    """Return the settings of a cube's scene; its plumes are those of `sources_in`, in order."""
    weather, settings = sortie.weather, campaign.settings
    plumes = tuple(
        PlumeSettings(
            gases=_relative(source.rates_at(cube.start_utc), library),
            line=-source.north_m / cube.pixel_m - cube.first_line,
            sample=source.east_m / cube.pixel_m - cube.first_sample,
            emission_kg_h=source.rates_at(cube.start_utc)[0][1],
            temperature_difference_k=source.temperature_difference_k,
            length_m=PLUME_LENGTH_M,
            source_width_m=4.0,
        )
        for source in sources_in(campaign, sortie, cube)
    )
    frame = _frame_settings(campaign, cube.lines, cube.samples)
    noon_h = (cube.start_utc.hour + cube.start_utc.minute / 60 - 12.0) / 12.0
    east_m, north_m = cube.place_error_m
    numbers = [settings.seed, campaign.sorties.index(sortie), sortie.cubes.index(cube), 2]
    return frame.model_copy(
        update={
            "name": cube.name,
            "seed": int(np.random.SeedSequence(numbers).generate_state(1)[0]),
            "wind_from_deg": weather.wind_from_deg,
            "wind_speed_m_s": weather.wind_speed_m_s,
            "sun_zenith_deg": float(35.0 + 50.0 * min(1.0, abs(noon_h) / 0.5)),
            "origin_easting_m": frame.origin_easting_m + cube.first_sample * cube.pixel_m + east_m,
            "origin_northing_m": frame.origin_northing_m - cube.first_line * cube.pixel_m + north_m,
            "air": AirSettings(
                temperature_k=weather.air_temperature_k, water_g_cm2=weather.water_g_cm2
            ),
            "plumes": plumes,
        }
    )


def simulate_cube(
    campaign: Campaign,
    sortie: CampaignSortie,
    cube: CampaignCube,
    ground: Ground,
    library: GasLibrary,
    instrument: Instrument,
) -> SimulatedScene:
    """Make one cube over the ground of `campaign_ground`.

    Raises
    ------
    NoSignatureError
        If the instrument can't see a gas.
    """
    weather = sortie.weather
    under = ground.part(cube.first_line, cube.first_sample, cube.lines, cube.samples).in_air(
        AirSettings().temperature_k, weather.air_temperature_k, weather.warmth
    )
    settings = cube_settings(campaign, sortie, cube, library)
    return simulate_scene(settings, library, instrument, ground=under)


def simulate_log(
    campaign: Campaign,
    sortie: CampaignSortie,
    log: CampaignLog,
    middle: LocalFrame,
    library: GasLibrary,
) -> SimulatedFlight:
    """Return a gas sensor's flight about a place, and its wind.

    The flights of `simulate_flight` read methane: the source's rate is taken as so many molecules
    of it.

    Parameters
    ----------
    middle
        Frame about the log's middle.
    """
    numbers = [campaign.settings.seed, campaign.sorties.index(sortie), 3]
    seed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    sources: tuple[FlightSource, ...] = ()
    if log.source_id:
        source = campaign.source(log.source_id)
        emission_kg_h = dict(source.rates_at(log.start_utc)).get(log.chemical, 0.0)
        if emission_kg_h > 0:
            as_methane = METHANE_G_MOL / library[log.chemical].molar_mass_g_mol
            sources = (
                FlightSource(
                    source.east_m - log.east_m, source.north_m - log.north_m, 4.0,
                    emission_kg_h * as_methane,
                ),
            )  # fmt: skip
    flight = simulate_flight(seed, sources=sources)
    later_s = log.start_utc.timestamp() - START_UNIX_S
    east_m, north_m = FRAME.to_east_north(flight.log.longitude_deg, flight.log.latitude_deg)
    longitude_deg, latitude_deg = middle.to_lon_lat(east_m, north_m)
    moved = replace(
        flight.log,
        name=log.name,
        time_unix_s=flight.log.time_unix_s + later_s,
        longitude_deg=longitude_deg,
        latitude_deg=latitude_deg,
        chemicals=(log.chemical,),
        concentration_ppm=flight.log.concentration_ppm - CLEAN_PPM + LOG_ZERO_PPM,
    )
    wind = replace(flight.wind, time_unix_s=flight.wind.time_unix_s + later_s)
    return replace(flight, log=moved, wind=wind)


def _relative(rates: Rates, library: GasLibrary) -> dict[str, float]:
    """Return amounts relative to the first gas's, by volume."""
    moles = {gas: kg_h / library[gas].molar_mass_g_mol for gas, kg_h in rates}
    return {gas: amount / moles[rates[0][0]] for gas, amount in moles.items()}


def _frame_settings(campaign: Campaign, lines: int, samples: int) -> SceneSettings:
    settings = campaign.settings
    return SceneSettings(
        name="campaign", instrument=settings.instrument, lines=lines, samples=samples,
        altitude_m=settings.altitude_m, pixel_m=settings.pixel_m,
    )  # fmt: skip
