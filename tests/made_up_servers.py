"""Servers on loopback with certificates of an authority that is made up for the test."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """An authority, which issues certificates into a folder."""

    def __init__(self, folder: Path, called: str = "made-up authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._name = folder, name(called)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed(self._name, self._key.public_key(), is_authority=True)
        self.pem = folder / f"{called}.pem"
        self.pem.write_bytes(self._certificate.public_bytes(Encoding.PEM))

    def issue(
        self, called: str, host: str = HOST, *, ends_in_days: float = 30, passphrase: bytes = b""
    ) -> Path:
        """Return a file with a certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(name(called), key.public_key(), host, ends_in_days=ends_in_days)
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
        path = self.folder / f"{called}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        path.chmod(0o600)
        return path

    def _signed(
        self, subject, public, host="", *, is_authority=False, ends_in_days=30.0
    ) -> x509.Certificate:
        now_utc = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now_utc - timedelta(days=2))
            .not_valid_after(now_utc + timedelta(days=ends_in_days))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )
        if host:
            where = x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ip_address(host))
            builder = builder.add_extension(x509.SubjectAlternativeName([where]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def demanding(certificate: Path, authority: Path | None = None) -> ssl.SSLContext:
    """Return a server's side of TLS; one that demands a certificate of an authority, if given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if authority is not None:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def serving(handle: Callable[[socket.socket], None], context: ssl.SSLContext) -> Iterator[int]:
    """Yield the port of a server that handles connections in turn; what fails in it is its own."""
    ended = threading.Event()
    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(0.05)

        def work() -> None:
            while not ended.is_set():
                try:
                    plain, _ = listener.accept()
                except TimeoutError:
                    continue
                plain.settimeout(5)
                try:
                    with context.wrap_socket(plain, server_side=True) as secure:
                        handle(secure)
                except OSError:
                    plain.close()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join(10)


def read_request(connection: socket.socket) -> bytes:
    """Return a whole HTTP request."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(sizes[0].split(b":")[1]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
