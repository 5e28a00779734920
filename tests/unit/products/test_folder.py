"""An output folder is whole or not there: whatever goes wrong, nothing half-written stays."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from cathartes.errors import OutputError
from cathartes.products.folder import OutputFolder
from cathartes.products.layer_choice import LayerChoice
from cathartes.products.location import LOCATION_RESULT
from cathartes.products.scan import RunRecord, write_scan
from cathartes.products.summary import read_summary

RECORD = RunRecord((), {}, datetime(2024, 5, 1, tzinfo=UTC), {})


def everything(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def fill(target: Path, scan: Callable, **options: object) -> None:
    cube, detections = scan((6, 8), 1)
    with OutputFolder(target, **options) as folder:
        write_scan(folder, cube, detections, RECORD, layers=LayerChoice.NONE)


def test_a_result_appears_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with OutputFolder(target) as folder:
        (folder / "a.txt").write_text("a")
        assert not target.exists()
        assert folder.parent == tmp_path
        assert folder.name.startswith(".out.partial-")
    assert everything(tmp_path) == ["out", "out/a.txt"]


def test_missing_parents_are_made(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "a" / "b" / "out") as folder:
        (folder / "a.txt").write_text("a")
    assert everything(tmp_path)[-1] == "a/b/out/a.txt"


def test_an_empty_target_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with OutputFolder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("a")
    assert everything(tmp_path) == ["out", "out/a.txt"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_after_a_failure_nothing_is_left(tmp_path: Path, failure: type[BaseException]) -> None:
    def fail() -> None:
        with OutputFolder(tmp_path / "new" / "out") as folder:
            (folder / "layers").mkdir()
            (folder / "layers" / "half.tif").write_text("half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert everything(tmp_path) == []


def test_a_full_target_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("thesis.doc", "b", "c", "d"):
        (tmp_path / "out" / name).write_text("dear")
    before = everything(tmp_path)
    with (
        pytest.raises(OutputError, match=r"not empty \(holds b, c, d, \.\.\.\).*--overwrite"),
        OutputFolder(tmp_path / "out"),
    ):
        pytest.fail("must not be entered")
    assert everything(tmp_path) == before


def test_overwrite_replaces_a_result_of_ours(tmp_path: Path, scan: Callable) -> None:
    fill(tmp_path / "out", scan)
    first = read_summary(tmp_path / "out").finished_utc
    (tmp_path / "out" / "labels.tif.aux.xml").write_text("QGIS was here")
    fill(tmp_path / "out", scan, overwrite=True)
    assert read_summary(tmp_path / "out").finished_utc > first
    assert "out/labels.tif.aux.xml" not in everything(tmp_path)
    assert not [name for name in everything(tmp_path) if name.startswith(".")]


def test_overwrite_keeps_the_old_result_if_the_new_fails(tmp_path: Path, scan: Callable) -> None:
    fill(tmp_path / "out", scan)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in everything(tmp_path)}
    with pytest.raises(KeyboardInterrupt), OutputFolder(tmp_path / "out", overwrite=True):
        raise KeyboardInterrupt
    assert {n: (tmp_path / n).stat().st_mtime_ns for n in everything(tmp_path)} == before


def test_overwrite_refuses_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summary.json").write_text('{"schema": "other/1"}')
    with (
        pytest.raises(OutputError, match=r"not a result of cathartes scan.*'other/1'.*--out"),
        OutputFolder(tmp_path / "out", overwrite=True),
    ):
        pytest.fail("must not be entered")
    assert everything(tmp_path) == ["out", "out/summary.json"]


def test_overwrite_refuses_to_delete_what_people_added(tmp_path: Path, scan: Callable) -> None:
    fill(tmp_path / "out", scan)
    (tmp_path / "out" / "notes.txt").write_text("seen from the road as well")
    with (
        pytest.raises(OutputError, match=r"also holds notes\.txt, which cathartes did not write"),
        OutputFolder(tmp_path / "out", overwrite=True),
    ):
        pytest.fail("must not be entered")
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_target_that_filled_up_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def be_too_slow() -> None:
        with OutputFolder(tmp_path / "out"):
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "other.txt").write_text("another program's")

    with pytest.raises(OutputError, match="not empty"):
        be_too_slow()
    assert everything(tmp_path) == ["out", "out/other.txt"]


def test_a_file_in_the_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="is a file, and a folder is needed"):
        OutputFolder(tmp_path / "out").__enter__()
    with pytest.raises(OutputError, match=r"can't be written .*--out"):
        OutputFolder(tmp_path / "out" / "below").__enter__()
    assert everything(tmp_path) == ["out"]


def test_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match=r"current folder.*--out result"):
        OutputFolder(Path()).__enter__()


def test_a_folder_one_may_not_write_in_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match=r"can't be written .Permission denied.*--out"):
            OutputFolder(tmp_path / "out").__enter__()
    finally:
        tmp_path.chmod(0o700)


def test_a_place_where_nobody_can_write_is_refused() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("there is no /proc here")
    with pytest.raises(OutputError, match=r"can't be written .*--out"):
        OutputFolder(Path("/proc/self/out")).__enter__()


def test_too_little_space_is_said_at_the_beginning(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"MB are free and up to 1e?\d+ MB are needed"):
        OutputFolder(tmp_path / "out", needed_bytes=10**18).__enter__()
    assert everything(tmp_path) == []


def test_little_space_is_said_in_units_that_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=40_960))
    with pytest.raises(OutputError, match="41 kB are free and up to 77 kB are needed"):
        OutputFolder(tmp_path / "out", needed_bytes=76_800).__enter__()


def test_a_full_disk_is_said_and_nothing_kept(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"disk ran full.*--layers found"),
        OutputFolder(tmp_path / "out"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert everything(tmp_path) == []


def test_a_full_disk_is_said_with_what_needs_less_of_it(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="Free some space, locate fewer gases"),
        OutputFolder(tmp_path / "out", kind=LOCATION_RESULT),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_two_runs_do_not_write_the_same_folder(tmp_path: Path) -> None:
    with OutputFolder(tmp_path / "out") as folder:
        with pytest.raises(OutputError, match="another run is writing there now"):
            OutputFolder(tmp_path / "out").__enter__()
        (folder / "a.txt").write_text("the first goes on")
    assert everything(tmp_path) == ["out", "out/a.txt"]


CHILD = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from pathlib import Path
from types import SimpleNamespace
from cathartes.products.folder import OutputFolder
from cathartes.products.location import LOCATION_RESULT

QUICK_PICTURES = True
with OutputFolder(Path(sys.argv[1])) as folder:
    (folder / "half.txt").write_text("half")
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    time.sleep(600)
"""


