"""Answers of partners as signed files: read, checked, kept; what is refused is on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.public_key import PublicKey
from cathartes.casework.release import TOLD, Release
from cathartes.casework.roles import Action
from cathartes.errors import CathartesError, InputError, KeyringError
from cathartes.pipeline.keys import DEFAULT_KEYS, read_up_to
from cathartes.pipeline.owners import own_folder
from cathartes.pipeline.permission import check_may
from cathartes.pipeline.release_sight import seen_releases
from cathartes.pipeline.sign_in import Who, signed_in
from cathartes.pipeline.site_update import update_answered_site
from cathartes.pipeline.verification import open_by_any, own_identities
from cathartes.sealing.keyring import Keyring
from cathartes.sealing.package import MOST_SEALED_BYTES
from cathartes.sealing.response_package import OpenedResponse, check_answers, response_of
from cathartes.sealing.secret_key import Identity
from cathartes.sealing.statement import sha256_of
from cathartes.store.evidence_folder import file_sha256
from cathartes.store.interface import Casebook
from cathartes.store.interface_releases import KeptResponse, ReleaseFilter
from cathartes.store.open import OpenedCasebook, open_casebook

REFUSED = "response.file-refused"
"""What the audit calls it when a file is not taken as an answer."""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Opener:
    """What answers are opened by.

    Attributes
    ----------
    identities
        One's own, unlocked.
    trusted
        Public keys that were compared with their owners, partners' among them.
    """

    identities: tuple[Identity, ...]
    trusted: tuple[PublicKey, ...]


def answers_read(
    casebook: str | Path,
    file: str | Path,
    who: Who,
    *,
    passphrase: str,
    keys: str | Path = DEFAULT_KEYS,
    received_utc: datetime | None = None,
) -> KeptResponse:
    """Take a partner's answer into the casebook; its file is only read, whatever comes of it.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    file
        As the partner sent it.
    who
        An analyst or a release authority.
    passphrase
        Of one's own keys.
    keys
        Folder with one's own keys, and the partners' keys, imported as senders'.
    received_utc
        When one had the file, by one's own records.

    Raises
    ------
    AccessError
        If who asks may not.
    PackageError, KeyringError, ReleaseError, InputError
        If it is not the partner's answer to what was sent to it, or can't follow what it answered
        before. The audit has who tried, the file's hash and why; nothing else was changed.
    """
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        book = opened.casebook
        actor = signed_in(book, who.user_id, who.password, who.code, now_utc)
        check_may(book, actor, Action.TAKE_ANSWER, now_utc)
        opener = opener_of(keys, passphrase)
        return take_answer(opened, Path(file), opener, actor, now_utc, received_utc)


def answers_list(
    casebook: str | Path, who: Who, *, release_ids: Iterable[str] = ()
) -> tuple[KeptResponse, ...]:
    """Return the answers to releases, by release and in order; to all releases if none is named.

    Raises
    ------
    AccessError
        If who asks may not.
    """
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        book = opened.casebook
        actor = signed_in(book, who.user_id, who.password, who.code, now_utc)
        wanted = tuple(release_ids) or _told_ids(book)
        for release_id in wanted:
            thing = book.release_thing(release_id)
            check_may(book, actor, Action.READ_RELEASES, now_utc, subject=release_id, thing=thing)
        every = [book.release(release_id) for release_id in wanted]
        known = [one.id for one in seen_releases(book, book.subject(actor), every)]
        by_release = book.responses(known)
        return tuple(kept for one in known for kept in by_release.get(one, ()))


def opener_of(keys: str | Path, passphrase: str) -> Opener:
    """Return what answers are opened by; KeyringError if it can't be unlocked, or is not there."""
    ring = Keyring(Path(keys))
    identities = tuple(own_identities(ring, passphrase))
    if not identities:
        raise KeyringError(f"{keys}: no key of yours is there; answers are sealed for yours.")
    return Opener(identities, ring.senders())


def take_answer(
    opened: OpenedCasebook,
    file: Path,
    opener: Opener,
    actor: str,
    now_utc: datetime,
    received_utc: datetime | None = None,
) -> KeptResponse:
    """Take an answer in; see `answers_read`."""
    book = opened.casebook
    senders = _senders(book, opener)
    sha256 = _hash_of(file)
    try:
        content = read_up_to(file, MOST_SEALED_BYTES)
        sha256 = sha256_of(content)
        answer = _checked(book, content, opener.identities, senders, now_utc, received_utc)
        kept = KeptResponse(answer.response, now_utc, actor, sha256, answer.signer.signing_key)
        keep_response(opened, kept, (content, *answer.attached.values()), actor, now_utc)
    except CathartesError as error:
        detail = {"file_sha256": sha256, "why": str(error)}
        book.note_refusal(REFUSED, sha256, dict(detail), actor, now_utc)
        raise
    update_answered_site(opened, kept.response.release_id, actor)
    return kept


def _senders(book: Casebook, opener: Opener) -> tuple[PublicKey, ...]:
    """Return the keys that partners have by now, of those that were compared with their owners."""
    partners = {one.signing_key for one in book.partners()}
    senders = tuple(key for key in opener.trusted if key.signing_key in partners)
    if not senders:
        raise KeyringError(
            "no partner's key is among the keys that you trust; take the key in that the partner "
            "exported: `cathartes key import-sender FILE --fingerprint …`."
        )
    return senders


def _checked(
    book: Casebook,
    content: bytes,
    identities: tuple[Identity, ...],
    senders: tuple[PublicKey, ...],
    now_utc: datetime,
    received_utc: datetime | None,
) -> OpenedResponse:
    """Return an answer that can be entered, as far as can be said before it is."""
    answer = response_of(open_by_any(content, identities, senders, now_utc, received_utc))
    release = book.release(answer.response.release_id)
    check_answers(
        answer,
        release,
        book.partner(release.partner_id),
        book.release_content(release.id).sender.id,
    )
    return answer


def _told_ids(book: Casebook) -> tuple[str, ...]:
    """Return the ids of all releases that a partner has, the last drafted first."""
    found: list[str] = []
    while True:
        page = book.releases(ReleaseFilter(TOLD), _PAGE, found[-1] if found else "")
        found += [one.id for one in page]
        if len(page) < _PAGE:
            return tuple(found)


def keep_response(
    opened: OpenedCasebook,
    kept: KeptResponse,
    contents: Iterable[bytes],
    actor: str,
    now_utc: datetime,
) -> Release:
    """Keep an answer with the bytes that came with it; errors as of `add_response`.

    Of an answer that is refused, nothing comes into the evidence: nobody can fill it.
    """
    with own_folder() as folder:
        for number, content in enumerate(contents):
            (folder / str(number)).write_bytes(content)

        def keep() -> None:
            for part in folder.iterdir():
                opened.evidence.put(part)

        return opened.casebook.add_response(kept, actor, now_utc, keep=keep)


def _hash_of(file: Path) -> str:
    try:
        return file_sha256(file)
    except OSError as error:
        raise InputError(f"{file}: can't be read: {error.strerror}.") from error
