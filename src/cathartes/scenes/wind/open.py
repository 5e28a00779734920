"""Open a wind of any kind but a gridded one, which needs a place."""

from pathlib import Path

from cathartes.scenes.records.flight_files import is_flight_record
from cathartes.scenes.wind.history import WindHistory
from cathartes.scenes.wind.mapping import read_mapped_wind, read_wind_mapping
from cathartes.scenes.wind.on_board import read_on_board_wind
from cathartes.scenes.wind.station_csv import read_station_csv


def read_wind(path: Path, *, mapping: Path | None = None) -> WindHistory:
    """Return the wind of a file.

    Parameters
    ----------
    path
        A CSV file of the contract; with a mapping any other table or topic; without, an
        autopilot's log with its own estimate.
    mapping
        TOML file that says what the columns hold, and in which convention.

    Raises
    ------
    InputError, SettingsError
        Or one of their kinds: always says what was found, what is needed and what to do.
    """
    if mapping is not None:
        return read_mapped_wind(path, read_wind_mapping(mapping))
    if is_flight_record(path):
        return read_on_board_wind(path)
    return read_station_csv(path)
