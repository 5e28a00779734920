"""The front door: exit codes, messages for people and programs, help without heavy imports."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import typer

from cathartes import __version__
from cathartes.cli import commands
from cathartes.cli.failure import failure_of
from cathartes.cli.json_output import to_json_value, write_json
from cathartes.cli.main import main
from cathartes.cli.progress import progress_bars
from cathartes.errors import EXIT_INTERRUPTED, EXIT_SYSTEM, EXIT_UNEXPECTED, HeaderError
from cathartes.pipeline.progress import SilentProgress
from cathartes.pipeline.sign_in import Who


def raise_header_error(json_output: bool = typer.Option(False, "--json")) -> None:
    """Fail as a reader does."""
    raise HeaderError("found 3 wavelengths [and 4 bands]; give one a band.")


def raise_index_error() -> None:
    """Fail as a slip of ours does."""
    ["abc"][int("1")]


def raise_interrupt() -> None:
    """Fail as Ctrl-C does."""
    raise KeyboardInterrupt


def raise_os_error() -> None:
    """Fail as a full disk does."""
    raise OSError(28, "No space left on device")


def return_a_code() -> None:
    """Leave with a code of its own."""
    raise typer.Exit(7)


def say_words(word: str) -> None:
    """Say a word."""
    typer.echo(word)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a function of this module as the command ``trial``."""

    def run_as_trial(function: Callable[..., None], *words: str) -> tuple[int, str, str]:
        entry = commands.Entry(f"{__name__}:{function.__name__}", "A trial.")
        monkeypatch.setattr(commands, "COMMANDS", {"trial": entry})
        code = main(words or ("trial",))
        return code, *capsys.readouterr()

    return run_as_trial


def test_an_error_of_the_tree_gives_its_message_and_code(run: Run) -> None:
    code, out, err = run(raise_header_error)
    assert code == HeaderError.exit_code
    assert err == "error: found 3 wavelengths [and 4 bands]; give one a band.\n"
    assert out == ""


def test_with_json_the_error_is_json_too(run: Run) -> None:
    code, out, err = run(raise_header_error, "trial", "--json")
    assert json.loads(err)["error"] == {
        "type": "HeaderError",
        "exit_code": 13,
        "message": "found 3 wavelengths [and 4 bands]; give one a band.",
    }
    assert code == 13
    assert out == ""


def test_a_fault_of_ours_says_how_to_report_it_without_a_traceback(run: Run) -> None:
    code, _, err = run(raise_index_error)
    assert code == EXIT_UNEXPECTED
    assert "unexpected IndexError: list index out of range" in err
    assert "cathartes --debug trial" in err
    assert "CONTRIBUTING.md" in err
    assert "Traceback" not in err


def test_debug_shows_where_it_arose(run: Run) -> None:
    code, _, err = run(raise_index_error, "--debug", "trial")
    assert code == EXIT_UNEXPECTED
    assert "in raise_index_error" in err
    assert "cathartes --debug trial" in err


def test_ctrl_c_is_130_and_one_word(run: Run) -> None:
    assert run(raise_interrupt) == (EXIT_INTERRUPTED, "", "error: interrupted.\n")


def test_a_full_disk_is_the_systems_refusal(run: Run) -> None:
    code, _, err = run(raise_os_error)
    assert code == EXIT_SYSTEM
    assert "No space left on device" in err
    assert "cathartes doctor" in err


def test_a_command_may_choose_its_code(run: Run) -> None:
    assert run(return_a_code) == (7, "", "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["doctr"], "No such command 'doctr'. Did you mean 'doctor'? See `cathartes --help`."),
        (["--fast"], "No such option: --fast. See `cathartes --help`."),
    ],
)
def test_a_wrong_word_says_what_and_where_to_look(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err == f"error: {says}\n"


def test_a_command_that_is_not_there_prints_no_help_of_others(run: Run) -> None:
    code, _, err = run(return_a_code, "trial", "--fast")
    assert code == 2
    assert "See `cathartes trial --help`." in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith(f"cathartes {__version__} ")


def test_without_a_command_the_help_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in commands.COMMANDS)


