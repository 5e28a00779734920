"""Two offices for tests: one has a casebook and keys, the others keys alone; files go between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import made_up_office as office
from cathartes.casework.release import Step
from cathartes.casework.release_material import Notice
from cathartes.errors import CathartesError
from cathartes.pipeline.answers import REFUSED, opener_of, take_answer
from cathartes.pipeline.respond import respond, told_release
from cathartes.products.release.file_list import CONTENT
from cathartes.sealing.key_record import signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import write_package
from cathartes.sealing.statement import Kind, PackageFacts, sha256_of
from cathartes.store.open import open_casebook

GOOD = "correct horse battery"
NOW = datetime.now(UTC).replace(microsecond=0)


class Offices:
    """Who tells, and whom it tells: two folders of keys, and a casebook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = {name: folder / name for name in ("survey", "office", "other")}
        self.rings = {name: Keyring(path) for name, path in self.keys.items()}
        self.casebook = folder / "casebook"

    def open(self) -> None:
        """Make their keys, exchange them, and enter the partners."""
        for name, ring in self.rings.items():
            ring.create(f"The {name}", GOOD, NOW - timedelta(days=9))
        for name in ("office", "other"):
            self.trust("survey", name)
            self.trust(name, "survey")
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

    def send(self, release_id: str = "R-1", **changes) -> Path:
        """Send a release to the office, and return its package as the partner has it."""
        with open_casebook(self.casebook) as opened:
            office.approve(opened.casebook, release_id, **changes)
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
            told = PackageFile(CONTENT.name, "application/json", "It.", content.canonical_json)
            sealed = write_package((told,), facts, self.secret("survey"), recipient)
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
