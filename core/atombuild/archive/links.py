"""The links of an archive, judged by its own names alone, before any of them is made.

The rules are those of PEP 721's ``data`` filter: a link is relative, and leads to nothing outside of the folder that is
unpacked into. Python's own filter asks the disk where a link leads, and has been led astray by chains that are longer
than any path (CVE-2025-4517). Here nothing is asked of the disk: links are made after all else, so no member is ever
written through one, and each is followed from name to name first. A step upward is taken only out of a folder that the
archive itself holds: where a name could mean another one, as where case does not count, what is above it is unknown.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from atombuild.archive.bounds import is_a_possible_name

_MOST_STEPS: Final = 40
"""Links on the way to one file: as many as Linux follows (path_resolution(7))."""

_NO_LINKS_HERE: Final = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
_PRIVILEGE_NOT_HELD: Final = 1314
"""Windows' own number: who is no developer and no administrator makes no links."""


class LinkRefused(ValueError):
    """A link that may not be made; says why, to follow "is a symbolic link to TARGET"."""


def check_alone(path: str, target: str) -> None:
    """Raise :class:`LinkRefused` for what is wrong with a link whatever else the archive holds."""
    if not target:
        raise LinkRefused("which is no path")
    if target.startswith("/") or os.path.isabs(target):  # noqa: PTH117 (a text of the archive)
        raise LinkRefused("an absolute path")
    if not is_a_possible_name(target):
        raise LinkRefused("longer than any path")
    depth = path.count("/")
    for part in target.split("/"):
        if part == "..":
            depth -= 1
        elif part not in {"", "."}:
            return
        if depth < 0:
            raise LinkRefused("which leads out of it")


def destination(path: str, links: Mapping[str, str], folders: Collection[str]) -> str:
    """Return where the link at ``path`` leads, of links too; nothing need be there. Raises :class:`LinkRefused`.

    Paths are those of the archive, the top folder first. ``folders`` are real ones, and hold the parents of all links.
    """
    at = path.split("/")[:-1]
    waiting = deque(links[path].split("/"))
    steps = 0
    while waiting:
        part = waiting.popleft()
        if part == "..":
            if not at:
                raise LinkRefused("which leads out of it")
            if "/".join(at) not in folders:
                raise LinkRefused(f"which leads upward from {'/'.join(at)}, no folder of it")
            at.pop()
        elif part not in {"", "."}:
            at.append(part)
            onward = links.get("/".join(at))
            if onward is not None:
                steps += 1
                if steps > _MOST_STEPS:
                    raise LinkRefused("which leads from link to link without end")
                at.pop()
                waiting.extendleft(reversed(onward.split("/")))
    return "/".join(at)


def loose_links(paths: Collection[str], links: Mapping[str, str]) -> tuple[str, ...]:
    """Return the links that lead to nothing in the archive, which holds ``paths``, in their order."""
    folders = {"/".join(parts[:depth]) for parts in map(_parts, paths) for depth in range(1, len(parts))}
    known = folders | set(paths)
    return tuple(path for path, target in links.items() if not _is_inside(path, target, links, folders, known))


def _is_inside(
    path: str, target: str, links: Mapping[str, str], folders: Collection[str], known: Collection[str]
) -> bool:
    try:
        check_alone(path, target)
        return destination(path, links, folders) in known
    except LinkRefused:
        return False


def _parts(path: str) -> list[str]:
    return path.split("/")


def make_link(place: Path, target: str, *, to_folder: bool) -> bool:
    """Make a symbolic link; return False where this system or this disk has none for us. Raises ``OSError``."""
    try:
        place.symlink_to(target.replace("/", os.sep), target_is_directory=to_folder)
    except NotImplementedError:
        return False
    except OSError as error:
        if error.errno in _NO_LINKS_HERE or getattr(error, "winerror", None) == _PRIVILEGE_NOT_HELD:
            return False
        raise
    return True
