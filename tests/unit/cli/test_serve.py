"""``cathartes serve``: a real process, and what it refuses to begin with."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import cathartes
from cathartes.cli.main import main
from cathartes.errors import AccessError, OutputError, SettingsError
from cathartes.pipeline.people import user_add, user_disable
from cathartes.store.open import open_casebook
from cathartes.web.assets import VENDOR_FOLDER

START = (  # a shell's background work, and its children, would ignore Ctrl-C
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from cathartes.cli.main import main; raise SystemExit(main())"
)
PEM = ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]


@pytest.fixture
def casebook(tmp_path, monkeypatch):
    """Return an empty casebook, in the folder in which one works."""
    if not (VENDOR_FOLDER / "manifest.json").is_file():
        pytest.skip("the pages' JavaScript is not in place: make install-dev puts it there")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CATHARTES_CASEBOOK", raising=False)
    open_casebook("casebook", create=True).close()
    return tmp_path / "casebook"


@contextmanager
def serving(*words):
    """Run ``cathartes serve`` on any free port; yield it and what it said first."""
    source = str(Path(cathartes.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", START, "serve", "--port", "0", "--json", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": source},
    ) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def get(address, cookie="", host=""):
    """Return an answer's status, headers and body."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    headers = {"cookie": cookie} | ({"host": host} if host else {})
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_it_opens_lets_one_in_once_and_ends_clean(casebook):
    with serving() as (process, told):
        (link,) = told["links"]
        assert link["user"].startswith("local:")
        assert told["address"].startswith("http://127.0.0.1:")
        status, headers, _ = get(link["link"])
        assert (status, headers["location"]) == (303, "/")
        cookie = headers["set-cookie"].partition(";")[0]
        assert get(told["address"], cookie)[0] == 200
        assert get(link["link"])[0] == 403
        status, headers, _ = get(told["address"])
        assert (status, headers["location"]) == (303, "/sign-in?next=/")
        assert get(told["address"], cookie, host="evil.example")[0] == 421
        assert "server" not in {name.lower() for name in headers}
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
    with open_casebook(casebook) as opened:
        assert [entry.action for entry in opened.casebook.audit_entries()] == ["sign-in"]


def sign_in(address, user, **headers):
    """Return the status of a sign-in that is wrong, or is not looked at."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=120)
    form = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", f"user={user}&password=x", form | headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_links_are_for_whom_they_were_asked_and_a_forwarded_address_of_no_proxy_is_not_believed(
    casebook,
):
    """Else whoever fails to sign in says to be somebody else each time."""
    user_add(casebook, "ana", ["analyst"])
    user_add(casebook, "ben", ["analyst"])
    with serving("--sign-in", "ana", "--sign-in", "ben") as (_, told):
        assert [one["user"] for one in told["links"]] == ["ana", "ben"]
        for one in told["links"]:
            assert get(one["link"])[0] == 303
        said = [{"x-forwarded-for": f"192.0.2.{n}"} for n in range(6)]
        statuses = [sign_in(told["address"], f"u{n}", **one) for n, one in enumerate(said)]
    assert statuses == [403] * 5 + [429]


def test_behind_the_proxy_its_word_counts_and_a_visitors_does_not(casebook):
    user_add(casebook, "ana", ["analyst"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    proxy = ["--trusted-proxy", "127.0.0.1", "--public-host", "work.example", "--port", str(port)]
    with serving(*proxy) as (_, told):
        assert told == {"address": "https://work.example/", "links": []}
        here = f"http://127.0.0.1:{port}/"
        assert get(f"{here}sign-in", host="work.example")[0] == 403  # not by https
        by_proxy = {"host": "work.example", "x-forwarded-proto": "https"}
        said = [by_proxy | {"x-forwarded-for": f"198.51.100.{n}, 192.0.2.7"} for n in range(6)]
        statuses = [sign_in(here, f"u{n}", **one) for n, one in enumerate(said)]
        assert statuses == [403] * 5 + [429]
        other = by_proxy | {"x-forwarded-for": "192.0.2.8"}
        assert sign_in(here, "u9", **other) == 403


def refused(capsys, *words):
    capsys.readouterr()
    code = main(["serve", "--port", "0", *words])
    return code, " ".join(capsys.readouterr().err.split())


def test_to_others_it_opens_with_accounts_and_tls_or_a_proxy_alone(casebook, capsys):
    code, why = refused(capsys, "--host", "192.0.2.1")
    assert code == SettingsError.exit_code
    assert "--tls-certificate" in why
    assert "--trusted-proxy" in why
    code, why = refused(capsys, "--host", "192.0.2.1", *PEM)
    assert code == AccessError.exit_code
    assert "has no accounts" in why
    code, why = refused(capsys, "--trusted-proxy", "127.0.0.1")
    assert (code, "has no accounts" in why) == (AccessError.exit_code, True)
    user_add(casebook, "ana", ["analyst"])
    code, why = refused(capsys, "--trusted-proxy", "127.0.0.1", "--sign-in", "ana")
    assert (code, "on loopback only" in why) == (AccessError.exit_code, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--host", "::0", *PEM], "--public-host"),
        (["--host", "::", *PEM], "--public-host"),
        (["--tls-key", "key.pem"], "TLS needs both"),
        (["--trusted-proxy", "the proxy"], "an IP address is needed"),
        (["--idle-min", "0"], "more than nothing"),
        (["--port", "70000"], "0 to 65535"),
        (["--oidc-issuer", "http://id.example", "--oidc-client", "c"], "an https address"),
        (["--oidc-client", "c"], "need --oidc-issuer"),
    ],
)
def test_settings_that_can_not_be_are_refused(casebook, capsys, words, why):
    code, said = refused(capsys, *words)
    assert code == SettingsError.exit_code
    assert why in said


def test_accounts_that_are_not_there_or_disabled_get_no_link(casebook, capsys):
    code, why = refused(capsys, "--sign-in", "ana")
    assert (code, "has no accounts" in why) == (AccessError.exit_code, True)
    user_add(casebook, "ana", ["analyst"])
    user_disable(casebook, "ana")
    code, why = refused(capsys, "--sign-in", "ana")
    assert (code, "is disabled" in why) == (AccessError.exit_code, True)
    code, why = refused(capsys, "--sign-in", "ben")
    assert (code, "no user 'ben'" in why) == (AccessError.exit_code, True)


def test_a_port_that_is_taken_is_told(casebook, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, why = refused(capsys, "--port", port)
    assert code == OutputError.exit_code
    assert port in why
    assert "Another --port" in why


def test_a_casebook_that_is_not_there_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, why = refused(capsys)
    assert code != 0
    assert "casebook" in why


def test_it_has_help_with_an_example(capsys):
    assert main(["serve", "--help"]) == 0
    assert "cathartes serve --casebook casebook --open" in " ".join(capsys.readouterr().out.split())
