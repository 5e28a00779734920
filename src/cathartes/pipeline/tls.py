"""Connections to a partner's server: its certificate is verified, ours is shown, and they end."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer

from cathartes.errors import KeyringError, NoConnectionError

AUTHORITY, CLIENT = "ca.pem", "client.pem"
_OPEN = 0o077


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What an administrator laid down for the servers of one partner; None where nothing.

    Attributes
    ----------
    authority
        Certificates that alone vouch for its servers; else those that the system trusts.
    client
        Our certificate for it, with its key.
    folder
        Where they belong.
    """

    authority: Path | None = None
    client: Path | None = None
    folder: Path = Path()

    def context(self) -> ssl.SSLContext:
        """Return how to connect: chain and name verified, TLS 1.2 or newer.

        Raises
        ------
        KeyringError
            If a file can't be used, or others may read our key.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if self.authority is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(self.authority)
            if self.client is not None:
                _check_private(self.client)
                context.load_cert_chain(self.client, password=_no_passphrase)
        except OSError as error:
            raise KeyringError(
                f"{self.client or self.authority}: can't be used ({error.strerror or error}); PEM "
                f"is needed: certificates in {AUTHORITY}, certificate and key in {CLIENT}."
            ) from error
        return context


def tls_files(folder: Path, partner_id: str) -> TlsFiles:
    """Return what is laid down for a partner: ``<folder>/<partner>/ca.pem``, ``client.pem``."""
    own = folder / partner_id
    authority, client = (
        path if path.is_file() else None for path in (own / AUTHORITY, own / CLIENT)
    )
    return TlsFiles(authority, client, own)


@contextmanager
def connected(
    host: str, port: int, tls: TlsFiles, timeout_s: float, whole_s: float
) -> Iterator[ssl.SSLSocket]:
    """Yield a connection; whatever fails in it is told as NoConnectionError.

    Parameters
    ----------
    host, port
        Nobody is asked for another: no proxy, no redirect.
    tls
    timeout_s
        For which the server may be silent, [s].
    whole_s
        After which the connection is cut, however busy the server seems, [s].
    """
    where, context, cut = f"{host}:{port}", tls.context(), Event()
    try:
        with (
            socket.create_connection((host, port), timeout_s) as plain,
            context.wrap_socket(
                plain, server_hostname=host, do_handshake_on_connect=False
            ) as secure,
            _cut_after(secure, whole_s, cut),
        ):
            secure.do_handshake()
            yield secure
    except ssl.SSLCertVerificationError as error:
        raise NoConnectionError(
            f"{where}: its certificate does not hold ({error.verify_message}); nothing was sent. "
            f"Ask the partner; its authority's certificate belongs into {tls.folder / AUTHORITY}."
        ) from error
    except (NoConnectionError, OSError, UnicodeError, OverflowError) as error:
        if cut.is_set():  # whatever followed from it
            told = f"the server did not come to an end; cut after {whole_s:g} s. Try later."
        elif isinstance(error, NoConnectionError):
            raise
        else:
            told = _reason(error, timeout_s)
        raise NoConnectionError(f"{where}: {told}") from error


def _reason(error: Exception, timeout_s: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout_s:g} s; try later, or with a longer --timeout."
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or error}); does the server take our certificate?"
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"no connection ({why}); is the server up, and the address right?"


@contextmanager
def _cut_after(secure: ssl.SSLSocket, whole_s: float, cut: Event) -> Iterator[None]:
    """Shut a connection down at its end of time, so that whoever waits on it goes on."""

    def end() -> None:
        cut.set()
        try:
            # The socket's own: that of TLS would take the other thread's state away.
            socket.socket.shutdown(secure, socket.SHUT_RDWR)
        except OSError:
            return  # closed already

    timer = Timer(whole_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _check_private(client: Path) -> None:
    if client.stat().st_mode & _OPEN:
        raise KeyringError(
            f"{client} is open to other users of this machine; its key may have been read. Have "
            f"another one issued, and close it: chmod go= {client}"
        )


def _no_passphrase() -> str:
    raise KeyringError(
        f"the key in {CLIENT} is locked; nobody can be asked for its passphrase here. Keep it "
        "unlocked in a file that its owner alone can read."
    )
