"""What was flown at a site, read: logs and scans, gases, winds, and where east and north start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError, SettingsError, UnknownGasError
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.given_places import known_places_m
from cathartes.pipeline.sorties import check_one_site, logs_by_time
from cathartes.products.file_names import ORIGINS, SUMMARY
from cathartes.products.origins import ScanLook, read_scan_look
from cathartes.scenes.local_frame import LocalFrame, folded_deg, unbroken_deg
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.logs.own_wind import wind_of_log
from cathartes.scenes.logs.suspicions import BELOW_GROUND_M
from cathartes.scenes.wind.history import WindHistory
from cathartes.scenes.wind.open import wind_at, wind_file

BEFORE_S = 180.0
"""Wind so long before the first row still carries gas to it; as much is taken after the last."""


@dataclass(frozen=True, slots=True)
class LocationFiles:
    """Where a site's data are.

    Attributes
    ----------
    logs, scans
        Files of logs, folders of scans.
    wind
        In words, or its own file; None takes the wind in the logs' rows.
    mapping, wind_mapping, track
        As of `read_gas_log` and `wind_at`.
    """

    logs: tuple[Path, ...]
    scans: tuple[Path, ...]
    wind: str | None
    mapping: Path | None
    wind_mapping: Path | None
    track: Path | None

    def inputs(self) -> list[Path]:
        """Return every file that is read, once."""
        wind = None if self.wind is None else wind_file(self.wind)
        scanned = [folder / name for folder in self.scans for name in (SUMMARY, ORIGINS)]
        files = (*self.logs, wind, self.mapping, self.wind_mapping, self.track, *scanned)
        return [file for file in dict.fromkeys(files) if file is not None]


@dataclass(frozen=True, slots=True)
class LocationInput:
    """What was flown at one site.

    Attributes
    ----------
    logs
        Of each sortie.
    winds
        Of each sortie's logs.
    scans
        Of any time.
    molar_mass_g_mol
        Of each gas that is looked for.
    frame
        Where east and north are counted from.
    known_m : (source, 3) [m] or None
        Places that were given.
    """

    logs: tuple[tuple[GasLog, ...], ...]
    winds: tuple[WindHistory, ...]
    scans: tuple[ScanLook, ...]
    molar_mass_g_mol: dict[str, float]
    frame: LocalFrame
    known_m: NDArray[np.float64] | None


def read_location_input(
    files: LocationFiles,
    chemicals: Sequence[str] | None,
    source_at: Sequence[Sequence[float]],
    within: Callable[[GasLog], GasLog] | None = None,
) -> LocationInput:
    """Return what was flown at a site, read and checked.

    Parameters
    ----------
    files
    chemicals
        Which gases; None takes all of the logs, and of the scans' plumes.
    source_at
        As of `known_places_m`.
    within
        Returns what of a log may be used; None uses all.

    Raises
    ------
    CathartesError
        If something can't be read, or does not go together.
    """
    if not files.logs and not files.scans:
        raise InputError("no log and no scan was given; name at least one.")
    if files.wind is None and files.wind_mapping is not None:
        raise SettingsError(
            f"{files.wind_mapping.name} says what a wind's file holds, and none is given; name it "
            "(--wind FILE), or leave out --wind-mapping: the wind in the logs' rows is told by "
            "--mapping."
        )
    logs = [read_gas_log(path, mapping=files.mapping, track=files.track) for path in files.logs]
    if within is not None:
        logs = [within(log) for log in logs]
    _check_logs(logs)
    scans = [read_scan_look(folder) for folder in files.scans]
    _check_names([scan.name for scan in scans])
    masses = _molar_masses(_chemicals(logs, scans, chemicals))
    frame = _frame(logs, scans)
    check_one_site(logs, scans, frame)
    blown = None if files.wind is None else _said_wind(files.wind, files.wind_mapping, frame)
    sorties = tuple(tuple(group) for group in logs_by_time(logs))
    known_m = known_places_m(source_at, frame)
    if known_m is not None and (scans or len(sorties) != 1):
        raise InputError(
            f"places of sources are given (--source-at) with {len(sorties)} sorties' logs and "
            f"{len(scans)} scans; rates of given places are of one sortie's logs: give them alone."
        )
    winds = tuple(_wind_during(group, blown) for group in sorties)
    return LocationInput(sorties, winds, tuple(scans), masses, frame, known_m)


def _said_wind(said: str, mapping: Path | None, frame: LocalFrame) -> WindHistory:
    """Return the wind at the site, however it is given."""
    return wind_at(
        said,
        longitude_deg=frame.origin_longitude_deg,
        latitude_deg=frame.origin_latitude_deg,
        mapping=mapping,
    )


def _molar_masses(chemicals: Sequence[str]) -> dict[str, float]:
    """Return the molar mass of each gas, [g mol-1]."""
    library = working_library()
    by_gas: dict[str, str] = {}
    for name in chemicals:
        gas = library[name].name if name in library else name
        if by_gas.setdefault(gas, name) != name:
            raise InputError(
                f"{by_gas[gas]} and {name} are two names of one gas ({gas}), whose sources would "
                "be told twice; give it one name, or choose one of the two (--gas)."
            )
    missing = [name for name in chemicals if name not in library]
    if missing:
        raise UnknownGasError(
            f"the library has no {missing[0]!r}, whose molar mass is needed for a rate; import "
            "a spectrum that states it (cathartes library import), or choose with --gas."
        )
    return {name: library[name].molar_mass_g_mol for name in chemicals}


def _wind_during(logs: Sequence[GasLog], given: WindHistory | None) -> WindHistory:
    """Return the wind of the logs' time: the given one, or that of their rows."""
    return _during(given or joined_winds([wind_of_log(log) for log in logs]), logs)


