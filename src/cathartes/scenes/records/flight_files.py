"""Flight logs by their first bytes: one reader a format."""

from pathlib import Path

from cathartes.errors import InputError, TruncatedFileError, UnknownFormatError
from cathartes.scenes.records import dataflash, ulog
from cathartes.scenes.records.flight import FlightRecord


def is_flight_record(path: Path) -> bool:
    """Return True if a file begins as an autopilot's log does; False if it can't be read."""
    try:
        with path.open("rb") as stream:
            head = stream.read(len(ulog.MAGIC))
    except OSError:
        return False
    return head.startswith((ulog.MAGIC, dataflash.MARK))


def read_flight_record(path: Path) -> FlightRecord:
    """Return an autopilot's log, PX4 ULog or ArduPilot DataFlash.

    Raises
    ------
    InputError
        If it can't be read, is neither (UnknownFormatError), or as of the two readers.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} can't be read ({error.strerror}); name a readable file."
        ) from error
    if not content:
        raise TruncatedFileError(f"{path.name} is empty; copy it again from the autopilot.")
    if content.startswith(ulog.MAGIC):
        return ulog.read_ulog(path, content)
    if content.startswith(dataflash.MARK):
        return dataflash.read_dataflash(path, content)
    raise UnknownFormatError(
        f"{path.name} is neither PX4 ULog nor ArduPilot DataFlash (.bin). A text log (.log) is "
        "read as a table with a mapping file; telemetry (.tlog) has to be converted."
    )
