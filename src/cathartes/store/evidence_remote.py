"""Evidence at any fsspec URL: object stores, network file systems, memory."""

import errno
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec

from cathartes.errors import CasebookError, MissingExtraError, OutputError
from cathartes.store.evidence_folder import (
    address,
    changed,
    checked,
    file_sha256,
    missing,
    unwritten,
)


class RemoteEvidence:
    """Files at a URL, ``ab/cd/<SHA-256>``; see `cathartes.store.evidence.EvidenceStore`.

    Raises
    ------
    MissingExtraError
        If the URL's kind needs a package that is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            system, root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise MissingExtraError(
                f"evidence at {url}: {error}. Install that package beside Cathartes."
            ) from error
        except ValueError as error:
            raise CasebookError(
                f"evidence at {url}: {error}. A folder or a URL that fsspec knows is needed, like "
                "s3://bucket/evidence."
            ) from error
        self._system: Any = system
        self._root = str(root).rstrip("/")
        self._local: Path | None = None
        self.where = url

    def put(self, path: Path) -> str:
        """Keep a file's bytes and return their SHA-256."""
        sha256 = file_sha256(path)
        target = self._path(sha256)
        if self._system.exists(target):
            return sha256
        part = f"{target}.part-{uuid4().hex}"
        try:
            self._system.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._system.put_file(str(path), part)
            self._system.mv(part, target)
        except OSError as error:
            if self._system.exists(part):
                self._system.rm_file(part)
            raise unwritten(self.where, path, error) from error
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return bytes, checked against their hash."""
        try:
            content = self._system.cat_file(self._path(sha256))
        except FileNotFoundError as error:
            raise missing(self.where, sha256) from error
        return checked(self.where, sha256, content)

    def fetch(self, sha256: str) -> Path:
        """Return a copy on this machine, checked; it is there as long as this store is."""
        there = self._path(sha256)
        if self._local is None:
            self._local = Path(tempfile.mkdtemp(prefix="cathartes-evidence-"))
            weakref.finalize(self, shutil.rmtree, self._local, ignore_errors=True)
        path = self._local / sha256
        if path.exists():
            return path
        part = path.with_suffix(f".part-{uuid4().hex}")
        try:
            self._system.get_file(there, str(part))
        except FileNotFoundError as error:
            part.unlink(missing_ok=True)
            raise missing(self.where, sha256) from error
        except OSError as error:
            part.unlink(missing_ok=True)
            if error.errno == errno.ENOSPC:
                raise OutputError(
                    f"{self._local}: no space is left for a copy of {sha256}; make room."
                ) from error
            raise
        if file_sha256(part) != sha256:
            part.unlink()
            raise changed(self.where, sha256)
        return part.rename(path)

    def has(self, sha256: str) -> bool:
        """Return whether it is there."""
        return bool(self._system.isfile(self._path(sha256)))

    def all_sha256(self) -> frozenset[str]:
        """Return the hashes of everything there."""
        if not self._system.exists(self._root):
            return frozenset()
        names = (str(path).rpartition("/")[2] for path in self._system.find(self._root))
        return frozenset(name for name in names if len(name) == 64 and name.isalnum())

    def remove(self, sha256: str) -> None:
        """Remove it, if it is there."""
        if self.has(sha256):
            self._system.rm_file(self._path(sha256))

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{address(sha256)}"
