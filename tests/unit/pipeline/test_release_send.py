"""Sending: after a kill at any moment a release is unsent, or sent and its delivery is taken up."""

import email
import json
from dataclasses import replace
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest

import cathartes.pipeline.release_send as sending
import made_up_office as office
from cathartes.casework.due import due
from cathartes.casework.partner import Delivery, Way
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, KeyringError, MandateError, ReleaseError
from cathartes.pipeline import delivery
from cathartes.pipeline.release_send import deliver
from cathartes.sealing.statement import Kind
from made_up_casebook import ME, MINUTE, NOW
from made_up_packages import key
from made_up_servers import HOST, Authority, demanding, read_request, serving
from sending_office import (
    be_quick,
    delivered,
    n_evidence,
    open_with_ways,
    package,
    send,
    settings_in,
    ways_are,
)

OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Killed(BaseException):
    """Nothing catches it."""


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
