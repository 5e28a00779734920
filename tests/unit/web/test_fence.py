"""What no request may be and what every answer carries."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

import web_desk
from cathartes.web.app import make_app
from cathartes.web.headers import CONTENT_POLICY, Fence
from cathartes.web.settings import LARGEST_BODY_BYTES, ServeSettings

BEHIND_PROXY = ServeSettings(trusted_proxy="10.0.0.1", public_host="work.example")
EVERYWHERE = ["/sign-in", "/account", "/nowhere", "/static/style.css", "/static/nothing.css",
              "/api/v1/account", "/api/v1/nowhere", "/texts/es.json"]  # fmt: skip


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def safe_desk(tmp_path):
    """Return a desk that people reach by https."""
    with web_desk.desk(tmp_path, settings=BEHIND_PROXY) as desk:
        yield desk


def check_headers(answer):
    headers = answer.headers
    assert headers["content-security-policy"] == CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("user", ["", "ana"])
def test_every_answer_has_the_headers(desk, path, user):
    answer = web_desk.client_of(desk, user).get(path)
    check_headers(answer)
    assert "strict-transport-security" not in answer.headers
    if answer.status_code == 200 and not path.startswith(("/static", "/texts")):
        assert answer.headers["cache-control"] == "no-store"


def test_failures_have_them_too(desk):
    ana = web_desk.client_of(desk, "ana")
    answers = [
        ana.post("/account/tokens", data={"name": "x"}),  # 403
        ana.get("/users"),  # 403
        ana.put("/account"),  # 405
        ana.get("/sign-in/link"),  # 422
        ana.get("/account", headers={"host": "evil.example"}),  # 421
        ana.post("/sign-in", content=b"x" * (LARGEST_BODY_BYTES + 1)),  # 413
        ana.get("/account?x=%00"),  # 400
    ]
    assert [a.status_code for a in answers] == [403, 403, 405, 422, 421, 413, 400]
    for answer in answers:
        check_headers(answer)
        assert answer.headers["cache-control"] == "no-store"


def test_where_the_casebook_lies_is_told_to_nobody(desk):
    (asset,) = desk.casebook.observation("o1").assets
    desk.evidence.fetch(asset.sha256).unlink()
    answer = web_desk.client_of(desk, "ana").get(f"/observations/o1/evidence/{asset.sha256}")
    assert answer.status_code == 404
    assert "casebook/evidence: the evidence" in answer.text
    assert desk.where not in answer.text


def test_a_database_that_does_not_answer_is_no_page_that_is_not_there(desk, monkeypatch):
    def busy(*_told):
        with desk.casebook.database.read():
            raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr("cathartes.web.pages.account.account_view", busy)
    answer = web_desk.client_of(desk, "ana").get("/account")
    assert answer.status_code == 503
    assert "another process has been changing the casebook" in answer.text


def test_a_fault_of_ours_is_told_without_its_inside(desk, monkeypatch):
    client = web_desk.client_of(desk, "ana", raise_server_exceptions=False)
    monkeypatch.setattr(
        "cathartes.web.pages.account.account_view", lambda *_: {}["a secret of the inside"]
    )
    answer = client.get("/account")
    assert answer.status_code == 500
    assert "a secret of the inside" not in answer.text
    assert "This is a fault in Cathartes" in answer.text
    check_headers(answer)


def test_over_https_it_is_said_that_it_stays_so(safe_desk):
    answer = web_desk.client_of(safe_desk).get("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_behind_a_proxy_what_did_not_come_by_https_is_refused(safe_desk):
    client = web_desk.client_of(safe_desk, base_url="http://work.example")
    answer = client.get("/sign-in")
    assert answer.status_code == 403
    assert "X-Forwarded-Proto" in answer.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8321", 200),
        ("localhost", 200),
        ("[::1]:8321", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:8321", 421),
        ("", 421),
    ],
)
def test_a_request_that_calls_it_by_another_name_is_refused(desk, host, status):
    """Against DNS rebinding: a page of evil.example that resolves to 127.0.0.1."""
    assert web_desk.client_of(desk).get("/sign-in", headers={"host": host}).status_code == status


def test_a_body_that_is_too_large_is_refused_told_or_not(desk):
    ana = web_desk.client_of(desk, "ana")

    def pieces():
        for _ in range(20):
            yield b"name=" + b"x" * 100_000

    form = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/account/tokens", "/sign-in", "/users"):
        assert ana.post(path, content=pieces(), headers=form).status_code == 413
    large = {"content-length": str(10**12)}
    assert ana.post("/account/tokens", headers=large, content=b"").status_code == 413
    for wrong in ("-1", "many", "1e3", "²"):
        headers = {"content-length": wrong.encode()}
        assert ana.post("/account/tokens", headers=headers, content=b"").status_code == 413


def sent_for(app, receive):
    """Return what an application sends for a form that comes as `receive` has it."""
    sent = []
    scope = {
        "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in",
        "query_string": b"", "scheme": "http", "http_version": "1.1", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"),
                    (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8321),
    }  # fmt: skip

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


@pytest.mark.parametrize("trickles", [False, True])
def test_a_body_that_does_not_come_is_not_waited_for(desk, trickles):
    """Slow loris: the time is for the whole body; a byte now and then is no way round."""
    app = make_app(desk)
    app = Fence(app, hosts=["127.0.0.1"], is_https=False, body_time_s=0.05)
    n_asked = 0

    async def receive():
        nonlocal n_asked
        n_asked += 1
        await asyncio.sleep(0.01 if trickles else 3600)
        return {"type": "http.request", "body": b"x", "more_body": n_asked < 100}

    sent = sent_for(app, receive)
    assert sent[0]["status"] == 408
    assert n_asked < 50


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..%5capp.py",
        "/static/style.css%00.png",
        "/static/",
        "/static",
        "/texts/..%2f..%2fsettings.json",
        "/texts/%2e%2e.json",
        "/users/..%2f..%2fetc%2fpasswd",
        "/users/%00",
    ],
)
def test_no_path_leads_out(desk, path):
    client = web_desk.client_of(desk, "ada")
    answer = client.get(path)
    assert answer.status_code in {200, 303, 307, 400, 404}
    for inside in ("root:", "def make_app", "[project]", "import "):
        assert inside not in answer.text
    if path.startswith("/static"):
        assert answer.status_code in {307, 400, 404}


def test_a_link_out_of_the_static_folder_is_not_followed(desk):
    from importlib.resources import files
    from pathlib import Path

    static = Path(str(files("cathartes.web"))) / "static"
    assert not [one for one in static.rglob("*") if one.is_symlink()]


@pytest.mark.parametrize("https", [False, True])
def test_cookies_are_for_the_server_alone(desk, safe_desk, https):
    one = safe_desk if https else desk
    one.links.add("a-link", "ana")
    followed = {"sec-fetch-mode": "navigate"}
    answer = web_desk.client_of(one).get("/sign-in/link?secret=a-link", headers=followed)
    told = answer.headers["set-cookie"]
    name, _, rest = told.partition("=")
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= attributes
    assert ("secure" in attributes) is https
    assert name == ("__Host-cathartes" if https else "cathartes-8321")
    assert not any(part.startswith("domain") for part in attributes)
    assert not any(part.startswith(("max-age", "expires")) for part in attributes)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "/ü",
    ],
)
def test_signing_in_leads_nowhere_else(desk, elsewhere):
    ana = web_desk.client_of(desk, "ana")
    assert ana.get("/sign-in", params={"next": elsewhere}).headers["location"] == "/"
    same = {"sec-fetch-site": "same-origin"}
    told = {"language": "es", "next": elsewhere}
    assert ana.post("/language", data=told, headers=same).headers["location"] == "/"
    assert ana.get("/sign-in", params={"next": "/sites?x=1"}).headers["location"] == "/sites?x=1"


CANARY = "\"'><script>alert(1)</script>"


@pytest.mark.parametrize("user", ["", "ada", "ana"])
def test_what_a_visitor_says_is_never_markup(desk, user):
    client = web_desk.client_of(desk, user)
    answers = [
        client.get("/sign-in", params={"next": f"/{CANARY}"}),
        client.get(f"/{CANARY}"),
        client.get(f"/texts/{CANARY}.json"),
        client.get("/sign-in/link", params={"secret": CANARY}),
        client.get("/account", headers={"accept-language": CANARY}),
        client.post("/sign-in", data={"user": CANARY, "password": CANARY, "next": f"/{CANARY}"}),
        client.post("/sign-in", data={"user": "a" * 100 + CANARY}),
        client.get("/users", params={"after": CANARY}),
        client.get(f"/users/{CANARY}"),
        client.get("/", headers={"cookie": f"language={CANARY}; cathartes-8321={CANARY}"}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        if "text/html" in answer.headers.get("content-type", ""):
            assert "<script>alert" not in answer.text
            assert CANARY not in answer.text


def test_what_is_kept_of_people_is_never_markup(desk):
    ada = web_desk.client_of(desk, "ada")
    told = {"csrf": ada.csrf, "user": "eve", "name": CANARY, "role": "partner", "partner": CANARY,
            "identity": f"https://id.example|{CANARY}"}  # fmt: skip
    refused = ada.post("/users", data=told)
    assert refused.status_code == 409
    told |= {"role": "analyst", "partner": ""}
    assert ada.post("/users", data=told).status_code == 303
    desk.links.add("eve-link", "eve")
    eve = web_desk.client_of(desk)
    eve.get("/sign-in/link?secret=eve-link")
    made = eve.post("/account/tokens", data={"csrf": eve.csrf, "name": CANARY})
    assert made.status_code == 200
    for answer in (refused, ada.get("/users"), ada.get("/users/eve"), eve.get("/account"), made):
        assert CANARY not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text


def test_pages_have_no_script_or_style_of_their_own(repository):
    """The policy forbids them; a browser would leave them out, and a test sees it sooner."""
    import re

    wrong = re.compile(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=|javascript:|https?://")
    for path in (repository / "src/cathartes/web/templates").rglob("*.html"):
        assert not wrong.findall(path.read_text("utf-8")), path


def test_a_session_that_nobody_uses_ends(desk):
    ana = web_desk.client_of(desk, "ana")
    desk.now.pass_by(timedelta(minutes=29))
    assert ana.get("/account").status_code == 200
    desk.now.pass_by(timedelta(minutes=29))
    assert ana.get("/account").status_code == 200
    desk.now.pass_by(timedelta(minutes=31))
    assert ana.get("/account").status_code == 303


def test_a_session_ends_after_half_a_day_however_it_is_used(desk):
    ana = web_desk.client_of(desk, "ana")
    for _ in range(29):
        desk.now.pass_by(timedelta(minutes=25))
        last = ana.get("/account").status_code
    assert last == 303
