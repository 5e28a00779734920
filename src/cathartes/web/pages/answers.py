"""A partner's officers: what was sent to their office, to read and keep, and their answers."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from cathartes.casework.release import Release
from cathartes.casework.response import LONGEST_NOTE
from cathartes.errors import PackageError, ReleaseError
from cathartes.products.release.files import release_files
from cathartes.sealing.archive import pack
from cathartes.web.answer_form import AnswerForm, TypedAnswer, answer_of
from cathartes.web.answering import keep_answer, new_answer_id
from cathartes.web.asked import PageAsked, ThingId
from cathartes.web.desk import Desk
from cathartes.web.evidence_file import attachment
from cathartes.web.guard import Officer, OnDesk, guarded_router
from cathartes.web.next_page import next_page
from cathartes.web.office import office_release
from cathartes.web.printing import Kind, at_the_press, printed_release
from cathartes.web.render import page
from cathartes.web.settings import LARGEST_ANSWER_BYTES
from cathartes.web.views.office import office_page, office_view
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/answers")

_NOTHING_TYPED = TypedAnswer()


@router.get("")
def show_list(request: Request, desk: OnDesk, visitor: Officer, asked: PageAsked) -> Response:
    """List what was sent to the office."""
    view = office_page(desk, visitor, asked.limit, asked.after)
    return page(
        request, "answers.html", visitor, view=view, asked=asked,
        further=next_page(request, view.next),
    )  # fmt: skip


@router.get("/{release_id}")
def show_one(request: Request, desk: OnDesk, visitor: Officer, release_id: ThingId) -> Response:
    """Show a release, and the form that answers it."""
    return _shown(request, desk, visitor, release_id)


@router.post("/{release_id}")
def answer(
    request: Request, desk: OnDesk, visitor: Officer, release_id: ThingId, typed: AnswerForm
) -> Response:
    """Answer a release."""
    release = office_release(desk, visitor, release_id)
    try:
        response, contents = answer_of(typed, release, desk.now())
        keep_answer(desk, visitor, response, contents)
    except (ReleaseError, PackageError) as error:
        return _shown(request, desk, visitor, release_id, typed=typed, problem=str(error))
    return RedirectResponse(f"/answers/{quote(release_id, safe='')}", 303)


@router.get("/{release_id}/report.{kind}", response_class=Response)
def send_report(desk: OnDesk, visitor: Officer, release_id: ThingId, kind: Kind) -> Response:
    """Send the report."""
    _noted(desk, visitor, release_id)
    content = desk.casebook.release_content(release_id)
    return printed_release(desk.kept_reports, content, kind)


@router.get("/{release_id}/files.zip", response_class=Response)
def send_files(desk: OnDesk, visitor: Officer, release_id: ThingId) -> Response:
    """Send all files of a release in one archive; neither signed nor sealed."""
    _noted(desk, visitor, release_id)
    with at_the_press():
        content = pack(release_files(desk.casebook.release_content(release_id)))
    return Response(content, media_type="application/zip", headers=attachment(f"{release_id}.zip"))


@router.get("/{release_id}/package", response_class=Response)
def send_package(desk: OnDesk, visitor: Officer, release_id: ThingId) -> Response:
    """Send the signed and sealed package, byte for byte as it was sent."""
    release = _noted(desk, visitor, release_id)
    content = desk.evidence.read(release.package_sha256)
    name = attachment(f"{release_id}.cathartes")
    return Response(content, media_type="application/octet-stream", headers=name)


def _noted(desk: Desk, visitor: Visitor, release_id: str) -> Release:
    release = office_release(desk, visitor, release_id)
    desk.release_reads.note(desk.casebook, visitor.id, release_id, desk.now())
    return release


def _shown(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    release_id: str,
    *,
    typed: TypedAnswer = _NOTHING_TYPED,
    problem: str = "",
) -> Response:
    view = office_view(desk, visitor, release_id)
    return page(
        request, "answer.html", visitor, view=view, typed=typed, problem=problem,
        answer_id=new_answer_id(), longest=LONGEST_NOTE, most_mb=LARGEST_ANSWER_BYTES // 1_000_000,
        status=409 if problem else 200,
    )  # fmt: skip
