"""Sign-in by an identity provider: OpenID Connect's code flow, with PKCE, state and nonce.

Who somebody is, is what the provider signs: its own address and its own number for the person,
``<issuer>|<subject>``. An e-mail address is nobody's identity: people get others'.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from cathartes.errors import AccessError, MissingExtraError, NoConnectionError
from cathartes.web.oidc_settings import OidcSettings, is_private

BACK = "sign-in/provider/back"
"""Path to which the provider sends people back."""
FLOW_END = timedelta(minutes=10)
"""In which one must come back from the provider."""
_MOST_FLOWS = 1000
_TIMEOUT_S = 10.0
_CLOCK_SLACK_S = 60
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Of signatures that only the provider can make; never one that we could make ourselves."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class _Flow:
    """Somebody who was sent to the provider."""

    state: str
    nonce: str
    verifier: str
    next_path: str
    ends_utc: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is, and where they were going."""

    subject: str
    next_path: str


@dataclass(slots=True)
class Provider:
    """An identity provider, and who is on the way to it and back.

    Attributes
    ----------
    settings
    back
        Address to which it sends people back.
    """

    settings: OidcSettings
    back: str
    _flows: dict[str, _Flow] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def check_installed(self) -> None:
        """Check that the packages are there; MissingExtraError if not."""
        with self._session():
            pass

    def begin(self, next_path: str, now_utc: datetime) -> tuple[str, str]:
        """Return where to send somebody, and the secret that their browser keeps meanwhile.

        Raises
        ------
        NoConnectionError
            If the provider does not answer.
        AccessError
            If what it says can't be.
        """
        flow = _Flow(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(64),
            next_path=next_path,
            ends_utc=now_utc + FLOW_END,
        )
        with self._session() as client:
            endpoint = self._described(client)["authorization_endpoint"]
            address, _ = client.create_authorization_url(
                endpoint, state=flow.state, code_verifier=flow.verifier, nonce=flow.nonce
            )
        browser = secrets.token_urlsafe(32)
        with self._lock:
            self._flows = {k: one for k, one in self._flows.items() if one.ends_utc > now_utc}
            while len(self._flows) >= _MOST_FLOWS:
                del self._flows[next(iter(self._flows))]
            self._flows[browser] = flow
        return str(address), browser

    def end(self, browser: str, told: Mapping[str, str], now_utc: datetime) -> Identity:
        """Return who came back.

        Parameters
        ----------
        browser
            Secret that the browser kept.
        told
            What the provider had it bring: ``code`` and ``state``, or ``error``.
        now_utc

        Raises
        ------
        AccessError
            If they did not leave from here, or the provider does not say who it is.
        NoConnectionError
            If it does not answer.
        """
        with self._lock:
            flow = self._flows.pop(browser, None)
        if flow is None or flow.ends_utc <= now_utc:
            raise AccessError(
                "this sign-in did not begin in this browser, or took too long; begin again."
            )
        if not secrets.compare_digest(told.get("state", "").encode(), flow.state.encode()):
            raise AccessError(
                "what came back from the identity provider is no answer to what was asked; begin "
                "again."
            )
        if told.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise AccessError("another identity provider answered than was asked; begin again.")
        if "code" not in told:
            why = told.get("error", "no code")[:100]
            raise AccessError(f"the identity provider signed nobody in ({why}); begin again.")
        with self._session() as client:
            described = self._described(client)
            token = client.fetch_token(
                described["token_endpoint"],
                grant_type="authorization_code",
                code=told["code"],
                code_verifier=flow.verifier,
                redirect_uri=self.back,
            )
            keys = _json_at(client, described["jwks_uri"])
        return Identity(self._subject_in(token, keys, flow.nonce, now_utc), flow.next_path)

    def _subject_in(
        self, token: Mapping[str, Any], keys: Mapping[str, Any], nonce: str, now_utc: datetime
    ) -> str:
        """Return whom an answer's token names, after all that must hold was checked."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  # an extra
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        ours = self.settings
        try:
            key_set = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # checked there
            signed = jwt.decode(str(token.get("id_token", "")), key_set, list(_ALGORITHMS))
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": ours.issuer},
                    "aud": {"essential": True, "value": ours.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {
                    "client_id": ours.client_id,
                    "nonce": nonce,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(int(now_utc.timestamp()), _CLOCK_SLACK_S)
            subject = claims["sub"]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise AccessError(
                f"the identity provider's word does not hold ({type(error).__name__}: {error}); "
                "begin again, and tell who keeps it if it stays so."
            ) from error
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise AccessError("the identity provider names nobody; tell who keeps it.")
        return f"{ours.issuer}|{subject}"

    def _described(self, client: Any) -> dict[str, str]:
        """Return the provider's endpoints, as it describes itself (OpenID Connect Discovery)."""
        issuer = self.settings.issuer
        told = _json_at(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise AccessError(
                f"{issuer} says it is {told.get('issuer')!r}: --oidc-issuer must be just what the "
                "provider calls itself."
            )
        found = {name: str(told.get(name, "")) for name in _ENDPOINTS}
        for name, address in found.items():
            if not is_private(address):
                raise AccessError(
                    f"{issuer}: its {name} is {address!r}; an https address is needed."
                )
        return found

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Yield what speaks to the provider; its failures are told as ours."""
        try:
            from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
            from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"sign-in by an identity provider needs the package {error.name}; install it with "
                "`pip install 'cathartes[oidc]'`."
            ) from error
        ours = self.settings
        with OAuth2Client(
            client_id=ours.client_id,
            client_secret=ours.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if ours.client_secret else "none",
            scope="openid",
            redirect_uri=self.back,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
            follow_redirects=False,
        ) as client:
            try:
                yield client
            except AuthlibBaseError as error:
                raise AccessError(
                    f"the identity provider refuses ({error.error}); begin again."
                ) from error
            except _http_errors() as error:
                raise NoConnectionError(
                    f"{ours.issuer} does not answer as an identity provider does "
                    f"({type(error).__name__}); sign in by password, or try later."
                ) from error


def _json_at(client: Any, address: str) -> dict[str, Any]:
    answer = client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    told = answer.json()
    return told if isinstance(told, dict) else {}


def _http_errors() -> tuple[type[Exception], ...]:
    """Return what requests fail with, of whichever client Authlib takes, and bad JSON."""
    import httpx  # noqa: PLC0415

    found: list[type[Exception]] = [httpx.HTTPError, httpx.InvalidURL, ValueError]
    try:
        import httpx2  # noqa: PLC0415
    except ModuleNotFoundError:
        return tuple(found)
    return (*found, httpx2.HTTPError, httpx2.InvalidURL)
