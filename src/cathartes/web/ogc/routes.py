"""The addresses of OGC API - Features; its document 17-069r4 says what each must answer."""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from cathartes.errors import CasebookError
from cathartes.web.desk import Desk
from cathartes.web.guard import LookReader, OnDesk, guarded_router
from cathartes.web.ogc.asked import OTHERS, checked, items_asked
from cathartes.web.ogc.collections import (
    COLLECTIONS,
    Collection,
    Feature,
    Features,
    check_may_read,
    may_read,
)
from cathartes.web.ogc.description import CRS84, GEOJSON, OPENAPI, described
from cathartes.web.visitor import Visitor

router: APIRouter = guarded_router(prefix="/ogc", tags=["ogc"], include_in_schema=False)

CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}"
    for name in ("core", "oas30", "geojson")
)
"""Classes of the standard that are kept."""
_JSON = "application/json"
_LONGEST_ID = 200


@router.get("")
def show_landing_page(request: Request, visitor: LookReader) -> Response:  # noqa: ARG001
    """Lead to the description, the conformance classes and the collections."""
    checked(request.query_params.multi_items(), OTHERS)
    root = _root(request)
    return JSONResponse(
        {
            "title": "Cathartes",
            "description": "Sites, detections and looks of this casebook.",
            "links": [
                _link(root, "self", _JSON, "This page"),
                _link(f"{root}/api", "service-desc", OPENAPI, "Description of this API"),
                _link(f"{root}/conformance", "conformance", _JSON, "What it conforms to"),
                _link(f"{root}/collections", "data", _JSON, "Collections"),
            ],
        }
    )


@router.get("/api")
def show_description(request: Request, visitor: LookReader) -> Response:
    """Describe the API, as OpenAPI 3.0."""
    checked(request.query_params.multi_items(), OTHERS)
    return JSONResponse(described(_root(request), _theirs(visitor)), media_type=OPENAPI)


@router.get("/conformance")
def show_conformance(request: Request, visitor: LookReader) -> Response:  # noqa: ARG001
    """Tell the standard's classes that are kept."""
    checked(request.query_params.multi_items(), OTHERS)
    return JSONResponse({"conformsTo": list(CONFORMANCE)})


@router.get("/collections")
def list_collections(request: Request, desk: OnDesk, visitor: LookReader) -> Response:
    """List the collections that the visitor may read."""
    checked(request.query_params.multi_items(), OTHERS)
    root, extent = _root(request), _extent(desk)
    return JSONResponse(
        {
            "links": [_link(f"{root}/collections", "self", _JSON, "This list")],
            "collections": [_collection(root, one, extent) for one in _theirs(visitor)],
        }
    )


@router.get("/collections/{collection_id}")
def show_collection(
    request: Request, desk: OnDesk, visitor: LookReader, collection_id: str
) -> Response:
    """Tell of one collection."""
    checked(request.query_params.multi_items(), OTHERS)
    one = _found(visitor, collection_id)
    return JSONResponse(_collection(_root(request), one, _extent(desk)))


@router.get("/collections/{collection_id}/items")
def list_items(request: Request, desk: OnDesk, visitor: LookReader, collection_id: str) -> Response:
    """Return a page of features, by id."""
    one = _found(visitor, collection_id)
    asked = items_asked(request.query_params.multi_items())
    page = one.read(desk, visitor, asked.wanted, asked.limit, asked.after)
    address = f"{_root(request)}/collections/{one.id}"
    return JSONResponse(
        {
            "type": "FeatureCollection",
            "timeStamp": desk.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            "numberReturned": len(page.features),
            **_matched(page, is_first=not asked.after),
            "links": _links_of_page(request, address, page),
            "features": [_geojson(each) for each in page.features],
        },
        media_type=GEOJSON,
    )


@router.get("/collections/{collection_id}/items/{item_id}")
def show_item(
    request: Request, desk: OnDesk, visitor: LookReader, collection_id: str, item_id: str
) -> Response:
    """Return one feature."""
    checked(request.query_params.multi_items(), OTHERS)
    one = _found(visitor, collection_id)
    if len(item_id) > _LONGEST_ID:
        raise CasebookError(f"no feature {item_id[:_LONGEST_ID]!r} in {one.id}.")
    feature = one.read_one(desk, visitor, item_id)
    address = f"{_root(request)}/collections/{one.id}"
    links = [
        _link(f"{address}/items/{quote(feature.id, safe='')}", "self", GEOJSON, feature.id),
        _link(address, "collection", _JSON, one.title),
    ]
    return JSONResponse({**_geojson(feature), "links": links}, media_type=GEOJSON)


def _root(request: Request) -> str:
    """Return the address by which the API was asked, whatever proxy is in front."""
    return f"{str(request.base_url).rstrip('/')}/ogc"


def _link(href: str, rel: str, media_type: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def _theirs(visitor: Visitor) -> list[Collection]:
    return [one for one in COLLECTIONS.values() if may_read(visitor, one)]


def _found(visitor: Visitor, collection_id: str) -> Collection:
    one = COLLECTIONS.get(collection_id)
    if one is None:
        known = ", ".join(COLLECTIONS)
        raise CasebookError(f"no collection {collection_id[:100]!r}; there are {known}.")
    check_may_read(visitor, one)
    return one


def _collection(root: str, one: Collection, extent: dict[str, Any]) -> dict[str, Any]:
    address = f"{root}/collections/{one.id}"
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        **extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            _link(address, "self", _JSON, one.title),
            _link(f"{address}/items", "items", GEOJSON, one.title),
        ],
    }


def _extent(desk: Desk) -> dict[str, Any]:
    """Return the box about all mandates: nothing lies outside, and it costs nothing to know."""
    bounds = [one.area.bounds for one in desk.casebook.mandates()]
    if not bounds:
        return {}
    west, south, east, north = zip(*bounds, strict=True)
    box = [round(one, 7) for one in (min(west), min(south), max(east), max(north))]
    return {"extent": {"spatial": {"bbox": [box], "crs": CRS84}}}


def _links_of_page(request: Request, address: str, page: Features) -> list[dict[str, str]]:
    query = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
    here = urlencode(request.query_params.multi_items())
    links = [
        _link(f"{address}/items{'?' if here else ''}{here}", "self", GEOJSON, "This page"),
        _link(address, "collection", _JSON, "The collection"),
    ]
    if page.has_more:
        following = urlencode([*query, ("after", page.last_id)])
        links.append(_link(f"{address}/items?{following}", "next", GEOJSON, "Next page"))
    return links


def _matched(page: Features, *, is_first: bool) -> dict[str, int]:
    """Return how many match, where all of them are on this page: else it would have to count."""
    return {"numberMatched": len(page.features)} if is_first and not page.has_more else {}


def _geojson(feature: Feature) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": feature.id,
        "geometry": feature.geometry,
        "properties": feature.properties,
    }
