"""Who works on a job: a process of a machine, and whether it is still there."""

import getpass
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = "cathartes-work-"


def own_name() -> str:
    """Return the name of this process: ``host:pid:start``, used by no other before or after."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_start_of(pid)}"


def local_actor() -> str:
    """Return who sits at this machine, as the audit names them."""
    try:
        return f"local:{getpass.getuser()}"
    except (OSError, KeyError):  # no such user, as in some containers
        return "local:unknown"


def is_gone(owner: str) -> bool:
    """Return True if an owner was a process of this machine and is no more.

    Of other machines nobody knows: their leases run out.
    """
    host, _, rest = owner.rpartition(":")
    host, _, pid = host.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return not _is_alive(int(pid)) or (rest != "" and _start_of(int(pid)) != rest)


@contextmanager
def own_folder() -> Iterator[Path]:
    """Make a folder to work in, and remove it in the end; those of dead processes go first.

    It lies where the system keeps temporary files; ``TMPDIR`` names another place.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        pid, _, start = left.name.removeprefix(_FOLDER).partition("-")
        start = start.partition("-")[0]
        if is_gone(f"{socket.gethostname()}:{pid}:{start}"):
            shutil.rmtree(left, ignore_errors=True)
    pid_number = os.getpid()
    prefix = f"{_FOLDER}{pid_number}-{_start_of(pid_number)}-"
    with tempfile.TemporaryDirectory(prefix=prefix) as folder:
        yield Path(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_of(pid: int) -> str:
    """Return when a process began, in ticks since the machine did; "" where nobody can say."""
    try:
        # The name of the program, in brackets, may hold blanks: fields are counted behind it.
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        state, *fields = text.rpartition(")")[2].split()
    except OSError:
        return ""
    if state == "Z":  # a zombie does nothing any more
        return "ended"
    return fields[18]
