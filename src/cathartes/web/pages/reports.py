"""Reports of a site and of a look, to be printed or sent by hand: PDF or PNG."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.pipeline.reports import print_observation, print_site
from cathartes.products.report_words import Language
from cathartes.store.open import OpenedCasebook
from cathartes.web.asked import ThingId
from cathartes.web.desk import Desk
from cathartes.web.evidence_file import attachment
from cathartes.web.guard import CaseReader, OnDesk, guarded_router
from cathartes.web.printing import MEDIA_TYPES, Kind, at_the_press
from cathartes.web.render import language_of
from cathartes.web.review_lines import review_lines
from cathartes.web.texts import texts_in

router: APIRouter = guarded_router()


@router.get("/sites/{site_id}/report.{kind}", response_class=Response)
def send_site_report(
    request: Request, desk: OnDesk, visitor: CaseReader, site_id: ThingId, kind: Kind
) -> Response:
    """Send a site's report, with the reviews that the visitor may see."""
    language = language_of(request)
    reviews = review_lines(desk, visitor, site_id, texts_in(language))

    def print_it(path: Path) -> None:
        print_site(_opened(desk), site_id, path, language=Language(language), reviews=reviews)

    return _printed(print_it, site_id, kind)


@router.get("/observations/{observation_id}/report.{kind}", response_class=Response)
def send_observation_report(
    request: Request,
    desk: OnDesk,
    visitor: CaseReader,  # noqa: ARG001  # it shows detections
    observation_id: ThingId,
    kind: Kind,
) -> Response:
    """Send a look's report."""
    language = Language(language_of(request))

    def print_it(path: Path) -> None:
        print_observation(_opened(desk), observation_id, path, language=language)

    return _printed(print_it, observation_id, kind)


def _printed(print_it: Callable[[Path], None], name: str, kind: Kind) -> Response:
    with at_the_press(), TemporaryDirectory(prefix="cathartes-report-") as folder:
        path = Path(folder) / f"report.{kind}"
        print_it(path)
        content = path.read_bytes()
    return Response(content, media_type=MEDIA_TYPES[kind], headers=attachment(f"{name}.{kind}"))


def _opened(desk: Desk) -> OpenedCasebook:
    return OpenedCasebook(desk.where, desk.casebook, desk.evidence)
