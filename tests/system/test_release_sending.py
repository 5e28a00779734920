"""An approved release goes out at the command line, and its partner verifies what it got."""

import io
import json
from functools import cache

import pytest

import made_up_office as office
from cathartes.casework.partner import Delivery, Way
from cathartes.casework.release import ReleaseState
from cathartes.cli.main import main
from cathartes.errors import AccessError, KeyringError, OutputError, ReleaseError
from cathartes.pipeline.passwords import hash_password
from cathartes.sealing.keyring import Keyring
from cathartes.store.open import open_casebook
from made_up_casebook import ME, NOW

PASSWORD, PASSPHRASE = "correct horse battery", "staple of a long night"
hashed = cache(hash_password)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return what runs a command with lines of standard input, and returns code, out, err."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("CASEBOOK", "KEYS", "USER", "TLS", "OUTBOX", "MAIL_FROM"):
        monkeypatch.delenv(f"CATHARTES_{name}", raising=False)

    def call(*words, lines=(PASSWORD, PASSPHRASE)):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, " ".join(said.err.split())

    return call


@pytest.fixture
def seen(run, tmp_path):
    """Return the number of what was approved, in a folder with all that sending needs."""
    for keys, owner in (("keys", "A test unit"), ("theirs", "The office")):
        words = ("key", "create", owner, "--keys", keys, "--passphrase-stdin")
        assert run(*words, lines=(PASSPHRASE,))[0] == 0
    ours, theirs = (Keyring(tmp_path / keys).own()[0] for keys in ("keys", "theirs"))
    export = ("key", "export", ours.id, "--out", "ours.key", "--passphrase-stdin")
    assert run(*export, lines=(PASSPHRASE,))[0] == 0
    taken = ("key", "import-sender", "ours.key", "--fingerprint", ours.fingerprint)
    assert run(*taken, "--keys", "theirs")[0] == 0
    export = ("key", "export", theirs.id, "--out", "theirs.key", "--passphrase-stdin")
    assert run(*export, "--keys", "theirs", lines=(PASSPHRASE,))[0] == 0
    taken = ("key", "import-sender", "theirs.key", "--fingerprint", theirs.fingerprint)
    assert run(*taken)[0] == 0
    with open_casebook("casebook", create=True) as opened:
        book = opened.casebook
        office.open_office(book)
        for who in ("rosa", "dora"):
            book.set_password(who, hashed(PASSWORD), ME, NOW)
        ways = (
            Delivery(Way.FOLDER, str(tmp_path / "share")),
            Delivery(Way.EMAIL, "guardia@oficina.example"),
        )
        told = office.partner(
            age_recipient=theirs.age_recipient, signing_key=theirs.signing_key, deliveries=ways
        )
        book.change_partner(told, "ada", NOW)
        return office.approve(book).content_sha256[:16]


def send(run, seen, *more, by="rosa", **told):
    by_whom = ("--as", by, "--password-stdin", "--passphrase-stdin")
    return run("release", "send", "R-1", "--seen", seen, *by_whom, *more, **told)


def deliver(run, *more):
    by_whom = ("--as", "rosa", "--password-stdin")
    return run("release", "deliver", "R-1", *by_whom, *more, lines=(PASSWORD,))


def test_it_is_sent_delivered_and_verified(run, seen, tmp_path):
    (tmp_path / "share").mkdir()
    code, out, err = send(run, seen)
    assert code == 0, err
    assert out.count("done") == 2
    assert "R-1.eml and send it" in out
    check = ("verify", "share/R-1.cathartes", "--keys", "theirs", "--passphrase-stdin", "--json")
    code, out, err = run(*check, lines=(PASSPHRASE,))
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["kind"], facts["release_id"], facts["recipient"]) == ("release", "R-1", "office")
    assert facts["content_sha256"].startswith(seen)
    code, out, _ = run("audit", "verify", "--expect-head", facts["audit_head"])
    assert code == 0, "the chain leads over what the partner can witness"
    code, out, _ = deliver(run)
    assert code == 0
    assert "Its ways are all done" in out
    assert send(run, seen)[0] == ReleaseError.exit_code, "once only"


def test_what_is_not_delivered_is_told_and_taken_up(run, seen, tmp_path):
    code, out, _ = send(run, seen, "--json")
    assert code == OutputError.exit_code
    told = json.loads(out)
    assert (told["release"]["state"], told["is_delivered"]) == ("sent", False)
    assert [one["succeeded"] for one in told["deliveries"]] == [False, True]
    code, out, _ = deliver(run)
    assert code == OutputError.exit_code
    assert "NOT DONE" in out
    assert "cathartes release deliver R-1" in " ".join(out.split())
    (tmp_path / "share").mkdir()
    code, out, _ = deliver(run, "--json")
    assert (code, json.loads(out)["is_delivered"]) == (0, True)
    (tmp_path / "stick").mkdir()
    assert deliver(run, "--hand-over", "stick")[0] == 0
    package = (tmp_path / "stick" / "R-1.cathartes").read_bytes()
    assert package == (tmp_path / "share" / "R-1.cathartes").read_bytes()


@pytest.mark.parametrize(
    ("case", "error", "says"),
    [
        ("password", AccessError, "was not signed in"),
        ("passphrase", KeyringError, "passphrase"),
        ("seen", ReleaseError, "look at it"),
        ("person", AccessError, "to send a release one must be release authority"),
    ],
)
def test_a_refusal_sends_nothing(run, seen, tmp_path, case, error, says):
    (tmp_path / "share").mkdir()
    lines = ["wrong" * 4 if case == one else right for one, right in (
        ("password", PASSWORD), ("passphrase", PASSPHRASE)
    )]  # fmt: skip
    by = "dora" if case == "person" else "rosa"
    code, _, err = send(run, "" if case == "seen" else seen, by=by, lines=lines)
    assert (code, says in err) == (error.exit_code, True), err
    with open_casebook("casebook") as opened:
        assert opened.casebook.release("R-1").state is ReleaseState.APPROVED
        assert opened.evidence.all_sha256() == frozenset()
    assert not any((tmp_path / "share").iterdir())
