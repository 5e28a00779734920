"""The demonstration's partner: an office with keys on a machine of its own, which is a folder.

Everything that a first release needs is there, but what persons must decide. Its passwords are
known to everybody: no casebook with anything real in it is to be made like this.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.partner import Delivery, Field, Way
from cathartes.casework.public_key import PublicKey
from cathartes.casework.tlp import Tlp
from cathartes.pipeline.keys import key_create, key_export, key_import_sender, key_list
from cathartes.pipeline.partner_facts import PartnerFacts
from cathartes.pipeline.partners import add_partner
from cathartes.store.interface import Casebook

PARTNER_ID = "made-up-partner"
"""As simulated mandates name it."""
PASSPHRASE = "made-up passphrase"  # noqa: S105  # printed by the demonstration
"""Of both folders of keys."""

KEYS = "keys"
"""Folder of the sender's keys in the demonstration's folder, and of the partner's on its machine.

Beside each lies the other's exported key, as it was brought there.
"""
OTHER_MACHINE = "partner"
"""Folder in the demonstration's folder that stands for the partner's machine."""
INBOX = "inbox"
"""Folder there into which packages are laid."""

_WITHHELD = frozenset(
    {Field.HOURS, Field.COLUMN_DENSITY, Field.REVIEWERS_CONFIDENCE, Field.SENSOR_KIND}
)


@dataclass(frozen=True, slots=True)
class DemonstratedPartner:
    """Where everything of a release lies.

    Attributes
    ----------
    keys
        Of the office that has the casebook.
    machine
        The partner's.
    """

    keys: Path
    machine: Path

    @property
    def partner_keys(self) -> Path:
        """The partner's keys, on its machine."""
        return self.machine / KEYS

    @property
    def inbox(self) -> Path:
        """Where its packages are laid, on its machine."""
        return self.machine / INBOX


def demo_partner(out: Path, book: Casebook, mandate_id: str, keeper: str) -> DemonstratedPartner:
    """Make both offices' keys, exchange them, and enter the partner; what is there is kept.

    Parameters
    ----------
    out
        The demonstration's folder.
    book
    mandate_id
        Under which the partner may be told.
    keeper
        The administrator who enters it.

    Raises
    ------
    OutputError
        If a folder can't be written.
    """
    made = DemonstratedPartner(out / KEYS, out / OTHER_MACHINE)
    made.inbox.mkdir(parents=True, exist_ok=True)
    ours = _own("Made-up air survey", made.keys)
    theirs = _own("Made-up authority", made.partner_keys)
    _bring(ours, made.keys, made.machine / "survey.cathartes-key", made.partner_keys)
    _bring(theirs, made.partner_keys, out / "partner.cathartes-key", made.keys)
    if all(one.id != PARTNER_ID for one in book.partners()):
        facts = PartnerFacts(
            name=theirs.owner,
            country="XX",
            languages=("en", "es"),
            fields=frozenset(Field) - _WITHHELD,
            cell_m=100,
            ceiling=Tlp.AMBER,
            mandate_ids=(mandate_id,),
            deliveries=(Delivery(Way.FOLDER, str(made.inbox.resolve())),),
        )
        partner = facts.new(PARTNER_ID, theirs.age_recipient, theirs.signing_key)
        add_partner(book, partner, keeper, datetime.now(UTC))
    return made


def _own(owner: str, keys: Path) -> PublicKey:
    """Return the newest of a folder's own keys, made now if there is none."""
    there = key_list(keys=keys)["own"]
    return there[0] if there else key_create(owner, PASSPHRASE, keys=keys)


def _bring(key: PublicKey, keys: Path, exported: Path, others_keys: Path) -> None:
    """Have the other office take in a key, as its fingerprint is read aloud."""
    if key.id in {one.id for one in key_list(keys=others_keys)["senders"]}:
        return
    if not exported.exists():
        key_export(key.id, PASSPHRASE, exported, keys=keys)
    key_import_sender(exported, key.fingerprint, keys=others_keys)
