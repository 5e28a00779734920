"""The description of OGC API - Features, as OpenAPI 3.0, which its class ``oas30`` asks for."""

from collections.abc import Sequence
from typing import Any

from cathartes import __version__
from cathartes.web.ogc.asked import MOST, USUAL_LIMIT
from cathartes.web.ogc.collections import Collection

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_FAILURES = {
    "400": "What was asked can't be understood.",
    "401": "Nobody is signed in; send a token as Bearer, or as the password of Basic.",
    "403": "This account may not.",
    "404": "It is not there.",
}
_FORM: dict[str, Any] = {
    "name": "f",
    "in": "query",
    "description": "there is one form alone",
    "required": False,
    "schema": {"type": "string", "enum": ["json", "geojson"]},
}


def described(root: str, collections: Sequence[Collection]) -> dict[str, Any]:
    """Return the description of the API at an address, with the collections one may read."""
    names = [one.id for one in collections]
    one_of = _path("collectionId", "Which collection", {"type": "string", "enum": names})
    feature = _path("featureId", "Which feature", {"type": "string", "maxLength": 200})
    items = [one_of, _BBOX, _DATETIME, _LIMIT, _AFTER, _FORM]
    paths = {
        "/": _get("landingPage", "What there is", "application/json", [_FORM]),
        "/api": _get("description", "This description", OPENAPI, [_FORM]),
        "/conformance": _get("conformance", "Classes that are kept", "application/json", [_FORM]),
        "/collections": _get("collections", "The collections", "application/json", [_FORM]),
        "/collections/{collectionId}": _get(
            "collection", "One collection", "application/json", [one_of, _FORM]
        ),
        "/collections/{collectionId}/items": _get("items", "A page of features", GEOJSON, items),
        "/collections/{collectionId}/items/{featureId}": _get(
            "item", "One feature", GEOJSON, [one_of, feature, _FORM]
        ),
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Cathartes: OGC API - Features", "version": __version__},
        "servers": [{"url": root}],
        "paths": paths,
        "components": {"securitySchemes": SCHEMES},
        "security": [{name: []} for name in SCHEMES],
    }


SCHEMES: dict[str, Any] = {
    "token": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic", "description": "The password is the token."},
}

_BBOX: dict[str, Any] = {
    "name": "bbox",
    "in": "query",
    "description": "west,south,east,north in degrees; six numbers with heights, which don't matter",
    "required": False,
    "schema": {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    },
    "style": "form",
    "explode": False,
}
_DATETIME: dict[str, Any] = {
    "name": "datetime",
    "in": "query",
    "description": "a moment of RFC 3339, a day, or two of them with / between; .. is open",
    "required": False,
    "schema": {"type": "string"},
    "style": "form",
    "explode": False,
}
_LIMIT: dict[str, Any] = {
    "name": "limit",
    "in": "query",
    "description": "how many features at most",
    "required": False,
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
    "style": "form",
    "explode": False,
}
_AFTER: dict[str, Any] = {
    "name": "after",
    "in": "query",
    "description": "as the `next` link of the page before has it",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "in": "path", "required": True, "description": description, "schema": schema,
    }  # fmt: skip


def _get(
    operation: str, summary: str, media_type: str, parameters: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    good = {"description": summary, "content": {media_type: {"schema": {"type": "object"}}}}
    failures = {
        status: {
            "description": told,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
        for status, told in _FAILURES.items()
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": list(parameters),
            "responses": {"200": good, **failures},
        }
    }
