"""The casebook's sign-ins: sessions, attempts that failed, programs' tokens."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from cathartes.casework.user import (
    FAILURES_KEPT,
    LONGEST_SESSION,
    MOST_TOKENS,
    ApiToken,
    Origin,
    Session,
    wait_s,
)
from cathartes.errors import AccessError
from cathartes.store.part import CasebookPart, enter
from cathartes.store.people_part import user_in
from cathartes.store.tables import api_tokens, login_failures, users, web_sessions

_NOBODY = "nobody"
"""Who the audit says when it is not known."""


class SignInsPart(CasebookPart):
    """Sign-ins; see `cathartes.store.interface_people.SignInBook`."""

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
        return None if row is None else _session_of(row)

    def sessions(self, user_id: str) -> tuple[Session, ...]:
        """Return a user's, by time."""
        wanted = select(web_sessions).where(web_sessions.c.user_id == user_id)
        by_time = wanted.order_by(web_sessions.c.began_utc, web_sessions.c.token_sha256)
        with self._database.read() as connection:
            return tuple(_session_of(row) for row in connection.execute(by_time))

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

    def end_other_sessions(self, user_id: str, kept_sha256: str, now_utc: datetime) -> int:
        """Sign a user out everywhere else."""
        others = (web_sessions.c.user_id == user_id) & (web_sessions.c.token_sha256 != kept_sha256)
        with self._database.change() as connection:
            n_ended = connection.execute(web_sessions.delete().where(others)).rowcount
            if n_ended:
                enter(connection, "sign-out.others", user_id, {"n": n_ended}, user_id, now_utc)
        return n_ended

    def claim_attempt(self, user_id: str, origin: Origin, now_utc: datetime) -> float:
        """Let somebody try to sign in, or say how long to wait."""
        with self._database.change() as connection:
            wait = wait_s(_failures_utc(connection, user_id, origin), now_utc)
            if wait == 0.0:
                old = login_failures.c.moment_utc < now_utc - FAILURES_KEPT
                connection.execute(login_failures.delete().where(old))
                connection.execute(
                    login_failures.insert().values(
                        user_id=_key(user_id), address=origin.key, moment_utc=now_utc
                    )
                )
        return wait

    def end_attempt(
        self, user_id: str, origin: Origin, now_utc: datetime, *, succeeded: bool
    ) -> None:
        """Say what came of an attempt."""
        own = (login_failures.c.user_id == _key(user_id)) & (login_failures.c.address == origin.key)
        with self._database.change() as connection:
            if succeeded:
                connection.execute(login_failures.delete().where(own))
                return
            known = connection.scalar(select(users.c.id).where(users.c.id == user_id))
            detail = {"address": origin.address}
            enter(connection, "sign-in.refused", known or _NOBODY, detail, _NOBODY, now_utc)

    def add_token(self, token: ApiToken, actor: str, now_utc: datetime) -> None:
        """Enter a program's token."""
        own = api_tokens.c.user_id == token.user_id
        with self._database.change() as connection:
            user_in(connection, token.user_id)
            connection.execute(
                api_tokens.delete().where(own & (api_tokens.c.expires_utc <= now_utc))
            )
            there = connection.scalar(select(func.count()).select_from(api_tokens).where(own)) or 0
            if there >= MOST_TOKENS:
                raise AccessError(
                    f"{token.user_id} has {there} tokens, which is the most there may be; "
                    "withdraw one that no program needs."
                )
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


def _failures_utc(connection: Connection, user_id: str, origin: Origin) -> list[datetime]:
    """Return when attempts failed that count here, the longer list where two do.

    Of a browser that the account knows: its own alone. Of any other: from its address, whatever the
    account; and of the account, from all that it does not know.
    """
    key, address = login_failures.c.user_id, login_failures.c.address
    of_account = key == _key(user_id)
    if origin.is_known:
        return _moments(connection, of_account & (address == origin.key))
    from_address = _moments(connection, address == origin.key)
    from_strangers = ~address.startswith(Origin.KNOWN, autoescape=True)
    return max(from_address, _moments(connection, of_account & from_strangers), key=len)


def _moments(connection: Connection, which: ColumnElement[bool]) -> list[datetime]:
    moments = select(login_failures.c.moment_utc).where(which)
    return list(connection.scalars(moments.order_by(login_failures.c.moment_utc)))


def _key(user_id: str) -> str:
    """Return as what attempts on an account are counted: people type passwords as names."""
    return hashlib.sha256(user_id.encode(errors="replace")).hexdigest()


def _session_of(row: Row[Any]) -> Session:
    return Session(row.token_sha256, row.user_id, row.csrf, row.began_utc, row.seen_utc, row.how)


def _token_of(row: Row[Any]) -> ApiToken:
    return ApiToken(row.token_sha256, row.user_id, row.name, row.created_utc, row.expires_utc)
