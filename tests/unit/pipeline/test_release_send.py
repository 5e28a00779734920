"""Sending: after a kill at any moment a release is unsent, or sent and its delivery is taken up."""

import email
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default
from functools import cache
from pathlib import Path

import pytest

import cathartes.pipeline.purge as purging
import cathartes.pipeline.release_send as sending
import made_up_office as office
from cathartes.casework.due import due
from cathartes.casework.partner import Delivery, Way
from cathartes.casework.public_key import Why
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice, Sender
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, EvidenceError, KeyringError, MandateError, ReleaseError
from cathartes.pipeline import delivery, tak
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.pipeline.purge import purge
from cathartes.pipeline.release_send import deliver, seal_and_send
from cathartes.sealing.package import open_package
from cathartes.sealing.statement import Kind
from cathartes.store.database import NoAnswerError
from cathartes.store.open import open_casebook
from made_up_casebook import ME, MINUTE, NOW
from made_up_packages import key
from made_up_servers import HOST, Authority, demanding, read_request, serving

DAY_ONE, YEAR = datetime(2025, 1, 1, tzinfo=UTC), timedelta(days=366)
OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


package_files = cache(sending.package_files)
"""Made once for each content: the same gives the same bytes."""


class Killed(BaseException):
    """Nothing catches it."""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(sending, "package_files", package_files)
    monkeypatch.setattr(tak, "LISTEN_S", 0.2)


@pytest.fixture
def opened(tmp_path):
    """Return a casebook whose partner has a share and an e-mail address."""
    with open_casebook(tmp_path / "casebook", create=True) as opened:
        office.open_office(opened.casebook)
        (tmp_path / "share").mkdir()
        ways = (
            Delivery(Way.FOLDER, str(tmp_path / "share")),
            Delivery(Way.EMAIL, "guardia@oficina.example"),
        )
        ways_are(opened, *ways)
        yield opened


@pytest.fixture
def settings(tmp_path):
    return DeliverySettings(
        tmp_path / "outbox", "unit@survey.example", tmp_path / "tls", timeout_s=1.0, whole_s=3.0
    )


def keys_of(owner):
    public = key(owner).public
    return {"age_recipient": public.age_recipient, "signing_key": public.signing_key}


def ways_are(opened, *ways, **changes):
    told = {"deliveries": ways, **keys_of("partner")} | changes
    opened.casebook.change_partner(office.partner(**told), "ada", NOW)


def send(opened, release_id="R-1", actor="rosa", now=NOW + MINUTE, seen="", trusted=None):
    seen = seen or opened.casebook.release(release_id).content_sha256
    trusted = [key("partner").public] if trusted is None else trusted
    return seal_and_send(opened, release_id, key("A test unit"), trusted, seen, actor, now)


def delivered(opened, settings, release_id="R-1", actor="rosa", **told):
    return tuple(deliver(opened, release_id, settings, actor, lambda: NOW + 2 * MINUTE, **told))


def package(opened, release_id="R-1"):
    """Return what a partner opens."""
    sealed = opened.evidence.read(opened.casebook.release(release_id).package_sha256)
    identity, sender = key("partner").identity, key("A test unit").public
    return open_package(sealed, identity, [sender], NOW + timedelta(days=1))


def n_evidence(opened):
    return len(opened.evidence.all_sha256())


def test_the_package_says_what_was_approved_and_where_the_audit_was(opened):
    office.approve(opened.casebook)
    head = str(opened.casebook.audit_head())
    sent = send(opened)
    content = opened.casebook.release_content("R-1")
    assert (sent.state, sent.sent_by) == (ReleaseState.SENT, "rosa")
    assert sent.due_utc == due(content, NOW + MINUTE).due_utc
    facts = package(opened).facts
    assert (facts.kind, facts.release_id, facts.recipient) == (Kind.RELEASE, "R-1", "office")
    assert (facts.tlp, facts.is_exercise) == (Tlp.AMBER, False)
    assert facts.content_sha256 == sent.content_sha256
    assert facts.audit_head == head
    files = {one.name: one.content for one in package(opened).files}
    assert files["content.json"] == content.canonical_json
    assert opened.casebook.audit_of("R-1")[-1].detail["key"] == key("A test unit").public.id


