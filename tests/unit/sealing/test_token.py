"""Keys in a token: SoftHSM's, which keeps to PKCS#11 as a card does. The secret never comes out."""

import base64
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cathartes.casework.public_key import Why
from cathartes.errors import KeyringError, MissingExtraError
from cathartes.sealing import token
from cathartes.sealing.extra import Ed25519PublicKey
from cathartes.sealing.key_record import read_signed_record, signed_record
from cathartes.sealing.keyring import Keyring

sys.path.insert(0, str(Path(__file__).parents[2]))

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
PASSPHRASE = "correct horse battery"  # noqa: S105
PIN = "871204"
LABEL = "office"
DAYS = 730


@pytest.fixture(scope="module")
def inserted(tmp_path_factory):
    """Insert a token ``office`` into this machine, for the tests of this file."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    if not SOFTHSM.is_file():
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        patch.setenv(token.MODULE_VARIABLE, str(SOFTHSM))
        made = ["softhsm2-util", "--init-token", "--free", "--label", "office"]
        subprocess.run(
            [*made, "--pin", PIN, "--so-pin", "12345678"], check=True, capture_output=True
        )
        yield folder / "tokens"


@pytest.fixture
def ring(inserted, tmp_path):
    """Return a folder with one key, which signs in the token."""
    ring = Keyring(tmp_path / "keys")
    ring.create_in_token("Air survey", PASSPHRASE, NOW, DAYS, ("office", PIN))
    return ring


def test_the_token_signs_and_others_verify(ring):
    (key,) = ring.own()
    opened = ring.unlock(key, PASSPHRASE)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.signing_key))
    for content in (b"", b"x", bytes(100_000)):
        public.verify(opened.sign(content), content)
    assert read_signed_record(signed_record(opened), "file") == key
    place = ring.token_of(key)
    assert place is not None
    assert str(place).startswith("token 'office' (number ")
    assert opened.identity.recipient == key.age_recipient


def test_the_folder_holds_no_signing_key_and_the_token_gives_none_out(ring, tmp_path):
    import pkcs11

    (key,) = ring.own()
    files = {path.name: path.read_bytes() for path in (tmp_path / "keys/own" / key.id).iterdir()}
    assert files.keys() == {"public.json", "token.json", "pin.age", "identity.age"}
    assert not [name for name, content in files.items() if PIN.encode() in content]
    place = ring.token_of(key)
    with token._session(place, PIN) as (session, _):
        wanted = {"object_class": pkcs11.ObjectClass.PRIVATE_KEY, "id": bytes.fromhex(place.key_id)}
        private = session.get_key(**wanted)
        assert private[pkcs11.Attribute.SENSITIVE]
        assert private[pkcs11.Attribute.NEVER_EXTRACTABLE]
        assert private[pkcs11.Attribute.ALWAYS_SENSITIVE]
        with pytest.raises(pkcs11.AttributeSensitive):
            private[pkcs11.Attribute.VALUE]


def test_rotation_makes_the_next_key_in_the_same_token(ring):
    old, new = ring.rotate(PASSPHRASE, NOW + timedelta(days=300))
    places = [ring.token_of(key) for key in (old, new)]
    assert old.revocation.why is Why.RETIRED
    assert (places[0].serial, places[0].label) == (places[1].serial, places[1].label)
    assert places[0].key_id != places[1].key_id
    assert old.signing_key != new.signing_key
    for key in (old, new):
        assert len(ring.unlock(key, PASSPHRASE).sign(b"x")) == 64


def test_without_the_token_packages_are_opened_and_nothing_is_signed(ring, monkeypatch):
    (key,) = ring.own()
    monkeypatch.setenv(token.MODULE_VARIABLE, "")
    assert ring.identity(key, PASSPHRASE).recipient == key.age_recipient
    with pytest.raises(KeyringError, match="CATHARTES_PKCS11 is needed"):
        ring.unlock(key, PASSPHRASE).sign(b"x")
    monkeypatch.setenv(token.MODULE_VARIABLE, "/nowhere/lib.so")
    with pytest.raises(KeyringError, match=r"by /nowhere/lib\.so: PKCS11Error"):
        ring.unlock(key, PASSPHRASE).sign(b"x")


@pytest.mark.parametrize(
    ("label", "pin", "said"),
    [("office", "000000", "Do not try on"), ("elsewhere", PIN, "is not there; plug it in")],
)
def test_another_token_or_pin_makes_no_key(inserted, tmp_path, label, pin, said):
    ring = Keyring(tmp_path / "keys")
    with pytest.raises(KeyringError, match=said):
        ring.create_in_token("Air survey", PASSPHRASE, NOW, DAYS, (label, pin))
    assert ring.own() == ()


def test_a_passphrase_that_is_none_makes_no_key_in_the_token(ring):
    before = n_objects()
    with pytest.raises(KeyringError, match="12 to 1024 characters"):
        ring.create_in_token("Air survey", "short", NOW, DAYS, ("office", PIN))
    assert n_objects() == before


def test_what_another_key_signed_is_not_handed_on(ring, tmp_path):
    """Files of two keys, mixed: else a package would go out that nobody can verify."""
    first = ring.own()[0]
    _, second = ring.rotate(PASSPHRASE, NOW + timedelta(days=300))
    folders = [tmp_path / "keys/own" / key.id for key in (first, second)]
    (folders[1] / "token.json").write_bytes((folders[0] / "token.json").read_bytes())
    with pytest.raises(KeyringError, match="not with this key's Ed25519"):
        ring.unlock(second, PASSPHRASE).sign(b"x")


def test_a_changed_pin_is_kept_once_it_was_tried(ring, inserted):
    (key,) = ring.own()
    with pytest.raises(KeyringError, match="Do not try on"):
        ring.change_pin(key, PASSPHRASE, "000000")
    assert len(ring.unlock(key, PASSPHRASE).sign(b"x")) == 64
    set_pin(PIN, "554433")
    try:
        with pytest.raises(KeyringError, match="cathartes key pin"):
            ring.unlock(key, PASSPHRASE).sign(b"x")
        ring.change_pin(key, PASSPHRASE, "554433")
        assert len(ring.unlock(key, PASSPHRASE).sign(b"x")) == 64
    finally:
        set_pin("554433", PIN)


def test_a_key_in_the_folder_has_no_pin(inserted, tmp_path):
    ring = Keyring(tmp_path / "keys")
    key = ring.create("Air survey", PASSPHRASE, NOW)
    assert ring.token_of(key) is None
    with pytest.raises(KeyringError, match="has no PIN"):
        ring.change_pin(key, PASSPHRASE, PIN)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"format":"cathartes-token/1"}'])
def test_a_place_that_is_none_is_said(content):
    with pytest.raises(KeyringError, match="no place in a token"):
        token.read_place(content)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(MissingExtraError, match=r"cathartes\[pkcs11\]"):
        token.TokenSigner.make("office", PIN)


@pytest.mark.parametrize("length", [31, 33, 64])
def test_a_public_key_of_another_length_is_refused(length):
    with pytest.raises(KeyringError, match="Ed25519 has 32"):
        token._text(bytes(length))


def test_a_public_key_is_read_bare_or_in_der():
    bare = bytes(range(32))
    assert token._text(bare) == token._text(b"\x04\x20" + bare) == base64.b64encode(bare).decode()


def n_objects() -> int:
    with token._session(token.TokenPlace("office", "", ""), PIN) as (session, _):
        return len(list(session.get_objects()))


def set_pin(old: str, new: str) -> None:
    import pkcs11

    with (
        pkcs11.lib(str(SOFTHSM)).get_token(token_label=LABEL).open(rw=True, user_pin=old) as session
    ):
        session.set_pin(old, new)
