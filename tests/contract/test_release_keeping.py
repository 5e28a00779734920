"""Releases stay as they were told, whoever has the database; what they rest on stays with them."""

import json
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

import made_up_casebook as made_up
import made_up_office as office
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer, Attachment
from cathartes.errors import CasebookError
from cathartes.pipeline.casebook_keeping import casebook_migrate
from cathartes.pipeline.purge import purge
from cathartes.sealing.statement import sha256_of
from cathartes.store.audit_check import check_audit
from cathartes.store.backup import restore_backup, write_backup
from cathartes.store.check import check_casebook
from cathartes.store.digest import digest
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import existing_database, open_casebook
from cathartes.store.release_keeping import evidence_named
from cathartes.store.schema import REVISIONS
from made_up_casebook import ME, NOW, record
from made_up_office import answer, approve, draft, kept, send, step
from older_casebooks import drop_releases, say_revision
from quick_casebooks import filled_once

LATE = NOW + timedelta(days=400)
OTHER_CONTENT = """
    UPDATE releases SET content_sha256 = (SELECT content_sha256 FROM releases WHERE id = 'R-1')
    WHERE id = 'D-2'
"""
OTHER_TIME = "UPDATE releases SET drafted_utc = '2026-01-01T00:00:00.000000Z' WHERE id = 'R-4'"


@pytest.fixture
def told(opened, tmp_path):
    """Return a casebook with releases in many states, its packages in the evidence."""
    tell(opened.casebook)
    path = tmp_path / "file"
    for content in EVIDENCE:
        path.write_bytes(content)
        opened.evidence.put(path)
    return opened


EVIDENCE = (*(b"package R-%d" % number for number in range(1, 5)), b"a photo", b"an answer")


@filled_once
def tell(book):
    """Tell a casebook of releases in many states."""
    office.open_office(book)
    sha256 = {content: sha256_of(content) for content in EVIDENCE}

    def send_one(one_id, **changes):
        approve(book, one_id, **changes)
        package = office.sealed(package_sha256=sha256[f"package {one_id}".encode()])
        step(book, Step.SEND, "rita", one_id, sealed=package)

    send_one("R-1")
    send_one("R-2", notice=Notice.UPDATE, earlier=("R-1",))
    send_one("R-3", notice=Notice.CANCEL, earlier=("R-2",))
    send_one("R-4")
    photo = Attachment("photo.jpg", "image/jpeg", sha256[b"a photo"], 7)
    one = kept(
        Answer.RECEIVED, "R-4", "Z-1", by="dora", file=sha256[b"an answer"], attachments=(photo,)
    )
    book.add_response(one, "dora", NOW)
    answer(book, Answer.CONFIRMED, "R-4", one_id="A-1")
    draft(book, "dora", "D-1", is_exercise=True)
    approve(book, "D-2", is_exercise=True)


def execute(opened, *statements):
    """Change a casebook behind its back, its guards in place."""
    with opened.casebook.database.change() as connection:
        for statement in statements:
            connection.execute(text(statement))


