"""A desk for tests of the workstation: a made-up casebook, an account of every role, clients.

    with web_desk.desk(tmp_path) as desk:
        ana = web_desk.client_of(desk, "ana")
        ana.get("/sites")
        ana.post("/account/password", data={"csrf": ana.csrf, ...})

Sortie S1 is of the collector cora, S2 of somebody else. S1 has o1 (acetone, o1-1, site-a; ammonia,
o1-2, unattributed) and o2 (nothing found), S2 has o3 (acetone, o3-1, site-b) and o4 (inconclusive).
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

import made_up_casebook as made_up
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.sites.detection import Candidate
from cathartes.sites.observation import Asset, LookOutcome
from cathartes.store.open import OpenedCasebook, open_casebook
from cathartes.web.app import make_app
from cathartes.web.desk import Desk
from cathartes.web.settings import ServeSettings
from cathartes.web.visitor import cookie_name, hashed
from made_up_casebook import NOW

USERS = (
    User("ada", "Ada Lovera", (Role.ADMINISTRATOR,)),
    User("ana", "Ana Ruiz", (Role.ANALYST,)),
    User("aud", "Audra Peña", (Role.AUDITOR,)),
    User("ben", "Ben Ortiz", (Role.ANALYST,)),
    User("cora", "Cora Díaz", (Role.COLLECTOR,)),
    User("eva", "Eva Sol", (Role.ANALYST, Role.COLLECTOR)),
    User("pia", "Pia Mar", (Role.PARTNER,), "office"),
    User("rita", "Rita León", (Role.RELEASE_AUTHORITY,)),
)
"""An account of every role; three may review."""
GOOD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
"""A password, and its hash: a cheap one, which is verified as cheaply."""
_NUMBERS = count(1)
_ROUTES: list[BaseRoute] = []
_PORTALS: dict[int, BlockingPortal] = {}
"""Loops of desks that are open: a client by itself begins one for each request."""


@dataclass
class Clock:
    """A desk's clock, which tests move."""

    now_utc: datetime = NOW

    def __call__(self) -> datetime:
        return self.now_utc

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.now_utc += time


@dataclass(frozen=True)
class Beginning:
    """How an answer begins."""

    status_code: int
    headers: Mapping[str, str]
    text: str = ""


def quick_app(desk: Desk) -> FastAPI:
    """Return the application of a desk, with the routes of the first one made.

    FastAPI works out what a route takes when an application is first asked, for a tenth of a
    second; nothing of it depends on the desk.
    """
    app = make_app(desk)
    app.router.routes[:] = _ROUTES or app.router.routes
    _ROUTES[:] = app.router.routes
    return app


class Client(TestClient):
    """A browser of a workstation; whoever is signed in has a `csrf`."""

    def __init__(self, desk: Desk, **told) -> None:
        self.desk = desk
        scheme = "https" if desk.settings.is_https else "http"
        host = desk.settings.public_host or desk.settings.host
        told = {"base_url": f"{scheme}://{host}:{desk.settings.port}"} | told
        super().__init__(quick_app(desk), follow_redirects=False, **told)
        self.portal = _PORTALS.get(id(desk))

    @property
    def session_sha256(self) -> str:
        """Hash of the session's secret."""
        return hashed(self.cookies.get(cookie_name(self.desk), ""))

    @property
    def csrf(self) -> str:
        """Secret that every form sends back; "" if nobody is signed in."""
        session = self.desk.casebook.session(self.session_sha256)
        return "" if session is None else session.csrf

    def beginning(self, path: str, headers: Mapping[str, str] | None = None) -> Beginning:
        """Return how the answer to a GET begins, and listen no further: for what has no end."""
        found: list[Beginning] = []
        asked = self.build_request("GET", path, headers=headers)
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": asked.url.scheme, "http_version": "1.1",
            "root_path": "", "headers": [(k.lower(), v) for k, v in asked.headers.raw],
            "client": ("testclient", 5), "server": ("127.0.0.1", self.desk.settings.port),
        }  # fmt: skip

        async def listen() -> None:
            begun = asyncio.Event()

            async def receive():
                await begun.wait()
                return {"type": "http.disconnect"}

            async def send(message):
                if message["type"] == "http.response.start":
                    headers = {k.decode(): v.decode() for k, v in message["headers"]}
                    found.append(Beginning(message["status"], headers))
                    begun.set()

            told = [{"type": "http.request", "body": b"", "more_body": False}]

            async def first_the_request():
                return told.pop() if told else await receive()

            await asyncio.wait_for(self.app(scope, first_the_request, send), 30)

        asyncio.run(listen())
        return found[0]


