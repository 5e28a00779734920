"""``cathartes user``: accounts of the workstation."""

import sys
from typing import Annotated

import typer
from rich.table import Table

from cathartes.casework.user import User
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.passwords import check_password
from cathartes.pipeline.people import (
    user_add,
    user_disable,
    user_list,
    user_password,
    user_role,
)

app = typer.Typer(
    help="Accounts of the workstation: add, list, role, password, disable.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)

_UserArgument = Annotated[str, typer.Argument(metavar="USER", help="Its short name.")]
_RoleOption = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="collector, analyst, release-authority, partner, auditor or administrator; any "
        "number of times.",
    ),
]
_PartnerOption = Annotated[str, typer.Option(help="Whose officer a partner is.")]
_StdinFlag = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def add(
    user: _UserArgument,
    role: _RoleOption,
    *,
    name: Annotated[str, typer.Option(help="As others read it; else the short name.")] = "",
    partner: _PartnerOption = "",
    identity: Annotated[
        str, typer.Option(help="ISSUER|SUBJECT of an identity provider, in a password's place.")
    ] = "",
    password_stdin: _StdinFlag = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enter an account; the password is asked for.

    Example: `cathartes user add ana --role analyst --name "Ana Ruiz"`
    """
    password = "" if identity else _asked(from_stdin=password_stdin)
    if not identity:
        check_password(password)
    made = user_add(
        casebook, user, role, name=name, partner=partner, password=password, oidc_subject=identity
    )
    _show((made,), json_output)


@app.command("list")
def list_(casebook: CasebookOption = DEFAULT_CASEBOOK, json_output: JsonFlag = False) -> None:
    """List the accounts.

    Example: `cathartes user list`
    """
    _show(user_list(casebook), json_output)


@app.command()
def role(
    user: _UserArgument,
    role: _RoleOption,
    *,
    partner: _PartnerOption = "",
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Give an account other roles, in the place of those it had.

    Example: `cathartes user role ana --role analyst --role collector`
    """
    _show((user_role(casebook, user, role, partner=partner),), json_output)


@app.command()
def password(
    user: _UserArgument,
    *,
    password_stdin: _StdinFlag = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
) -> None:
    """Give an account another password, which is asked for.

    Example: `cathartes user password ana`
    """
    user_password(casebook, user, _asked(from_stdin=password_stdin))
    output_console().print(f"{user} has another password; nobody is signed in as {user} any more.")


@app.command()
def disable(
    user: _UserArgument,
    *,
    enable: Annotated[bool, typer.Option("--enable", help="Enable it again.")] = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Disable an account, which stays on record.

    Example: `cathartes user disable ana`
    """
    _show((user_disable(casebook, user, enable=enable),), json_output)


def _asked(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _show(users: tuple[User, ...], json_output: bool) -> None:
    if json_output:
        write_json({"users": users})
        return
    if not users:
        output_console().print("This casebook has no accounts.")
        return
    table = Table("user", "name", "roles", "partner", "state")
    for one in users:
        state = "disabled" if one.is_disabled else "enabled"
        add_plain_row(table, one.id, one.name, ", ".join(one.roles), one.partner, state)
    output_console().print(table)
