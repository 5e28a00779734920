"""``cathartes release``: drafts, approvals, and what was sent."""

from pathlib import Path
from typing import Annotated

import typer

from cathartes.casework.release import Release, ReleaseState
from cathartes.casework.release_material import Sender
from cathartes.casework.tlp import Tlp
from cathartes.cli.account import AsOption, CodeOption, PasswordStdin, asked_who
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.key import KEYS, KeysOption
from cathartes.cli.release_send import deliver, send
from cathartes.cli.release_tables import (
    print_preview,
    print_release,
    print_releases,
    told_of_preview,
    told_of_release,
)
from cathartes.errors import SettingsError
from cathartes.pipeline.release_draft import Wording, sender_named, sender_of_keys
from cathartes.pipeline.releases import (
    release_approve,
    release_draft,
    release_drop,
    release_list,
    release_preview,
    release_recall,
    release_redraft,
    release_refuse,
    release_submit,
    release_update,
)
from cathartes.store.interface_releases import ReleaseFilter

app = typer.Typer(
    help="Findings for partners: draft, show, submit, approve, send, update, recall.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)

ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help="Its id.")]
SeenOption = Annotated[
    str, typer.Option("--seen", help="Number of what you looked at, as `release show` says it.")
]
_PartnerOption = Annotated[str, typer.Option("--partner", help="Whom it is for.")]
_TlpOption = Annotated[
    str, typer.Option("--tlp", help="Label: CLEAR, GREEN, AMBER, AMBER+STRICT or RED.")
]
_MessageOption = Annotated[
    str | None, typer.Option("--message", help="Words to the partner, which go out as they are.")
]
_ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the partner reads it.")]
_WhyOption = Annotated[str, typer.Option("--why", help="The reason, which is kept.")]
_SenderOption = Annotated[
    str,
    typer.Option(
        envvar="CATHARTES_SENDER",
        help="Who releases, as partners know you; else the owner of your present key.",
    ),
]


