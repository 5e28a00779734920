"""Gas logs and winds of real field trials, through the package's own mappings; truth beside them.

What a mapping can't say of an old layout is only reordered here, into a table that one can.
"""

import csv
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.mapped_csv import read_mapped_log
from cathartes.scenes.logs.mapping import LogMapping
from cathartes.scenes.wind.history import WindHistory, constant_wind
from cathartes.scenes.wind.mapping import WindMapping, read_mapped_wind

PRAIRIE_GRASS_PLACE = (-98.577, 42.493)
"""Longitude, latitude: near O'Neill, Nebraska. Only relative places matter."""
CHILBOLTON_PLACE = (-1.4384, 51.1445)
CHILBOLTON_START = "2020-01-01T00:00:00Z"
"""The data state no time; one-minute means."""


@dataclass(frozen=True)
class Release:
    """A known source.

    Attributes
    ----------
    longitude_deg, latitude_deg, height_m
        Its place.
    rate_kg_h
        What it gave off.
    start_utc, stop_utc
        When, ISO 8601; "" if throughout.
    """

    longitude_deg: float
    latitude_deg: float
    height_m: float
    rate_kg_h: float
    start_utc: str = ""
    stop_utc: str = ""


def metec(data: Path) -> tuple[GasLog, WindHistory, tuple[Release, ...]]:
    """Return METEC ADED 2022: eight fixed sensors, one-minute means, releases by experiment.

    The wind's angle is mathematical (radians, counter-clockwise from east) and says where it
    blows TO; anemometers stand at the sensors' height.
    """
    folder = data / "metec_2022"
    with (folder / "sensor_locations.csv").open(encoding="utf-8-sig") as lines:
        sensors = list(csv.DictReader(lines))
    time = {"columns": ["time_utc"]}
    wind = {
        "speed": "wind_speed", "direction": "wind_dir_rad", "speed_unit": "m/s",
        "blowing": "to", "sense": "counter-clockwise from east", "unit": "rad",
        "height_agl_m": 2.4,
    }  # fmt: skip
    mapping = LogMapping.model_validate(
        {
            "time": time,
            "frame": {"altitude_reference": "ground"},
            "sensor": [
                {"name": s["name"], "longitude": float(s["lon"]), "latitude": float(s["lat"]),
                 "altitude": float(s["height"])} for s in sensors
            ],
            "gas": [
                {"chemical": "methane", "column": s["name"], "unit": "ppm", "sensor": s["name"]}
                for s in sensors
            ],
            "wind": wind,
        }
    )  # fmt: skip
    table = folder / "sensors_9-12_May.csv.gz"
    with (folder / "truth_9-12_May.csv").open(encoding="utf-8-sig") as lines:
        releases = tuple(
            Release(
                float(row["tc_Longitude"]),
                float(row["tc_Latitude"]),
                float("nan"),
                float(row["tc_C1MassFlow"]) / 1000,
                row["tc_ExpStartDatetime"],
                row["tc_ExpEndDatetime"],
            )
            for row in csv.DictReader(lines)
        )
    history = read_mapped_wind(table, WindMapping.model_validate({"time": time, "wind": wind}))
    return read_mapped_log(table, mapping), history, releases


