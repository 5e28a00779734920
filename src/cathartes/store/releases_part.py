"""The casebook's releases: the one place where a release is written, goes on, or is sent."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from cathartes.casework.partner import Delivery, Way
from cathartes.casework.release import Basis, NoReleaseError, Release, ReleaseState, Step
from cathartes.casework.release_content import ReleaseContent, content_from_json
from cathartes.casework.release_material import Notice
from cathartes.casework.release_rules import check_step
from cathartes.casework.review import person_of
from cathartes.casework.roles import Action, Thing, decide
from cathartes.errors import AccessError, MandateError, ReleaseError
from cathartes.store.allowed import check_allowed, refusals_kept
from cathartes.store.canonical import content_sha256
from cathartes.store.interface_releases import Delivered, ReleaseFilter, Sealed
from cathartes.store.part import CasebookPart, enter
from cathartes.store.people_part import subject_in
from cathartes.store.release_draft import draft_of
from cathartes.store.release_keeping import evidence_of, held_in, pin_evidence
from cathartes.store.release_present import basis_in, present_in, thing_in
from cathartes.store.rows_releases import release_of, values_of_release
from cathartes.store.tables import audit
from cathartes.store.tables_releases import release_contents, releases

LONGEST_WHY = 4000
"""Characters."""
_PAGE = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}")

ACTIONS: Mapping[Step, Action] = MappingProxyType(
    {
        Step.SUBMIT: Action.DRAFT_RELEASE,
        Step.DROP: Action.DRAFT_RELEASE,
        Step.APPROVE: Action.APPROVE_RELEASE,
        Step.REFUSE: Action.APPROVE_RELEASE,
        Step.SEND: Action.SEND_RELEASE,
    }
)
"""What one must be allowed to do for each step that a person takes."""
_DELIVER = "release.deliver"
_WITH_REASON = frozenset({Step.REFUSE, Step.DROP})


class ReleasesPart(CasebookPart):
    """Releases; see `cathartes.store.interface_releases.ReleaseBook`."""

    def draft_release(
        self, release: Release, content: ReleaseContent, actor: str, now_utc: datetime
    ) -> Release:
        """Enter a draft, or put it in the place of an earlier one of its id."""
        refusals = refusals_kept(self._database, "release", release.id, "draft", actor, now_utc)
        with refusals, self._database.change() as connection:
            told = f"release {release.id}"
            check_allowed(connection, actor, Action.DRAFT_RELEASE, told)
            before = _find(connection, release.id)
            draft = draft_of(connection, release, content, before, actor, now_utc)
            there = select(release_contents.c.sha256)
            if not connection.scalar(there.where(release_contents.c.sha256 == content.sha256)):
                row = {
                    "sha256": content.sha256,
                    "release_id": release.id,
                    "content": content.canonical_json.decode(),
                }
                connection.execute(release_contents.insert().values(row))
            evidence = evidence_of(connection, draft)
            detail = {
                "site": draft.site_id,
                "partner": draft.partner_id,
                "notice": draft.notice,
                "evidence": content_sha256(evidence),
            }
            step = "draft" if before is None else Step.REDRAFT.value
            put_release(connection, before, draft, step, detail, actor, now_utc)
            pin_evidence(connection, draft, evidence)
            return draft

    def take_step(
        self,
        release_id: str,
        step: Step,
        actor: str,
        now_utc: datetime,
        *,
        seen_sha256: str = "",
        why: str = "",
        sealed: Sealed | None = None,
        keep: Callable[[], object] | None = None,
    ) -> Release:
        """Submit, approve, refuse, drop or send: the one place where a release goes on."""
        self.release(release_id)  # of what is not there, nothing is put on record
        refusals = refusals_kept(self._database, "release", release_id, step, actor, now_utc)
        with refusals, self._database.change() as connection:
            release = release_in(connection, release_id)
            thing = thing_in(connection, release)
            _check_asked(release, step, why, sealed)
            check_allowed(connection, actor, ACTIONS[step], f"release {release_id}", thing)
            present = present_in(connection, release)
            after = check_step(release, step, present, seen_sha256, now_utc)
            detail: dict[str, Any] = {}
            if sealed is not None:
                _check_approval(connection, release, thing)
                _check_package(connection, release, sealed)
                is_recall = release.notice is Notice.CANCEL
                for earlier in present.earlier:
                    how = Step.RECALL if is_recall else Step.SUPERSEDE
                    gone = replace(earlier, state=earlier.after(how))
                    by = {"by": release_id}
                    put_release(connection, earlier, gone, how, by, actor, now_utc)
                detail = {"package": sealed.package_sha256, "key": sealed.sender_key}
            taken = _after(release, step, after, actor, now_utc, why, sealed)
            put_release(connection, release, taken, step, detail, actor, now_utc)
            if keep is not None:
                keep()
            return taken

    def hindrance(self, release_id: str, step: Step, actor: str, now_utc: datetime) -> str:
        """Return why an actor can't take a step now; "" if they can."""
        with self._database.read() as connection:
            release = release_in(connection, release_id)
            thing = thing_in(connection, release)
            try:
                check_allowed(connection, actor, ACTIONS[step], f"release {release_id}", thing)
                present = present_in(connection, release)
                check_step(release, step, present, release.content_sha256, now_utc)
                if step is Step.SEND:
                    _check_approval(connection, release, thing)
            except (AccessError, MandateError, ReleaseError) as error:
                return str(error)
        return ""

    def release(self, release_id: str) -> Release:
        """Return a release."""
        with self._database.read() as connection:
            return release_in(connection, release_id)

    def release_content(self, release_id: str) -> ReleaseContent:
        """Return exactly what the partner will see, or saw."""
        with self._database.read() as connection:
            return content_in(connection, release_in(connection, release_id))

    def releases(
        self, wanted: ReleaseFilter, limit: int = 100, after: str = ""
    ) -> tuple[Release, ...]:
        """Return releases, the last drafted first."""
        page = select(releases).order_by(releases.c.drafted_utc.desc(), releases.c.id)
        if wanted.states:
            page = page.where(releases.c.state.in_(sorted(wanted.states)))
        if wanted.partner_id:
            page = page.where(releases.c.partner_id == wanted.partner_id)
        if wanted.site_id:
            page = page.where(releases.c.site_id == wanted.site_id)
        if wanted.is_exercise is not None:
            page = page.where(releases.c.is_exercise == int(wanted.is_exercise))
        with self._database.read() as connection:
            if after:
                last = release_in(connection, after)
                same_time = and_(releases.c.drafted_utc == last.drafted_utc, releases.c.id > after)
                page = page.where(or_(releases.c.drafted_utc < last.drafted_utc, same_time))
            return tuple(release_of(row) for row in connection.execute(page.limit(limit)))

    def all_releases(self) -> Iterator[Release]:
        """Yield every release, by id."""
        after = ""
        while True:
            page = select(releases).where(releases.c.id > after).order_by(releases.c.id)
            with self._database.read() as connection:
                found = [release_of(row) for row in connection.execute(page.limit(_PAGE))]
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].id

    def release_thing(self, release_id: str) -> Thing:
        """Return a release as rules about rights see it."""
        with self._database.read() as connection:
            return thing_in(connection, release_in(connection, release_id))

    def present_basis(self, site_id: str, partner_id: str) -> Basis:
        """Return what a release of a site would rest on now."""
        with self._database.read() as connection:
            return basis_in(connection, site_id, partner_id)

    def held_observations(self) -> frozenset[str]:
        """Return the observations that open releases, and those under way, rest on."""
        with self._database.read() as connection:
            return held_in(connection)

    def note_release_read(self, release_id: str, actor: str, now_utc: datetime) -> None:
        """Enter into the audit that somebody read a release."""
        with self._database.change() as connection:
            release = release_in(connection, release_id)
            detail = {"content": release.content_sha256}
            enter(connection, "release.read", release_id, detail, actor, now_utc)

    def note_delivery(
        self, release_id: str, delivered: Delivered, actor: str, now_utc: datetime
    ) -> None:
        """Enter into the audit what came of delivering a package that was sent."""
        with self._database.change() as connection:
            release = release_in(connection, release_id)
            if not release.is_told:
                raise ReleaseError(
                    f"release {release_id}: it is {release.state.value}, and can't be delivered."
                )
            detail = {
                "package": release.package_sha256,
                "way": delivered.delivery.way.value,
                "target": delivered.delivery.target,
                "succeeded": delivered.succeeded,
                "told": delivered.told,
            }
            enter(connection, _DELIVER, release_id, detail, actor, now_utc)

    def deliveries(self, release_id: str) -> tuple[Delivered, ...]:
        """Return what came of delivering a release so far, in order."""
        of_it = (audit.c.subject == release_id) & (audit.c.action == _DELIVER)
        wanted = select(audit.c.detail).where(of_it).order_by(audit.c.number)
        with self._database.read() as connection:
            release_in(connection, release_id)
            return tuple(_delivered(detail) for detail in connection.scalars(wanted))