def start_child(target: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(target)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def end_child(child: subprocess.Popen[str], how: int) -> int:
    child.send_signal(how)
    code = child.wait(timeout=120)
    assert child.stdout is not None
    child.stdout.close()
    return code


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    child = start_child(tmp_path / "out")
    assert len(everything(tmp_path)) == 3, "the folder, its file, the lock"
    assert end_child(child, signal.SIGINT) != 0
    assert everything(tmp_path) == []


def test_what_a_killed_run_left_is_hidden_and_cleared_by_the_next(tmp_path: Path) -> None:
    child = start_child(tmp_path / "out")
    end_child(child, signal.SIGKILL)
    left = [p.name for p in tmp_path.iterdir()]
    assert left
    assert all(name.startswith(".out.") for name in left)
    with OutputFolder(tmp_path / "out") as folder:
        (folder / "a.txt").write_text("a")
    assert everything(tmp_path) == ["out", "out/a.txt"]


def test_a_result_that_a_killed_run_was_replacing_comes_back(
    tmp_path: Path, scan: Callable
) -> None:
    fill(tmp_path / "out", scan)
    (tmp_path / "out").rename(tmp_path / ".out.replaced-0123abcd")
    with pytest.raises(OutputError, match="not empty"):
        OutputFolder(tmp_path / "out").__enter__()
    assert read_summary(tmp_path / "out").counts.plumes == 1


def test_neighbours_with_similar_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".out[1].partial-aa").mkdir()
    (tmp_path / ".out1.partial-aa").mkdir()
    with OutputFolder(tmp_path / "out[1]"):
        pass
    assert everything(tmp_path) == [".out1.partial-aa", "out[1]"]


def test_a_link_to_a_folder_keeps_being_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with OutputFolder(tmp_path / "link") as folder:
        (folder / "a.txt").write_text("a")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a.txt").exists()


def test_the_folder_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    with OutputFolder(tmp_path / "out"):
        time.sleep(0)
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "usual").stat().st_mode
    shutil.rmtree(tmp_path / "out")
