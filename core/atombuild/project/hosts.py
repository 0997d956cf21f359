"""The host of a URL as uv publishes it: the host parser of the WHATWG URL Standard ("Host parsing")."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from atombuild.project.versions import Refused

_FORBIDDEN: Final = re.compile(r"[\x00\t\n\r #/:<>?@\[\\\]^|]")
_FORBIDDEN_IN_DOMAIN: Final = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")
_BYTE: Final = 2**8
_IPV6: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\]")
_LAST_IS_A_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")

_NUMBERS: Final = (
    (re.compile("0x0*([0-9a-f]{0,8})"), 16),
    (re.compile("0+([0-7]{0,11})"), 8),
    (re.compile("([1-9][0-9]{0,9})"), 10),
)
"""What four bytes can need, and not all that Python's ``int`` takes for a number."""

_NOT_A_DOMAIN: Final = "invalid international domain name"


def domain(text: str) -> str:
    """Return the host of a URL whose scheme is special: a domain in ASCII, or an IP address.

    Raises :class:`Refused` with words like uv's.
    """
    if text.startswith("["):
        return _ipv6(text)
    try:
        host = _in_ascii(unquote_to_bytes(text).decode())
    except UnicodeError:
        raise Refused(_NOT_A_DOMAIN) from None
    if not host:
        raise Refused("empty host")
    if _FORBIDDEN_IN_DOMAIN.search(host):
        raise Refused(_NOT_A_DOMAIN)
    last = host.removesuffix(".").rpartition(".")[2]
    return _ipv4(host) if _LAST_IS_A_NUMBER.fullmatch(last) else host


def opaque_host(text: str) -> str:
    """Return the host of any other URL, where nothing but an address of IPv6 is understood. Raises :class:`Refused`."""
    if text.startswith("["):
        return _ipv6(text)
    if _FORBIDDEN.search(text):
        raise Refused(_NOT_A_DOMAIN)
    return "".join(char if " " < char < "\x7f" else "".join(f"%{byte:02X}" for byte in char.encode()) for char in text)


def _in_ascii(text: str) -> str:
    """Return a domain as it is asked for (UTS 46). Raises ``UnicodeError``."""
    lower = text.lower()
    if text.isascii() and "xn--" not in lower:
        return lower
    from atombuild.project.domains import in_ascii  # noqa: PLC0415 (few projects need its tables)

    return in_ascii(text)


def _ipv6(text: str) -> str:
    match = _IPV6.fullmatch(text)  # Python reads a zone, too, which no URL has
    try:
        address = ipaddress.IPv6Address(match.group(1) if match else "")
    except ValueError:
        raise Refused("invalid IPv6 address") from None
    mapped = int(address.ipv4_mapped) if address.ipv4_mapped else None
    return f"[{address.compressed if mapped is None else f'::ffff:{mapped >> 16:x}:{mapped & 0xFFFF:x}'}]"


def _ipv4(host: str) -> str:
    """Read numbers as the standard does: octal and hexadecimal too, the last one filling what is left."""
    *firsts, last = [_number(part) for part in host.removesuffix(".").split(".")]
    room = 4 - len(firsts)
    if room < 1 or max(firsts, default=0) >= _BYTE or last >= _BYTE**room:
        raise Refused("invalid IPv4 address")
    return str(ipaddress.IPv4Address(int.from_bytes(bytes(firsts) + last.to_bytes(room, "big"), "big")))


def _number(text: str) -> int:
    for form, base in _NUMBERS:
        match = form.fullmatch(text)
        if match:
            return int(match.group(1) or "0", base)
    raise Refused("invalid IPv4 address")
