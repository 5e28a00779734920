"""The casebook's accounts, sign-ins and tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from cathartes.casework.roles import LOCAL_ROLES, Role, Subject
from cathartes.casework.user import FAILURES_KEPT, LONGEST_SESSION, ApiToken, Session, User
from cathartes.errors import AccessError
from cathartes.store.interface_people import Credentials
from cathartes.store.part import CasebookPart, enter
from cathartes.store.tables import api_tokens, login_failures, users, web_sessions

LOCAL = "local:"
"""What the name of somebody at the machine begins with."""


class PeoplePart(CasebookPart):
    """Accounts; see `cathartes.store.interface_people.PeopleBook`."""

    def add_user(self, user: User, actor: str, now_utc: datetime) -> None:
        """Enter an account."""
        with self._database.change() as connection:
            if _find(connection, user.id) is not None:
                raise AccessError(
                    f"user {user.id} is there already, and stays as it is; take another id."
                )
            _check_identity_free(connection, user)
            connection.execute(
                users.insert().values(
                    id=user.id,
                    name=user.name,
                    roles=list(user.roles),
                    partner=user.partner,
                    disabled_utc=now_utc if user.is_disabled else None,
                    oidc_subject=user.oidc_subject or None,
                    password_hash="",
                    totp_secret="",
                    totp_last_step=0,
                )
            )
            detail = {"name": user.name, "roles": list(user.roles), "partner": user.partner}
            enter(connection, "user.add", user.id, detail, actor, now_utc)

    def set_roles(
        self, user_id: str, roles: Sequence[Role], partner: str, actor: str, now_utc: datetime
    ) -> User:
        """Give an account other roles."""
        with self._database.change() as connection:
            there = user_in(connection, user_id)
            changed = User(
                there.id, there.name, tuple(sorted(set(roles))), partner, there.is_disabled,
                there.oidc_subject,
            )  # fmt: skip
            connection.execute(
                users.update()
                .where(users.c.id == user_id)
                .values(roles=list(changed.roles), partner=partner)
            )
            _end_sessions(connection, user_id)
            detail = {"from": list(there.roles), "to": list(changed.roles), "partner": partner}
            enter(connection, "user.roles", user_id, detail, actor, now_utc)
            return changed

    def disable_user(
        self, user_id: str, actor: str, now_utc: datetime, *, enable: bool = False
    ) -> User:
        """Disable an account, or enable it again."""
        with self._database.change() as connection:
            there = user_in(connection, user_id)
            if there.is_disabled is not enable:
                how = "enabled" if enable else "disabled"
                raise AccessError(f"user {user_id} is {how} already; nothing was changed.")
            disabled_utc = None if enable else now_utc
            connection.execute(
                users.update().where(users.c.id == user_id).values(disabled_utc=disabled_utc)
            )
            _end_sessions(connection, user_id)
            connection.execute(api_tokens.delete().where(api_tokens.c.user_id == user_id))
            action = "user.enable" if enable else "user.disable"
            enter(connection, action, user_id, {}, actor, now_utc)
            return user_in(connection, user_id)

    def user(self, user_id: str) -> User:
        """Return an account."""
        with self._database.read() as connection:
            return user_in(connection, user_id)

    def users(self) -> tuple[User, ...]:
        """Return all, by id."""
        with self._database.read() as connection:
            found = connection.execute(select(users).order_by(users.c.id))
            return tuple(_user_of(row) for row in found)

    def has_users(self) -> bool:
        """Return whether there is any account."""
        with self._database.read() as connection:
            return _has_users(connection)

    def user_of_identity(self, oidc_subject: str) -> User | None:
        """Return whose identity a provider's is."""
        with self._database.read() as connection:
            wanted = select(users).where(users.c.oidc_subject == oidc_subject)
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _user_of(row)

    def subject(self, actor: str) -> Subject:
        """Return who an actor is to a rule."""
        with self._database.read() as connection:
            return subject_in(connection, actor)

    def credentials(self, user_id: str) -> Credentials:
        """Return what an account is signed in with."""
        with self._database.read() as connection:
            row = _find(connection, user_id)
        if row is None:
            return Credentials()
        return Credentials(row.password_hash, row.totp_secret, row.totp_last_step)

    def set_password(self, user_id: str, hashed: str, actor: str, now_utc: datetime) -> None:
        """Put a password's hash in the place of the one there was."""
        self._set(user_id, "user.password", {"password_hash": hashed}, actor, now_utc)

    def set_totp(self, user_id: str, secret: str, actor: str, now_utc: datetime) -> None:
        """Put a second factor's secret in the place of the one there was."""
        action = "user.second-factor" if secret else "user.no-second-factor"
        values = {"totp_secret": secret, "totp_last_step": 0}
        self._set(user_id, action, values, actor, now_utc)

    def use_totp_step(self, user_id: str, step: int) -> bool:
        """Note that a code was used."""
        with self._database.take() as connection:
            fresh = (users.c.id == user_id) & (users.c.totp_last_step < step)
            noted = connection.execute(users.update().where(fresh).values(totp_last_step=step))
            return noted.rowcount == 1

    def begin_session(self, session: Session, now_utc: datetime, address: str = "") -> None:
        """Enter a sign-in."""
        with self._database.change() as connection:
            dead = web_sessions.c.began_utc < now_utc - LONGEST_SESSION
            connection.execute(web_sessions.delete().where(dead))
            connection.execute(
                web_sessions.insert().values(
                    token_sha256=session.token_sha256,
                    user_id=session.user_id,
                    csrf=session.csrf,
                    began_utc=session.began_utc,
                    seen_utc=session.seen_utc,
                    how=session.how,
                )
            )
            detail = {"how": session.how, "address": address}
            enter(connection, "sign-in", session.user_id, detail, session.user_id, now_utc)

    def session(self, token_sha256: str) -> Session | None:
        """Return a sign-in."""
        wanted = select(web_sessions).where(web_sessions.c.token_sha256 == token_sha256)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Session(
            row.token_sha256, row.user_id, row.csrf, row.began_utc, row.seen_utc, row.how
        )

    def touch_session(self, token_sha256: str, now_utc: datetime) -> None:
        """Note that a session was used."""
        with self._database.take() as connection:
            connection.execute(
                web_sessions.update()
                .where(web_sessions.c.token_sha256 == token_sha256)
                .values(seen_utc=now_utc)
            )

    def end_session(self, token_sha256: str, now_utc: datetime) -> None:
        """Sign out."""
        one = web_sessions.c.token_sha256 == token_sha256
        with self._database.change() as connection:
            user_id = connection.scalar(select(web_sessions.c.user_id).where(one))
            if user_id is not None:
                connection.execute(web_sessions.delete().where(one))
                enter(connection, "sign-out", user_id, {}, user_id, now_utc)

    def note_failure(self, user_id: str, address: str, now_utc: datetime) -> None:
        """Note a sign-in that failed."""
        with self._database.change() as connection:
            old = login_failures.c.moment_utc < now_utc - FAILURES_KEPT
            connection.execute(login_failures.delete().where(old))
            connection.execute(
                login_failures.insert().values(user_id=user_id, address=address, moment_utc=now_utc)
            )
            detail = {"address": address}
            enter(connection, "sign-in.refused", user_id, detail, "nobody", now_utc)

    def failures_utc(self, user_id: str, address: str) -> tuple[datetime, ...]:
        """Return when sign-ins failed: of the account, or from the address, whichever is more."""
        moments = select(login_failures.c.moment_utc).order_by(login_failures.c.moment_utc)
        with self._database.read() as connection:
            of_user, from_address = (
                tuple(connection.scalars(moments.where(column == value)))
                for column, value in (
                    (login_failures.c.user_id, user_id),
                    (login_failures.c.address, address),
                )
            )
        return max(of_user, from_address, key=len)

    def add_token(self, token: ApiToken, actor: str, now_utc: datetime) -> None:
        """Enter a program's token."""
        with self._database.change() as connection:
            user_in(connection, token.user_id)
            connection.execute(
                api_tokens.insert().values(
                    token_sha256=token.token_sha256,
                    user_id=token.user_id,
                    name=token.name,
                    created_utc=token.created_utc,
                    expires_utc=token.expires_utc,
                )
            )
            enter(connection, "token.add", token.user_id, {"name": token.name}, actor, now_utc)

    def token(self, token_sha256: str) -> ApiToken | None:
        """Return a token."""
        wanted = select(api_tokens).where(api_tokens.c.token_sha256 == token_sha256)
        with self._database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _token_of(row)

    def tokens(self, user_id: str) -> tuple[ApiToken, ...]:
        """Return a user's, by time."""
        wanted = select(api_tokens).where(api_tokens.c.user_id == user_id)
        by_time = wanted.order_by(api_tokens.c.created_utc, api_tokens.c.token_sha256)
        with self._database.read() as connection:
            return tuple(_token_of(row) for row in connection.execute(by_time))

    def end_token(self, token_sha256: str, actor: str, now_utc: datetime) -> None:
        """Withdraw a token."""
        own = (api_tokens.c.token_sha256 == token_sha256) & (api_tokens.c.user_id == actor)
        with self._database.change() as connection:
            name = connection.scalar(select(api_tokens.c.name).where(own))
            if name is None:
                raise AccessError("there is no such token of yours; nothing was changed.")
            connection.execute(api_tokens.delete().where(own))
            enter(connection, "token.end", actor, {"name": name}, actor, now_utc)

    def _set(
        self, user_id: str, action: str, values: dict[str, Any], actor: str, now_utc: datetime
    ) -> None:
        """Change what an account is signed in with; its sessions end."""
        with self._database.change() as connection:
            user_in(connection, user_id)
            connection.execute(users.update().where(users.c.id == user_id).values(values))
            _end_sessions(connection, user_id)
            enter(connection, action, user_id, {}, actor, now_utc)


