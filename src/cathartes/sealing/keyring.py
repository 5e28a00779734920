"""A folder of keys: one's own, locked by a passphrase, and those of senders that one trusts.

``own/<id>/`` has ``public.json``, ``identity.age`` and ``signing.age``, or where the signing key
lies in a token ``token.json`` and ``pin.age``; ``senders/<id>.json`` a public key each. Nobody else
may look into it.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

from cathartes.casework.public_key import PublicKey, Why
from cathartes.errors import KeyringError, OutputError
from cathartes.sealing.key_record import read_record, read_signed_record, record_json
from cathartes.sealing.locking import check_passphrase
from cathartes.sealing.secret_key import IDENTITY, Identity, SecretKey, read_identity
from cathartes.sealing.signer import SIGNING, FileSigner, Signer
from cathartes.sealing.token import PIN, TOKEN, TokenPlace, TokenSigner, read_place

VALID_DAYS = 730
"""For which a new key holds, if nothing else is said."""

_PUBLIC = "public.json"
_FILE = re.compile(r"(own/[0-9a-f]{32}/[a-z]+\.(age|json))|(senders/[0-9a-f]{32}\.json)")
_MOST_FILE_BYTES = 1 << 20


def check_read_aloud(key: PublicKey, fingerprint: str, what: str) -> None:
    """Check that a key's fingerprint is what its owner read aloud; blanks do not count.

    Raises
    ------
    KeyringError
        If it is another, or nothing was told.
    """
    if "".join(fingerprint.split()).lower() != key.id:
        raise KeyringError(
            f"{what}: its fingerprint is {key.fingerprint}, which is not what was told "
            f"({fingerprint or 'nothing'}). Have the sender read theirs aloud, by telephone, and "
            "pass that: --fingerprint."
        )


class Keyring:
    """The keys of a folder, which is made when the first is kept in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def filled(
        cls, folder: Path, files: Mapping[str, bytes], check: Callable[["Keyring"], None]
    ) -> Self:
        """Make a folder of files that were one, if they pass a check; else nothing is left.

        Raises
        ------
        KeyringError
            If the folder is there already, or has a file that is of no key.
        """
        if folder.exists():
            raise KeyringError(f"{folder}: is there already; name another folder.")
        strange = [name for name in files if not _FILE.fullmatch(name)]
        if strange:
            raise KeyringError(f"no backup of keys: it holds {strange[0]!r}, which is of no key.")

        def fill(part: Path) -> None:
            part.mkdir(mode=0o700)
            for name, content in files.items():
                for above in reversed((part / name).relative_to(part).parents[:-1]):
                    (part / above).mkdir(mode=0o700, exist_ok=True)
                _write(part / name, content)
            check(cls(part))

        ring = cls(folder)
        ring._put(folder, fill)
        return ring

    def files(self) -> dict[str, bytes]:
        """Return all files of the keys by their names in the folder, secrets locked."""
        every = [*self._files("own/*/*"), *self._files("senders/*.json")]
        by_name = {path.relative_to(self._folder).as_posix(): path for path in every}
        return {name: path.read_bytes() for name, path in by_name.items() if _FILE.fullmatch(name)}

    def own(self) -> tuple[PublicKey, ...]:
        """Return one's own keys, the newest first."""
        found = [self._read(path, path.parent.name) for path in self._files(f"own/*/{_PUBLIC}")]
        return tuple(sorted(found, key=lambda key: key.valid_from_utc, reverse=True))

    def senders(self) -> tuple[PublicKey, ...]:
        """Return the keys of senders that one trusts, by owner."""
        found = [self._read(path, path.stem) for path in self._files("senders/*.json")]
        return tuple(sorted(found, key=lambda key: (key.owner, key.valid_from_utc)))

    def find(self, start: str) -> PublicKey:
        """Return the key, one's own or a sender's, whose id begins so; blanks do not count.

        Raises
        ------
        KeyringError
            If there is none, or there are several.
        """
        begin = "".join(start.split()).lower()
        by_id = {key.id: key for key in (*self.senders(), *self.own())}
        found = [key for key in by_id.values() if key.id.startswith(begin)]
        if not begin or len(found) != 1:
            raise KeyringError(
                f"key {start!r}: {len(found)} in {self._folder} begin so; one is needed. "
                "`cathartes key list` shows them."
            )
        return found[0]

    def current(self, now_utc: datetime) -> PublicKey:
        """Return one's newest key that may sign now.

        Raises
        ------
        KeyringError
            If there is none.
        """
        for key in self.own():
            if key.revocation is None and key.valid_from_utc <= now_utc < key.valid_until_utc:
                return key
        raise KeyringError(
            f"{self._folder}: no key of yours that is valid now; make one: `cathartes key create`."
        )

    def create(
        self,
        owner: str,
        passphrase: str,
        now_utc: datetime,
        valid_days: int = VALID_DAYS,
        signer: Signer | None = None,
    ) -> PublicKey:
        """Make a pair of keys that holds from now on, and keep it locked.

        Parameters
        ----------
        owner
        passphrase
        now_utc
        valid_days
        signer
            A key in a token, made for this; None to have the signing key here, too.

        Raises
        ------
        KeyringError
            If the passphrase is too short, or the folder is open to others.
        """
        start_utc = now_utc.replace(microsecond=0)
        key = SecretKey.make(owner, start_utc, start_utc + timedelta(days=valid_days), signer)
        locked = key.locked(passphrase)
        self._check_private()
        target = self._folder / "own" / key.public.id

        def fill(part: Path) -> None:
            part.mkdir(mode=0o700)
            for name, content in {_PUBLIC: record_json(key.public), **locked}.items():
                _write(part / name, content)

        self._put(target, fill)
        return key.public

    def create_in_token(
        self,
        owner: str,
        passphrase: str,
        now_utc: datetime,
        valid_days: int,
        token: tuple[str, str],
    ) -> PublicKey:
        """Make a pair of keys of which the signing key is made in a token, and never leaves it.

        Parameters
        ----------
        owner
        passphrase
        now_utc
        valid_days
        token
            Its label and its PIN, which is kept, locked by the passphrase.

        Raises
        ------
        KeyringError
            As `create`; or if the token is not there, does not take the PIN or can't do it.
        """
        check_passphrase(passphrase)  # before a key is made that nobody would know of
        self._check_private()
        signer = TokenSigner.make(*token)
        return self.create(owner, passphrase, now_utc, valid_days, signer)

    def token_of(self, key: PublicKey) -> TokenPlace | None:
        """Return the token in which one's own signing key lies; None if it lies in the folder."""
        path = self._folder / "own" / key.id / TOKEN
        return read_place(path.read_bytes()) if path.is_file() else None

    def unlock(self, key: PublicKey, passphrase: str) -> SecretKey:
        """Return one's own key with its secrets.

        Raises
        ------
        KeyringError
            If it is a sender's, its files are not there, or the passphrase is another.
        """
        identity = self.identity(key, passphrase)
        return SecretKey.joined(key, identity, self._signer(key, passphrase))

    def identity(self, key: PublicKey, passphrase: str) -> Identity:
        """Return what opens packages that are sealed for one's own key.

        Raises
        ------
        KeyringError
            As `unlock`.
        """
        return read_identity(self._locked(key, IDENTITY), passphrase)

    def change_pin(self, key: PublicKey, passphrase: str, pin: str) -> None:
        """Keep another PIN of the token in which a key lies, if the token takes it.

        Raises
        ------
        KeyringError
            If the key lies in no token, the passphrase is another, or the PIN is not taken.
        """
        place = self.token_of(key)
        if place is None:
            raise KeyringError(f"key {key.fingerprint} lies in no token; it has no PIN.")
        self.identity(key, passphrase)  # so that one passphrase opens both
        signer = TokenSigner(place, pin, key.signing_key)
        signer.sign(b"cathartes: a trial of another PIN")
        locked = signer.kept(passphrase)[PIN]
        self._put(self._folder / "own" / key.id / PIN, lambda part: _write(part, locked))

    def _signer(self, key: PublicKey, passphrase: str) -> Signer:
        if self.token_of(key) is None:
            return FileSigner.unlocked({SIGNING: self._locked(key, SIGNING)}, passphrase)
        files = {name: self._locked(key, name) for name in (TOKEN, PIN)}
        return TokenSigner.unlocked(files, key.signing_key, passphrase)

    def _locked(self, key: PublicKey, name: str) -> bytes:
        self._check_private()
        folder = self._folder / "own" / key.id
        if not folder.is_dir():
            raise KeyringError(f"key {key.fingerprint} of {key.owner} is not yours to unlock.")
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError as error:
            raise KeyringError(f"{error.filename} is missing; take it from a backup.") from error

    def rotate(
        self, passphrase: str, now_utc: datetime, valid_days: int = VALID_DAYS
    ) -> tuple[PublicKey, PublicKey]:
        """Make a new pair of keys in the place of the present one; return (old, new).

        The old one is retired: what it signed still counts, and it opens what is sealed for it.
        Where it signs in a token, the new one does in the same.

        Raises
        ------
        KeyringError
            If none is valid now, or the passphrase is not its.
        """
        old = self.current(now_utc)
        another = self.unlock(old, passphrase).signer.another()  # both have one passphrase
        new = self.create(old.owner, passphrase, now_utc, valid_days, another)
        return self.revoke(old, Why.RETIRED, now_utc), new

    def revoke(self, key: PublicKey, why: Why, moment_utc: datetime) -> PublicKey:
        """Keep that a key, one's own or a sender's, is revoked from a moment on; return it so."""
        revoked = key.revoked(moment_utc.replace(microsecond=0), why)
        self._check_private()
        for target in (self._folder / "own" / key.id / _PUBLIC, self._sender_file(key)):
            if target.exists():
                self._put(target, lambda part: _write(part, record_json(revoked)))
        return revoked

    def import_sender(self, exported: bytes, fingerprint: str, what: str) -> PublicKey:
        """Trust a key that was exported, or take note of its revocation; return it as kept.

        Parameters
        ----------
        exported
        fingerprint
            As the sender read it aloud; blanks do not count. "" for a key that one trusts already.
        what
            The file is, for messages.

        Raises
        ------
        KeyringError
            If it is no key, or another than was read aloud.
        """
        key = read_signed_record(exported, what)
        known = next((one for one in self.senders() if one.id == key.id), None)
        if fingerprint.strip() or known is None:
            check_read_aloud(key, fingerprint, what)
        kept = key if known is None else known.narrowed_by(key)
        self._check_private()
        self._put(self._sender_file(kept), lambda part: _write(part, record_json(kept)))
        return kept

    def _sender_file(self, key: PublicKey) -> Path:
        return self._folder / "senders" / f"{key.id}.json"

    def _files(self, pattern: str) -> list[Path]:
        if not self._folder.exists():
            return []
        self._check_private()
        return sorted(self._folder.glob(pattern))

    def _read(self, path: Path, key_id: str) -> PublicKey:
        if path.stat().st_size > _MOST_FILE_BYTES:
            raise KeyringError(f"{path}: too large for a key.")
        key = read_record(path.read_bytes(), str(path))
        if key.id != key_id:
            raise KeyringError(f"{path}: holds key {key.id}; its files were changed or moved.")
        return key

    def _check_private(self) -> None:
        """Check that others can't look into the folder, if it is there."""
        if self._folder.exists() and self._folder.stat().st_mode & 0o077:
            raise KeyringError(
                f"{self._folder} is open to other users of this machine; its keys may have been "
                f"read. Close it: chmod -R go= {self._folder}"
            )

    def _put(self, target: Path, write: Callable[[Path], None]) -> None:
        """Write a file or folder beside, and rename it: whole, or not at all."""
        part = target.with_name(f".part-{uuid4().hex}")
        try:
            above = (target.parent,) if target == self._folder else (self._folder, target.parent)
            for folder in above:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(part)
            part.rename(target)
        except OSError as error:
            raise OutputError(f"{target}: the key can't be kept: {error}.") from error
        finally:
            if part.is_dir():
                shutil.rmtree(part)
            part.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, and have it survive a power cut."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
