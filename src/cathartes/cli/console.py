"""What all commands share: where text goes, and the options that every command has.

Results go to standard output; progress, remarks and errors to standard error. With ``--json``
standard output is one JSON document and nothing else, so that it can be piped.
"""

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

JsonFlag = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print the result as one JSON document; errors become JSON on standard error.",
    ),
]
"""Type of every command's ``json_output`` parameter; its default is False."""

QuietFlag = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress bars and no remarks: only errors.")
]
"""Type of every command's ``quiet`` parameter; its default is False."""


_UNSEEN = {"Cc", "Cf"}


def output_console() -> Console:
    """Return the console that results are printed on: standard output as it is now."""
    return Console(highlight=False)


def message_console(quiet: bool = False) -> Console:
    """Return the console for progress and remarks: standard error, or nothing if quiet."""
    return Console(stderr=True, highlight=False, quiet=quiet)


def add_plain_row(table: Table, *words: str) -> None:
    """Add a row of what others wrote: no markup, no commands to the terminal, nothing cut."""
    table.add_row(*(Text(_shown(word), overflow="fold") for word in words))


def _shown(word: str) -> str:
    """Return a text with its control and direction marks written out."""
    return "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c) in _UNSEEN and c not in "\n\t" else c
        for c in word
    )


@contextmanager
def work_goes_on_unheard() -> Iterator[None]:
    """Print something after which more is to be done, even if the reader of our output has left."""
    try:
        yield
    except BrokenPipeError:
        discard_output()
    except SystemExit as leaving:  # Rich turns a broken pipe into an exit
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        discard_output()


def discard_output() -> None:
    """Let nobody hear the rest, when the reader of our output has left, as ``head`` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
