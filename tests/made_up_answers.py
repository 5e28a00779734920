"""Answers of partners for tests: made and read as between two offices, without files."""

import functools
from datetime import UTC, date, datetime, timedelta

from cathartes.casework.partner import Partner
from cathartes.casework.release import Basis, Release, ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer, Response, Seized
from cathartes.casework.tlp import Tlp
from cathartes.sealing.package import OpenedPackage, open_package
from cathartes.sealing.response_package import OpenedResponse, response_of, write_response
from made_up_packages import NOW, SIGNED, key, package

ANSWERED = NOW
READ = ANSWERED + timedelta(days=1)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
ATTACHED = {"ground.png": PNG, "note.txt": "Ácido, 3 bidones.\n".encode()}


@functools.cache
def told(release_id: str = "R-2026-0001") -> OpenedPackage:
    """Return a release as the partner has it, opened."""
    sealed = package(release_id=release_id)
    return open_package(sealed, key("partner").identity, [key("sender").public], NOW)


def response(**other) -> Response:
    given = {
        "id": "A-1",
        "release_id": "R-2026-0001",
        "partner_id": "fgr-son",
        "answer": Answer.CONFIRMED,
        "answered_utc": ANSWERED,
        "note": "Había tres personas menos.\nNobody was there.",
        "visited_on": date(2026, 5, 5),
        "seized": (Seized("acetone", 120.0, "l"), Seized("cars", 2.5, "t")),
    }
    return Response(**(given | other))


def sealed_answer(given: Response | None = None, attached=ATTACHED, **other) -> bytes:
    """Return an answer of `key("partner")`, sealed for `key("sender")`."""
    one = given or response()
    how = {"told": told(one.release_id), "sender_id": "sonora", "key": key("partner")}
    return write_response(one, attached, **(how | other))


def opened_answer(sealed: bytes, **other) -> OpenedResponse:
    how = {
        "identity": key("sender").identity,
        "senders": [key("partner").public, key("other partner").public],
        "now_utc": READ,
    }
    return response_of(open_package(sealed, **(how | other)))


def partner(**other) -> Partner:
    public = key("partner").public
    given = {
        "id": "fgr-son",
        "name": "Fiscalía de Prueba",
        "country": "MX",
        "languages": ("es",),
        "age_recipient": public.age_recipient,
        "signing_key": public.signing_key,
    }
    return Partner(**(given | other))


def release(**other) -> Release:
    given = {
        "id": "R-2026-0001",
        "site_id": "S-1",
        "partner_id": "fgr-son",
        "notice": Notice.ALERT,
        "tlp": Tlp.AMBER,
        "is_exercise": False,
        "content_sha256": "ab" * 32,
        "basis": Basis("cd" * 32),
        "drafted_utc": datetime(2026, 5, 4, 12, tzinfo=UTC),
        "authors": ("ana",),
        "state": ReleaseState.SENT,
        "sent_utc": SIGNED,
    }
    return Release(**(given | other))
