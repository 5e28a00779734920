"""The root of the API, and its description."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from cathartes.web.api.description import described, paths_of
from cathartes.web.guard import AccountHolder, guarded_router

router: APIRouter = guarded_router(prefix="/api/v1", tags=["root"])


@router.get("")
def show_root(request: Request, visitor: AccountHolder) -> dict[str, Any]:
    """Return what there is: the addresses that need nothing filled in, and the description."""
    root = str(request.base_url).rstrip("/")
    found = {
        path.removeprefix("/api/v1/").replace("/", "_"): f"{root}{path}"
        for path in paths_of(request.app.state.routers)
        if "{" not in path and path != "/api/v1"
    }
    return {
        "name": "Cathartes",
        "user": visitor.id,
        "links": {**found, "features": f"{root}/ogc"},
    }


@router.get("/openapi.json", response_class=JSONResponse)
def show_description(request: Request, visitor: AccountHolder) -> JSONResponse:  # noqa: ARG001
    """Return the description of this API, as OpenAPI 3.1."""
    return JSONResponse(described(request.app.state.routers, str(request.base_url).rstrip("/")))
