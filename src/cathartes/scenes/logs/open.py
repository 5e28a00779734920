"""Open a gas log of any kind."""

from pathlib import Path

from cathartes.errors import UnknownFormatError
from cathartes.scenes.logs.contract_csv import read_contract_csv
from cathartes.scenes.logs.flight_track import read_track
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.mapped_csv import read_log_mapping, read_mapped_log
from cathartes.scenes.logs.track import Track
from cathartes.scenes.records.flight_files import is_flight_record


def read_gas_log(path: Path, *, mapping: Path | None = None, track: Path | None = None) -> GasLog:
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
    recorded = is_flight_record(path)
    if mapping is None:
        if recorded:
            raise UnknownFormatError(
                f"{path.name} is an autopilot's log: which of its topics is a gas has to be said "
                "in a mapping file (table.topic). If the gas is in another file, that one is the "
                "log, and this one its track."
            )
        return read_contract_csv(path)
    content = read_log_mapping(mapping)
    flown: Track | None = None
    if track is not None or (recorded and content.place is None and not content.sensor):
        flown = read_track(track or path)
    return read_mapped_log(path, content, flown)
