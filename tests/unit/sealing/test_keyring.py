"""A folder of keys: locked, private, whole; rotated and revoked, and what others are told of it."""

import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cathartes.casework.public_key import PublicKey, Why
from cathartes.errors import KeyringError
from cathartes.sealing.key_record import read_signed_record, record_json, signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.secret_key import SecretKey, read_identity

sys.path.insert(0, str(Path(__file__).parents[2]))

NOW = datetime(2026, 5, 4, 16, 0, 0, 123456, tzinfo=UTC)
PASSPHRASE = "correct horse battery"  # noqa: S105


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with one key."""
    folder = tmp_path_factory.mktemp("ring") / "keys"
    Keyring(folder).create("Air survey", PASSPHRASE, NOW)
    return folder


@pytest.fixture
def ring(made, tmp_path):
    """Return a copy to change: which is what a backup is, too."""
    return Keyring(shutil.copytree(made, tmp_path / "keys"))


@pytest.fixture(scope="module")
def secret():
    start = NOW.replace(microsecond=0)
    return SecretKey.make("Air survey", start, start + timedelta(days=10))


def test_a_key_is_made_kept_and_opened_again(ring):
    (key,) = ring.own()
    assert (key.owner, key.valid_from_utc) == ("Air survey", NOW.replace(microsecond=0))
    opened = ring.unlock(key, PASSPHRASE)
    assert opened.public == key == ring.current(NOW)
    assert opened.identity.recipient == key.age_recipient
    assert len(opened.sign(b"x")) == 64


def test_nothing_secret_lies_open(made):
    files = [path for path in made.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"public.json", "signing.age", "identity.age"}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"SECRET" not in path.read_bytes()
        assert b"PRIVATE" not in path.read_bytes()
        assert path.suffix == ".json" or b"-> scrypt " in path.read_bytes()
    for folder in (made, made / "own"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_another_passphrase_opens_nothing(ring):
    with pytest.raises(KeyringError, match="another passphrase is needed"):
        ring.unlock(ring.own()[0], PASSPHRASE + " ")


@pytest.mark.parametrize("passphrase", ["", "short", "x" * 1025])
def test_a_passphrase_has_to_be_one(ring, passphrase):
    with pytest.raises(KeyringError, match="12 to 1024 characters"):
        ring.create("Air survey", passphrase, NOW)
    assert len(ring.own()) == 1


def test_a_folder_that_others_can_read_is_refused(ring, tmp_path):
    (tmp_path / "keys").chmod(0o750)
    for look in (ring.own, ring.senders, lambda: ring.create("A", PASSPHRASE, NOW)):
        with pytest.raises(KeyringError, match="chmod -R go="):
            look()


def test_files_of_another_key_are_refused(ring, tmp_path):
    (key,) = ring.own()
    folder = tmp_path / "keys/own" / key.id
    dates = (key.valid_from_utc, key.valid_until_utc)
    theirs = SecretKey.make("Mallory", *dates).public
    other = PublicKey("Mallory", theirs.signing_key, key.age_recipient, *dates)
    (folder / "public.json").write_bytes(record_json(other))
    with pytest.raises(KeyringError, match="were changed or moved"):
        ring.own()
    folder.rename(folder.with_name(other.id))
    with pytest.raises(KeyringError, match="secrets are those of another key"):
        ring.unlock(ring.own()[0], PASSPHRASE)


@pytest.mark.parametrize("name", ["signing.age", "identity.age"])
def test_a_lost_or_damaged_file_is_said(ring, tmp_path, name):
    (key,) = ring.own()
    path = tmp_path / "keys/own" / key.id / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(KeyringError, match="can't be unlocked"):
        ring.unlock(key, PASSPHRASE)
    path.unlink()
    with pytest.raises(KeyringError, match="take it from a backup"):
        ring.unlock(key, PASSPHRASE)


def test_rotation_makes_another_and_retires_the_first(ring):
    first = ring.own()[0]
    later = NOW + timedelta(days=300)
    old, new = ring.rotate(PASSPHRASE, later)
    assert (old.id, old.revocation.why) == (first.id, Why.RETIRED)
    assert new.owner == old.owner
    assert ring.current(later + timedelta(seconds=1)) == new
    assert ring.own() == (new, old)
    with pytest.raises(KeyringError, match="cathartes key rotate"):
        old.check_may_sign(later)
    assert ring.identity(old, PASSPHRASE).recipient == old.age_recipient  # still opens


def test_rotation_needs_the_passphrase_of_the_present_key(ring):
    with pytest.raises(KeyringError, match="another passphrase"):
        ring.rotate("not that passphrase", NOW + timedelta(days=1))
    assert len(ring.own()) == 1
    assert ring.own()[0].revocation is None


def test_without_a_valid_key_nothing_is_current(ring, tmp_path):
    with pytest.raises(KeyringError, match="cathartes key create"):
        ring.current(NOW + timedelta(days=731))
    ring.revoke(ring.own()[0], Why.COMPROMISED, NOW)
    with pytest.raises(KeyringError, match="cathartes key create"):
        ring.current(NOW)
    assert Keyring(tmp_path / "nowhere").own() == ()


def test_a_key_is_found_by_how_its_number_begins(ring):
    (key,) = ring.own()
    assert ring.find(key.fingerprint) == ring.find(key.id[:6].upper()) == key
    for begin in ("", " ", "zz", "../own"):
        with pytest.raises(KeyringError, match=r"(0|1) in"):
            ring.find(begin)


def test_a_senders_key_is_taken_in_by_its_fingerprint_only(ring, secret):
    exported = signed_record(secret)
    for told in ("", "0" * 32, secret.public.fingerprint[:-1]):
        with pytest.raises(KeyringError, match="Have the sender read theirs aloud"):
            ring.import_sender(exported, told, "file")
        assert ring.senders() == ()
    assert ring.import_sender(exported, secret.public.fingerprint.upper(), "file") == secret.public
    assert ring.senders() == (secret.public,)
    assert ring.find(secret.public.id[:8]) == secret.public


def test_a_senders_revocation_is_noted_and_never_undone(ring, secret):
    ring.import_sender(signed_record(secret), secret.public.fingerprint, "file")
    when = NOW.replace(microsecond=0) + timedelta(days=1)
    worse = SecretKey(secret.public.revoked(when, Why.COMPROMISED), secret.identity,
                      secret.signer)  # fmt: skip
    assert ring.import_sender(signed_record(worse), "", "file") == worse.public
    assert ring.import_sender(signed_record(secret), "", "file") == worse.public  # by the thief
    milder = worse.public.revoked(when + timedelta(days=1), Why.RETIRED)
    assert milder == worse.public
    earlier = ring.revoke(milder, Why.RETIRED, NOW)
    assert (earlier.revocation.moment_utc, earlier.revocation.why) == (
        NOW.replace(microsecond=0),
        Why.COMPROMISED,
    )


def test_ones_own_key_may_be_a_senders_too(ring):
    """As in a trial on one machine: revoked in one place, it is in both."""
    (key,) = ring.own()
    ring.import_sender(signed_record(ring.unlock(key, PASSPHRASE)), key.fingerprint, "file")
    ring.revoke(ring.find(key.id), Why.RETIRED, NOW)
    assert ring.own() == ring.senders()
    assert ring.own()[0].revocation.why is Why.RETIRED


def test_dates_never_widen(secret):
    key = secret.public
    longer = PublicKey(key.owner, key.signing_key, key.age_recipient,
                       key.valid_from_utc - timedelta(days=1),
                       key.valid_until_utc + timedelta(days=1))  # fmt: skip
    assert key.narrowed_by(longer) == key == longer.narrowed_by(key)


def test_an_exported_key_that_was_changed_is_refused(secret):
    exported = signed_record(secret)
    assert read_signed_record(exported, "file") == secret.public
    for place in range(0, len(exported), 7):
        changed = bytearray(exported)
        changed[place] ^= 1
        with pytest.raises(KeyringError, match="key"):
            read_signed_record(bytes(changed), "file")


def test_an_exported_key_is_no_package_and_holds_no_secret(secret):
    assert b"SECRET" not in signed_record(secret)
    with pytest.raises(KeyringError, match="no exported key"):
        read_signed_record(b"{}", "file")


@pytest.mark.parametrize("content", [b"", b"# none\n", b"AGE-SECRET-KEY-1X\n", b"a\nb\n", b"\xff"])
def test_an_identity_file_has_one_identity(content):
    with pytest.raises(KeyringError, match="age identity"):
        read_identity(content)


def test_an_identity_file_as_age_keygen_writes_it_is_read(secret):
    text = f"# created: 2026-05-04\n# public key: x\n{secret.identity.secret}\n"
    assert read_identity(text.encode()).recipient == secret.public.age_recipient


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"owner": " "}, "owner's name"),
        ({"signing_key": "x"}, "cut or mistyped"),
        ({"age_recipient": "age1"}, "cut or mistyped"),
        ({"valid_from_utc": NOW.replace(tzinfo=None)}, "with a time zone"),
        ({"valid_until_utc": NOW.replace(microsecond=0)}, "which is not after"),
    ],
)
def test_a_key_that_can_not_be_is_refused(secret, wrong, said):
    key = secret.public
    told = {name: getattr(key, name) for name in PublicKey.__slots__}
    with pytest.raises(KeyringError, match=said):
        PublicKey(**(told | wrong))
