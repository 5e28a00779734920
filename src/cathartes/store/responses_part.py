"""The casebook's answers of partners: taken in once, in their order, never changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from cathartes.casework.release import OPEN, Release, ReleaseState, Step
from cathartes.casework.response import Response, check_fits, check_follows, check_visit
from cathartes.casework.roles import Action, Thing
from cathartes.errors import ReleaseError
from cathartes.store.allowed import check_allowed, refusals_kept
from cathartes.store.canonical import content_sha256
from cathartes.store.interface_releases import KeptResponse
from cathartes.store.part import CasebookPart, batches, enter
from cathartes.store.releases_part import content_in, put_release, release_in
from cathartes.store.rows_releases import response_of, values_of_response
from cathartes.store.tables_releases import releases, responses


class ResponsesPart(CasebookPart):
    """Answers; see `cathartes.store.interface_releases.ResponseBook`."""

    def add_response(
        self,
        kept: KeptResponse,
        actor: str,
        now_utc: datetime,
        *,
        keep: Callable[[], object] | None = None,
    ) -> Release:
        """Keep an answer, and return its release."""
        response = kept.response
        refusals = refusals_kept(
            self._database, "response", response.release_id, response.id, actor, now_utc
        )
        with refusals, self._database.change() as connection:
            _check_received(kept, actor)
            release = release_in(connection, response.release_id)
            _check_may(connection, kept, release, actor)
            _check_new(connection, kept)
            _check_release(response, release)
            check_visit(response.visited_on, content_in(connection, release))
            earlier = _responses(connection, responses.c.release_id == release.id)
            last = earlier[-1].response.answer if earlier else None
            check_follows(last, response.answer)
            connection.execute(responses.insert().values(values_of_response(kept)))
            detail = {
                "response": response.id,
                "partner": response.partner_id,
                "answer": response.answer,
                "package": kept.package_sha256,
                "sha256": content_sha256(kept),
            }
            enter(connection, "response.add", release.id, detail, actor, now_utc)
            if keep is not None:
                keep()
            if release.state is not ReleaseState.SENT:
                return release
            known = replace(release, state=release.after(Step.ACKNOWLEDGE))
            by = {"by": response.id}
            put_release(connection, release, known, Step.ACKNOWLEDGE, by, actor, now_utc)
            return known

    def responses(self, release_ids: Sequence[str]) -> dict[str, tuple[KeptResponse, ...]]:
        """Return the answers to each of these, in order."""
        found: dict[str, list[KeptResponse]] = {one: [] for one in release_ids}
        with self._database.read() as connection:
            for some in batches(list(found)):
                for kept in _responses(connection, responses.c.release_id.in_(some)):
                    found[kept.response.release_id].append(kept)
        return {one: tuple(every) for one, every in found.items()}

    def answers_of_site(self, site_id: str) -> tuple[KeptResponse, ...]:
        """Return all answers to real releases of a site, in order."""
        of_site = select(releases.c.id).where(
            releases.c.site_id == site_id, releases.c.is_exercise == 0
        )
        with self._database.read() as connection:
            return tuple(_responses(connection, responses.c.release_id.in_(of_site)))


def _responses(connection: Connection, condition: Any) -> list[KeptResponse]:
    """Return the answers of a condition, in the order in which they came."""
    wanted: Select[Any] = select(responses).where(condition).order_by(responses.c.row_id)
    return [response_of(row) for row in connection.execute(wanted)]


def _check_received(kept: KeptResponse, actor: str) -> None:
    if kept.received_by != actor:
        raise _error(kept.response, f"{kept.received_by} received it; who enters it is {actor}.")
    if bool(kept.package_sha256) != bool(kept.signing_key):
        raise _error(kept.response, "a file and the key that it is known by go together.")


def _check_may(connection: Connection, kept: KeptResponse, release: Release, actor: str) -> None:
    """Check that an actor may take in a file; else, may answer as the partner's officer."""
    action = Action.TAKE_ANSWER if kept.package_sha256 else Action.ANSWER_RELEASE
    thing = Thing(partner=release.partner_id, is_told=release.is_told)
    check_allowed(connection, actor, action, f"release {release.id}", thing)


def _check_new(connection: Connection, kept: KeptResponse) -> None:
    """Check that neither the answer nor its file was taken in before."""
    response = kept.response
    same = (responses.c.partner_id == response.partner_id) & (responses.c.id == response.id)
    if kept.package_sha256:
        same |= responses.c.package_sha256 == kept.package_sha256
    there = connection.execute(select(responses).where(same)).first()
    if there is not None:
        raise _error(
            response,
            f"it was taken in on {there.received_utc:%Y-%m-%d %H:%M} UTC already; the same once "
            "more is a replay, and was not kept.",
        )


def _check_release(response: Response, release: Release) -> None:
    if response.partner_id != release.partner_id:
        raise _error(response, f"that release is not for partner {response.partner_id}.")
    if response.is_exercise != release.is_exercise:
        raise _error(response, "one is an exercise, and the other is real.")
    if not release.is_told:
        raise _error(response, f"nobody was told: it is {release.state.value}.")
    check_fits(release.notice, response.answer)
    if release.state not in OPEN:
        raise _error(
            response,
            f"that release was {release.state.value}; answer the one that the partner got last.",
        )


def _error(response: Response, what: str) -> ReleaseError:
    return ReleaseError(f"response {response.id} to {response.release_id}: {what}")
