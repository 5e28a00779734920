"""A package is whole, for who reads it, and from a trusted sender; or it is refused by name."""

import base64
import hashlib
import json
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import rfc8785

from cathartes.casework.public_key import Revocation, Why
from cathartes.casework.tlp import Tlp
from cathartes.errors import KeyringError, PackageError
from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.envelope import pre_authentication, sign
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import open_package, write_package
from cathartes.sealing.secret_key import seal
from cathartes.sealing.statement import PAYLOAD_TYPE, Kind

sys.path.insert(0, str(Path(__file__).parents[2]))
from made_up_packages import FROM, NOW, SIGNED, UNTIL, facts, files, key, package

SENDER, PARTNER = key("sender"), key("partner")
RECIPIENT = PARTNER.public.age_recipient


def opened(sealed, senders=(SENDER.public,), now_utc=NOW, received_utc=None):
    return open_package(sealed, PARTNER.identity, senders, now_utc, received_utc)


def members_of(sealed):
    return unpack(PARTNER.identity.open(sealed))


def resealed(members):
    return seal(pack(members), RECIPIENT)


def with_changed(name, change):
    members = members_of(package())
    members[name] = change(members[name])
    return resealed(members)


def with_statement(change):
    """Return a package whose statement was changed and signed again, by the sender itself."""
    members = members_of(package())
    envelope = json.loads(members["statement.dsse.json"])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    change(statement)
    members["statement.dsse.json"] = sign(PAYLOAD_TYPE, rfc8785.dumps(statement), SENDER)
    return resealed(members)


def test_what_was_written_is_read():
    found = opened(package(kind=Kind.RECALL, is_exercise=True, tlp=Tlp.RED))
    assert found.facts == facts(kind=Kind.RECALL, is_exercise=True, tlp=Tlp.RED)
    assert found.sender == SENDER.public
    assert {one.name for one in found.files} == {
        "README.txt", "images/plume-1.png", "report.pdf",
    }  # fmt: skip
    assert set(files()) <= set(found.files)


