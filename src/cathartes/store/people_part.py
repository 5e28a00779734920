"""The casebook's accounts, and what they are signed in with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from cathartes.casework.roles import LOCAL_ROLES, Role, Subject
from cathartes.casework.user import NoUserError, User, is_user_id
from cathartes.errors import AccessError
from cathartes.store.canonical import content_sha256
from cathartes.store.interface_people import Credentials
from cathartes.store.part import CasebookPart, enter
from cathartes.store.tables import api_tokens, users, web_sessions

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
            _enter(connection, "user.add", user.id, detail, actor, now_utc)

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
            _enter(connection, "user.roles", user_id, detail, actor, now_utc)
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
            _end_tokens(connection, user_id)
            action = "user.enable" if enable else "user.disable"
            _enter(connection, action, user_id, {}, actor, now_utc)
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
        action = "user.password" if hashed else "user.no-password"
        with self._database.change() as connection:
            _change(connection, user_id, action, {"password_hash": hashed}, actor, now_utc)
            _end_tokens(connection, user_id)

    def set_totp(self, user_id: str, secret: str, actor: str, now_utc: datetime) -> None:
        """Put a second factor's secret in the place of the one there was."""
        action = "user.second-factor" if secret else "user.no-second-factor"
        values = {"totp_secret": secret, "totp_last_step": 0}
        with self._database.change() as connection:
            _change(connection, user_id, action, values, actor, now_utc)

    def use_totp_step(self, user_id: str, step: int) -> bool:
        """Note that a code was used."""
        with self._database.take() as connection:
            fresh = (users.c.id == user_id) & (users.c.totp_last_step < step)
            noted = connection.execute(users.update().where(fresh).values(totp_last_step=step))
            return noted.rowcount == 1


def user_in(connection: Connection, user_id: str) -> User:
    """Return an account; NoUserError if it is not there."""
    row = _find(connection, user_id) if is_user_id(user_id) else None
    if row is None:
        raise NoUserError(user_id)
    return _user_of(row)


def subject_in(connection: Connection, actor: str) -> Subject:
    """Return who an actor is to a rule, as the database says it in this transaction."""
    if actor.startswith(LOCAL):
        alone = not _has_users(connection)
        return Subject(actor, LOCAL_ROLES if alone else frozenset())
    row = _find(connection, actor)
    return Subject(actor, frozenset()) if row is None else _user_of(row).subject


def account_content(row: Row[Any]) -> dict[str, Any]:
    """Return of an account's row what the audit binds by hash: who it is, may be, and proves to be.

    Of its secrets a hash of a salted hash and of 160 random bits gives nothing away.
    """
    return {
        "user": _user_of(row),
        "password_hash": row.password_hash,
        "totp_secret": row.totp_secret,
    }


def _enter(
    connection: Connection,
    action: str,
    user_id: str,
    detail: Mapping[str, Any],
    actor: str,
    now_utc: datetime,
) -> None:
    """Write the audit entry of a change of an account, with the hash of what it is now."""
    row = connection.execute(select(users).where(users.c.id == user_id)).one()
    told = {**detail, "sha256": content_sha256(account_content(row))}
    enter(connection, action, user_id, told, actor, now_utc)


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


def _change(
    connection: Connection,
    user_id: str,
    action: str,
    values: dict[str, Any],
    actor: str,
    now_utc: datetime,
) -> None:
    """Change what an account is signed in with; its sessions end."""
    user_in(connection, user_id)
    connection.execute(users.update().where(users.c.id == user_id).values(values))
    _end_sessions(connection, user_id)
    _enter(connection, action, user_id, {}, actor, now_utc)


def _end_sessions(connection: Connection, user_id: str) -> None:
    connection.execute(web_sessions.delete().where(web_sessions.c.user_id == user_id))


def _end_tokens(connection: Connection, user_id: str) -> None:
    connection.execute(api_tokens.delete().where(api_tokens.c.user_id == user_id))


def _user_of(row: Row[Any]) -> User:
    return User(
        row.id,
        row.name,
        tuple(Role(one) for one in row.roles),
        row.partner,
        row.disabled_utc is not None,
        row.oidc_subject or "",
    )
