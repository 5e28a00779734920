"""Fetching spectra: from a server on this machine, and from none."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cathartes.errors import (
    HeaderError,
    InputError,
    NoConnectionError,
    NotGasPhaseError,
    OutputError,
    UnknownGasError,
)
from cathartes.spectra import fetch
from cathartes.spectra.readers import read_spectra

SAMPLES = Path(__file__).parents[2] / "contract" / "spectrum_samples"


@pytest.fixture
def server():
    """A server that answers every address with `answer`, and notes what was asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            state["asked"] = self.path
            self.send_response(state["status"])
            self.end_headers()
            self.wfile.write(state["answer"])

        def log_message(self, *args):
            pass

    state = {"status": 200, "answer": b"", "asked": ""}
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()

    def download(url):
        for host in ("https://webbook.nist.gov", "https://hitran.org"):
            url = url.replace(host, f"http://127.0.0.1:{http.server_port}")
        return fetch.download(url)

    state["download"] = download
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def test_nist_is_asked_by_its_published_address(server, tmp_path):
    server["answer"] = (SAMPLES / "quantir.jdx").read_bytes()
    path = fetch.fetch_nist("67-64-1", tmp_path / "new", download=server["download"])
    assert server["asked"] == "/cgi/cbook.cgi?JCAMP=C67641&Index=0&Type=IR"
    assert path == tmp_path / "new" / "67-64-1-0.jdx"
    assert path.read_bytes() == server["answer"]
    assert read_spectra(path)[0].gas == "testane"


def test_hitran_is_asked_for_all_isotopologues(server, tmp_path):
    server["answer"] = (SAMPLES / "lines.par").read_bytes()
    path = fetch.fetch_hitran("nh3", (900, 1000.5), tmp_path, download=server["download"])
    # HITRAN's global numbers of 14NH3 and 15NH3 are 45 and 46.
    assert server["asked"] == "/lbl/api?iso_ids_list=45,46&numin=900&numax=1000.5"
    assert path.name == "nh3_900-1000.5.par"
    assert read_spectra(path)[0].gas == "NH3"


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (b"<html>busy</html>", InputError, "no usable spectrum, nothing kept: .*XYDATA"),
        (b"", InputError, "no usable spectrum, nothing kept: .* is empty"),
        (b"##TITLE=Spectrum not found.\n##END=\n", UnknownGasError, "no infrared spectrum 0 of"),
    ],
)
def test_what_is_no_spectrum_is_not_kept(server, tmp_path, answer, error, message):
    server["answer"] = answer
    with pytest.raises(error, match=message):
        fetch.fetch_nist("67-64-1", tmp_path, download=server["download"])
    assert not list(tmp_path.iterdir())


def test_a_cut_or_liquid_answer_is_not_kept(server, tmp_path):
    sample = (SAMPLES / "quantir.jdx").read_bytes()
    server["answer"] = sample.replace(b"STATE=gas", b"STATE=liquid")
    with pytest.raises(NotGasPhaseError, match="nothing kept"):
        fetch.fetch_nist("67-64-1", tmp_path, download=server["download"])
    server["answer"] = sample[:-20]
    with pytest.raises(InputError, match="not ended by ##END="):
        fetch.fetch_nist("67-64-1", tmp_path, download=server["download"])
    server["answer"] = b"not lines at all\n"
    with pytest.raises(HeaderError, match="line 1 has 16 characters"):
        fetch.fetch_hitran("NH3", (900, 1000), tmp_path, download=server["download"])
    assert not list(tmp_path.iterdir())


def test_a_refusal_of_the_server_is_told(server, tmp_path):
    server["status"] = 403
    with pytest.raises(InputError, match=r"answers 403 Forbidden; .*`cathartes library import`"):
        fetch.fetch_nist("67-64-1", tmp_path, download=server["download"])


def test_no_connection_is_told(tmp_path):
    """Nobody listens at a port that was just given back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = r"can't be reached \(.*refused\); connect to the internet, or fetch the file on"
    with pytest.raises(NoConnectionError, match=message):
        fetch.fetch_nist(
            "67-64-1", tmp_path, download=lambda url: fetch.download(f"http://127.0.0.1:{port}/")
        )
    assert not list(tmp_path.iterdir())


def test_an_unknown_host_is_no_connection():
    with pytest.raises(NoConnectionError, match="can't be reached"):
        fetch.download("http://nowhere.invalid/")


@pytest.mark.parametrize(
    ("cas", "message"),
    [
        ("acetone", "'acetone' is no CAS number; one like 67-64-1"),
        ("67641", "'67641' is no CAS number"),
        ("67-64-2", "CAS number 67-64-2: its last digit is not the check digit"),
    ],
)
def test_a_wrong_cas_number_asks_nobody(cas, message, tmp_path):
    with pytest.raises(InputError, match=message):
        fetch.fetch_nist(cas, tmp_path, download=pytest.fail)


def test_unknown_molecules_and_ranges_ask_nobody(tmp_path):
    with pytest.raises(UnknownGasError, match=r"no lines of 'acetone'; name .*NH3"):
        fetch.fetch_hitran("acetone", (900, 1000), tmp_path, download=pytest.fail)
    with pytest.raises(InputError, match="range 1000 to 900 cm-1: 0 <= low < high"):
        fetch.fetch_hitran("NH3", (1000, 900), tmp_path, download=pytest.fail)


def test_a_folder_that_is_a_file_is_refused(server, tmp_path):
    server["answer"] = (SAMPLES / "quantir.jdx").read_bytes()
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="can't be written"):
        fetch.fetch_nist("67-64-1", tmp_path / "file", download=server["download"])
