"""Evidence at any fsspec URL: object stores, network file systems, memory."""

import errno
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec

from cathartes.errors import CasebookError, CathartesError, MissingExtraError, OutputError
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

    Clients of object stores remember listings. Others put and remove there too, so what is there is
    asked anew each time: evidence taken for kept, which somebody just removed, would be lost.

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
        if self.has(sha256):
            return sha256
        target = self._path(sha256)
        part = f"{target}.part-{uuid4().hex}"
        with self._reached():
            try:
                self._system.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._system.put_file(str(path), part)
                self._system.mv(part, target)
            except OSError as error:
                if self._is_file(part):
                    self._system.rm_file(part)
                raise unwritten(self.where, path, error) from error
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return bytes, checked against their hash."""
        with self._reached():
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
        with self._reached():
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
        path = self._path(sha256)
        with self._reached():
            return self._is_file(path)

    def all_sha256(self) -> frozenset[str]:
        """Return the hashes of everything there."""
        with self._reached():
            self._system.invalidate_cache()
            found = self._system.find(self._root)
        names = (str(path).rpartition("/")[2] for path in found)
        return frozenset(name for name in names if len(name) == 64 and name.isalnum())

    def remove(self, sha256: str) -> None:
        """Remove it, if it is there."""
        if self.has(sha256):
            with self._reached():
                self._system.rm_file(self._path(sha256))

    def _is_file(self, path: str) -> bool:
        """Return whether it is there: fsspec's own `isfile` takes every error for a no."""
        self._system.invalidate_cache()
        try:
            return bool(self._system.info(path)["type"] == "file")
        except FileNotFoundError:
            return False

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Tell whatever the client of such a store raises as an error that says what to do."""
        try:
            yield
        except CathartesError:
            raise
        except Exception as error:  # each kind of store has errors of its own
            raise CasebookError(
                f"evidence at {self.where} can't be reached: {error}. Check the connection and the "
                "store's access keys, then do the same again."
            ) from error

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{address(sha256)}"
