"""Keeping a casebook: an audit that only grows, backups into either database, checks, digests."""

import json
import re
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

import made_up_casebook as made_up
from cathartes.casework.audit import check_chain
from cathartes.errors import AuditError, CasebookError, EvidenceError, OutputError
from cathartes.pipeline.casebook_keeping import casebook_migrate
from cathartes.sealing.statement import sha256_of
from cathartes.sites.site import EvidenceKind, EvidenceLine
from cathartes.store import database, schema
from cathartes.store.backup import restore_backup, write_backup
from cathartes.store.check import check_casebook
from cathartes.store.digest import digest
from cathartes.store.open import existing_database, make_casebook, open_casebook
from cathartes.store.schema import REVISIONS
from made_up_casebook import ME, MINUTE, NOW, begin, record
from quick_casebooks import filled_once


def fill(opened, tmp_path, start=NOW):
    """Do some work in a casebook: what a run, a purge and an analyst leave."""
    if start == NOW:
        fill_now(opened.casebook)
    else:
        fill_tables(opened.casebook, start)
    for content in EVIDENCE:
        path = tmp_path / "product"
        path.write_bytes(content)
        opened.evidence.put(path)


EVIDENCE = (b"a raster", b"a plot")


@filled_once
def fill_now(casebook):
    fill_tables(casebook, NOW)


def fill_tables(casebook, start):
    begin(casebook)
    casebook.add_plan(made_up.plan(), ME, start)
    assets = []
    for content in EVIDENCE:
        kept = made_up.observation().assets[0]
        assets.append(replace(kept, sha256=sha256_of(content), size_bytes=len(content)))
    found = [made_up.detection("o1", n, places=((-103.1, 20.2), (-103.0, 20.1))) for n in (1, 2)]
    record(casebook, "o1", found, assets=tuple(assets))
    record(casebook, "o2", assets=(), wind=None, footprint=None)
    record(casebook, "o3", assets=())
    casebook.put_jobs([made_up.job("waits", name="z"), made_up.job("also waits", name="a")])
    casebook.put_emitters([made_up.emitter()], ME, start)
    site = made_up.site("a", ["o1-2.1", "o1-1.1"], explained_by="dairy-1")
    casebook.put_sites([site, made_up.site("b", evidence=())], [], ME, start)
    casebook.put_profile("mine = 1", ME, start)
    casebook.remove_observations(["o3"], "past its retention", ME, start)
    casebook.revoke_mandate("MX-1", "ended", ME, start)


@pytest.fixture
def filled(opened, tmp_path):
    """Return a casebook in which work was done."""
    fill(opened, tmp_path)
    return opened


def execute(opened, statement, **told):
    """Change a casebook behind its back, as one who knows its triggers."""
    with opened.casebook.database.change() as connection:
        table = re.match(r"UPDATE (\w+)", statement)
        if table and opened.casebook.database.dialect == "sqlite":
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table[1]}_box_update"))
        connection.execute(text(statement), told)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody' WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
    ],
)
def test_the_audit_can_only_grow(filled, statement):
    before = list(filled.casebook.audit_entries())
    with pytest.raises(Exception, match="the audit can only grow"):
        execute(filled, statement)
    assert list(filled.casebook.audit_entries()) == before


def test_postgres_refuses_to_truncate_the_audit_too(filled):
    if filled.casebook.database.dialect == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(Exception, match="the audit can only grow"):
        execute(filled, "TRUNCATE audit")


def test_every_change_is_one_entry_of_an_unbroken_chain(filled):
    filled.casebook.note("sites.read", "a", {"why": "asked"}, ME, NOW)
    entries = list(filled.casebook.audit_entries())
    assert [entry.action for entry in entries] == [
        "mandate.add", "sortie.add", "plan.add", "observation.record", "observation.record",
        "observation.record", "emitters.put", "sites.put", "profile.put", "observation.remove",
        "mandate.revoke", "sites.read",
    ]  # fmt: skip
    assert check_chain(entries) == entries[-1].hash


