"""A package pushed to a partner's address over HTTPS: to that address alone, once."""

import base64
import hashlib
from http.client import HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from cathartes.errors import NoConnectionError, ReleaseError
from cathartes.pipeline.tls import TlsFiles, connected

_SAFE = "/%:@!$&'()*+,;=~-._?"
_LEAST_BYTES_S = 16_000
"""A line that is slower is cut, [byte/s]: 128 kbit/s."""


def push(
    package: bytes, name: str, address: str, tls: TlsFiles, timeout_s: float, whole_s: float
) -> str:
    """Push a package, and return what the server said.

    An address that ends with ``/`` is a folder, into which the file is PUT under its name; to any
    other it is POSTed. No proxy, no redirect, no cookie; nothing tells our program or machine.

    Parameters
    ----------
    package, name
        The sealed file, and what it is called.
    address
        ``https://…``, as the partner's record has it.
    tls
    timeout_s, whole_s
        See `cathartes.pipeline.tls.connected`; the package's own time comes on top.

    Raises
    ------
    ReleaseError
        If that is no address.
    NoConnectionError
        If the server is not there, is not whom its certificate should say, or does not take it.
    """
    host, port, path = _parts(address)
    is_folder = path.endswith("/") and "?" not in path
    digest = hashlib.sha256(package)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",  # RFC 9530
        "Idempotency-Key": f'"{digest.hexdigest()}"',  # so that a second try is known as one
        "Connection": "close",
    }
    whole_s += len(package) / _LEAST_BYTES_S
    with connected(host, port, tls, timeout_s, whole_s) as secure:
        connection = HTTPSConnection(host, port, context=secure.context)
        connection.sock = secure
        try:
            method, where = ("PUT", path + name) if is_folder else ("POST", path)
            connection.request(method, where, package, headers)
            status = connection.getresponse().status
        except ConnectionError:  # which some of HTTP's are too
            raise
        except HTTPException as error:
            raise NoConnectionError(
                f"{host}:{port}: what answers is no web server ({type(error).__name__}); is the "
                "address right?"
            ) from error
    if not 200 <= status < 300:
        raise NoConnectionError(f"{host}:{port}: {_refusal(status)}")
    return f"taken by {host}:{port}, which said {status}"


def _parts(address: str) -> tuple[str, int, str]:
    """Return host, port and path with query."""
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError as error:
        raise ReleaseError(f"address {address!r}: {error}; https://host/path is needed.") from error
    is_plain = bool(parts.hostname) and str(parts.hostname).isascii()
    if parts.scheme != "https" or not is_plain or parts.username is not None:
        raise ReleaseError(
            f"address {address!r}: https://host/path is needed, in plain letters, without a user."
        )
    path = parts.path or "/"
    return str(parts.hostname), port, quote(f"{path}?{parts.query}" if parts.query else path, _SAFE)


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return (
            f"it sends us elsewhere ({status}), which is not followed; if the address is another "
            "now, the partner's record needs it."
        )
    if status in {401, 403, 407}:
        return f"it does not let us in ({status}); ask the partner which certificate it wants."
    if status == 413:
        return "it takes no file of this size (413); deliver it another way."
    return f"it did not take the package ({status}); ask the partner, or try later."
