"""From gas logs, winds and plume maps to a folder with their sources."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cathartes.errors import SettingsError
from cathartes.locate.settings import LocateSettings
from cathartes.locate.step import locate_sources
from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.location_input import LocationFiles, LocationInput, read_location_input
from cathartes.pipeline.progress import Progress, SilentProgress
from cathartes.pipeline.sorties import locate_in_common, with_scans
from cathartes.products.common_location import as_log_sources
from cathartes.products.file_names import SOURCES_PLOT
from cathartes.products.folder import OutputFolder
from cathartes.products.location import (
    LOCATION_RESULT,
    Located,
    location_summary,
    write_location,
)
from cathartes.products.location_plot import write_location_plot
from cathartes.scenes.logs.enhancement import Enhancement, estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.wind.variability import summarise_wind


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
    within: Callable[[GasLog], GasLog] | None = None,
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
    within
        Returns what of a log may be used, as rows of an area; None uses all.

    Raises
    ------
    CathartesError
        With what was found, what is needed and what to do.
    """
    given = settings or LocateSettings()
    files = LocationFiles(
        logs=_paths(logs),
        scans=_paths(plumes),
        wind=None if wind is None else str(wind),
        mapping=_path(mapping),
        wind_mapping=_path(wind_mapping),
        track=_path(track),
    )
    with StageClock(progress or SilentProgress()) as clock:
        clock.tick("read", 0.0)
        flown = read_location_input(files, chemicals, source_at, within)
        if given.background_ppm is not None and len(flown.molar_mass_g_mol) > 1:
            gases = ", ".join(flown.molar_mass_g_mol)
            raise SettingsError(
                f"a background of {given.background_ppm:g} ppm is stated for {gases}; choose the "
                "one gas that it is of with --gas."
            )
        with OutputFolder(Path(out), kind=LOCATION_RESULT, overwrite=overwrite) as folder:
            clock.tick("baseline", 0.0)
            above = [tuple(estimate_enhancement(log) for log in logs) for logs in flown.logs]
            located = _located(flown, above, given, clock.tick)
            clock.tick("plot", 0.0)
            every = [one for logs_above in above for one in logs_above]
            one_wind = summarise_wind(flown.winds[0]) if len(flown.winds) == 1 else None
            write_location_plot(folder / SOURCES_PLOT, located, every, one_wind)
            clock.tick("write", 0.0)
            clock.close()
            summary = location_summary(
                located,
                inputs=files.inputs(),
                settings=given,
                source_at=source_at,
                timings_s=clock.timings_s,
            )
            write_location(folder, located, summary)
    return located


def _located(
    read: LocationInput,
    above: Sequence[tuple[Enhancement, ...]],
    settings: LocateSettings,
    on_stage: Callable[[str, float], None],
) -> Located:
    """Return the sources of all gases: of one sortie's logs, or of everything in common."""
    masses, frame = read.molar_mass_g_mol, read.frame
    every = [one for logs_above in above for one in logs_above]
    flags = (*(flag for one in every for flag in (*one.log.flags, *one.flags)),
             *(flag for history in read.winds for flag in history.flags))  # fmt: skip
    told = tuple(dict.fromkeys(flags))
    if len(above) == 1 and not read.scans:
        gases = tuple(
            locate_sources(
                every, read.winds[0], name, mass, frame, settings, on_stage, known_m=read.known_m
            )
            for name, mass in masses.items()
        )
        return Located(gases, frame, told)
    sorties = with_scans(list(zip(above, read.winds, strict=True)), read.scans)
    common = tuple(
        locate_in_common(name, mass, sorties, frame, settings, on_stage)
        for name, mass in masses.items()
    )
    return Located(tuple(as_log_sources(gas.found) for gas in common), frame, told, common)


def _paths(given: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    if isinstance(given, str | Path):
        return (Path(given),)
    return tuple(Path(one) for one in given)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
