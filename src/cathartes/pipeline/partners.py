"""Partners: who may be told, how much, and under which mandates; kept by administrators."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.partner import Partner
from cathartes.casework.public_key import PublicKey
from cathartes.casework.roles import Action
from cathartes.errors import KeyringError, ReleaseError
from cathartes.pipeline.keys import read_small
from cathartes.pipeline.partner_facts import PartnerFacts
from cathartes.pipeline.permission import check_may
from cathartes.pipeline.sign_in import Who, signed_in
from cathartes.sealing.key_record import read_signed_record
from cathartes.sealing.keyring import check_read_aloud
from cathartes.store.interface import Casebook
from cathartes.store.open import open_casebook

_NOTHING_SAID = PartnerFacts()


def partner_add(
    casebook: str | Path,
    partner_id: str,
    key_file: str | Path,
    fingerprint: str,
    facts: PartnerFacts,
    who: Who,
) -> Partner:
    """Enter a partner.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    partner_id
        Short name.
    key_file
        The partner's public key, as its `key_export` wrote it.
    fingerprint
        The key's number, as the partner read it aloud.
    facts
        Name, country and languages at least; what its profile does not say, it may not have.
    who
        An administrator.

    Raises
    ------
    AccessError
        If who asks may not.
    KeyringError
        If it is no key, another than was read aloud, or not valid now.
    ReleaseError, MandateError
        If it can't be, its id is taken, or a mandate is not there.
    """
    now_utc = datetime.now(UTC)
    key = partner_key(key_file, fingerprint, now_utc)
    partner = facts.new(partner_id, key.age_recipient, key.signing_key)
    with open_casebook(casebook) as opened:
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        add_partner(opened.casebook, partner, actor, now_utc)
    return partner


def partner_list(casebook: str | Path, who: Who) -> tuple[Partner, ...]:
    """Return all partners, by id; AccessError if who asks may not."""
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        check_may(opened.casebook, actor, Action.READ_PARTNERS, now_utc)
        return opened.casebook.partners()


def partner_show(casebook: str | Path, partner_id: str, who: Who) -> Partner:
    """Return a partner; ReleaseError if it is not there, AccessError if who asks may not."""
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        actor = signed_in(opened.casebook, who.user_id, who.password, who.code, now_utc)
        check_may(opened.casebook, actor, Action.READ_PARTNERS, now_utc, subject=partner_id)
        return opened.casebook.partner(partner_id)


def partner_keys(
    casebook: str | Path, partner_id: str, key_file: str | Path, fingerprint: str, who: Who
) -> Partner:
    """Give a partner another key; parameters and errors as of `partner_add`."""
    now_utc = datetime.now(UTC)
    key = partner_key(key_file, fingerprint, now_utc)
    with open_casebook(casebook) as opened:
        book = opened.casebook
        actor = signed_in(book, who.user_id, who.password, who.code, now_utc)
        return change_partner(book, partner_id, _NOTHING_SAID, actor, now_utc, key=key)


def partner_profile(
    casebook: str | Path, partner_id: str, facts: PartnerFacts, who: Who
) -> Partner:
    """Put what is said in the place of what there was; the rest stays. Errors as `partner_add`."""
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        book = opened.casebook
        actor = signed_in(book, who.user_id, who.password, who.code, now_utc)
        return change_partner(book, partner_id, facts, actor, now_utc)


def partner_disable(
    casebook: str | Path, partner_id: str, who: Who, *, enable: bool = False
) -> Partner:
    """Tell a partner nothing more, but that what it holds is recalled; or enable it again."""
    now_utc = datetime.now(UTC)
    with open_casebook(casebook) as opened:
        book = opened.casebook
        actor = signed_in(book, who.user_id, who.password, who.code, now_utc)
        return disable_partner(book, partner_id, actor, now_utc, enable=enable)


def partner_key(key_file: str | Path, fingerprint: str, now_utc: datetime) -> PublicKey:
    """Return a partner's exported public key, compared with what was read aloud, and valid now.

    Raises
    ------
    InputError, KeyringError
        If it is none, another, or not valid now.
    """
    content = read_small(Path(key_file))
    return read_partner_key(content, str(key_file), fingerprint, now_utc)


def read_partner_key(content: bytes, what: str, fingerprint: str, now_utc: datetime) -> PublicKey:
    """Return the key of an exported record; `what` it is, for messages. Errors as `partner_key`."""
    key = read_signed_record(content, what)
    check_read_aloud(key, fingerprint, what)
    is_valid = key.valid_from_utc <= now_utc < key.valid_until_utc
    if key.revocation is not None or not is_valid:
        state = f"revoked ({key.revocation.why})" if key.revocation else "not valid now"
        raise KeyringError(
            f"{what}: key {key.fingerprint} of {key.owner} is {state}; have the partner export "
            "its present one: `cathartes key export`."
        )
    return key


def add_partner(book: Casebook, partner: Partner, actor: str, now_utc: datetime) -> None:
    """Enter a partner; errors as of `partner_add`."""
    check_may(book, actor, Action.MANAGE_PARTNERS, now_utc, subject=partner.id)
    _check(book, partner)
    book.add_partner(partner, actor, now_utc)


def change_partner(
    book: Casebook,
    partner_id: str,
    facts: PartnerFacts,
    actor: str,
    now_utc: datetime,
    *,
    key: PublicKey | None = None,
) -> Partner:
    """Put what is said, and a key if one is given, in the place of what there was."""
    check_may(book, actor, Action.MANAGE_PARTNERS, now_utc, subject=partner_id)
    there = book.partner(partner_id)
    changed = facts.of(there)
    if key is not None:
        changed = replace(changed, age_recipient=key.age_recipient, signing_key=key.signing_key)
    if changed == there:
        raise ReleaseError(f"partner {partner_id} is so already; nothing was changed.")
    _check(book, changed)
    book.change_partner(changed, actor, now_utc)
    return changed


def disable_partner(
    book: Casebook, partner_id: str, actor: str, now_utc: datetime, *, enable: bool = False
) -> Partner:
    """Disable a partner, or enable it again."""
    check_may(book, actor, Action.MANAGE_PARTNERS, now_utc, subject=partner_id)
    there = book.partner(partner_id)
    if there.is_disabled is not enable:
        how = "enabled" if enable else "disabled"
        raise ReleaseError(f"partner {partner_id} is {how} already; nothing was changed.")
    changed = replace(there, is_disabled=not enable)
    book.change_partner(changed, actor, now_utc)
    return changed


def _check(book: Casebook, partner: Partner) -> None:
    """Check that its mandates are there, and that its keys are nobody else's."""
    for mandate_id in partner.mandate_ids:
        book.mandate(mandate_id)
    mine = {partner.age_recipient, partner.signing_key}
    for other in book.partners():
        if other.id != partner.id and mine & {other.age_recipient, other.signing_key}:
            raise ReleaseError(
                f"partner {partner.id}: its key is that of partner {other.id} already; each needs "
                "its own, or nobody could tell who answered."
            )
