"""One suite for all executors: every order is answered once, whatever does the work."""

import math
import os
from collections.abc import Iterator

import pytest

from cathartes.errors import SettingsError
from cathartes.pipeline.executors import (
    DaskExecutor,
    Executor,
    InlineExecutor,
    Lost,
    ProcessExecutor,
    executor_of,
)


@pytest.fixture(scope="module")
def dask_address() -> Iterator[str]:
    """Return the address of a cluster with one worker in a process of its own."""
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=["inline", "processes", "dask"])
def executor(request: pytest.FixtureRequest) -> Executor:
    """Return each executor in turn."""
    if request.param == "dask":
        return DaskExecutor(request.getfixturevalue("dask_address"))
    return InlineExecutor() if request.param == "inline" else ProcessExecutor(2)


def test_each_order_is_answered_once(executor: Executor) -> None:
    answers = dict(executor.run(math.factorial, [3, 1, 5]))
    assert answers == {0: 6, 1: 1, 2: 120}


def test_no_order_is_no_answer(executor: Executor) -> None:
    assert list(executor.run(math.factorial, [])) == []


def test_what_the_work_raises_comes_through(executor: Executor) -> None:
    with pytest.raises(ValueError, match="factorial"):
        list(executor.run(math.factorial, [2, -1]))


def test_a_worker_that_dies_is_told() -> None:
    answers = dict(ProcessExecutor(1).run(os._exit, [1]))
    assert isinstance(answers[0], Lost)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1", InlineExecutor()),
        ("3", ProcessExecutor(3)),
        ("tcp://10.0.0.5:8786", DaskExecutor("tcp://10.0.0.5:8786")),
    ],
)
def test_a_word_names_an_executor(said: str, expected: Executor) -> None:
    assert executor_of(said) == expected


@pytest.mark.parametrize("said", ["0", "-2", "many", "2.5"])
def test_another_word_is_refused(said: str) -> None:
    with pytest.raises(SettingsError, match="number of processes"):
        executor_of(said)
