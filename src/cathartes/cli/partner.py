"""``cathartes partner``: who may be told, and how much."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cathartes.casework.partner import Partner
from cathartes.cli.account import AsOption, CodeOption, PasswordStdin, asked_who
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.errors import SettingsError
from cathartes.pipeline.partner_facts import PartnerFacts, facts_of, read_partner_file
from cathartes.pipeline.partners import (
    partner_add,
    partner_disable,
    partner_keys,
    partner_list,
    partner_profile,
    partner_show,
)

app = typer.Typer(
    help="Partners: who may be told, how much of it, and under which mandates.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)

_PartnerArgument = Annotated[str, typer.Argument(metavar="PARTNER", help="Its short name.")]
_KeyFile = Annotated[
    Path, typer.Argument(metavar="KEY", help="Its public key, by `cathartes key export`.")
]
_Fingerprint = Annotated[str, typer.Option(help="The key's number, as the partner read it aloud.")]
_Name = Annotated[str | None, typer.Option(help="As it is addressed.")]
_Country = Annotated[str | None, typer.Option(help="Two letters: MX.")]
_Language = Annotated[
    list[str] | None,
    typer.Option(help="It reads, as es; any number of times, the preferred first."),
]
_Field = Annotated[
    list[str] | None,
    typer.Option(help="Field that it may have, as rate; any number of times, and no other then."),
]
_Cell = Annotated[
    int | None, typer.Option(help="Side of the cell that places are told by, m: 10, 100, 1000.")
]
_Ceiling = Annotated[str | None, typer.Option(help="The strictest TLP label it may get.")]
_Mandate = Annotated[
    list[str] | None,
    typer.Option(help="Mandate under which it may be told; any number of times, and no other."),
]
_Deliver = Annotated[
    list[str] | None,
    typer.Option(help="WAY=TARGET, of folder, e-mail, https, tak; any number of times."),
]
_File = Annotated[
    Path | None, typer.Option("--profile", help="TOML file that says the same; options win.")
]


@app.command()
def add(
    partner: _PartnerArgument,
    key: _KeyFile,
    *,
    fingerprint: _Fingerprint = "",
    name: _Name = None,
    country: _Country = None,
    language: _Language = None,
    field: _Field = None,
    cell: _Cell = None,
    ceiling: _Ceiling = None,
    mandate: _Mandate = None,
    deliver: _Deliver = None,
    profile: _File = None,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enter a partner; what its profile does not say, it may not have.

    Example: `cathartes partner add fiscalia its.cathartes-key --profile fiscalia.toml --as ada`
    """
    facts = _facts(
        profile, name=name, country=country, languages=language or None, allowed=field or None,
        cell_m=cell, ceiling=ceiling, mandates=mandate or None, deliver=deliver or None,
    )  # fmt: skip
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_add(casebook, partner, key, fingerprint, facts, who), json_output)


