"""Nothing that surrounds a finding in a real casebook is in any byte of what a partner opens.

Rationale: `unit/products/test_release_canaries.py` searches what is made of a made-up material.
Here the material is gathered from a casebook full of secrets, with evidence files that have their
own, and the package is sealed, and opened as its partner does.
"""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyrage
import pytest
import shapely

import releasable_casebook as made
from cathartes.casework.partner import Field
from cathartes.casework.release import Step
from cathartes.casework.release_material import Notice
from cathartes.casework.tlp import Tlp
from cathartes.pipeline.release_draft import (
    Wording,
    draft_release,
    recall_release,
    sender_named,
    update_release,
)
from cathartes.products.release.files import package_files
from cathartes.sealing.package import write_package
from cathartes.sealing.statement import Kind, PackageFacts
from cathartes.store.interface_releases import Sealed
from cathartes.store.open import open_casebook
from made_up_packages import SIGNED, key
from made_up_release import (
    LATITUDE_DEG,
    LONGITUDE_DEG,
    OTHER_CHEMICAL,
    SECRETS,
    SEEN_UTC,
    detection,
    partner,
)
from needles import exact_numbers, found, of_this_machine, written
from releasable_casebook import APPROVER, DRAFTER, KEEPER, MORE_SECRETS, SITE
from unpacked import pieces

NOW = datetime(2031, 5, 4, 17, 2, 40, 987654, tzinfo=UTC)
SENDER = sender_named("Vuelo Químico")
IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.fill(tmp_path_factory.mktemp("canary") / "casebook")


@pytest.fixture
def opened(folder, tmp_path):
    """Return a copy of that casebook, open."""
    with open_casebook(shutil.copytree(folder, tmp_path / "casebook")) as opened:
        yield opened


def told(opened, *fields, cell_m=100):
    """Return a draft to a partner who may have these fields."""
    to = partner(*fields, cell_m=cell_m)
    opened.casebook.add_partner(to, KEEPER, NOW)
    words = Wording(Tlp.AMBER, "Please look before the end of the month.")
    return draft_release(opened, SITE, to.id, words, SENDER, DRAFTER, NOW)


def sealed_and_opened(opened, release) -> tuple[tuple[str, bytes], ...]:
    """Return all pieces of a release's package, as its partner opens it."""
    content = opened.casebook.release_content(release.id)
    kind = Kind.RECALL if release.notice is Notice.CANCEL else Kind.RELEASE
    facts = PackageFacts(
        kind, release.id, release.partner_id, release.tlp, content.sha256, SIGNED,
        audit_head="17:" + "cd" * 32,
    )  # fmt: skip
    recipient = str(IDENTITY.to_public())
    sealed = write_package(package_files(content), facts, key("sender"), recipient)
    return tuple(pieces(pyrage.decrypt(sealed, [IDENTITY])))


def send(opened, release) -> None:
    """Take a release all the way, as persons do, but for its delivery."""
    book, seen = opened.casebook, {"seen_sha256": release.content_sha256}
    book.take_step(release.id, Step.SUBMIT, DRAFTER, NOW, **seen)
    book.take_step(release.id, Step.APPROVE, APPROVER, NOW, **seen)
    sealed = Sealed(release.content_sha256, "1f3a", NOW + timedelta(days=14))
    book.take_step(release.id, Step.SEND, APPROVER, NOW, sealed=sealed, **seen)


def surroundings(decimals: int = 5) -> list[bytes]:
    """Return what must not go out, to whomever."""
    corners = [(LONGITUDE_DEG, LATITUDE_DEG)]
    for number in (0, 1):
        corners += [(x, y) for x, y in shapely.get_coordinates(detection(number).outline).tolist()]
    secrets = [one for text in (*SECRETS, *MORE_SECRETS, OTHER_CHEMICAL) for one in written(text)]
    return [*secrets, *exact_numbers(corners, SEEN_UTC, decimals), *of_this_machine(), b"canary-"]


@pytest.mark.parametrize(
    ("fields", "cell_m"),
    [((), 10), (tuple(Field), 100), (tuple(Field), 1000)],
    ids=["nothing-10", "everything-100", "everything-1000"],
)
def test_no_secret_of_the_casebook_is_in_a_package(opened, fields, cell_m):
    release = told(opened, *fields, cell_m=cell_m)
    opened_pieces = sealed_and_opened(opened, release)
    assert found(surroundings(6 if cell_m == 10 else 5), opened_pieces) == []
    assert {where.split("/")[1] for where, _ in opened_pieces[1:]} >= {"report.pdf", "README.txt"}


def test_the_search_finds_what_the_evidence_holds(opened):
    """The secrets are where the material is gathered from: else nothing would be proved."""
    book = opened.casebook
    evidence = [
        (one.role, opened.evidence.read(one.sha256))
        for look in book.observations()
        for one in look.assets
    ]
    for secret in ("canary-tag", "canary-band", "canary-unit", "canary-host"):
        assert found(written(secret), evidence), secret
    told_of_it = repr((book.observations(), book.sorties(), book.users(), book.mandates()))
    reviews = repr([one for n in (0, 1) for one in book.reviews_of(f"canary-observation-{n}-1")])
    for secret in ("canary-name", "canary-manifest", "canary-platform", "CANARY-SN-4471"):
        assert secret in told_of_it, secret
    assert "canary note" in reviews
    assert found([b"canarium"], sealed_and_opened(opened, told(opened, *Field)))


def test_an_update_and_a_recall_tell_no_more(opened):
    first = told(opened, *Field)
    send(opened, first)
    words = Wording(Tlp.AMBER, reason="A newer flight is at hand.")
    update = update_release(opened, first.id, words, SENDER, DRAFTER, NOW)
    assert found(surroundings(), sealed_and_opened(opened, update)) == []
    send(opened, update)
    recall = recall_release(opened, update.id, words, SENDER, DRAFTER, NOW)
    told_in_recall = sealed_and_opened(opened, recall)
    needles = [*surroundings(), b"canarium", b"13Q", b"mgrs", b"Granja"]
    assert found(needles, told_in_recall) == []
    assert found([update.id.encode()], told_in_recall)


def test_two_partners_can_not_compare_what_they_are_told(opened):
    """Of one site, no number that names something is in both contents."""
    release = told(opened, *Field)
    other = replace(partner(*Field), id="canary-other-partner")
    opened.casebook.add_partner(other, KEEPER, NOW)
    words = Wording(Tlp.AMBER)
    second = draft_release(opened, SITE, other.id, words, SENDER, DRAFTER, NOW)
    numbers = [
        set(re.findall(rb'"(?:[0-9a-f]{8,}|R-[^"]+)"', content.canonical_json))
        for content in map(opened.casebook.release_content, (release.id, second.id))
    ]
    assert all(len(one) >= 2 for one in numbers)  # reference and release
    assert not numbers[0] & numbers[1]
