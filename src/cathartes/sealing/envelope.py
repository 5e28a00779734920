"""A signed envelope: DSSE, with one Ed25519 signature.

References
----------
DSSE protocol v1.0.2: ``PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body``.
"""

import base64
import binascii

from pydantic import Field

from cathartes.errors import PackageError
from cathartes.sealing.extra import Ed25519PublicKey, InvalidSignature
from cathartes.sealing.secret_key import SecretKey
from cathartes.sealing.strict_json import Strict, canonical_json, read_canonical


class _Signature(Strict):
    keyid: str = Field(pattern=r"^[0-9a-f]{32}$")
    sig: str = Field(min_length=88, max_length=88)  # 64 bytes


class _Envelope(Strict):
    payload: str
    payloadType: str  # noqa: N815  # as DSSE names it
    signatures: tuple[_Signature] = Field(strict=False)  # JSON has lists


class Envelope:
    """An envelope that was read, and not yet checked.

    Attributes
    ----------
    key_id
        Which key it claims to be signed by: a hint, which the signature does not cover.
    """

    def __init__(self, payload_type: str, payload: bytes, key_id: str, signature: bytes) -> None:
        self._payload_type = payload_type
        self._payload = payload
        self._signature = signature
        self.key_id = key_id

    def checked(self, signing_key: str, payload_type: str, what: str) -> bytes:
        """Return the payload, if it is of this type and this key has signed it.

        Parameters
        ----------
        signing_key
            Ed25519, 32 bytes in base64.
        payload_type
        what
            The envelope is, for the message.

        Raises
        ------
        PackageError
            If not.
        """
        if self._payload_type != payload_type:
            raise PackageError(
                f"{what}: it holds {self._payload_type[:100]!r}, where {payload_type!r} is needed."
            )
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signing_key))
        try:
            key.verify(self._signature, pre_authentication(payload_type, self._payload))
        except InvalidSignature as error:
            raise PackageError(
                f"{what}: the signature does not fit: it was changed, or somebody else signed it. "
                "Do not use it; ask the sender."
            ) from error
        return self._payload

    def unchecked_payload(self) -> bytes:
        """Return the payload of which nobody knows yet who signed it."""
        return self._payload


def pre_authentication(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: type and payload, each with its length in bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, key: SecretKey) -> bytes:
    """Return a signed envelope, canonical JSON."""
    signature = key.sign(pre_authentication(payload_type, payload))
    return canonical_json(
        _Envelope(
            payload=base64.b64encode(payload).decode(),
            payloadType=payload_type,
            signatures=(_Signature(keyid=key.public.id, sig=base64.b64encode(signature).decode()),),
        )
    )


def read_envelope(content: bytes, what: str) -> Envelope:
    """Return what an envelope holds.

    Raises
    ------
    PackageError
        If it is no DSSE envelope in canonical JSON with exactly one signature.
    """
    read = read_canonical(content, _Envelope, what)
    (signature,) = read.signatures
    return Envelope(
        read.payloadType,
        _from_base64(read.payload, what),
        signature.keyid,
        _from_base64(signature.sig, what),
    )


def _from_base64(text: str, what: str) -> bytes:
    """Return bytes of base64 as it must be written: two texts never mean the same."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PackageError(f"{what}: it holds something that is no base64.") from error
    if base64.b64encode(raw).decode() != text:
        raise PackageError(f"{what}: its base64 is not written as it must be.")
    return raw
