"""The options that say which account acts; its password is asked for, never an option's value."""

import sys
from typing import Annotated

import typer

from cathartes.errors import SettingsError
from cathartes.pipeline.sign_in import Who

AsOption = Annotated[
    str,
    typer.Option("--as", envvar="CATHARTES_USER", help="Your account; its password is asked for."),
]
CodeOption = Annotated[
    str, typer.Option("--code", help="Code of your second factor, if your account has one.")
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def asked_who(user: str, code: str, *, from_stdin: bool) -> Who:
    """Return who acts: the password is a line of standard input, or asked for.

    Raises
    ------
    SettingsError
        If no account is named.
    """
    if not user:
        raise SettingsError("which account acts is not said; name yours: --as ana.")
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = str(typer.prompt(f"Password of {user}", hide_input=True, err=True))
    return Who(user, password, code)
