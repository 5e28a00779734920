"""What every answer carries, and what no request may be: too large, too slow, of another host."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cathartes.web.settings import (
    ANSWER_TIME_S,
    ANSWERS,
    BODY_TIME_S,
    LARGEST_ANSWER_BYTES,
    LARGEST_BODY_BYTES,
)

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_STATIC = "/static/"


@dataclass(frozen=True, slots=True)
class _Limits:
    """How large a request may be, and how long it may take."""

    most_bytes: int
    time_s: float

    @property
    def too_large(self) -> str:
        """What is told of one that is larger."""
        return f"At most {self.most_bytes} bytes are taken."


class Fence:
    """Around the application: limits on requests, headers on answers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        is_https: bool,
        body_time_s: float = BODY_TIME_S,
    ) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._is_https = is_https
        self._body_time_s = body_time_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sent = _Sent(scope, send, is_https=self._is_https)
        if _name_in(headers.get("host", "")) not in self._hosts:
            told = "The workstation is not called by this name; see --public-host.\n"
            await PlainTextResponse(told, 421)(scope, receive, sent)
            return
        if self._is_https and scope["scheme"] != "https":
            told = (
                "The workstation is reached by https only; a proxy in front must say so in "
                "X-Forwarded-Proto.\n"
            )
            await PlainTextResponse(told, 403)(scope, receive, sent)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            await PlainTextResponse("No address has a zero byte.\n", 400)(scope, receive, sent)
            return
        length = headers.get("content-length", "0")
        limits = self._limits_of(scope)
        if not (length.isascii() and length.isdigit()) or int(length) > limits.most_bytes:
            await PlainTextResponse(f"{limits.too_large}\n", 413)(scope, receive, sent)
            return
        await self._app(scope, self._limited(receive, limits), sent)

    def _limits_of(self, scope: Scope) -> "_Limits":
        if scope["path"].startswith(ANSWERS):
            return _Limits(LARGEST_ANSWER_BYTES, max(ANSWER_TIME_S, self._body_time_s))
        return _Limits(LARGEST_BODY_BYTES, self._body_time_s)

    def _limited(self, receive: Receive, limits: "_Limits") -> Receive:
        """Return a receiver that takes no more, and waits no longer, than is allowed.

        What it raises FastAPI hands on to the application's failures; other errors it would not.
        """
        n_bytes, is_whole, ends_s = 0, False, 0.0

        async def limited() -> Message:
            nonlocal n_bytes, is_whole, ends_s
            if is_whole:  # then it tells when the visitor goes, however late
                return await receive()
            ends_s = ends_s or asyncio.get_running_loop().time() + limits.time_s
            try:
                async with asyncio.timeout_at(ends_s):
                    message = await receive()
            except TimeoutError as error:
                told = f"The request was not whole after {limits.time_s:g} s."
                raise HTTPException(408, told, {"connection": "close"}) from error
            n_bytes += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if n_bytes > limits.most_bytes:
                raise HTTPException(413, limits.too_large, {"connection": "close"})
            return message

        return limited


class _Sent:
    """Adds the headers to what is sent."""

    def __init__(self, scope: Scope, send: Send, *, is_https: bool) -> None:
        self._scope = scope
        self._send = send
        self._is_https = is_https

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if self._is_https:
                headers["strict-transport-security"] = "max-age=31536000"
            if not self._scope["path"].startswith(_STATIC):
                headers.setdefault("cache-control", "no-store")
        await self._send(message)


def _name_in(host: str) -> str:
    """Return a host header's name, without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