def user_in(connection: Connection, user_id: str) -> User:
    """Return an account; AccessError if it is not there."""
    row = _find(connection, user_id)
    if row is None:
        raise AccessError(
            f"no user {user_id!r} in this casebook; `cathartes user list` shows those there are."
        )
    return _user_of(row)


def subject_in(connection: Connection, actor: str) -> Subject:
    """Return who an actor is to a rule, as the database says it in this transaction."""
    if actor.startswith(LOCAL):
        alone = not _has_users(connection)
        return Subject(actor, LOCAL_ROLES if alone else frozenset())
    row = _find(connection, actor)
    return Subject(actor, frozenset()) if row is None else _user_of(row).subject


def _find(connection: Connection, user_id: str) -> Row[Any] | None:
    return connection.execute(select(users).where(users.c.id == user_id)).one_or_none()


def _has_users(connection: Connection) -> bool:
    return connection.scalar(select(func.count()).select_from(users)) != 0


def _check_identity_free(connection: Connection, user: User) -> None:
    taken = select(exists().where(users.c.oidc_subject == user.oidc_subject))
    if user.oidc_subject and connection.scalar(taken):
        raise AccessError(
            f"user {user.id}: the identity {user.oidc_subject} is another account's already."
        )


def _end_sessions(connection: Connection, user_id: str) -> None:
    connection.execute(web_sessions.delete().where(web_sessions.c.user_id == user_id))


def _user_of(row: Row[Any]) -> User:
    return User(
        row.id,
        row.name,
        tuple(Role(one) for one in row.roles),
        row.partner,
        row.disabled_utc is not None,
        row.oidc_subject or "",
    )


def _token_of(row: Row[Any]) -> ApiToken:
    return ApiToken(row.token_sha256, row.user_id, row.name, row.created_utc, row.expires_utc)
