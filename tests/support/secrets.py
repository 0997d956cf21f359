"""Secrets that open nothing: of the right shapes, made at run time so that none stands in this repository."""

from __future__ import annotations

import base64
import random
import string

_DRAW = random.Random(7)  # noqa: S311 (they only have to look like it)


def word(length: int, characters: str = string.ascii_letters + string.digits) -> str:
    """Return characters as a generator of tokens draws them."""
    return "".join(_DRAW.choice(characters) for _ in range(length))


def private_key(kind: str = "", start: bytes = b"0\x82", size: int = 600, newline: str = "\n") -> str:
    """Return a block as tools write private keys; ``kind`` is "RSA ", "OPENSSH " or the like."""
    body = base64.b64encode(start + _DRAW.randbytes(size)).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    name = f"{kind}PRIVATE KEY"
    return newline.join((f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""))


OPENSSH = b"openssh-key-v1\0"
"""How OpenSSH's own format begins."""


def pypi_token() -> str:
    """Return a token as PyPI shows it once."""
    return f"pypi-AgEIcHlwaS5vcmc{word(150)}"


def github_token() -> str:
    """Return a personal access token."""
    return f"ghp_{word(36)}"
