"""A partner's answer to a release: offline, without a casebook, one signed and sealed file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

from cathartes.casework.release_content import ReleaseContent, content_from_json
from cathartes.casework.release_material import Notice
from cathartes.casework.response import (
    OF_A_RECALL,
    Answer,
    Response,
    Seized,
    check_fits,
    check_visit,
)
from cathartes.errors import OutputError, PackageError, ReleaseError, SettingsError
from cathartes.pipeline.keys import DEFAULT_KEYS, read_up_to
from cathartes.pipeline.verification import verify
from cathartes.products.release.file_list import CONTENT
from cathartes.sealing.attachment import MOST_BYTES, attachment_of, plain_name
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.package import OpenedPackage
from cathartes.sealing.response_package import write_response
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.statement import Kind, sha256_of

_SEIZED = re.compile(r"\s*([^=]+?)\s*=\s*(\d+(?:\.\d+)?)\s*([^\d\s.,].*?)\s*")


@dataclass(frozen=True, slots=True)
class Told:
    """A release that was found whole, and the key that will sign the answer to it.

    Attributes
    ----------
    opened
    content
        What it tells.
    key
        The partner's own.
    """

    opened: OpenedPackage
    content: ReleaseContent
    key: SecretKey

    @property
    def possible(self) -> tuple[Answer, ...]:
        """What can be answered to it."""
        is_recall = self.content.notice is Notice.CANCEL
        return tuple(one for one in Answer if not is_recall or one in OF_A_RECALL)

    @property
    def is_for_older_key(self) -> bool:
        """Whether it went to another key of ours than signs now: the sender needs the new one."""
        return self.opened.recipient_key != self.key.public.age_recipient


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer says; see `cathartes.casework.response.Response`.

    Attributes
    ----------
    answer, note, reason, visited_on, seized
    attach
        Files to go with it.
    """

    answer: Answer
    note: str = ""
    reason: str = ""
    visited_on: date | None = None
    seized: tuple[Seized, ...] = ()
    attach: tuple[Path, ...] = ()


def respond(
    package: str | Path,
    answer: str,
    out: str | Path,
    *,
    passphrase: str,
    keys: str | Path = DEFAULT_KEYS,
    note: str = "",
    reason: str = "",
    visited_on: date | None = None,
    seized: Iterable[str] = (),
    attach: Iterable[str | Path] = (),
    received_utc: datetime | None = None,
) -> Response:
    """Answer a release: verify it, and write one file that its sender alone can open.

    Parameters
    ----------
    package
        The release, ``*.cathartes``.
    answer
        A word of `cathartes.casework.response.Answer`.
    out
        New file to write.
    passphrase
        Of one's own keys.
    keys
        Folder with one's own keys, and those of senders that one trusts.
    note
        Words to the sender.
    reason
        Why it is disputed; of no other answer.
    visited_on
        When somebody was there.
    seized
        Quantities, each as ``acetone=120 l``.
    attach
        Files: PDF, PNG, JPEG, text, CSV.
    received_utc
        When one had the release, by one's own records.

    Raises
    ------
    PackageError, KeyringError
        If the release is not whole or from nobody who is trusted; if something can't be attached.
    ReleaseError
        If that can't be answered.
    """
    told = told_release(package, passphrase, keys=keys, received_utc=received_utc)
    amounts = tuple(map(seized_of, seized))
    files = tuple(map(Path, attach))
    return write_answer(
        told, Said(answer_of(answer), note, reason, visited_on, amounts, files), out
    )


def told_release(
    package: str | Path,
    passphrase: str,
    *,
    keys: str | Path = DEFAULT_KEYS,
    received_utc: datetime | None = None,
) -> Told:
    """Return a release that is whole, with one's own key unlocked; errors as of `respond`."""
    opened = verify(package, passphrase=passphrase, keys=keys, received_utc=received_utc)
    facts = opened.facts
    if facts.kind is Kind.RESPONSE:
        raise PackageError(f"{package}: it is an answer itself; a release is needed.")
    text = next((one.content for one in opened.files if one.name == CONTENT.name), None)
    if text is None or sha256_of(text) != facts.content_sha256:
        raise PackageError(
            f"{package}: {CONTENT.name} is not what was approved; ask the sender for it again."
        )
    content = content_from_json(text)
    if (content.release_id, content.recipient.id, content.is_exercise) != (
        facts.release_id, facts.recipient, facts.is_exercise,
    ):  # fmt: skip
        raise PackageError(
            f"{package}: what is signed and {CONTENT.name} speak of different releases; ask the "
            "sender."
        )
    ring = Keyring(Path(keys))
    return Told(opened, content, ring.unlock(ring.current(datetime.now(UTC)), passphrase))


def write_answer(told: Told, said: Said, out: str | Path) -> Response:
    """Write an answer into a new file, whole or not at all; errors as of `respond`."""
    target = Path(out)
    check_free(target)
    check_fits(told.content.notice, said.answer)
    check_visit(said.visited_on, told.content)
    attached = dict(map(attachable, said.attach))
    if len(attached) != len(said.attach):
        raise ReleaseError("two files to attach have one name; name them differently.")
    facts = told.opened.facts
    response = Response(
        id=f"A-{uuid4().hex}",
        release_id=facts.release_id,
        partner_id=facts.recipient,
        answer=said.answer,
        answered_utc=datetime.now(UTC).replace(microsecond=0),
        note=said.note,
        reason=said.reason,
        visited_on=said.visited_on,
        seized=said.seized,
        attachments=tuple(attachment_of(*one) for one in sorted(attached.items())),
        is_exercise=facts.is_exercise,
    )
    sealed = write_response(
        response, attached, told.opened, told.content.sender.id, told.key, told.content.language
    )
    part = target.with_name(f".part-{uuid4().hex}")
    try:
        part.write_bytes(sealed)
        part.rename(target)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return response


def check_free(target: Path) -> None:
    """Check that a file is not there yet; OutputError if it is."""
    if target.exists():
        raise OutputError(f"{target}: is there already; name another file.")


def attachable(path: Path) -> tuple[str, bytes]:
    """Return (plain name, bytes) of a file that may go with an answer.

    Raises
    ------
    InputError, PackageError, ReleaseError
        If it can't be read, or may not.
    """
    name, content = plain_name(path.name), read_up_to(path, MOST_BYTES)
    attachment_of(name, content)
    return name, content


def answer_of(word: str) -> Answer:
    """Return the answer of a word, with blanks or hyphens; SettingsError if there is none."""
    try:
        return Answer(" ".join(word.lower().replace("-", " ").split()))
    except ValueError as error:
        there = ", ".join(one.value for one in Answer)
        raise SettingsError(f"answer {word!r}: {there} are there; choose one.") from error


def seized_of(text: str) -> Seized:
    """Return the quantity of a text as ``acetone=120 l``; SettingsError if it is none."""
    read = _SEIZED.fullmatch(text)
    if read is None:
        raise SettingsError(
            f"seized {text!r}: what, amount and unit are needed, as 'acetone=120 l'; 1.5 with a "
            "point."
        )
    return Seized(read[1], float(read[2]), read[3])
