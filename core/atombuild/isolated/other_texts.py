"""Python files that an sdist has with another text than the tree: because the backend packs what is committed.

Then the sdist does not hold the latest save, and its author should know. Backends also rewrite files on purpose, first
of all those that give a version (versioneer, setuptools-scm, hatch-vcs, poetry-dynamic-versioning): that is none of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from atombuild.archive.damage import TAR_DAMAGE
from atombuild.isolated.acceptance import Accepted
from atombuild.project.pyproject import Pyproject

_LARGEST: Final = 1 << 20
_MOST: Final = 20
"""Files that are looked at closely."""

_GENERATED: Final = re.compile(rb"generated|do not (edit|change)|don't (edit|change)", re.IGNORECASE)
_HEAD: Final = 600
"""Bytes in which a generated file says that it is one."""

_VERSION_LINE: Final = re.compile(
    rb"\s*(#|[\"']?_{0,2}(version|release|revision|commit|build|date|timestamp|git|full_?version)\w*[\"']?\s*(:[^=]*)?[:=]"
    rb"|return\b.*version|\$Format)",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"version|write|generate", re.IGNORECASE)
_GIT_SECONDS: Final = 20


def other_texts(sdist: Accepted, root: Path, pyproject: Pyproject | None) -> tuple[str, ...]:
    """Return the files of the tree whose latest text the sdist lacks, and that nothing rewrote on purpose."""
    differing = [path for path, digest in sdist.modules.items() if _differs(root / path, digest)][:_MOST]
    if not differing:
        return ()
    packed = dict(_packed(sdist, differing))
    committed = _committed(root, differing)
    named = frozenset(_named(pyproject.table.get("tool")) if pyproject is not None else ()) | _named_in_cfg(root)
    return tuple(
        path
        for path in differing
        if path in packed and not _is_named(path, named) and _is_stale(root / path, packed[path], committed, path)
    )


def _differs(path: Path, digest: bytes) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).digest() != digest
    except OSError:
        return False  # it is not there: the backend wrote it into the archive alone


def _is_stale(file: Path, packed: bytes, committed: Mapping[str, str] | None, path: str) -> bool:
    """Whether the packed text is one that the author left behind."""
    if committed is not None:
        blob = b"blob %d\0%s" % (len(packed), packed)
        known = committed.get(path, "")
        digest = hashlib.sha256(blob) if len(known) > 40 else hashlib.sha1(blob)  # noqa: PLR2004, S324 (git's own names)
        return digest.hexdigest() == known
    try:
        text = file.read_bytes()
    except OSError:
        return False
    return not _GENERATED.search(packed[:_HEAD]) and not _only_version_differs(text, packed)


def _only_version_differs(text: bytes, packed: bytes) -> bool:
    ours, theirs = text.splitlines(), packed.splitlines()
    changed: list[bytes] = []
    for kind, begin, end, other_begin, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "equal":
            changed += [*ours[begin:end], *theirs[other_begin:other_end]]
    return all(not line.strip() or _VERSION_LINE.match(line) for line in changed)


def _packed(sdist: Accepted, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    wanted = set(paths)
    with contextlib.suppress(OSError, *TAR_DAMAGE), tarfile.open(sdist.path) as archive:
        for member in archive:
            path = member.name.partition("/")[2]
            content = archive.extractfile(member) if path in wanted and member.size <= _LARGEST else None
            if content is not None:
                yield path, content.read()


def _committed(root: Path, paths: Sequence[str]) -> Mapping[str, str] | None:
    """Return the names that git gives to the committed texts; None: there is no repository, or no git."""
    command = ["git", "-C", str(root), "ls-tree", "-z", "HEAD", "--", *paths]
    try:
        done = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL, timeout=_GIT_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = (entry.partition("\t") for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0") if entry)
    return {path: facts.rpartition(" ")[2] for facts, _, path in lines}


def _named(value: Any, *, wanted: bool = False) -> Iterator[str]:
    """Yield the texts under keys of ``[tool]`` that say where a version goes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _named(inner, wanted=wanted or _KEY.search(str(key)) is not None)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, wanted=wanted)
    elif isinstance(value, str) and wanted and value.endswith(".py"):
        yield value


def _named_in_cfg(root: Path) -> frozenset[str]:
    try:
        text = (root / "setup.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return frozenset()
    return frozenset(re.findall(r"^\s*(?:version_?file\w*|write_to\w*)\s*=\s*(\S+\.py)\s*$", text, re.MULTILINE))


def _is_named(path: str, named: frozenset[str]) -> bool:
    return any(path == name or path.endswith(f"/{name}") for name in (each.removeprefix("./") for each in named))
