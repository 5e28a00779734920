"""Signing in and out, waiting, second factors, one-time links, sessions."""

from datetime import timedelta

import pyotp
import pytest

import web_desk
from cathartes.casework.roles import Role
from cathartes.casework.user import FREE_FAILURES
from cathartes.pipeline.passwords import hash_password
from cathartes.web.desk import LINK_END
from cathartes.web.settings import ServeSettings
from web_desk import GOOD, HASHED

WRONG = "wrong horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
REFUSED = "This name, password and code do not go together."


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        for user in ("ana", "ben"):
            desk.casebook.set_password(user, HASHED, "ada", desk.now())
        yield desk


@pytest.fixture
def nobody(desk):
    return web_desk.client_of(desk)


def sign_in(client, user="ana", password=GOOD, **told):
    return client.post("/sign-in", data={"user": user, "password": password} | told)


def code_at(desk, moved_s=0):
    return pyotp.TOTP(SECRET).at(desk.now() + timedelta(seconds=moved_s))


def test_name_and_password_sign_in(desk, nobody):
    answer = sign_in(nobody, next="/sites?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites?x=1")
    assert nobody.get("/account").status_code == 200
    assert [one.how for one in desk.casebook.sessions("ana")] == ["password"]
    assert sign_in(web_desk.client_of(desk), " Ana ").status_code == 303


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("ana", WRONG),
        ("ana", ""),
        ("nobody", GOOD),
        ("", ""),
        ("ana\0", GOOD),
        ("ana'--", GOOD),
        ("local:ana", GOOD),
        ("cora", ""),  # an account without a password
        ("cora", GOOD),
        ("ana", GOOD + "\0"),
    ],
)
def test_every_other_pair_gets_one_and_the_same_answer(desk, nobody, user, password):
    answer = sign_in(nobody, user, password)
    assert answer.status_code == 403
    assert REFUSED in answer.text
    assert nobody.csrf == ""
    assert "set-cookie" not in answer.headers


def test_who_is_disabled_gets_that_answer_too(desk, nobody):
    desk.casebook.disable_user("ana", "ada", desk.now())
    assert REFUSED in sign_in(nobody).text


def test_the_answer_is_in_the_visitors_language_with_its_number(desk, nobody):
    spanish = {"accept-language": "es-MX"}
    told = {"user": "ana", "password": WRONG}
    answers = [
        nobody.post("/sign-in", data=told, headers=spanish) for _ in range(FREE_FAILURES + 1)
    ]
    assert "Este nombre, contraseña y código no concuerdan." in answers[0].text
    assert answers[-1].status_code == 429
    assert "Espere 15 segundos" in answers[-1].text
    assert "Wait 15 seconds" in sign_in(nobody).text


def test_after_some_failures_even_the_right_password_waits_then_comes_in(desk, nobody):
    for _ in range(FREE_FAILURES):
        assert sign_in(nobody, password=WRONG).status_code == 403
    assert sign_in(nobody).status_code == 429
    desk.now.pass_by(timedelta(seconds=15))
    assert sign_in(nobody).status_code == 303


def test_strangers_lock_nobody_out_of_their_own_browser(desk):
    """The attacker who knows a name fails for ever; who was signed in here before comes in."""
    own = web_desk.client_of(desk)
    assert sign_in(own).status_code == 303
    own.post("/sign-out", data={"csrf": own.csrf})
    for n in range(30):
        stranger = web_desk.client_of(desk, client=(f"10.0.0.{n}", 5))
        sign_in(stranger, password=WRONG)
    assert sign_in(web_desk.client_of(desk, client=("10.0.1.1", 5))).status_code == 429
    assert sign_in(own).status_code == 303


