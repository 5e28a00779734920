"""From gas logs, winds and plume maps to a folder with their sources."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from cathartes.errors import InputError, SettingsError, UnknownGasError
from cathartes.locate.settings import LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.given_places import known_places_m
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.pipeline.sorties import (
    check_one_site,
    locate_in_common,
    logs_by_time,
    with_scans,
)
from cathartes.products.common_location import CommonGas, as_log_sources
from cathartes.products.file_names import ORIGINS, SOURCES_PLOT, SUMMARY
from cathartes.products.folder import OutputFolder
from cathartes.products.location import (
    LOCATION_RESULT,
    Located,
    location_summary,
    write_location,
)
from cathartes.products.location_plot import write_location_plot
from cathartes.products.origins import ScanLook, read_scan_look
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.logs.own_wind import wind_of_log
from cathartes.scenes.wind.history import WindHistory
from cathartes.scenes.wind.open import wind_at, wind_file
from cathartes.scenes.wind.variability import summarise_wind

BEFORE_S = 180.0
"""Wind before the first row that still carries gas to it."""


def locate(
    logs: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    plumes: str | Path | Sequence[str | Path] = (),
    wind: str | Path | None = None,
    mapping: str | Path | None = None,
    wind_mapping: str | Path | None = None,
    track: str | Path | None = None,
    chemicals: Sequence[str] | None = None,
    source_at: Sequence[Sequence[float]] = (),
    settings: LocateSettings | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Located:
    """Find the sources of the gases in logs and plume maps, and write them into a folder.

    Logs and scans more than an hour apart are different sorties, each with its own wind and
    delay, and with its own rates: places are common to all, and a source may work in some only.

    Parameters
    ----------
    logs
        One or several, of one site: CSV of the contract, or with a mapping any other. None if
        there are plumes.
    out
        Folder for summary, sources, particles and plot.
    plumes
        Folders of scans of the same site, made with a wind.
    wind
        In words, or its own file, as of `wind_at`; None takes the wind in the logs' rows.
    mapping, wind_mapping, track
        As of `read_gas_log` and `wind_at`.
    chemicals
        Which gases; None takes all of the logs, and of the scans' plumes.
    source_at
        Places of all sources, where they are known: longitude and latitude [deg], and height
        above ground [m] if that is known. Then only rates are looked for, in one sortie's logs.
    settings
        Defaults if None.
    overwrite
        Replace an older result there.
    progress
        Who watches; nobody if None.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    given = settings or LocateSettings()
    paths = [Path(logs)] if isinstance(logs, str | Path) else [Path(one) for one in logs]
    folders = [Path(plumes)] if isinstance(plumes, str | Path) else [Path(one) for one in plumes]
    if not paths and not folders:
        raise InputError("no log and no scan was given; name at least one.")
    with StageClock(progress or SilentProgress()) as clock:
        clock.tick("read", 0.0)
        read = [read_gas_log(path, mapping=_path(mapping), track=_path(track)) for path in paths]
        scans = [read_scan_look(folder) for folder in folders]
        _check_names([scan.name for scan in scans])
        names = _chemicals(read, scans, chemicals)
        _check_logs(read, names, given)
        frame = _frame(read, scans)
        blown = None if wind is None else _said_wind(str(wind), _path(wind_mapping), frame)
        groups = logs_by_time(read)
        winds = [_wind_during(group, blown) for group in groups]
        masses = _molar_masses(names)
        check_one_site(read, scans, frame)
        known_m = known_places_m(source_at, frame)
        with OutputFolder(Path(out), kind=LOCATION_RESULT, overwrite=overwrite) as folder:
            clock.tick("baseline", 0.0)
            above = [tuple(estimate_enhancement(log) for log in group) for group in groups]
            every = [one for logs_above in above for one in logs_above]
            flags = (*(flag for one in every for flag in (*one.log.flags, *one.flags)),
                     *(flag for history in winds for flag in history.flags))  # fmt: skip
            flown = with_scans(list(zip(above, winds, strict=True)), scans)
            if known_m is not None and (scans or len(flown) != 1):
                raise InputError(
                    f"places of sources are given (--source-at) with {len(groups)} sorties' logs "
                    f"and {len(scans)} scans; rates of given places are of one sortie's logs: give "
                    "them alone."
                )
            common: tuple[CommonGas, ...] = ()
            if len(flown) == 1 and not scans:
                gases = tuple(
                    locate_sources(
                        every,
                        winds[0],
                        name,
                        masses[name],
                        frame,
                        given,
                        clock.tick,
                        known_m=known_m,
                    )
                    for name in names
                )
            else:
                common = tuple(
                    locate_in_common(name, masses[name], flown, frame, given, clock.tick)
                    for name in names
                )
                gases = tuple(as_log_sources(gas.found) for gas in common)
            located = Located(gases, frame, tuple(dict.fromkeys(flags)), common)
            clock.tick("plot", 0.0)
            one_wind = summarise_wind(winds[0]) if len(winds) == 1 else None
            write_location_plot(folder / SOURCES_PLOT, located, every, one_wind)
            clock.tick("write", 0.0)
            clock.close()
            scanned = [one / name for one in folders for name in (SUMMARY, ORIGINS)]
            wind_from = None if wind is None else wind_file(str(wind))
            files = (*paths, wind_from, mapping, wind_mapping, track, *scanned)
            summary = location_summary(
                located,
                inputs=[Path(file) for file in dict.fromkeys(files) if file is not None],
                settings=given,
                source_at=source_at,
                timings_s=clock.timings_s,
            )
            write_location(folder, located, summary)
    return located


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


def _check_logs(logs: Sequence[GasLog], chemicals: Sequence[str], settings: LocateSettings) -> None:
    """Raise if two logs hold the same rows, or one background is stated for several gases."""
    for one, other in combinations(logs, 2):
        if one.chemicals == other.chemicals and all(
            np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
            for name in ("time_unix_s", "longitude_deg", "latitude_deg", "concentration_ppm")
        ):
            raise InputError(
                f"logs {one.name} and {other.name} hold the same rows, and what was measured once "
                "would count twice; give each log once."
            )
    if settings.background_ppm is not None and len(chemicals) > 1:
        raise SettingsError(
            f"a background of {settings.background_ppm:g} ppm is stated for {len(chemicals)} gases "
            f"({', '.join(chemicals)}); choose the one that it is of with --gas."
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


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)


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
        ends = [(float(np.median(scan.tiles.longitude_deg)),
                 float(np.median(scan.tiles.latitude_deg))) for scan in scans]  # fmt: skip
    return LocalFrame(*np.mean(ends, axis=0).tolist())
