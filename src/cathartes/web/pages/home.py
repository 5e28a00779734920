"""The first page: the map."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from cathartes.casework.roles import Action
from cathartes.web.guard import PUBLIC, AccountHolder, guarded_router
from cathartes.web.render import page
from cathartes.web.texts import LANGUAGES, script_texts

router: APIRouter = guarded_router()


@router.get("/")
def show_home(request: Request, visitor: AccountHolder) -> Response:
    """Show the map, or lead to what the visitor may see."""
    for action, path in _ELSEWHERE:
        if not visitor.may(Action.READ_CASES) and visitor.may(action):
            return RedirectResponse(path, 303)
    return page(request, "map.html", visitor)


@router.get("/texts/{language}.json", dependencies=[PUBLIC])
def show_texts(language: str) -> Response:
    """Return a language's texts for scripts."""
    known = language if language in LANGUAGES else "en"
    return JSONResponse(script_texts(known), headers={"cache-control": "max-age=3600"})


_ELSEWHERE = (
    (Action.READ_LOOKS, "/observations"),
    (Action.MANAGE_USERS, "/users"),
    (Action.ANSWER_RELEASE, "/answers"),
    (Action.USE_ACCOUNT, "/account"),
)
