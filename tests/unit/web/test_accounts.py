"""The pages of accounts: the administrator's, and one's own; and the same as JSON."""

import re
from datetime import timedelta

import pyotp
import pytest

import web_desk
import web_releases
from cathartes.casework.roles import Role
from cathartes.casework.user import FREE_FAILURES
from cathartes.pipeline.passwords import is_right_password
from web_desk import GOOD, HASHED

BETTER = "another horse and staple"


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        desk.casebook.set_password("ana", HASHED, "ada", desk.now())
        yield desk


@pytest.fixture
def ada(desk):
    return web_desk.client_of(desk, "ada")


@pytest.fixture
def ana(desk):
    return web_desk.client_of(desk, "ana")


def send(client, path, **told):
    return client.post(path, data={"csrf": client.csrf} | told)


def link_in(answer):
    return re.search(r"/sign-in/link\?secret=[\w-]+", answer.text)[0]


# --- the administrator's ---


def test_the_list_has_every_account_and_no_case(desk, ada):
    text = ada.get("/users").text
    for user in web_desk.USERS:
        assert user.name in text
    assert "site-a" not in text
    assert ada.get("/").headers["location"] == "/users"
    for path in ("/sites", "/review", "/audit"):
        assert path not in re.findall(r'href="([^"]+)"', text)


def test_an_account_is_added_and_its_holder_begins_by_the_link(desk, ada):
    answer = send(ada, "/users", user="Eve ", name="Eve Núñez", role=["analyst", "collector"])
    assert answer.status_code == 200
    made = desk.casebook.user("eve")
    assert (made.name, made.roles) == ("Eve Núñez", (Role.ANALYST, Role.COLLECTOR))
    eve = web_desk.client_of(desk)
    assert eve.get(link_in(answer)).headers["location"] == "/account"
    assert send(eve, "/account/password", new=BETTER, again=BETTER).status_code == 303
    assert is_right_password(desk.casebook.credentials("eve").password_hash, BETTER)
    assert "secret=" not in ada.get("/users/eve").text, "a link is shown once"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"user": "ana", "role": "analyst"}, "is there already"),
        ({"user": "A B", "role": "analyst"}, "lower-case letters"),
        ({"user": "eve", "role": ["auditor", "analyst"]}, "no other role"),
        ({"user": "eve", "role": "partner"}, "needs the partner"),
        ({"user": "eve", "role": "king"}, "choose among them"),
        ({"user": "eve"}, "at least one role"),
        ({"user": "e" * 65, "role": "analyst"}, "up to 64 lower-case"),
        ({"user": "eve", "role": "partner", "partner": "nosuch"}, "there are: office. Enter it"),
    ],
)
def test_what_can_be_no_account_is_refused_beside_what_was_typed(desk, ada, told, why):
    desk.casebook.add_partner(web_releases.partner(), "ada", desk.now())
    typed = {"name": "Eve Núñez", "identity": "https://id.example|7"}
    answer = send(ada, "/users", **typed | told)
    assert answer.status_code == 409
    assert why in answer.text.partition('role="alert">')[2].partition("<form")[0]
    for one in (told["user"].lower(), *typed.values()):
        assert f'value="{one}"' in answer.text
    chosen = re.findall(r'value="(\w+)" checked', answer.text)
    roles = told.get("role", [])
    assert set(chosen) == {*Role} & ({roles} if isinstance(roles, str) else set(roles))
    assert len(desk.casebook.users()) == len(web_desk.USERS)


def test_roles_are_changed_and_accounts_disabled_and_enabled(desk, ada, ana):
    assert send(ada, "/users/ana/roles", role="auditor").status_code == 303
    assert desk.casebook.user("ana").roles == (Role.AUDITOR,)
    assert ana.get("/account").status_code == 303
    assert send(ada, "/users/ana/disable").status_code == 303
    assert desk.casebook.user("ana").is_disabled
    assert "disabled" in ada.get("/users/ana").text
    assert send(ada, "/users/ana/enable").status_code == 303
    assert not desk.casebook.user("ana").is_disabled


