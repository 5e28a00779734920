"""One's own account as JSON."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from cathartes.casework.user import LONGEST_TOKEN
from cathartes.errors import AccessError
from cathartes.web.guard import AccountHolder, OnDesk, guarded_router
from cathartes.web.tokens import make_token
from cathartes.web.views.account import AccountView, account_view

router: APIRouter = guarded_router(prefix="/api/v1/account", tags=["account"])


@dataclass(frozen=True, slots=True)
class NewToken:
    """A program's token to make."""

    name: str
    days: Annotated[int, Field(ge=1, le=LONGEST_TOKEN.days)] = 90


@dataclass(frozen=True, slots=True)
class MadeToken:
    """Its secret, which is shown once: as Bearer, or as the password of Basic."""

    secret: str


@router.get("")
def show_account(desk: OnDesk, visitor: AccountHolder) -> AccountView:
    """Return one's own account, with its sign-ins and tokens."""
    return account_view(desk, visitor)


@router.post("/tokens", status_code=201)
def add_token(desk: OnDesk, visitor: AccountHolder, told: NewToken) -> MadeToken:
    """Make a program's token, which reads and changes nothing."""
    if not visitor.is_kept:
        raise AccessError("this casebook has no accounts; there is nothing to change.")
    return MadeToken(make_token(desk, visitor, told.name, told.days))


@router.delete("/tokens/{token_id}", status_code=204)
def end_token(
    desk: OnDesk,
    visitor: AccountHolder,
    token_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
) -> None:
    """Withdraw a program's token."""
    desk.casebook.end_token(token_id, visitor.id, desk.now())
