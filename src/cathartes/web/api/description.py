"""The API described as OpenAPI 3.1, made of the routes themselves."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from cathartes import __version__
from cathartes.web.guard import Needs, rules_of
from cathartes.web.ogc.description import SCHEMES

Routers = Sequence[APIRouter]

API_ROOT = "/api/v1"
_SUMMARY = (
    "What the pages of the workstation show, as JSON. Sign in on the page, or send a token: as "
    "Bearer, or as the password of Basic. Lists are read page by page: `next` of one page, if it "
    "is not null, is `after` (of the audit: `before`) of the one that follows."
)
_FAILURES = {
    "400": ("What was asked can't be done.", "bbox '1,2': 4 or 6 numbers are needed."),
    "401": ("Nobody is signed in.", "nobody is signed in, or not any more; sign in."),
    "403": ("This account may not; it is put on record.", "ana is analyst; to …"),
    "404": ("It is not there.", "no site 'site-x' in this casebook; …"),
    "409": ("It can't be kept as it is.", "detection o1-1 was changed since it was looked at; …"),
    "422": (
        "A parameter can't be what it is.",
        "limit: Input should be at most 200.",
    ),
}
_READING = frozenset({"400", "401", "403", "404", "422"})


def api_routes(routers: Routers) -> list[APIRoute]:
    """Return the API's routes."""
    return [
        route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        and route.include_in_schema
        and (route.path == API_ROOT or route.path.startswith(f"{API_ROOT}/"))
    ]


def paths_of(routers: Routers) -> list[str]:
    """Return the paths that can be read, sorted."""
    return sorted({one.path for one in api_routes(routers) if "GET" in (one.methods or ())})


def rule_of(route: APIRoute) -> str:
    """Return what one must be allowed to do to use a route; "" if nothing."""
    rules = [one for one in rules_of(route.dependant) if isinstance(one, Needs)]
    return rules[0].action.value if rules else ""


def described(routers: Routers, root: str = "") -> dict[str, Any]:
    """Return the description, with the address at which the API stands."""
    routes = api_routes(routers)
    told = get_openapi(
        title="Cathartes",
        version=__version__,
        description=_SUMMARY,
        routes=routes,
        servers=[{"url": root}] if root else None,
    )
    components = told.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # we tell failures in our own way
        schemas.pop(unused, None)
    schemas["Failure"] = _FAILURE
    components["securitySchemes"] = SCHEMES
    told["security"] = [{name: []} for name in SCHEMES]
    for operation in _operations(told):
        _tell_failures(operation)
    for route in routes:
        for method in route.methods or ():
            _tell_rule(told["paths"][route.path][method.lower()], rule_of(route))
    return told


_FAILURE: dict[str, Any] = {
    "title": "Failure",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["status", "message"],
            "properties": {
                "status": {"type": "integer"},
                "message": {
                    "type": "string",
                    "description": "what was found, what is needed, and what to do",
                },
            },
        }
    },
}


def _operations(told: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for path in told.get("paths", {}).values():
        yield from path.values()


def _tell_failures(operation: dict[str, Any]) -> None:
    """Tell how a route answers when it can't do what was asked."""
    changes = "requestBody" in operation
    for status, (when, message) in _FAILURES.items():
        if changes or status in _READING:
            example = {"error": {"status": int(status), "message": message}}
            schema = {"$ref": "#/components/schemas/Failure"}
            content = {"application/json": {"schema": schema, "example": example}}
            operation["responses"][status] = {"description": when, "content": content}


def _tell_rule(operation: dict[str, Any], rule: str) -> None:
    """Tell a route's summary, and who may use it."""
    text = operation.get("description", "").strip()
    first, _, rest = text.partition("\n\n")
    operation["summary"] = " ".join(first.split()).rstrip(".")
    may = f"One must be allowed to {rule}." if rule else "Anybody may."
    operation["description"] = f"{rest}\n\n{may}".strip()
