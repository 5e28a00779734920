"""The rows of the judging table: which scenes, which bounds, and what counts as reached."""

import importlib
import math
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def figures(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    return importlib.import_module("scene_figures")


@pytest.fixture
def judging(figures: ModuleType) -> ModuleType:
    return importlib.import_module("simulated_scenes")


def test_every_second_scene_has_measured_spectra_and_half_measured_ground(
    judging: ModuleType,
) -> None:
    tasks = judging.tasks_of(8, 500, "a", Path("data"))
    kinds = [(task.measured_spectra, task.measured_ground) for task in tasks]
    assert [task.seed for task in tasks] == list(range(500, 508))
    assert {kind: kinds.count(kind) for kind in kinds} == {
        (False, False): 2, (True, False): 2, (False, True): 2, (True, True): 2,
    }  # fmt: skip


def test_without_real_data_nothing_is_measured(judging: ModuleType) -> None:
    tasks = judging.tasks_of(4, 500, "a", None)
    assert {(task.measured_spectra, task.measured_ground) for task in tasks} == {(False, False)}


def test_a_figure_reaches_the_higher_of_its_marks(figures: ModuleType) -> None:
    rows = {row.title: row for row in figures.asked_rows()}
    found, false = rows["plumes found"], rows["known gases called unknown"]
    alarms = rows["false alarms, measured / stated 0.0001"]
    told = [figures.verdict(found, share) for share in (0.849, 0.85, 0.95, math.nan)]
    assert told == ["not reached", "asked", "stretch", "–"]
    assert [figures.verdict(false, share) for share in (0.051, 0.05, 0.0)] == [
        "not reached", "asked", "stretch",
    ]  # fmt: skip
    assert [figures.verdict(alarms, ratio) for ratio in (0.4, 0.6, 1.2, 1.9, 2.1)] == [
        "not reached", "asked", "stretch", "asked", "not reached",
    ]  # fmt: skip
    assert figures.verdict(rows["no gas named that is not there"], 0.3) == ""


def test_bounds_are_told_in_words(figures: ModuleType) -> None:
    assert [
        figures.bound_text(bound)
        for bound in ((0.85, math.inf), (-math.inf, 0.05), (0.95, 1.05), None)
    ] == ["≥ 0.85", "≤ 0.05", "0.95-1.05", ""]


def test_every_figure_asked_has_a_row(figures: ModuleType) -> None:
    titles = [row.title for row in figures.asked_rows()]
    assert len(set(titles)) == len(titles)
    for words in ("AUC", "SNR 20+", "plumes found", "false plumes per Mpixel", "stated 1e-05",
                  "main gas right", "all gases of a mixture", "outside the library called unknown",
                  "contrast known: slope", "relative RMSE", "within 2 sd"):  # fmt: skip
        assert any(words in title for title in titles), words
