"""Who may use what: role × route × state, taken from the application's own router.

Every route of the router is asked, by everybody there is: a role each, somebody who is disabled, a
program with a token, nobody. What comes back must be what `decide` says of the route's one rule.
"""

import base64
import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import web_desk
import web_releases
from cathartes.casework.roles import Action, Role, Subject, decide
from cathartes.casework.user import ApiToken
from cathartes.errors import AccessError
from cathartes.products.report_page import ReportPages
from cathartes.web.app import ROUTERS
from cathartes.web.guard import PUBLIC, CaseReader, GuardedRoute, Needs, guarded_router, rules_of
from cathartes.web.visitor import hashed
from effort import THOROUGH

IDS = {
    "sortie_id": ("S1", "S2", "nothing"),
    "observation_id": ("o1", "o3", "nothing"),
    "detection_id": ("o1-1", "o3-1", "nothing"),
    "site_id": ("site-a", "nothing"),
    "user_id": ("ana", "nothing"),
    "mandate_id": ("MX-1", "nothing"),
    "collection_id": ("sites", "detections", "nothing"),
    "item_id": ("site-a", "o1-1", "nothing"),
    "kind": ("png", "nothing"),
    "sha256": ("0" * 64, "nothing"),
    "language": ("es", "xx"),
    "partner_id": ("office", "nothing"),
    "form": ("keys", "nothing"),
    "step": ("send", "nothing"),
    "release_id": (web_releases.SENT, web_releases.DRAFT, "nothing"),
}
"""What there is under a path's parameter, and what there is not."""


@dataclass(frozen=True)
class Asked:
    """A route as one method asks for it."""

    method: str
    path: str
    rule: object

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes(routers=ROUTERS):
    for router in routers:
        for route in router.routes:
            (rule,) = rules_of(route.dependant)
            for method in sorted(route.methods):
                yield Asked(method, route.path, rule)


ALL = list(routes())
GETS = [one for one in ALL if one.method == "GET"]
CHANGES = [one for one in ALL if one.method not in {"GET", "HEAD", "OPTIONS"}]
GUARDED = [one for one in ALL if isinstance(one.rule, Needs)]
OPEN_TO_ALL = {
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/link",
    "POST /sign-in/link",
    "GET /sign-in/provider",
    "GET /sign-in/provider/back",
    "POST /language",
    "GET /texts/{language}.json",
}
"""All that nobody has to sign in for; a route is added here by somebody who thought about it."""


ENDLESS = {"/events"}
"""What answers for as long as one listens."""


def ask(client, method, path, **told):
    """Return what answers; of what is endless, its beginning."""
    if path in ENDLESS:
        return client.beginning(path, **told)
    return client.request(method, path, **told)


