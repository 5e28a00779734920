"""``cathartes key``: keys to sign and to open, and those of senders."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cathartes.casework.public_key import PublicKey
from cathartes.cli.commands import CONTEXT_SETTINGS
from cathartes.cli.console import JsonFlag, add_plain_row, output_console
from cathartes.cli.json_output import write_json
from cathartes.cli.moment import moment_of
from cathartes.cli.passphrase import PassphraseStdin, asked_passphrase, asked_pin
from cathartes.pipeline.keys import (
    DEFAULT_KEYS,
    key_backup,
    key_create,
    key_export,
    key_import_sender,
    key_list,
    key_pin,
    key_restore,
    key_revoke,
    key_rotate,
    key_show,
    key_tokens,
)
from cathartes.sealing.keyring import VALID_DAYS

app = typer.Typer(
    help="Keys to sign and to open: create, rotate, revoke, export, import-sender, backup.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings=CONTEXT_SETTINGS,
)

KeysOption = Annotated[
    Path, typer.Option("--keys", envvar="CATHARTES_KEYS", help="Folder that holds the keys.")
]
KEYS = Path(DEFAULT_KEYS)

_KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="How its number begins.")]
_ValidDays = Annotated[int, typer.Option(min=1, max=3650, help="For how long it holds.")]


@app.command()
def create(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Whose, as partners read it.")],
    *,
    valid_days: _ValidDays = VALID_DAYS,
    pkcs11: Annotated[
        str,
        typer.Option(
            metavar="TOKEN",
            help="Label of a token in which the signing key is made, and stays; its PIN is asked "
            "for. CATHARTES_PKCS11 names the PKCS#11 module.",
        ),
    ] = "",
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Make a pair of keys, to sign and to be sealed for; a passphrase is asked for, twice.

    Example: `cathartes key create "Air survey, Sonora"`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin, is_new=True)
    token = (pkcs11, asked_pin(from_stdin=passphrase_stdin)) if pkcs11 else None
    made = key_create(owner, passphrase, keys=keys, valid_days=valid_days, token=token)
    _show(made, json_output)


@app.command("list")
def list_(*, keys: KeysOption = KEYS, json_output: JsonFlag = False) -> None:
    """List your keys, and those of senders you trust.

    Example: `cathartes key list`
    """
    found, tokens = key_list(keys=keys), key_tokens(keys=keys)
    if json_output:
        write_json(
            {
                kind: [_told(key) | {"token": tokens.get(key.id)} for key in every]
                for kind, every in found.items()
            }
        )
        return
    if not any(found.values()):
        output_console().print(f"{keys} holds no keys; make yours: `cathartes key create`.")
        return
    table = Table("key", "whose", "", "valid until [UTC]", "state")
    for kind, every in found.items():
        for key in every:
            token = f", signs in {tokens[key.id]}" if key.id in tokens else ""
            whose = f"yours{token}" if kind == "own" else "a sender's"
            until = f"{key.valid_until_utc:%Y-%m-%d %H:%M}"
            add_plain_row(table, key.fingerprint, key.owner, whose, until, _state(key))
    output_console().print(table)


@app.command()
def show(key: _KeyArgument, *, keys: KeysOption = KEYS, json_output: JsonFlag = False) -> None:
    """Show a key's number, to be read aloud, and its public keys.

    Example: `cathartes key show 1f3a`
    """
    _show(key_show(key, keys=keys), json_output)


@app.command()
def rotate(
    *,
    valid_days: _ValidDays = VALID_DAYS,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Make a new pair in the place of the present one, which is retired; the passphrase stays.

    Example: `cathartes key rotate`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    old, new = key_rotate(passphrase, keys=keys, valid_days=valid_days)
    if json_output:
        write_json({"old": _told(old), "new": _told(new)})
        return
    _print(new)
    output_console().print(
        f"Key {old.fingerprint} is retired. Export both for your partners; they compare the new "
        "number with you by telephone.",
        soft_wrap=True,
    )


@app.command()
def revoke(
    key: _KeyArgument,
    why: Annotated[str, typer.Option(help="retired, or compromised: somebody else may have it.")],
    *,
    since: Annotated[
        str, typer.Option(help="From when on: 2026-05-04, or ISO 8601; now if left out.")
    ] = "",
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Revoke a key, yours or a sender's: later signatures of it are refused. There is no undoing.

    Example: `cathartes key revoke 1f3a --why compromised --since 2026-05-04`
    """
    since_utc = moment_of("--since", since)
    _show(key_revoke(key, why, since_utc=since_utc, keys=keys), json_output)