@app.command("list")
def list_(
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List the partners.

    Example: `cathartes partner list --as ana`
    """
    found = partner_list(casebook, asked_who(as_, code, from_stdin=password_stdin))
    if json_output:
        write_json({"partners": [_told(one) for one in found]})
        return
    if not found:
        output_console().print("This casebook has no partners.")
        return
    table = Table("partner", "name", "country", "up to", "cell", "fields", "mandates", "state")
    for one in found:
        state = "disabled" if one.is_disabled else "enabled"
        add_plain_row(
            table, one.id, one.name, one.country, one.ceiling.label, f"{one.cell_m} m",
            str(len(one.fields)), ", ".join(one.mandate_ids), state,
        )  # fmt: skip
    output_console().print(table)


@app.command()
def show(
    partner: _PartnerArgument,
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Show what a partner may have, and what is withheld from it.

    Example: `cathartes partner show fiscalia --as ana`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_show(casebook, partner, who), json_output)


@app.command()
def keys(
    partner: _PartnerArgument,
    key: _KeyFile,
    *,
    fingerprint: _Fingerprint = "",
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Give a partner another key; drafts for it must be written anew.

    Example: `cathartes partner keys fiscalia new.cathartes-key --fingerprint "1f3a …" --as ada`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_keys(casebook, partner, key, fingerprint, who), json_output)


@app.command()
def profile(
    partner: _PartnerArgument,
    *,
    name: _Name = None,
    country: _Country = None,
    language: _Language = None,
    field: _Field = None,
    cell: _Cell = None,
    ceiling: _Ceiling = None,
    mandate: _Mandate = None,
    deliver: _Deliver = None,
    profile: _File = None,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Change what a partner may have; what is not said stays as it is.

    Drafts and approvals for it can't go on: they are written anew.

    Example: `cathartes partner profile fiscalia --cell 100 --ceiling AMBER --as ada`
    """
    facts = _facts(
        profile, name=name, country=country, languages=language or None, allowed=field or None,
        cell_m=cell, ceiling=ceiling, mandates=mandate or None, deliver=deliver or None,
    )  # fmt: skip
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_profile(casebook, partner, facts, who), json_output)


@app.command()
def disable(
    partner: _PartnerArgument,
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Tell a partner nothing more, but that what it holds is recalled.

    Example: `cathartes partner disable fiscalia --as ada`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_disable(casebook, partner, who), json_output)


@app.command()
def enable(
    partner: _PartnerArgument,
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Enable a partner again.

    Example: `cathartes partner enable fiscalia --as ada`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(partner_disable(casebook, partner, who, enable=True), json_output)


def _facts(file: Path | None, *, deliver: list[str] | None, **said: Any) -> PartnerFacts:
    """Return what options say, and of what they do not, what a file says."""
    ways = None if deliver is None else [_way_and_target(one) for one in deliver]
    told = facts_of(deliver=ways, **said)
    return told if file is None else told.over(read_partner_file(file))


def _way_and_target(word: str) -> tuple[str, str]:
    way, between, target = word.partition("=")
    if not between:
        raise SettingsError(
            f"--deliver {word!r}: a way and where it leads are needed, as folder=/media/office."
        )
    return way, target


def _told(partner: Partner) -> dict[str, object]:
    return {
        "id": partner.id,
        "name": partner.name,
        "country": partner.country,
        "languages": partner.languages,
        "age_recipient": partner.age_recipient,
        "signing_key": partner.signing_key,
        "fields": [one.value for one in sorted(partner.fields)],
        "withheld": [one.value for one in partner.withheld],
        "cell_m": partner.cell_m,
        "ceiling": partner.ceiling.value,
        "mandates": partner.mandate_ids,
        "deliver": [{"way": one.way.value, "to": one.target} for one in partner.deliveries],
        "is_disabled": partner.is_disabled,
    }


def _show(partner: Partner, json_output: bool) -> None:
    if json_output:
        write_json(_told(partner))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for word, value in (
        ("partner", partner.id),
        ("name", partner.name),
        ("state", "disabled: is told nothing more" if partner.is_disabled else "enabled"),
        ("country", partner.country),
        ("reads", ", ".join(partner.languages)),
        ("may get", f"up to {partner.ceiling.label}, places by a cell of {partner.cell_m} m"),
        ("may have", _words(sorted(partner.fields)) or "nothing beyond what every release says"),
        ("withheld", _words(partner.withheld) or "nothing that can be allowed"),
        ("under", ", ".join(partner.mandate_ids) or "no mandate: nothing may be told"),
        ("sealed for", partner.age_recipient),
        ("signs with", partner.signing_key),
        *(("delivered", f"{one.way.value}: {one.target}") for one in partner.deliveries),
    ):
        add_plain_row(table, word, value)
    output_console().print(table)


def _words(fields: Iterable[str]) -> str:
    return ", ".join(one.replace("_", " ") for one in fields)
