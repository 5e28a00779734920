"""Several at once on one casebook: no job goes to two, nothing is lost, the audit has one chain."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import made_up_casebook as made_up
from cathartes.casework.audit import check_chain
from cathartes.store.interface import Box, JobState
from cathartes.store.open import open_casebook
from made_up_casebook import ME, NOW, begin

N_JOBS = 24
IDS = [f"o{number:02d}" for number in range(N_JOBS)]


def work(place, owner):
    """Claim and finish jobs until there are none; return the ids that were had."""
    had = []
    with open_casebook(place) as opened:
        casebook = opened.casebook
        while (job := casebook.claim_job(IDS, owner, NOW, 60)) is not None:
            seen = made_up.observation(job.id, job.sortie_id, job.name)
            found = [made_up.detection(job.id)]
            if casebook.record_observation(seen, found, {}, owner, ME, NOW):
                had.append(job.id)
    return had


def enter_jobs(place):
    """Enter the jobs that are fought for."""
    with open_casebook(place) as opened:
        begin(opened.casebook)
        opened.casebook.put_jobs([made_up.job(one, name=f"line-{one}") for one in IDS])


def check_all_done_once(place, had):
    """Check that each job was done by one, and that nothing is missing."""
    assert Counter(had) == Counter(IDS)
    with open_casebook(place) as opened:
        casebook = opened.casebook
        assert {(job.state, job.attempts) for job in casebook.jobs()} == {(JobState.DONE, 1)}
        assert len(casebook.detections_in(Box(-180, -90, 180, 90))) == N_JOBS
        entries = list(casebook.audit_entries())
        check_chain(entries)
        recorded = [e.subject for e in entries if e.action == "observation.record"]
        assert sorted(recorded) == IDS


def test_two_processes_share_the_work(place):
    enter_jobs(place)
    here = Path(__file__)
    script = (
        f"import sys; sys.path[:0] = [{str(here.parents[1])!r}, {str(here.parent)!r}]\n"
        f"from {here.stem} import work\n"
        "sys.stdin.readline()\n"
        "print(*work(sys.argv[1], sys.argv[2]))\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(place), f"process {n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    for worker in workers:  # both have begun when the first is let go
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    check_all_done_once(place, [one_id for output in outputs for one_id in output])


def test_threads_share_the_work(place):
    enter_jobs(place)
    with ThreadPoolExecutor(4) as threads:
        outputs = list(threads.map(work, [place] * 4, "abcd"))
    check_all_done_once(place, [one_id for output in outputs for one_id in output])


def test_threads_share_one_casebook(opened):
    begin(opened.casebook)

    def note(number):
        for turn in range(5):
            opened.casebook.note("turn", f"{number}.{turn}", {}, ME, NOW)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(note, range(4)))
    entries = list(opened.casebook.audit_entries())
    check_chain(entries)
    assert len(entries) == 22


def test_reading_waits_for_no_change(place):
    with open_casebook(place) as one, open_casebook(place) as other:
        begin(one.casebook)
        with one.casebook.database.change() as connection:
            connection.exec_driver_sql("DELETE FROM sorties")
            assert [sortie.id for sortie in other.casebook.sorties()] == ["S1"]
        assert other.casebook.sorties() == ()