@app.command("list")
def list_(
    *,
    state: Annotated[
        list[str] | None, typer.Option(help="Only in this state, any number of times.")
    ] = None,
    partner: Annotated[str, typer.Option(help="Only for this partner.")] = "",
    site: Annotated[str, typer.Option(help="Only of this site.")] = "",
    exercise: Annotated[
        bool | None,
        typer.Option("--exercise/--real", help="Only drills, or none; both if left out."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    after: Annotated[str, typer.Option(help="Id of the last one had: go on after it.")] = "",
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """List releases, the last drafted first.

    Example: `cathartes release list --state submitted --as rosa`
    """
    wanted = ReleaseFilter(frozenset(map(_state_of, state or ())), partner, site, exercise)
    who = asked_who(as_, code, from_stdin=password_stdin)
    found = release_list(casebook, who, wanted, limit, after)
    if json_output:
        write_json({"releases": [told_of_release(one) for one in found]})
    else:
        print_releases(found)


@app.command()
def show(
    release: ReleaseArgument,
    *,
    files: Annotated[
        Path | None,
        typer.Option(help="New folder for the very files of the package, to look at them."),
    ] = None,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Show exactly what the partner will see of a release, and what is withheld.

    Example: `cathartes release show R-7KQ2-M9XD-3FVA --files look --as rosa`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    found = release_preview(casebook, release, files, who)
    if json_output:
        write_json(told_of_preview(found))
        return
    print_preview(found)
    if files is not None:
        output_console().print(f"Its files, as the partner will find them: {files}", markup=False)


@app.command()
def draft(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Id of the site it tells of.")],
    partner: _PartnerOption,
    tlp: _TlpOption,
    *,
    message: _MessageOption = None,
    exercise: Annotated[
        bool, typer.Option("--exercise", help="A drill, marked as one everywhere.")
    ] = False,
    sender: _SenderOption = "",
    keys: KeysOption = KEYS,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Draft what one partner is to be told of a site. Nobody is told by it.

    Example: `cathartes release draft site-a --partner fiscalia --tlp AMBER --as ana`
    """
    wording = Wording(Tlp.from_text(tlp), message or "")
    said_by = _sender(sender, keys)
    who = asked_who(as_, code, from_stdin=password_stdin)
    made = release_draft(casebook, site, partner, wording, said_by, who, is_exercise=exercise)
    _show(made, json_output)


@app.command()
def redraft(
    release: ReleaseArgument,
    *,
    tlp: Annotated[str, typer.Option("--tlp", help="Another label.")] = "",
    message: _MessageOption = None,
    reason: Annotated[str, typer.Option(help="Another reason, of an update or recall.")] = "",
    sender: _SenderOption = "",
    keys: KeysOption = KEYS,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Write a release that was not sent anew, from what is known now; an approval is void.

    Example: `cathartes release redraft R-7KQ2-M9XD-3FVA --as ana`
    """
    said_by = _sender(sender, keys)
    who = asked_who(as_, code, from_stdin=password_stdin)
    other = Tlp.from_text(tlp) if tlp else None
    made = release_redraft(
        casebook, release, said_by, who, tlp=other, message=message, reason=reason or None
    )
    _show(made, json_output)


@app.command()
def update(
    release: ReleaseArgument,
    reason: _ReasonOption,
    *,
    tlp: Annotated[str, typer.Option("--tlp", help="Label; that of the earlier if not said.")] = "",
    message: _MessageOption = None,
    sender: _SenderOption = "",
    keys: KeysOption = KEYS,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Draft what takes the place of a release that was sent, from what is known now.

    Example: `cathartes release update R-7KQ2-M9XD-3FVA --reason "Seen again." --as ana`
    """
    said_by = _sender(sender, keys)
    who = asked_who(as_, code, from_stdin=password_stdin)
    other = Tlp.from_text(tlp) if tlp else None
    made = release_update(casebook, release, reason, said_by, who, tlp=other, message=message or "")
    _show(made, json_output)


@app.command()
def recall(
    release: ReleaseArgument,
    reason: _ReasonOption,
    *,
    tlp: Annotated[str, typer.Option("--tlp", help="Label; that of the earlier if not said.")] = "",
    message: _MessageOption = None,
    sender: _SenderOption = "",
    keys: KeysOption = KEYS,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Draft what tells the partner that a release holds no more; it tells nothing of the site.

    Example: `cathartes release recall R-7KQ2-M9XD-3FVA --reason "It was a kiln." --as ana`
    """
    said_by = _sender(sender, keys)
    who = asked_who(as_, code, from_stdin=password_stdin)
    other = Tlp.from_text(tlp) if tlp else None
    made = release_recall(casebook, release, reason, said_by, who, tlp=other, message=message or "")
    _show(made, json_output)


@app.command()
def submit(
    release: ReleaseArgument,
    seen: SeenOption = "",
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Ask for a release's approval, just as you looked at it.

    Example: `cathartes release submit R-7KQ2-M9XD-3FVA --seen 3b1f90aa02c4 --as ana`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(release_submit(casebook, release, seen, who), json_output)


@app.command()
def approve(
    release: ReleaseArgument,
    seen: SeenOption = "",
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Approve a release that others drafted and reviewed, just as you looked at it.

    Example: `cathartes release approve R-7KQ2-M9XD-3FVA --seen 3b1f90aa02c4 --as rosa`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(release_approve(casebook, release, seen, who), json_output)


app.command()(send)
app.command()(deliver)


@app.command()
def refuse(
    release: ReleaseArgument,
    why: _WhyOption,
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Refuse a release, also one that was approved; it can be written anew.

    Example: `cathartes release refuse R-7KQ2-M9XD-3FVA --why "The farm next to it" --as rosa`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(release_refuse(casebook, release, why, who), json_output)


@app.command()
def drop(
    release: ReleaseArgument,
    why: _WhyOption,
    *,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Drop a release that was not sent: nobody was told, nobody will be.

    Example: `cathartes release drop R-7KQ2-M9XD-3FVA --why "Drafted twice" --as ana`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    _show(release_drop(casebook, release, why, who), json_output)


def _sender(name: str, keys: Path) -> Sender:
    return sender_named(name) if name else sender_of_keys(keys)


def _state_of(word: str) -> ReleaseState:
    try:
        return ReleaseState(word.strip().lower())
    except ValueError as error:
        there = ", ".join(ReleaseState)
        raise SettingsError(f"state {word!r}: {there} are there; choose among them.") from error


def _show(release: Release, json_output: bool) -> None:
    if json_output:
        write_json(told_of_release(release))
    else:
        print_release(release)
