"""Open a gas log of any kind."""

from pathlib import Path

from cathartes.errors import UnknownFormatError
from cathartes.scenes.logs.contract_csv import read_contract_csv
from cathartes.scenes.logs.flight_track import read_track
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.mapped_csv import read_log_mapping, read_mapped_log
from cathartes.scenes.records.flags import Flag, FlagKind
from cathartes.scenes.records.flight_files import is_flight_record


def read_gas_log(
    path: str | Path, *, mapping: str | Path | None = None, track: str | Path | None = None
) -> GasLog:
    """Return a gas log.

    Parameters
    ----------
    path
        A CSV file of the contract; with a mapping any other table, or an autopilot's log.
    mapping
        TOML file that says what the columns hold.
    track
        Where the rows get their places from, if the file has none: CSV, PX4 ULog or ArduPilot
        DataFlash. Of an autopilot's log with a gas in it, that log itself is the default.

    Raises
    ------
    InputError, SettingsError
        Or one of their kinds: always says what was found, what is needed and what to do.
    """
    path = Path(path)
    mapping = None if mapping is None else Path(mapping)
    track = None if track is None else Path(track)
    recorded = is_flight_record(path)
    if mapping is None:
        if recorded:
            raise UnknownFormatError(
                f"{path.name} is an autopilot's log: which of its topics is a gas has to be said "
                "in a mapping file (table.topic). If the gas is in another file, that one is the "
                "log, and this one its track."
            )
        return _beside(read_contract_csv(path), track)
    content = read_log_mapping(mapping)
    if content.place is not None or content.sensor:
        return _beside(read_mapped_log(path, content), track)
    flown = read_track(track or path) if track is not None or recorded else None
    return read_mapped_log(path, content, flown)


def _beside(log: GasLog, track: Path | None) -> GasLog:
    """Return a log that has places of its own, with a flag if a track was given beside it."""
    if track is None:
        return log
    return log.with_flags(
        Flag(
            FlagKind.ASSUMED,
            f"{log.name} has places of its own, which are taken; the track {track.name} is not "
            "used. Leave out the log's place columns ([place] of a mapping) to use it.",
        )
    )