def test_a_reset_takes_the_password_away_and_gives_a_link(desk, ada, ana):
    answer = send(ada, "/users/ana/reset")
    assert ana.get("/account").status_code == 303
    assert desk.casebook.credentials("ana").password_hash == ""
    first = link_in(answer)
    second = link_in(send(ada, "/users/ana/reset"))
    assert web_desk.client_of(desk).get(first).status_code == 403, "a new link ends the old one"
    assert web_desk.client_of(desk).get(second).status_code == 303
    actions = [(e.action, e.actor) for e in desk.casebook.audit_of("ana")]
    assert actions[-3:] == [("user.no-password", "ada")] * 2 + [("sign-in", "ana")]


def test_a_reset_leaves_the_second_factor_unless_it_was_lost_too(desk, ada):
    desk.casebook.set_totp("ana", pyotp.random_base32(), "ana", desk.now())
    send(ada, "/users/ana/reset")
    assert desk.casebook.credentials("ana").totp_secret
    send(ada, "/users/ana/reset", second_factor="true")
    assert not desk.casebook.credentials("ana").totp_secret
    assert "user.no-second-factor" in [e.action for e in desk.casebook.audit_of("ana")]


def test_a_disabled_accounts_link_is_none(desk, ada):
    link = link_in(send(ada, "/users/ana/reset"))
    send(ada, "/users/ana/disable")
    send(ada, "/users/ana/enable")
    assert web_desk.client_of(desk).get(link).status_code == 403


def test_roles_that_can_not_be_are_refused_beside_what_was_chosen(desk, ada):
    for told, why in (
        ({}, "at least one role"),
        ({"role": "partner", "partner": "nosuch"}, "there is none. Enter it"),
    ):
        answer = send(ada, "/users/ana/roles", **told)
        assert answer.status_code == 409
        assert why in answer.text.partition('role="alert">')[2]
        assert f'name="partner" maxlength="200" value="{told.get("partner", "")}"' in answer.text
    assert desk.casebook.user("ana").roles == (Role.ANALYST,)


@pytest.mark.parametrize("what", ["roles", "disable", "enable", "reset"])
def test_nobody_keeps_their_own_account(desk, ada, what):
    answer = send(ada, f"/users/ada/{what}", role="analyst")
    assert answer.status_code == 403
    assert "your own account" in answer.text
    assert desk.casebook.user("ada").roles == (Role.ADMINISTRATOR,)


def test_the_same_as_json(desk, ada):
    header = {"x-csrf-token": ada.csrf}
    first = ada.get("/api/v1/users", params={"limit": 3}).json()
    assert [user["id"] for user in first["users"]] == ["ada", "ana", "aud"]
    rest = ada.get("/api/v1/users", params={"after": first["next"]}).json()
    assert rest["users"][0]["id"] == "ben"
    assert rest["next"] is None
    told = {"id": "eve", "roles": ["analyst"]}
    made = ada.post("/api/v1/users", json=told, headers=header)
    assert made.status_code == 201
    assert made.json()["user"]["roles"] == ["analyst"]
    assert made.json()["link"]["user"] == "eve"
    told = {"roles": ["partner"], "partner": "office"}
    missing = ada.put("/api/v1/users/eve/roles", json=told, headers=header)
    assert missing.json()["error"]["message"].startswith("no partner 'office'")
    desk.casebook.add_partner(web_releases.partner(), "ada", desk.now())
    changed = ada.put("/api/v1/users/eve/roles", json=told, headers=header).json()
    assert (changed["roles"], changed["partner"]) == (["partner"], "office")
    assert ada.post("/api/v1/users/eve/disable", headers=header).json()["is_disabled"] is True
    assert ada.post("/api/v1/users/eve/enable", headers=header).json()["is_disabled"] is False
    assert ada.post("/api/v1/users/eve/reset", headers=header).json()["link"].startswith("http")
    assert ada.get("/api/v1/users/eve").json() == changed
    own = ada.post("/api/v1/users/ada/disable", headers=header)
    assert own.status_code == 403
    missing = ada.get("/api/v1/users/nobody")
    assert missing.status_code == 404
    assert missing.json()["error"]["message"].startswith("no user 'nobody'")
    everything = ada.get("/api/v1/users").text + made.text
    assert "argon2" not in everything