def test_a_digest_rests_on_results_alone(filled, new_place, tmp_path):
    where, evidence = new_place()
    with open_casebook(where, create=True, evidence=evidence) as other:
        fill(other, tmp_path, start=NOW + timedelta(days=1))
        execute(other, "UPDATE jobs SET attempts = 5, owner = 'x'")
        other.casebook.note("something", "else", {}, ME, NOW)
        assert digest(other.casebook) == digest(filled.casebook)
        other.casebook.put_sites([made_up.site("b", value=1.5)], [], ME, NOW)
        assert digest(other.casebook) != digest(filled.casebook)


def test_a_digest_sees_every_result(filled):
    seen = {digest(filled.casebook)}
    for statement in (
        "UPDATE mandates SET retention_days = 91",
        "UPDATE sorties SET platform = 'x'",
        "DELETE FROM attributions WHERE source_id = 'o1-1.1'",
        "DELETE FROM attributions",
        "DELETE FROM site_evidence WHERE position = 1",
        "DELETE FROM emitters",
        "DELETE FROM assets WHERE position = 1",
        "DELETE FROM sites WHERE id = 'b'",
        "DELETE FROM detections WHERE number = 2",
        "DELETE FROM observations WHERE id = 'o2'",
    ):
        execute(filled, statement)
        seen.add(digest(filled.casebook))
    assert len(seen) == 11


def test_a_whole_casebook_is_told_so(filled, tmp_path):
    report = check_casebook(filled)
    assert report.is_whole
    assert (report.n_observations, report.n_detections, report.n_sites) == (2, 2, 2)
    assert (report.n_evidence, report.n_audit_entries, report.remarks) == (2, 11, ())
    orphan = tmp_path / "orphan"
    orphan.write_bytes(b"nobody names it")
    sha256 = filled.evidence.put(orphan)
    report = check_casebook(filled)
    assert report.is_whole
    assert len(report.remarks) == 1
    assert sha256 in report.remarks[0]


def test_damaged_and_missing_evidence_is_found(filled):
    damaged, missing = sorted(filled.casebook.evidence_sha256())
    filled.evidence.fetch(damaged).write_bytes(b"other")
    filled.evidence.remove(missing)
    faults = check_casebook(filled).evidence_faults
    assert len(faults) == 2
    assert damaged in faults[0]
    assert "was changed" in faults[0]
    assert missing in faults[1]
    assert "is not there" in faults[1]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE mandates SET retention_days = 999", "mandate MX-1 is not what the audit"),
        ("UPDATE plans SET note = 'x'", "flight plan plan-1 is not what the audit"),
        ("UPDATE sorties SET platform = 'x'", "sortie S1 is not what the audit"),
        ("DELETE FROM assets WHERE position = 0", "observation o1 is not what the audit"),
        ("DELETE FROM detections WHERE number = 2", "observation o1 is not what the audit"),
        ("UPDATE jobs SET id = 'o9' WHERE id = 'o2'", "job o9 is done, and its observation"),
        ("DELETE FROM emitters", "site a: its lawful emitter dairy-1 is not there"),
        ("UPDATE assets SET size_bytes = 3", "bytes, recorded as 3"),
        ("UPDATE sources SET east_var_m2 = 9.5", "observation o1 is not what the audit"),
        ("UPDATE detections SET snr = 99.5", "observation o1 is not what the audit"),
        ("DELETE FROM observations WHERE id = 'o2'", "observation o2 is in the audit, and is not"),
        ("UPDATE sites SET why = 'x' WHERE id = 'b'", "site b is not what the audit"),
        ("UPDATE site_evidence SET log_odds = 9.5", "site a is not what the audit"),
        ("DELETE FROM attributions WHERE source_id = 'o1-1.1'", "site a is not what the audit"),
        ("DELETE FROM sites WHERE id = 'b'", "site b is in the audit, and is not there any more"),
        ("UPDATE emitters SET name = 'x'", "lawful emitter dairy-1 is not what the audit"),
        ("DELETE FROM emitters", "lawful emitter dairy-1 is in the audit, and is not there"),
        ("UPDATE profiles SET toml = 'x'", "profile is not what the audit recorded"),
        (
            "UPDATE mandates SET revoked_utc = NULL, revoked_why = ''",
            "revocation of mandate MX-1 is in the audit, and is not there",
        ),
        (
            "UPDATE mandates SET revoked_why = 'other'",
            "revocation of mandate MX-1 is not what the audit recorded",
        ),
        ("UPDATE emitters SET west_deg = 0", "emitters dairy-1: its bounds are not those of its"),
        ("UPDATE observations SET north_deg = 0", "observations o1: its bounds are not those of"),
    ],
)
def test_what_was_changed_behind_the_casebooks_back_is_found(filled, statement, fault):
    execute(filled, statement)
    report = check_casebook(filled)
    faults = (*report.audit_faults, *report.evidence_faults, *report.faults)
    assert any(fault in one for one in faults), faults


