"""``cathartes key`` and ``cathartes verify``: two offices, two folders, one telephone."""

import io
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from cathartes.cli.main import main
from cathartes.errors import InputError, KeyringError, OutputError, PackageError
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.package import write_package

sys.path.insert(0, str(Path(__file__).parents[2]))
from made_up_packages import facts, files

GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def offices(tmp_path_factory):
    """Return a folder with the keys of two offices."""
    folder = tmp_path_factory.mktemp("offices")
    for name in ("survey", "partner"):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
            words = ["key", "create", f"The {name}", "--keys", name, "--passphrase-stdin"]
            assert main(words) == 0
    survey = Keyring(folder / "survey")
    key = survey.unlock(survey.own()[0], GOOD)
    recipient = Keyring(folder / "partner").own()[0].age_recipient
    now_utc = datetime.now(UTC).replace(microsecond=0)
    sealed = write_package(files(), facts(signed_utc=now_utc), key, recipient)
    (folder / "R.cathartes").write_bytes(sealed)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
        words = ["key", "export", key.public.id[:9], "--out", "survey.cathartes-key"]
        assert main([*words, "--keys", "survey", "--passphrase-stdin"]) == 0
    identity = Keyring(folder / "partner").identity(Keyring(folder / "partner").own()[0], GOOD)
    (folder / "identity.txt").write_text(identity.secret)
    return folder


@pytest.fixture
def run(offices, tmp_path, monkeypatch, capsys):
    """Return what runs a command in a copy of that folder, which has no casebook."""
    folder = shutil.copytree(offices, tmp_path / "here")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CATHARTES_KEYS", raising=False)

    def run(*words, passphrase=GOOD):
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{passphrase}\n"))
        code = main(list(words))
        return code, capsys.readouterr()

    return run


def fingerprint(run, keys="survey"):
    _, said = run("key", "list", "--keys", keys, "--json")
    return json.loads(said.out)["own"][0]["fingerprint"]


OPEN = ("verify", "R.cathartes", "--identity", "identity.txt", "--sender", "survey.cathartes-key")


def test_a_package_is_verified_in_plain_words(run):
    code, said = run(*OPEN)
    assert code == 0, said.err
    for words in (
        "The package is whole, and sealed for you; nothing in it was changed.",
        "release R-2026-0001, for fgr-son",
        "TLP:AMBER",
        "The survey",
        fingerprint(run),
        "by the sender's clock",
        "report.pdf",
        "The report, to be read first.",
    ):
        assert words in run(*OPEN)[1].out


def test_for_programs_it_says_the_same(run):
    told = json.loads(run(*OPEN, "--json")[1].out)
    assert (told["is_whole"], told["release_id"], told["sender"]) == (
        True, "R-2026-0001", "The survey",
    )  # fmt: skip
    assert [one["name"] for one in told["files"]] == [
        "README.txt", "images/plume-1.png", "report.pdf",
    ]  # fmt: skip


def test_the_files_are_written_into_a_new_folder(run):
    assert run(*OPEN, "--out", "got")[0] == 0
    assert Path("got/report.pdf").read_bytes() == files()[0].content
    assert Path("got/images/plume-1.png").is_file()
    code, said = run(*OPEN, "--out", "got")
    assert code == OutputError.exit_code
    assert "is there already" in said.err


def test_of_a_bad_package_nothing_is_written(run):
    whole = Path("R.cathartes").read_bytes()
    Path("R.cathartes").write_bytes(whole[:-1])
    code, said = run(*OPEN, "--out", "got")
    assert code == PackageError.exit_code
    assert "changed or cut on its way" in said.err
    assert not Path("got").exists()


