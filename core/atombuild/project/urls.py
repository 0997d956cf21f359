"""The URL of a requirement as uv publishes it: parsed as browsers do (WHATWG URL Standard), and without a password.

No variables are expanded, which uv would do: what is in the environment of whoever builds is not for metadata.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from atombuild.project.hosts import domain, opaque_host
from atombuild.project.versions import Refused

_SCHEME: Final = re.compile(
    r"file|https?|git\+[a-z]+|bzr\+(?:https?|ssh|sftp|ftp|lp|file)|hg\+(?:file|https?|ssh|static-http)"
    r"|svn\+(?:ssh|https?|svn|file)"
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
"""The schemes that the standard calls special; files, special too, go a way of their own."""

_LARGEST_PORT: Final = 2**16 - 1
_PORT: Final = re.compile("0*([0-9]{1,5})")

# What is percent-encoded, besides blanks, controls and all that is not ASCII.
_IN_QUERY: Final = '"#<>'
_IN_FRAGMENT: Final = '"<>`'
_IN_PATH: Final = _IN_FRAGMENT + "#?{}"
_IN_USER: Final = _IN_PATH + "/:;=@[\\]^|"


def public_url(text: str) -> str:
    """Return the URL as metadata may show it. Raises :class:`Refused` with words like uv's."""
    if text.startswith("/"):
        return _file_url(text)
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme):
        raise _relative(text)
    if scheme == "file":
        path = rest.removeprefix("//")
        if rest.startswith("//localhost/"):
            path = path.removeprefix("localhost")
        if not path.startswith("/"):
            raise _relative(path)
        return _file_url(path, decode=True)
    return f"{scheme}:{_after_scheme(scheme, rest)}"


def _relative(path: str) -> Refused:
    return Refused(f"relative path without a working directory: {path}")


def _file_url(text: str, *, decode: bool = False) -> str:
    """Return the URL of an absolute path, which may have a fragment."""
    path, mark, fragment = text.partition("#")
    parts: list[str] = []
    for part in (unquote(path) if decode else path).split("/"):
        if part == "..":
            if not parts:
                raise Refused(f"path leads above the root of the disk: {text}")
            parts.pop()
        elif part not in {"", "."}:
            parts.append(_encoded(part, _IN_PATH + "%\\"))
    return f"file:///{'/'.join(parts)}{mark}{_encoded(fragment, _IN_FRAGMENT)}"


def _after_scheme(scheme: str, text: str) -> str:
    rest, mark, fragment = re.sub(r"[\t\n\r]", "", text).partition("#")
    rest, question, query = rest.partition("?")
    special = scheme in _DEFAULT_PORTS
    end = question + _encoded(query, _IN_QUERY + "'" * special) + mark + _encoded(fragment, _IN_FRAGMENT)
    if special:
        authority, _, path = rest.replace("\\", "/").lstrip("/").partition("/")
        return f"//{_authority(scheme, authority)}{_path(f'/{path}')}{end}"
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        return f"//{_authority(scheme, authority)}{_path(slash + path)}{end}"
    return (_path(rest) if rest.startswith("/") else _encoded(rest, "")) + end


def _path(path: str) -> str:
    """Resolve ``.`` and ``..``, also where they are encoded; nothing leads above the top."""
    if not path:
        return ""
    parts: list[str] = []
    *folders, last = path[1:].split("/")
    for part in (*folders, last):
        plain = part.lower().replace("%2e", ".")
        if plain == ".." and parts:
            parts.pop()
        elif plain not in {".", ".."}:
            parts.append(_encoded(part, _IN_PATH))
    if last.lower().replace("%2e", ".") in {".", ".."}:
        parts.append("")
    return f"/{'/'.join(parts)}"


def _authority(scheme: str, text: str) -> str:
    userinfo, at, address = text.rpartition("@")
    match = re.fullmatch(r"(\[.*\]|[^:]*)(:.*)?", address, re.DOTALL)
    host, port = match.groups(default="") if match else (address, "")
    if not host and (port or (at and userinfo != ":")):
        raise Refused("empty host")
    host_of = domain if scheme in _DEFAULT_PORTS else opaque_host
    return f"{_user(scheme, userinfo)}{host_of(host)}{_port(scheme, port[1:])}"


def _user(scheme: str, userinfo: str) -> str:
    name, _, password = userinfo.partition(":")
    if password:
        return f"{_encoded(name, _IN_USER)}:****@"
    if name == "git" and scheme in {"git+ssh", "git+https"}:
        return "git@"  # what everybody writes, and no secret
    return "****@" if name else ""


def _port(scheme: str, text: str) -> str:
    if not text:
        return ""
    match = _PORT.fullmatch(text)
    port = int(match.group(1)) if match else _LARGEST_PORT + 1
    if port > _LARGEST_PORT:
        raise Refused("invalid port number")
    return f":{port}" if port != _DEFAULT_PORTS.get(scheme) else ""


def _encoded(text: str, also: str) -> str:
    return "".join(
        char if " " < char < "\x7f" and char not in also else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in text
    )
