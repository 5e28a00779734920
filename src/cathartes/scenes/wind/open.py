"""Open a wind of any kind: said in words, a table, an autopilot's log, a model's grid."""

from pathlib import Path

from cathartes.errors import SettingsError
from cathartes.scenes.records.flight_files import is_flight_record
from cathartes.scenes.wind.gridded import is_gridded, read_gridded_wind
from cathartes.scenes.wind.history import STANDARD_HEIGHT_M, WindHistory
from cathartes.scenes.wind.mapping import read_mapped_wind, read_wind_mapping
from cathartes.scenes.wind.on_board import read_on_board_wind
from cathartes.scenes.wind.said import is_said_wind, parse_said_wind
from cathartes.scenes.wind.station_csv import read_station_csv

MODEL_STEP_S = 60.0
"""A model's hours are read between as rows so far apart."""


def wind_file(said: str) -> Path | None:
    """Return the file of a wind, or None if it is said in words, or not at all."""
    return None if not said or is_said_wind(said) else Path(said)


def wind_at(
    said: str, *, longitude_deg: float, latitude_deg: float, mapping: Path | None = None
) -> WindHistory:
    """Return the wind at a place, however it is given.

    Parameters
    ----------
    said
        As of `parse_said_wind`; or a file's name, as of `read_wind`, or of a model's grid, whose
        wind at 10 m (or its only level) is taken.
    longitude_deg, latitude_deg
        Where: for a grid.
    mapping
        As of `read_wind`.

    Raises
    ------
    InputError, SettingsError
        Or one of their kinds: always says what was found, what is needed and what to do.
    """
    path = wind_file(said)
    if path is None:
        if mapping is not None:
            raise SettingsError(
                f"{mapping.name} says what a wind's file holds, and the wind {said!r} is said in "
                "words; name the file (--wind FILE), or leave out --wind-mapping."
            )
        return parse_said_wind(said)
    is_word = not path.suffix and path.name == said
    if is_word and not path.exists():
        raise SettingsError(
            f"wind {said!r}: neither a wind in words, as in '3.2±0.6,245±15' (m/s, and degrees "
            "that it blows from), nor a file that is there."
        )
    if mapping is None and is_gridded(path):
        hours = read_gridded_wind(
            path,
            longitude_deg=longitude_deg,
            latitude_deg=latitude_deg,
            height_agl_m=STANDARD_HEIGHT_M,
        )
        return hours.every(MODEL_STEP_S)
    return read_wind(path, mapping=mapping)


def read_wind(path: str | Path, *, mapping: str | Path | None = None) -> WindHistory:
    """Return the wind of a file.

    Parameters
    ----------
    path
        A CSV file of the contract; with a mapping any other table or topic; without, an
        autopilot's log with its own estimate. A gridded one needs a place: `wind_at`.
    mapping
        TOML file that says what the columns hold, and in which convention.

    Raises
    ------
    InputError, SettingsError
        Or one of their kinds: always says what was found, what is needed and what to do.
    """
    path = Path(path)
    if mapping is not None:
        return read_mapped_wind(path, read_wind_mapping(Path(mapping)))
    if is_flight_record(path):
        return read_on_board_wind(path)
    return read_station_csv(path)