@contextmanager
def desk(
    tmp_path: Path,
    *,
    users: Sequence[User] = USERS,
    settings: ServeSettings | None = None,
    filled: bool = True,
    like: Path | None = None,
) -> Iterator[Desk]:
    """Open the desk of a new casebook in a folder; its clock is a `Clock` at `NOW`.

    With `like` it is a copy of another desk's, as that has left it.
    """
    where = tmp_path / f"casebook-{next(_NUMBERS)}"
    shutil.copytree(like or _staffed(tuple(users), filled=filled), where)
    with open_casebook(where) as opened:
        settings = settings or ServeSettings()
        made = Desk(opened.where, opened.casebook, opened.evidence, settings, now=Clock())
        with start_blocking_portal() as portal:
            _PORTALS[id(made)] = portal
            try:
                yield made
            finally:
                del _PORTALS[id(made)]


def client_of(desk: Desk, user: str = "", **told) -> Client:
    """Return a client, signed in as a user by a one-time link; as nobody if there is none."""
    client = Client(desk, **told)
    if user:
        secret = f"link-{next(_NUMBERS)}"
        desk.links.add(secret, user)
        as_browsers_do = {"sec-fetch-mode": "navigate"}
        answer = client.get("/sign-in/link", params={"secret": secret}, headers=as_browsers_do)
        if answer.status_code != 303:
            raise LookupError(f"{user} could not sign in: {answer.status_code}")
    return client


@cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="cathartes-desk-")


@cache
def _empty() -> Path:
    where = Path(_folder().name) / "empty"
    open_casebook(where, create=True).close()
    return where


@cache
def _filled() -> Path:
    where = Path(_folder().name) / "filled"
    shutil.copytree(_empty(), where)
    with open_casebook(where) as opened:
        _fill(opened)
    return where


@cache
def _staffed(users: tuple[User, ...], *, filled: bool) -> Path:
    where = Path(_folder().name) / f"staffed-{next(_NUMBERS)}"
    shutil.copytree(_filled() if filled else _empty(), where)
    with open_casebook(where) as opened:
        for user in users:
            opened.casebook.add_user(user, made_up.ME, NOW)
    return where


def _fill(opened: OpenedCasebook) -> None:
    casebook = opened.casebook
    casebook.add_mandate(made_up.mandate(), made_up.ME, NOW)
    casebook.add_plan(made_up.plan(), made_up.ME, NOW)
    casebook.put_sortie(made_up.sortie("S1", plan_id="plan-1"), "local:cora", NOW)
    casebook.put_sortie(made_up.sortie("S2"), "local:otto", NOW)
    product = Path(_folder().name) / "product"
    product.write_bytes(b"a raster")
    asset = Asset(opened.evidence.put(product), "score", "score.tif", "image/tiff", 8, "acetone")
    ammonia = (Candidate("ammonia", 0.8), Candidate("unknown", 0.2))
    o1 = [
        made_up.detection("o1", 1),
        made_up.detection(
            "o1", 2, chemical="ammonia", candidates=ammonia, places=((-103.08, 20.21),)
        ),
    ]
    made_up.record(casebook, "o1", o1, assets=(asset,))
    made_up.record(casebook, "o2", assets=())
    o3 = [made_up.detection("o3", 1, places=((-103.05, 20.25),))]
    made_up.record(casebook, "o3", o3, sortie_id="S2", assets=(asset,))
    made_up.record(
        casebook, "o4", sortie_id="S2", outcome=LookOutcome.INCONCLUSIVE, reason="cloud", assets=()
    )
    sites = [
        made_up.site("site-a", ["o1-1.1"], value=2.0),
        made_up.site("site-b", ["o3-1.1"], value=1.0, longitude=-103.05),
    ]
    casebook.put_sites(sites, [], made_up.ME, NOW)
    casebook.put_emitters([made_up.emitter()], made_up.ME, NOW)