def test_with_a_folder_of_keys_the_telephone_comes_first(run):
    verify = ("verify", "R.cathartes", "--keys", "partner", "--passphrase-stdin")
    code, said = run(*verify)
    assert code == KeyringError.exit_code
    assert "cathartes key import-sender" in said.err
    imported = ("key", "import-sender", "survey.cathartes-key", "--keys", "partner")
    assert run(*imported)[0] == KeyringError.exit_code
    assert run(*imported, "--fingerprint", fingerprint(run))[0] == 0
    assert "a sender's" in run("key", "list", "--keys", "partner")[1].out
    code, said = run(*verify)
    assert code == 0, said.err
    code, said = run(*verify, passphrase="another one, wrong")  # noqa: S106
    assert code == KeyringError.exit_code
    assert "another passphrase is needed" in said.err


def test_a_key_called_compromised_by_telephone_is_no_longer_believed(run):
    number = fingerprint(run)
    imported = ("key", "import-sender", "survey.cathartes-key", "--keys", "partner")
    assert run(*imported, "--fingerprint", number)[0] == 0
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    revoke = ("key", "revoke", number[:9], "--keys", "partner", "--since", later)
    assert run(*revoke, "--why", "lost")[0] == 2
    code, said = run(*revoke, "--why", "compromised")
    assert code == 0
    assert "compromised since" in said.out
    verify = ("verify", "R.cathartes", "--keys", "partner", "--identity", "identity.txt")
    code, said = run(*verify)
    assert code == KeyringError.exit_code
    assert "can write any time of signing" in said.err
    code, said = run(*verify, "--received", datetime.now(UTC).isoformat())
    assert code == 0, said.err
    assert "Its key was revoked later" in said.out


def test_who_is_not_the_recipient_is_told_so(run):
    stranger = pyrage.x25519.Identity.generate()
    Path("identity.txt").write_text(str(stranger))
    code, said = run(*OPEN)
    assert code == PackageError.exit_code
    assert "sealed for somebody else" in said.err


def test_an_error_is_one_line_of_json_for_programs(run):
    Path("R.cathartes").write_bytes(b"PK")
    code, said = run(*OPEN, "--json")
    error = json.loads(said.err)["error"]
    assert (code, error["type"], error["exit_code"]) == (48, "PackageError", 48)
    assert said.out == ""


@pytest.mark.parametrize("missing", ["R.cathartes", "identity.txt", "survey.cathartes-key"])
def test_a_missing_file_is_named(run, missing):
    Path(missing).unlink()
    code, said = run(*OPEN)
    assert code == InputError.exit_code
    assert missing in said.err


def test_a_key_is_shown_with_all_that_a_partner_needs(run):
    told = json.loads(run("key", "show", fingerprint(run), "--keys", "survey", "--json")[1].out)
    assert told["state"] == "valid"
    said = run("key", "show", fingerprint(run), "--keys", "survey")[1].out
    for word in (told["fingerprint"], told["signing_key"], told["age_recipient"]):
        assert word in said


def test_an_exported_key_takes_no_files_place(run):
    words = ("key", "export", fingerprint(run), "--out", "survey.cathartes-key")
    code, said = run(*words, "--keys", "survey", "--passphrase-stdin")
    assert code == OutputError.exit_code
    assert "is there already" in said.err


def test_an_empty_folder_says_what_to_do(run):
    code, said = run("key", "list")
    assert code == 0
    assert "cathartes key create" in said.out


def test_no_option_takes_a_passphrase(run):
    """It would stand in the shell's history, and in every list of processes."""
    for words in (("key", "create"), ("key", "rotate"), ("key", "export"), ("verify",)):
        help_text = run(*words, "--help")[1].out
        assert "--passphrase-stdin" in help_text
        assert "--passphrase " not in help_text


def test_a_key_is_rotated(run):
    code, said = run("key", "rotate", "--keys", "partner", "--passphrase-stdin", "--json")
    assert code == 0, said.err
    told = json.loads(said.out)
    assert told["old"]["state"].startswith("retired since")
    assert (told["new"]["state"], told["new"]["owner"]) == ("valid", "The partner")
