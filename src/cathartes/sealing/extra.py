"""The cryptography of others, which the extra ``release`` brings."""

from cathartes.errors import MissingExtraError

try:
    import pyrage
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
except ModuleNotFoundError as error:
    raise MissingExtraError(
        f"keys and packages need the package {error.name}; install it with "
        "`pip install 'cathartes[release]'`."
    ) from error

__all__ = [
    "Ed25519PrivateKey",
    "Ed25519PublicKey",
    "Encoding",
    "InvalidSignature",
    "NoEncryption",
    "PrivateFormat",
    "load_pem_private_key",
    "pyrage",
]
