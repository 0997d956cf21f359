"""Files that should be in no package: told by their names, and secrets by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from atombuild.advice.codes import Code, some
from atombuild.advice.secrets import Secret, is_for_show, secret_in

_LEFTOVER: Final = re.compile(
    r".*~ | .*\.(sw[a-z]|bak|orig|rej|tmp) | \#.*\# | \.DS_Store | Thumbs\.db | desktop\.ini | \.coverage(\..*)?",
    re.VERBOSE,
)
_ON_PURPOSE: Final = frozenset({"Cargo.toml.orig"})
"""What cargo puts next to the file that it rewrote, in every crate."""

_REPOSITORIES: Final = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
_COMPILED: Final = (".so", ".pyd", ".dylib", ".dll")


def is_compiled(path: str) -> bool:
    """Whether a file runs on one platform only."""
    return path.endswith(_COMPILED) or ".so." in path


SUSPECTS: Final[Mapping[Code, tuple[Callable[[str], bool], str]]] = {
    Code.REPOSITORY: (
        lambda path: not _REPOSITORIES.isdisjoint(path.split("/")),
        "the repository's own files are packed: {}",
    ),
    Code.NODE_MODULES: (lambda path: "node_modules" in path.split("/"), "what npm installed is packed: {}"),
    Code.BYTECODE: (lambda path: path.endswith((".pyc", ".pyo")), "compiled bytecode is packed: {}"),
    Code.LEFTOVER: (
        lambda path: (name := path.rpartition("/")[2]) not in _ON_PURPOSE and _LEFTOVER.fullmatch(name) is not None,
        "what an editor or a tool left behind is packed: {}",
    ),
}
"""By kind: which paths are of it, and what is said of them."""


BUDGET: Final = 128 * 1024 * 1024
"""Bytes of an artifact's files that are looked at for secrets, at most."""

_NO_TEXT: Final = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4"),
    *(".gz", ".bz2", ".xz", ".zst", ".zip", ".whl", ".so", ".pyd", ".dll", ".dylib", ".a", ".lib", ".o", ".exe"),
    *(".pyc", ".pyo", ".mo", ".po", ".npy", ".npz", ".parquet", ".h5", ".sqlite", ".db", ".pdf", ".wasm"),
)


def is_worth_a_look(path: str) -> bool:
    """Whether a file of this name may hold a secret that can be recognized."""
    return not path.lower().endswith(_NO_TEXT)


class Secrets:
    """The secrets that were found in one artifact, or in a project."""

    def __init__(self) -> None:
        self._found: dict[str, Secret] = {}

    def add(self, path: str, secret: Secret) -> None:
        """Note one."""
        self._found[path] = secret

    def look(self, path: str, data: bytes) -> None:
        """Look into a file's first bytes."""
        secret = secret_in(path, data) if is_worth_a_look(path) else None
        if secret is not None:
            self.add(path, secret)

    def told(self) -> Iterator[tuple[Code, str, int, str]]:
        """Yield one item a kind of finding: its code, the first file and line, and words."""
        for code, shown in ((Code.SECRET, False), (Code.SECRET_FOR_SHOW, True)):
            paths = [path for path in sorted(self._found) if is_for_show(path) is shown]
            if paths:
                words = some([f"{path} holds {self._found[path].what}" for path in paths])
                yield code, paths[0], self._found[paths[0]].line, f"what is packed can be read by everybody: {words}"