def test_a_known_browser_is_one_accounts_and_ends_with_the_password(desk):
    own = web_desk.client_of(desk)
    sign_in(own)
    (name,) = [name for name in own.cookies if "-known-" in name]
    value = own.cookies[name]
    for n in range(30):
        sign_in(web_desk.client_of(desk, client=(f"10.0.0.{n}", 5)), "ben", WRONG)
        sign_in(web_desk.client_of(desk, client=(f"10.0.0.{n}", 5)), "ana", WRONG)
    forged = web_desk.client_of(desk, client=("10.0.1.1", 5))
    forged.cookies[name] = f"{'0' * 32}.{value.partition('.')[2]}"
    assert sign_in(forged).status_code == 429
    moved = web_desk.client_of(desk, client=("10.0.1.2", 5))
    moved.cookies[name] = value
    assert sign_in(moved, "ben").status_code == 429
    desk.casebook.set_password("ana", hash_password(GOOD), "ada", desk.now())
    assert sign_in(own).status_code == 429


def test_a_known_browser_has_no_more_guesses_than_a_stranger(desk):
    own = web_desk.client_of(desk)
    sign_in(own)
    statuses = [sign_in(own, password=WRONG).status_code for _ in range(FREE_FAILURES + 2)]
    assert statuses == [403] * FREE_FAILURES + [429] * 2


def test_with_a_second_factor_the_password_is_not_enough(desk, nobody):
    desk.casebook.set_totp("ana", SECRET, "ana", desk.now())
    for code in ("", "000000", code_at(desk, -3600)):
        assert REFUSED in sign_in(nobody, code=code).text
    assert REFUSED in sign_in(nobody, password=WRONG, code=code_at(desk)).text
    assert sign_in(nobody, code=code_at(desk)).status_code == 303


def test_a_code_signs_in_once(desk, nobody):
    desk.casebook.set_totp("ana", SECRET, "ana", desk.now())
    code = code_at(desk)
    assert sign_in(nobody, code=code).status_code == 303
    assert sign_in(web_desk.client_of(desk), code=code).status_code == 403
    desk.now.pass_by(timedelta(seconds=30))
    assert sign_in(web_desk.client_of(desk), code=code).status_code == 403, "nor in the next step"
    assert sign_in(web_desk.client_of(desk), code=code_at(desk)).status_code == 303


def test_a_session_that_was_planted_is_nobodys_and_none_is_kept(desk, nobody):
    """Fixation: what a cookie said before the sign-in is not what it says after."""
    nobody.cookies["cathartes-8321"] = "planted"
    sign_in(nobody)
    first = nobody.cookies.get("cathartes-8321", domain="127.0.0.1")
    assert first
    assert first != "planted"
    known = web_desk.client_of(desk)
    known.cookies["cathartes-8321"] = "planted"
    assert known.get("/account").status_code == 303
    earlier = web_desk.client_of(desk, "ben")
    before = earlier.session_sha256
    sign_in(earlier, "ana")
    assert earlier.session_sha256 != before
    assert desk.casebook.session(before) is None


def test_signing_out_ends_the_session_not_the_cookie_alone(desk):
    ana = web_desk.client_of(desk, "ana")
    sha256, cookie = ana.session_sha256, ana.cookies["cathartes-8321"]
    assert ana.post("/sign-out", data={"csrf": ana.csrf}).status_code == 303
    assert desk.casebook.session(sha256) is None
    ana.cookies["cathartes-8321"] = cookie
    assert ana.get("/account").status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.casebook.disable_user("ana", "ada", desk.now()),
        lambda desk: desk.casebook.set_roles("ana", [Role.AUDITOR], "", "ada", desk.now()),
        lambda desk: desk.casebook.set_password("ana", HASHED, "ada", desk.now()),
    ],
    ids=["disabled", "roles", "password"],
)
def test_a_session_ends_at_once_when_its_account_changes(desk, change):
    ana = web_desk.client_of(desk, "ana")
    change(desk)
    assert ana.get("/account").status_code == 303
    assert ana.get("/api/v1/account").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
def test_a_form_of_another_site_signs_nobody_in(desk, nobody, headers):
    told = {"user": "ana", "password": GOOD}
    assert nobody.post("/sign-in", data=told, headers=headers).status_code == 403
    assert nobody.post("/language", data={"language": "es"}, headers=headers).status_code == 403
    assert nobody.csrf == ""
    ours = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8321"}
    assert nobody.post("/sign-in", data=told, headers=ours).status_code == 303


# --- one-time links ---


