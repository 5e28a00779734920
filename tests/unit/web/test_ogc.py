"""OGC API - Features, Part 1 (17-069r4): the points of its abstract test suite, A.2 to A.4.

Each test names the requirement it checks, as ``/req/core/...``.
"""

import json
from urllib.parse import urlsplit

import pytest
import shapely
from shapely.geometry import shape

import made_up_casebook as made_up
import web_desk
from cathartes.casework.user import ApiToken
from cathartes.web.ogc.asked import MOST
from cathartes.web.ogc.description import CRS84, GEOJSON
from cathartes.web.visitor import hashed
from made_up_casebook import NOW


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def ana(desk):
    return web_desk.client_of(desk, "ana")


def get(client, path, status=200, **query):
    answer = client.get(f"/ogc{path}", params=query)
    assert answer.status_code == status, answer.text
    return answer


def link(document, rel):
    (found,) = [one for one in document["links"] if one["rel"] == rel]
    return found


def ids(client, collection, **query):
    found = get(client, f"/collections/{collection}/items", **query).json()
    assert found["numberReturned"] == len(found["features"])
    return [one["id"] for one in found["features"]]


# --- landing page, conformance, description ---


def test_root_success(ana):
    """/req/core/root-success: links to the description, conformance and collections."""
    document = get(ana, "").json()
    for rel in ("service-desc", "conformance", "data"):
        found = link(document, rel)
        assert found["type"]
        assert found["title"]
        assert ana.get(urlsplit(found["href"]).path).status_code == 200
    media_type = ana.get("/ogc/api").headers["content-type"]
    assert media_type == link(document, "service-desc")["type"]


def test_conformance_success(ana):
    """/req/core/conformance-success: core, OpenAPI 3.0 and GeoJSON."""
    root = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    found = get(ana, "/conformance").json()["conformsTo"]
    assert set(found) == {f"{root}core", f"{root}oas30", f"{root}geojson"}


