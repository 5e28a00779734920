"""What a casebook keeps of people: accounts and sign-ins, and what they said of detections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cathartes.casework.review import Judgement, Review
from cathartes.casework.roles import Role, Subject, Thing
from cathartes.casework.settlement import Settlement
from cathartes.casework.user import ApiToken, Origin, Session, User


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account is signed in with; "" where there is none.

    Attributes
    ----------
    password_hash
        In the form of argon2's PHC string.
    totp_secret
        Base 32.
    totp_last_step
        Of the last code that was used, which is not good again.
    """

    password_hash: str = ""
    totp_secret: str = ""
    totp_last_step: int = 0


class PeopleBook(Protocol):
    """Accounts. AccessError where one is not there or can't be."""

    def add_user(self, user: User, actor: str, now_utc: datetime) -> None:
        """Enter an account; AccessError if its id or its identity is taken."""

    def set_roles(
        self, user_id: str, roles: Sequence[Role], partner: str, actor: str, now_utc: datetime
    ) -> User:
        """Give an account other roles; its sessions end."""

    def disable_user(
        self, user_id: str, actor: str, now_utc: datetime, *, enable: bool = False
    ) -> User:
        """Disable an account, whose sessions and tokens end; or enable it again."""

    def user(self, user_id: str) -> User:
        """Return an account; NoUserError if it is not there."""

    def users(self) -> tuple[User, ...]:
        """Return all, by id."""

    def has_users(self) -> bool:
        """Return whether there is any account."""

    def user_of_identity(self, oidc_subject: str) -> User | None:
        """Return whose identity a provider's is; None if nobody's."""

    def subject(self, actor: str) -> Subject:
        """Return who an actor is to a rule.

        A user by id. ``local:<name>`` is collector and analyst in a casebook without accounts, and
        nobody in one that has some.
        """

    def credentials(self, user_id: str) -> Credentials:
        """Return what an account is signed in with; all empty if it is not there."""

    def set_password(self, user_id: str, hashed: str, actor: str, now_utc: datetime) -> None:
        """Put a password's hash in the place of the one there was; "" takes it away.

        Sessions and tokens end: who had the old one could have made them.
        """

    def set_totp(self, user_id: str, secret: str, actor: str, now_utc: datetime) -> None:
        """Put a second factor's secret in the place of the one there was; "" takes it away."""

    def use_totp_step(self, user_id: str, step: int) -> bool:
        """Note that a code was used; False if it, or a later one, was used before."""


class SignInBook(Protocol):
    """Sessions, attempts that failed, programs' tokens."""

    def begin_session(self, session: Session, now_utc: datetime, address: str = "") -> None:
        """Enter a sign-in, which the audit has; dead sessions are removed."""

    def session(self, token_sha256: str) -> Session | None:
        """Return a sign-in; None if there is none."""

    def sessions(self, user_id: str) -> tuple[Session, ...]:
        """Return a user's, by time."""

    def touch_session(self, token_sha256: str, now_utc: datetime) -> None:
        """Note that a session was used."""

    def end_session(self, token_sha256: str, now_utc: datetime) -> None:
        """Sign out."""

    def end_other_sessions(self, user_id: str, kept_sha256: str, now_utc: datetime) -> int:
        """Sign a user out everywhere else; return of how many sign-ins."""

    def claim_attempt(self, user_id: str, origin: Origin, now_utc: datetime) -> float:
        """Let somebody try to sign in, or return how long they must wait first, [s].

        The attempt counts as failed from here on, so that many at once are no way round. What
        counts: from a browser that the account knows, its own failures alone, so that strangers
        lock nobody out; else those from the address, and those of the account from all strangers.
        """

    def end_attempt(
        self, user_id: str, origin: Origin, now_utc: datetime, *, succeeded: bool
    ) -> None:
        """Say what came of an attempt: what failed there before no longer counts, or is on record.

        The audit names accounts that there are; what else was typed as a name is kept nowhere.
        """

    def add_token(self, token: ApiToken, actor: str, now_utc: datetime) -> None:
        """Enter a program's token; AccessError if the account has too many."""

    def token(self, token_sha256: str) -> ApiToken | None:
        """Return a token; None if there is none."""

    def tokens(self, user_id: str) -> tuple[ApiToken, ...]:
        """Return a user's, by time."""

    def end_token(self, token_sha256: str, actor: str, now_utc: datetime) -> None:
        """Withdraw a token; AccessError if it is not the actor's."""


class ReviewBook(Protocol):
    """Reviews, which are never changed, and what they come to."""

    def add_review(
        self,
        detection_id: str,
        judgement: Judgement,
        actor: str,
        now_utc: datetime,
        seen_sha256: str = "",
    ) -> Review:
        """Keep a review, with what all of the detection's come to, at once.

        The one place where a review comes into being: who may is decided here, by `decide`, in the
        transaction that keeps it.

        Parameters
        ----------
        seen_sha256
            What the reviewer saw, as `detection_sha256` returns it; "" for what is there now.

        Raises
        ------
        AccessError
            If the actor may not.
        ReviewError
            If the detection changed since it was seen, or the judgement is the actor's last again.
        """

    def detection_sha256(self, detection_id: str) -> str:
        """Return the hash of a detection's whole content."""

    def reviews_of(self, detection_id: str) -> tuple[Review, ...]:
        """Return a detection's reviews, in order.

        Those of a detection that is gone are there too, and those of what an earlier run had
        under its id, which no longer count: their `detection_sha256` is another.
        """

    def settlements(self, detection_ids: Sequence[str]) -> dict[str, Settlement]:
        """Return what reviews came to, for each of these; a candidate where there is none."""

    def settled(self, limit: int = 100, after: str = "") -> tuple[tuple[str, Settlement], ...]:
        """Return ids of detections that reviews settled, with what they came to, by id."""

    def review_thing(self, detection_id: str) -> Thing:
        """Return a detection as rules about reviews see it."""

    def review_queue(self, reviewer: str, limit: int = 20) -> tuple[str, ...]:
        """Return ids of detections that a reviewer should look at next.

        Those neither settled nor reviewed by them, as far as their reviews still count: of the
        sites of the highest value first, the newest first in a site, then the unattributed; what
        they skipped comes last. Each once, at its first place.
        """

    def review_queue_size(self, reviewer: str) -> int:
        """Return how many are in a reviewer's queue."""

    def skip_review(self, detection_id: str, reviewer: str, now_utc: datetime) -> None:
        """Put a detection at the end of a reviewer's queue; CasebookError if it is not there."""