# --- one's own ---


def test_a_password_is_changed_by_who_knows_the_old_one(desk, ana):
    other = web_desk.client_of(desk, "ana")
    before = ana.session_sha256
    assert send(ana, "/account/password", old=GOOD, new=BETTER, again=BETTER).status_code == 303
    assert is_right_password(desk.casebook.credentials("ana").password_hash, BETTER)
    assert ana.get("/account").status_code == 200
    assert ana.session_sha256 != before
    assert other.get("/account").status_code == 303


@pytest.mark.parametrize(
    "told",
    [
        {"old": BETTER, "new": BETTER, "again": BETTER},
        {"new": BETTER, "again": BETTER},
        {"old": GOOD, "new": BETTER, "again": GOOD},
        {"old": GOOD, "new": "short", "again": "short"},
    ],
    ids=["wrong", "none", "not twice the same", "short"],
)
def test_else_it_is_not(desk, ana, told):
    assert send(ana, "/account/password", **told).status_code == 403
    assert desk.casebook.credentials("ana").password_hash == HASHED


def test_the_old_password_cannot_be_guessed_in_an_open_session(desk, ana):
    told = {"old": "wrong horse battery", "new": BETTER, "again": BETTER}
    for path in ("/account/password", "/account/second-factor/remove"):
        statuses = [send(ana, path, **told).status_code for _ in range(FREE_FAILURES + 1)]
        assert statuses[-1] == 429
    assert desk.casebook.credentials("ana").password_hash == HASHED


def test_a_second_factor_is_kept_once_a_code_shows_that_it_is_there(desk, ana):
    page = ana.get("/account/second-factor").text
    secret = re.search(r'name="secret" value="(\w+)"', page)[1]
    assert 'src="data:image/svg+xml' in page
    assert re.sub(r"(.{4})", r"\1 ", secret).strip() in page
    assert send(ana, "/account/second-factor", secret=secret, code="000000").status_code == 403
    assert not desk.casebook.credentials("ana").totp_secret
    code = pyotp.TOTP(secret).at(desk.now())
    assert send(ana, "/account/second-factor", secret=secret, code=code).status_code == 303
    assert desk.casebook.credentials("ana").totp_secret == secret
    told = {"user": "ana", "password": GOOD, "code": code}
    again = web_desk.client_of(desk).post("/sign-in", data=told)
    assert again.status_code == 403, "the code that turned it on is used"
    assert ana.get("/account/second-factor").status_code == 403, "another needs the password"