def test_what_took_the_place_of_another_is_no_fault(filled):
    casebook = filled.casebook
    casebook.put_sites([made_up.site("c", evidence=())], ["b"], ME, NOW)
    casebook.put_sites([made_up.site("b", value=2.0, evidence=())], ["c"], ME, NOW)
    casebook.put_emitters([replace(made_up.emitter(), name="another")], ME, NOW)
    casebook.put_profile("other = 2", ME, NOW)
    assert check_casebook(filled).is_whole


def test_a_site_put_behind_the_casebooks_back_is_found(filled):
    execute(filled, "UPDATE sites SET id = 'z' WHERE id = 'b'")
    assert {
        "site b is in the audit, and is not there any more.",
        "site z is not in the audit.",
    } <= {*check_casebook(filled).audit_faults}


def test_a_site_to_be_joined_again_is_a_remark(filled):
    (first, *_) = filled.casebook.observations()
    line = EvidenceLine(EvidenceKind.EMPTY_LOOK, -1.0, "Not seen.", first.id)
    filled.casebook.put_sites([made_up.site("b", evidence=(line,))], [], ME, NOW)
    filled.casebook.remove_observations([first.id], "old", ME, NOW)
    report = check_casebook(filled)
    assert report.is_whole
    remark = "site b: its evidence names what is not there any more; join it again."
    assert remark in report.remarks


def test_a_backup_comes_back_the_same(filled, new_place, tmp_path):
    archive = tmp_path / "backup.zip"
    write_backup(filled, archive)
    where, evidence = new_place()
    restore_backup(archive, where, evidence, ME, NOW)
    with open_casebook(where) as restored:
        same_content(restored, filled)
        again = tmp_path / "again.zip"
        write_backup(restored, again)
    assert tables_of(archive) == tables_of(again)


def test_a_backup_moves_a_casebook_to_the_other_database(filled, tmp_path, request):
    archive = tmp_path / "backup.zip"
    write_backup(filled, archive)
    if filled.casebook.database.dialect == "postgresql":
        where, evidence = tmp_path / "moved", ""
    else:
        server = request.getfixturevalue("postgres_server")
        where, evidence = server.new_database(), str(tmp_path / "moved")
    restore_backup(archive, where, evidence, ME, NOW)
    with open_casebook(where) as restored:
        same_content(restored, filled)
        assert restored.casebook.database.dialect != filled.casebook.database.dialect


def same_content(restored, filled):
    """Check that a restored casebook is the one that was backed up."""
    assert digest(restored.casebook) == digest(filled.casebook)
    assert restored.casebook.jobs() == filled.casebook.jobs()
    assert restored.casebook.timings_s("o1") == filled.casebook.timings_s("o1")
    *before, last = restored.casebook.audit_entries()
    assert before == list(filled.casebook.audit_entries())
    assert last.action == "casebook.restore"
    report = check_casebook(restored)
    assert report.is_whole
    assert report.n_evidence == 2


