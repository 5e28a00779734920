"""A run that is stopped in the middle, by hand, by the system, or for good."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from runs import ground, left_in

CubeOf = Callable[..., Path]
CUBE = ["flight.hdr", "flight.img"]


def start_scan(header: Path) -> subprocess.Popen[str]:
    """Start a scan for two gases in a process of its own."""
    out = str(header.parent / "deep" / "out")
    return start("scan", str(header), "-g", "ammonia", "-g", "SF6", "--out", out)


def start(*words: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cathartes.cli.main", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        # A test run in the background has Ctrl-C ignored, and its children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def wait_for_work(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until the run has images in its scratch folder."""
    deadline = time.monotonic() + 120
    while not any(folder.glob("deep/.out.partial-*/scratch-*/*")):
        assert process.poll() is None, "the scan ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_stopped_run_leaves_nothing(cube_of: CubeOf, tmp_path: Path) -> None:
    """By hand; the system's way to stop it is asked of a simulation."""
    with start_scan(cube_of(ground(400, 64))) as process:
        wait_for_work(process, tmp_path)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err == "error: interrupted.\n"
    assert out == ""
    assert left_in(tmp_path) == CUBE


def test_after_a_kill_the_next_run_cleans_up(cube_of: CubeOf, tmp_path: Path) -> None:
    header = cube_of(ground(400, 64))
    with start_scan(header) as process:
        wait_for_work(process, tmp_path)
        process.kill()
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    remains = left_in(tmp_path / "deep")
    assert "out" not in remains
    assert any(name.startswith(".out.partial-") for name in remains)
    with start_scan(header) as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert left_in(tmp_path / "deep") == ["out"]
    assert (tmp_path / "deep" / "out" / "summary.json").is_file()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_simulation_leaves_nothing_for_long(
    tmp_path: Path, number: signal.Signals
) -> None:
    settings = tmp_path / "yard.toml"
    settings.write_text('name = "yard"\nlines = 200\nsamples = 160\n', encoding="utf-8")
    with start("simulate", str(settings), "--out", str(tmp_path / "out")) as process:
        deadline = time.monotonic() + 120
        while not any(tmp_path.glob(".out.*/scene.img")):
            assert process.poll() is None, "the scene was there before it could be stopped"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(number)
        process.communicate(timeout=120)
    if number is not signal.SIGKILL:
        assert process.returncode == 130
        assert left_in(tmp_path) == ["yard.toml"]
        return
    assert "out" not in left_in(tmp_path)
    settings.write_text('name = "yard"\nlines = 20\nsamples = 20\n', encoding="utf-8")
    with start("simulate", str(settings), "--out", str(tmp_path / "out")) as process:
        process.communicate(timeout=120)
    assert process.returncode == 0
    assert left_in(tmp_path) == ["out", "yard.toml"]
