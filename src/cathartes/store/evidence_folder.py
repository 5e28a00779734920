"""Evidence in a folder of this machine."""

import errno
import hashlib
import os
import re
import shutil
import time
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from cathartes.errors import EvidenceError, OutputError

_TICK_NS = 2_000_000_000
"""A file that was touched so shortly ago may be changed again and keep its times; FAT's are 2 s."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES = 1 << 20


class _Stamp(NamedTuple):
    """What a file system changes when a file is changed or replaced."""

    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


class FolderEvidence:
    """Files of a folder, ``ab/cd/<SHA-256>``; see `cathartes.store.evidence.EvidenceStore`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checked: dict[str, _Stamp] = {}

    @property
    def where(self) -> str:
        """The folder."""
        return str(self._folder)

    def put(self, path: Path) -> str:
        """Keep a file's bytes and return their SHA-256: written beside, synced, and renamed."""
        sha256 = file_sha256(path)
        target = self._folder / address(sha256)
        if target.exists():
            return sha256
        part = target.with_name(f".part-{uuid4().hex}")
        try:
            is_new = not target.parent.is_dir()
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_synced(path, part)
            if file_sha256(part) != sha256:
                raise EvidenceError(f"{path} changed while it was kept; keep it once it rests.")
            part.rename(target)
            for folder in target.parents[: 3 if is_new else 1]:
                _sync_folder(folder)
        except OSError as error:
            raise unwritten(self.where, path, error) from error
        finally:
            part.unlink(missing_ok=True)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return bytes, checked against their hash."""
        try:
            content = (self._folder / address(sha256)).read_bytes()
        except FileNotFoundError as error:
            raise missing(self.where, sha256) from error
        return checked(self.where, sha256, content)

    def fetch(self, sha256: str) -> Path:
        """Return the file with these bytes, checked against their hash; not to be written to.

        A file that was checked before, and that nobody touched since, is not read again.
        """
        path = self._folder / address(sha256)
        try:
            stamp = _stamp_of(path)
            if self._checked.get(sha256) == stamp:
                return path
            found = file_sha256(path)
        except FileNotFoundError as error:
            raise missing(self.where, sha256) from error
        if found != sha256:
            raise changed(self.where, sha256)
        if time.time_ns() - max(stamp.modified_ns, stamp.changed_ns) > _TICK_NS:
            self._checked[sha256] = stamp
        return path

    def has(self, sha256: str) -> bool:
        """Return whether it is there."""
        return (self._folder / address(sha256)).is_file()

    def all_sha256(self) -> frozenset[str]:
        """Return the hashes of everything there."""
        files = self._folder.glob("??/??/*")
        return frozenset(path.name for path in files if _SHA256.fullmatch(path.name))

    def remove(self, sha256: str) -> None:
        """Remove it, if it is there."""
        (self._folder / address(sha256)).unlink(missing_ok=True)


def _stamp_of(path: Path) -> _Stamp:
    told = path.stat()
    return _Stamp(told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns)


def _copy_synced(path: Path, part: Path) -> None:
    with path.open("rb") as source, part.open("xb") as target:
        shutil.copyfileobj(source, target, _BLOCK_BYTES)
        target.flush()
        os.fsync(target.fileno())


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def address(sha256: str) -> str:
    """Return where evidence lies in its store.

    Raises
    ------
    EvidenceError
        If that is no hash, so that no other file can be named.
    """
    if not _SHA256.fullmatch(sha256):
        raise EvidenceError(f"{sha256!r} is no SHA-256; 64 hexadecimal digits are needed.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def checked(where: str, sha256: str, content: bytes) -> bytes:
    """Return bytes if they are what their hash says."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise changed(where, sha256)
    return content


def missing(where: str, sha256: str) -> EvidenceError:
    """Return what to say of evidence that is not there."""
    return EvidenceError(
        f"{where}: the evidence {sha256} is not there. `cathartes casebook check` lists all that "
        "is missing; bring it back from a backup."
    )


def changed(where: str, sha256: str) -> EvidenceError:
    """Return what to say of evidence that is not what its hash says."""
    return EvidenceError(
        f"{where}: the evidence {sha256} was changed: its bytes have another hash. Bring it back "
        "from a backup; `cathartes casebook check` lists all that is damaged."
    )


def unwritten(where: str, path: Path, error: OSError) -> OutputError:
    """Return what to say of evidence that could not be kept."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OutputError(
            f"{where}: no space is left to keep {path.name}; nothing of it was written. Make room, "
            "then run the same again."
        )
    return OutputError(f"{where}: {path.name} can't be kept there: {error}.")
