"""What a person, or a program, is told of a failure."""

import json
import shlex
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from cathartes.cli.console import message_console
from cathartes.errors import EXIT_INTERRUPTED, EXIT_SYSTEM, EXIT_UNEXPECTED, CathartesError


@dataclass(frozen=True, slots=True)
class Failure:
    """What is said of a failure.

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

    def to_dict(self) -> dict[str, str | int]:
        """Return it as content for JSON."""
        return {"type": self.kind, "exit_code": self.exit_code, "message": self.message}


def failure_of(error: BaseException, words: Sequence[str]) -> Failure:
    """Return what to say of a failure.

    Parameters
    ----------
    words
        The command line, for the advice on how to report a fault of ours.
    """
    kind = type(error).__name__
    if _began_with_an_interrupt(error):
        error = KeyboardInterrupt()
    match error:
        case CathartesError():
            return Failure(kind, str(error), error.exit_code)
        case typer.TyperException():
            # A group called without a command has printed its help, and has no message.
            message = error.format_message().strip()
            context = getattr(error, "ctx", None)
            path = "cathartes" if context is None else context.command_path
            stop = "" if message.endswith((".", "?")) else "."
            advice = f"{message}{stop} See `{path} --help`." if message else ""
            return Failure("UsageError", advice, error.exit_code, is_ours=False)
        case typer.Abort() | KeyboardInterrupt():
            return Failure("Interrupted", "interrupted.", EXIT_INTERRUPTED, is_ours=False)
        case OSError() | MemoryError():
            return Failure(
                kind,
                f"the operating system refused: {str(error) or 'not enough memory'}. "
                "`cathartes doctor` shows memory, disk space, and what may be written.",
                EXIT_SYSTEM,
            )
        case _:
            return Failure(
                kind,
                f"unexpected {kind}: {error}\n"
                "This is a fault in Cathartes, not in what you did. Please report it with what\n"
                f"  cathartes --debug {shlex.join(w for w in words if w != '--debug')}\n"
                "  cathartes doctor --json\n"
                "print; CONTRIBUTING.md says how.",
                EXIT_UNEXPECTED,
            )


def _began_with_an_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C came first: what it breaks off may fail in turn, as zipfile does."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def report_failure(error: BaseException, words: Sequence[str], *, about: str = "") -> Failure:
    """Print a failure to standard error, for a person or for a program, and return what it is.

    Parameters
    ----------
    words
        The command line: with ``--debug`` in front the traceback comes first, with ``--json`` the
        failure is one line of JSON.
    about
        What failed, where one command works on several things.
    """
    failure = failure_of(error, words)
    if "--debug" in words[:1] and failure.is_ours:
        traceback.print_exception(error)
    if "--json" in words and failure.message:
        told = failure.to_dict() | ({"about": about} if about else {})
        sys.stderr.write(json.dumps({"error": told}, ensure_ascii=False) + "\n")
    elif failure.message:
        console = message_console()
        console.print("error:", style="bold red", end=" ")
        text = f"{about}: {failure.message}" if about else failure.message
        console.print(text, markup=False, soft_wrap=True)
    return failure
