"""Files that should be in no package, told by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from atombuild.advice.codes import Code

_SECRET: Final = re.compile(
    r"""\.env(\..+)? | .*\.(pem|key|p12|pfx|keystore|jks|kdbx) | id_(rsa|dsa|ecdsa|ed25519)
    | \.(pypirc|netrc|npmrc|pgpass|htpasswd|git-credentials) | _netrc
    | credentials(\.json)? | secrets?\.(json|ya?ml|toml) | service[-_]?account.*\.json""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_SECRET: Final = re.compile(r"\.env\.(example|sample|template|dist|defaults?)", re.IGNORECASE)
_LEFTOVER: Final = re.compile(
    r".*~ | .*\.(sw[a-z]|bak|orig|rej|tmp) | \#.*\# | \.DS_Store | Thumbs\.db | desktop\.ini | \.coverage(\..*)?",
    re.VERBOSE,
)
_REPOSITORIES: Final = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
_COMPILED: Final = (".so", ".pyd", ".dylib", ".dll")


def is_compiled(path: str) -> bool:
    """Whether a file runs on one platform only."""
    return path.endswith(_COMPILED) or ".so." in path


def _is_secret(path: str) -> bool:
    name = path.rpartition("/")[2]
    return _SECRET.fullmatch(name) is not None and not _NO_SECRET.fullmatch(name)


SUSPECTS: Final[Mapping[Code, tuple[Callable[[str], bool], str]]] = {
    Code.SECRET: (_is_secret, "by its name this is a secret, and it is packed: {}"),
    Code.REPOSITORY: (
        lambda path: not _REPOSITORIES.isdisjoint(path.split("/")),
        "the repository's own files are packed: {}",
    ),
    Code.NODE_MODULES: (lambda path: "node_modules" in path.split("/"), "what npm installed is packed: {}"),
    Code.BYTECODE: (lambda path: path.endswith((".pyc", ".pyo")), "compiled bytecode is packed: {}"),
    Code.LEFTOVER: (
        lambda path: _LEFTOVER.fullmatch(path.rpartition("/")[2]) is not None,
        "what an editor or a tool left behind is packed: {}",
    ),
}
"""By kind: which paths are of it, and what is said of them."""
