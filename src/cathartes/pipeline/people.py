"""Accounts of a casebook, kept by who has the machine."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.errors import AccessError
from cathartes.pipeline.owners import local_actor
from cathartes.pipeline.passwords import hash_password
from cathartes.store.interface import Casebook
from cathartes.store.open import open_casebook


def user_add(
    casebook: str | Path,
    user_id: str,
    roles: Iterable[str],
    *,
    name: str = "",
    partner: str = "",
    password: str = "",
    oidc_subject: str = "",
) -> User:
    """Enter an account.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    user_id, name
        Short name, and as others read it; the short name if left out.
    roles
        As `cathartes.casework.roles.Role` says them.
    partner
        Whose officer a partner is.
    password
        "" for an account that is signed in by an identity provider, or by link alone.
    oidc_subject
        ``<issuer>|<subject>`` of an identity provider.

    Raises
    ------
    AccessError
        If there is such an account already, or it can't be.
    ReleaseError
        If there is no such partner.
    """
    user = User(user_id, name or user_id, roles_of(roles), partner, oidc_subject=oidc_subject)
    hashed = hash_password(password) if password else ""
    actor, now_utc = local_actor(), datetime.now(UTC)
    with open_casebook(casebook) as opened:
        check_officer(opened.casebook, partner)
        opened.casebook.add_user(user, actor, now_utc)
        if hashed:
            opened.casebook.set_password(user_id, hashed, actor, now_utc)
    return user


def user_list(casebook: str | Path) -> tuple[User, ...]:
    """Return all accounts, by id."""
    with open_casebook(casebook) as opened:
        return opened.casebook.users()


def user_role(
    casebook: str | Path, user_id: str, roles: Iterable[str], *, partner: str = ""
) -> User:
    """Give an account other roles, in the place of those it had; its sessions end.

    ReleaseError if there is no such partner.
    """
    with open_casebook(casebook) as opened:
        check_officer(opened.casebook, partner)
        told = (roles_of(roles), partner, local_actor(), datetime.now(UTC))
        return opened.casebook.set_roles(user_id, *told)


def user_password(casebook: str | Path, user_id: str, password: str) -> None:
    """Give an account another password; its sessions end."""
    hashed = hash_password(password)
    with open_casebook(casebook) as opened:
        opened.casebook.set_password(user_id, hashed, local_actor(), datetime.now(UTC))


def user_disable(casebook: str | Path, user_id: str, *, enable: bool = False) -> User:
    """Disable an account, which stays on record; or enable it again."""
    with open_casebook(casebook) as opened:
        actor, now_utc = local_actor(), datetime.now(UTC)
        return opened.casebook.disable_user(user_id, actor, now_utc, enable=enable)


def check_officer(book: Casebook, partner: str) -> None:
    """Check that the partner whose officer somebody is was entered; "" is nobody's officer.

    Raises
    ------
    ReleaseError
        If it was not.
    """
    if partner:
        book.partner(partner)


def roles_of(told: Iterable[str]) -> tuple[Role, ...]:
    """Return roles by their words, sorted; AccessError if there is no such role."""
    found = []
    for one in told:
        try:
            found.append(Role(one.replace("-", " ").strip().lower()))
        except ValueError as error:
            raise AccessError(
                f"role {one!r}: {', '.join(Role)} are there; choose among them."
            ) from error
    return tuple(sorted(set(found)))
