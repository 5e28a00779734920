"""A made-up campaign from its settings to its folder: authority, plans, sorties, truth."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import Point, Polygon, box, transform
from shapely.geometry import LineString, MultiLineString, mapping
from shapely.geometry.base import BaseGeometry

from cathartes.errors import InputError
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.profile_file import shipped_profile_text
from cathartes.pipeline.progress import Advance, Progress, SilentProgress
from cathartes.products.folder import FolderKind, OutputFolder
from cathartes.scenes.geometry_writer import write_igm
from cathartes.scenes.instrument import Instrument, load_instrument
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.readers.envi_writer import write_envi
from cathartes.simulate.campaign import (
    Campaign,
    CampaignCube,
    CampaignLog,
    CampaignSortie,
    CampaignSource,
    Standing,
)
from cathartes.simulate.campaign_kinds import Rates
from cathartes.simulate.campaign_plan import draw_campaign
from cathartes.simulate.campaign_scene import (
    campaign_ground,
    simulate_cube,
    simulate_log,
    sources_in,
)
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.campaign_truth import (
    CampaignTruth,
    Ring,
    TrueLook,
    TruePlace,
    dump_campaign_truth,
    parse_campaign_truth,
)
from cathartes.simulate.flights import SimulatedFlight
from cathartes.simulate.ground import Ground
from cathartes.simulate.scene import SimulatedScene
from cathartes.simulate.settings import SceneSettings
from cathartes.spectra.library import GasLibrary

TRUTH_NAME = "truth.json"
MANDATE_NAME = "mandate.geojson"
EMITTERS_NAME = "emitters.geojson"
PROFILE_NAME = "profile.toml"
SORTIE_NAME = "sortie.toml"
PLANS_FOLDER = "plans"
SORTIES_FOLDER = "sorties"
RETENTION_DAYS = 3650
LOG_REACH_M = 80.0
"""A gas sensor's flight looks at the ground so far about its middle."""
STATION_STEP_S = 60.0


def simulate_campaign(
    out: str | Path,
    settings: CampaignSettings | None = None,
    library: GasLibrary | None = None,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> CampaignTruth:
    """Make a campaign and write it into a folder that appears when it is complete.

    Parameters
    ----------
    out
        Folder; docs/reference/campaign-folder.md says what is in it.
    settings
        How large; defaults if None.
    library
        Spectra of the gases; None takes the built-in ones and the user's own.
    overwrite
        Replace an older campaign there, if nobody added anything to it.
    progress
        Who watches; nobody if None.

    Raises
    ------
    OutputError
        If the folder is not free, not ours to replace, or can't be written.
    SettingsError, NoSignatureError
        If the settings can't be simulated.
    """
    campaign = draw_campaign(settings or CampaignSettings())
    library = working_library() if library is None else library
    instrument = load_instrument(campaign.settings.instrument)
    n_cubes = sum(len(sortie.cubes) for sortie in campaign.sorties)
    given = campaign.settings
    cube_bytes = 4 * given.lines * given.samples * (len(instrument.bands) + 6)
    with (
        StageClock(progress or SilentProgress()) as clock,
        OutputFolder(
            Path(out), kind=CAMPAIGN, overwrite=overwrite, needed_bytes=n_cubes * cube_bytes
        ) as folder,
    ):
        advance = clock.units("simulate", n_cubes)
        writer = _Writer(folder, campaign, _OnEarth.of_scenes(), library, instrument)
        return writer.write(advance)


def read_campaign_truth(folder: Path) -> CampaignTruth:
    """Read the truth of a folder that `simulate_campaign` wrote.

    Raises
    ------
    InputError
        If it holds none.
    """
    path = folder / TRUTH_NAME
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{folder} holds no {TRUTH_NAME} that can be read; name a folder that "
            "`cathartes simulate campaign` wrote."
        ) from error
    return parse_campaign_truth(text, str(path))


def _files_of_campaign(folder: Path) -> frozenset[str]:
    return frozenset({TRUTH_NAME, *read_campaign_truth(folder).files})


CAMPAIGN = FolderKind(
    "a simulated campaign", "simulate fewer sorties or smaller cubes", _files_of_campaign
)


