"""An officer's form as it was typed, and the answer that it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from cathartes.casework.release import Release
from cathartes.casework.response import Answer, Attachment, Response, Seized
from cathartes.errors import ReleaseError
from cathartes.sealing.attachment import attachment_of, plain_name
from cathartes.web.texts import said

_NO_ANSWER = said("choose what you answer.")
_NO_REASON = said("a dispute needs its reason: say why you hold it to be wrong.")
_NO_DAY = said("the day of the visit can't be read; write it as 2026-05-31.")
_NO_AMOUNT = said("a quantity seized needs a number, as 12.5.")


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """A form as it was filled in; what was not is "".

    Attributes
    ----------
    id
        Of the form: sent twice, it is one answer.
    answer, note, reason, visited_on
    seized
        What, how much, unit; a row for each.
    attached
        Name and bytes of each file.
    """

    id: str = ""
    answer: str = ""
    note: str = ""
    reason: str = ""
    visited_on: str = ""
    seized: tuple[tuple[str, str, str], ...] = ()
    attached: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


async def _typed_answer(request: Request) -> TypedAnswer:
    """Read a form only now, after the guard: what strangers send is not taken at all."""
    form = await request.form()
    try:
        files = [one for one in form.getlist("attached") if isinstance(one, UploadFile)]
        attached = [(one.filename or "", await one.read()) for one in files if one.filename]
        columns = [_texts(form, f"seized_{part}") for part in ("what", "amount", "unit")]
        return TypedAnswer(
            _text(form, "answer_id"),
            _text(form, "answer"),
            _text(form, "note"),
            _text(form, "reason"),
            _text(form, "visited_on"),
            tuple(row for row in zip(*columns, strict=False) if any(row)),
            tuple(attached),
        )
    finally:
        await form.close()


AnswerForm = Annotated[TypedAnswer, Depends(_typed_answer)]
"""Type of a route's parameter; it stands behind the one with the route's rule."""


def answer_of(
    typed: TypedAnswer, release: Release, now_utc: datetime
) -> tuple[Response, dict[str, bytes]]:
    """Return what a form says, and the files attached, by SHA-256.

    Raises
    ------
    ReleaseError
        If it can't be.
    PackageError
        If a file is not taken.
    """
    if typed.answer not in set(Answer):
        raise ReleaseError(_NO_ANSWER)
    attachments, contents = [], {}
    for name, content in typed.attached:
        one = attachment_of(plain_name(name), content)
        attachments.append(one)
        contents[one.sha256] = content
    answer = Answer(typed.answer)
    if answer is Answer.DISPUTED and not typed.reason:
        raise ReleaseError(_NO_REASON)
    response = Response(
        id=typed.id,
        release_id=release.id,
        partner_id=release.partner_id,
        answer=answer,
        answered_utc=now_utc,
        note=typed.note,
        reason=typed.reason,
        visited_on=_day(typed.visited_on),
        seized=tuple(_seized(typed.seized)),
        attachments=_named_apart(attachments),
        is_exercise=release.is_exercise,
    )
    return response, contents


def _named_apart(every: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Return attachments of which no two have one name: photographs are often called alike."""
    found: dict[str, Attachment] = {}
    for one in every:
        name, n = one.name, 1
        while name in found:
            n += 1
            name = f"{n}-{one.name}"[:100]
        found[name] = Attachment(name, one.media_type, one.sha256, one.size_bytes)
    return tuple(found.values())


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ReleaseError(_NO_DAY) from error


def _seized(rows: Iterable[tuple[str, str, str]]) -> Iterable[Seized]:
    for what, amount, unit in rows:
        try:
            number = float(amount.replace(",", "."))
        except ValueError as error:
            raise ReleaseError(_NO_AMOUNT) from error
        yield Seized(what, number, unit)


def _text(form: FormData, name: str) -> str:
    told = form.get(name, "")
    return told.replace("\r\n", "\n").strip() if isinstance(told, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [one.strip() for one in form.getlist(name) if isinstance(one, str)]
