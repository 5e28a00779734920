"""An output folder that is either whole or not there.

Work goes into a hidden folder beside the target, which takes the target's name in one step when
everything is written. After a failure or Ctrl-C nothing is left. After a power cut or ``kill -9``
a hidden ``.<name>.partial-…`` may be left; the next run with the same target removes it.
"""

import contextlib
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from cathartes.errors import InputError, OutputError
from cathartes.products.file_names import SUMMARY
from cathartes.products.summary import read_summary

if sys.platform != "win32":
    import fcntl


_SIDECARS = (".aux.xml", "-wal", "-shm", "-journal")
"""What GDAL and SQLite put beside files that somebody looked at."""


@dataclass(frozen=True, slots=True)
class FolderKind:
    """What an output folder holds, and how an older one is known for ours.

    Attributes
    ----------
    name
        With its article, for messages.
    smaller
        What to do so that it needs less space.
    files_of
        Folder to the files in it that we wrote, relative with forward slashes; raises `InputError`
        if it is not of this kind.
    """

    name: str
    smaller: str
    files_of: Callable[[Path], frozenset[str]]


def _files_of_result(folder: Path) -> frozenset[str]:
    return frozenset({SUMMARY, *(file.path for file in read_summary(folder).files)})


SCAN_RESULT = FolderKind(
    "a result of cathartes scan", "write fewer layers (--layers found)", _files_of_result
)


