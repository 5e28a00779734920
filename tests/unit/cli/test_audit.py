"""``cathartes audit``: what it prints, and how it fails."""

import json
import sqlite3
from contextlib import closing

import pytest

import made_up_casebook as made_up
from cathartes import audit_list
from cathartes.cli.main import main
from cathartes.errors import AuditError, CasebookError, SettingsError
from cathartes.store.open import open_casebook
from made_up_casebook import NOW, begin, record


@pytest.fixture(autouse=True)
def filled(tmp_path, monkeypatch):
    """Work in a folder with a casebook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CATHARTES_CASEBOOK", raising=False)
    with open_casebook("casebook", create=True) as opened:
        begin(opened.casebook)
        record(opened.casebook, "o1", [made_up.detection("o1")])
        opened.casebook.note("refused", "eva", {"why": "[no]"}, "eva", NOW)


def told(capsys, *words):
    capsys.readouterr()
    assert main(["audit", *words]) == 0
    return capsys.readouterr().out


def told_json(capsys, *words):
    return json.loads(told(capsys, *words, "--json"))


def test_entries_are_listed_the_newest_first_and_sifted(capsys):
    entries = told_json(capsys, "list")["entries"]
    assert [one["action"] for one in entries] == [
        "refused", "observation.record", "sortie.add", "mandate.add",
    ]  # fmt: skip
    (refused,) = told_json(capsys, "list", "--actor", "eva")["entries"]
    assert refused["detail"] == {"why": "[no]"}
    assert len(told_json(capsys, "list", "--subject", "o1")["entries"]) == 1
    assert told_json(capsys, "list", "--since", "2026-05-05") == {"entries": []}
    assert len(told_json(capsys, "list", "--until", "2026-05-05T00:00Z", "--limit", "2")["entries"])
    assert "Nothing of the kind" in told(capsys, "list", "--action", "nothing")
    assert "mandate.add" in told(capsys, "list")
    assert [one.number for one in audit_list("casebook", action="mandate.add")] == [1]


def test_an_entry_is_shown_with_what_it_recorded(capsys):
    assert '"why": "[no]"' in told(capsys, "show", "4")
    assert told_json(capsys, "show", "4")["actor"] == "eva"
    assert main(["audit", "show", "99"]) == CasebookError.exit_code


def test_a_head_that_was_noted_down_is_met_again(capsys):
    head = told(capsys, "head").strip()
    assert head == f"4:{told_json(capsys, 'head')['hash']}"
    assert "The audit holds: 4 entries" in told(capsys, "verify", "--expect-head", head)
    assert "only a head tells" in told(capsys, "verify").replace("\n", " ")
    assert told_json(capsys, "verify") == {
        "is_whole": True, "faults": [], "head": head, "n_entries": 4,
    }  # fmt: skip


def test_a_broken_chain_is_said_with_its_entry_and_an_exit_code_of_its_own(capsys):
    head = told(capsys, "head").strip()
    with closing(sqlite3.connect("casebook/casebook.sqlite", isolation_level=None)) as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET actor = 'eve' WHERE number = 2")
    capsys.readouterr()
    assert main(["audit", "verify", "--expect-head", head]) == AuditError.exit_code == 44
    out = capsys.readouterr().out
    assert "entry 2 was changed: its hash does not fit its content." in out
    assert main(["audit", "verify", "--json"]) == 44
    assert json.loads(capsys.readouterr().out)["faults"]


def test_what_is_no_head_and_no_moment_is_told():
    assert main(["audit", "verify", "--expect-head", "4"]) == SettingsError.exit_code
    assert main(["audit", "list", "--since", "yesterday"]) == SettingsError.exit_code
