"""``cathartes key``: a backup is made and restored, and a key is made in a token."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cathartes.cli.main import main
from cathartes.errors import KeyringError, OutputError

sys.path.insert(0, str(Path(__file__).parents[2]))

GOOD = "correct horse battery"
PIN = "871204"
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return what runs a command in an empty folder, with lines to read; it returns its words."""
    monkeypatch.chdir(tmp_path)

    def run_command(*words: str, typed: tuple[str, ...] = (GOOD,)) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        asks = words[0] != "list"
        code = main(["key", *words, *(["--passphrase-stdin"] if asks else [])])
        out, err = capsys.readouterr()
        return code, " ".join(out.split()), " ".join(err.split())

    return run_command


def test_keys_are_backed_up_and_restored(run, tmp_path):
    assert run("create", "Air survey")[0] == 0
    code, out, _ = run("backup", "keys.age")
    assert code == 0
    assert "keys.age holds these keys of yours:" in out
    assert (tmp_path / "keys.age").stat().st_mode & 0o077 == 0
    assert run("backup", "keys.age")[0] == OutputError.exit_code
    code, out, _ = run("restore", "keys.age", "--keys", "new", "--json")
    assert code == 0
    (restored,) = json.loads(out)["own"]
    listed = json.loads(run("list", "--keys", "new", "--json")[1])["own"]
    assert [one["id"] for one in listed] == [restored["id"]]
    code, _, err = run("restore", "keys.age", "--keys", "other", typed=("not that passphrase",))
    assert code == KeyringError.exit_code
    assert "another passphrase is needed" in err
    assert not (tmp_path / "other").exists()


def test_a_key_is_made_in_a_token_and_listed_as_there(run, tmp_path, monkeypatch):
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    if not SOFTHSM.is_file():
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    (tmp_path / "tokens").mkdir()
    told = f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n"
    (tmp_path / "softhsm2.conf").write_text(told)
    script = f"""
import io, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from cathartes.cli.main import main
from quick_locks import locks_are_quick
with locks_are_quick():
    for words in (["create", "Air survey", "--pkcs11", "office"], ["rotate"],
                  ["backup", "keys.age"]):
        sys.stdin = io.StringIO("{GOOD}\\n{PIN}\\n")
        assert main(["key", *words, "--passphrase-stdin"]) == 0, words
    assert main(["key", "list"]) == 0
"""
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("CATHARTES_PKCS11", str(SOFTHSM))
    monkeypatch.setenv("COLUMNS", "200")
    made = ["softhsm2-util", "--init-token", "--free", "--label", "office", "--pin", PIN]
    subprocess.run([*made, "--so-pin", "12345678"], check=True, capture_output=True)
    # SoftHSM reads where its tokens lie once in a process: this one has its own.
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "the signing key is in token 'office'" in said
    assert said.count("yours, signs in token 'office'") == 2
