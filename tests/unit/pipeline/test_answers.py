"""Answers of partners as files: taken in whole, or refused with everything left as it was."""

import io
import json
import shutil
import sys
import tarfile
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
from argon2 import PasswordHasher

from cathartes.casework.public_key import Why
from cathartes.casework.release import ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer, Response, Seized
from cathartes.errors import (
    AccessError,
    InputError,
    KeyringError,
    OutputError,
    PackageError,
    ReleaseError,
    SettingsError,
)
from cathartes.pipeline.answers import (
    REFUSED,
    answers_list,
    answers_read,
    opener_of,
    take_answer,
)
from cathartes.pipeline.purge import purge
from cathartes.pipeline.respond import respond, told_release
from cathartes.pipeline.sign_in import Who
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.response_package import write_response
from cathartes.sealing.secret_key import seal
from cathartes.sealing.statement import Kind, sha256_of
from cathartes.store.open import open_casebook
from cathartes.store.refused import LISTED

sys.path.insert(0, str(Path(__file__).parents[2]))
import made_up_office as office
from two_offices import GOOD, NOW, Offices

HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(99)


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offices")
    Offices(folder).open()
    return folder


@pytest.fixture
def offices(tmp_path, opened_once):
    return Offices(shutil.copytree(opened_once, tmp_path / "offices"))


def test_an_answer_comes_back_with_all_that_was_said(offices):
    package = offices.send()
    photo = offices.folder / "Foto del almacén (1).png"
    photo.write_bytes(PNG)
    file = offices.answer(
        package,
        note="Ya no está.",
        visited_on=date(2026, 5, 9),
        seized=["acetone=120 l", "barrels = 3 pieces"],
        attach=[photo],
    )
    kept = offices.read(file)
    told = kept.response
    assert (told.release_id, told.partner_id, told.answer) == ("R-1", "office", Answer.CONFIRMED)
    assert (told.note, told.visited_on) == ("Ya no está.", date(2026, 5, 9))
    assert told.seized == (Seized("acetone", 120.0, "l"), Seized("barrels", 3.0, "pieces"))
    assert [one.name for one in told.attachments] == ["Foto-del-almacen-1-.png"]
    assert (kept.received_by, kept.signing_key) == ("ana", offices.public("office").signing_key)
    release, responses = offices.state()
    assert release.state is ReleaseState.ACKNOWLEDGED
    assert responses == (kept,)
    with open_casebook(offices.casebook) as opened:
        assert opened.evidence.read(kept.package_sha256) == file.read_bytes()
        assert opened.evidence.read(sha256_of(PNG)) == PNG
        assert {kept.package_sha256, sha256_of(PNG)} <= opened.casebook.evidence_sha256()
    assert offices.audit("response.add")[-1].detail["package"] == kept.package_sha256


def test_a_purge_between_evidence_and_record_takes_no_answer(offices, monkeypatch):
    file = offices.answer(offices.send())
    with open_casebook(offices.casebook) as opened:
        book = type(opened.casebook)
    add = book.add_response

    def purged_first(*told, keep, **named):
        def purged_and_kept():
            with open_casebook(offices.casebook) as opened:
                assert opened.evidence.all_sha256() == frozenset()
            keep()

        assert purge(offices.casebook).n_orphaned == 0
        return add(*told, **named, keep=purged_and_kept)

    with monkeypatch.context() as patch:
        patch.setattr(book, "add_response", purged_first)
        kept = offices.read(file)
    with open_casebook(offices.casebook) as opened:
        assert opened.evidence.read(kept.package_sha256) == file.read_bytes()


def test_who_hands_in_bad_files_again_and_again_does_not_fill_the_audit(offices):
    file = offices.answer(offices.send())
    file.write_bytes(b"none")
    for _ in range(LISTED + 5):
        with pytest.raises(PackageError):
            offices.read(file)
    entries = offices.audit(REFUSED)
    assert len(entries) == LISTED + 1
    assert ["more" in one.detail for one in entries] == [False] * LISTED + [True]


