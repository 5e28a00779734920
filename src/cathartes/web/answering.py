"""An officer's answer is kept, with what is attached."""

import secrets
from collections.abc import Mapping
from contextlib import suppress

from cathartes.casework.release import Release
from cathartes.casework.response import Response
from cathartes.errors import CasebookError, ReleaseError
from cathartes.pipeline.answers import keep_response
from cathartes.pipeline.site_update import update_answered_site
from cathartes.store.interface_releases import KeptResponse
from cathartes.store.open import OpenedCasebook
from cathartes.web.desk import Desk
from cathartes.web.office import office_release
from cathartes.web.texts import said
from cathartes.web.views.office import choices
from cathartes.web.visitor import Visitor

_NOT_NOW = said("this can't be answered now; the page shows what can.")


def new_answer_id() -> str:
    """Return an id for a form: sent twice, it is one answer."""
    return f"A-{secrets.token_hex(12)}"


def keep_answer(
    desk: Desk, visitor: Visitor, response: Response, contents: Mapping[str, bytes]
) -> Release:
    """Keep an answer of the visitor's office; the same form once more is the same answer.

    Raises
    ------
    AccessError
        If the release is not the office's.
    ReleaseError
        If it can't be answered so.
    """
    book = desk.casebook
    release = office_release(desk, visitor, response.release_id)
    there = book.responses([release.id]).get(release.id, ())
    if any(one.response.id == response.id for one in there):
        return release
    last = there[-1].response.answer if there else None
    if response.answer not in choices(release, last):
        raise ReleaseError(_NOT_NOW)
    opened = OpenedCasebook(desk.where, book, desk.evidence)
    kept = KeptResponse(response, desk.now(), visitor.id)
    release = keep_response(opened, kept, contents.values(), visitor.id, desk.now())
    with suppress(CasebookError):  # it is kept; the next run over the place, or a rebuild, sees it
        update_answered_site(opened, release.id, visitor.id)
    return release
