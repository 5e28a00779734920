"""The demonstration's first release, from a finding to its partner's answer, as its tutorial goes.

The partner's machine is a folder; what it has is what was carried there: a package, and the
sender's key.
"""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import made_up_release
import releasable_casebook as made
from cathartes.cli.main import main
from cathartes.pipeline.demo_partner import PARTNER_ID, PASSPHRASE, demo_partner
from cathartes.store.open import open_casebook
from releasable_casebook import APPROVER, DRAFTER, GOOD, KEEPER, SITE


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return what runs a command with lines of standard input, and returns what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CATHARTES_CASEBOOK", "casebook")
    monkeypatch.setenv("CATHARTES_KEYS", "keys")

    def call(*words: str, lines: tuple[str, ...] = (), code: int = 0) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        capsys.readouterr()
        found = main(list(words))
        said = capsys.readouterr()
        assert found == code, said.err
        return said.out

    return call


@pytest.fixture
def partner(run, tmp_path):
    """Return the demonstration's partner, beside a casebook with a confirmed site."""
    mandate = replace(made_up_release.mandate(), partners=(PARTNER_ID,))
    made.fill(tmp_path / "casebook", under=mandate)
    with open_casebook("casebook") as opened:
        return demo_partner(Path(), opened.casebook, mandate.id, KEEPER)


def kept(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_second_time_keeps_what_is_there(partner):
    before = kept(partner.keys) | kept(partner.machine)
    with open_casebook("casebook") as opened:
        entered = opened.casebook.partner(PARTNER_ID)
        assert demo_partner(Path(), opened.casebook, "M-1", KEEPER) == partner
        assert opened.casebook.partner(PARTNER_ID) == entered
        actions = [one.action for one in opened.casebook.audit_entries()]
    assert kept(partner.keys) | kept(partner.machine) == before
    assert actions.count("partner.add") == 1


def test_a_finding_goes_out_and_its_answer_comes_back(run, partner, tmp_path, monkeypatch):
    def told(by: str, *words: str, more: tuple[str, ...] = (), code: int = 0) -> dict:
        out = run(*words, "--as", by, "--password-stdin", "--json", lines=(GOOD, *more), code=code)
        return json.loads(out) if out else {}

    drafted = told(DRAFTER, "release", "draft", SITE, "--partner", PARTNER_ID, "--tlp", "AMBER")
    release_id, seen = drafted["id"], ("--seen", drafted["content_sha256"])
    told(DRAFTER, "release", "submit", release_id, *seen)
    told(DRAFTER, "release", "approve", release_id, *seen, code=45)
    told(APPROVER, "release", "approve", release_id, *seen)
    send = ("release", "send", release_id, *seen, "--passphrase-stdin")
    assert told(APPROVER, *send, more=(PASSPHRASE,))["is_delivered"]

    elsewhere = tmp_path / "elsewhere"  # the partner's machine has nothing of ours
    shutil.copytree(partner.machine, elsewhere)
    with monkeypatch.context() as there:
        there.chdir(elsewhere)
        there.delenv("CATHARTES_CASEBOOK")
        package = f"inbox/{release_id}.cathartes"
        told_by = run("verify", package, "--passphrase-stdin", "--json", lines=(PASSPHRASE,))
        facts = json.loads(told_by)
        assert facts["content_sha256"] == drafted["content_sha256"]
        words = ("--answer", "confirmed", "--note", "Three drums.", "--out", "a.cathartes")
        run("respond", package, *words, "--passphrase-stdin", lines=(PASSPHRASE,))
    answer = str(elsewhere / "a.cathartes")
    told(DRAFTER, "answers", "read", answer, "--passphrase-stdin", more=(PASSPHRASE,))

    counted = run("outcomes")
    assert f"{PARTNER_ID}: told 1, received 1, answered 1 (1 confirmed" in counted
    (listed,) = json.loads(run("sites", "--json"))["sites"]
    site = json.loads(run("sites", listed["id"], "--json"))
    assert [line["kind"] for line in site["evidence"]].count("response") == 1
    assert "holds" in run("audit", "verify", "--expect-head", facts["audit_head"])