def test_answers_follow_one_another(offices):
    package = offices.send()
    for answer in ("received", "inspected", "confirmed", "dismantled", "closed"):
        offices.read(offices.answer(package, answer))
    _, responses = offices.state()
    assert [one.response.answer.value for one in responses][-1] == "closed"
    offices.check_refused(offices.answer(package, "confirmed"), ReleaseError, "can't follow")


def test_a_package_cut_short_is_refused(offices):
    file = offices.answer(offices.send())
    content = file.read_bytes()
    for n_bytes in (0, 21, 500, len(content) - 1):
        file.write_bytes(content[:n_bytes])
        offices.check_refused(file, PackageError, "no package|can't be opened")


def test_files_swapped_between_packages_are_refused(offices):
    package = offices.send()
    identity = offices.secret("survey").identity
    one, other = (
        unpack(identity.open(offices.answer(package, answer).read_bytes()))
        for answer in ("confirmed", "accepted")
    )
    swapped = offices.folder / "swapped.cathartes"
    for name in ("response.json", "statement.dsse.json", "manifest.json"):
        inner = pack(one | {name: other[name]})
        swapped.write_bytes(seal(inner, identity.recipient))
        offices.check_refused(swapped, PackageError, "was changed after it was signed")


def test_a_replayed_answer_is_refused(offices):
    file = offices.answer(offices.send())
    offices.read(file)
    offices.check_refused(file, ReleaseError, "replay")


def test_a_replayed_receipt_is_refused_even_if_signed_again(offices):
    """Sealed anew it has another hash; its id is the same."""
    package = offices.send()
    file = offices.answer(package, "received")
    offices.read(file)
    identity = offices.secret("survey").identity
    file.write_bytes(seal(identity.open(file.read_bytes()), identity.recipient))
    offices.check_refused(file, ReleaseError, "replay")


def test_an_answer_signed_by_another_partner_is_refused(offices):
    """It got hold of the release, and has our trust for its own."""
    package = offices.send()
    identity = offices.secret("office").identity
    content = identity.open(package.read_bytes())
    handed_on = offices.folder / "handed-on.cathartes"
    handed_on.write_bytes(seal(content, offices.public("other").age_recipient))
    with pytest.raises(PackageError, match="somebody passed it on to you"):
        offices.answer(handed_on, by="other")
    told = told_release(package, GOOD, keys=offices.keys["office"])
    given = Response("A-1", "R-1", "office", Answer.CONFIRMED, NOW)
    forged = offices.folder / "forged.cathartes"
    forged.write_bytes(
        write_response(given, {}, told.opened, told.content.sender.id, offices.secret("other"))
    )
    offices.check_refused(forged, PackageError, "The other signed it .*went to office")


def test_an_answer_to_a_recalled_release_is_refused(offices):
    package = offices.send()
    file = offices.answer(package)
    recall = offices.send("R-2", notice=Notice.CANCEL, earlier=("R-1",))
    offices.check_refused(file, ReleaseError, "it was recalled")
    with pytest.raises(ReleaseError, match="received or disputed"):
        offices.answer(recall, "confirmed")
    assert offices.read(offices.answer(recall, "received")).response.release_id == "R-2"


def test_an_answer_to_a_superseded_release_is_refused(offices):
    file = offices.answer(offices.send())
    offices.send("R-2", notice=Notice.UPDATE, earlier=("R-1",))
    offices.check_refused(file, ReleaseError, "it was superseded")


def test_a_key_that_expired_yesterday_is_refused_on_both_sides(offices):
    package = offices.send()
    file = offices.answer(package)
    ring = offices.rings["survey"]
    record = ring.find(offices.public("office").id)
    path = offices.keys["survey"] / "senders" / f"{record.id}.json"
    told = json.loads(path.read_bytes())
    told["valid_until"] = (NOW - timedelta(days=1)).isoformat()
    path.write_bytes(rfc8785.dumps(told))
    offices.check_refused(file, KeyringError, "have it signed again by a valid key")
    own = offices.keys["office"] / "own" / record.id / "public.json"
    own.write_bytes(rfc8785.dumps(told))
    with pytest.raises(KeyringError, match="no key of yours that is valid now"):
        offices.answer(package)


