"""A partner is valid at birth, and has nothing that nobody allowed."""

import dataclasses

import pytest

from cathartes.casework.partner import Field, Partner
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError

# The specification of age names this recipient (C2SP, age v1, "The X25519 recipient type").
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
# RFC 8032, section 7.1, test 1.
SIGNING_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def partner(**other):
    told = {
        "id": "fgr-son",
        "name": "Fiscalía de Sonora",
        "country": "MX",
        "languages": ("es",),
        "age_recipient": RECIPIENT,
        "signing_key": SIGNING_KEY,
    }
    return Partner(**(told | other))


def test_by_default_it_may_have_nothing():
    one = partner()
    assert one.withheld == tuple(Field)
    assert (one.cell_m, one.ceiling, one.mandate_ids) == (1000, Tlp.CLEAR, ())


def test_what_is_not_allowed_is_named_as_withheld():
    one = partner(fields=frozenset({Field.RATE, Field.FLAGS}))
    assert set(one.withheld) == set(Field) - {Field.RATE, Field.FLAGS}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": ""}, "lower-case letters"),
        ({"id": "../fgr"}, "lower-case letters"),
        ({"name": " "}, "a name of 1 to 200"),
        ({"name": "a\x1b[2J"}, "printable"),
        ({"country": "mx"}, "two capital letters"),
        ({"country": "MEX"}, "two capital letters"),
        ({"languages": ()}, "at least one language"),
        ({"languages": ("es", "es")}, "each once"),
        ({"languages": ("Spanish",)}, "as es or es-MX"),
        ({"age_recipient": ""}, "62 characters"),
        ({"age_recipient": RECIPIENT[:-1]}, "cut or mistyped"),
        ({"age_recipient": RECIPIENT[:-1] + "q"}, "cut or mistyped"),
        ({"age_recipient": RECIPIENT.upper()}, "cut or mistyped"),
        ({"signing_key": ""}, "44 characters"),
        ({"signing_key": SIGNING_KEY[:-1]}, "44 characters"),
        ({"signing_key": "AAAA"}, "44 characters"),
        ({"signing_key": SIGNING_KEY[:-2] + "p="}, "44 characters"),  # bits beyond the last byte
        ({"fields": frozenset({"track"})}, "'track' is no field"),
        ({"cell_m": 1}, "10, 100 or 1000"),
        ({"mandate_ids": ("b", "a")}, "each once, sorted"),
    ],
)
def test_what_can_not_be_is_refused(wrong, said):
    with pytest.raises(ReleaseError, match=said):
        partner(**wrong)


def test_every_slip_of_one_letter_in_a_recipient_is_seen():
    """Bech32 finds any error of up to four letters (BIP 173)."""
    for place in range(4, len(RECIPIENT)):
        for letter in "qpzry9x8gf2tvdw0s3jn54khce6mua7l".replace(RECIPIENT[place], ""):
            slipped = RECIPIENT[:place] + letter + RECIPIENT[place + 1 :]
            with pytest.raises(ReleaseError, match="cut or mistyped"):
                partner(age_recipient=slipped)


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        partner().ceiling = Tlp.RED
