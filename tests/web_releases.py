"""Releases at a desk of `web_desk`: a partner, a finding that is confirmed, keys, and the steps.

    with web_desk.desk(tmp_path) as desk:
        web_releases.begin(desk)
        release_id = web_releases.drafted(desk)
        web_releases.submitted(desk, release_id)

The partner ``office`` is that of the officer pia. ana and ben confirm o1-1, so that site-a can be
released; ana drafts, rita approves.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

import cathartes.pipeline.release_draft as draft_module
import cathartes.products.release.files as files_module
from cathartes.casework.partner import Delivery, Field, Partner
from cathartes.casework.release import Release, Step
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.tlp import Tlp
from cathartes.pipeline.release_draft import Wording, draft_release, recall_release, sender_named
from cathartes.pipeline.release_send import seal_and_send
from cathartes.products.release.report import release_report
from cathartes.products.release.words import ReleaseWords
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.secret_key import SecretKey
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import OpenedCasebook
from cathartes.web import answering
from cathartes.web.desk import Desk
from made_up_casebook import MINUTE, NOW

PLUME = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
ALL = ReleaseFilter()
SENT, DRAFT = "R-SENT", "R-DRAFT"
"""Ids of releases where a test needs to know them."""


@cache
def key_of(owner: str) -> SecretKey:
    """Return an office's key."""
    now_utc = NOW.replace(microsecond=0)
    return SecretKey.make(owner, now_utc - 10 * MINUTE, now_utc + 10**6 * MINUTE)


def trust_office(keys: Path) -> None:
    """Let the office's key be among those that are trusted in a folder of keys."""
    office = key_of("office")
    Keyring(keys).import_sender(signed_record(office), office.public.fingerprint, "theirs")


def partner(one_id: str = "office", *deliveries: Delivery, **changes) -> Partner:
    """Return a partner who may have all of it, under the made-up mandate."""
    key = key_of(one_id).public
    told = {
        "name": "Oficina de Prueba", "country": "MX", "languages": ("es", "en"),
        "age_recipient": key.age_recipient, "signing_key": key.signing_key,
        "fields": frozenset({Field.CHEMICALS, Field.LAST_SEEN}), "cell_m": 100,
        "ceiling": Tlp.AMBER, "mandate_ids": ("MX-1",), "deliveries": deliveries,
    }  # fmt: skip
    return Partner(one_id, **(told | changes))


def begin(desk: Desk, *deliveries: Delivery, **changes) -> None:
    """Enter the partner, and let ana and ben confirm o1-1."""
    desk.casebook.add_partner(partner("office", *deliveries, **changes), "ada", desk.now())
    confirm(desk, "o1-1")


def now_of_keys(desk: Desk) -> None:
    """Let a desk's clock be at the real now, from which on new keys hold."""
    desk.now.now_utc = datetime.now(UTC) + timedelta(seconds=5)


def confirm(desk: Desk, detection_id: str, *, people=("ana", "ben"), said=PLUME) -> None:
    """Let people say the same of a detection."""
    book = desk.casebook
    for who in people:
        book.add_review(detection_id, said, who, desk.now(), book.detection_sha256(detection_id))


def drafted(desk: Desk, site_id: str = "site-a", *, partner_id="office", **told) -> str:
    """Draft a release as ana; return its id."""
    opened = OpenedCasebook(desk.where, desk.casebook, desk.evidence)
    wording = Wording(told.pop("tlp", Tlp.GREEN), told.pop("message", ""))
    sender = sender_named("Nuestra Oficina")
    return draft_release(
        opened, site_id, partner_id, wording, sender, told.pop("actor", "ana"), desk.now(), **told
    ).id


def name_next(patch, release_id: str) -> None:
    """Let releases that are drafted from now on have an id."""
    patch.setattr(draft_module, "new_release_id", lambda: release_id)


def keep_sites(patch) -> None:
    """Let made-up sites be: an answer would have them joined anew, out of what is made up."""
    patch.setattr(answering, "update_answered_site", lambda *told: None)


def step(desk: Desk, release_id: str, what: Step, who: str, **told) -> Release:
    """Take a step, having looked at the content as it is."""
    seen = desk.casebook.release(release_id).content_sha256
    return desk.casebook.take_step(release_id, what, who, desk.now(), seen_sha256=seen, **told)


def approved(desk: Desk, **told) -> str:
    """Draft a release, submit it as ana and approve it as rita; return its id."""
    release_id = drafted(desk, **told)
    step(desk, release_id, Step.SUBMIT, "ana")
    step(desk, release_id, Step.APPROVE, "rita")
    return release_id


def sent(desk: Desk, **told) -> str:
    """Send an approved release as rita; return its id."""
    release_id = approved(desk, **told)
    _send(desk, release_id)
    return release_id


def recalled(desk: Desk, release_id: str) -> str:
    """Recall a release that was sent: drafted by ana, approved and sent by rita."""
    opened = OpenedCasebook(desk.where, desk.casebook, desk.evidence)
    wording = Wording(Tlp.GREEN, reason="it was wrong")
    sender = sender_named("Nuestra Oficina")
    made = recall_release(opened, release_id, wording, sender, "ana", desk.now()).id
    step(desk, made, Step.SUBMIT, "ana")
    step(desk, made, Step.APPROVE, "rita")
    _send(desk, made)
    return made


def _send(desk: Desk, release_id: str) -> None:
    seen = desk.casebook.release(release_id).content_sha256
    key = key_of("Nuestra Oficina")
    opened = OpenedCasebook(desk.where, desk.casebook, desk.evidence)
    partner_id = desk.casebook.release(release_id).partner_id
    trusted = [key_of(partner_id).public]
    with patch.object(files_module, "release_report", report_of_a_form):
        seal_and_send(opened, release_id, key, trusted, seen, "rita", desk.now())


_REPORTS: dict[object, bytes] = {}


def report_of_a_form(content: ReleaseContent, words: ReleaseWords, kind="pdf") -> bytes:
    """Return the report of the first release of a form: for packages whose report nobody reads."""
    form = content.notice, content.language, content.is_exercise, kind
    if form not in _REPORTS:
        _REPORTS[form] = release_report(content, words, kind)
    return _REPORTS[form]


def change_mind(desk: Desk, detection_id: str, who: str) -> None:
    """Let a reviewer say otherwise: it is open to review again."""
    said = replace(PLUME, verdict=Verdict.NOT_A_PLUME, rate=None)
    confirm(desk, detection_id, people=(who,), said=said)
