"""By which identity provider people sign in."""

import ipaddress
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cathartes.errors import SettingsError

SECRET_VARIABLE = "CATHARTES_OIDC_SECRET"  # noqa: S105  # a name
"""Environment variable with the client's secret, where no file has it."""


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID Connect provider, and what the workstation is to it.

    Attributes
    ----------
    issuer
        Its address, just as its tokens say it.
    client_id
        Name of the workstation there.
    client_secret
        "" of a public client, whom PKCE alone protects.

    Raises
    ------
    SettingsError
        If the issuer could be spoken for by anybody on the way, or there is no client id.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not is_private(self.issuer):
            raise SettingsError(
                f"--oidc-issuer {self.issuer}: an https address is needed, or one on loopback."
            )
        if not self.client_id:
            raise SettingsError(
                "--oidc-client: the provider's name for the workstation is needed; it gives one "
                "to each program that is entered there."
            )


def oidc_settings(issuer: str, client_id: str, secret_file: Path | None) -> OidcSettings | None:
    """Return an identity provider's settings; None if there is none.

    The secret is never told on the command line, where every user of the machine reads it.

    Raises
    ------
    SettingsError
        If they can't be, or the file can't be read.
    """
    if not issuer:
        if client_id or secret_file:
            raise SettingsError("--oidc-client and --oidc-secret-file need --oidc-issuer.")
        return None
    if secret_file is None:
        return OidcSettings(issuer, client_id, os.environ.get(SECRET_VARIABLE, "").strip())
    try:
        secret = secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"--oidc-secret-file {secret_file}: it can't be read; {error}."
        ) from error
    if not secret:
        raise SettingsError(f"--oidc-secret-file {secret_file}: it is empty.")
    return OidcSettings(issuer, client_id, secret)


def is_private(address: str) -> bool:
    """Return whether nobody on the way can listen to an address: https, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or not host or not address.isprintable():
        return False
    if parts.scheme == "https":
        return True
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    return parts.scheme == "http" and is_here