def chilbolton(
    data: Path, scratch: Path, y_axis_azimuth_deg: float = 0.0
) -> tuple[GasLog, WindHistory, Release]:
    """Return Chilbolton's source 1: seven open paths, one-minute means.

    The file has the beams one below the other. Its frame is the site's own, turned by an unknown
    angle, and so is its wind (degrees counter-clockwise from the x axis, blowing TO): both are
    read in that frame with one azimuth of its y axis, whatever it is.
    """
    folder = data / "chilbolton"
    truth = json.loads((folder / "truth_and_geometry.json").read_text("utf-8"))
    places = truth["instruments"]
    near = dict(zip(("east", "north", "altitude"), places["line_of_sight_sensor"], strict=True))
    beams = [name for name in places if name.startswith("reflector")]
    values = (folder / "ch4_ppm_source_1.csv").read_text("utf-8").split()[1:]
    table = scratch / "chilbolton.csv"
    rows = zip(*np.reshape(values, (len(beams), -1)), strict=True)
    table.write_text("\n".join([",".join(beams), *map(",".join, rows)]) + "\n", "utf-8")
    time = {"start": CHILBOLTON_START, "step_s": 60.0}
    longitude, latitude = CHILBOLTON_PLACE
    mapping = LogMapping.model_validate(
        {
            "time": time,
            "frame": {
                "origin_longitude_deg": longitude, "origin_latitude_deg": latitude,
                "y_axis_azimuth_deg": y_axis_azimuth_deg, "altitude_reference": "ground",
            },
            "sensor": [
                {"name": beam, **near, "end": dict(zip(near, places[beam], strict=True))}
                for beam in beams
            ],
            "gas": [
                {"chemical": "methane", "column": beam, "unit": "ppm", "sensor": beam}
                for beam in beams
            ],
        }
    )  # fmt: skip
    wind = WindMapping.model_validate(
        {
            "time": time,
            "wind": {
                "speed": "Average Speed", "direction": "Average Direction", "speed_unit": "m/s",
                "blowing": "to", "sense": "counter-clockwise from east", "unit": "deg",
                "grid_north_deg": y_axis_azimuth_deg, "height_agl_m": 3.0, "scatter": "scatter",
            },
        }
    )  # fmt: skip
    # The scatter of the direction is stated as the tangent of its standard deviation.
    with (folder / "wind_source_1.csv").open(encoding="utf-8") as lines:
        said = list(csv.DictReader(lines))
    turning = scratch / "chilbolton_wind.csv"
    with turning.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*said[0], "scatter"])
        writer.writeheader()
        for row in said:
            tangent = float(row["Average Tan_gamma Horizontal"])
            writer.writerow(row | {"scatter": np.degrees(np.arctan(tangent))})
    x, y, z = truth["sources"]["source_1_location"]
    turn = np.radians(y_axis_azimuth_deg)
    east, north = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    place = LocalFrame(longitude, latitude).to_lon_lat(east, north)
    release = Release(
        float(place[0]), float(place[1]), z, 3600 * truth["sources"]["source_1_emission_rate"]
    )
    history = read_mapped_wind(turning, wind)
    return read_mapped_log(table, mapping), history, release


def prairie_grass_runs(data: Path) -> tuple[int, ...]:
    """Return the numbers of the runs that have both arcs and a wind."""
    folder = data / "prairie_grass"
    arcs = set(_prairie_grass_arcs(folder))
    winds = {int(line.split()[0]) for line in _lines(folder / "modelParamList.txt")}
    return tuple(sorted(arcs & winds))


def prairie_grass(
    data: Path, scratch: Path, run: int
) -> tuple[GasLog, WindHistory, Release, float]:
    """Return one run of Prairie Grass: ten-minute means on five arcs 1.5 m high, SO2 in mg/m3.

    The wind is meteorological (degrees clockwise from north that it blows FROM).

    Returns
    -------
    log, wind, release, obukhov_length_m
    """
    folder = data / "prairie_grass"
    rate_g_s, source_m, receptor_m, rows = _prairie_grass_arcs(folder)[run]
    azimuth, radius = np.radians(rows[:, 0]), rows[:, 2]
    table = scratch / f"prairie_grass_{run}.csv"
    lines = [
        f"{name},{east:.3f},{north:.3f},{mg_m3}"
        for name, east, north, mg_m3 in zip(
            [f"{r:g} m at {a:g}" for a, _, r, _ in rows],
            radius * np.sin(azimuth),
            radius * np.cos(azimuth),
            rows[:, 3],
            strict=True,
        )
    ]
    table.write_text("\n".join(["sampler,x,y,mg_m3", *lines]) + "\n", "utf-8")
    longitude, latitude = PRAIRIE_GRASS_PLACE
    mapping = LogMapping.model_validate(
        {
            # All samplers drew air over the same ten minutes, so all have one time.
            "time": {"start": "1956-07-01T00:00:00Z", "step_s": 1e-3},
            "frame": {
                "origin_longitude_deg": longitude, "origin_latitude_deg": latitude,
                "altitude_reference": "ground",
            },
            "place": {"east": "x", "north": "y", "altitude": receptor_m, "sensor": "sampler"},
            "gas": [{
                "chemical": "sulfur_dioxide", "column": "mg_m3", "unit": "mg/m3",
                "temperature_k": 298.15, "pressure_pa": 101_325.0,
            }],
        }
    )  # fmt: skip
    by_run = {int(line.split()[0]): line.split() for line in _lines(folder / "modelParamList.txt")}
    obukhov, _, _, wind_from, *_, sigma_deg, speed = map(float, by_run[run][1:])
    wind = constant_wind(
        speed, wind_from, wind_speed_sd_m_s=0.1 * speed, wind_from_sd_deg=4.0, height_agl_m=2.0
    )
    wind = WindHistory(
        wind.time_unix_s, wind.wind_speed_m_s, wind.wind_from_deg, wind.wind_speed_sd_m_s,
        wind.wind_from_sd_deg, wind.height_agl_m, wind.method, scatter_deg=np.array([sigma_deg]),
        flags=wind.flags,
    )  # fmt: skip
    release = Release(longitude, latitude, source_m, 3.6 * rate_g_s)
    return read_mapped_log(table, mapping), wind, release, obukhov


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


