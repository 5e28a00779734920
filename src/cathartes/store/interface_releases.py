"""What a casebook keeps of what leaves it, and of what comes back: partners, releases, answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cathartes.casework.partner import Delivery, Partner
from cathartes.casework.release import Basis, Release, ReleaseState, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.response import Response
from cathartes.casework.roles import Thing


@dataclass(frozen=True, slots=True)
class ReleaseFilter:
    """Which releases are wanted; of what is not given, all.

    Attributes
    ----------
    states
    partner_id, site_id
    is_exercise
        None: drills and real ones.
    """

    states: frozenset[ReleaseState] = frozenset()
    partner_id: str = ""
    site_id: str = ""
    is_exercise: bool | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A package that is ready to be sent.

    Attributes
    ----------
    package_sha256
        Of the sealed file, which is in the evidence already.
    sender_key
        Id of the key that signed it.
    due_utc
        By when an answer is awaited.
    """

    package_sha256: str
    sender_key: str
    due_utc: datetime


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """An answer as it is on record.

    Attributes
    ----------
    response
    received_utc
    received_by
        Who took in its file, or the partner's officer who answered in the workstation.
    package_sha256
        Of the signed file, kept as evidence; "" of an answer in the workstation.
    signing_key
        By which the file was known; "" of an answer in the workstation.
    """

    response: Response
    received_utc: datetime
    received_by: str
    package_sha256: str = ""
    signing_key: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of one try to deliver a package.

    Attributes
    ----------
    delivery
        The way, and where it led.
    succeeded
    told
        What was seen of it, and after a failure what to do next.
    """

    delivery: Delivery
    succeeded: bool
    told: str


class PartnerBook(Protocol):
    """Partners. ReleaseError where one is not there or can't be; AccessError if one may not."""

    def add_partner(self, partner: Partner, actor: str, now_utc: datetime) -> None:
        """Enter a partner; ReleaseError if its id is taken."""

    def change_partner(self, partner: Partner, actor: str, now_utc: datetime) -> None:
        """Put a record in the place of the one there was; the audit says what was changed.

        Drafts and approvals that rest on the old one can't go on: they are drafted anew.
        """

    def partner(self, partner_id: str) -> Partner:
        """Return a partner; ReleaseError if it is not there."""

    def partners(self) -> tuple[Partner, ...]:
        """Return all, by id."""


class ReleaseBook(Protocol):
    """Releases. What is told to whom is decided here alone."""

    def draft_release(
        self, release: Release, content: ReleaseContent, actor: str, now_utc: datetime
    ) -> Release:
        """Enter a draft, or put it in the place of an earlier one of its id (`Step.REDRAFT`).

        Its authors are those before and the actor; a decision on it is void. A recall rests on
        the partner's record alone, whatever basis is given. All contents that were ever drafted
        stay.

        Raises
        ------
        AccessError
            If the actor may not; that is on record.
        ReleaseError
            If the content is not this release's; if the id is that of another site, partner or
            notice, or was told; if its basis is not what is there now, or leaves out a mandate.
        """

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
        """Submit, approve, refuse, drop or send: the one place where a release goes on.

        Who may is asked of `decide`, and whether it can be of `release_rules.check_step`, in the
        transaction that changes the state, on what the database holds then. Sending an update or a
        recall supersedes or recalls the earlier ones in the same transaction.

        Parameters
        ----------
        seen_sha256
            Of the content that the actor has looked at; needed to submit, approve and send.
        why
            Needed to refuse or drop.
        sealed
            Needed to send, and only then.
        keep
            Puts the package into the evidence if it is not there any more; called in the
            transaction, so that whoever removes what nothing refers to comes before or after.

        Raises
        ------
        AccessError
            If the actor may not; that is on record.
        ReleaseError, MandateError
            If it can't be done; nothing was changed.
        """

    def hindrance(self, release_id: str, step: Step, actor: str, now_utc: datetime) -> str:
        """Return why an actor who has looked at a release can't take a step now; "" if they can.

        What `take_step` would say, in words; nothing is changed or put on record.
        """

    def release(self, release_id: str) -> Release:
        """Return a release; ReleaseError if it is not there."""

    def release_content(self, release_id: str) -> ReleaseContent:
        """Return exactly what the partner will see, or saw."""

    def releases(
        self, wanted: ReleaseFilter, limit: int = 100, after: str = ""
    ) -> tuple[Release, ...]:
        """Return releases, the last drafted first; `after` is the last id of the page before."""

    def release_thing(self, release_id: str) -> Thing:
        """Return a release as rules about rights see it."""

    def present_basis(self, site_id: str, partner_id: str) -> Basis:
        """Return what a release of a site would rest on now; for drafts, read in one transaction.

        `observation_ids` and `mandate_ids` are those of the site's detections; a draft adds those
        of the looks that found nothing. Where the site is gone, only the partner's hash is there.
        """

    def held_observations(self) -> frozenset[str]:
        """Return the observations that open releases, and those under way, rest on."""

    def note_release_read(self, release_id: str, actor: str, now_utc: datetime) -> None:
        """Enter into the audit that somebody read a release."""

    def note_delivery(
        self, release_id: str, delivered: Delivered, actor: str, now_utc: datetime
    ) -> None:
        """Enter into the audit what came of delivering a package that was sent."""

    def deliveries(self, release_id: str) -> tuple[Delivered, ...]:
        """Return what came of delivering a release so far, in order: what the audit says."""


class ResponseBook(Protocol):
    """What partners answered; never changed."""

    def add_response(
        self,
        kept: KeptResponse,
        actor: str,
        now_utc: datetime,
        *,
        keep: Callable[[], object] | None = None,
    ) -> Release:
        """Keep an answer, and return its release, which it acknowledges if it is the first.

        Parameters
        ----------
        kept, actor, now_utc
        keep
            Puts its files into the evidence; see `ReleaseBook.take_step`.

        Raises
        ------
        AccessError
            If the actor may not.
        ReleaseError
            If it is a replay, of another partner, to a release that was never told or was recalled
            or superseded, does not follow what was answered before, or one is an exercise and the
            other real. The refusal is on record.
        """

    def responses(self, release_ids: Sequence[str]) -> dict[str, tuple[KeptResponse, ...]]:
        """Return the answers to each of these, in order."""

    def answers_of_site(self, site_id: str) -> tuple[KeptResponse, ...]:
        """Return all answers to real releases of a site, in order; recalled ones count too."""
