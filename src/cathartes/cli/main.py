"""The command line's front door: the only place that catches what the rooms raise."""

import atexit
import gc
import platform
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer
from typer.main import get_command

from cathartes import __version__
from cathartes.cli.commands import CONTEXT_SETTINGS, CommandTable
from cathartes.cli.console import discard_output, output_console
from cathartes.cli.failure import report_failure
from cathartes.errors import EXIT_INTERRUPTED

GARBAGE_THRESHOLD = 20_000
"""New objects, less those gone again, after which garbage is looked for: a command's imports make a
few hundred thousand that stay. Python's own 700 costs a scan a quarter of a second."""

_LOCKING = frozenset(
    getattr(threading.Condition, name).__code__
    for name in ("__enter__", "__exit__", "_acquire_restore", "_release_save")
)
"""What threads and their pools lock by, which is written in Python: between its lines a signal may
be handled."""
_MOMENT_S = 0.01

app = typer.Typer(
    name="cathartes",
    cls=CommandTable,
    context_settings=CONTEXT_SETTINGS,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        output_console().print(f"cathartes {__version__} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def cathartes(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
    debug: Annotated[  # noqa: ARG001  # `main` looks for it itself
        bool, typer.Option("--debug", help="Show where in the program a failure arose.")
    ] = False,
) -> None:
    """Find, from the air, the places on the ground that give off telling chemical vapours.

    Start with `cathartes demo`, then `cathartes scan CUBE.hdr`.
    Each command explains itself: `cathartes scan --help`.
    """
    if ctx.invoked_subcommand is None:
        output_console().print(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        Words after the program's name; None takes them from the shell.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(GARBAGE_THRESHOLD)
    atexit.register(gc.freeze)  # memory that goes with the process is not looked through before
    try:
        with _stopped_by_signals():
            code = _run(words)
    except BrokenPipeError:
        discard_output()
        return 0
    except SystemExit as leaving:  # Typer turns a broken pipe into an exit
        if isinstance(leaving.__context__, BrokenPipeError):
            discard_output()
            return 0
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # nothing catches behind it
        return report_failure(error, words).exit_code
    return code


def _run(words: list[str]) -> int:
    """Run the command that the words name; what it raises comes through."""
    result = get_command(app).main(
        words, prog_name="cathartes", standalone_mode=False, obj=tuple(words)
    )
    sys.stdout.flush()
    if result == EXIT_INTERRUPTED:  # Typer turns Ctrl-C into a result
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C, so that what was half written is removed; only in a main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGTERM, signal.SIGALRM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a shell may have it ignored
        numbers.append(signal.SIGINT)
    before = {number: signal.signal(number, _interrupt) for number in numbers}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Stop the work; a moment later where a lock is being taken or given back.

    An exception there would leave it taken: threads that need it would never end, and the process
    that waits for them neither.
    """
    while frame is not None:
        if frame.f_code in _LOCKING:
            signal.setitimer(signal.ITIMER_REAL, _MOMENT_S)
            return
        frame = frame.f_back
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
