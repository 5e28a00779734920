"""Watching: files that land are told from those that have landed."""

from pathlib import Path

import pytest

from cathartes.errors import MandateError, SettingsError
from cathartes.pipeline import watch as watched
from cathartes.pipeline.watch import Inbox, WatchSettings

SORTIE = """
schema = "cathartes-sortie/1"
id = "s"
mandate = "M"

[[observation]]
name = "log"
kind = "log"
files = ["flight.csv"]
"""


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def time(self) -> float:
        """Return the time."""
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that watching goes by."""
    made = Clock()
    monkeypatch.setattr(watched, "time", made)
    return made


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of what is run; every run fails for want of a mandate."""
    names: list[str] = []

    def run(folder: Path, casebook: str, *, only: tuple[str, ...], **_: object) -> None:
        names.extend(only)
        raise MandateError("no mandate 'M'")

    monkeypatch.setattr(watched, "run", run)
    return names


@pytest.fixture
def readable(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Return whether files can be opened, and count how often one tries."""
    state = {"is": True, "tries": 0}

    def can_be_opened(*_: object) -> bool:
        state["tries"] += 1
        return state["is"]

    monkeypatch.setattr(watched, "can_be_opened", can_be_opened)
    return state


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    """Return an inbox with a sortie that waits for its log."""
    (tmp_path / "sortie.toml").write_text(SORTIE, "utf-8")
    return Inbox(tmp_path, "nowhere", WatchSettings(0.1, 0.3, log_settle_s=1.0, patience_s=30.0))


def test_a_file_is_run_once_it_did_not_change_for_a_while(
    inbox: Inbox, clock: Clock, runs: list[str], readable: dict[str, bool]
) -> None:
    assert list(inbox.look()) == []
    log = inbox.folder / "flight.csv"
    log.write_text("a", "utf-8")
    for size in range(2, 6):  # it grows
        assert list(inbox.look()) == []
        clock.now_s += 0.9
        log.write_text("a" * size, "utf-8")
    assert list(inbox.look()) == []
    clock.now_s += 1.1
    assert [one.name for one in inbox.look()] == ["log"]
    assert list(inbox.look()) == []
    assert runs == ["log"]


def test_a_mark_says_that_it_is_whole(
    inbox: Inbox, clock: Clock, runs: list[str], readable: dict[str, bool]
) -> None:
    (inbox.folder / "flight.csv").write_text("a", "utf-8")
    (inbox.folder / "flight.csv.done").touch()
    assert [one.name for one in inbox.look()] == ["log"]
    assert readable["tries"] == 0


def test_what_cant_be_opened_is_tried_once_and_told_when_patience_ends(
    inbox: Inbox, clock: Clock, runs: list[str], readable: dict[str, bool]
) -> None:
    readable["is"] = False
    (inbox.folder / "flight.csv").write_text("a", "utf-8")
    list(inbox.look())
    for _ in range(20):
        clock.now_s += 1.2
        assert list(inbox.look()) == []
    assert readable["tries"] == 1
    clock.now_s += 10.0
    assert [one.name for one in inbox.look()] == ["log"]


def test_a_run_that_failed_is_tried_again_after_the_patience(
    inbox: Inbox, clock: Clock, runs: list[str], readable: dict[str, bool]
) -> None:
    (inbox.folder / "flight.csv").write_text("a", "utf-8")
    (inbox.folder / "flight.csv.done").touch()
    (told,) = inbox.look()
    assert told.trouble == "no mandate 'M'"
    clock.now_s += 29.0
    assert list(inbox.look()) == []
    clock.now_s += 2.0
    assert len(list(inbox.look())) == 1


def test_a_sortie_that_cant_be_read_is_told_once(inbox: Inbox, clock: Clock) -> None:
    (inbox.folder / "sortie.toml").write_text("id = ", "utf-8")
    assert len(list(inbox.look())) == 1
    assert list(inbox.look()) == []


def test_times_must_not_fall() -> None:
    with pytest.raises(SettingsError, match="times that do not fall"):
        WatchSettings(settle_s=9.0, patience_s=3.0)
