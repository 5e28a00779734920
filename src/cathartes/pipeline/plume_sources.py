"""Where the plumes of a scan come from and how much an hour: origins and rates, plume by plume."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from cathartes.detect.result import UNKNOWN, Detections, Plume
from cathartes.errors import InputError
from cathartes.locate.effective_wind import SourceHeight
from cathartes.locate.look_wind import LookWind, wind_of_look
from cathartes.locate.mixed import find_origins
from cathartes.locate.origin import OriginPosterior
from cathartes.locate.plume_source import PlumeSource
from cathartes.locate.rate import MapRate, RateSettings, estimate_rate
from cathartes.pipeline.plume_map import PlumeGrid, amount_map, may_be_hidden, signal_map
from cathartes.products.summary import InputFile, WindFacts
from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.wind.open import wind_at
from cathartes.spectra.library import GasLibrary


@dataclass(frozen=True, slots=True)
class SourceSearch:
    """What origins and rates are made with.

    Attributes
    ----------
    wind
        Of the look.
    height_m : [m]
        Of the sources above ground; None if not known.
    """

    wind: LookWind
    height_m: float | None

    @property
    def rate_settings(self) -> RateSettings:
        """How rates are made."""
        if self.height_m is None:
            return RateSettings()
        return RateSettings(height=SourceHeight(self.height_m, self.height_m))


def source_search(
    said: str, cube: Cube, height_m: float | None, mapping: Path | None = None
) -> SourceSearch | None:
    """Return how origins and rates are made; None if no wind is said.

    Parameters
    ----------
    said, mapping
        The wind, as of `wind_at`.
    cube
        Over which it blew.
    height_m : [m]
        Of sources above ground; None if not known.

    Raises
    ------
    InputError
        If the wind can't be read, has nothing at the place or time of the cube, or the cube has no
        geometry.
    """
    if not said:
        return None
    if cube.geometry is None:
        raise InputError(
            f"cube {cube.name}: has no geometry, and a wind is given (--wind): origins and rates "
            "need places on the ground. Give a geometry (map info in the header, --igm or --glt), "
            "or scan without --wind."
        )
    line, sample = np.meshgrid(
        np.linspace(0.5, cube.n_lines - 0.5, 9), np.linspace(0.5, cube.n_samples - 0.5, 9)
    )
    longitude, latitude = cube.geometry.to_lon_lat(line.ravel(), sample.ravel())
    history = wind_at(
        said,
        longitude_deg=float(np.nanmedian(longitude)),
        latitude_deg=float(np.nanmedian(latitude)),
        mapping=mapping,
    )
    return SourceSearch(wind_of_look(history, _unix_s(cube.start_utc)), height_m)


def wind_facts(search: SourceSearch, files: tuple[InputFile, ...]) -> WindFacts:
    """Return what the summary says of the wind, and of the file it was read from."""
    wind = search.wind
    return WindFacts(
        wind_speed_m_s=wind.wind_speed_m_s,
        wind_speed_sd_m_s=wind.wind_speed_sd_m_s,
        wind_from_deg=wind.wind_from_deg,
        wind_from_sd_deg=wind.wind_from_sd_deg,
        file=files[0] if files else None,
    )


def _unix_s(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def find_sources(
    found: Detections,
    geometry: Geometry,
    library: GasLibrary,
    search: SourceSearch,
    workers: int = 1,
) -> tuple[PlumeSource, ...]:
    """Return origins and rate of each plume, in the order of the plumes.

    Parameters
    ----------
    found
        While its images can be read.
    geometry
        Of the cube.
    library
        Knows the molar masses.
    search
        Wind and height.
    workers
        Threads that look, one at a plume each.
    """
    with ThreadPoolExecutor(workers) as pool:
        return tuple(
            pool.map(
                lambda plume: _source_of(plume, found, geometry, library, search), found.plumes
            )
        )


def _source_of(
    plume: Plume,
    found: Detections,
    geometry: Geometry,
    library: GasLibrary,
    search: SourceSearch,
) -> PlumeSource:
    def without(reason: str) -> PlumeSource:
        return PlumeSource(plume.id, None, (), MapRate(reason=reason), search.height_m)

    if plume.chemical == UNKNOWN:
        return without("the chemical is not known: there is no image of its amount")
    if search.wind.stagnant:
        return without(
            f"the wind is stagnant ({search.wind.wind_speed_m_s:.2g} m/s): it is no guide to where "
            "gas came from, nor to how fast"
        )
    try:
        grid = PlumeGrid.about(plume, found.labels.shape, geometry)
        signal = signal_map(grid, found, plume)
    except InputError as error:
        return without(str(error))
    origins = find_origins(signal, search.wind)
    rate = _rate_of(plume, found, grid, library, search, origins)
    hidden = may_be_hidden(grid, found, plume, origins[0].likeliest_m, search.wind.wind_from_deg)
    return PlumeSource(plume.id, grid.frame, origins, rate, search.height_m, hidden, signal)


def _rate_of(
    plume: Plume,
    found: Detections,
    grid: PlumeGrid,
    library: GasLibrary,
    search: SourceSearch,
    origins: tuple[OriginPosterior, ...],
) -> MapRate:
    if not plume.column_density_mean_ppm_m > 0 or not np.isfinite(plume.column_density_sd_ppm_m):
        return MapRate(reason="the plume has no column density (its flags say why)")
    try:
        amount = amount_map(grid, found, plume)
    except InputError as error:
        return MapRate(reason=str(error))
    molar_mass = library[plume.chemical].molar_mass_g_mol
    return estimate_rate(amount, search.wind, origins, molar_mass, search.rate_settings)
