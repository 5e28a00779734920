"""``cathartes release send`` and ``deliver``: what was approved goes out."""

from pathlib import Path
from typing import Annotated

import typer

from cathartes.cli.account import AsOption, CodeOption, PasswordStdin, asked_who
from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.key import KEYS, KeysOption
from cathartes.cli.passphrase import PassphraseStdin, asked_passphrase
from cathartes.cli.release_tables import print_release, told_of_release
from cathartes.errors import OutputError
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.pipeline.outgoing import Sent, release_deliver, release_send

_DEFAULT = DeliverySettings()

OutboxOption = Annotated[
    Path,
    typer.Option(envvar="CATHARTES_OUTBOX", help="Folder for messages that a person sends."),
]
MailFromOption = Annotated[
    str,
    typer.Option(
        envvar="CATHARTES_MAIL_FROM", help="Your e-mail address; else the mail program's."
    ),
]
_TlsOption = Annotated[
    Path,
    typer.Option(
        "--tls", envvar="CATHARTES_TLS", help="Folder with certificates, one folder a partner."
    ),
]
_TimeoutOption = Annotated[
    float,
    typer.Option(
        "--timeout", min=1, max=600, help="Seconds for which a partner's server may be silent."
    ),
]


def send(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="Its id.")],
    *,
    seen: Annotated[
        str, typer.Option("--seen", help="Number of what you looked at, as `release show` says it.")
    ] = "",
    outbox: OutboxOption = _DEFAULT.outbox,
    mail_from: MailFromOption = _DEFAULT.mail_from,
    tls: _TlsOption = _DEFAULT.tls,
    timeout: _TimeoutOption = _DEFAULT.timeout_s,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Seal an approved release with your present key, send it, and deliver it.

    Standard input has the password first, then the passphrase. What is not delivered, stays sent:
    `release deliver` takes it up. The command then leaves with 40.

    Example: `cathartes release send R-7KQ2-M9XD-3FVA --seen 1f3a90c2b45d6e7f --as rosa`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    settings = DeliverySettings(outbox, mail_from, tls, timeout)
    _tell(release_send(casebook, release, seen, who, passphrase, keys, settings), json_output)


def deliver(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="Its id.")],
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Also by the ways that are done already.")
    ] = False,
    hand_over: Annotated[
        Path | None,
        typer.Option(help="Folder to lay the package into, for a person; no other way is gone."),
    ] = None,
    outbox: OutboxOption = _DEFAULT.outbox,
    mail_from: MailFromOption = _DEFAULT.mail_from,
    tls: _TlsOption = _DEFAULT.tls,
    timeout: _TimeoutOption = _DEFAULT.timeout_s,
    as_: AsOption = "",
    code: CodeOption = "",
    password_stdin: PasswordStdin = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Deliver a release that was sent, by the partner's ways that are not done yet.

    Example: `cathartes release deliver R-7KQ2-M9XD-3FVA --as rosa`
    """
    who = asked_who(as_, code, from_stdin=password_stdin)
    settings = DeliverySettings(outbox, mail_from, tls, timeout)
    told = release_deliver(casebook, release, who, settings, again=again, hand_over=hand_over)
    _tell(told, json_output)


def _tell(sent: Sent, json_output: bool) -> None:
    if json_output:
        write_json(
            {
                "release": told_of_release(sent.release),
                "is_delivered": sent.is_delivered,
                "deliveries": [
                    {
                        "way": one.delivery.way.value,
                        "target": one.delivery.target,
                        "succeeded": one.succeeded,
                        "told": one.told,
                    }
                    for one in sent.delivered
                ],
            }
        )
    else:
        _print(sent)
    if not sent.is_delivered:
        raise typer.Exit(OutputError.exit_code)


def _print(sent: Sent) -> None:
    console, release_id = output_console(), sent.release.id
    print_release(sent.release)
    if not sent.delivered:
        handed = f"cathartes release deliver {release_id} --hand-over FOLDER"
        said = "Its ways are all done." if sent.has_ways else (
            "Its partner has no way of delivery: a person hands it over."
        )  # fmt: skip
        console.print(f"{said} The package once more: {handed}", soft_wrap=True, markup=False)
        return
    for one in sent.delivered:
        state = "done" if one.succeeded else "NOT DONE"
        said = f"by {one.delivery.way.value}, to {one.delivery.target}: {state}, {one.told}"
        console.print(said, soft_wrap=True, markup=False)
    if not sent.is_delivered:
        console.print(
            f"It is sent, and not delivered by each way. Once that is mended: `cathartes release "
            f"deliver {release_id}`.",
            soft_wrap=True,
        )