def test_what_is_signed_is_the_encoding_of_the_specification():
    """DSSE protocol.md, test vectors."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pre_authentication("http://example.com/HelloWorld", b"hello world") == expected


def test_the_statement_is_one_of_in_toto():
    envelope = json.loads(members_of(package())["statement.dsse.json"])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert set(statement) == {"_type", "predicate", "predicateType", "subject"}
    report = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}["report.pdf"]
    assert report == hashlib.sha256(files()[0].content).hexdigest()


def test_the_same_content_makes_the_same_archive_without_owner_or_time():
    first, second = (PARTNER.identity.open(package()) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(BytesIO(first)) as archive:
        for one in archive.infolist():
            assert one.date_time == (1980, 1, 1, 0, 0, 0)
            assert (one.extra, one.comment, one.compress_type) == (b"", b"", zipfile.ZIP_STORED)


def test_the_archive_is_the_same_on_every_python():
    """The bytes are the contract: a reader packs again and compares."""
    made = pack({"a.txt": b"abc", "b/c.bin": bytes(3)})
    assert hashlib.sha256(made).hexdigest() == (
        "83e320ac0c20b315d033a911ffd5248ecdf7afdb74d42e34ca55fff5ef5a3442"
    )


def test_a_cut_package_is_refused():
    whole = package()
    for size in (0, 10, 100, 300, len(whole) // 2, len(whole) - 1):
        with pytest.raises(PackageError):
            opened(whole[:size])


def test_a_package_for_somebody_else_is_refused():
    theirs = write_package(files(), facts(), SENDER, key("other").public.age_recipient)
    with pytest.raises(PackageError, match="sealed for somebody else"):
        opened(theirs)


def test_a_package_that_its_recipient_passed_on_is_refused():
    theirs = write_package(files(), facts(), SENDER, key("other").public.age_recipient)
    passed_on = seal(key("other").identity.open(theirs), RECIPIENT)
    with pytest.raises(PackageError, match="somebody passed it on to you"):
        opened(passed_on)


def test_a_package_of_a_stranger_is_refused():
    forged = write_package(files(), facts(), key("stranger"), RECIPIENT)
    with pytest.raises(PackageError, match="none of the senders you trust"):
        opened(forged)
    with pytest.raises(PackageError, match="none of the senders"):
        opened(package(), senders=())


def test_a_stranger_who_claims_a_trusted_key_is_refused():
    members = members_of(write_package(files(), facts(), key("stranger"), RECIPIENT))
    envelope = json.loads(members["statement.dsse.json"])
    envelope["signatures"][0]["keyid"] = SENDER.public.id
    members["statement.dsse.json"] = rfc8785.dumps(envelope)
    with pytest.raises(PackageError, match="signature does not fit"):
        opened(resealed(members))


@pytest.mark.parametrize("name", ["report.pdf", "README.txt", "manifest.json"])
def test_a_changed_file_is_named(name):
    sealed = with_changed(name, lambda content: content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(PackageError, match=f"'{name}' was changed after it was signed"):
        opened(sealed)


def test_a_file_swapped_in_from_another_package_is_refused():
    other = members_of(write_package(files(b"another"), facts(), SENDER, RECIPIENT))
    with pytest.raises(PackageError, match=r"'report\.pdf' was changed"):
        opened(with_changed("report.pdf", lambda _: other["report.pdf"]))


def test_a_signature_swapped_in_from_another_release_is_refused():
    other = members_of(package(release_id="R-2026-0002"))
    with pytest.raises(PackageError, match="was changed after it was signed"):
        opened(with_changed("statement.dsse.json", lambda _: other["statement.dsse.json"]))


def test_a_manifest_of_another_release_is_refused_even_if_signed():
    other = members_of(package(release_id="R-2026-0002"))
    members = members_of(package())
    members["manifest.json"] = other["manifest.json"]
    envelope = json.loads(members.pop("statement.dsse.json"))
    statement = json.loads(base64.b64decode(envelope["payload"]))
    for one in statement["subject"]:
        one["digest"]["sha256"] = hashlib.sha256(members[one["name"]]).hexdigest()
    members["statement.dsse.json"] = sign(PAYLOAD_TYPE, rfc8785.dumps(statement), SENDER)
    with pytest.raises(PackageError, match="of another release"):
        opened(resealed(members))


def test_a_file_more_or_less_is_refused():
    members = members_of(package())
    with pytest.raises(PackageError, match=r"'extra\.txt' was added"):
        opened(resealed(members | {"extra.txt": b"x"}))
    del members["report.pdf"]
    with pytest.raises(PackageError, match=r"'report\.pdf' is missing"):
        opened(resealed(members))
    for needed in ("manifest.json", "statement.dsse.json"):
        with pytest.raises(PackageError, match=f"{needed} is not in the package"):
            opened(resealed({k: v for k, v in members_of(package()).items() if k != needed}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["predicate"].update(kind="order"), "no package says so"),
        (lambda one: one["predicate"].update(tlp="WHITE"), "no package says so"),
        (lambda one: one["predicate"].update(signed="2026-5-4T16:00:00Z"), "not written as"),
        (lambda one: one["predicate"].update(signed="yesterday"), "no package says so"),
        (lambda one: one["predicate"].update(release_id=""), "an empty one is nobody's"),
        (lambda one: one["predicate"].update(recipient=""), "an empty one is nobody's"),
        (lambda one: one["predicate"].update(note="more"), "Extra inputs"),
        (lambda one: one["predicate"].pop("tlp"), "Field required"),
        (lambda one: one["predicate"].update(is_exercise="no"), "valid boolean"),
        (lambda one: one["predicate"].update(sender_key="0" * 32), "speaks of another key"),
        (lambda one: one.update(predicateType="https://slsa.dev/provenance/v1"), "should be"),
        (lambda one: one["subject"].append(one["subject"][0]), "not written as"),
        (lambda one: one["subject"].reverse(), "not written as"),
        (lambda one: one["subject"][0].update(name="../x"), "was added|is missing"),
    ],
)
def test_a_statement_that_is_none_is_refused_even_if_signed(change, said):
    with pytest.raises(PackageError, match=said):
        opened(with_statement(change))


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: b" " + text,
        lambda text: text.replace(b'"signatures"', b'"payload":"","signatures"'),
        lambda text: b"[" * 100_000,
        lambda text: b"\xff",
        lambda text: b"1" * 10_000,
        lambda text: b"NaN",
        lambda text: b"{}",
        lambda text: text.replace(b'"sig":"', b'"sig":"!'),
        lambda text: b"x" * (5 << 20),
    ],
)
def test_an_envelope_that_is_rewritten_is_refused(rewrite):
    with pytest.raises(PackageError, match="the signature: "):
        opened(with_changed("statement.dsse.json", rewrite))


def test_a_second_signature_is_refused():
    def doubled(text):
        envelope = json.loads(text)
        envelope["signatures"] *= 2
        return rfc8785.dumps(envelope)

    with pytest.raises(PackageError, match="signatures"):
        opened(with_changed("statement.dsse.json", doubled))


def test_base64_is_written_in_one_way():
    """The last character of a signature has four bits that say nothing."""

    def slipped(text):
        envelope = json.loads(text)
        told = envelope["signatures"][0]["sig"]
        envelope["signatures"][0]["sig"] = told[:-3] + chr(ord(told[-3]) ^ 1) + "=="
        return rfc8785.dumps(envelope)

    with pytest.raises(PackageError, match="the signature: "):
        opened(with_changed("statement.dsse.json", slipped))


def test_a_key_signs_only_while_it_is_valid():
    for moment in (FROM - timedelta(seconds=1), UNTIL):
        with pytest.raises(KeyringError, match="not now"):
            package(signed_utc=moment)


def test_a_package_from_the_future_is_refused():
    assert opened(package(), now_utc=SIGNED - timedelta(minutes=9))
    with pytest.raises(KeyringError, match="a clock is wrong"):
        opened(package(), now_utc=SIGNED - timedelta(minutes=11))


def test_a_key_expired_by_now_still_vouches_for_what_it_signed():
    assert opened(package(), now_utc=UNTIL + timedelta(days=1))


def test_what_a_trusted_record_says_of_the_dates_counts():
    ended = type(SENDER.public)(
        "sender", SENDER.public.signing_key, RECIPIENT, FROM, SIGNED,
    )  # fmt: skip
    with pytest.raises(PackageError, match="none of the senders"):  # another pair is another key
        opened(package(), senders=(ended,))


def revoked(moment_utc, why):
    return (SENDER.public.revoked(moment_utc, why),)


def test_later_signatures_of_a_revoked_key_are_refused_and_earlier_ones_verify():
    later, before = SIGNED + timedelta(seconds=1), SIGNED
    found = opened(package(), senders=revoked(later, Why.RETIRED))
    assert found.sender.revocation == Revocation(later, Why.RETIRED)
    with pytest.raises(KeyringError, match="after it was revoked"):
        opened(package(), senders=revoked(before, Why.RETIRED))


def test_a_compromised_keys_time_of_signing_is_worth_nothing_by_itself():
    """Who has stolen it can write any: only the receiver's own records tell."""
    stolen = SIGNED + timedelta(hours=6)
    senders = revoked(stolen, Why.COMPROMISED)
    with pytest.raises(KeyringError, match="can write any time of signing"):
        opened(package(), senders=senders)
    with pytest.raises(KeyringError, match="can write any time of signing"):
        opened(package(), senders=senders, received_utc=stolen)
    assert opened(package(), senders=senders, received_utc=stolen - timedelta(seconds=1))
    with pytest.raises(KeyringError, match="a clock is wrong"):
        opened(package(), senders=senders, received_utc=SIGNED - timedelta(days=1))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"release_id": ""}, "an empty one is nobody's"),
        ({"recipient": ""}, "an empty one is nobody's"),
        ({"content_sha256": "x"}, "a SHA-256 is needed"),
        ({"audit_head": "17"}, "NUMBER:HASH"),
        ({"signed_utc": SIGNED.replace(microsecond=1)}, "to the second"),
        ({"signed_utc": SIGNED.replace(tzinfo=None)}, "a time zone"),
    ],
)
def test_facts_that_can_not_be_are_refused(wrong, said):
    with pytest.raises(PackageError, match=said):
        facts(**wrong)


def test_an_empty_recipient_is_nobody():
    with pytest.raises(PackageError, match="an age recipient is needed"):
        write_package(files(), facts(), SENDER, "")


@pytest.mark.parametrize("name", ["manifest.json", "README.txt", "statement.dsse.json"])
def test_no_file_takes_the_place_of_the_packages_own(name):
    own = PackageFile(name, "text/plain", "Mine.", b"")
    with pytest.raises(PackageError, match="are there anyway"):
        write_package((own,), facts(), SENDER, RECIPIENT)


@pytest.mark.parametrize("description", ["", " ", "two\nlines", "\x1b[2J", "x" * 501])
def test_every_file_is_described(description):
    with pytest.raises(PackageError, match="a description is needed"):
        PackageFile("a.txt", "text/plain", description, b"")


def test_a_secret_is_not_shown():
    assert "AGE-SECRET" not in repr(SENDER)
    assert "Private" not in repr(SENDER)
