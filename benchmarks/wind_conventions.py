"""How much more gas there is where the wind, read in each way, points from the known source.

Prints, for each real trial, the difference between rows that the wind points at and the others, in
standard deviations of all rows: the stated convention must win. -1.00 where the wind never (or
always) points at a sensor.
"""

import itertools
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import field_logs
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.records.times import to_unix_s
from cathartes.scenes.wind.conventions import WindConvention
from real_data import data_folder

SENSES = ("clockwise from north", "counter-clockwise from east")
WAYS = tuple(WindConvention(b, s) for b, s in itertools.product(("from", "to"), SENSES))
MATHEMATICAL_TO = WindConvention("to", "counter-clockwise from east")
POINTS_AT_DEG = 20.0
"""A minute's wind wanders by about 15 degrees."""

Scores = dict[WindConvention, float]


def azimuth_deg(start: NDArray[np.float64], stop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the azimuth from start to stop, each (..., 3): east, north, up."""
    return np.degrees(np.arctan2(stop[..., 0] - start[..., 0], stop[..., 1] - start[..., 1])) % 360


def apart_deg(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle between directions, 0 to 180."""
    return np.abs((one - other + 180) % 360 - 180)


def source_of(frame: LocalFrame, release: field_logs.Release) -> NDArray[np.float64]:
    """Return the source's place, (3,): east, north, up; the height does not matter here."""
    east, north = frame.to_east_north(release.longitude_deg, release.latitude_deg)
    return np.array([float(east), float(north), 0.0])


def lift(ppm: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """Return how much more gas there is in rows that are hit, in standard deviations of all."""
    known = np.isfinite(ppm)
    if not (known & hit).any() or not (known & ~hit).any():
        return -1.0
    return float((ppm[known & hit].mean() - ppm[known & ~hit].mean()) / ppm[known].std())


def written_as(wind_from_deg: NDArray[np.float64], way: WindConvention) -> NDArray[np.float64]:
    """Return the number that a file of a convention holds for a wind from there."""
    azimuth = wind_from_deg + (180 if way.blowing == "to" else 0)
    return (90 - azimuth if way.sense == SENSES[1] else azimuth) % 360


def all_readings(
    wind_from_deg: NDArray[np.float64], stated: WindConvention
) -> dict[WindConvention, NDArray[np.float64]]:
    """Return where the wind comes from if the file's number is read in each of the ways."""
    number = written_as(wind_from_deg, stated)
    return {way: way.to_wind_from_deg(number) for way in WAYS}


def metec_scores(data: Path) -> list[Scores]:
    """Return the scores of METEC's releases, one by one."""
    log, _, releases = field_logs.metec(data)
    frame = log.local_frame()
    place = log.position_m(frame)
    scores = []
    for release in releases:
        start, stop = (to_unix_s(datetime.fromisoformat(t))
                       for t in (release.start_utc, release.stop_utc))  # fmt: skip
        rows = (log.time_unix_s >= start) & (log.time_unix_s <= stop) & (log.wind_speed_m_s > 1)
        to_sensor = azimuth_deg(source_of(frame, release), place[rows])
        ppm = log.ppm_of("methane")[rows]
        readings = all_readings(log.wind_from_deg[rows], MATHEMATICAL_TO)
        scores.append(
            {way: lift(ppm, apart_deg(wind_from + 180, to_sensor) < POINTS_AT_DEG)
             for way, wind_from in readings.items()}
        )  # fmt: skip
    return scores


def chilbolton_scores(data: Path, scratch: Path) -> Scores:
    """Return the scores of Chilbolton: a beam is hit if the wind points between its two ends."""
    log, wind, release = field_logs.chilbolton(data, scratch)
    frame = log.local_frame()
    source = source_of(frame, release)
    first = azimuth_deg(source, log.position_m(frame))
    second = azimuth_deg(source, log.path_end_m(frame))
    middle = first + ((second - first + 180) % 360 - 180) / 2
    half = apart_deg(first, second) / 2
    readings = all_readings(wind.at(log.time_unix_s).wind_from_deg, MATHEMATICAL_TO)
    ppm = log.ppm_of("methane")
    return {way: lift(ppm, apart_deg(read + 180, middle) < half) for way, read in readings.items()}


def prairie_grass_offsets_deg(data: Path, scratch: Path) -> NDArray[np.float64]:
    """Return the angle from the wind's way to the middle of the gas, (run and arc,) [deg]."""
    off = []
    for run in field_logs.prairie_grass_runs(data):
        log, wind, release, _ = field_logs.prairie_grass(data, scratch, run)
        frame = log.local_frame()
        place, source = log.position_m(frame), source_of(frame, release)
        ppm = log.ppm_of("sulfur_dioxide")
        radius = np.hypot(*(place - source)[:, :2].T)
        to = np.radians(azimuth_deg(source, place))
        for arc in (50, 100, 200, 400, 800):
            on = np.abs(radius - arc) < 1
            middle = np.degrees(np.angle(np.sum(ppm[on] * np.exp(1j * to[on]))))
            off.append((middle - wind.wind_from_deg[0]) % 360 - 180)
    return np.array(off)


def main() -> int:
    """Print the tables."""
    data = data_folder("metec_2022")
    print("trial".ljust(22), *(f"{way.blowing}, {way.sense}" for way in WAYS), sep=" | ")
    with tempfile.TemporaryDirectory() as scratch:
        rows = [(f"METEC release {i + 1}", s) for i, s in enumerate(metec_scores(data))]
        rows.append(("Chilbolton source 1", chilbolton_scores(data, Path(scratch))))
        for name, scores in rows:
            cells = (f"{score:.2f}".rjust(len(f"{way.blowing}, {way.sense}"))
                     for way, score in scores.items())  # fmt: skip
            print(name.ljust(22), *cells, sep=" | ")
        off = prairie_grass_offsets_deg(data, Path(scratch))
    print(
        f"Prairie Grass, {off.size} arcs, gas against wind read as from, clockwise from north: "
        f"median {np.median(off):.1f} degrees, nine tenths within {np.quantile(abs(off), 0.9):.1f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