def test_a_revoked_key_is_refused(offices):
    file = offices.answer(offices.send())
    ring = offices.rings["survey"]
    ring.revoke(ring.find(offices.public("office").id), Why.COMPROMISED, NOW - timedelta(hours=1))
    offices.check_refused(file, KeyringError, "after it was revoked")


def test_an_old_key_is_refused_once_the_record_has_another(offices):
    package = offices.send()
    file = offices.answer(package)
    offices.rings["office"].rotate(GOOD, datetime.now(UTC))
    offices.trust("survey", "office")
    new = offices.public("office")
    with open_casebook(offices.casebook) as opened:
        there = opened.casebook.partner("office")
        keys = {"age_recipient": new.age_recipient, "signing_key": new.signing_key}
        opened.casebook.change_partner(replace(there, **keys), "ada", office.NOW)
    offices.check_refused(file, PackageError, "none of the senders you trust")
    assert offices.read(offices.answer(package)).signing_key == new.signing_key


def inner_archive(write) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return target.getvalue()


def climbing_tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        about = tarfile.TarInfo("../../x")
        about.size = 1 << 20
        archive.addfile(about, io.BytesIO(bytes(1 << 20)))
    return target.getvalue()


BAD_ARCHIVES = {
    "bomb": (inner_archive(lambda zip_: zip_.writestr("x", bytes(50_000_000))), "compresses"),
    "climbs out": (inner_archive(lambda zip_: zip_.writestr("../../x", b"")), "compresses"),
    "tar bomb": (climbing_tar(), "file name|is not in the package|holds something beside"),
}


@pytest.mark.parametrize("name", BAD_ARCHIVES)
def test_bombs_and_paths_that_climb_out_are_refused(offices, name):
    offices.send()
    content, said = BAD_ARCHIVES[name]
    file = offices.folder / "bad.cathartes"
    file.write_bytes(seal(content, offices.public("survey").age_recipient))
    offices.check_refused(file, PackageError, said)
    file.write_bytes(content)  # and without a seal
    offices.check_refused(file, PackageError, "this is no package")


def test_a_path_that_climbs_out_is_refused_even_if_stored(offices):
    offices.send()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        about = zipfile.ZipInfo("../../x", (1980, 1, 1, 0, 0, 0))
        about.create_system, about.external_attr = 3, 0o100644 << 16
        archive.writestr(about, b"x")
    file = offices.folder / "bad.cathartes"
    file.write_bytes(seal(target.getvalue(), offices.public("survey").age_recipient))
    offices.check_refused(file, PackageError, r"file name '\.\./\.\./x'")


ANSWER = PackageFile(
    "response.json",
    "application/json",
    "It.",
    rfc8785.dumps(
        {
            "answer": "confirmed",
            "format": "cathartes-response/1",
            "id": "A-1",
            "note": "",
            "partner_id": "office",
            "reason": "",
            "seized": [],
            "visited_on": None,
        }
    ),
)
SCRIPT = b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj\n"


def test_a_pdf_with_a_script_is_refused_on_both_sides(offices):
    package = offices.send()
    path = offices.folder / "report.pdf"
    path.write_bytes(SCRIPT)
    with pytest.raises(PackageError, match="something that acts"):
        offices.answer(package, attach=[path])
    script = PackageFile("attachments/report.pdf", "application/pdf", "It.", SCRIPT)
    good = PackageFile("attachments/a.txt", "text/plain", "It.", b"x")
    offices.check_refused(
        offices.signed_anyhow(package, ANSWER, script), PackageError, "something that acts"
    )
    assert offices.read(offices.signed_anyhow(package, ANSWER, good)).response.id == "A-1"


@pytest.mark.parametrize(
    ("other", "error", "said"),
    [
        ({"content_sha256": "ab" * 32}, PackageError, "another content than was sent"),
        ({"is_exercise": True}, ReleaseError, "is an exercise, the release is real"),
        ({"recipient": "jalisco"}, PackageError, "it is for 'jalisco'"),
        ({"release_id": "R-9"}, ReleaseError, "R-9"),
        ({"kind": Kind.RELEASE}, PackageError, "where an answer is needed"),
        ({"signed_utc": NOW - timedelta(days=12)}, KeyringError, "valid from"),
    ],
)
def test_an_answer_about_something_else_is_refused(offices, other, error, said):
    package = offices.send()
    if "signed_utc" in other:
        with pytest.raises(KeyringError, match="not now"):
            offices.signed_anyhow(package, ANSWER, **other)
        return
    offices.check_refused(offices.signed_anyhow(package, ANSWER, **other), error, said)


