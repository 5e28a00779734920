"""Outcomes: what came of it all, as a page, as CSV and as a figure for a report."""

from threading import Lock
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.casework.roles import Action
from cathartes.products.outcomes_plot import outcomes_picture
from cathartes.products.outcomes_table import outcomes_csv_text
from cathartes.products.report_words import Language
from cathartes.web.asked_outcomes import OutcomesAsked
from cathartes.web.evidence_file import attachment
from cathartes.web.guard import OnDesk, OutcomeReader, guarded_router
from cathartes.web.render import language_of, page
from cathartes.web.views.outcomes import outcomes_view

router: APIRouter = guarded_router()

Form = Literal["pdf", "png", "svg"]
_MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
}  # fmt: skip
_ONE_AT_A_TIME = Lock()
"""A figure takes a second of a core."""


@router.get("/outcomes")
def show_outcomes(
    request: Request, desk: OnDesk, visitor: OutcomeReader, wanted: OutcomesAsked
) -> Response:
    """Show outcomes."""
    return page(
        request,
        "outcomes.html",
        visitor,
        view=outcomes_view(desk, wanted),
        wanted=wanted,
        query=request.url.query,
        partners=desk.casebook.partners() if visitor.may(Action.READ_PARTNERS) else (),
    )


@router.get("/outcomes/outcomes.csv", response_class=Response)
def send_numbers(
    desk: OnDesk,
    visitor: OutcomeReader,  # noqa: ARG001  # all who may see the same
    wanted: OutcomesAsked,
) -> Response:
    """Send outcomes as CSV, one number a line."""
    text = outcomes_csv_text(outcomes_view(desk, wanted))
    return Response(text, media_type="text/csv; charset=utf-8",
                    headers=attachment("outcomes.csv"))  # fmt: skip


@router.get("/outcomes/outcomes.{form}", response_class=Response)
def send_figure(
    request: Request,
    desk: OnDesk,
    visitor: OutcomeReader,  # noqa: ARG001
    wanted: OutcomesAsked,
    form: Form,
) -> Response:
    """Send outcomes as a figure, in the visitor's language."""
    told = outcomes_view(desk, wanted)
    with _ONE_AT_A_TIME:
        content = outcomes_picture(told, Language(language_of(request)), form)
    name = attachment(f"outcomes.{form}")
    return Response(content, media_type=_MEDIA_TYPES[form], headers=name)