@dataclass(frozen=True, slots=True)
class _OnEarth:
    """Metres from the area's north-western corner to longitude and latitude."""

    easting_m: float
    northing_m: float
    transformer: Transformer

    @classmethod
    def of_scenes(cls) -> "_OnEarth":
        scene = SceneSettings()
        return cls(
            scene.origin_easting_m, scene.origin_northing_m,
            Transformer.from_crs(scene.crs, "EPSG:4326", always_xy=True),
        )  # fmt: skip

    def corners(self, east_north_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitudes and latitudes, to a millimetre: (corner, 2) [deg]."""
        east_m, north_m = np.asarray(east_north_m).T
        places = self.transformer.transform(self.easting_m + east_m, self.northing_m + north_m)
        return np.stack(places, axis=1).round(8)

    def point(self, east_m: float, north_m: float) -> tuple[float, float]:
        longitude_deg, latitude_deg = self.corners(np.array([[east_m, north_m]]))[0]
        return float(longitude_deg), float(latitude_deg)

    def geometry(self, shape: BaseGeometry) -> BaseGeometry:
        return transform(shape, self.corners)

    def ring(self, area: Polygon) -> Ring:
        corners = self.corners(np.array(area.exterior.coords))
        return tuple((float(lon), float(lat)) for lon, lat in corners)


@dataclass(slots=True)
class _Writer:
    """Writes one campaign's files and remembers them."""

    folder: Path
    campaign: Campaign
    earth: _OnEarth
    library: GasLibrary
    instrument: Instrument

    def write(self, advance: Advance) -> CampaignTruth:
        campaign = self.campaign
        self._write_json(MANDATE_NAME, self._mandate())
        if campaign.settings.registered:
            self._write_json(EMITTERS_NAME, self._emitters())
        (self.folder / PROFILE_NAME).write_text(campaign_profile(campaign), encoding="utf-8")
        ground = campaign_ground(campaign, self.instrument)
        looks: list[TrueLook] = []
        for sortie in campaign.sorties:
            self._write_json(f"{PLANS_FOLDER}/{_plan_id(sortie)}.geojson", self._plan(sortie))
            looks += self._write_sortie(sortie, ground, advance)
        files = sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*") if path.is_file()
        )  # fmt: skip
        truth = CampaignTruth(
            campaign.settings, campaign.mandate_id, campaign.begins_utc, campaign.ends_utc,
            self.earth.ring(campaign.mandate), tuple(map(self._place, campaign.sources)),
            tuple(looks), tuple(files),
        )  # fmt: skip
        (self.folder / TRUTH_NAME).write_text(dump_campaign_truth(truth), encoding="utf-8")
        return truth

    def _write_json(self, name: str, content: object) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")

    def _mandate(self) -> dict[str, object]:
        campaign = self.campaign
        return _feature(
            self.earth.geometry(campaign.mandate),
            id=campaign.mandate_id,
            authority="made-up authority",
            reference=f"simulated campaign, seed {campaign.settings.seed}",
            valid_from=_iso(campaign.begins_utc),
            valid_until=_iso(campaign.ends_utc),
            retention_days=RETENTION_DAYS,
            chemicals=[],
            partners=["made-up-partner"],
        )

    def _emitters(self) -> dict[str, object]:
        """Return the file of emitters: farms and landfills as areas, the rest as points."""
        features = []
        for source in self.campaign.sources:
            if source.standing is Standing.REGISTERED:
                place: BaseGeometry = Point(source.east_m, source.north_m)
                if "farm" in source.kind or source.kind == "landfill":
                    place = box(*place.buffer(40.0).bounds)
                features.append(
                    _feature(
                        self.earth.geometry(place), id=source.id, name=f"made-up {source.kind}",
                        kind=source.kind, chemicals=[gas for gas, _ in source.usual],
                        source="made-up register",
                    )
                )  # fmt: skip
        return {"type": "FeatureCollection", "features": features}

    def _plan(self, sortie: CampaignSortie) -> dict[str, object]:
        lines = [_axis(cube) for cube in sortie.cubes]
        lines += [
            LineString(
                [(log.east_m, log.north_m - LOG_REACH_M), (log.east_m, log.north_m + LOG_REACH_M)]
            )
            for log in sortie.logs
        ]
        return _feature(
            self.earth.geometry(MultiLineString(lines)),
            id=_plan_id(sortie),
            mandate=self.campaign.mandate_id,
            begins=_iso(sortie.begins_utc - timedelta(minutes=15)),
            ends=_iso(sortie.ends_utc + timedelta(minutes=15)),
            platform="made-up aircraft",
            note=f"sortie {sortie.id}",
        )

    def _write_sortie(
        self, sortie: CampaignSortie, ground: Ground, advance: Advance
    ) -> list[TrueLook]:
        folder = self.folder / SORTIES_FOLDER / sortie.id
        folder.mkdir(parents=True)
        looks = []
        for cube in sortie.cubes:
            made = simulate_cube(self.campaign, sortie, cube, ground, self.library, self.instrument)
            _write_cube(folder, cube, made)
            looks.append(self._cube_look(sortie, cube, made))
            advance(1)
        for log in sortie.logs:
            middle = LocalFrame(*self.earth.point(log.east_m, log.north_m))
            flight = simulate_log(self.campaign, sortie, log, middle, self.library)
            _write_log(folder, log, flight)
            looks.append(self._log_look(sortie, log))
        if sortie.has_station:
            _write_station(folder / "station.csv", sortie)
        text = _manifest(self.campaign, sortie)
        (folder / SORTIE_NAME).write_text(text, encoding="utf-8")
        return looks

    def _place(self, source: CampaignSource) -> TruePlace:
        longitude_deg, latitude_deg = self.earth.point(source.east_m, source.north_m)
        return TruePlace(
            source.id, source.kind, source.standing, longitude_deg, latitude_deg,
            source.usual, source.duty, source.spells,
        )  # fmt: skip

    def _cube_look(
        self, sortie: CampaignSortie, cube: CampaignCube, made: SimulatedScene
    ) -> TrueLook:
        there = sources_in(self.campaign, sortie, cube)
        return TrueLook(
            sortie.id, cube.name, "cube", cube.start_utc, self.earth.ring(cube.footprint),
            self._rates(cube.footprint, cube.start_utc),
            {
                source.id: plume.snr_max
                for source, plume in zip(there, made.truth.plumes, strict=True)
            },
        )  # fmt: skip

    def _log_look(self, sortie: CampaignSortie, log: CampaignLog) -> TrueLook:
        ground = Point(log.east_m, log.north_m).buffer(LOG_REACH_M)
        return TrueLook(
            sortie.id, log.name, "log", log.start_utc, self.earth.ring(ground),
            self._rates(ground, log.start_utc), {},
        )  # fmt: skip

    def _rates(self, ground: Polygon, moment_utc: datetime) -> dict[str, Rates]:
        return {
            source.id: source.rates_at(moment_utc)
            for source in self.campaign.sources
            if ground.contains(Point(source.east_m, source.north_m))
        }


