"""Every route says who may use it, or the application does not start.

A route has exactly one rule among its dependencies: a parameter of one of the types below, or
`PUBLIC`. `GuardedRoute` refuses to
be made without: nothing is served for want of a rule.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIRouter
from starlette.concurrency import run_in_threadpool

from cathartes.casework.roles import NO_THING, Action, Thing, decide
from cathartes.errors import AccessError
from cathartes.web.desk import Desk
from cathartes.web.visitor import NotSignedInError, Visitor, visitor_of

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Needs:
    """A dependency: the visitor must be signed in and have a role that may do this.

    Whether it may be done on the very thing that a path names, the page asks with `require`.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Visitor:
        """Return the visitor; NotSignedInError or AccessError if there is none who may."""
        visitor = await run_in_threadpool(visitor_of, request)
        if visitor is None:
            raise NotSignedInError
        require(visitor, self.action)
        if request.method not in _SAFE:
            await visitor.check_form(request)
        return visitor


class Public:
    """A dependency: anybody may."""

    async def __call__(self) -> None:
        """Let everybody pass."""


def needs(action: Action) -> Any:
    """Return what a route declares to be used by those who may do something."""
    return Depends(Needs(action))


LookReader = Annotated[Visitor, needs(Action.READ_LOOKS)]
CaseReader = Annotated[Visitor, needs(Action.READ_CASES)]
Reviewer = Annotated[Visitor, needs(Action.REVIEW)]
AuditReader = Annotated[Visitor, needs(Action.READ_AUDIT)]
OutcomeReader = Annotated[Visitor, needs(Action.READ_OUTCOMES)]
UserKeeper = Annotated[Visitor, needs(Action.MANAGE_USERS)]
PartnerReader = Annotated[Visitor, needs(Action.READ_PARTNERS)]
PartnerKeeper = Annotated[Visitor, needs(Action.MANAGE_PARTNERS)]
Drafter = Annotated[Visitor, needs(Action.DRAFT_RELEASE)]
Approver = Annotated[Visitor, needs(Action.APPROVE_RELEASE)]
Sender = Annotated[Visitor, needs(Action.SEND_RELEASE)]
Officer = Annotated[Visitor, needs(Action.ANSWER_RELEASE)]
AccountHolder = Annotated[Visitor, needs(Action.USE_ACCOUNT)]
"""Types of a route's parameter: a visitor who may do this."""

PUBLIC = Depends(Public())
"""What a route declares that anybody may use."""


def require(visitor: Visitor, action: Action, thing: Thing = NO_THING) -> None:
    """Go on if a visitor may do something; AccessError, with the reason, if not."""
    decision = decide(visitor.subject, action, thing)
    if not decision.allowed:
        raise AccessError(decision.reason)


def rules_of(dependant: Dependant) -> Iterator[Needs | Public]:
    """Yield the rules among a route's dependencies."""
    if isinstance(dependant.call, Needs | Public):
        yield dependant.call
    for each in dependant.dependencies:
        yield from rules_of(each)


class GuardedRoute(APIRoute):
    """A route with a rule."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        super().__init__(path, endpoint, **told)
        rules = list(rules_of(self.dependant))
        if len(rules) != 1:
            raise AccessError(
                f"route {path} has {len(rules)} rules; exactly one is needed: a parameter of a "
                "type as `CaseReader`, or `PUBLIC`."
            )


def guarded_router(**told: Any) -> APIRouter:
    """Return a router whose routes all must have a rule."""
    return APIRouter(route_class=GuardedRoute, **told)


def desk_of(request: Request) -> Desk:
    """Return what the application works with."""
    desk: Desk = request.app.state.desk
    return desk


OnDesk = Annotated[Desk, Depends(desk_of)]
"""Type of a route's parameter that is the desk."""