def tables_of(archive):
    """Return a backup's tables, the audit apart."""
    with zipfile.ZipFile(archive) as opened:
        return {
            name: opened.read(name)
            for name in opened.namelist()
            if name.startswith("tables/") and "audit" not in name
        }


def test_the_same_casebook_makes_the_same_archive(filled, tmp_path):
    write_backup(filled, tmp_path / "one.zip")
    write_backup(filled, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_backup_is_never_written_over_or_in_part(filled, tmp_path):
    archive = tmp_path / "backup.zip"
    archive.write_bytes(b"an older one")
    with pytest.raises(OutputError, match="is there already"):
        write_backup(filled, archive)
    assert archive.read_bytes() == b"an older one"
    filled.evidence.remove(min(filled.casebook.evidence_sha256()))
    with pytest.raises(EvidenceError, match="is not there"):
        write_backup(filled, tmp_path / "other.zip")
    assert not [path for path in tmp_path.iterdir() if "other.zip" in path.name]


def test_a_backup_is_never_restored_over_a_casebook(filled, place, tmp_path):
    archive = tmp_path / "backup.zip"
    write_backup(filled, archive)
    before = digest(filled.casebook)
    with pytest.raises(CasebookError, match="a casebook is there already"):
        restore_backup(archive, place, str(tmp_path / "evidence"), ME, NOW)
    assert digest(filled.casebook) == before


def rewrite(archive, changed, name, change):
    """Write an archive in which one member was changed."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)


@pytest.mark.parametrize("new_place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "change", "error", "told"),
    [
        (
            "tables/mandates.jsonl",
            lambda b: b.replace(b'"retention_days":90', b'"retention_days":99'),
            CasebookError,
            "its table mandates was changed",
        ),
        (
            "tables/audit.jsonl",
            lambda b: b.partition(b"\n")[2],
            CasebookError,
            "its table audit was changed",
        ),
        (
            "manifest.json",
            lambda b: b.replace(b"backup/1", b"backup/7"),
            CasebookError,
            "backup/7.*is needed",
        ),
        (
            "manifest.json",
            lambda b: b.replace(f'"{REVISIONS[-1]}"'.encode(), b'"0000"'),
            CasebookError,
            "of revision 0000.*Restore it with",
        ),
        ("manifest.json", lambda b: b[:-30], CasebookError, "can't be read as a backup"),
    ],
)
def test_a_changed_archive_is_not_restored(filled, new_place, tmp_path, name, change, error, told):
    """Before a database is asked: the next test has it of both."""
    archive, changed = tmp_path / "backup.zip", tmp_path / "changed.zip"
    write_backup(filled, archive)
    rewrite(archive, changed, name, change)
    where, evidence = new_place()
    with pytest.raises(error, match=told):
        restore_backup(changed, where, evidence, ME, NOW)
    with pytest.raises(CasebookError, match="no casebook"):
        open_casebook(where)
    restore_backup(archive, where, evidence, ME, NOW)


def test_changed_evidence_in_an_archive_is_not_restored(filled, new_place, tmp_path):
    archive, changed = tmp_path / "backup.zip", tmp_path / "changed.zip"
    write_backup(filled, archive)
    sha256 = min(filled.casebook.evidence_sha256())
    name = f"evidence/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    rewrite(archive, changed, name, lambda _: b"other")
    where, evidence = new_place()
    with pytest.raises(EvidenceError, match="was changed"):
        restore_backup(changed, where, evidence, ME, NOW)
    with pytest.raises(CasebookError, match="no casebook"):
        open_casebook(where)
    restore_backup(archive, where, evidence, ME, NOW)


def test_what_is_no_archive_is_told_so(new_place, tmp_path):
    where, evidence = new_place()
    (tmp_path / "text.zip").write_text("hello")
    for name in ("text.zip", "missing.zip"):
        with pytest.raises(CasebookError, match="can't be read as a backup"):
            restore_backup(tmp_path / name, where, evidence, ME, NOW)


def test_a_backup_is_of_one_moment_while_others_work(filled, tmp_path, monkeypatch):
    head = list(filled.casebook.audit_entries())[-1].hash
    casebook = filled.casebook
    original = type(filled.evidence).read

    def work_meanwhile(store, sha256):
        casebook.note("meanwhile", "", {}, ME, NOW)
        return original(store, sha256)

    monkeypatch.setattr(type(filled.evidence), "read", work_meanwhile)
    manifest = write_backup(filled, tmp_path / "backup.zip")
    assert manifest["audit_head"] == head
    with zipfile.ZipFile(tmp_path / "backup.zip") as opened:
        assert json.loads(opened.read("manifest.json")) == manifest


def test_a_broken_chain_is_found(filled):
    change = ["UPDATE audit SET actor = 'nobody' WHERE number = 3"]
    if filled.casebook.database.dialect == "postgresql":
        off, on = (
            "ALTER TABLE audit DISABLE TRIGGER USER",
            "ALTER TABLE audit ENABLE TRIGGER USER",
        )
        change = [off, *change, on]
    else:
        change = ["DROP TRIGGER audit_no_update", *change]
    for statement in change:
        execute(filled, statement)
    with pytest.raises(AuditError, match="entry 3 was changed"):
        check_chain(filled.casebook.audit_entries())
    report = check_casebook(filled)
    assert not report.is_whole
    assert "entry 3 was changed" in report.audit_faults[0]


# --- revisions ---


def set_revision(place, revision):
    """Say that a casebook's tables are of another revision."""
    with closing(existing_database(place)) as opened, opened.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_an_older_casebook_must_be_migrated(place, monkeypatch):
    monkeypatch.setattr(schema, "REVISIONS", ("0000", "0001"))
    set_revision(place, "0000")
    with pytest.raises(CasebookError, match=r"at revision 0000.*cathartes casebook migrate"):
        open_casebook(place)


def test_a_newer_casebook_needs_a_newer_cathartes(place):
    set_revision(place, "9999")
    for how in (open_casebook, casebook_migrate):
        with pytest.raises(CasebookError, match=r"revision 9999.*a newer Cathartes wrote it"):
            how(place)


def test_a_casebook_of_this_revision_is_left_alone_by_migrate(place):
    assert casebook_migrate(place) == (REVISIONS[-1], REVISIONS[-1])
    with open_casebook(place) as opened:
        assert list(opened.casebook.audit_entries()) == []


def test_a_database_without_a_casebook_is_told_so(new_place):
    where, evidence = new_place()
    if isinstance(where, str):
        with pytest.raises(CasebookError, match=r"no casebook in it.*casebook create"):
            open_casebook(where)
        with pytest.raises(CasebookError, match="no casebook in it"):
            casebook_migrate(where)
        make_casebook(where, evidence=evidence)
    else:
        with pytest.raises(CasebookError, match=r"no casebook is there.*casebook create"):
            open_casebook(where)
        make_casebook(where)
    with pytest.raises(CasebookError, match="a casebook is there already"):
        make_casebook(where, evidence=evidence)
    open_casebook(where, create=True, evidence=evidence).close()


def test_a_change_waits_no_longer_than_it_says(place, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    if isinstance(place, str):
        monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 1)
        assert make_url(place).get_backend_name() == "postgresql"
    with open_casebook(place) as one, open_casebook(place) as other:
        with (
            one.casebook.database.change(),
            pytest.raises(CasebookError, match="another process has been changing the casebook"),
        ):
            other.casebook.note("late", "", {}, ME, NOW)
        other.casebook.note("later", "", {}, ME, NOW + MINUTE)
        assert [entry.action for entry in one.casebook.audit_entries()] == ["later"]
