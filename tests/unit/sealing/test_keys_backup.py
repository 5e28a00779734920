"""A backup of keys: whole, tried, opened by its passphrase alone, and made by nobody without it."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cathartes.casework.public_key import Why
from cathartes.errors import KeyringError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.key_record import record_json, signed_record
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.keys_backup import backup_of, restore_backup
from cathartes.sealing.locking import lock, unlock
from cathartes.sealing.secret_key import SecretKey

sys.path.insert(0, str(Path(__file__).parents[2]))

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
GOOD = "correct horse battery"


@pytest.fixture
def keys(tmp_path):
    """Return a folder with a retired key, the present one, and a sender's."""
    folder = tmp_path / "keys"
    ring = Keyring(folder)
    ring.create("Air survey", GOOD, NOW)
    ring.rotate(GOOD, NOW + timedelta(days=300))
    theirs = SecretKey.make("Partner", NOW, NOW + timedelta(days=10))
    ring.import_sender(signed_record(theirs), theirs.public.fingerprint, "file")
    return folder


def state_of(folder):
    """Return every file and folder with its bytes and its permissions."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mode, path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }  # fmt: skip


def test_what_is_restored_is_what_was_there(keys, tmp_path):
    backup = backup_of(Keyring(keys), GOOD)
    restored = restore_backup(backup, tmp_path / "elsewhere" / "keys", GOOD)
    assert state_of(tmp_path / "elsewhere" / "keys") == state_of(keys)
    new, old = restored.own()
    assert (new.revocation, old.revocation.why) == (None, Why.RETIRED)
    assert restored.senders() == Keyring(keys).senders()
    for key in (new, old):
        content = restored.unlock(key, GOOD).sign(b"x")
        assert content == Keyring(keys).unlock(key, GOOD).sign(b"x")


def test_a_backup_is_locked_as_a_whole_and_its_secrets_once_more(keys):
    backup = backup_of(Keyring(keys), GOOD)
    assert backup.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert b"Partner" not in backup
    for name, content in unpack(unlock(backup, GOOD)).items():
        assert name.endswith(".json") or content.startswith(b"age-encryption.org/v1\n-> scrypt ")
        assert b"SECRET" not in content
        assert b"PRIVATE" not in content


def test_remains_of_a_write_that_was_cut_off_are_no_part_of_it(keys):
    (keys / "own" / ".part-1").mkdir()
    (keys / "own" / ".part-1" / "signing.age").write_bytes(b"half")
    (keys / "notes.txt").write_text("mine")
    assert len(unpack(unlock(backup_of(Keyring(keys), GOOD), GOOD))) == 7


@pytest.mark.parametrize("name", ["signing.age", "identity.age"])
def test_a_damaged_key_is_told_when_it_is_backed_up(keys, name):
    """Not years later, when the backup is all there is."""
    path = next(keys.glob(f"own/*/{name}"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(KeyringError, match="can't be unlocked"):
        backup_of(Keyring(keys), GOOD)


def test_all_keys_have_the_passphrase_of_the_backup(keys):
    Keyring(keys).create("Air survey", "another passphrase", NOW)
    for passphrase in (GOOD, "another passphrase"):
        with pytest.raises(KeyringError, match="need one passphrase"):
            backup_of(Keyring(keys), passphrase)


def test_without_keys_there_is_no_backup(tmp_path):
    with pytest.raises(KeyringError, match="cathartes key create"):
        backup_of(Keyring(tmp_path / "nowhere"), GOOD)


def test_every_changed_byte_is_noticed_and_nothing_is_left(keys, tmp_path):
    backup = backup_of(Keyring(keys), GOOD)
    target = tmp_path / "new"
    for place in range(0, len(backup), 97):
        changed = bytearray(backup)
        changed[place] ^= 1
        with pytest.raises(KeyringError):
            restore_backup(bytes(changed), target, GOOD)
    for wrong in (b"", backup[:-1], backup + b"x", b"PK"):
        with pytest.raises(KeyringError):
            restore_backup(wrong, target, GOOD)
    with pytest.raises(KeyringError, match="another passphrase"):
        restore_backup(backup, target, "another passphrase")
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_a_folder_that_is_there_is_never_written_into(keys, tmp_path):
    backup = backup_of(Keyring(keys), GOOD)
    before = state_of(keys)
    with pytest.raises(KeyringError, match="is there already"):
        restore_backup(backup, keys, GOOD)
    assert state_of(keys) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files, name: files | {"own/x": b""}, "which is of no key"),
        (lambda files, name: files | {"senders/a.json": b""}, "which is of no key"),
        (lambda files, name: files | {f"senders/{'0' * 32}.json": files[name]}, "changed or moved"),
        (lambda files, name: {k: v for k, v in files.items() if "signing" not in k}, "is missing"),
        (lambda files, name: files | {name: files[name][:-2]}, "no key"),
    ],
)
def test_an_archive_that_is_no_folder_of_keys_leaves_nothing(keys, tmp_path, change, said):
    files = Keyring(keys).files()
    name = next(one for one in files if one.endswith("public.json"))
    with pytest.raises(KeyringError, match=said):
        restore_backup(lock(pack(change(files, name)), GOOD), tmp_path / "new", GOOD)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_names_never_lead_out_of_the_folder(keys, tmp_path):
    """The archive can't be packed so; a list of files that is made up goes no further."""
    public = record_json(Keyring(keys).own()[0])
    for name in ("../x.json", "/x.json", "senders/../../x.json", "own/../x.json"):
        with pytest.raises(KeyringError, match="of no key"):
            Keyring.filled(tmp_path / "new", {name: public}, lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
