"""A file laid into a folder: whole or not at all, and never over another."""

import os
from pathlib import Path
from uuid import uuid4

from cathartes.errors import OutputError


def lay_down(content: bytes, folder: Path, name: str) -> Path:
    """Write a file beside, and give it its name; return where it lies.

    Parameters
    ----------
    content
        The same as lies there already is well: an interrupted delivery is taken up.
    folder
        Must be there: an empty mount point is no share.
    name

    Raises
    ------
    OutputError
        If the folder is not there or not to be written to, or another file has that name.
    """
    target = folder / name
    try:
        if not folder.is_dir():
            raise OutputError(f"{folder}: no folder is there; is the share or stick connected?")
        return _same(target, content) if target.exists() else _new(target, content)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror or error}.") from error


def _new(target: Path, content: bytes) -> Path:
    part = target.with_name(f".part-{uuid4().hex}")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return _named(part, target, content)
    finally:
        part.unlink(missing_ok=True)


def _named(part: Path, target: Path, content: bytes) -> Path:
    try:
        target.hardlink_to(part)  # fails where something came in between
    except FileExistsError:
        return _same(target, content)
    except OSError:  # sticks and some shares have no links
        part.rename(target)
    return target


def _same(target: Path, content: bytes) -> Path:
    is_same_size = target.is_file() and target.stat().st_size == len(content)
    if is_same_size and target.read_bytes() == content:
        return target
    raise OutputError(
        f"{target}: another file of that name is there, and stays; look what it is, and move it."
    )