def test_a_drill_is_answered_as_a_drill(offices):
    kept = offices.read(offices.answer(offices.send(is_exercise=True)))
    assert kept.response.is_exercise
    with open_casebook(offices.casebook) as opened:
        assert opened.casebook.answers_of_site("a") == ()


def test_who_may_not_take_answers_in_does_not(offices):
    file = offices.answer(offices.send())
    before = offices.state()
    for actor in ("aud", "ada", "pia", "cora"):
        with pytest.raises(AccessError):
            offices.read(file, actor)
    assert offices.state() == before


def test_an_answer_can_not_be_read_by_other_keys(offices):
    file = offices.answer(offices.send())
    with open_casebook(offices.casebook) as opened:
        opener = opener_of(offices.keys["other"], GOOD)
        with pytest.raises((PackageError, KeyringError)):
            take_answer(opened, file, opener, "ana", datetime.now(UTC))
    with pytest.raises(KeyringError, match="another passphrase"):
        opener_of(offices.keys["survey"], "another passphrase")
    with pytest.raises(KeyringError, match="no key of yours"):
        opener_of(offices.folder / "nowhere", GOOD)


def test_a_file_that_is_not_there_is_no_refusal(offices):
    offices.send()
    with pytest.raises(InputError, match="can't be read"):
        offices.read(offices.folder / "nothing")
    assert offices.audit(REFUSED) == []


def test_by_the_account_and_its_password(offices):
    with open_casebook(offices.casebook) as opened:
        for one in ("ana", "aud"):
            opened.casebook.set_password(one, HASHED, "ada", office.NOW)
    file = offices.answer(offices.send())
    told = {"passphrase": GOOD, "keys": offices.keys["survey"]}
    with pytest.raises(AccessError, match="was not signed in"):
        answers_read(offices.casebook, file, Who("ana", "wrong"), **told)
    with pytest.raises(AccessError, match="take in an answer"):
        answers_read(offices.casebook, file, Who("aud", GOOD), **told)
    kept = answers_read(offices.casebook, file, Who("ana", GOOD), **told)
    auditor = Who("aud", GOOD)
    assert answers_list(offices.casebook, auditor) == (kept,)
    assert answers_list(offices.casebook, auditor, release_ids=["R-1"]) == (kept,)
    with pytest.raises(ReleaseError, match="R-7"):
        answers_list(offices.casebook, auditor, release_ids=["R-7"])


def test_a_partner_answers_nothing_doubtful(offices):
    package = offices.send()
    content = package.read_bytes()
    package.write_bytes(content[:-1])
    with pytest.raises(PackageError):
        offices.answer(package)
    package.write_bytes(content)
    target = offices.answer(package)
    with pytest.raises(OutputError, match="is there already"):
        respond(package, "closed", target, passphrase=GOOD, keys=offices.keys["office"])
    with pytest.raises(PackageError, match="it is an answer itself"):
        respond(
            target, "closed", offices.folder / "x", passphrase=GOOD, keys=offices.keys["survey"]
        )
    assert not list(offices.folder.glob(".part*"))


@pytest.mark.parametrize(
    ("told", "error", "said"),
    [
        ({"answer": "yes"}, SettingsError, "choose one"),
        ({"seized": ["much"]}, SettingsError, "'acetone=120 l'"),
        ({"seized": ["acetone=1,5 l"]}, SettingsError, "with a point"),
        ({"answer": "disputed"}, ReleaseError, "a dispute needs its reason"),
        ({"answer": "received", "seized": ["acetone=1 l"]}, ReleaseError, "confirm it first"),
        ({"attach": ["nothing.png"]}, InputError, "can't be read"),
    ],
)
def test_what_can_not_be_answered_is_refused(offices, told, error, said):
    before = set(offices.folder.iterdir())
    package = offices.send()
    with pytest.raises(error, match=said):
        offices.answer(package, **told)
    assert set(offices.folder.iterdir()) == before | {package}
