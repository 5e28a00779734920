"""The command line's front door: the only place that catches what the rooms raise."""

import json
import os
import platform
import shlex
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.main import get_command

from cathartes import __version__
from cathartes.cli.commands import CONTEXT_SETTINGS, CommandTable
from cathartes.cli.console import message_console, output_console
from cathartes.errors import EXIT_INTERRUPTED, EXIT_SYSTEM, EXIT_UNEXPECTED, CathartesError

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
    try:
        code = _run(words)
    except BrokenPipeError:
        return _leave_quietly()
    except SystemExit as leaving:  # Typer turns a broken pipe into an exit
        if isinstance(leaving.__context__, BrokenPipeError):
            return _leave_quietly()
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # nothing catches behind it
        failure = _failure_of(error, words)
        if "--debug" in words[:1] and failure.is_ours:
            traceback.print_exception(error)
        if failure.message:
            _report(failure, as_json="--json" in words)
        return failure.exit_code
    return code


def _run(words: list[str]) -> int:
    """Run the command that the words name; what it raises comes through."""
    result = get_command(app).main(words, prog_name="cathartes", standalone_mode=False)
    sys.stdout.flush()
    if result == EXIT_INTERRUPTED:  # Typer turns Ctrl-C into a result
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _leave_quietly() -> int:
    """End well when the reader of our output has left, as ``head`` does; nobody hears the rest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a person, or a program, is told of a failure.

    Attributes
    ----------
    kind
        Name of the error's class.
    is_ours
        True if a traceback may help: the failure arose in a command, not in its words.
    """

    kind: str
    message: str
    exit_code: int
    is_ours: bool = True


def _failure_of(error: BaseException, words: Sequence[str]) -> _Failure:
    """Return what to say of a failure."""
    kind = type(error).__name__
    match error:
        case CathartesError():
            return _Failure(kind, str(error), error.exit_code)
        case typer.TyperException():
            # A group called without a command has printed its help, and has no message.
            message = error.format_message().strip()
            context = getattr(error, "ctx", None)
            path = "cathartes" if context is None else context.command_path
            stop = "" if message.endswith((".", "?")) else "."
            advice = f"{message}{stop} See `{path} --help`." if message else ""
            return _Failure("UsageError", advice, error.exit_code, is_ours=False)
        case typer.Abort() | KeyboardInterrupt():
            return _Failure("Interrupted", "interrupted.", EXIT_INTERRUPTED, is_ours=False)
        case OSError() | MemoryError():
            return _Failure(
                kind,
                f"the operating system refused: {str(error) or 'not enough memory'}. "
                "`cathartes doctor` shows memory, disk space, and what may be written.",
                EXIT_SYSTEM,
            )
        case _:
            return _Failure(
                kind,
                f"unexpected {kind}: {error}\n"
                "This is a fault in Cathartes, not in what you did. Please report it with what\n"
                f"  cathartes --debug {shlex.join(w for w in words if w != '--debug')}\n"
                "  cathartes doctor --json\n"
                "print; CONTRIBUTING.md says how.",
                EXIT_UNEXPECTED,
            )


def _report(failure: _Failure, as_json: bool) -> None:
    """Print a failure to standard error, for a person or for a program."""
    if as_json:
        error = {
            "type": failure.kind,
            "exit_code": failure.exit_code,
            "message": failure.message,
        }
        sys.stderr.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    else:
        console = message_console()
        console.print("error:", style="bold red", end=" ")
        console.print(failure.message, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