class OutputFolder:
    """Context manager that hands out a folder to work in, and publishes it on success.

    Parameters
    ----------
    target
        The folder that shall exist afterwards; missing parents are made.
    kind
        What is written.
    overwrite
        Replace an older one there, at the very end. Only a folder of the same kind, to which
        nobody added anything, is replaced.
    needed_bytes
        Free space to ask for at the beginning; 0 if not known.

    Raises
    ------
    OutputError
        On entering, if the target is not free, not ours to replace, not writable or has too
        little space, or another run is writing it. On leaving, if the disk ran full.

    Examples
    --------
    >>> with OutputFolder(Path("result")) as folder:  # doctest: +SKIP
    ...     (folder / "labels.tif").write_bytes(b"...")
    """

    def __init__(
        self,
        target: Path,
        *,
        kind: FolderKind = SCAN_RESULT,
        overwrite: bool = False,
        needed_bytes: int = 0,
    ) -> None:
        self._kind = kind
        self.target = target.resolve()
        self._given = target
        self._overwrite = overwrite
        self._needed_bytes = needed_bytes
        self._made_parents: list[Path] = []
        self._lock: IO[bytes] | None = None
        self._partial = self._hidden("partial")

    def _hidden(self, purpose: str) -> Path:
        return self.target.with_name(f".{self.target.name}.{purpose}-{secrets.token_hex(4)}")

    def _siblings(self, purpose: str) -> list[Path]:
        # Not glob: the target's name may hold brackets.
        start = f".{self.target.name}.{purpose}-"
        return [path for path in self.target.parent.iterdir() if path.name.startswith(start)]

    def __enter__(self) -> Path:
        try:
            self._check_place()
            self._make_parents()
            self._take_lock()
            self._clear_remains()
            self._check_target()
            self._check_space()
            self._partial.mkdir()
        except OSError as error:
            self._leave_nothing()
            raise OutputError(
                f"{self._given}: can't be written ({error.strerror or error}).",
                "Name a folder that you may write in with --out.",
            ) from error
        except BaseException:
            self._leave_nothing()
            raise
        return self._partial

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._publish()
        except OSError as failure:
            raise OutputError(
                f"{self._given}: the finished result can't be put there "
                f"({failure.strerror or failure}); name another folder with --out."
            ) from failure
        finally:
            self._leave_nothing()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                f"{self._given}: the disk ran full while the result was written; nothing was kept.",
                f"Free some space, {self._kind.smaller}, or use another --out.",
            ) from error

    def check(self) -> None:
        """Check, and change nothing, that the target is free or ours to replace.

        Raises
        ------
        OutputError
            If it is not.
        """
        self._check_place()
        self._check_target()

    def _check_place(self) -> None:
        if self.target == Path.cwd() or self.target.is_mount():
            raise OutputError(
                f"{self._given}: is the current folder or a mounted disk, which can't be put in "
                f"place in one step; name a folder inside it, such as --out "
                f"{self._given / 'result'}."
            )

    def _make_parents(self) -> None:
        missing = [p for p in self.target.parents if not p.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            self._made_parents.append(parent)

    def _take_lock(self) -> None:
        """Hold an exclusive lock beside the target; the system lets go of it if we are killed.

        Where there are no such locks (Windows, some network disks) nobody is kept out, and
        remains are not cleared, since they might be another run's.
        """
        path = self.target.with_name(f".{self.target.name}.lock")
        while sys.platform != "win32":
            lock = path.open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.close()
                raise OutputError(
                    f"{self._given}: another run is writing there now; wait for it, or name "
                    "another folder with --out."
                ) from error
            except OSError:
                lock.close()
                path.unlink(missing_ok=True)
                return
            self._lock = lock
            # Another run may have removed the file between our opening and locking it.
            if path.exists() and os.fstat(lock.fileno()).st_ino == path.stat().st_ino:
                return
            lock.close()
            self._lock = None

    def _clear_remains(self) -> None:
        """Remove what killed runs left; give back a result that was being replaced."""
        if self._lock is None:
            return
        for replaced in self._siblings("replaced"):
            if self.target.exists():
                shutil.rmtree(replaced)
            else:
                replaced.rename(self.target)
        for partial in self._siblings("partial"):
            shutil.rmtree(partial)

    def _check_target(self) -> None:
        if not self.target.exists():
            return
        if not self.target.is_dir():
            raise OutputError(
                f"{self._given}: is a file, and a folder is needed; name another with --out."
            )
        held = sorted(path.name for path in self.target.iterdir())
        if not held:
            return
        if not self._overwrite:
            some = ", ".join(held[:3]) + (", ..." if len(held) > 3 else "")
            raise OutputError(
                f"{self._given}: is not empty (holds {some}); name another folder with --out, "
                "or replace an older result with --overwrite."
            )
        self._check_ours()

    def _check_ours(self) -> None:
        try:
            ours = self._kind.files_of(self.target)
        except InputError as error:
            raise OutputError(
                f"{self._given}: is not empty and not {self._kind.name} that could be "
                f"replaced ({error}) Name another folder with --out."
            ) from error
        for path in sorted(p for p in self.target.rglob("*") if not p.is_dir()):
            name = path.relative_to(self.target).as_posix()
            if name not in ours and not name.endswith(_SIDECARS):
                raise OutputError(
                    f"{self._given}: also holds {name}, which cathartes did not write and "
                    "--overwrite would delete; move it away, or name another folder with --out."
                )

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.target.parent).free
        if free < self._needed_bytes:
            raise OutputError(
                f"{self._given}: {_size(free)} are free and up to "
                f"{_size(self._needed_bytes)} are needed.",
                f"Free some space, {self._kind.smaller}, or name a folder on another disk with "
                "--out.",
            )

    def _publish(self) -> None:
        replaced: Path | None = None
        if self.target.exists():
            self._check_target()
            replaced = self._hidden("replaced")
            self.target.rename(replaced)
        try:
            self._partial.rename(self.target)
        except BaseException:
            if replaced is not None and not self.target.exists():
                replaced.rename(self.target)
            raise
        self._made_parents.clear()
        if replaced is not None:
            shutil.rmtree(replaced, ignore_errors=True)

    def _leave_nothing(self) -> None:
        """Remove the partial folder, new parents and the lock; a second Ctrl-C has to wait."""
        try:
            self._remove_all()
        except KeyboardInterrupt:
            self._remove_all()
            raise

    def _remove_all(self) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)
        if self._lock is not None:
            with contextlib.suppress(OSError):
                Path(self._lock.name).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None
        while self._made_parents:
            with contextlib.suppress(OSError):
                self._made_parents[-1].rmdir()
            self._made_parents.pop()


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.0f} MB" if n_bytes >= 1e7 else f"{n_bytes / 1e3:.0f} kB"
