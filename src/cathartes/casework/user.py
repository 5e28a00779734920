"""A user: a person with an account in the casebook, and what a sign-in leaves behind."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from cathartes.casework.roles import ALONE, Role, Subject
from cathartes.errors import AccessError

_ID = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")

IDLE_END = timedelta(minutes=30)
"""A session nobody uses ends after this."""
LONGEST_SESSION = timedelta(hours=12)
"""A session ends after this, used or not."""

LONGEST_TOKEN = timedelta(days=365)
"""For which a program's token may be good."""
MOST_TOKENS = 20
"""Of one account."""

FREE_FAILURES = 5
"""Failed sign-ins before one must wait."""
FAILURES_KEPT = timedelta(hours=1)
"""For how long they count."""
FIRST_WAIT_S = 15.0
LONGEST_WAIT_S = 900.0


class NoUserError(AccessError):
    """There is no such account."""

    def __init__(self, user_id: str) -> None:
        super().__init__(
            f"no user {user_id!r} in this casebook; `cathartes user list` shows those there are."
        )


def is_user_id(text: str) -> bool:
    """Return whether a text can be an account's short name."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes
    ----------
    id
        Short name: lower-case letters, digits, ``. _ @ -``.
    name
        As others read it.
    roles
        At least one, sorted; auditors, administrators and partners have no other.
    partner
        Whose officer a partner is; "" of others.
    is_disabled
        May do nothing, and stays on record.
    oidc_subject
        Who the identity provider says it is, ``<issuer>|<subject>``; "" for a local account.

    Raises
    ------
    AccessError
        If any of this can't be.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    partner: str = ""
    is_disabled: bool = False
    oidc_subject: str = ""

    def __post_init__(self) -> None:
        if not is_user_id(self.id):
            raise AccessError(
                f"user {self.id!r}: up to 64 lower-case letters, digits and . _ @ - are needed."
            )
        if not self.name.strip() or len(self.name) > 200 or not self.name.isprintable():
            raise AccessError(
                f"user {self.id}: a name of 1 to 200 printable characters is needed, by which "
                "others know who it is."
            )
        if not self.roles or tuple(sorted(set(self.roles))) != self.roles:
            raise AccessError(f"user {self.id}: at least one role is needed, each once, sorted.")
        lonely = ALONE & set(self.roles)
        if lonely and len(self.roles) > 1:
            raise AccessError(
                f"user {self.id}: {' and '.join(self.roles)}; {min(lonely)} goes with no other "
                "role: make two accounts for two persons."
            )
        if (Role.PARTNER in self.roles) != bool(self.partner):
            raise AccessError(
                f"user {self.id}: a partner's officer needs the partner's name, and nobody else."
            )

    @property
    def subject(self) -> Subject:
        """Who it is to a rule; nobody, if disabled."""
        roles = frozenset() if self.is_disabled else frozenset(self.roles)
        return Subject(self.id, roles, self.partner)


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lasts.

    Attributes
    ----------
    token_sha256
        Of the secret in the cookie, which is kept nowhere.
    user_id
    csrf
        Secret that every form sends back.
    began_utc, seen_utc
    how
        ``password``, ``link``, ``oidc``.
    """

    token_sha256: str
    user_id: str
    csrf: str
    began_utc: datetime
    seen_utc: datetime
    how: str

    def is_alive(self, now_utc: datetime, idle_end: timedelta = IDLE_END) -> bool:
        """Return whether it still counts."""
        return now_utc - self.seen_utc < idle_end and now_utc - self.began_utc < LONGEST_SESSION


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A secret by which a program acts for a user, reading only.

    Attributes
    ----------
    token_sha256
        The secret itself is shown once, and kept nowhere.
    user_id
    name
        What it is for, 1 to 100 printable characters.
    created_utc, expires_utc
        At most `LONGEST_TOKEN` apart.

    Raises
    ------
    AccessError
        If any of this can't be.
    """

    token_sha256: str
    user_id: str
    name: str
    created_utc: datetime
    expires_utc: datetime

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 100 or not self.name.isprintable():
            raise AccessError(
                "a token's name, of 1 to 100 printable characters, is needed: say which program "
                "it is for."
            )
        if not timedelta(0) < self.expires_utc - self.created_utc <= LONGEST_TOKEN:
            raise AccessError(
                f"a token is good for 1 to {LONGEST_TOKEN.days} days; choose among them."
            )


@dataclass(frozen=True, slots=True)
class Origin:
    """Whence somebody tries to sign in.

    Attributes
    ----------
    address
        Of the network; "" if not known.
    known_browser
        Name of a browser in which the account was signed in before; "" of a stranger.
    """

    KNOWN: ClassVar[str] = "browser "

    address: str
    known_browser: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the account was signed in there before."""
        return bool(self.known_browser)

    @property
    def key(self) -> str:
        """As what its failures are counted: of IPv6 by /64, which is what one subscriber has."""
        if self.is_known:
            return f"{self.KNOWN}{self.known_browser}"
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address[:64]
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


def wait_s(failures_utc: Sequence[datetime], now_utc: datetime) -> float:
    """Return how long one must wait after failed sign-ins, 0 if not at all, [s].

    The first `FREE_FAILURES` are free; each further one doubles the wait after it.
    """
    recent = sorted(one for one in failures_utc if now_utc - one < FAILURES_KEPT)
    beyond = len(recent) - FREE_FAILURES
    if beyond < 0:
        return 0.0
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**beyond)
    return max(0.0, wait - (now_utc - recent[-1]).total_seconds())