def campaign_profile(campaign: Campaign) -> str:
    """Return the shipped profile, as TOML, with the densities that the campaign is made with."""
    area_km2 = campaign.mandate.area * 1e-6
    given = campaign.settings
    told = {
        "sites_per_km2": given.hidden / area_km2,
        "other_sources_per_km2": given.unregistered / area_km2,
    }
    rows = [f"{name} = {value:.3g}" for name, value in told.items() if value > 0]
    reason = 'reason = "What the campaign was made with; an operator would have it from elsewhere."'
    return "\n".join([shipped_profile_text(), "[density]", *rows, reason, ""])


def _axis(cube: CampaignCube) -> LineString:
    west, south, east, north = cube.footprint.bounds
    return LineString([((west + east) / 2, north), ((west + east) / 2, south)])


def _plan_id(sortie: CampaignSortie) -> str:
    return f"plan-{sortie.id}"


def _feature(shape: BaseGeometry, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": mapping(shape), "properties": properties}


def _iso(moment_utc: datetime) -> str:
    return moment_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_cube(folder: Path, cube: CampaignCube, made: SimulatedScene) -> None:
    """Write a cube: places in its header with its time, or in a file, the time in the manifest."""
    fields = {"sensor type": made.instrument, "description": "simulated by Cathartes"}
    grid = None if cube.has_igm else made.map_grid
    start_utc = None if cube.has_igm else cube.start_utc
    write_envi(
        folder / f"{cube.name}.hdr", made.radiance, bands=made.bands, grid=grid,
        start_utc=start_utc, fields=fields,
    )  # fmt: skip
    if cube.has_igm:
        pixel_m, _, west_m, _, _, north_m = made.map_grid.transform
        line, sample = np.mgrid[0.5 : cube.lines, 0.5 : cube.samples]
        to_earth = Transformer.from_crs(made.map_grid.crs, "EPSG:4326", always_xy=True)
        longitude_deg, latitude_deg = to_earth.transform(
            west_m + pixel_m * sample, north_m - pixel_m * line
        )
        write_igm(folder / f"{cube.name}-igm", longitude_deg, latitude_deg, np.zeros(line.shape))


def _write_log(folder: Path, log: CampaignLog, flight: SimulatedFlight) -> None:
    rows = flight.log
    _write_csv(
        folder / f"{log.name}.csv",
        ("time_utc", "longitude_deg", "latitude_deg", "altitude_agl_m", f"{log.chemical}_ppm"),
        (
            (_moment(t), f"{lon:.7f}", f"{lat:.7f}", f"{up:.1f}", f"{ppm:.4f}")
            for t, lon, lat, up, ppm in zip(
                rows.time_unix_s, rows.longitude_deg, rows.latitude_deg, rows.altitude_agl_m,
                rows.concentration_ppm[0], strict=True,
            )
        ),
    )  # fmt: skip
    wind = flight.wind
    _write_wind(
        folder / f"{log.name}-wind.csv", wind.time_unix_s, wind.wind_speed_m_s, wind.wind_from_deg,
        wind.wind_speed_sd_m_s, wind.wind_from_sd_deg,
    )  # fmt: skip


def _write_station(path: Path, sortie: CampaignSortie) -> None:
    """Write what a station near by says all through a sortie: as it is stated, minute by minute."""
    weather = sortie.weather
    begins_s, ends_s = sortie.begins_utc.timestamp(), sortie.ends_utc.timestamp()
    time_unix_s = np.arange(begins_s - 600.0, ends_s + 600.0, STATION_STEP_S)
    _write_wind(
        path, time_unix_s, np.full(time_unix_s.size, weather.said_speed_m_s),
        np.full(time_unix_s.size, weather.said_from_deg), weather.said_speed_sd_m_s,
        weather.said_from_sd_deg,
    )  # fmt: skip


def _write_wind(
    path: Path,
    time_unix_s: NDArray[np.float64],
    speed_m_s: NDArray[np.float64],
    from_deg: NDArray[np.float64],
    speed_sd_m_s: float,
    from_sd_deg: float,
) -> None:
    comments = (
        f"# height_agl_m: 10\n# wind_speed_sd_m_s: {speed_sd_m_s:.2f}\n"
        f"# wind_from_sd_deg: {from_sd_deg:.1f}\n"
    )
    _write_csv(
        path, ("time_utc", "wind_speed_m_s", "wind_from_deg"),
        (
            (_moment(t), f"{speed:.2f}", f"{angle:.1f}")
            for t, speed, angle in zip(time_unix_s, speed_m_s, from_deg, strict=True)
        ),
        comments,
    )  # fmt: skip


def _write_csv(
    path: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], comments: str = ""
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(comments)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _moment(time_unix_s: float) -> str:
    return _iso(datetime.fromtimestamp(float(time_unix_s), UTC))


def _manifest(campaign: Campaign, sortie: CampaignSortie) -> str:
    """Return the text of ``sortie.toml``."""
    weather = sortie.weather
    words = (
        f"{weather.said_speed_m_s:.1f}±{weather.said_speed_sd_m_s:.1f},"
        f"{weather.said_from_deg:.0f}±{weather.said_from_sd_deg:.0f}"
    )
    lines = [
        'schema = "cathartes-sortie/1"',
        f'id = "{sortie.id}"',
        f'mandate = "{campaign.mandate_id}"',
        f'plan = "{_plan_id(sortie)}"',
        'platform = "made-up aircraft"',
        f'wind = "{"station.csv" if sortie.has_station else words}"',
    ]
    for cube in sortie.cubes:
        lines += ["", "[[observation]]", f'name = "{cube.name}"', 'kind = "cube"',
                  f'files = ["{cube.name}.hdr"]']  # fmt: skip
        if cube.has_igm:
            lines += [f"start_utc = {_iso(cube.start_utc)}", "", "[observation.open]",
                      f'igm = "{cube.name}-igm.hdr"']  # fmt: skip
    for log in sortie.logs:
        lines += ["", "[[observation]]", f'name = "{log.name}"', 'kind = "log"',
                  f'files = ["{log.name}.csv"]', f'wind = "{log.name}-wind.csv"']  # fmt: skip
    return "\n".join(lines) + "\n"
