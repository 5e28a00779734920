"""``cathartes verify``: whether a package is whole and for us, and from whom it is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from cathartes.casework.tlp import marking
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.key import KEYS, KeysOption
from cathartes.cli.moment import moment_of
from cathartes.cli.passphrase import PassphraseStdin, asked_passphrase
from cathartes.pipeline.verification import needs_passphrase, verify
from cathartes.sealing.package import OpenedPackage
from cathartes.sealing.statement import sha256_of


def verify_package(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="The file, *.cathartes.")],
    *,
    identity: Annotated[
        Path | None, typer.Option(help="Your age identity file, in the place of your own keys.")
    ] = None,
    sender: Annotated[
        list[Path] | None,
        typer.Option(
            help="A sender's exported key that you trust, in the place of those imported; any "
            "number of times."
        ),
    ] = None,
    received: Annotated[
        str, typer.Option(help="When you had it, by your own records: 2026-05-04, or ISO 8601.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="New folder for its files.")] = None,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Say who signed a package and when, what is in it, and whether it was changed.

    Needs no connection and no casebook. On any doubt it leaves with 48, if the package is at
    fault, or 49, if it is a key.

    Example: `cathartes verify R-2026-0001.cathartes`
    """
    received_utc = moment_of("--received", received)
    is_locked = needs_passphrase(keys, identity)
    opened = verify(
        package,
        passphrase=asked_passphrase(from_stdin=passphrase_stdin) if is_locked else "",
        keys=keys,
        identity=identity,
        senders=sender or (),
        received_utc=received_utc,
        out=out,
    )
    if json_output:
        write_json(_told(opened))
    else:
        _print(opened, out)


def _told(opened: OpenedPackage) -> dict[str, object]:
    facts = opened.facts
    return {
        "is_whole": True,
        "kind": facts.kind,
        "release_id": facts.release_id,
        "recipient": facts.recipient,
        "marking": marking(facts.tlp, is_exercise=facts.is_exercise),
        "is_exercise": facts.is_exercise,
        "sender": opened.sender.owner,
        "sender_key": opened.sender.id,
        "signed": facts.signed_utc,
        "content_sha256": facts.content_sha256,
        "audit_head": facts.audit_head,
        "files": [
            {
                "name": one.name,
                "media_type": one.media_type,
                "description": one.description,
                "size_bytes": len(one.content),
                "sha256": sha256_of(one.content),
            }
            for one in opened.files
        ],
    }


def _print(opened: OpenedPackage, out: Path | None) -> None:
    console, facts = output_console(), opened.facts
    console.print("The package is whole, and sealed for you; nothing in it was changed.")
    lines = Table(box=None, pad_edge=False, show_header=False)
    rows = [
        ("what", f"{facts.kind} {facts.release_id}, for {facts.recipient}"),
        ("marking", marking(facts.tlp, is_exercise=facts.is_exercise)),
        ("signed by", opened.sender.owner),
        ("with key", opened.sender.fingerprint),
        ("signed on", f"{facts.signed_utc:%Y-%m-%d %H:%M:%S} UTC, by the sender's clock"),
    ]
    if facts.audit_head:
        rows.append(("audit head", facts.audit_head))
    for row in rows:
        add_plain_row(lines, *row)
    console.print(lines)
    table = Table("file", "what it is", Column("bytes", justify="right"))
    for one in opened.files:
        add_plain_row(table, one.name, one.description, f"{len(one.content):,}")
    console.print(table)
    revoked = opened.sender.revocation
    if revoked is not None:
        console.print(
            f"Its key was revoked later, on {revoked.moment_utc:%Y-%m-%d %H:%M} UTC "
            f"({revoked.why}). When it was signed, only the sender says: compare it with when you "
            "had it.",
            soft_wrap=True,
        )
    if out is not None:
        console.print(f"The files are in {out}", soft_wrap=True, markup=False)