def force(opened, *statements):
    """Change it as one who knows how to take the guards away."""
    off = ["SET LOCAL session_replication_role = replica"]
    if opened.casebook.database.dialect == "sqlite":
        with opened.casebook.database.read() as connection:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            off = [f"DROP TRIGGER {name}" for name in connection.scalars(text(wanted))]
    execute(opened, *off, *statements)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "match"),
    [
        ("UPDATE release_contents SET content = '{}'", "what was drafted is never changed"),
        ("DELETE FROM release_contents", "what was drafted is never changed"),
        ("UPDATE responses SET answer = 'closed'", "an answer is never changed"),
        ("DELETE FROM responses", "an answer is never changed"),
        ("DELETE FROM releases WHERE id = 'D-1'", "a release stays on record"),
        ("DELETE FROM releases WHERE id = 'R-4'", "a release stays on record"),
        ("UPDATE releases SET decided_by = 'eve' WHERE id = 'R-4'", "told is never changed"),
        ("UPDATE releases SET partner_id = 'x' WHERE id = 'R-3'", "told is never changed"),
        ("UPDATE releases SET due_utc = NULL WHERE id = 'R-1'", "told is never changed"),
        ("UPDATE releases SET state = 'draft' WHERE id = 'R-3'", "told is never changed"),
        ("UPDATE releases SET state = 'sent' WHERE id = 'R-4'", "never changed|was approved"),
        ("UPDATE releases SET state = 'superseded' WHERE id = 'R-2'", "told is never changed"),
        ("UPDATE releases SET state = 'sent' WHERE id = 'D-1'", "just as it was approved"),
        ("UPDATE releases SET state = 'approved' WHERE id = 'D-1'", "just as it was approved"),
        ("UPDATE releases SET state = 'acknowledged' WHERE id = 'D-2'", "just as it was appro"),
        (OTHER_CONTENT, "just as it was approved"),
    ],
)
def test_the_database_refuses_what_can_not_be(told, statement, match):
    before = told.casebook.releases(ReleaseFilter()), told.casebook.responses(["R-4"])
    with pytest.raises(Exception, match=match):
        execute(told, statement)
    assert (told.casebook.releases(ReleaseFilter()), told.casebook.responses(["R-4"])) == before


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["release_contents", "releases", "responses"])
def test_nothing_is_replaced_by_an_insertion_or_truncated(told, table):
    with told.casebook.database.read() as connection:
        row = dict(connection.execute(text(f"SELECT * FROM {table}")).mappings().first())  # noqa: S608
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    is_sqlite = told.casebook.database.dialect == "sqlite"
    verb = "INSERT OR REPLACE" if is_sqlite else "INSERT"
    statement = text(f"{verb} INTO {table} ({names}) VALUES ({values})")
    refused = pytest.raises(Exception, match=r"never changed|stays on record|duplicate key")
    with refused, told.casebook.database.change() as connection:
        connection.execute(statement, row)
    if not is_sqlite:
        with pytest.raises(Exception, match=r"never changed|stays on record"):
            execute(told, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE partners SET name = 'x'"], "partner office is not what the audit recorded"),
        (["UPDATE releases SET tlp = 'RED' WHERE id = 'D-1'"], "release D-1 is not what the"),
        (["UPDATE releases SET site_id = 'b' WHERE id = 'R-4'"], "release R-4 is not what the"),
        (["UPDATE releases SET state = 'sent' WHERE id = 'R-1'"], "R-1 is sent; the audit's"),
        (["UPDATE responses SET note = 'x'"], "response office/A-1 is not what the audit"),
        (["DELETE FROM responses WHERE id = 'A-1'"], "response office/A-1 is in the audit, and"),
        (["UPDATE responses SET answer = 'closed' WHERE id = 'Z-1'"], "can't follow 'closed'"),
        (["UPDATE responses SET is_exercise = 1"], "one is an exercise, the other real"),
        (["UPDATE responses SET release_id = 'D-1'"], "which that partner never got"),
        (["UPDATE release_contents SET content = content || ' '"], "it has another hash"),
        (["UPDATE releases SET package_sha256 = '' WHERE id = 'R-4'"], "its package does not fit"),
        ([OTHER_TIME], "it was drafted 2026-01-01"),
        (["UPDATE releases SET earlier_ids = '[\"D-9\"]' WHERE id = 'R-3'"], "D-9 was not told to"),
    ],
)
def test_what_was_changed_with_the_guards_away_is_found(told, statements, fault):
    assert check_casebook(told).is_whole
    force(told, *statements)
    report = check_casebook(told)
    faults = (*report.audit_faults, *report.evidence_faults, *report.faults)
    assert any(fault in one for one in faults), faults


