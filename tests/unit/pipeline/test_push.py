"""Packages pushed over HTTPS: to the partner's verified server alone, and every failure is told."""

import re
import socket
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from cathartes.errors import KeyringError, NoConnectionError, ReleaseError
from cathartes.pipeline.push import push
from cathartes.pipeline.tls import TlsFiles, tls_files
from made_up_servers import HOST, Authority, demanding, read_request, serving

PACKAGE = b"age-encryption.org/v1\n" + bytes(300_000)
OK = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.issue("server")


@contextmanager
def answering(server: Path, answer: bytes, authority: Path | None = None):
    """Yield a port, and the requests that come in there."""
    requests: list[bytes] = []

    def handle(connection):
        requests.append(read_request(connection))
        connection.sendall(answer)

    with serving(handle, demanding(server, authority)) as port:
        yield port, requests


def pushed(port, path, tls, timeout_s=5.0, whole_s=5.0, package=PACKAGE, host=HOST):
    address = f"https://{host}:{port}{path}"
    return push(package, "R-1.cathartes", address, tls, timeout_s, whole_s)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/in/", b"PUT /in/R-1.cathartes HTTP/1.1"),
        ("/in", b"POST /in HTTP/1.1"),
        ("", b"PUT /R-1.cathartes HTTP/1.1"),
        ("/in/?box=7", b"POST /in/?box=7 HTTP/1.1"),
        (
            "/a%20b/\N{LATIN SMALL LETTER E WITH ACUTE}/",
            b"PUT /a%20b/%C3%A9/R-1.cathartes HTTP/1.1",
        ),
    ],
)
def test_the_package_arrives_whole(authority, server, path, line):
    with answering(server, OK) as (port, requests):
        told = pushed(port, path, TlsFiles(authority.pem))
    assert told == f"taken by {HOST}:{port}, which said 201"
    (request,) = requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == line
    assert body == PACKAGE


def test_heads_tell_neither_program_nor_machine(authority, server):
    with answering(server, OK) as (port, requests):
        pushed(port, "/in", TlsFiles(authority.pem))
        pushed(port, "/in", TlsFiles(authority.pem))
    first, second = requests
    assert first == second, "a second try can be known as one"
    heads = first.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    assert {head.split(":")[0] for head in heads} == {
        "Host", "Accept-Encoding", "Content-Length", "Content-Type", "Content-Disposition",
        "Content-Digest", "Idempotency-Key", "Connection",
    }  # fmt: skip
    told = " ".join(heads).lower()
    assert not re.search(rf"\b{re.escape(socket.gethostname().lower())}\b", told)
    assert "python" not in told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("302 Found\r\nLocation: https://127.0.0.1:1/steal", "sends us elsewhere"),
        (
            "307 Temporary Redirect\r\nLocation: https://127.0.0.1:1/",
            "partner's record needs it",
        ),
        ("401 Unauthorized", "does not let us in"),
        ("413 Content Too Large", "no file of this size"),
        ("503 Service Unavailable", "did not take the package .503."),
    ],
)
def test_a_refusal_is_told_and_no_redirect_followed(authority, server, status, told):
    answer = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    with (
        answering(server, answer) as (port, requests),
        pytest.raises(NoConnectionError, match=told),
    ):
        pushed(port, "/in", TlsFiles(authority.pem))
    assert len(requests) == 1


def test_a_server_of_another_authority_gets_nothing(server, tmp_path):
    other = Authority(tmp_path, "other authority")
    with answering(server, OK) as (port, requests):
        for tls in (TlsFiles(other.pem), TlsFiles()):
            with pytest.raises(NoConnectionError, match=r"does not hold .*nothing was sent"):
                pushed(port, "/in", tls)
    assert requests == []


@pytest.mark.parametrize("case", ["another host", "expired"])
def test_a_certificate_of_another_host_or_time_gets_nothing(authority, case):
    wrong = (
        authority.issue("elsewhere", "tak.elsewhere.example")
        if case == "another host"
        else authority.issue("expired", ends_in_days=-1)
    )
    with (
        answering(wrong, OK) as (port, requests),
        pytest.raises(NoConnectionError, match="certificate does not hold"),
    ):
        pushed(port, "/in", TlsFiles(authority.pem))
    assert requests == []


