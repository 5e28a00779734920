"""From gas logs and winds to a folder with their sources."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cathartes.errors import InputError, UnknownGasError
from cathartes.locate.settings import LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.given_places import known_places_m
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.products.folder import OutputFolder
from cathartes.products.location import (
    LOCATION_RESULT,
    PLOT,
    Located,
    location_summary,
    write_location,
)
from cathartes.products.location_plot import write_location_plot
from cathartes.scenes.local_frame import LocalFrame
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.logs.own_wind import wind_of_log
from cathartes.scenes.wind.history import WindHistory
from cathartes.scenes.wind.open import read_wind
from cathartes.scenes.wind.variability import summarise_wind

BEFORE_S = 180.0
"""Wind before the first row that still carries gas to it."""


def locate(
    logs: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
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
    """Find the sources of the gases in logs, and write them into a folder.

    Parameters
    ----------
    logs
        One or several, of one site: CSV of the contract, or with a mapping any other.
    out
        Folder for summary, sources, particles and plot.
    wind
        Its own file; None takes the wind in the logs' rows.
    mapping, wind_mapping, track
        As of `read_gas_log` and `read_wind`.
    chemicals
        Which gases; None takes all of the logs.
    source_at
        Places of all sources, where they are known: longitude and latitude [deg], and height
        above ground [m] if that is known. Then only rates are looked for.
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
    if not paths:
        raise InputError("no log was given; name at least one.")
    with StageClock(progress or SilentProgress()) as clock:
        clock.tick("read", 0.0)
        read = [read_gas_log(path, mapping=_path(mapping), track=_path(track)) for path in paths]
        names = _chemicals(read, chemicals)
        history = (
            joined_winds([wind_of_log(log) for log in read])
            if wind is None
            else read_wind(Path(wind), mapping=_path(wind_mapping))
        )
        history = _during(history, read)
        library = working_library()
        missing = [name for name in names if name not in library]
        if missing:
            raise UnknownGasError(
                f"the library has no {missing[0]!r}, whose molar mass is needed for a rate; import "
                "a spectrum that states it (cathartes library import), or choose with --gas."
            )
        masses = {name: library[name].molar_mass_g_mol for name in names}
        frame = _frame(read)
        known_m = known_places_m(source_at, frame)
        with OutputFolder(Path(out), kind=LOCATION_RESULT, overwrite=overwrite) as folder:
            clock.tick("baseline", 0.0)
            above = [estimate_enhancement(log) for log in read]
            gases = tuple(
                locate_sources(
                    above,
                    history,
                    name,
                    masses[name],
                    frame,
                    given,
                    clock.tick,
                    known_m=known_m,
                )
                for name in names
            )
            flags = (*(flag for one in above for flag in (*one.log.flags, *one.flags)),
                     *history.flags)  # fmt: skip
            located = Located(gases, frame, tuple(dict.fromkeys(flags)))
            clock.tick("plot", 0.0)
            write_location_plot(folder / PLOT, located, above, summarise_wind(history))
            clock.tick("write", 0.0)
            clock.close()
            files = (*paths, wind, mapping, wind_mapping, track)
            summary = location_summary(
                located,
                inputs=[Path(file) for file in dict.fromkeys(files) if file is not None],
                settings=given,
                source_at=source_at,
                timings_s=clock.timings_s,
            )
            write_location(folder, located, summary)
    return located


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


def _chemicals(logs: Sequence[GasLog], wanted: Sequence[str] | None) -> tuple[str, ...]:
    there = tuple(dict.fromkeys(name for log in logs for name in log.chemicals))
    for name in wanted or ():
        if name not in there:
            raise UnknownGasError(f"no log has {name!r}; they have {', '.join(there)}.")
    return tuple(wanted or there)


def _during(wind: WindHistory, logs: Sequence[GasLog]) -> WindHistory:
    """Return the wind of the logs' time and shortly before."""
    start = min(float(log.time_unix_s[0]) for log in logs) - BEFORE_S
    stop = max(float(log.time_unix_s[-1]) for log in logs) + BEFORE_S
    return wind.part(start, stop)


def _frame(logs: Sequence[GasLog]) -> LocalFrame:
    ends = [(f.origin_longitude_deg, f.origin_latitude_deg)
            for f in (log.local_frame() for log in logs)]  # fmt: skip
    return LocalFrame(*np.mean(ends, axis=0).tolist())
