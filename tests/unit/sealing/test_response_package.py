"""An answer as a package: what was said comes back, and only from who was told."""

import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import rfc8785

from cathartes.casework.public_key import Why
from cathartes.casework.release import ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer
from cathartes.errors import CathartesError, KeyringError, PackageError, ReleaseError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import write_package
from cathartes.sealing.response_package import RESPONSE, check_answers
from cathartes.sealing.secret_key import SecretKey, seal
from cathartes.sealing.statement import Kind, sha256_of

sys.path.insert(0, str(Path(__file__).parents[2]))
from made_up_answers import (
    ANSWERED,
    ATTACHED,
    READ,
    opened_answer,
    partner,
    release,
    response,
    sealed_answer,
    told,
)
from made_up_packages import FROM, SIGNED, facts, key, package

SENDER = key("sender")


def test_what_was_said_comes_back_to_the_letter():
    found = opened_answer(sealed_answer())
    given = response()
    assert replace(found.response, attachments=()) == given
    assert [one.name for one in found.response.attachments] == ["ground.png", "note.txt"]
    assert found.attached == {sha256_of(content): content for content in ATTACHED.values()}
    assert found.facts.content_sha256 == told().facts.content_sha256
    check_answers(found, release(), partner(), "sonora")


def test_a_drill_is_answered_as_one():
    exercise = replace(told(), facts=replace(told().facts, is_exercise=True))
    sealed = sealed_answer(response(is_exercise=True), told=exercise)
    found = opened_answer(sealed)
    assert found.response.is_exercise
    check_answers(found, release(is_exercise=True), partner(), "sonora")
    with pytest.raises(ReleaseError, match="is an exercise, the release is real"):
        check_answers(found, release(), partner(), "sonora")
    with pytest.raises(ReleaseError, match="as a drill if it is one"):
        sealed_answer(response(), told=exercise)


@pytest.mark.parametrize("other", [{"release_id": "R-2"}, {"partner_id": "other"}])
def test_only_what_was_told_can_be_answered(other):
    with pytest.raises(ReleaseError, match="answer that"):
        sealed_answer(response(**other), told=told())


def test_an_answer_by_another_partner_is_refused():
    """Who has another partner's package and keys still can't speak for it."""
    other = sealed_answer(key=key("other partner"))
    with pytest.raises(PackageError, match="went to fgr-son, which has another key"):
        check_answers(opened_answer(other), release(), partner(), "sonora")
    as_other = partner(id="pgj-sin", signing_key=key("other partner").public.signing_key)
    with pytest.raises(PackageError, match="as partner 'fgr-son'"):
        check_answers(opened_answer(other), release(partner_id="pgj-sin"), as_other, "sonora")


def test_an_answer_by_a_stranger_is_refused():
    with pytest.raises(PackageError, match="none of the senders you trust"):
        opened_answer(sealed_answer(key=key("stranger")))


@pytest.mark.parametrize(
    ("other", "error", "said"),
    [
        ({"content_sha256": "ef" * 32}, PackageError, "another content than was sent"),
        ({"is_exercise": True}, ReleaseError, "the answer is real, the release is an exercise"),
        ({"state": ReleaseState.DRAFT, "sent_utc": None}, ReleaseError, "was told nobody"),
        ({"state": ReleaseState.APPROVED, "sent_utc": None}, ReleaseError, "was told nobody"),
        ({"state": ReleaseState.RECALLED}, ReleaseError, "it was recalled"),
        ({"state": ReleaseState.SUPERSEDED}, ReleaseError, "it was superseded"),
        ({"sent_utc": ANSWERED + timedelta(minutes=11)}, PackageError, "before that release was"),
        (
            {"notice": Notice.CANCEL, "earlier_ids": ("R-2026-0000",)},
            ReleaseError,
            "to a recall; received or disputed",
        ),
    ],
)
def test_an_answer_to_what_it_can_not_answer_is_refused(other, error, said):
    with pytest.raises(error, match=said):
        check_answers(opened_answer(sealed_answer()), release(**other), partner(), "sonora")


def test_an_answer_for_another_office_is_refused():
    with pytest.raises(PackageError, match="it is for 'sonora', and 'jalisco' sent"):
        check_answers(opened_answer(sealed_answer()), release(), partner(), "jalisco")


def test_a_recall_can_be_acknowledged():
    recall = release(notice=Notice.CANCEL, earlier_ids=("R-2026-0000",))
    sealed = sealed_answer(response(answer=Answer.RECEIVED, seized=()))
    check_answers(opened_answer(sealed), recall, partner(), "sonora")


def test_a_key_that_expired_yesterday_does_not_sign():
    expired = SecretKey.make("partner", FROM, ANSWERED - timedelta(days=1))
    with pytest.raises(KeyringError, match="not now"):
        sealed_answer(key=expired)


def test_what_an_expired_key_signed_is_refused():
    """Its program may have been bent to sign nevertheless: the record we have counts."""
    owner = key("partner")
    short = replace(owner.public, valid_until_utc=ANSWERED - timedelta(days=1))
    assert short.id == owner.public.id
    with pytest.raises(KeyringError, match="have it signed again by a valid key"):
        opened_answer(sealed_answer(), senders=[short])


def test_what_a_revoked_key_signed_is_refused():
    public = key("partner").public
    with pytest.raises(KeyringError, match="after it was revoked"):
        opened_answer(sealed_answer(), senders=[public.revoked(SIGNED, Why.RETIRED)])
    stolen = public.revoked(READ - timedelta(hours=1), Why.COMPROMISED)
    with pytest.raises(KeyringError, match="can write any time of signing"):
        opened_answer(sealed_answer(), senders=[stolen])


