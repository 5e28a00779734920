"""How the workstation is served."""

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cathartes.casework.user import IDLE_END
from cathartes.errors import SettingsError
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.web.oidc_settings import OidcSettings

LARGEST_BODY_BYTES = 1_000_000
"""Of a request: no form of ours needs more, but an answer with photographs."""
LARGEST_ANSWER_BYTES = 25_000_000
"""Of a partner's answer with all that is attached."""
ANSWERS = "/answers/"
"""Beginning of the paths that answers are sent to."""
HEAD_TIME_S = 10.0
"""Within which a request's head must have come, from the connection's beginning."""
BODY_TIME_S = 20.0
"""Within which a request's body must have come."""
ANSWER_TIME_S = 180.0
"""Within which an answer must have come, over a slow line."""


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Where the workstation listens, and to whom it opens.

    Attributes
    ----------
    host, port
        0: any free port.
    tls_certificate, tls_key
        PEM files; None: without TLS.
    trusted_proxy
        Address of the proxy in front, whose word on scheme and client counts; "" if there is none.
    public_host
        Name by which the workstation is called, besides `host`.
    idle_end
        After how long without use a session ends.
    oidc
        By which identity provider people may sign in; None: by password alone.
    layers
        Folder with the operator's own PMTiles and cloud-optimised GeoTIFFs; None if there are none.
    keys
        Folder with our office's keys, each locked by a passphrase that is typed when a release is
        sent; None: releases are sent by command.
    delivery
        How packages get to partners.

    Raises
    ------
    SettingsError
        If it would listen to others without TLS or a proxy, or any of this can't be.
    """

    host: str = "127.0.0.1"
    port: int = 8321
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxy: str = ""
    public_host: str = ""
    idle_end: timedelta = IDLE_END
    oidc: OidcSettings | None = None
    layers: Path | None = None
    keys: Path | None = None
    delivery: DeliverySettings = field(default_factory=DeliverySettings)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"--port {self.port}: 0 to 65535 is needed.")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise SettingsError("TLS needs both --tls-certificate and --tls-key.")
        if self.idle_end <= timedelta(0):
            raise SettingsError(f"--idle {self.idle_end}: more than nothing is needed.")
        if not self.is_loopback and not self.has_tls and not self.trusted_proxy:
            raise SettingsError(
                f"--host {self.host}: others could listen. Give --tls-certificate and --tls-key, "
                "or the address of a proxy that does TLS, --trusted-proxy; or stay on 127.0.0.1."
            )
        if not self.public_host and _is_every_address(self.host):
            raise SettingsError(
                f"--host {self.host}: every address of this machine. Say by which name people call "
                "it, --public-host."
            )
        if self.trusted_proxy:
            try:
                ipaddress.ip_address(self.trusted_proxy)
            except ValueError as error:
                raise SettingsError(
                    f"--trusted-proxy {self.trusted_proxy}: an IP address is needed."
                ) from error

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine is listened to, and no proxy speaks for others."""
        if self.trusted_proxy:
            return False
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def has_tls(self) -> bool:
        """Whether the workstation itself speaks TLS."""
        return self.tls_certificate is not None

    @property
    def is_https(self) -> bool:
        """Whether people reach it by ``https``: cookies are bound to that."""
        return self.has_tls or bool(self.trusted_proxy)

    @property
    def address(self) -> str:
        """Of the first page, as people call it; behind a proxy that is on the proxy's port."""
        host = self.public_host or self.host
        shown = f"[{host}]" if ":" in host else host
        if self.trusted_proxy:
            return f"https://{shown}/"
        return f"{'https' if self.has_tls else 'http'}://{shown}:{self.port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names that a request may call it by; others are refused, against DNS rebinding."""
        local = ("127.0.0.1", "localhost", "[::1]") if self.is_loopback else ()
        return tuple(dict.fromkeys(name for name in (*local, self.host, self.public_host) if name))


def _is_every_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == ""
