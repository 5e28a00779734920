"""One file, written whole or not at all."""

from pathlib import Path

from cathartes.errors import OutputError
from cathartes.spectra.imported import write_whole


def write_file(path: Path, content: bytes) -> None:
    """Put a file in the place of the one there was, if any.

    Raises
    ------
    OutputError
        If it can't be written; what was there before is still there.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise OutputError(
            f"{path}: can't be written ({error.strerror or error}); name another file."
        ) from error
