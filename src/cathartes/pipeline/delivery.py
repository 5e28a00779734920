"""A sealed package on its way to a partner: by each way that its record has, tried on its own."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cathartes.casework.partner import Delivery, Way
from cathartes.casework.release_content import ReleaseContent
from cathartes.casework.tlp import Tlp
from cathartes.errors import KeyringError, NoConnectionError, OutputError, ReleaseError
from cathartes.pipeline.laid_down import lay_down
from cathartes.pipeline.push import push
from cathartes.pipeline.tak import show_on_tak
from cathartes.pipeline.tls import tls_files
from cathartes.products.release.mail import release_mail
from cathartes.store.interface_releases import Delivered


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How this office delivers.

    Attributes
    ----------
    outbox
        Folder for messages that a person sends; made if it is not there.
    mail_from
        Own e-mail address; "": the mail program puts it.
    tls
        Folder with certificates, by partner: ``<partner>/ca.pem``, ``<partner>/client.pem``.
    timeout_s
        For which a server may be silent, [s].
    whole_s
        After which a connection is cut, [s].
    """

    outbox: Path = Path("outbox")
    mail_from: str = ""
    tls: Path = Path("tls")
    timeout_s: float = 20.0
    whole_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is delivered.

    Attributes
    ----------
    content
    sent_utc
    package
        Sealed.
    """

    content: ReleaseContent
    sent_utc: datetime
    package: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What the file is called: by the release's id, which tells nothing."""
        return f"{self.content.release_id}.cathartes"


def deliver_by(delivery: Delivery, parcel: Parcel, settings: DeliverySettings) -> Delivered:
    """Try one way, and return what came of it; a failure says what to do next."""
    try:
        told = _BY[delivery.way](delivery.target, parcel, settings)
    except (KeyringError, NoConnectionError, OutputError, ReleaseError) as error:
        return Delivered(delivery, succeeded=False, told=str(error))
    return Delivered(delivery, succeeded=True, told=told)


def _into_folder(target: str, parcel: Parcel, settings: DeliverySettings) -> str:  # noqa: ARG001
    return f"lies at {lay_down(parcel.package, Path(target), parcel.name)}"


def _by_mail(target: str, parcel: Parcel, settings: DeliverySettings) -> str:
    message = release_mail(
        parcel.content, parcel.package, parcel.name, target, parcel.sent_utc, settings.mail_from
    )
    try:
        settings.outbox.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{settings.outbox}: can't be made: {error.strerror}.") from error
    written = lay_down(message, settings.outbox, f"{parcel.content.release_id}.eml")
    return f"message written: open {written} and send it"


def _by_push(target: str, parcel: Parcel, settings: DeliverySettings) -> str:
    tls = tls_files(settings.tls, parcel.content.recipient.id)
    return push(parcel.package, parcel.name, target, tls, settings.timeout_s, settings.whole_s)


def _by_tak(target: str, parcel: Parcel, settings: DeliverySettings) -> str:
    content = parcel.content
    if content.tlp == Tlp.RED.value:
        if not content.earlier:
            raise ReleaseError(
                f"{target}: TLP:RED is for the persons who are told; it is shown on no map."
            )
        content = replace(content, finding=None)  # old marks go, and none is set
    tls = tls_files(settings.tls, content.recipient.id)
    times = settings.timeout_s, settings.whole_s
    return show_on_tak(content, target, tls, *times)


_BY: dict[Way, Callable[[str, Parcel, DeliverySettings], str]] = {
    Way.FOLDER: _into_folder, Way.EMAIL: _by_mail, Way.HTTPS: _by_push, Way.TAK: _by_tak,
}  # fmt: skip