def test_api_definition(ana):
    """/req/oas30/oas-definition-2, /req/core/fc-bbox-definition, fc-time-, fc-limit-."""
    told = get(ana, "/api").json()
    assert told["openapi"].startswith("3.0.")
    assert told["servers"] == [{"url": f"{ana.base_url}/ogc"}]
    items = told["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]
    by_name = {one["name"]: one for one in items if one["in"] == "query"}
    for name in ("bbox", "datetime", "limit"):
        one = by_name[name]
        assert (one["required"], one["style"], one["explode"]) == (False, "form", False)
    counts = by_name["bbox"]["schema"]["oneOf"]
    assert [one["minItems"] for one in counts] == [4, 6] == [one["maxItems"] for one in counts]
    limit = by_name["limit"]["schema"]
    assert (limit["type"], limit["minimum"], limit["maximum"]) == ("integer", 1, MOST)


# --- collections ---


def test_fc_md_success_and_links(ana):
    """/req/core/fc-md-success, fc-md-links, fc-md-items, fc-md-items-links, fc-md-extent, crs84."""
    document = get(ana, "/collections").json()
    assert link(document, "self")["href"] == f"{ana.base_url}/ogc/collections"
    names = [one["id"] for one in document["collections"]]
    assert names == ["sites", "detections", "plumes", "observations"]
    for one in document["collections"]:
        assert one["itemType"] == "feature"
        assert one["crs"] == [CRS84]
        assert link(one, "items")["type"] == GEOJSON
        west, south, east, north = one["extent"]["spatial"]["bbox"][0]
        assert west < east
        assert south < north
        alone = get(ana, f"/collections/{one['id']}").json()
        assert alone == one, "/req/core/sfc-md-success: the same as in the list"


def test_an_unknown_collection_and_an_unknown_feature_are_not_found(ana):
    get(ana, "/collections/other", 404)
    get(ana, "/collections/other/items", 404)
    for collection in ("sites", "detections", "plumes", "observations"):
        get(ana, f"/collections/{collection}/items/other", 404)
        get(ana, f"/collections/{collection}/items/{'x' * 201}", 404)


# --- features ---


@pytest.mark.parametrize("collection", ["sites", "detections", "plumes", "observations"])
def test_fc_response_is_geojson(ana, collection):
    """/req/core/fc-op, fc-response, fc-links, fc-timeStamp, /req/geojson/definition."""
    answer = get(ana, f"/collections/{collection}/items")
    assert answer.headers["content-type"] == GEOJSON
    document = answer.json()
    assert document["type"] == "FeatureCollection"
    assert document["timeStamp"].endswith("Z")
    assert document["numberMatched"] == document["numberReturned"] == len(document["features"]) > 0
    assert link(document, "self")["type"] == GEOJSON
    for one in document["features"]:
        assert one["type"] == "Feature"
        assert shape(one["geometry"]).is_valid
        alone = get(ana, f"/collections/{collection}/items/{one['id']}")
        assert alone.headers["content-type"] == GEOJSON
        told = alone.json()
        assert {rel["rel"] for rel in told.pop("links")} == {"self", "collection"}
        assert told == one, "/req/core/f-success: the same as in the list"
    numbers = str(shapely.get_coordinates([shape(one["geometry"]) for one in document["features"]]))
    assert "nan" not in numbers


def test_places_have_seven_decimals(desk, ana):
    third = made_up.site("third", [], longitude=-103.05 - 1 / 30_000_000)
    desk.casebook.put_sites([third], [], made_up.ME, NOW)
    found = get(ana, "/collections/sites/items/third").text
    (longitude, _latitude) = json.loads(found)["geometry"]["coordinates"]
    assert longitude == round(longitude, 7)


def test_fc_limit(ana):
    """/req/core/fc-limit-response-1: no more than asked for; `next` links lead to all, once."""
    every = ids(ana, "detections")
    path, had = "/ogc/collections/detections/items?limit=1", []
    while path:
        document = ana.get(path).json()
        assert len(document["features"]) <= 1
        assert ("numberMatched" in document) is False
        had += [one["id"] for one in document["features"]]
        following = [one["href"] for one in document["links"] if one["rel"] == "next"]
        path = following[0].removeprefix(str(ana.base_url)) if following else ""
    assert had == every == sorted(every)
    assert ids(ana, "detections", limit=MOST + 1) == every, "more than the most is the most"
    for wrong in ("0", "-1", "x", "1.5", "", "9" * 30, "٣"):
        get(ana, "/collections/detections/items", 400, limit=wrong)


def test_fc_bbox(ana):
    """/req/core/fc-bbox-response: what meets the box, also of six numbers, and over 180 degrees."""
    # o1-1 at -103.1, 20.2; o1-2 at -103.08, 20.21; o3-1 at -103.05, 20.25
    assert ids(ana, "detections", bbox="-103.11,20.19,-103.07,20.22") == ["o1-1", "o1-2"]
    assert ids(ana, "detections", bbox="-103.11,20.19,0,-103.07,20.22,9000") == ["o1-1", "o1-2"]
    assert ids(ana, "detections", bbox="-103.1,20.2,-103.1,20.2") == ["o1-1"]
    assert ids(ana, "detections", bbox="10,10,20,20") == []
    assert ids(ana, "detections", bbox="170,-90,-103.06,90") == ["o1-1", "o1-2"]
    assert ids(ana, "sites", bbox="-103.06,20,-103,21") == ["site-b"]
    assert len(ids(ana, "observations", bbox="-103.09,20.19,-103.07,20.21")) == 4
    for wrong in ("1,2", "a,b,c,d", "1,2,3,4,5", "-181,0,0,0", "0,10,1,5", "nan,0,1,1", ""):
        get(ana, "/collections/detections/items", 400, bbox=wrong)


def test_fc_time(desk, ana):
    """/req/core/fc-time-response: moments, intervals closed and half open."""
    moment = "2026-05-04T16:02:03.123456Z"
    assert len(ids(ana, "detections", datetime=moment)) == 3
    for interval in (
        "2026-05-04",
        "2026-05-04/2026-05-05",
        "../2026-05-04",
        "2026-05-04/..",
        "/2026-05-05T00:00:00Z",
        f"{moment}/",
        "2026-05-04T11:02:00-05:00/..",
    ):
        assert len(ids(ana, "detections", datetime=interval)) == 3, interval
    for interval in ("2026-05-03", "../2026-05-03", "2026-05-05/..", "2026-05-04T16:02:04Z/.."):
        assert ids(ana, "detections", datetime=interval) == [], interval
    assert len(ids(ana, "observations", datetime="2026-05-04T16:02:30Z")) == 4
    for wrong in ("..", "../..", "/", "x", "2026-05-05/2026-05-04", "2026-05-04T16:00:00", "2026",
                  "2026-05-04/2026-05-05/2026-05-06", "2026-13-01", ""):  # fmt: skip
        get(ana, "/collections/detections/items", 400, datetime=wrong)


@pytest.mark.parametrize(
    "path", ["", "/api", "/conformance", "/collections", "/collections/sites",
             "/collections/sites/items", "/collections/sites/items/site-a"]
)  # fmt: skip
def test_query_param_unknown_is_refused(ana, path):
    """/req/core/query-param-unknown and query-param-invalid: status 400, which says what is."""
    answer = get(ana, path, 400, other="1")
    assert "only" in answer.json()["error"]["message"]
    get(ana, path, 400, f="html")
    get(ana, path, f="json")
    assert ana.get(f"/ogc{path}?f=json&f=json").status_code == 400


def test_links_have_the_address_by_which_one_asked(desk):
    """A name that the workstation also answers to stays in all links."""
    client = web_desk.client_of(desk, "ana", base_url="http://localhost:8321")
    assert get(client, "/collections").json()["links"][0]["href"].startswith("http://localhost:83")


# --- who may ---


def test_a_program_sends_its_token_as_bearer_or_as_the_password_of_basic(desk):
    token = ApiToken(hashed("a secret"), "ana", "gis", NOW, NOW + 9 * made_up.MINUTE)
    desk.casebook.add_token(token, "ana", NOW)
    client = web_desk.client_of(desk)
    answer = client.get("/ogc")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert "error" in answer.json()
    assert client.get("/ogc", headers={"authorization": "Bearer a secret"}).status_code == 200
    assert client.get("/ogc", auth=("whoever", "a secret")).status_code == 200
    assert client.get("/ogc", auth=("whoever", "another")).status_code == 401


def test_a_collector_sees_looks_of_own_sorties_alone(desk):
    cora = web_desk.client_of(desk, "cora")
    names = [one["id"] for one in get(cora, "/collections").json()["collections"]]
    assert names == ["observations"]
    assert ids(cora, "observations") == ["o1", "o2"]
    get(cora, "/collections/observations/items/o3", 403)
    get(cora, "/collections/sites/items", 403)


@pytest.mark.parametrize("user", ["ada", "pia"])
def test_others_see_nothing(desk, user):
    get(web_desk.client_of(desk, user), "", 403)


def test_what_others_said_is_not_told_before_it_is_settled(desk, ana):
    from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict

    def state(client):
        document = get(client, "/collections/detections/items/o1-1").json()
        return document["properties"]["state"]

    yes = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
    assert state(ana) == "open"
    desk.casebook.add_review("o1-1", yes, "ben", NOW)
    assert state(ana) == "open"
    assert state(web_desk.client_of(desk, "aud")) == "in review"
    desk.casebook.add_review("o1-1", yes, "eva", NOW)
    assert state(ana) == "confirmed"
