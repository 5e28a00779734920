"""Does the key hold for which a release is to be sealed? By our own record of partners' keys."""

from collections.abc import Iterable
from datetime import datetime

from cathartes.casework.partner import Partner
from cathartes.casework.public_key import PublicKey, Why
from cathartes.casework.release import Release
from cathartes.casework.release_material import Notice
from cathartes.errors import KeyringError


def check_recipient(
    release: Release, partner: Partner, trusted: Iterable[PublicKey], now_utc: datetime
) -> None:
    """Check that a partner's key may be sealed for now.

    A recall goes out for a key that is expired or retired: nobody else has it, a partner that is
    told nothing more makes no new one, and what it holds must not stand.

    Parameters
    ----------
    release
    partner
        Whom it is for; its record says which key, and not for how long.
    trusted
        Keys that were compared with their owners, as they are known by now.
    now_utc

    Raises
    ------
    KeyringError
        If it may not, with what to do.
    """
    both = partner.signing_key, partner.age_recipient
    key = next((one for one in trusted if (one.signing_key, one.age_recipient) == both), None)
    if key is None:
        raise KeyringError(
            f"release {release.id}: the key of partner {partner.id} is not among those that you "
            "trust, so that nobody can say whether it still holds. Take in the file that the "
            "partner exported: `cathartes key import-sender FILE --fingerprint …`."
        )
    why = key.revocation.why if key.revocation else None
    is_valid = why is None and key.valid_from_utc <= now_utc < key.valid_until_utc
    if is_valid or (release.notice is Notice.CANCEL and why is not Why.COMPROMISED):
        return
    span = f"valid from {key.valid_from_utc:%Y-%m-%d} to {key.valid_until_utc:%Y-%m-%d}, not now"
    raise KeyringError(
        f"release {release.id}: key {key.fingerprint} of partner {partner.id} is "
        f"{f'revoked ({why})' if why else span}. Have the partner export its present key; an "
        f"administrator enters it (`cathartes partner keys {partner.id} FILE --fingerprint …`), "
        "and who sends takes it in (`cathartes key import-sender`). Then write the release anew "
        f"(`cathartes release redraft {release.id}`)."
    )
