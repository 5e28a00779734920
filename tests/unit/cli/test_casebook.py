"""``cathartes casebook``: what it prints, and how it fails."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import made_up_casebook as made_up
from cathartes.cli.main import main
from cathartes.errors import AuditError, CasebookError, EvidenceError
from cathartes.sites.observation import Asset
from cathartes.store.open import open_casebook
from cathartes.store.schema import REVISIONS
from made_up_casebook import ME, begin, record


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CATHARTES_CASEBOOK", raising=False)
    return tmp_path


@pytest.fixture
def filled(here):
    """Make a casebook with one observation, its evidence put."""
    assert main(["casebook", "create"]) == 0
    (here / "product").write_bytes(b"a raster")
    with open_casebook("casebook") as opened:
        begin(opened.casebook)
        sha256 = opened.evidence.put(here / "product")
        asset = Asset(sha256, "score", "score.tif", "image/tiff", 8)
        record(opened.casebook, "o1", [made_up.detection("o1")], assets=(asset,))
    return sha256


def run_json(capsys, *words):
    capsys.readouterr()
    assert main(["casebook", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_casebook_goes_from_backup_to_restored(filled, capsys):
    manifest = run_json(capsys, "backup", "all.zip")
    assert manifest["tables"]["detections"]["rows"] == 1
    assert manifest["n_evidence"] == 1
    restored = run_json(capsys, "restore", "all.zip", "--casebook", "other")
    assert restored["tables"] == manifest["tables"]
    digests = {run_json(capsys, "digest", *w)["sha256"] for w in ([], ["--casebook", "other"])}
    assert len(digests) == 1
    report = run_json(capsys, "check", "--casebook", "other")
    assert (report["n_detections"], report["faults"]) == (1, [])


def test_people_are_told_the_same(filled, capsys):
    assert main(["casebook", "backup", "all.zip"]) == 0
    assert "and 1 file of evidence" in capsys.readouterr().out
    assert main(["casebook", "restore", "all.zip", "--casebook", "other"]) == 0
    assert "Restored" in capsys.readouterr().out
    assert main(["casebook", "check"]) == 0
    assert "The casebook is whole; the audit's head is" in capsys.readouterr().out
    assert main(["casebook", "digest"]) == 0
    assert len(capsys.readouterr().out.strip()) == 64
    assert main(["casebook", "migrate"]) == 0
    assert f"at revision {REVISIONS[-1]} already" in capsys.readouterr().out


def test_a_backup_is_on_record_with_who_took_it(filled, capsys):
    before = datetime.now(UTC)
    run_json(capsys, "backup", "all.zip")
    with open_casebook("casebook") as opened:
        *_, last = opened.casebook.audit_entries()
    assert (last.action, last.subject) == ("casebook.backup", "all.zip")
    assert last.actor.startswith("local:")
    assert before <= last.moment_utc <= datetime.now(UTC)


def test_the_environment_names_the_casebook(here, monkeypatch, capsys):
    monkeypatch.setenv("CATHARTES_CASEBOOK", str(here / "named"))
    assert main(["casebook", "create"]) == 0
    assert (here / "named" / "casebook.sqlite").is_file()
    assert main(["casebook", "create"]) == CasebookError.exit_code
    assert "a casebook is there already" in capsys.readouterr().err


def test_a_missing_casebook_says_how_to_make_one(capsys):
    for words in (["check"], ["digest"], ["backup", "x.zip"], ["migrate"]):
        assert main(["casebook", *words]) == CasebookError.exit_code
        assert "cathartes casebook create --casebook casebook" in capsys.readouterr().err


def test_each_kind_of_fault_has_its_exit_code(filled, capsys):
    with open_casebook("casebook") as opened:
        opened.evidence.remove(filled)
    assert main(["casebook", "check"]) == EvidenceError.exit_code
    told = capsys.readouterr()
    assert filled in told.out
    assert "1 fault, listed above" in told.err
    with open_casebook("casebook") as opened:
        site = made_up.site("a", explained_by="nobody")
        opened.casebook.put_sites([site], [], ME, made_up.NOW)
        opened.evidence.put(Path("product"))
    assert main(["casebook", "check"]) == CasebookError.exit_code
    with open_casebook("casebook") as opened, opened.casebook.database.change() as connection:
        connection.exec_driver_sql("UPDATE mandates SET retention_days = 9999")
    assert main(["casebook", "check"]) == AuditError.exit_code
