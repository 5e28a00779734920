"""A workstation that is served by a process of its own, as `cathartes serve` does it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = """
import sys
from cathartes.web.serve import serve
from cathartes.web.settings import ServeSettings

def tell(opened):
    print(opened.address, *(link for _, link in opened.links), flush=True)

serve(sys.argv[1], settings=ServeSettings(port=0), sign_in=sys.argv[2:], on_open=tell)
"""


@dataclass(frozen=True)
class Served:
    """Where it is, a one-time link for each user that was named, and its process."""

    address: str
    links: tuple[str, ...]
    process: subprocess.Popen[str]


@contextmanager
def served(casebook: Path, *users: str) -> Iterator[Served]:
    """Serve a casebook while the context is open."""
    command = [sys.executable, "-c", _PROGRAM, str(casebook), *users]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            address, *links = process.stdout.readline().split()
            yield Served(address.rstrip("/"), tuple(links), process)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(120)


def ended_within(process: subprocess.Popen[str], seconds: float) -> bool:
    """Return whether a process ends in time."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return process.poll() is not None
