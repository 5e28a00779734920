"""Sign-in by an identity provider: a made-up one on loopback, whose word is bent in every way."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import ECKey

import made_up_provider
import web_desk
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.errors import SettingsError
from cathartes.web.oidc import BACK, FLOW_END, Provider
from cathartes.web.oidc_settings import OidcSettings, is_private, oidc_settings
from made_up_casebook import NOW
from made_up_provider import CLIENT, CLIENT_SECRET


@pytest.fixture
def told():
    with made_up_provider.provider(int(NOW.timestamp())) as provider:
        yield provider


@pytest.fixture
def desk(tmp_path, told):
    with web_desk.desk(tmp_path) as desk:
        settings = OidcSettings(told.issuer, CLIENT, CLIENT_SECRET)
        provider = Provider(settings, f"{desk.settings.address}{BACK}")
        ola = User("ola", "Ola", (Role.ANALYST,), oidc_subject=f"{told.issuer}|{told.subject}")
        desk.casebook.add_user(ola, "ada", NOW)
        yield replace(desk, provider=provider)


@pytest.fixture
def client(desk):
    return web_desk.client_of(desk)


def go(client, told, next_path="/sites"):
    """Begin at the workstation, go by the provider, and return where it sends back to."""
    left = client.get("/sign-in/provider", params={"next": next_path})
    assert left.status_code == 303
    back = urlsplit(told.authorize(left.headers["location"]))
    return f"{back.path}?{back.query}"


def test_whom_the_provider_names_comes_in(desk, client, told):
    answer = client.get(go(client, told))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites")
    assert client.get("/api/v1/account").json()["id"] == "ola"
    (session,) = desk.casebook.sessions("ola")
    assert session.how == "oidc"
    asked = told.asked[0]
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    assert asked["redirect_uri"] == "http://127.0.0.1:8321/sign-in/provider/back"
    assert CLIENT_SECRET not in str(told.asked)


def test_the_form_leads_there(desk, client, told):
    assert 'href="/sign-in/provider?next=/"' in client.get("/sign-in").text
    plain = web_desk.client_of(replace(desk, provider=None))
    assert "/sign-in/provider" not in plain.get("/sign-in").text
    assert plain.get("/sign-in/provider").status_code == 403
    assert plain.get("/sign-in/provider/back").status_code == 403


def test_who_has_no_account_gets_none(desk, client, told):
    n_users = len(desk.casebook.users())
    told.subject = "someone else"
    answer = client.get(go(client, told))
    assert answer.status_code == 403
    assert f"{told.issuer}|someone else" in answer.text
    assert len(desk.casebook.users()) == n_users
    entry = list(desk.casebook.audit_entries())[-1]
    assert (entry.action, entry.detail["identity"]) == (
        "sign-in.refused", f"{told.issuer}|someone else"
    )  # fmt: skip


def test_an_address_of_e_mail_is_nobodys_identity(desk, client, told):
    desk.casebook.add_user(User("mail", "Mail", (Role.ANALYST,), oidc_subject="ana@example.org"),
                           "ada", NOW)  # fmt: skip
    told.subject = "someone else"
    assert client.get(go(client, told)).status_code == 403


def test_who_is_disabled_does_not_come_in(desk, client, told):
    desk.casebook.disable_user("ola", "ada", NOW)
    assert client.get(go(client, told)).status_code == 403
    assert client.csrf == ""


def test_such_an_account_has_no_password_here(desk, client, told):
    client.get(go(client, told))
    told = {"csrf": client.csrf, "new": "x" * 20, "again": "x" * 20}
    assert client.post("/account/password", data=told).status_code == 403
    assert client.get("/account/second-factor").status_code == 403


def test_an_answer_is_taken_once(client, told):
    back = go(client, told)
    assert client.get(back).status_code == 303
    client.cookies.clear()
    assert client.get(back).status_code == 403


def test_an_answer_is_taken_from_the_browser_that_asked(desk, client, told):
    """Or an attacker has a victim signed in as the attacker, or the other way round."""
    back = go(client, told)
    victim = web_desk.client_of(desk)
    assert victim.get(back).status_code == 403
    go(victim, told)  # has asked itself, but for something else
    assert victim.get(back).status_code == 403
    assert victim.csrf == ""


def test_an_answer_that_comes_late_is_not_taken(desk, client, told):
    back = go(client, told)
    desk.now.pass_by(FLOW_END)
    assert client.get(back).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["", "?code=code-0", "?state=x&code=code-0", "?error=access_denied", "?state=%C3%BC&code=x"],
)
def test_an_answer_without_the_state_is_not_taken(client, told, query):
    go(client, told)
    answer = client.get(f"/sign-in/provider/back{query}")
    assert answer.status_code == 403
    assert client.csrf == ""


def test_another_providers_answer_is_not_taken(client, told):
    """Mix-up (RFC 9207)."""
    back = go(client, told).replace("iss=", "iss=x")
    assert client.get(back).status_code == 403


def test_a_refusal_there_is_told(client, told):
    back = go(client, told)
    state = dict(part.split("=") for part in back.partition("?")[2].split("&"))["state"]
    answer = client.get(f"/sign-in/provider/back?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "access_denied" in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://another.example"},
        {"aud": "another client"},
        {"aud": ["another client", CLIENT], "azp": "another client"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\nb"},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 3600},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_word_that_does_not_hold_signs_nobody_in(client, told, claims):
    told.claims = claims
    answer = client.get(go(client, told))
    assert answer.status_code == 403, answer.text
    assert client.csrf == ""


def test_a_word_that_another_signed_signs_nobody_in(client, told):
    told.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    assert client.get(go(client, told)).status_code == 403


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_what_anybody_could_have_signed_is_not_taken(client, told, algorithm):
    """The public key as a shared secret, and no signature at all: two old ways in."""
    public = told.key.as_pem(private=False)
    claims = {"iss": told.issuer, "sub": told.subject, "aud": CLIENT, "iat": told.now_s,
              "exp": told.now_s + 60}  # fmt: skip

    def coded(told):
        return base64.urlsafe_b64encode(told).rstrip(b"=")

    def forged(*_):
        nonce = {"nonce": next(iter(told.challenges.values()))["nonce"]}
        header = {"alg": algorithm, "kid": "one"}
        signed = b".".join(coded(json.dumps(part).encode()) for part in (header, claims | nonce))
        mac = hmac.new(public, signed, "sha256").digest() if algorithm == "HS256" else b""
        token = b".".join([signed, coded(mac)]).decode()
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}

    told.token = forged
    answer = client.get(go(client, told))
    assert answer.status_code == 403
    assert client.csrf == ""


@pytest.mark.parametrize("token", [{}, {"error": "invalid_grant"}, {"id_token": 7}, []])
def test_an_answer_that_is_none_is_told(client, told, token):
    told.token = lambda *_: (200, token)
    answer = client.get(go(client, told))
    assert answer.status_code in {403, 503}
    assert client.csrf == ""


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://elsewhere.example/x", "file:///etc/passwd", ""])
def test_endpoints_that_others_could_listen_to_are_not_used(client, told, name, address):
    told.described = {name: address}
    answer = client.get("/sign-in/provider")
    assert answer.status_code == 403
    assert name in answer.text


def test_a_provider_that_calls_itself_otherwise_is_not_used(client, told):
    told.described = {"issuer": "https://another.example"}
    assert client.get("/sign-in/provider").status_code == 403


def test_a_provider_that_does_not_answer_is_told(desk, client, told):
    told.status = 500
    answer = client.get("/sign-in/provider")
    assert answer.status_code == 503
    assert "sign in by password" in answer.text
    dead = OidcSettings("http://127.0.0.1:9", CLIENT)
    other = web_desk.client_of(replace(desk, provider=Provider(dead, "x")))
    assert other.get("/sign-in/provider").status_code == 503


def test_flows_of_strangers_are_forgotten(desk, told):
    provider = desk.provider
    for _ in range(3):
        provider.begin("/", NOW)
    provider.begin("/", NOW + FLOW_END + timedelta(seconds=1))
    assert len(provider._flows) == 1


# --- settings ---


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/a", True),
        ("http://127.0.0.1:9000", True),
        ("http://localhost/x", True),
        ("http://[::1]:1/", True),
        ("http://id.example", False),
        ("http://127.0.0.1.example", False),
        ("https://user@id.example", False),
        ("https://127.0.0.1@id.example", False),
        ("ftp://127.0.0.1", False),
        ("file:///x", False),
        ("", False),
        ("https://", False),
        ("http://[x", False),
    ],
)
def test_an_issuer_is_reached_by_https_or_on_this_machine(address, private):
    assert is_private(address) is private
    if not private:
        with pytest.raises(SettingsError, match="an https address is needed"):
            OidcSettings(address, CLIENT)


def test_the_secret_comes_from_a_file_or_the_environment_and_is_never_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("CATHARTES_OIDC_SECRET", "of the environment\n")
    settings = oidc_settings("https://id.example", CLIENT, None)
    assert settings.client_secret.startswith("of the env")
    assert "environment" not in repr(settings)
    file = tmp_path / "secret"
    with pytest.raises(SettingsError, match="can't be read"):
        oidc_settings("https://id.example", CLIENT, file)
    file.write_text(" \n")
    with pytest.raises(SettingsError, match="is empty"):
        oidc_settings("https://id.example", CLIENT, file)
    file.write_text("of the file\n")
    assert oidc_settings("https://id.example", CLIENT, file).client_secret.endswith("the file")
    assert oidc_settings("", "", None) is None
    with pytest.raises(SettingsError, match="need --oidc-issuer"):
        oidc_settings("", CLIENT, None)
    with pytest.raises(SettingsError, match="--oidc-client"):
        oidc_settings("https://id.example", "", None)
