"""One's own account: password, second factor, programs' tokens."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cathartes.web.guard import AccountHolder, guarded_router
from cathartes.web.render import page

router: APIRouter = guarded_router()


@router.get("/account")
def show_account(request: Request, visitor: AccountHolder) -> Response:
    """Show it."""
    return page(request, "account.html", visitor)