def _check_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"two scans are called {', '.join(twice)}; the folders of --plumes need names of their "
            "own, and none twice."
        )


def _check_logs(logs: Sequence[GasLog]) -> None:
    """Raise if most of a log lies below the ground, or two hold the same rows."""
    for log in logs:
        below = log.altitude_agl_m < BELOW_GROUND_M
        if 2 * below.sum() > len(log):
            raise InputError(
                f"gas log {log.name}: {int(below.sum())} of {len(log)} rows lie below the ground, "
                f"down to {log.altitude_agl_m.min():.1f} m, where no plume can be followed. "
                "Heights above the ground are needed: set them right, or say in a mapping file "
                "what they are above (frame.altitude_reference)."
            )
    for one, other in combinations(logs, 2):
        if one.chemicals == other.chemicals and all(
            np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
            for name in ("time_unix_s", "longitude_deg", "latitude_deg", "concentration_ppm")
        ):
            raise InputError(
                f"logs {one.name} and {other.name} hold the same rows, and what was measured once "
                "would count twice; give each log once."
            )


def joined_winds(winds: Sequence[WindHistory]) -> WindHistory:
    """Return the winds of several logs as one; errors are the largest of them."""
    if len(winds) == 1:
        return winds[0]
    time = np.concatenate([wind.time_unix_s for wind in winds])
    _, first = np.unique(time, return_index=True)

    def joined(name: str) -> np.ndarray:
        return np.asarray(np.concatenate([getattr(wind, name) for wind in winds])[first])

    return replace(
        winds[0],
        time_unix_s=time[first],
        wind_speed_m_s=joined("wind_speed_m_s"),
        wind_from_deg=joined("wind_from_deg"),
        wind_speed_sd_m_s=max(wind.wind_speed_sd_m_s for wind in winds),
        wind_from_sd_deg=max(wind.wind_from_sd_deg for wind in winds),
        vertical_m_s=None,
        scatter_deg=None,
        flags=tuple(flag for wind in winds for flag in wind.flags),
    )


def _chemicals(
    logs: Sequence[GasLog], scans: Sequence[ScanLook], wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the gases asked for; else those of the logs, and of the scans' plumes."""
    shown = [origin.chemical for scan in scans for origin in scan.origins]
    there = tuple(dict.fromkeys([*(name for log in logs for name in log.chemicals), *shown]))
    looked = {*there, *(gas for scan in scans for gas in scan.tiles.detectable_column_ppm_m)}
    for name in wanted or ():
        if name not in looked:
            raise UnknownGasError(
                f"neither a log nor a scan is of {name!r}; sources can be of "
                f"{', '.join(there) or 'none'}."
            )
    if not wanted and not there:
        raise InputError(
            "no log was given, and the scans show no plume with an origin; choose with --gas which "
            "of the gases searched is meant."
        )
    return tuple(wanted or there)


def _during(wind: WindHistory, logs: Sequence[GasLog]) -> WindHistory:
    """Return the wind of the logs' time and shortly before."""
    start = min(float(log.time_unix_s[0]) for log in logs) - BEFORE_S
    stop = max(float(log.time_unix_s[-1]) for log in logs) + BEFORE_S
    return wind.part(start, stop)


def _frame(logs: Sequence[GasLog], scans: Sequence[ScanLook]) -> LocalFrame:
    """Return a frame about the middle of the logs; of the scans if there are none."""
    if logs:
        ends = [(f.origin_longitude_deg, f.origin_latitude_deg)
                for f in (log.local_frame() for log in logs)]  # fmt: skip
    else:
        ends = [(folded_deg(float(np.median(unbroken_deg(scan.tiles.longitude_deg)))),
                 float(np.median(scan.tiles.latitude_deg))) for scan in scans]  # fmt: skip
    longitude, latitude = np.transpose(ends)
    return LocalFrame(folded_deg(float(np.mean(unbroken_deg(longitude)))), float(np.mean(latitude)))
