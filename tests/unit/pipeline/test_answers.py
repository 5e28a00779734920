"""Answers of partners as files: taken in whole, or refused with everything left as it was.

One office has a casebook and keys, the other keys alone; between them go files.
"""

import io
import json
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
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer, Response, Seized
from cathartes.errors import (
    AccessError,
    CathartesError,
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
from cathartes.pipeline.respond import respond, told_release
from cathartes.pipeline.sign_in import Who
from cathartes.products.release.files import package_files
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import write_package
from cathartes.sealing.response_package import write_response
from cathartes.sealing.secret_key import seal
from cathartes.sealing.statement import Kind, PackageFacts, sha256_of
from cathartes.store.open import open_casebook

sys.path.insert(0, str(Path(__file__).parents[2]))
import made_up_office as office
from made_up_packages import locked_at_once

GOOD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
NOW = datetime.now(UTC).replace(microsecond=0)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(99)


@pytest.fixture(scope="module", autouse=True)
def at_once():
    with locked_at_once():
        yield


class Offices:
    """Who tells, and whom it tells: two folders of keys, and a casebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = {name: folder / name for name in ("survey", "office", "other")}
        self.rings = {name: Keyring(path) for name, path in self.keys.items()}
        for name, ring in self.rings.items():
            ring.create(f"The {name}", GOOD, NOW - timedelta(days=9))
        for name in ("office", "other"):
            self.trust("survey", name)
            self.trust(name, "survey")
        self.casebook = folder / "casebook"
        with open_casebook(self.casebook, create=True) as opened:
            book = opened.casebook
            office.open_office(book)
            for name in ("office", "other"):
                mine = self.public(name)
                keys = {"age_recipient": mine.age_recipient, "signing_key": mine.signing_key}
                if name == "office":
                    book.change_partner(office.partner(**keys), "ada", office.NOW)
                else:
                    book.add_partner(office.partner("other", **keys), "ada", office.NOW)

    def trust(self, who: str, whose: str) -> None:
        exported = signed_record(self.secret(whose))
        self.rings[who].import_sender(exported, self.public(whose).id, "file")

    def public(self, name: str):
        return self.rings[name].own()[0]

    def secret(self, name: str):
        return self.rings[name].unlock(self.public(name), GOOD)

    def send(self, release_id: str = "R-1", **told) -> Path:
        """Send a release to the office, and return its package as the partner has it."""
        with open_casebook(self.casebook) as opened:
            office.approve(opened.casebook, release_id, **told)
            release = opened.casebook.release(release_id)
            content = opened.casebook.release_content(release_id)
            facts = PackageFacts(
                Kind.RECALL if release.notice is Notice.CANCEL else Kind.RELEASE,
                release_id,
                release.partner_id,
                release.tlp,
                release.content_sha256,
                NOW - timedelta(hours=2),
                release.is_exercise,
            )
            recipient = self.public(release.partner_id).age_recipient
            sealed = write_package(
                package_files(content), facts, self.secret("survey"), recipient, content.language
            )
            of_it = office.sealed(package_sha256=sha256_of(sealed))
            office.step(opened.casebook, Step.SEND, "rita", release_id, sealed=of_it)
        target = self.folder / f"{release_id}.cathartes"
        target.write_bytes(sealed)
        return target

    def answer(self, package: Path, answer: str = "confirmed", *, by="office", **told) -> Path:
        target = self.folder / f"{answer}-{len(list(self.folder.iterdir()))}.cathartes"
        respond(package, answer, target, passphrase=GOOD, keys=self.keys[by], **told)
        return target

    def read(self, file: Path, actor: str = "ana"):
        with open_casebook(self.casebook) as opened:
            opener = opener_of(self.keys["survey"], GOOD)
            return take_answer(opened, file, opener, actor, datetime.now(UTC))

    def state(self, release_id: str = "R-1"):
        """Return all that an answer changes."""
        with open_casebook(self.casebook) as opened:
            book = opened.casebook
            return book.release(release_id), book.responses([release_id])[release_id]

    def audit(self, action: str):
        with open_casebook(self.casebook) as opened:
            return [one for one in opened.casebook.audit_entries() if one.action == action]

    def check_refused(self, file: Path, error: type[CathartesError], said: str) -> None:
        """Check that a file is refused, that this is on record, and that nothing else changed."""
        before, content = self.state(), file.read_bytes()
        with pytest.raises(error, match=said) as caught:
            self.read(file)
        assert self.state() == before
        assert file.read_bytes() == content
        entry = self.audit(REFUSED)[-1]
        assert (entry.actor, entry.subject) == ("ana", sha256_of(content))
        assert entry.detail == {"file_sha256": sha256_of(content), "why": str(caught.value)}

    def signed_anyhow(self, package: Path, *files: PackageFile, **other) -> Path:
        """Return what the partner's key signs by a program that checks nothing."""
        told = told_release(package, GOOD, keys=self.keys["office"])
        facts = replace(
            told.opened.facts,
            kind=Kind.RESPONSE,
            recipient=told.content.sender.id,
            signed_utc=NOW,
        )
        facts = replace(facts, **other)
        sealed = write_package(
            files, facts, self.secret("office"), told.opened.sender.age_recipient
        )
        target = self.folder / "anyhow.cathartes"
        target.write_bytes(sealed)
        return target


@pytest.fixture
def offices(tmp_path):
    return Offices(tmp_path)


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