def test_a_sending_that_nobody_approved_is_found_though_the_chain_holds(told):
    """Who may write the database, and knows how entries are made, is still found out."""
    book = told.casebook
    release = book.release("D-1")
    forged = replace(
        release, state=ReleaseState.SENT, sent_by="rita", sent_utc=NOW, decided_by="rita",
        decided_utc=NOW, package_sha256="ab" * 32,
    )  # fmt: skip
    force(
        told,
        "UPDATE releases SET state = 'sent', sent_by = 'rita', decided_by = 'rita', "
        "package_sha256 = 'ab' WHERE id = 'D-1'",
    )
    for action in ("release.submit", "release.approve", "release.send"):
        detail = {"content": forged.content_sha256, "sha256": "00" * 32}
        book.note(action, "D-1", detail, "dora", NOW)
    faults = check_audit(book).content_faults
    assert any("sent what no other person had approved" in one for one in faults), faults


def test_releases_are_counted(told):
    assert check_casebook(told).n_releases == 6


def test_a_missing_package_attachment_or_answer_is_found(told):
    named = {
        *(one.package_sha256 for one in told.casebook.releases(ReleaseFilter()) if one.is_told),
        *(one.package_sha256 for one in told.casebook.responses(["R-4"])["R-4"] if one.signing_key),
        told.casebook.responses(["R-4"])["R-4"][0].response.attachments[0].sha256,
    }
    assert len(named) == 6
    assert named <= told.casebook.evidence_sha256()
    for sha256 in named:
        told.evidence.remove(sha256)
    assert len(check_casebook(told).evidence_faults) == 6


