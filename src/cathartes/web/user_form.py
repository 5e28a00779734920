"""An administrator's forms about accounts as they were typed, and what they say."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form

from cathartes.casework.user import User
from cathartes.pipeline.people import roles_of

_Text = Annotated[str, Form()]
"""What is too long is refused by what reads it, with what was typed shown again."""


@dataclass(frozen=True, slots=True)
class TypedRoles:
    """Roles as they were chosen, and whose officer a partner is."""

    roles: tuple[str, ...] = ()
    partner: str = ""


@dataclass(frozen=True, slots=True)
class TypedUser:
    """The form of a new account as it was filled in; what was not is ""."""

    id: str = ""
    name: str = ""
    identity: str = ""
    roles: TypedRoles = TypedRoles()

    def account(self) -> User:
        """Return the account that it says; AccessError if it can't be."""
        return User(
            self.id,
            self.name or self.id,
            roles_of(self.roles.roles),
            self.roles.partner,
            oidc_subject=self.identity,
        )


def _typed_roles(
    role: Annotated[list[str] | None, Form(max_length=20)] = None, partner: _Text = ""
) -> TypedRoles:
    return TypedRoles(tuple(role or ()), partner.strip())


RolesForm = Annotated[TypedRoles, Depends(_typed_roles)]


def _typed_user(
    roles: RolesForm, user: _Text = "", name: _Text = "", identity: _Text = ""
) -> TypedUser:
    return TypedUser(user.strip().lower(), name.strip(), identity.strip(), roles)


UserForm = Annotated[TypedUser, Depends(_typed_user)]
"""Types of a route's parameters."""
