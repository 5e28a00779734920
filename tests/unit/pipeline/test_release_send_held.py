"""Sending, as an enemy in the house would like it: refused, and nothing gets out or is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cathartes.pipeline.purge as purging
import made_up_office as office
from cathartes.casework.partner import Delivery, Way
from cathartes.casework.public_key import Why
from cathartes.casework.release import ReleaseState
from cathartes.casework.release_material import Notice, Sender
from cathartes.errors import EvidenceError, KeyringError, ReleaseError
from cathartes.pipeline import delivery
from cathartes.pipeline.purge import purge
from cathartes.store.database import NoAnswerError
from made_up_casebook import NOW
from made_up_packages import key
from made_up_servers import HOST
from sending_office import (
    be_quick,
    delivered,
    keys_of,
    n_evidence,
    open_with_ways,
    package,
    send,
    settings_in,
    ways_are,
)

DAY_ONE, YEAR = datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=366)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    be_quick(monkeypatch)


@pytest.fixture
def opened(tmp_path):
    with open_with_ways(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


def test_who_signs_is_who_the_content_says(opened):
    """A partner compares the key's owner with the sender: another's key would tell it of two."""
    office.approve(opened.casebook, sender=Sender("another-unit", "Another unit"))
    before = n_evidence(opened)
    with pytest.raises(KeyringError, match=r"Another unit sends.* of A test unit.*--keys"):
        send(opened)
    assert opened.casebook.release("R-1").state is ReleaseState.APPROVED
    assert n_evidence(opened) == before


def test_a_partner_that_changed_meanwhile_gets_nothing(opened):
    office.approve(opened.casebook)
    before = n_evidence(opened)
    ways_are(opened, **keys_of("thief"))
    with pytest.raises(ReleaseError, match="was changed since it was drafted"):
        send(opened, trusted=[key("thief").public])
    assert n_evidence(opened) == before


@pytest.mark.parametrize(
    ("what", "says", "recall_goes"),
    [
        ("unknown", "not among those that you trust.*import-sender FILE", False),
        ("expired", "valid from 2025-01-01 to 2026-01-02, not now.*partner keys office", True),
        ("not yet", "valid from 2029-01-04.*not now.*partner keys office", True),
        ("retired", r"is revoked \(retired\).*present key.*release redraft R-1", True),
        ("compromised", r"is revoked \(compromised\).*present key", False),
    ],
)
def test_nothing_is_sealed_for_a_key_that_does_not_hold(opened, what, says, recall_goes):
    """Whoever has an old key reads what is sealed for it; a recall tells nothing of the place."""
    public = key("partner").public
    trusted = {
        "unknown": [replace(public, age_recipient=key("thief").public.age_recipient)],
        "expired": [replace(public, valid_from_utc=DAY_ONE, valid_until_utc=DAY_ONE + YEAR)],
        "not yet": [
            replace(public, valid_from_utc=DAY_ONE + 4 * YEAR, valid_until_utc=DAY_ONE + 9 * YEAR)
        ],
        "retired": [public.revoked(NOW.replace(microsecond=0), Why.RETIRED)],
        "compromised": [public.revoked(NOW.replace(microsecond=0), Why.COMPROMISED)],
    }[what]
    book = opened.casebook
    office.approve(book)
    before = n_evidence(opened)
    with pytest.raises(KeyringError, match=says):
        send(opened, trusted=trusted)
    assert (book.release("R-1").state, n_evidence(opened)) == (ReleaseState.APPROVED, before)
    send(opened)
    office.approve(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    if recall_goes:
        assert send(opened, "R-2", trusted=trusted).state is ReleaseState.SENT
    else:
        with pytest.raises(KeyringError, match=r"R-2.*present key|R-2.*not among"):
            send(opened, "R-2", trusted=trusted)


def test_a_purge_between_evidence_and_step_takes_no_package(opened, settings, monkeypatch):
    office.approve(opened.casebook)
    book, take_step = type(opened.casebook), type(opened.casebook).take_step

    def purged_first(*told, **named):
        assert purge(opened.casebook.database.where).n_orphaned == 1
        assert n_evidence(opened) == 0
        return take_step(*told, **named)

    with monkeypatch.context() as patch:
        patch.setattr(book, "take_step", purged_first)
        send(opened)
    assert package(opened).facts.release_id == "R-1"
    assert all(one.succeeded for one in delivered(opened, settings))


def test_a_package_that_is_sent_while_a_purge_counts_stays(opened, monkeypatch):
    office.approve(opened.casebook)
    orphaned = purging._orphaned

    def counted_first(purged):
        path = Path(purged.casebook.database.where) / "a file"
        path.write_bytes(b"nobody's")
        nobodys = purged.evidence.put(path)
        send(opened)
        package_sha256 = opened.casebook.release("R-1").package_sha256
        assert orphaned(purged) == (nobodys,)
        return nobodys, package_sha256

    monkeypatch.setattr(purging, "_orphaned", counted_first)
    assert purge(opened.casebook.database.where).n_orphaned == 1
    assert package(opened).facts.release_id == "R-1"
    entry = next(one for one in opened.casebook.audit_entries() if one.action == "evidence.remove")
    assert opened.casebook.release("R-1").package_sha256 not in entry.detail["sha256"]


def test_no_answer_after_the_step_leaves_the_package(opened, settings, monkeypatch):
    """The connection broke when it was committed: it may well be sent."""
    office.approve(opened.casebook)
    book, take_step = type(opened.casebook), type(opened.casebook).take_step

    def then_away(*told, **named):
        take_step(*told, **named)
        raise NoAnswerError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(book, "take_step", then_away)
        with pytest.raises(NoAnswerError):
            send(opened)
    assert opened.casebook.release("R-1").state is ReleaseState.SENT
    assert all(one.succeeded for one in delivered(opened, settings))


def test_a_map_that_was_named_after_the_approval_shows_nothing(opened, settings, monkeypatch):
    """A mark is not sealed: an administrator sees no place by naming a server of their own."""
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:1"))
    book, shown = opened.casebook, []
    monkeypatch.setattr(delivery, "show_on_tak", lambda *told: shown.append(told) or "done")
    office.approve(book)
    send(opened)
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:2"))
    (one,) = delivered(opened, settings)
    assert not one.succeeded
    assert "was changed since release R-1 was approved" in one.told
    assert shown == []
    office.approve(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    send(opened, "R-2")
    assert delivered(opened, settings, "R-2")[0].succeeded
    office.approve(book, "R-3", notice=Notice.CANCEL, earlier=("R-2",))
    send(opened, "R-3")
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:1"))
    assert delivered(opened, settings, "R-3")[0].succeeded, "a recall tells no place"
    assert len(shown) == 2


def test_a_package_that_was_swapped_in_the_evidence_reaches_nobody(opened, settings, tmp_path):
    office.approve(opened.casebook)
    package_sha256 = send(opened).package_sha256
    other = opened.evidence.fetch(package_sha256)
    other.write_bytes(b"another package")
    with pytest.raises(EvidenceError, match="was changed: its bytes have another hash"):
        delivered(opened, settings)
    assert list((tmp_path / "share").iterdir()) == []
    assert opened.casebook.deliveries("R-1") == ()


@pytest.mark.parametrize("leads_to", ["a file", "the same", "nothing"])
def test_a_link_in_a_share_is_not_written_through(opened, settings, tmp_path, leads_to):
    office.approve(opened.casebook)
    send(opened)
    target = tmp_path / "elsewhere"
    sealed = opened.evidence.read(opened.casebook.release("R-1").package_sha256)
    content = {"a file": b"mine", "the same": sealed, "nothing": None}[leads_to]
    if content is not None:
        target.write_bytes(content)
    (tmp_path / "share" / "R-1.cathartes").symlink_to(target)
    share, _ = delivered(opened, settings)
    assert share.succeeded == (leads_to == "the same")
    assert (target.read_bytes() if target.exists() else None) == content
