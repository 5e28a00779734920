"""SHA-256 of what went in and what came out, so that a result can be tied to its data."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from cathartes.errors import InputError

_CHUNK_BYTES = 256 * 2**10
"""A processor's cache holds them between reading and hashing."""


def sha256_of(path: Path, on_bytes: Callable[[int], None] | None = None) -> tuple[str, int]:
    r"""Return the SHA-256 of a file or folder in hexadecimal, and its size in bytes.

    A folder (a Zarr store) has the hash of the text made of one line ``<sha256>  <path>\n`` per
    file, paths relative with forward slashes and sorted: what ``sha256sum`` prints for it.

    Parameters
    ----------
    path
        The file or folder.
    on_bytes
        Called with the number of bytes after each read, for a progress bar.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        if path.is_dir():
            return _folder_hash(path, on_bytes)
        return _file_hash(path, on_bytes)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read for its SHA-256 ({error.strerror or error}); "
            "it must stay readable until the scan has ended."
        ) from error


def _file_hash(path: Path, on_bytes: Callable[[int], None] | None) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb", buffering=0) as stream:
        chunk = memoryview(bytearray(_CHUNK_BYTES))
        while count := stream.readinto(chunk):
            digest.update(chunk[:count])
            size += count
            if on_bytes is not None:
                on_bytes(count)
    return digest.hexdigest(), size


def _folder_hash(folder: Path, on_bytes: Callable[[int], None] | None) -> tuple[str, int]:
    digest = hashlib.sha256()
    total = 0
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    for name in sorted(files):
        one, size = _file_hash(files[name], on_bytes)
        digest.update(f"{one}  {name}\n".encode())
        total += size
    return digest.hexdigest(), total
