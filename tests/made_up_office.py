"""A made-up casebook with a confirmed site, a staff, a partner to tell, and releases in any state.

    book = opened.casebook
    open_office(book)
    send(book)                      # R-1, drafted by dora, approved by rosa, sent by rita
    answer(book, Answer.ACCEPTED)   # by the partner's officer

Site ``a`` rests on o1-1, which ana and ben confirmed.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import count

import made_up_casebook as made_up
from cathartes.casework.grid_cell import GridCell
from cathartes.casework.likelihood import likelihood
from cathartes.casework.partner import Partner
from cathartes.casework.release import Basis, NoReleaseError, Release, Step
from cathartes.casework.release_content import (
    ALWAYS_WITHHELD,
    DATUM,
    Finding,
    GeneralPlace,
    Recipient,
    ReleaseContent,
)
from cathartes.casework.release_material import Earlier, Notice, Sender, to_minute
from cathartes.casework.response import Response
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.tlp import Tlp
from cathartes.casework.user import User
from cathartes.store.interface_releases import KeptResponse, Sealed
from made_up_casebook import ME, NOW, begin, record
from quick_casebooks import filled_once

KEY = "xnFjIgNIQDkMCVcZpTVRU3TQtrVQTkmC0LNfWYpRwXs="
DAY = timedelta(days=1)
PLUME = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
STAFF = (
    User("ada", "Ada", (Role.ADMINISTRATOR,)),
    User("ana", "Ana", (Role.ANALYST,)),
    User("aud", "Audra", (Role.AUDITOR,)),
    User("ben", "Ben", (Role.ANALYST,)),
    User("cora", "Cora", (Role.COLLECTOR,)),
    User("dora", "Dora", (Role.ANALYST,)),
    User("pia", "Pia", (Role.PARTNER,), "office"),
    User("quin", "Quin", (Role.PARTNER,), "other"),
    User("rita", "Rita", (Role.RELEASE_AUTHORITY,)),
    User("rosa", "Rosa", (Role.ANALYST, Role.RELEASE_AUTHORITY)),
)
_NUMBERS = count(1)


def partner(one_id="office", **changes):
    told = {
        "name": "Oficina de Prueba",
        "country": "MX",
        "languages": ("es",),
        "age_recipient": age_recipient(),
        "signing_key": KEY,
        "ceiling": Tlp.AMBER,
        "mandate_ids": ("MX-1",),
    }
    return Partner(one_id, **(told | changes))


@cache
def age_recipient():
    """Return a recipient that is one; nobody has its key."""
    pyrage = __import__("pyrage")
    return str(pyrage.x25519.Identity.generate().to_public())


@filled_once
def open_office(book):
    """Enter accounts, a partner, and a site that two analysts confirmed."""
    begin(book)
    for one in STAFF:
        book.add_user(one, ME, NOW)
    book.add_partner(partner(), "ada", NOW)
    record(book, "o1", [made_up.detection("o1", 1), made_up.detection("o1", 2)], assets=())
    book.put_sites([made_up.site("a", ["o1-1.1"])], [], ME, NOW)
    for who in ("ana", "ben"):
        book.add_review("o1-1", PLUME, who, NOW)


def content(release_id="R-1", partner_id="office", notice=Notice.ALERT, **changes):
    """Return a content that says little."""
    is_recall = notice is Notice.CANCEL
    square = ((-103.1, 20.2), (-103.1, 20.21), (-103.09, 20.21), (-103.09, 20.2), (-103.1, 20.2))
    place = GeneralPlace(GridCell("13QGC0123", 1000, -103.095, 20.205, square), DATUM, 700.0, 0.9)
    told = {
        "issued_utc": NOW.replace(second=0, microsecond=0),
        "sender": Sender("a-test-unit", "A test unit"),
        "recipient": Recipient(partner_id, "Oficina de Prueba", "MX"),
        "language": "es",
        "tlp": "AMBER",
        "is_exercise": False,
        "mandate_ids": () if is_recall else ("MX-1",),
        "finding": None if is_recall else Finding("F-1", place, likelihood(0.95), False),
        "withheld": () if is_recall else ALWAYS_WITHHELD,
    }
    return ReleaseContent(release_id=release_id, notice=notice, **(told | changes))


def draft(
    book,
    actor="dora",
    release_id="R-1",
    *,
    site_id="a",
    partner_id="office",
    notice=Notice.ALERT,
    earlier=(),
    content_earlier=None,
    now=NOW,
    basis: Basis | None = None,
    **changes,
):
    """Draft a release from what is there now; `changes` are those of its content."""
    if earlier:
        named = content_earlier or chain(book, earlier)
        changes = {"earlier": named, "reason": "A newer look."} | changes
    made = content(release_id, partner_id, notice, **({"issued_utc": to_minute(now)} | changes))
    release = Release(
        id=release_id,
        site_id=site_id,
        partner_id=partner_id,
        notice=notice,
        tlp=Tlp(made.tlp),
        is_exercise=made.is_exercise,
        content_sha256=made.sha256,
        basis=basis or book.present_basis(site_id, partner_id),
        drafted_utc=now,
        authors=(actor,),
        earlier_ids=tuple(earlier),
    )
    return book.draft_release(release, made, actor, now)


def chain(book, release_ids):
    """Return releases with all that led to them."""
    found, waiting = {}, [*release_ids]
    while waiting:
        one_id = waiting.pop()
        found[one_id] = Earlier(one_id, to_minute(NOW))
        with suppress(NoReleaseError):
            one = book.release(one_id)
            found[one_id] = Earlier(one_id, one.issued_utc)
            waiting += one.earlier_ids
    return tuple(found.values())


def step(book, what, actor, release_id="R-1", *, now=NOW, **told):
    """Take a step, having looked at what is there."""
    seen = {"seen_sha256": book.release(release_id).content_sha256}
    return book.take_step(release_id, what, actor, now, **(seen | told))


def sealed(**changes):
    """Return a package of its own."""
    told = Sealed(f"{next(_NUMBERS):064x}", "key-1", NOW + 30 * DAY)
    return replace(told, **changes)


def approve(book, release_id="R-1", **told):
    """Draft a release, submit and approve it."""
    draft(book, "dora", release_id, **told)
    step(book, Step.SUBMIT, "dora", release_id)
    return step(book, Step.APPROVE, "rita", release_id)


def send(book, release_id="R-1", **told):
    """Draft a release, submit, approve and send it."""
    approve(book, release_id, **told)
    return step(book, Step.SEND, "rita", release_id, sealed=sealed())


def kept(answer, release_id="R-1", one_id="", *, by="pia", partner_id="office", file="", **changes):
    """Return an answer; with `file`, as its signed file was taken in."""
    response = Response(
        one_id or f"answer-{next(_NUMBERS)}", release_id, partner_id, answer, NOW, **changes
    )
    return KeptResponse(response, NOW, by, file, "key-of-partner" if file else "")


def answer(book, what, release_id="R-1", **told):
    """Let the partner's officer answer in the workstation."""
    one = kept(what, release_id, **told)
    return book.add_response(one, one.received_by, NOW)