def test_a_link_works_once(desk):
    desk.links.add("a-link", "ana")
    assert web_desk.client_of(desk).get("/sign-in/link?secret=a-link").status_code == 303
    again = web_desk.client_of(desk).get("/sign-in/link?secret=a-link")
    assert again.status_code == 403
    assert "this link was used already" in again.text


def test_a_link_ends_and_one_of_who_is_disabled_is_none(desk):
    desk.links.add("late", "ana", desk.now() + LINK_END)
    desk.links.add("off", "ben")
    desk.casebook.disable_user("ben", "ada", desk.now())
    desk.now.pass_by(LINK_END)
    for secret in ("late", "off", "", "none"):
        client = web_desk.client_of(desk)
        assert client.get("/sign-in/link", params={"secret": secret}).status_code == 403
        assert client.csrf == ""


def test_a_link_stands_for_the_password_and_not_for_the_second_factor(desk, nobody):
    desk.casebook.set_totp("ana", SECRET, "ana", desk.now())
    desk.links.add("a-link", "ana")
    assert "your second factor" in nobody.get("/sign-in/link?secret=a-link").text
    assert nobody.csrf == ""
    told = {"secret": "a-link", "code": "000000"}
    assert nobody.post("/sign-in/link", data=told).status_code == 403
    told["code"] = code_at(desk)
    assert nobody.post("/sign-in/link", data=told).status_code == 303
    assert nobody.csrf
    assert web_desk.client_of(desk).post("/sign-in/link", data=told).status_code == 403


def test_codes_behind_a_link_are_counted_as_passwords_are(desk, nobody):
    desk.casebook.set_totp("ana", SECRET, "ana", desk.now())
    desk.links.add("a-link", "ana")
    told = {"secret": "a-link", "code": "000000"}
    statuses = [
        nobody.post("/sign-in/link", data=told).status_code for _ in range(FREE_FAILURES + 1)
    ]
    assert statuses == [403] * FREE_FAILURES + [429]


def test_who_has_no_password_yet_is_led_to_choosing_one(desk, nobody):
    desk.links.add("first", "cora")
    answer = nobody.get("/sign-in/link?secret=first")
    assert answer.headers["location"] == "/account"
    assert "This account has no password." in nobody.get("/account").text


def test_over_https_the_cookies_have_the_prefix_no_other_host_can_set(tmp_path):
    settings = ServeSettings(trusted_proxy="10.0.0.1", public_host="work.example")
    with web_desk.desk(tmp_path, settings=settings) as desk:
        desk.casebook.set_password("ana", HASHED, "ada", desk.now())
        told = sign_in(web_desk.client_of(desk)).headers.get_list("set-cookie")
    assert len(told) == 2
    for one in told:
        assert one.startswith("__Host-cathartes")
        for attribute in ("secure", "httponly", "path=/"):
            assert attribute in one.lower()


@pytest.mark.parametrize(
    ("behind_proxy", "headers"),
    [
        (False, {"sec-purpose": "prefetch;prerender"}),
        (False, {"purpose": "prefetch", "sec-fetch-mode": "navigate"}),
        (True, {"sec-purpose": "prefetch", "sec-fetch-mode": "navigate"}),
        (True, {}),  # what checks links in messages
    ],
)
def test_who_only_looks_where_a_link_leads_does_not_use_it_up(tmp_path, behind_proxy, headers):
    proxy = ServeSettings(trusted_proxy="10.0.0.1", public_host="work.example")
    settings = proxy if behind_proxy else None
    with web_desk.desk(tmp_path, settings=settings) as desk:
        desk.links.add("a-link", "ana")
        client = web_desk.client_of(desk)
        looked_at = client.get("/sign-in/link?secret=a-link", headers=headers)
        assert (looked_at.status_code, client.csrf) == (200, "")
        assert 'name="code"' not in looked_at.text
        assert client.post("/sign-in/link", data={"secret": "a-link"}).status_code == 303
        assert client.csrf
        again = {"sec-fetch-mode": "navigate"}
        assert client.get("/sign-in/link?secret=a-link", headers=again).status_code == 403
