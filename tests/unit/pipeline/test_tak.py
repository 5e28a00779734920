"""Marks handed to a TAK server: a listener on loopback stands for it; a real one is in system/."""

import re
import time
from xml.etree import ElementTree as ET

import pytest

from cathartes.casework.redaction import content_for
from cathartes.casework.release_material import Notice
from cathartes.errors import NoConnectionError
from cathartes.pipeline import tak
from cathartes.pipeline.tak import show_on_tak
from cathartes.pipeline.tls import TlsFiles
from cathartes.products.release.cot import mark_uid, release_events
from made_up_release import material, partner
from made_up_servers import HOST, Authority, demanding, serving


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.issue("tak-server")


@pytest.fixture(scope="module")
def tls(authority):
    return TlsFiles(authority.pem, authority.issue("ours", "ours.example"))


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(tak, "LISTEN_S", 0.2)


def content(notice=Notice.ALERT):
    return content_for(partner(), material(notice))


def listening(got: list[bytes], answer: bytes = b""):
    """Return a handler that takes what comes until the other side goes."""

    def handle(connection):
        if answer:
            connection.sendall(answer)
        while read := connection.recv(65536):
            got.append(read)

    return handle


def shown(port, tls, told=None, **times):
    times = {"timeout_s": 3.0, "whole_s": 3.0} | times
    return show_on_tak(told or content(), f"{HOST}:{port}", tls, **times)


@pytest.mark.parametrize("answer", [b"", b'<event version="2.0" type="t-x-takp-v"/>'])
@pytest.mark.parametrize("notice", list(Notice))
def test_it_gets_a_greeting_and_then_the_events(authority, server, tls, notice, answer):
    got: list[bytes] = []
    with serving(listening(got, answer), demanding(server, authority.pem)) as port:
        told = shown(port, tls, content(notice))
    n_set, n_gone = int(notice is not Notice.CANCEL), int(notice is not Notice.ALERT)
    assert told == (
        f"marks set: {n_set}, taken away: {n_gone}; handed to {HOST}:{port}, which gives no receipt"
    )
    first, *rest = re.findall(rb"<\?xml.*?</event>\n", b"".join(got), re.DOTALL)
    assert ET.XML(first).get("type") == "t-x-c-t", "who connects is no mark"
    assert tuple(rest) == release_events(content(notice))


def test_the_greeting_is_of_no_mark(authority):
    """Servers delete from all maps what the first event was of, when the connection ends."""
    told = content(Notice.UPDATE)
    greeting = ET.XML(tak.greeting(told)).get("uid")
    uids = {mark_uid(told, one) for one in ("R-2031-0006", "R-2031-0007")}
    assert greeting not in uids | {ET.XML(one).get("uid") for one in release_events(told)}


def test_without_our_certificate_nothing_is_asked(authority, monkeypatch):
    monkeypatch.setattr("socket.create_connection", None)
    with pytest.raises(NoConnectionError, match=r"TAK servers want .*client\.pem"):
        shown(8089, TlsFiles(authority.pem))


def test_a_server_that_does_not_know_us_is_told(server, tls, tmp_path):
    """In TLS 1.3 a server refuses a certificate only after the handshake seemed to succeed."""
    other = Authority(tmp_path, "other authority")
    got: list[bytes] = []
    with (
        serving(listening(got), demanding(server, other.pem)) as port,
        pytest.raises(NoConnectionError, match=r"TLS failed|no connection|closed the connection"),
    ):
        shown(port, tls)
    assert got == []


def test_another_server_gets_nothing(server, tls, tmp_path):
    other = Authority(tmp_path, "other authority")
    got: list[bytes] = []
    with (
        serving(listening(got), demanding(other.issue("server"))) as port,
        pytest.raises(NoConnectionError, match="certificate does not hold"),
    ):
        shown(port, tls)
    assert got == []


def test_a_server_that_closes_at_once_is_told(authority, server, tls):
    with (
        serving(lambda connection: connection.recv(10), demanding(server)) as port,
        pytest.raises(NoConnectionError, match=r"closed the connection at once|no connection"),
    ):
        shown(port, tls)


def test_a_server_that_takes_nothing_is_cut(authority, server, tls, monkeypatch):
    """Its buffers fill: we wait no longer than we said."""
    monkeypatch.setattr(tak, "release_events", lambda *_told: (bytes(20_000_000),))
    with (
        serving(lambda connection: time.sleep(2.0), demanding(server)) as port,
        pytest.raises(NoConnectionError, match=r"no answer within|did not come to an end"),
    ):
        shown(port, tls, timeout_s=0.5, whole_s=1.0)


@pytest.mark.parametrize("port", ["0", "99999"])
def test_a_port_that_is_none_is_told(tls, port):
    with pytest.raises(NoConnectionError):
        shown(port, tls)
