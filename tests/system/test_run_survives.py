"""A run is killed again and again; what comes of it in the end is what always comes."""

import math
import multiprocessing
import os
import random
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from casebooks import edit, new_casebook, small_campaign, sorties_of, state_of
from sleeping import tell_and_sleep

from cathartes.pipeline.executors import ProcessExecutor
from cathartes.pipeline.owners import is_gone, own_name
from cathartes.pipeline.run import run
from cathartes.pipeline.worker import DIED, Finished, Order, do_work
from cathartes.store.interface import JobState
from cathartes.store.open import open_casebook
from effort import effort
from quick_pictures import pictures_are_quick

N_KILLS, A_CASEBOOK = effort(10, 50), 5
"""So many kills in all, and of the runs into one casebook."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["cathartes.pipeline.run", "cathartes.spectra.builtin"])


@pytest.fixture(scope="module")
def brief(campaign: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sortie with all kinds of work, and less of each, as it is done sixty times."""
    sortie = shutil.copytree(sorties_of(campaign)[0], tmp_path_factory.mktemp("brief") / "sortie")
    wind = 'wind = "2.8±0.4,92±12"\n'
    edit(sortie, wind, "")
    edit(sortie, 'files = ["line-1.hdr"]\n', f'files = ["line-1.hdr"]\n{wind}')
    for _ in range(2):
        edit(sortie, '"ammonia", "acetic_acid", "ethanol", "SF6"', '"acetic_acid", "ethanol"')
    return sortie


def run_quickly(sortie: Path, casebook: Path, actor: str) -> None:
    """Run a sortie whose pictures nobody looks at."""
    with pictures_are_quick():
        run(sortie, casebook, actor=actor)


def start(sortie: Path, casebook: Path) -> multiprocessing.process.BaseProcess:
    """Start a run in a process of its own."""
    process = CONTEXT.Process(target=run_quickly, args=(sortie, casebook, "test"))
    process.start()
    return process


@dataclass(frozen=True)
class Undisturbed:
    """A casebook into which the brief sortie was run, and how long the processor worked on it."""

    casebook: Path
    length_s: float