def test_an_answer_from_the_future_is_refused():
    with pytest.raises(KeyringError, match="a clock is wrong"):
        opened_answer(sealed_answer(), now_utc=ANSWERED - timedelta(hours=1))


def test_a_release_is_no_answer():
    sealed = package()
    with pytest.raises(PackageError, match="it is a release, where an answer is needed"):
        opened_answer(sealed, identity=key("partner").identity, senders=[SENDER.public])


def signed_by_partner(*files, **other):
    """Return a package that the partner signed, by a program of its own."""
    told_facts = facts(kind=Kind.RESPONSE, recipient="sonora", signed_utc=ANSWERED, **other)
    return write_package(files, told_facts, key("partner"), SENDER.public.age_recipient)


def response_file(**change):
    members = unpack(SENDER.identity.open(sealed_answer()))
    content = json.loads(members[RESPONSE])
    for name, value in change.items():
        if value is None:
            del content[name]
        else:
            content[name] = value
    return PackageFile(RESPONSE, "application/json", "The answer.", rfc8785.dumps(content))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answer": "yes"}, "'yes' is no answer"),
        ({"answer": None}, "answer: Field required"),
        ({"more": 1}, "more: Extra inputs"),
        ({"format": "cathartes-response/2"}, "format"),
        ({"visited_on": "9 May"}, "is no day"),
        ({"visited_on": "20260509"}, "not written as"),
        ({"visited_on": "2027-05-09"}, "after it was answered"),
        ({"seized": [{"what": "x", "unit": "l", "amount": -1}]}, "an amount from 0 to"),
        ({"seized": [{"what": "x", "unit": "l", "amount": "1"}]}, "amount"),
        ({"seized": [{"what": "", "unit": "l", "amount": 1}]}, "1 to 200"),
        ({"answer": "accepted"}, "with quantities seized"),
        ({"answer": "disputed", "seized": []}, "a dispute needs its reason"),
        ({"reason": "why not"}, "no other answer has one"),
        ({"note": "x" * 4001}, "4000 printable"),
        ({"note": "\x1b[2J"}, "4000 printable"),
        ({"id": ""}, "id ''"),
        ({"id": "../x"}, "id '../x'"),
        ({"partner_id": ""}, "partner_id ''"),
    ],
)
def test_an_answer_that_can_not_be_is_refused_even_if_signed(change, said):
    with pytest.raises(CathartesError, match=said) as caught:
        opened_answer(signed_by_partner(response_file(**change)))
    assert isinstance(caught.value, PackageError | ReleaseError)


def attached(name, content, media_type="application/pdf"):
    return PackageFile(f"attachments/{name}", media_type, "Attached.", content)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([attached("x.pdf", b"%PDF-1.7 << /S /JavaScript >>")], "something that acts"),
        ([attached("x.zip", b"PK\x03\x04", "application/zip")], "no others"),
        ([attached("x.png", b"MZ", "image/png")], "not what its name says"),
        ([attached("x.pdf", b"%PDF-1.7", "text/html")], "told to be 'text/html'"),
        ([PackageFile("run.txt", "text/plain", "More.", b"x")], "'run.txt' is in the answer"),
        ([attached("deeper/x.txt", b"x", "text/plain")], "a plain file name"),
        ([attached(f"{n}.txt", b"x", "text/plain") for n in range(21)], "up to 20 attachments"),
    ],
)
def test_what_may_not_come_with_an_answer_is_refused(files, said):
    with pytest.raises((PackageError, ReleaseError), match=said):
        opened_answer(signed_by_partner(response_file(), *files))


def test_attachments_are_limited_together(monkeypatch):
    sealed = sealed_answer()
    monkeypatch.setattr("cathartes.sealing.response_package.MOST_TOGETHER_BYTES", 100)
    with pytest.raises(PackageError, match="at most 100 are taken together"):
        opened_answer(sealed)
    with pytest.raises(PackageError, match="at most 100 are taken together"):
        sealed_answer()


def test_the_same_file_twice_is_kept_once():
    found = opened_answer(sealed_answer(attached={"a.txt": b"same", "b.txt": b"same"}))
    assert len(found.response.attachments) == 2
    assert len(found.attached) == 1


def test_an_answer_without_a_response_is_refused():
    with pytest.raises(PackageError, match="is not in the answer"):
        opened_answer(signed_by_partner(attached("x.pdf", b"%PDF-1.7")))


def test_an_answer_cut_short_is_refused():
    sealed = sealed_answer()
    for n_bytes in (0, 10, 200, len(sealed) // 2, len(sealed) - 1):
        with pytest.raises(PackageError):
            opened_answer(sealed[:n_bytes])


def test_files_swapped_between_answers_are_refused():
    one = unpack(SENDER.identity.open(sealed_answer()))
    other = unpack(SENDER.identity.open(sealed_answer(response(release_id="R-2026-0002"))))
    for name in (RESPONSE, "statement.dsse.json", "manifest.json"):
        if one[name] == other[name]:
            continue
        swapped = seal(pack(one | {name: other[name]}), SENDER.public.age_recipient)
        with pytest.raises(PackageError, match=r"changed after it was signed|was added|is missing"):
            opened_answer(swapped)


def test_an_answer_handed_on_to_another_office_is_refused():
    inner = SENDER.identity.open(sealed_answer())
    handed_on = seal(inner, key("other").public.age_recipient)
    with pytest.raises(PackageError, match="somebody passed it on to you"):
        opened_answer(handed_on, identity=key("other").identity)
