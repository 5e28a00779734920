"""An identity provider on loopback, for tests: its key is made on the fly, its word can be bent."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT = "cathartes-of-the-office"
CLIENT_SECRET = "s3cret of the client"  # noqa: S105


@dataclass
class MadeUpProvider:
    """What it says of itself and of people; tests bend all of it."""

    now_s: int
    subject: str = "248289761001"
    claims: dict = field(default_factory=dict)
    described: dict = field(default_factory=dict)
    key: object = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signs_with: object = None
    status: int = 200
    issuer: str = ""
    challenges: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def authorize(self, address):
        """Do what somebody's browser does there: return where it sends them back to."""
        told = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
        self.asked.append(told)
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = told
        back = {"code": code, "state": told["state"], "iss": self.issuer}
        return f"{told['redirect_uri']}?{urlencode(back)}"

    def token(self, form, authorization):
        """Answer at the token endpoint, as RFC 6749 and RFC 7636 say."""
        told = self.challenges.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        wanted = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        right = (
            told is not None
            and told["code_challenge_method"] == "S256"
            and told["code_challenge"] == challenge
            and told["redirect_uri"] == form["redirect_uri"]
            and authorization == f"Basic {wanted}"
        )
        if not right:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "nonce": told["nonce"],
            "iat": self.now_s, "exp": self.now_s + 60, "email": "ana@example.org",
        }  # fmt: skip
        claims = {k: v for k, v in (claims | self.claims).items() if v is not None}
        signed = jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.signs_with or self.key)
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": signed}

    def answer(self, path):
        """Return what a GET of a path gives."""
        if path.endswith("/.well-known/openid-configuration"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            } | self.described
        return KeySet([self.key]).as_dict(private=False)


@contextmanager
def provider(now_s):
    """Run a made-up identity provider."""
    told = MadeUpProvider(now_s)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self._send(told.status, told.answer(self.path))

        def do_POST(self):
            length = int(self.headers["content-length"])
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            self._send(*told.token(form, self.headers.get("authorization", "")))

        def _send(self, status, content):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
