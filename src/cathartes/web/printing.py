"""Reports are printed one at a time, and few may wait for theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Literal

from fastapi.responses import Response

from cathartes.casework.release_content import ReleaseContent
from cathartes.errors import OutputError
from cathartes.products.release.report import release_report
from cathartes.products.release.words import words_of
from cathartes.web.evidence_file import attachment
from cathartes.web.kept_reports import KeptReports
from cathartes.web.texts import said

Kind = Literal["pdf", "png"]
MEDIA_TYPES: dict[Kind, str] = {"pdf": "application/pdf", "png": "image/png"}
_ONE_AT_A_TIME = Lock()
"""A report takes a second of a core: several would slow the pages."""
_ASKED = BoundedSemaphore(4)
"""Who waits for a report holds one of the threads that answer: all of them would stop the pages."""
_TOO_MANY = said("several reports are being printed; ask again in some seconds.")


@contextmanager
def at_the_press() -> Iterator[None]:
    """Wait until one may print; OutputError if too many wait."""
    if not _ASKED.acquire(blocking=False):
        raise OutputError(_TOO_MANY)
    try:
        with _ONE_AT_A_TIME:
            yield
    finally:
        _ASKED.release()


def printed_release(kept: KeptReports, content: ReleaseContent, kind: Kind) -> Response:
    """Return a release's report, made of its content alone: to keep, or as a picture to look at."""
    printed = kept.get(content.sha256, kind)
    if printed is None:
        with at_the_press():
            printed = release_report(content, words_of(content), kind)
        kept.put(content.sha256, kind, printed)
    headers = attachment(f"{content.release_id}.{kind}") if kind == "pdf" else None
    return Response(printed, media_type=MEDIA_TYPES[kind], headers=headers)