def _prairie_grass_arcs(folder: Path) -> dict[int, tuple[float, float, float, np.ndarray]]:
    """Return by run: rate [g/s], height of source and samplers [m], (azimuth, _, radius, mg/m3)."""
    rows: dict[int, list[list[float]]] = {}
    heads: dict[int, tuple[float, float, float]] = {}
    run = 0
    for line in _lines(folder / "PGARCS_odd_runs.txt"):
        title = re.match(r"\s*(\d+),\s*\d+,'", line)
        if title:
            run = int(title[1])
        elif "," in line:
            fields = [float(cell) for cell in line.split(",")]
            heads[run] = (fields[7], fields[8], fields[9])
        else:
            rows.setdefault(run, []).append([float(cell) for cell in line.split()])
    return {run: (*heads[run], np.array(rows[run])) for run in rows}


OTM33A = {
    # Day numbers of a spreadsheet in local time; only differences matter here.
    "time": {"columns": ["Time"], "format": "excel_days", "zone": "America/New_York"},
    "frame": {"altitude_reference": "ground"},
    "place": {"longitude": "GPS Longitude", "latitude": "GPS Latitude", "altitude": 2.7},
    "gas": [{"chemical": "methane", "column": "CH4", "unit": "ppm"}],
    # The sonic's vector points to where the wind comes FROM: its own azimuth is atan2(U, V), and
    # turns with the station's meteorological direction. Its frame is the vehicle's.
    "wind": {"east": "3DS U", "north": "3DS V", "vertical": "3DS W", "speed_unit": "m/s",
             "blowing": "from", "height_agl_m": 2.7},
}  # fmt: skip


def otm33a_names(data: Path) -> tuple[str, ...]:
    """Return the names of the runs of EPA OTM-33A."""
    return tuple(p.name.split(".")[0] for p in sorted((data / "otm33a").glob("STR_*.xls.gz")))


def otm33a(
    data: Path, scratch: Path, name: str, grid_north_deg: float = 0.0
) -> tuple[GasLog, WindHistory, Path]:
    """Return a run of EPA OTM-33A, ten rows a second, and the table that was made of its sheet.

    Needs `xlrd`, which reads the old spreadsheets and is no dependency. Directions are the
    vehicle's, turned by ``grid_north_deg``, its heading, where that is known.
    """
    import xlrd  # noqa: PLC0415 -- no dependency: only this old format needs it

    packed = data / "otm33a" / f"{name}.xls.gz"
    sheet = xlrd.open_workbook(file_contents=gzip.decompress(packed.read_bytes())).sheet_by_index(0)
    table = scratch / f"{name}.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for row in range(sheet.nrows):
            writer.writerow([str(cell).strip() for cell in sheet.row_values(row)])
    wind = {**OTM33A["wind"], "grid_north_deg": grid_north_deg}
    mapping = LogMapping.model_validate({**OTM33A, "wind": wind})
    history = read_mapped_wind(
        table, WindMapping.model_validate({"time": OTM33A["time"], "wind": wind})
    )
    return read_mapped_log(table, mapping), history, table