@pytest.mark.parametrize(
    ("notice", "kind", "then"),
    [
        (Notice.UPDATE, Kind.CORRECTION, ReleaseState.SUPERSEDED),
        (Notice.CANCEL, Kind.RECALL, ReleaseState.RECALLED),
    ],
)
def test_corrections_and_recalls_are_messages_of_their_own(opened, settings, notice, kind, then):
    book = opened.casebook
    office.approve(book)
    send(opened)
    office.approve(book, "R-2", notice=notice, earlier=("R-1",))
    send(opened, "R-2")
    assert package(opened, "R-2").facts.kind is kind
    assert book.release("R-1").state is then
    with pytest.raises(ReleaseError, match="must not reach the partner now"):
        delivered(opened, settings)
    assert all(one.succeeded for one in delivered(opened, settings, "R-2"))


def test_a_drill_says_so(opened, settings):
    office.approve(opened.casebook, is_exercise=True)
    send(opened)
    assert package(opened).facts.is_exercise
    delivered(opened, settings)
    mail = email.message_from_bytes((settings.outbox / "R-1.eml").read_bytes(), policy=default)
    assert str(mail["Subject"]).startswith("EXERCISE · ")


@pytest.mark.parametrize("actor", ["dora", "ana", "ada", "aud", "cora", "pia", "nobody", ME])
def test_who_may_not_send_sends_nothing_and_that_is_on_record(opened, settings, actor):
    office.approve(opened.casebook)
    before = n_evidence(opened)
    with pytest.raises(AccessError):
        send(opened, actor=actor)
    assert opened.casebook.release("R-1").state is ReleaseState.APPROVED
    assert opened.casebook.audit_of("R-1")[-1].action == "release.denied"
    assert n_evidence(opened) == before, "what was sealed is gone"
    send(opened)
    with pytest.raises(AccessError):
        delivered(opened, settings, actor=actor)
    last = opened.casebook.audit_of("R-1")[-1]
    assert (last.action, last.actor) == ("refused", actor)
    assert not settings.outbox.exists()


@pytest.mark.parametrize("state", ["draft", "submitted", "refused", "dropped"])
def test_what_is_not_approved_is_neither_sealed_nor_delivered(opened, settings, state):
    book = opened.casebook
    office.draft(book)
    if state != "draft":
        office.step(book, Step.SUBMIT, "dora")
    if state == "refused":
        office.step(book, Step.REFUSE, "rita", why="not now")
    if state == "dropped":
        office.step(book, Step.DROP, "dora", why="not now")
    before = n_evidence(opened)
    with pytest.raises(ReleaseError, match=f"it is {state}"):
        send(opened)
    with pytest.raises(ReleaseError, match="was not sent: nothing of it is delivered"):
        delivered(opened, settings)
    assert n_evidence(opened) == before


def test_other_content_than_was_looked_at_is_not_sent(opened):
    office.approve(opened.casebook)
    with pytest.raises(ReleaseError, match="another than was looked at"):
        send(opened, seen="ab" * 32)
    assert opened.casebook.release("R-1").state is ReleaseState.APPROVED


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


def test_a_revoked_mandate_and_an_expired_key_stop_it(opened):
    office.approve(opened.casebook)
    with pytest.raises(KeyringError):
        send(opened, now=NOW.replace(year=2029))
    opened.casebook.revoke_mandate("MX-1", "ended", ME, NOW)
    with pytest.raises(MandateError):
        send(opened, now=NOW + timedelta(days=1))
    assert opened.casebook.release("R-1").state is ReleaseState.APPROVED


def test_it_is_delivered_by_each_way_once(opened, settings, tmp_path):
    office.approve(opened.casebook)
    send(opened)
    first = delivered(opened, settings)
    sealed = opened.evidence.read(opened.casebook.release("R-1").package_sha256)
    assert [one.succeeded for one in first] == [True, True]
    assert (tmp_path / "share" / "R-1.cathartes").read_bytes() == sealed
    mail = email.message_from_bytes((settings.outbox / "R-1.eml").read_bytes(), policy=default)
    assert next(mail.iter_attachments()).get_content() == sealed
    assert opened.casebook.deliveries("R-1") == first
    assert delivered(opened, settings) == (), "all is done"
    assert len(delivered(opened, settings, again=True)) == 2, "unless it is asked for"