def test_a_backup_has_releases_and_their_packages(told, new_place, tmp_path):
    archive = tmp_path / "backup.zip"
    write_backup(told, archive)
    where, evidence = new_place()
    restore_backup(archive, where, evidence, ME, NOW)
    book = told.casebook
    with open_casebook(where) as restored:
        again = restored.casebook
        assert again.partners() == book.partners()
        assert list(again.all_releases()) == list(book.all_releases())
        for one in book.all_releases():
            assert again.release_content(one.id) == book.release_content(one.id)
        assert again.responses(["R-4"]) == book.responses(["R-4"])
        assert [one.response.id for one in again.responses(["R-4"])["R-4"]] == ["Z-1", "A-1"]
        assert check_casebook(restored).is_whole
        with pytest.raises(Exception, match="told is never changed"):
            execute(restored, "UPDATE releases SET why = 'x' WHERE id = 'R-4'")
        write_backup(restored, tmp_path / "again.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(tmp_path / "again.zip") as new:
        for name in ("releases", "release_contents", "release_evidence", "responses", "partners"):
            member = f"tables/{name}.jsonl"
            assert old.read(member) == new.read(member)
        assert json.loads(old.read("manifest.json"))["n_evidence"] == 6


def test_an_older_casebook_with_data_is_migrated(told, place):
    book = told.casebook
    before = digest(book)
    told.close()
    with closing(existing_database(place)) as older, older.change() as connection:
        drop_releases(connection)
        say_revision(connection, "0004")
    with pytest.raises(CasebookError, match=r"at revision 0004.*casebook migrate"):
        open_casebook(place)
    assert casebook_migrate(place) == ("0004", REVISIONS[-1])
    with closing(existing_database(place)) as now, now.read() as connection:
        assert {"partners", "releases", "responses"} <= set(inspect(connection).get_table_names())
    with open_casebook(place) as migrated:
        assert digest(migrated.casebook) == before
        assert list(migrated.casebook.all_releases()) == []
        migrated.casebook.add_partner(office.partner(), "ada", NOW)
        send(migrated.casebook, "N-1")
        with pytest.raises(Exception, match="a release stays on record"):
            execute(migrated, "DELETE FROM releases")


# --- what is kept ---


@pytest.fixture
def book(casebook):
    """Return a casebook with a staff and a confirmed site."""
    office.open_office(casebook)
    return casebook


def recall(book):
    send(book, "R-9", notice=Notice.CANCEL, earlier=("R-1",))


@pytest.mark.parametrize(
    ("take", "holds"),
    [
        (draft, False),
        (lambda book: (draft(book), step(book, Step.SUBMIT, "dora")), True),
        (approve, True),
        (send, True),
        (lambda book: (send(book), answer(book, Answer.ACCEPTED)), True),
        (lambda book: (approve(book), step(book, Step.REFUSE, "rita", why="x")), False),
        (lambda book: (approve(book), step(book, Step.DROP, "dora", why="x")), False),
        (lambda book: (send(book), recall(book)), False),
        (lambda book: send(book, is_exercise=True), True),
    ],
)
def test_what_an_open_release_rests_on_is_never_removed(book, take, holds):
    take(book)
    assert book.held_observations() == ({"o1"} if holds else frozenset())
    if holds:
        with pytest.raises(CasebookError, match="observation o1 stays: a release"):
            book.remove_observations(["o1"], "old", ME, NOW)
        assert book.observation("o1")
    else:
        assert book.remove_observations(["o1"], "old", ME, NOW).observation_ids == ("o1",)


def test_a_purge_leaves_it_and_takes_it_after_the_recall(opened, place, tmp_path):
    book = opened.casebook
    office.open_office(book)
    record(book, "o2", assets=())
    send(book)
    told = purge(place, now_utc=LATE, actor="test")
    assert [(one.observation.id, one.held) for one in told.expired] == [("o1", True), ("o2", False)]
    assert [one.id for one in book.observations()] == ["o1"]
    recall(book)
    told = purge(place, now_utc=LATE, actor="test")
    assert [(one.observation.id, one.held) for one in told.expired] == [("o1", False)]
    assert book.observations() == ()
    assert book.release_content("R-1") == office.content()


def test_a_purge_leaves_packages_and_answers(told, place):
    before = told.evidence.all_sha256()
    assert purge(place, now_utc=NOW, actor="test").n_orphaned == 0
    assert told.evidence.all_sha256() == before
    assert check_casebook(told).is_whole


def test_evidence_under_an_open_release_outlives_its_observation(opened, place, tmp_path):
    book = opened.casebook
    office.open_office(book)
    path = tmp_path / "raster"
    path.write_bytes(b"a raster")
    asset = replace(made_up.observation().assets[0], sha256=opened.evidence.put(path), size_bytes=8)
    record(book, "o3", [made_up.detection("o3")], name="line-3", assets=(asset,))
    book.put_sites([made_up.site("c", ["o3-1.1"])], [], ME, NOW)
    for who in ("ana", "ben"):
        book.add_review("o3-1", office.PLUME, who, NOW)
    send(book, site_id="c")
    record(book, "p3", name="line-3", assets=())  # another run of the same file
    with book.database.read() as connection:
        assert evidence_named(connection)[asset.sha256] == 8
    purge(place, now_utc=NOW, actor="test")
    assert opened.evidence.read(asset.sha256) == b"a raster"
    recall(book)
    assert purge(place, now_utc=NOW, actor="test").n_orphaned == 1
    assert asset.sha256 not in opened.evidence.all_sha256()
    let_go = "evidence of release R-1 is not what the audit recorded."
    assert let_go not in check_casebook(opened).audit_faults
    execute(opened, "DELETE FROM release_evidence")
    assert let_go in check_casebook(opened).audit_faults


def test_evidence_that_a_partner_sent_back_outlives_the_observation(opened, tmp_path):
    book = opened.casebook
    office.open_office(book)
    path = tmp_path / "picture"
    path.write_bytes(b"a picture")
    sha256 = opened.evidence.put(path)
    asset = replace(made_up.observation().assets[0], sha256=sha256, size_bytes=9)
    record(book, "o3", name="line-3", assets=(asset,))
    send(book)
    same = Attachment("yours.tif", "image/tiff", sha256, 9)
    answer(book, Answer.ACCEPTED, attachments=(same,))
    assert book.remove_observations(["o3"], "old", ME, NOW).evidence_sha256 == ()
