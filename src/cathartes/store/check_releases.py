"""Whether releases hold the contents that they say, and answers belong where they are."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, select

from cathartes.casework.release import Release
from cathartes.casework.release_content import content_from_json
from cathartes.casework.response import Answer, check_follows
from cathartes.errors import PackageError, ReleaseError
from cathartes.store.rows_releases import release_of, response_of
from cathartes.store.tables_releases import release_contents, releases, responses


def release_faults(connection: Connection) -> Iterator[str]:
    """Yield what is wrong with releases, their contents and their answers, a sentence each."""
    of = {row.id: release_of(row) for row in connection.execute(select(releases))}
    yield from _content_faults(connection, of)
    for release in of.values():
        if release.is_told != bool(release.package_sha256 and release.sent_by):
            yield f"release {release.id} is {release.state.value}, and its package does not fit."
        for earlier_id in release.earlier_ids if release.is_told else ():
            earlier = of.get(earlier_id)
            if earlier is None or earlier.partner_id != release.partner_id:
                yield f"release {release.id}: {earlier_id} was not told to {release.partner_id}."
    yield from _answer_faults(connection, of)


def _content_faults(connection: Connection, of: dict[str, Release]) -> Iterator[str]:
    """Yield contents that are not what their hash says, or of another release."""
    by_sha256 = {one.content_sha256: one for one in of.values()}
    for row in connection.execute(select(release_contents).order_by(release_contents.c.sha256)):
        named = f"content {row.sha256} of release {row.release_id}"
        if hashlib.sha256(row.content.encode()).hexdigest() != row.sha256:
            yield f"{named} was changed: it has another hash."
            continue
        try:
            content = content_from_json(row.content.encode())
        except PackageError as error:
            yield f"{named} can't be read: {error}"
            continue
        release = by_sha256.get(row.sha256)
        partner_id = release.partner_id if release else content.recipient.id
        if (content.release_id, content.recipient.id) != (row.release_id, partner_id):
            yield f"{named} is another release's."
        if release is not None and content.issued_utc != release.issued_utc:
            yield f"{named} was issued {content.issued_utc}; it was drafted {release.drafted_utc}."


def _answer_faults(connection: Connection, of: dict[str, Release]) -> Iterator[str]:
    """Yield answers of another partner, to what was not told, or out of their order."""
    last: dict[str, Answer] = {}
    for row in connection.execute(select(responses).order_by(responses.c.row_id)):
        response = response_of(row).response
        named = f"response {response.id} of partner {response.partner_id}"
        release = of.get(response.release_id)
        if release is None or release.partner_id != response.partner_id or not release.is_told:
            yield f"{named} answers {response.release_id}, which that partner never got."
            continue
        if release.is_exercise != response.is_exercise:
            yield f"{named} and {release.id}: one is an exercise, the other real."
        try:
            check_follows(last.get(release.id), response.answer)
        except ReleaseError as error:
            yield f"{named}: {error}"
        last[release.id] = response.answer