def test_a_server_that_wants_to_know_us_sees_our_certificate(authority, server):
    ours = authority.issue("ours", "ours.example")
    with answering(server, OK, authority.pem) as (port, requests):
        with pytest.raises(NoConnectionError, match=r"TLS failed|no connection"):
            pushed(port, "/in", TlsFiles(authority.pem))
        assert pushed(port, "/in", TlsFiles(authority.pem, ours)).startswith("taken by")
    assert len(requests) == 1


def test_a_key_that_others_may_read_or_that_is_locked_is_not_used(authority, tmp_path):
    ours = authority.issue("open", "ours.example")
    ours.chmod(0o644)
    with pytest.raises(KeyringError, match="open to other users"):
        TlsFiles(authority.pem, ours).context()
    locked = authority.issue("locked", "ours.example", passphrase=b"twelve letters")
    with pytest.raises(KeyringError, match="is locked"):
        TlsFiles(authority.pem, locked).context()
    for name in ("ca.pem", "client.pem"):
        (tmp_path / "office").mkdir(exist_ok=True)
        (tmp_path / "office" / name).write_text("no certificate")
        (tmp_path / "office" / name).chmod(0o600)
    with pytest.raises(KeyringError, match="PEM is needed"):
        tls_files(tmp_path, "office").context()
    assert tls_files(tmp_path, "other") == TlsFiles(folder=tmp_path / "other")


def test_silence_ends(authority, server):
    def silent(connection):
        read_request(connection)
        time.sleep(1.0)

    with (
        serving(silent, demanding(server)) as port,
        pytest.raises(NoConnectionError, match=r"no answer within 0\.3 s"),
    ):
        pushed(port, "/in", TlsFiles(authority.pem), timeout_s=0.3)


def test_a_server_that_drips_is_cut(authority, server):
    def dripping(connection):
        read_request(connection)
        for letter in b"HTTP/1.1 200 OK" + b" " * 200:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    with (
        serving(dripping, demanding(server)) as port,
        pytest.raises(NoConnectionError, match="did not come to an end; cut after"),
    ):
        pushed(port, "/in", TlsFiles(authority.pem), whole_s=0.5, package=b"small")


def test_a_server_that_never_ends_its_handshake_is_cut(authority):
    with (
        socket.create_server((HOST, 0)) as listener,
        pytest.raises(NoConnectionError, match=r"no answer within 0\.3 s"),
    ):
        pushed(listener.getsockname()[1], "/in", TlsFiles(authority.pem), timeout_s=0.3)


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"\x00" * 100 + b"\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_what_is_no_web_server_is_told(authority, server, answer):
    with (
        answering(server, answer) as (port, _),
        pytest.raises(NoConnectionError, match=r"no web server|no connection"),
    ):
        pushed(port, "/in", TlsFiles(authority.pem))


def test_no_server_is_told(authority):
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoConnectionError, match="no connection"):
        pushed(port, "/in", TlsFiles(authority.pem))


def test_no_proxy_of_the_environment_is_asked(authority, server, monkeypatch):
    with socket.create_server((HOST, 0)) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{HOST}:{proxy.getsockname()[1]}")
        with answering(server, OK) as (port, requests):
            pushed(port, "/in", TlsFiles(authority.pem))
        assert len(requests) == 1


def test_no_secret_of_a_session_is_written_down(authority, server, monkeypatch, tmp_path):
    """SSLKEYLOGFILE has other programs write the keys of each session."""
    log = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with answering(server, OK) as (port, _):
        pushed(port, "/in", TlsFiles(authority.pem))
    assert not log.exists()


@pytest.mark.parametrize(
    "address",
    [
        "http://office.example/in", "file:///etc/passwd", "https://", "https:///in",
        "https://office.example:99999/in", "https://office.example:x/in", "https://öffice.example/",
        "https://user@office.example/",
    ],
)  # fmt: skip
def test_no_other_address_is_asked(address, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", None)
    with pytest.raises(ReleaseError, match="https://host/path is needed"):
        push(PACKAGE, "R-1.cathartes", address, TlsFiles(), 1, 1)
