"""A mark on a partner's live map: events to its TAK server over TLS, with our certificate."""

import ssl

from cathartes.casework.release_content import ReleaseContent
from cathartes.errors import NoConnectionError
from cathartes.pipeline.tls import CLIENT, TlsFiles, connected
from cathartes.products.release.cot import greeting, release_events

LISTEN_S = 2.0
"""For which one listens after sending: a server that refuses us says so only then (TLS 1.3)."""


def show_on_tak(
    content: ReleaseContent,
    target: str,
    tls: TlsFiles,
    timeout_s: float,
    whole_s: float,
) -> str:
    """Show a release on a live map, or take the marks away that it recalls; return what came of it.

    TAK servers give no receipt: that it was handed over is all one can know.

    Parameters
    ----------
    content
    target
        ``host:port`` of the server's TLS input.
    tls
    timeout_s, whole_s
        See `cathartes.pipeline.tls.connected`.

    Raises
    ------
    NoConnectionError
        If the server is not there, is not whom its certificate should say, or refuses us.
    KeyringError
        If our certificate can't be used.
    """
    host, _, port = target.rpartition(":")
    if tls.client is None:
        raise NoConnectionError(
            f"{target}: TAK servers want to see a certificate; put the one that the partner issued "
            f"for us, with its key, into {tls.folder / CLIENT}."
        )
    events = release_events(content)
    with connected(host, int(port), tls, timeout_s, whole_s) as server:
        for sent in (greeting(content), b"".join(events)):
            server.sendall(sent)
            _listen(server, target)
    n_marks = int(content.finding is not None)
    told = f"marks set: {n_marks}, taken away: {len(events) - n_marks}"
    return f"{told}; handed to {target}, which gives no receipt"


def _listen(server: ssl.SSLSocket, target: str) -> None:
    """Wait whether the server refuses: silence and talk are both well."""
    server.settimeout(LISTEN_S)
    try:
        said = server.recv(1)
    except TimeoutError:
        return
    if not said:
        raise NoConnectionError(
            f"{target}: the server closed the connection at once; it may not take our certificate, "
            "or this kind of message. Ask the partner whether the mark is there."
        )
