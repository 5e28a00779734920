"""Sealing: packages that are signed, and that one recipient alone can open.

The cryptography is that of others: Ed25519 by ``cryptography``, age by ``pyrage`` (the extra
``release``). Here is only what is bound by it.
"""