@app.command()
def pin(
    key: _KeyArgument,
    *,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Keep another PIN of the token in which your key lies; it is tried once.

    Example: `cathartes key pin 1f3a`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    _show(key_pin(key, passphrase, asked_pin(from_stdin=passphrase_stdin), keys=keys), json_output)


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    *,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Write all your keys, and those of senders, into one file that your passphrase opens.

    Each of your keys is opened first. A signing key in a token stays there: it has no backup.

    Example: `cathartes key backup keys-2026-05.age`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    kept = key_backup(out, passphrase, keys=keys)
    tokens = key_tokens(keys=keys)
    _list_kept(f"{out} holds", kept, json_output)
    for key in kept if not json_output else ():
        if key.id in tokens:
            output_console().print(
                f"Of key {key.fingerprint} the signing key is in {tokens[key.id]} alone.",
                soft_wrap=True, markup=False,
            )  # fmt: skip


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As `key backup` wrote it.")],
    *,
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Put the keys of a backup into a new folder, after opening each.

    Example: `cathartes key restore keys-2026-05.age --keys keys`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    _list_kept(f"{keys} holds", key_restore(file, passphrase, keys=keys), json_output)


def _list_kept(where: str, kept: Sequence[PublicKey], json_output: bool) -> None:
    if json_output:
        write_json({"own": [_told(key) for key in kept]})
        return
    told = ", ".join(f"{key.fingerprint} ({_state(key)})" for key in kept)
    output_console().print(f"{where} these keys of yours: {told}.", soft_wrap=True, markup=False)


@app.command()
def export(
    key: _KeyArgument,
    *,
    out: Annotated[Path, typer.Option(help="File to write.")],
    passphrase_stdin: PassphraseStdin = False,
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Write your public key for partners, or that it is revoked, signed by itself.

    Example: `cathartes key export 1f3a --out sonora.cathartes-key`
    """
    passphrase = asked_passphrase(from_stdin=passphrase_stdin)
    _show(key_export(key, passphrase, out, keys=keys), json_output)


@app.command("import-sender")
def import_sender(
    exported: Annotated[Path, typer.Argument(metavar="FILE", help="As the sender exported it.")],
    *,
    fingerprint: Annotated[
        str, typer.Option(help="The key's number, as the sender read it aloud.")
    ] = "",
    keys: KeysOption = KEYS,
    json_output: JsonFlag = False,
) -> None:
    """Trust a sender's key; or take note that it is revoked.

    Example: `cathartes key import-sender sonora.cathartes-key --fingerprint "1f3a 90c2 …"`
    """
    _show(key_import_sender(exported, fingerprint, keys=keys), json_output)


def _show(key: PublicKey, json_output: bool) -> None:
    if json_output:
        write_json(_told(key))
    else:
        _print(key)


def _told(key: PublicKey) -> dict[str, object]:
    return {
        "id": key.id,
        "fingerprint": key.fingerprint,
        "owner": key.owner,
        "state": _state(key),
        "signing_key": key.signing_key,
        "age_recipient": key.age_recipient,
        "valid_from": key.valid_from_utc,
        "valid_until": key.valid_until_utc,
        "revocation": key.revocation,
    }


def _print(key: PublicKey) -> None:
    facts = Table(box=None, pad_edge=False, show_header=False)
    start, end = (f"{one:%Y-%m-%d %H:%M}" for one in (key.valid_from_utc, key.valid_until_utc))
    for word, value in (
        ("key", key.fingerprint),
        ("whose", key.owner),
        ("state", _state(key)),
        (
            "valid",
            f"{start} to {end} UTC",
        ),
        ("signs with", key.signing_key),
        ("sealed for", key.age_recipient),
    ):
        add_plain_row(facts, word, value)
    output_console().print(facts)


def _state(key: PublicKey) -> str:
    if key.revocation is not None:
        return f"{key.revocation.why} since {key.revocation.moment_utc:%Y-%m-%d %H:%M} UTC"
    now_utc = datetime.now(UTC)
    if now_utc >= key.valid_until_utc:
        return "expired"
    return "valid" if now_utc >= key.valid_from_utc else "not yet valid"