def test_a_package_is_laid_into_a_folder_for_a_person(opened, settings, tmp_path):
    ways_are(opened)
    office.approve(opened.casebook)
    send(opened)
    assert delivered(opened, settings) == ()
    (tmp_path / "stick").mkdir()
    (one,) = delivered(opened, settings, hand_over=tmp_path / "stick")
    assert one.succeeded
    assert (tmp_path / "stick" / "R-1.cathartes").exists()


def test_a_way_that_fails_stops_no_other_and_is_taken_up(opened, settings, tmp_path):
    office.approve(opened.casebook)
    send(opened)
    (tmp_path / "share").rmdir()
    share, mail = delivered(opened, settings)
    assert (share.succeeded, mail.succeeded) == (False, True)
    assert "is the share or stick connected?" in share.told
    release = opened.casebook.release("R-1")
    assert release.state is ReleaseState.SENT
    entries = opened.casebook.audit_of("R-1")
    entry = next(one for one in entries if one.action == "release.deliver")
    assert (entry.actor, entry.detail["succeeded"]) == ("rosa", False)
    assert entry.detail["package"] == release.package_sha256
    (tmp_path / "share").mkdir()
    (only,) = delivered(opened, settings)
    assert (only.delivery.way, only.succeeded) == (Way.FOLDER, True)


def test_servers_that_fail_leave_it_sent_and_then_take_it(opened, settings, tmp_path):
    """HTTPS and TAK: wrong authority at first, then right; each try is on record."""
    authority = Authority(tmp_path / "authority")
    got: list[bytes] = []

    def web(connection):
        got.append(read_request(connection))
        connection.sendall(OK)

    def map_server(connection):
        while read := connection.recv(65536):
            got.append(read)

    server = demanding(authority.issue("server"), authority.pem)
    with serving(web, server) as web_port, serving(map_server, server) as tak_port:
        ways_are(
            opened,
            Delivery(Way.HTTPS, f"https://{HOST}:{web_port}/in/"),
            Delivery(Way.TAK, f"{HOST}:{tak_port}"),
        )
        office.approve(opened.casebook)
        send(opened)
        assert [one.succeeded for one in delivered(opened, settings)] == [False, False]
        assert got == []
        assert opened.casebook.release("R-1").state is ReleaseState.SENT
        folder = settings.tls / "office"
        folder.mkdir(parents=True)
        authority.pem.rename(folder / "ca.pem")
        authority.issue("ours", "ours.example").rename(folder / "client.pem")
        both = delivered(opened, settings)
        assert [one.succeeded for one in both] == [True, True], both
    sealed = opened.evidence.read(opened.casebook.release("R-1").package_sha256)
    assert got[0].endswith(sealed)
    assert b"b-m-p-s-m" in b"".join(got[1:])
    assert [one.succeeded for one in opened.casebook.deliveries("R-1")] == [False] * 2 + [True] * 2