def test_the_help_imports_no_command() -> None:
    """So it is quick, and works where a command's own imports fail."""
    script = (
        "import sys; from cathartes.cli.main import main; main(['--help']);"
        "sys.exit(any(m in sys.modules for m in ('scipy', 'rasterio', 'matplotlib')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("name", sorted(commands.COMMANDS))
def test_a_commands_summary_is_its_first_line(name: str) -> None:
    entry = commands.COMMANDS[name]
    help_text = entry.load(name).help or ""
    assert help_text.split("\n")[0] == entry.summary


@pytest.mark.parametrize("name", sorted(commands.COMMANDS))
def test_every_command_shows_an_example(name: str) -> None:
    """A group's own help lists its commands; each of those has the example."""
    command = commands.COMMANDS[name].load(name)
    inner = getattr(command, "commands", None)
    helps = {f"{name} {key}": c.help for key, c in inner.items()} if inner else {name: command.help}
    assert [path for path, text in helps.items() if f"cathartes {path}" not in (text or "")] == []


@pytest.mark.parametrize("name", sorted(commands.COMMANDS))
def test_every_command_shows_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    assert f"cathartes {name}" in capsys.readouterr().out


def test_a_command_of_two_words_stands_beside_that_of_its_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a command with arguments of its own can have another one under its name."""
    entries = {
        "trial": commands.Entry(f"{__name__}:say_words", "A trial."),
        "trial two": commands.Entry(f"{__name__}:return_a_code", "Another."),
    }
    monkeypatch.setattr(commands, "COMMANDS", entries)
    assert main(["trial", "two"]) == 7
    assert main(["trial", "three"]) == 0
    assert capsys.readouterr().out == "three\n"
    assert main(["trial", "three", "two"]) == 2
    assert main(["trial", "./two"]) == 0
    assert capsys.readouterr().out == "./two\n"


def test_a_reader_who_leaves_is_no_error() -> None:
    """As in ``cathartes library list | head -1``."""
    script = (
        "import sys; from cathartes.cli import commands, main;"
        "commands.COMMANDS = {'trial': commands.Entry('trial_of_pipe:print_a_lot', 'A trial.')};"
        "sys.path.insert(0, sys.argv[1]); sys.exit(main.main(['trial']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"0123456789\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@dataclass(frozen=True)
class Pair:
    """A value with an array."""

    name: str
    values: np.ndarray


def test_json_knows_no_nan_and_gets_null(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"pair": Pair("µ", np.array([1.5, np.nan, -np.inf])), "n": np.int64(3)})
    out = capsys.readouterr().out
    assert json.loads(out) == {"pair": {"name": "µ", "values": [1.5, None, None]}, "n": 3}
    assert "µ" in out


def test_json_of_what_has_no_form_is_a_slip() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        to_json_value(object())


def test_json_leaves_out_what_nobody_should_read() -> None:
    who = Who("ada", "a secret", "123456")
    assert "a secret" not in repr(who)
    assert to_json_value(who) == {"user_id": "ada"}


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error is no terminal here; a log file should not fill with bars."""
    with progress_bars() as progress, progress.stage("lines", 3) as advance:
        advance(2)
        advance(1)
    assert capsys.readouterr() == ("", "")


def test_bars_and_silence_take_the_same_calls() -> None:
    with progress_bars(quiet=True) as bars:
        for progress in (bars, SilentProgress()):
            with progress.stage("nothing to do", 0):
                pass
            with progress.stage("outer", 1) as outer, progress.stage("inner", 2) as inner:
                inner(2)
                outer(1)


def test_bars_show_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with progress_bars() as progress, progress.stage("background", 4) as advance:
        advance(4)
    out, err = capsys.readouterr()
    assert "background" in err
    assert "4/4" in err
    assert out == ""


def test_what_fails_because_it_was_broken_off_is_an_interrupt() -> None:
    """A zip file that is being written can't be closed after Ctrl-C, and says so."""
    try:
        try:
            raise KeyboardInterrupt
        finally:
            raise ValueError("Can't close the ZIP file")
    except ValueError as error:
        failure = failure_of(error, [])
    assert (failure.kind, failure.exit_code) == ("Interrupted", EXIT_INTERRUPTED)


def test_python_can_run_the_package(tmp_path):
    command = [sys.executable, "-m", "cathartes", "scan", str(tmp_path / "none.hdr")]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "none.hdr" in told.stderr
    assert told.returncode == main(command[3:])