def release_in(connection: Connection, release_id: str) -> Release:
    """Return a release; NoReleaseError if it is not there."""
    found = _find(connection, release_id)
    if found is None:
        raise NoReleaseError(release_id)
    return found


def content_in(connection: Connection, release: Release) -> ReleaseContent:
    """Return a release's content, in a transaction."""
    wanted = select(release_contents.c.content)
    found = connection.execute(wanted.where(release_contents.c.sha256 == release.content_sha256))
    return content_from_json(found.scalar_one().encode())


def put_release(
    connection: Connection,
    before: Release | None,
    release: Release,
    step: str,
    detail: Mapping[str, Any],
    actor: str,
    now_utc: datetime,
) -> None:
    """Put a release in the place of what it was, with the audit's entry of the step.

    Nothing else writes releases; whether a step may be taken was checked before, in this
    transaction.
    """
    row = values_of_release(release)
    if before is None:
        connection.execute(releases.insert().values(row))
    else:
        was = (releases.c.id == before.id) & (releases.c.state == before.state.value)
        connection.execute(releases.update().where(was).values(row))
    told = {"content": release.content_sha256, "sha256": content_sha256(release), **detail}
    enter(connection, f"release.{step}", release.id, told, actor, now_utc)


def _delivered(detail: Mapping[str, Any]) -> Delivered:
    way = Delivery(Way(detail["way"]), detail["target"])
    return Delivered(way, succeeded=detail["succeeded"], told=detail["told"])


