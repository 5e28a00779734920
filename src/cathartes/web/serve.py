"""The workstation is opened, and served until it is told to stop."""

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from cathartes.errors import AccessError, OutputError
from cathartes.pipeline.owners import local_actor
from cathartes.store.open import open_casebook
from cathartes.web.app import make_app
from cathartes.web.assets import vendor_files
from cathartes.web.background import Background
from cathartes.web.desk import Desk, link_of
from cathartes.web.oidc import BACK, Provider
from cathartes.web.settings import ServeSettings
from cathartes.web.slow_heads import ImpatientProtocol


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the workstation is open.

    Attributes
    ----------
    address
        Of its first page.
    links
        User and one-time link, of each that was asked for.
    """

    address: str
    links: tuple[tuple[str, str], ...]


def serve(
    casebook: str | Path,
    *,
    settings: ServeSettings | None = None,
    sign_in: Sequence[str] = (),
    on_open: Callable[[Opened], None] | None = None,
) -> None:
    """Serve a casebook's workstation until interrupted.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    settings
        Where to listen; on loopback if None.
    sign_in
        Accounts for whom one-time links are made, on loopback only. In a casebook without
        accounts the person at the machine gets one.
    on_open
        Called once it answers.

    Raises
    ------
    AccessError
        If it would be open to others without accounts, or links are asked for that can't be.
    OutputError
        If it can't listen there.
    MissingExtraError
        If the pages' JavaScript is not in place.
    """
    vendor_files()
    settings = settings or ServeSettings()
    with open_casebook(casebook) as opened:
        users = _who_signs_in(opened.casebook.has_users(), settings, sign_in)
        listening = _listen(settings)
        with listening:
            port = listening.getsockname()[1]
            settings = replace(settings, port=port)
            provider = None
            if settings.oidc is not None:
                provider = Provider(settings.oidc, f"{settings.address}{BACK}")
                provider.check_installed()
            desk = Desk(opened.where, opened.casebook, opened.evidence, settings, provider=provider)
            for user in users:
                if not desk.casebook.subject(user).roles:
                    desk.casebook.user(user)  # says so if it is not there
                    raise AccessError(f"user {user} is disabled; nobody can be signed in as them.")
            links = [(user, _one_time_link(desk, user)) for user in users]
            app = make_app(desk)
            app.state.places.prepare()
            server = _Server(_configuration(app, settings), app.state.background)
            if on_open is not None:
                on_open(Opened(settings.address, tuple(links)))
            try:
                with suppress(KeyboardInterrupt):  # how it ends; raised again when all is shut
                    server.run(sockets=[listening])
            finally:
                app.state.background.close(desk)


def _who_signs_in(
    has_users: bool, settings: ServeSettings, asked: Sequence[str]
) -> tuple[str, ...]:
    """Return for whom one-time links are made."""
    if not settings.is_loopback:
        if not has_users:
            raise AccessError(
                "the workstation would be open to others, and this casebook has no accounts. Make "
                "one with `cathartes user add`, or stay on 127.0.0.1."
            )
        if asked:
            raise AccessError("one-time links are made on loopback only; sign in by password.")
        return ()
    if has_users:
        return tuple(asked)
    if asked:
        raise AccessError(
            f"this casebook has no accounts, so nobody can be signed in as {asked[0]}; make one "
            "with `cathartes user add`."
        )
    return (local_actor(),)


def _listen(settings: ServeSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()  # who comes before the server accepts is kept waiting, not refused
    except OSError as error:
        listening.close()
        raise OutputError(
            f"can't listen on {settings.host}:{settings.port}: {error.strerror}. Another --port, "
            "or 0 for any free one, may do."
        ) from error
    return listening


def _one_time_link(desk: Desk, user: str) -> str:
    secret = secrets.token_urlsafe(32)
    desk.links.add(secret, user)
    return link_of(desk, secret)


class _Server(uvicorn.Server):
    """A server that ends its streams when it is told to stop, and does not wait for them."""

    def __init__(self, config: uvicorn.Config, background: Background) -> None:
        super().__init__(config)
        self._background = background

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._background.live.close()
        super().handle_exit(sig, frame)


def _configuration(app: FastAPI, settings: ServeSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxy),
        forwarded_allow_ips=settings.trusted_proxy or None,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=3,
        limit_concurrency=200,
        h11_max_incomplete_event_size=32_768,
    )
