"""A passphrase: asked for, or read from standard input; never on the command line."""

import sys
from typing import Annotated

import typer

PassphraseStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input.")
]


def asked_passphrase(*, from_stdin: bool, is_new: bool = False) -> str:
    """Return the passphrase; a new one is asked for twice."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True))


def asked_pin(*, from_stdin: bool) -> str:
    """Return a token's PIN: asked for, or the next line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("PIN of the token", hide_input=True, err=True))
