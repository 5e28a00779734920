"""A run is killed at fifty random moments; what comes of it in the end is what always comes."""

import multiprocessing
import os
import random
import shutil
import time
from pathlib import Path

import pytest
from casebooks import new_casebook, small_campaign, sorties_of, state_of

from cathartes.pipeline.run import run
from cathartes.store.interface import JobState
from cathartes.store.open import open_casebook

N_KILLS, A_CASEBOOK = 50, 5
"""So many kills in all, and of the runs into one casebook."""
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["cathartes.pipeline.run", "cathartes.spectra.builtin"])


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a campaign of one small sortie."""
    return small_campaign(tmp_path_factory.mktemp("survives") / "campaign")


def start(sortie: Path, casebook: Path) -> multiprocessing.process.BaseProcess:
    """Start a run in a process of its own."""
    process = CONTEXT.Process(target=run, args=(sortie, casebook), kwargs={"actor": "test"})
    process.start()
    return process


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed with SIGKILL")
def test_killed_at_fifty_random_moments_it_ends_as_if_undisturbed(
    campaign: Path, tmp_path: Path
) -> None:
    (sortie,) = sorties_of(campaign)
    empty = new_casebook(campaign, tmp_path / "empty")
    undisturbed = shutil.copytree(empty, tmp_path / "undisturbed")
    start(sortie, undisturbed).join()  # the first warms the caches
    undisturbed = shutil.copytree(empty, tmp_path / "undisturbed-2")
    began = time.monotonic()
    first = start(sortie, undisturbed)
    first.join()
    length_s = time.monotonic() - began
    assert first.exitcode == 0
    expected = state_of(undisturbed)
    rng = random.Random(20_260_501)  # noqa: S311
    killed_while_working = 0
    for number in range(N_KILLS // A_CASEBOOK):
        casebook = shutil.copytree(empty, tmp_path / f"killed-{number}")
        for _ in range(A_CASEBOOK):
            process = start(sortie, casebook)
            time.sleep(rng.uniform(0.0, 0.6 * length_s))
            assert process.pid is not None
            killed_while_working += process.is_alive()
            process.kill()
            process.join()
            with open_casebook(casebook) as opened:  # it opens, and what is there is whole
                for job in opened.casebook.jobs():
                    if job.state is JobState.DONE:
                        assert opened.casebook.observation(job.id).assets
        last = start(sortie, casebook)
        last.join()
        assert last.exitcode == 0
        assert state_of(casebook) == expected
        names = [job.name for job in _jobs(casebook)]
        assert sorted(names) == ["drone-log", "line-1", "line-2"]
        shutil.rmtree(casebook)
    assert killed_while_working > N_KILLS // 2  # the moments were moments of work


def _jobs(casebook: Path) -> list:
    with open_casebook(casebook) as opened:
        return list(opened.casebook.jobs())


def test_two_runs_at_once_share_the_work_and_do_nothing_twice(
    campaign: Path, tmp_path: Path
) -> None:
    (sortie,) = sorties_of(campaign)
    alone = new_casebook(campaign, tmp_path / "alone")
    run(sortie, alone, actor="test")
    shared = new_casebook(campaign, tmp_path / "shared")
    both = [start(sortie, shared) for _ in range(2)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert state_of(shared) == state_of(alone)
    with open_casebook(shared) as opened:
        recorded = [
            entry for entry in opened.casebook.audit_entries() if entry.action.startswith("observ")
        ]
    assert len(recorded) == 3


def test_two_sorties_at_once_give_the_sites_of_one_after_the_other(
    tmp_path: Path,
) -> None:
    campaign = small_campaign(tmp_path / "campaign", sorties=2, weeks=2, log_every=0)
    first, second = sorties_of(campaign)
    in_turn = new_casebook(campaign, tmp_path / "in-turn")
    for sortie in (second, first):
        start(sortie, in_turn).join()
    at_once = new_casebook(campaign, tmp_path / "at-once")
    both = [start(sortie, at_once) for sortie in (first, second)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert state_of(at_once) == state_of(in_turn)
