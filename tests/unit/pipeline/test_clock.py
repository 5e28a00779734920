"""Stages add up their time and their progress."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cathartes.pipeline.clock import StageClock
from cathartes.pipeline.progress import Advance


class Recorder:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, list[int]]] = []
        self.open = 0

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        """Remember a stage, and that it is closed again."""
        units: list[int] = []
        self.stages.append((name, total, units))
        self.open += 1
        yield units.append
        self.open -= 1


def test_shares_become_units_that_never_pass_the_total() -> None:
    told = Recorder()
    with StageClock(told) as clock:
        for share in (0.0, 0.254, 0.25, 0.5, 1.0):  # one step back, as blocks may come
            clock.tick("search", share)
    assert told.stages == [("search", 100, [25, 25, 50])]
    assert told.open == 0


def test_another_stage_ends_the_one_before_and_a_repeated_one_adds_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([0.0, 1.0, 1.0, 4.0, 4.0, 9.0])
    monkeypatch.setattr("cathartes.pipeline.clock.time.monotonic", lambda: next(seconds))
    told = Recorder()
    with StageClock(told) as clock:
        clock.tick("a", 0.5)
        clock.tick("b", 0.5)
        assert told.open == 1
        clock.tick("a", 1.0)
    assert clock.timings_s == {"a": 6.0, "b": 3.0}


def test_units_are_handed_on_as_they_are() -> None:
    told = Recorder()
    with StageClock(told) as clock:
        advance = clock.units("products", 8)
        advance(3)
        advance(5)
    assert told.stages == [("products", 8, [3, 5])]


def test_a_failure_closes_the_stage() -> None:
    told = Recorder()
    clock = StageClock(told)

    def fail_in_the_middle() -> None:
        with clock:
            clock.tick("search", 0.3)
            raise KeyError

    with pytest.raises(KeyError):
        fail_in_the_middle()
    assert told.open == 0
    assert "search" in clock.timings_s