@pytest.fixture(scope="module")
def undisturbed(
    campaign: Path, brief: Path, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """Return what comes of the brief sortie where nobody kills anything."""
    casebook = new_casebook(campaign, tmp_path_factory.mktemp("undisturbed") / "casebook")
    process = start(brief, casebook)
    length_s = worked_s(process)
    process.join()
    assert process.exitcode == 0
    return Undisturbed(casebook, length_s)


def worked_s(process: multiprocessing.process.BaseProcess, enough_s: float = math.inf) -> float:
    """Return for how long a process worked when that was enough, or when it ended.

    What counts is the processor's time, where the system tells it: how far a run is does not
    depend on what else the machine does.
    """
    began_s, now_s = time.monotonic(), 0.0
    stat = Path(f"/proc/{process.pid}/stat")
    told_by_system = Path("/proc/self/stat").exists()
    while process.is_alive() and now_s < enough_s:
        left_s = (enough_s - now_s) / 4  # several threads work: not too late, and seldom asked
        process.join(min(0.1, max(0.005, left_s)))  # 0.005: half of what the system tells
        if not told_by_system:
            now_s = time.monotonic() - began_s
            continue
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            ticks = stat.read_text("utf-8").rpartition(")")[2].split()[11:13]
            now_s = max(now_s, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))
    return now_s


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed with SIGKILL")
def test_killed_at_random_moments_it_ends_as_if_undisturbed(
    campaign: Path, brief: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    """Each kill has a part of the run's first three fifths of its own, so that all have kills."""
    empty = new_casebook(campaign, tmp_path / "empty")
    expected = state_of(undisturbed.casebook)
    assert _sites_of(undisturbed.casebook)
    rng = random.Random(20_260_501)  # noqa: S311
    moments = [0.6 * (k + rng.random()) / N_KILLS for k in range(N_KILLS)]
    rng.shuffle(moments)
    killed_while_working = 0
    for number in range(N_KILLS // A_CASEBOOK):
        casebook = shutil.copytree(empty, tmp_path / f"killed-{number}")
        for _ in range(A_CASEBOOK):
            process = start(brief, casebook)
            worked_s(process, moments.pop() * undisturbed.length_s)
            killed_while_working += process.is_alive()
            process.kill()
            process.join()
            with open_casebook(casebook) as opened:  # it opens, and what is there is whole
                for job in opened.casebook.jobs():
                    if job.state is JobState.DONE:
                        assert opened.casebook.observation(job.id).assets
        last = start(brief, casebook)
        last.join()
        assert last.exitcode == 0
        assert state_of(casebook) == expected
        names = [job.name for job in _jobs(casebook)]
        assert sorted(names) == ["drone-log", "line-1", "line-2"]
        shutil.rmtree(casebook)
    assert killed_while_working > N_KILLS // 2  # the moments were moments of work


def _sites_of(casebook: Path) -> list:
    with open_casebook(casebook) as opened:
        return list(opened.casebook.ranked_sites())


def _jobs(casebook: Path) -> list:
    with open_casebook(casebook) as opened:
        return list(opened.casebook.jobs())


def test_two_runs_at_once_share_the_work_and_do_nothing_twice(
    campaign: Path, brief: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    shared = new_casebook(campaign, tmp_path / "shared")
    both = [start(brief, shared) for _ in range(2)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert state_of(shared) == state_of(undisturbed.casebook)
    with open_casebook(shared) as opened:
        recorded = [
            entry for entry in opened.casebook.audit_entries() if entry.action.startswith("observ")
        ]
    assert len(recorded) == 3


@pytest.fixture(scope="module")
def two_sorties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a campaign of two sorties.

    One of the first sortie's plumes has its source outside all that the sortie looked at.
    """
    folder = tmp_path_factory.mktemp("two")
    return small_campaign(folder / "campaign", sorties=2, log_every=2)


@pytest.fixture(scope="module")
def backwards(two_sorties: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a casebook into which the second sortie was run, and then the first."""
    casebook = new_casebook(two_sorties, tmp_path_factory.mktemp("backwards") / "casebook")
    for sortie in reversed(sorties_of(two_sorties)):
        run_quickly(sortie, casebook, actor="test")
    return casebook


def test_the_order_of_sorties_does_not_matter(
    two_sorties: Path, backwards: Path, tmp_path: Path
) -> None:
    forwards = new_casebook(two_sorties, tmp_path / "forwards")
    for sortie in sorties_of(two_sorties):
        run_quickly(sortie, forwards, actor="test")
    with open_casebook(forwards) as opened:
        seen = [found for one in opened.casebook.observations()
                for found in opened.casebook.detections_of(one.id)]  # fmt: skip
    assert seen
    assert all(found.site_ids != ("",) for found in seen)
    assert state_of(forwards) == state_of(backwards)


def test_two_sorties_at_once_give_the_sites_of_one_after_the_other(
    two_sorties: Path, backwards: Path, tmp_path: Path
) -> None:
    at_once = new_casebook(two_sorties, tmp_path / "at-once")
    both = [start(sortie, at_once) for sortie in sorties_of(two_sorties)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert state_of(at_once) == state_of(backwards)


def _dies_over_line_1(order: Order) -> Finished:
    """Do work, but die of one piece of it, as of too little memory."""
    with open_casebook(order.casebook) as opened:
        job_id = order.work.observation_id
        opened.casebook.claim_job([job_id], own_name(), datetime.now(UTC), order.lease_s)
        if order.work.entry.name == "line-1":
            os.kill(os.getpid(), signal.SIGKILL)
        opened.casebook.drop_job(job_id, own_name(), "")
    return do_work(order)


def test_work_that_kills_its_process_is_given_up_and_the_others_are_done(
    campaign: Path, brief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = new_casebook(campaign, tmp_path / "casebook")
    monkeypatch.setattr("cathartes.pipeline.run.do_work", _dies_over_line_1)
    monkeypatch.setattr("cathartes.pipeline.executors.get_context", lambda _: CONTEXT)  # quicker
    report = run(brief, casebook, executor=ProcessExecutor(2), actor="test")
    died = {row.observation.name: row.observation.reason.startswith(DIED) for row in report.rows}
    assert died == {"line-1": True, "line-2": False, "drone-log": False}
    assert report.rows[0].observation.outcome.value == "inconclusive"
    monkeypatch.undo()
    again = run(brief, casebook, actor="test")
    assert [row.standing.value for row in again.rows] == ["recorded", "done before", "done before"]
    assert again.rows[0].observation.outcome.value != "inconclusive"


def _works_in_processes(folder: Path) -> None:
    os.chdir(folder)
    list(ProcessExecutor(2).run(tell_and_sleep, [600.0, 600.0]))


def test_its_processes_end_when_a_run_is_killed(tmp_path: Path) -> None:
    process = CONTEXT.Process(target=_works_in_processes, args=(tmp_path,))
    process.start()
    workers: set[str] = set()
    while len(workers) < 2:
        assert process.is_alive()
        time.sleep(0.05)
        workers = {path.read_text("utf-8") for path in tmp_path.glob("*.began")} - {""}
    assert not any(is_gone(worker) for worker in workers)
    process.kill()
    process.join()
    deadline_s = time.monotonic() + 300
    while not all(is_gone(worker) for worker in workers):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
