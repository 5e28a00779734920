"""What all commands share: where text goes, and the options that every command has.

Results go to standard output; progress, remarks and errors to standard error. With ``--json``
standard output is one JSON document and nothing else, so that it can be piped.
"""

from typing import Annotated

import typer
from rich.console import Console

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


def output_console() -> Console:
    """Return the console that results are printed on: standard output as it is now."""
    return Console(highlight=False)


def message_console(quiet: bool = False) -> Console:
    """Return the console for progress and remarks: standard error, or nothing if quiet."""
    return Console(stderr=True, highlight=False, quiet=quiet)