def filled(path):
    """Yield a path with what is there, and what is not, for its parameters."""
    names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
    longest = max((len(IDS.get(name, ("1",))) for name in names), default=1)
    for n in range(longest):
        values = {name: IDS.get(name, ("1",)) for name in names}
        yield re.sub(
            r"\{(\w+)(?::\w+)?\}",
            lambda found: values[found[1]][n % len(values[found[1]])],  # noqa: B023
            path,
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with web_desk.desk(tmp_path_factory.mktemp("rules")) as desk:
        web_releases.begin(desk)
        with pytest.MonkeyPatch.context() as patch:
            web_releases.name_next(patch, web_releases.SENT)
            web_releases.sent(desk)
            web_releases.name_next(patch, web_releases.DRAFT)
            web_releases.drafted(desk, is_exercise=True)
        with pytest.MonkeyPatch.context() as patch:
            # Pages are filled, and not drawn: who gets them is asked here.
            patch.setattr(ReportPages, "png", lambda _: b"\x89PNG")
            yield desk


@pytest.fixture(scope="module")
def clients(desk):
    return {user.id: web_desk.client_of(desk, user.id) for user in web_desk.USERS}


def test_every_route_of_the_application_has_one_rule(desk):
    for route in web_desk.make_app(desk).routes:
        included = getattr(route, "original_router", None)
        if included is None:  # anything beside the routers
            assert (type(route).__name__, route.path) == ("Mount", "/static")
        else:
            assert any(included is router for router in ROUTERS)
    assert all(isinstance(one, GuardedRoute) for router in ROUTERS for one in router.routes)
    assert {str(one) for one in ALL if not isinstance(one.rule, Needs)} == OPEN_TO_ALL


def test_a_route_without_a_rule_or_with_two_is_refused():
    router = guarded_router()
    with pytest.raises(AccessError, match="has 0 rules; exactly one is needed"):
        router.get("/x")(lambda: None)

    def both(visitor: CaseReader) -> None: ...

    with pytest.raises(AccessError, match="has 2 rules"):
        router.get("/x", dependencies=[PUBLIC])(both)
    assert not router.routes
    plain = APIRouter()
    plain.get("/x")(lambda: None)
    assert not isinstance(plain.routes[0], GuardedRoute)
    assert isinstance(plain.routes[0], APIRoute)


def in_turn(paths, k, asked, user):
    """Return all paths for who may not, and in turn one of them for each who may."""
    paths = [*paths]
    if THOROUGH or not isinstance(asked.rule, Needs):
        return paths
    may = decide(user.subject, asked.rule.action).allowed
    return [paths[k % len(paths)]] if may else paths


@pytest.mark.parametrize("asked", GETS, ids=str)
def test_everybody_gets_what_the_rules_say(desk, clients, asked):
    for k, user in enumerate(web_desk.USERS):
        for path in in_turn(filled(asked.path), k, asked, user):
            answer = ask(clients[user.id], "GET", path, **needed(asked))
            assert answer.status_code < 500, (user.id, path, answer.text)
            if isinstance(asked.rule, Needs):
                may = decide(user.subject, asked.rule.action).allowed
                assert (answer.status_code != 403) or not may or is_on_a_thing(asked), (
                    user.id, path, answer.text
                )  # fmt: skip
                assert answer.status_code == 403 or may, (user.id, path, answer.status_code)


def is_on_a_thing(asked):
    """Return whether a further rule is asked of the very thing that a path or query names."""
    return "{" in asked.path


def needed(asked):
    return {"params": {"secret": "none"}} if asked.path == "/sign-in/link" else {}


@pytest.mark.parametrize("asked", GUARDED, ids=str)
def test_nobody_gets_nothing(desk, asked):
    client = web_desk.client_of(desk)
    for path in filled(asked.path):
        answer = ask(client, asked.method, path)
        if answer.status_code == 303:
            assert asked.method == "GET"
            assert not path.startswith("/api/")
            assert answer.headers["location"].startswith("/sign-in?next=")
        else:
            assert answer.status_code == 401
            if path.startswith("/api/"):
                assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("asked", [a for a in CHANGES if isinstance(a.rule, Needs)], ids=str)
def test_no_change_without_the_secret_of_the_sign_in(desk, clients, asked):
    """By those who may: without, with a wrong, with another's secret, in form, header or query.

    All that can be wrong is tried where the thing is there; elsewhere it is asked without.
    """
    who = next(u for u in web_desk.USERS if decide(u.subject, asked.rule.action).allowed)
    client, number = clients[who.id], desk.casebook.audit_number()
    other = next(c.csrf for name, c in clients.items() if name != who.id)
    wrong = (
        {},
        {"data": {"csrf": "wrong"}},
        {"data": {"csrf": other}},
        {"data": {"csrf": ""}},
        {"headers": {"x-csrf-token": other}},
        {"params": {"csrf": client.csrf}},
        {"json": {"csrf": client.csrf}},
    )
    for n, path in enumerate(filled(asked.path)):
        for told in wrong[:1] if n else wrong:
            answer = client.request(asked.method, path, **told)
            assert answer.status_code == 403, (path, told, answer.text)
    new = {entry.action for entry in desk.casebook.audit_entries(number)}
    assert new <= {"refused"}


@pytest.mark.parametrize("asked", [a for a in CHANGES if isinstance(a.rule, Needs)], ids=str)
def test_no_change_by_a_role_that_may_not(desk, clients, asked):
    """By everybody where the thing is there, and by one of them elsewhere."""
    for k, user in enumerate(
        user for user in web_desk.USERS if not decide(user.subject, asked.rule.action).allowed
    ):
        client = clients[user.id]
        for path in islice(filled(asked.path), 1 if k else None):
            answer = client.request(asked.method, path, headers={"x-csrf-token": client.csrf})
            assert answer.status_code == 403, (user.id, path)


@pytest.mark.parametrize("asked", GUARDED, ids=str)
def test_a_programs_token_reads_as_its_user_and_changes_nothing(desk, asked):
    who = next(u for u in web_desk.USERS if decide(u.subject, asked.rule.action).allowed)
    secret, now = f"token of {who.id}", desk.now()
    if desk.casebook.token(hashed(secret)) is None:
        token = ApiToken(hashed(secret), who.id, "QGIS", now, now + timedelta(days=1))
        desk.casebook.add_token(token, who.id, now)
    client = web_desk.client_of(desk)
    for n, path in enumerate(filled(asked.path)):
        bearer = {"authorization": f"Bearer {secret}"}
        answer = ask(client, asked.method, path, headers=bearer)
        if asked.method == "GET":
            assert answer.status_code not in {401, 500}
            if n:
                continue  # whichever way a token is told by
            coded = base64.b64encode(f"whoever:{secret}".encode()).decode()
            basic = ask(client, "GET", path, headers={"authorization": f"Basic {coded}"})
            assert basic.status_code == answer.status_code
        else:
            assert answer.status_code == 403
            assert "a program's token may read" in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("role", list(Role))
def test_an_administrator_sees_no_case_and_only_analysts_review(role):
    """What routes there are for a role: the table of roles once more, from the router."""
    reachable = {
        asked.rule.action
        for asked in GUARDED
        if decide(Subject("x", frozenset({role})), asked.rule.action).allowed
    }
    of_administrators = {Action.MANAGE_USERS, Action.READ_PARTNERS, Action.MANAGE_PARTNERS}
    if role is Role.ADMINISTRATOR:
        assert reachable == {*of_administrators, Action.USE_ACCOUNT}
    if role is Role.PARTNER:
        assert reachable == {Action.ANSWER_RELEASE, Action.USE_ACCOUNT}
    if role is not Role.RELEASE_AUTHORITY:
        assert not reachable & {Action.APPROVE_RELEASE, Action.SEND_RELEASE}
    if role is not Role.ANALYST:
        assert Action.REVIEW not in reachable


def test_methods_that_are_not_there_are_told_and_head_is_one_of_them(desk, clients):
    for asked in GETS:
        path = next(filled(asked.path))
        answer = clients["ana"].request("TRACE", path)
        assert answer.status_code == 405, path
        assert "allow" in answer.headers
    assert clients["ana"].head("/static/style.css").status_code == 200
    assert clients["ana"].head("/nowhere").status_code == 404


@pytest.mark.parametrize("asked", ALL, ids=str)
def test_no_route_takes_an_address_to_fetch(asked):
    """Server-side request forgery: nothing a visitor says is fetched; assets go by their hash."""
    route = next(
        r for router in ROUTERS for r in router.routes
        if r.path == asked.path and asked.method in r.methods
    )  # fmt: skip
    names = {field.name.lower() for field in fields_of(route.dependant)}
    assert not names & {"url", "uri", "href", "src", "source", "file", "filename", "host", "target"}


def fields_of(dependant):
    for fields in (
        dependant.query_params,
        dependant.path_params,
        dependant.header_params,
        dependant.body_params,
    ):
        yield from fields
    for each in dependant.dependencies:
        yield from fields_of(each)