def test_a_secret_that_was_not_made_here_is_refused(desk, ana):
    for secret in ("A", "short", "x" * 32, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX!"):
        answer = send(ana, "/account/second-factor", secret=secret, code="000000")
        assert answer.status_code == 403


def test_a_second_factor_is_removed_by_who_knows_the_password(desk, ana):
    desk.casebook.set_totp("ana", pyotp.random_base32(), "ana", desk.now())
    ana = web_desk.client_of(desk)
    desk.links.add("x", "ana")
    secret = desk.casebook.credentials("ana").totp_secret
    told = {"secret": "x", "code": pyotp.TOTP(secret).at(desk.now())}
    assert ana.post("/sign-in/link", data=told).status_code == 303
    assert send(ana, "/account/second-factor/remove", old="wrong").status_code == 403
    assert desk.casebook.credentials("ana").totp_secret
    assert send(ana, "/account/second-factor/remove", old=GOOD).status_code == 303
    assert not desk.casebook.credentials("ana").totp_secret
    assert ana.get("/account").status_code == 200


def test_a_token_is_shown_once_reads_and_ends(desk, ana):
    answer = send(ana, "/account/tokens", name="QGIS", days="7")
    secret = re.search(r"cathartes_[\w-]{43}", answer.text)[0]
    assert secret not in ana.get("/account").text
    program = web_desk.client_of(desk)
    bearer = {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/account", headers=bearer).json()["id"] == "ana"
    assert program.get("/api/v1/account", auth=("x", secret)).status_code == 200
    desk.now.pass_by(timedelta(days=7))
    assert program.get("/api/v1/account", headers=bearer).status_code == 401


@pytest.mark.parametrize("days", ["0", "366", "-1", "x"])
def test_a_token_lasts_between_a_day_and_a_year(desk, ana, days):
    assert send(ana, "/account/tokens", name="QGIS", days=days).status_code == 422
    assert desk.casebook.tokens("ana") == ()


def test_a_token_is_withdrawn_by_its_own_user_alone(desk, ana):
    send(ana, "/account/tokens", name="QGIS")
    (token,) = desk.casebook.tokens("ana")
    ben = web_desk.client_of(desk, "ben")
    path = f"/account/tokens/{token.token_sha256}/end"
    assert send(ben, path).status_code == 403
    assert send(ana, path).status_code == 303
    assert desk.casebook.tokens("ana") == ()


def test_a_disabled_users_token_ends_at_once(desk, ada, ana):
    secret = re.search(r"cathartes_[\w-]{43}", send(ana, "/account/tokens", name="Q").text)[0]
    send(ada, "/users/ana/disable")
    bearer = {"authorization": f"Bearer {secret}"}
    program = web_desk.client_of(desk)
    assert program.get("/api/v1/account", headers=bearer).status_code == 401
    send(ada, "/users/ana/enable")
    assert program.get("/api/v1/account", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "told", ["Bearer", "Bearer x", "Basic", "Basic !!!", "Basic eA==", "Digest x", "Basic /////w=="]
)
def test_what_is_no_token_is_nobodys(desk, told):
    answer = web_desk.client_of(desk).get("/api/v1/account", headers={"authorization": told})
    assert answer.status_code == 401


def test_sign_ins_are_listed_and_all_others_ended(desk, ana):
    other = web_desk.client_of(desk, "ana")
    told = ana.get("/api/v1/account").json()
    assert sorted(one["is_this"] for one in told["sessions"]) == [False, True]
    assert "sha256" not in str(told)
    assert send(ana, "/account/sessions/end").status_code == 303
    assert other.get("/account").status_code == 303
    assert ana.get("/account").status_code == 200


def test_tokens_as_json(desk, ana):
    header = {"x-csrf-token": ana.csrf}
    made = ana.post("/api/v1/account/tokens", json={"name": "R", "days": 1}, headers=header)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("cathartes_")
    (token,) = ana.get("/api/v1/account").json()["tokens"]
    assert ana.delete(f"/api/v1/account/tokens/{token['id']}", headers=header).status_code == 204
    assert ana.delete("/api/v1/account/tokens/x", headers=header).status_code == 422


def test_the_person_at_the_machine_has_nothing_to_change(tmp_path):
    with web_desk.desk(tmp_path, users=()) as desk:
        me = web_desk.client_of(desk, "local:me")
        assert "you are the person at this machine" in me.get("/account").text
        for path, told in (
            ("/account/password", {"new": BETTER, "again": BETTER}),
            ("/account/second-factor/remove", {"old": ""}),
            ("/account/tokens", {"name": "x"}),
        ):
            assert send(me, path, **told).status_code == 403
        assert me.get("/account/second-factor").status_code == 403
