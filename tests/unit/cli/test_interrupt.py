"""Ctrl-C and SIGTERM while threads lock: the work stops, and no lock stays behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import pytest

from cathartes.cli.main import main

MOMENTS = {
    "taken": ("c_return", "__enter__"),
    "to be given back": ("call", "__exit__"),
    "to be taken again": ("call", "_acquire_restore"),
}
"""Events of the profiler inside `threading.Condition`, between its locking and its users'."""


def signal_at(
    event: str, name: str, number: signal.Signals
) -> Callable[[FrameType, str, object], None]:
    """Return a profiler that sends this process one signal, at the first such event."""
    function = getattr(threading.Condition, name)
    sent: list[bool] = []

    def look(frame: FrameType, what: str, _: object) -> None:
        if what == event and frame.f_code is function.__code__ and not sent:
            sent.append(True)
            os.kill(os.getpid(), number)

    return look


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", MOMENTS)
def test_no_lock_stays_behind(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    moment: str,
    number: signal.Signals,
) -> None:
    """A lock that stays taken is waited for without end by the threads of a pool."""
    condition = threading.Condition(threading.Lock())

    def work(_: list[str]) -> int:
        sys.setprofile(signal_at(*MOMENTS[moment], number))
        with condition:
            condition.wait(0.001)
        time.sleep(10)
        return 0

    monkeypatch.setattr("cathartes.cli.main._run", work)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = main(["trial"])
    finally:
        sys.setprofile(None)
        signal.signal(signal.SIGINT, before)
    assert (code, capsys.readouterr().err) == (130, "error: interrupted.\n")
    assert condition.acquire(blocking=False)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_an_interrupt_that_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell has it for its jobs in the background."""

    def work(_: list[str]) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return 0

    monkeypatch.setattr("cathartes.cli.main._run", work)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert main(["trial"]) == 0
    finally:
        signal.signal(signal.SIGINT, before)