def test_a_recall_takes_away_all_that_led_to_it(opened, settings, monkeypatch):
    """The update never reached the map: the first mark is still there."""
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:1"))
    book, shown = opened.casebook, []
    monkeypatch.setattr(
        delivery, "show_on_tak", lambda *told: shown.append(told) or "1 mark handed over"
    )
    office.approve(book)
    send(opened)
    office.approve(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    send(opened, "R-2")
    office.approve(book, "R-3", notice=Notice.CANCEL, earlier=("R-2",))
    send(opened, "R-3")
    delivered(opened, settings, "R-3")
    (told,) = shown
    assert told[0] == book.release_content("R-3")
    assert [one.release_id for one in told[0].earlier] == ["R-2", "R-1"]


def test_red_is_on_no_map(opened, settings):
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:1"), ceiling=Tlp.RED)
    office.approve(opened.casebook, tlp="RED")
    send(opened)
    (one,) = delivered(opened, settings)
    assert not one.succeeded
    assert "TLP:RED is for the persons who are told" in one.told


def test_red_takes_old_marks_away_and_sets_none(opened, settings, monkeypatch):
    ways_are(opened, Delivery(Way.TAK, f"{HOST}:1"), ceiling=Tlp.RED)
    book, shown = opened.casebook, []
    monkeypatch.setattr(delivery, "show_on_tak", lambda *told: shown.append(told) or "done")
    office.approve(book)
    send(opened)
    office.approve(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",), tlp="RED")
    send(opened, "R-2")
    (one,) = delivered(opened, settings, "R-2")
    assert one.succeeded
    ((content, *_),) = shown
    assert (content.finding, [one.release_id for one in content.earlier]) == (None, ["R-1"])


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


def test_a_disabled_partner_gets_recalls_alone(opened, settings):
    book = opened.casebook
    office.approve(book)
    send(opened)
    book.change_partner(replace(book.partner("office"), is_disabled=True), "ada", NOW)
    with pytest.raises(ReleaseError, match="is told nothing more; recalls alone"):
        delivered(opened, settings)
    office.approve(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    send(opened, "R-2")
    assert all(one.succeeded for one in delivered(opened, settings, "R-2"))


def test_a_recall_between_two_ways_stops_the_second(opened, settings):
    book = opened.casebook
    office.approve(book)
    send(opened)
    ways = deliver(opened, "R-1", settings, "rosa", lambda: NOW)
    assert next(ways).succeeded
    office.approve(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    send(opened, "R-2")
    with pytest.raises(ReleaseError, match="it must not reach the partner now"):
        next(ways)
    assert not settings.outbox.exists()


def killed(*_told, **_named):
    raise Killed


def after(function):
    def call(*told, **named):
        function(*told, **named)
        raise Killed

    return call


@pytest.mark.parametrize("when", ["before the evidence", "before the step", "after the step"])
def test_a_kill_while_sending_leaves_it_unsent_or_sent(opened, settings, monkeypatch, when):
    office.approve(opened.casebook)
    book = type(opened.casebook)
    with monkeypatch.context() as patch:
        if when == "before the evidence":
            patch.setattr(type(opened.evidence), "put", killed)
        else:
            take = killed if when == "before the step" else after(book.take_step)
            patch.setattr(book, "take_step", take)
        with pytest.raises(Killed):
            send(opened)
    release = opened.casebook.release("R-1")
    assert opened.casebook.deliveries("R-1") == ()
    assert (release.state is ReleaseState.SENT) == (when == "after the step")
    if release.state is not ReleaseState.SENT:
        send(opened)
    assert all(one.succeeded for one in delivered(opened, settings))
    assert package(opened).facts.release_id == "R-1"


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


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("where", ["before the way", "before the note", "after the note"])
def test_a_kill_while_delivering_is_taken_up(opened, settings, monkeypatch, tmp_path, nth, where):
    office.approve(opened.casebook)
    send(opened)
    book, calls = type(opened.casebook), []
    real = {"before the way": sending.deliver_by}.get(where, book.note_delivery)

    def sometimes(*told, **named):
        calls.append(None)
        if len(calls) == nth and where != "after the note":
            raise Killed
        result = real(*told, **named)
        if len(calls) == nth:
            raise Killed
        return result

    with monkeypatch.context() as patch:
        if where == "before the way":
            patch.setattr(sending, "deliver_by", sometimes)
        else:
            patch.setattr(book, "note_delivery", sometimes)
        with pytest.raises(Killed):
            delivered(opened, settings)
    rest = delivered(opened, settings)
    assert all(one.succeeded for one in rest)
    n_done = nth if where == "after the note" else nth - 1
    assert len(rest) == 2 - n_done
    assert {one.name for one in (tmp_path / "share").iterdir()} == {"R-1.cathartes"}
    assert {one.name for one in settings.outbox.iterdir()} == {"R-1.eml"}
    assert delivered(opened, settings) == ()


def test_what_is_delivered_tells_nothing_of_the_place_by_its_names(opened, settings, tmp_path):
    office.approve(opened.casebook)
    send(opened)
    told = json.dumps([one.told for one in delivered(opened, settings)])
    names = [
        path.name for folder in (tmp_path / "share", settings.outbox) for path in folder.iterdir()
    ]
    for secret in ("13Q", "20.2", "103", "o1-1"):
        assert secret not in told.replace(str(tmp_path), "")
        assert not [name for name in names if secret in name]
    assert Path(names[0]).stem == "R-1"
