"""An answer as a package: ``response.json`` and what is attached, from a partner to who told it.

What the signed statement says already (which release, its content, when, whether it is a drill)
stands there alone, and what the manifest says of attachments too: no second truth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import Field

from cathartes.casework.partner import Partner
from cathartes.casework.public_key import CLOCK_SLACK, PublicKey
from cathartes.casework.release import Release, ReleaseState
from cathartes.casework.response import (
    Answer,
    Attachment,
    Response,
    Seized,
    check_fits,
)
from cathartes.errors import PackageError, ReleaseError
from cathartes.sealing.attachment import MOST_TOGETHER_BYTES, attachment_of
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import README, OpenedPackage, write_package
from cathartes.sealing.readme import Language
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.statement import Kind, PackageFacts
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical

RESPONSE = "response.json"
FOLDER = "attachments/"
_DESCRIPTION = "The answer."
_DESCRIPTION_ATTACHED = "Attached to the answer."


class _Seized(Strict):
    amount: float
    unit: str
    what: str


class _Response(Strict):
    answer: str
    format: Literal["cathartes-response/1"] = "cathartes-response/1"
    id: str
    note: str
    partner_id: str
    reason: str
    seized: tuple[_Seized, ...] = Field(strict=False)  # JSON has lists
    visited_on: str | None


@dataclass(frozen=True, slots=True)
class OpenedResponse:
    """An answer that came whole from who signed it; whether they may answer is another question.

    Attributes
    ----------
    response
    facts
        What was signed of it as a whole.
    signer
        The trusted key that signed it.
    attached : by SHA-256
        The bytes of its attachments.
    """

    response: Response
    facts: PackageFacts
    signer: PublicKey
    attached: Mapping[str, bytes] = field(repr=False)


def write_response(
    response: Response,
    attached: Mapping[str, bytes],
    told: OpenedPackage,
    sender_id: str,
    key: SecretKey,
    language: Language = "en",
) -> bytes:
    """Return an answer, signed, and sealed for who sent the release.

    Parameters
    ----------
    response
        Without attachments.
    attached : by name
        Their bytes.
    told
        The release that it answers.
    sender_id
        Of who sent it.
    key
        The partner's own, which signs.
    language
        Of the sender, for the package's README.

    Raises
    ------
    PackageError, ReleaseError
        If something can't be attached, or it answers another release.
    KeyringError
        If the key may not sign now.
    """
    facts = told.facts
    if (response.release_id, response.partner_id, response.is_exercise) != (
        facts.release_id, facts.recipient, facts.is_exercise,
    ):  # fmt: skip
        raise ReleaseError(
            f"response to {response.release_id} by {response.partner_id}: the package tells "
            f"{facts.recipient} of {facts.release_id}; answer that, as a drill if it is one."
        )
    told_json = _Response(
        answer=response.answer.value,
        id=response.id,
        note=response.note,
        partner_id=response.partner_id,
        reason=response.reason,
        seized=tuple(_Seized(amount=s.amount, unit=s.unit, what=s.what) for s in response.seized),
        visited_on=response.visited_on.isoformat() if response.visited_on else None,
    )
    files = [PackageFile(RESPONSE, "application/json", _DESCRIPTION, canonical_json(told_json))]
    for name, content in sorted(attached.items()):
        about = attachment_of(name, content)
        files.append(PackageFile(FOLDER + name, about.media_type, _DESCRIPTION_ATTACHED, content))
    _check_together(attached)
    answering = PackageFacts(
        Kind.RESPONSE,
        facts.release_id,
        sender_id,
        facts.tlp,
        facts.content_sha256,
        response.answered_utc,
        facts.is_exercise,
    )
    return write_package(files, answering, key, told.sender.age_recipient, language)


def response_of(opened: OpenedPackage) -> OpenedResponse:
    """Return the answer that a package holds.

    Raises
    ------
    PackageError, ReleaseError
        If it holds none, or one that can't be, or something beside it.
    """
    facts = opened.facts
    if facts.kind is not Kind.RESPONSE:
        raise PackageError(f"it is a {facts.kind.value}, where an answer is needed.")
    by_name = {one.name: one for one in opened.files if one.name != README}
    if RESPONSE not in by_name:
        raise PackageError(f"{RESPONSE} is not in the answer.")
    read = read_canonical(by_name.pop(RESPONSE).content, _Response, RESPONSE)
    _check_together({name: one.content for name, one in by_name.items()})
    attachments = tuple(_attachment(one) for one in by_name.values())
    response = Response(
        read.id,
        facts.release_id,
        read.partner_id,
        _answer(read.answer),
        facts.signed_utc,
        read.note,
        read.reason,
        _day(read.visited_on),
        tuple(Seized(one.what, one.amount, one.unit) for one in read.seized),
        attachments,
        facts.is_exercise,
    )
    attached = {
        about.sha256: one.content for about, one in zip(attachments, by_name.values(), strict=True)
    }
    return OpenedResponse(response, facts, opened.sender, attached)


def check_answers(opened: OpenedResponse, release: Release, partner: Partner, our_id: str) -> None:
    """Check that an answer is that of the partner to whom this release was sent, to just this.

    Parameters
    ----------
    opened
    release
        That it speaks of, as the casebook has it.
    partner
        To whom that release went, as the casebook has it.
    our_id
        By which we told it.

    Raises
    ------
    PackageError
        If somebody else signed it, or it is for somebody else or about another content.
    ReleaseError
        If that release can't be answered so: not told, recalled, superseded; a drill, or none.
    """
    facts, response = opened.facts, opened.response
    who = f"answer to {release.id}"
    if opened.signer.signing_key != partner.signing_key or response.partner_id != partner.id:
        raise PackageError(
            f"{who}: {opened.signer.owner} signed it (key {opened.signer.fingerprint}) as partner "
            f"{response.partner_id!r}, and that release went to {partner.id}, which has another "
            "key. It is not taken; ask both."
        )
    if facts.recipient != our_id:
        raise PackageError(
            f"{who}: it is for {facts.recipient!r}, and {our_id!r} sent the release."
        )
    if facts.content_sha256 != release.content_sha256:
        raise PackageError(
            f"{who}: it answers another content than was sent. Have it answered from the package "
            "that was sent."
        )
    if facts.is_exercise != release.is_exercise:
        one, other = ("an exercise", "real") if facts.is_exercise else ("real", "an exercise")
        raise ReleaseError(f"{who}: the answer is {one}, the release is {other}.")
    if not release.is_told or release.sent_utc is None:
        raise ReleaseError(f"{who}: it is {release.state.value}, and was told nobody.")
    if release.state in {ReleaseState.RECALLED, ReleaseState.SUPERSEDED}:
        raise ReleaseError(
            f"{who}: it was {release.state.value}; have what was sent in its place answered."
        )
    check_fits(release.notice, response.answer)
    if facts.signed_utc < release.sent_utc - CLOCK_SLACK:
        raise PackageError(
            f"{who}: signed on {facts.signed_utc:%Y-%m-%d %H:%M} UTC, before that release was sent "
            f"({release.sent_utc:%Y-%m-%d %H:%M}): a clock is wrong, or somebody lies."
        )


def _attachment(one: PackageFile) -> Attachment:
    if not one.name.startswith(FOLDER):
        raise PackageError(f"{one.name!r} is in the answer; only {RESPONSE} and {FOLDER} may be.")
    about = attachment_of(one.name.removeprefix(FOLDER), one.content)
    if about.media_type != one.media_type:
        raise PackageError(f"{one.name!r} is told to be {one.media_type!r}, which its name is not.")
    return about


def _check_together(attached: Mapping[str, bytes]) -> None:
    size = sum(map(len, attached.values()))
    if size > MOST_TOGETHER_BYTES:
        raise PackageError(
            f"the attachments have {size} bytes; at most {MOST_TOGETHER_BYTES} are taken together."
        )


def _answer(word: str) -> Answer:
    try:
        return Answer(word)
    except ValueError as error:
        raise PackageError(f"{RESPONSE}: {word[:40]!r} is no answer.") from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise PackageError(f"{RESPONSE}: {text[:40]!r} is no day, as 2026-05-09.") from error
    if day.isoformat() != text:
        raise PackageError(f"{RESPONSE}: {text[:40]!r} is not written as 2026-05-09.")
    return day