def _find(connection: Connection, release_id: str) -> Release | None:
    row = connection.execute(select(releases).where(releases.c.id == release_id)).one_or_none()
    return None if row is None else release_of(row)


def _check_asked(release: Release, step: Step, why: str, sealed: Sealed | None) -> None:
    """Check that a step is one that persons take, and is asked with what it needs."""
    if step not in ACTIONS:
        raise _error(release, f"nobody can {step.value} it so; it follows from something else.")
    readable = all(letter.isprintable() or letter == "\n" for letter in why)
    if len(why) > LONGEST_WHY or not readable:
        raise _error(release, f"a reason of up to {LONGEST_WHY} printable characters is needed.")
    if step in _WITH_REASON and not why.strip():
        raise _error(release, f"to {step.value} it, say why.")
    if (sealed is None) == (step is Step.SEND):
        raise _error(release, "a sealed package is needed to send it, and only then.")
    if sealed is not None and (
        not _SHA256.fullmatch(sealed.package_sha256) or not sealed.sender_key.strip()
    ):
        raise _error(release, "its package needs a SHA-256, and the key that signed it.")


def _check_approval(connection: Connection, release: Release, thing: Thing) -> None:
    """Check that who approved it might still do so: a review since then may forbid it."""
    approver = subject_in(connection, release.decided_by)
    decision = decide(approver, Action.APPROVE_RELEASE, thing)
    if not decision.allowed:
        raise _error(
            release,
            f"{release.decided_by} approved it, and may not any more ({decision.reason}) Refuse "
            "it, and let another person approve it.",
        )


def _check_package(connection: Connection, release: Release, sealed: Sealed) -> None:
    """Check that a package is not another release's."""
    same = select(releases.c.id).where(releases.c.package_sha256 == sealed.package_sha256)
    other = connection.scalar(same)
    if other is not None:
        raise _error(release, f"its package is that of release {other}; seal its own.")


def _after(
    release: Release,
    step: Step,
    after: ReleaseState,
    actor: str,
    now_utc: datetime,
    why: str,
    sealed: Sealed | None,
) -> Release:
    """Return a release after a step of a person's."""
    if sealed is not None:
        return replace(
            release,
            state=after,
            sent_by=actor,
            sent_utc=now_utc,
            package_sha256=sealed.package_sha256,
            due_utc=sealed.due_utc,
        )
    if step is Step.SUBMIT:
        authors = tuple(sorted({*release.authors, person_of(actor)}))
        return replace(release, state=after, authors=authors)
    return replace(release, state=after, decided_by=actor, decided_utc=now_utc, why=why)


def _error(release: Release, what: str) -> ReleaseError:
    return ReleaseError(f"release {release.id}: {what}")
