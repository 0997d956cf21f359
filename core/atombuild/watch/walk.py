"""Walking over what is watched: below the root, and the inputs beyond it. Nothing found on disk raises."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from typing import Final

from atombuild.own_files import own_outputs
from atombuild.watch.entry import EntryKind, Signature, look, signature_of
from atombuild.watch.filter import Ignored, Rule, WatchFilter
from atombuild.watch.ground import OuterInput

MOST_BEYOND: Final = 50_000
"""Files beyond the root that are looked at, whatever the outer inputs hold."""

Found = tuple[str, "Signature | int"]
"""A name, and its signature or the number of the error that hides it."""


class Walk:
    """One walk."""

    def __init__(
        self, base: str, watched: WatchFilter, outer: tuple[OuterInput, ...], breathe: Callable[[], object]
    ) -> None:
        """Prepare; ``base`` is the root. ``breathe`` is called for every folder; what it raises ends the walk."""
        self._base = base
        self._watched = watched
        self._outer = outer
        self._breathe = breathe
        self.folders: set[str] = set()
        """The folders that were listed, by name."""

        self.left_out: tuple[Ignored, ...] = ()
        """What lies beyond the root and is not looked at, there being too much of it."""

        self.said: set[str] = set()
        """The files that our own output goes to."""

        self._own = own_outputs()

    def entries(self) -> Iterator[Found]:
        """Yield what is watched; what is below the root comes first."""
        yield from self._walk("", self._base, self._watched)
        left = MOST_BEYOND
        for each in self._outer:
            for found in self._walk_outer(each):
                left -= 1
                if left < 0:
                    self.left_out = (Ignored(Rule.TOO_MANY, each.name),)
                    return
                yield found

    def _walk_outer(self, outer: OuterInput) -> Iterator[Found]:
        judge = self._watched.beyond[outer.name]
        judge.refresh()
        found = look(outer.path, link=False)
        if found is None:
            return  # to be gone is a state like any other
        if isinstance(found, int) or found.kind is not EntryKind.LINK:
            yield outer.name, found
        else:  # a folder, or a link to one: to name it means what it leads to
            yield from self._walk(outer.name, outer.path, judge, apart=_below(outer.path, self._base))

    def _walk(self, name: str, base: str, judge: WatchFilter, *, apart: str | None = None) -> Iterator[Found]:
        """Yield what is watched below one folder, whose name is ``name``; the folder ``apart`` in it is not entered."""
        start = f"{name}/" if name else ""
        pending = [""]
        while pending:
            self._breathe()
            folder = pending.pop()
            if folder == apart:
                continue
            named = start + folder if folder else name
            try:
                with os.scandir(f"{base}/{folder}") as listing:
                    children = list(listing)
            except OSError as error:
                if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                    yield named, error.errno or errno.EIO
                continue
            self.folders.add(named)
            prefix = f"{folder}/" if folder else ""
            for child in children:
                path = prefix + child.name
                is_folder, is_link = _type_of(child)
                if is_folder:
                    if judge.descends(path):
                        pending.append(path)
                elif judge.verdict(path, folder=False) is None:
                    own = self._own
                    found = self._look(start + path, child, link=is_link) if own else _look(child, link=is_link)
                    if found is not None:
                        yield start + path, found

    def _look(self, name: str, child: os.DirEntry[str], *, link: bool) -> Signature | int | None:
        found = _look(child, link=link)
        if self._own and isinstance(found, Signature) and (found.device, found.inode) in self._own:
            self.said.add(name)
            return None
        return found


def _type_of(child: os.DirEntry[str]) -> tuple[bool, bool]:
    """Return whether it is a folder, and whether it is a link."""
    try:
        is_folder = child.is_dir(follow_symlinks=False)
        return is_folder, not is_folder and child.is_symlink()
    except OSError:
        return False, False  # no type from the listing and none from stat: look() will say why


def _below(folder: str, root: str) -> str | None:
    """Return where in ``folder`` the root lies; None: not there."""
    root, folder = os.path.realpath(root), os.path.realpath(folder)
    if root == folder:
        return ""
    inside = folder.rstrip(os.sep) + os.sep
    return root[len(inside) :].replace(os.sep, "/") if root.startswith(inside) else None


def _look(child: os.DirEntry[str], *, link: bool) -> Signature | int | None:
    if link or os.name == "nt":  # a listing on Windows knows no inode
        return look(child.path, link=link)
    try:
        return signature_of(child.stat(follow_symlinks=False), None)
    except OSError:
        return look(child.path, link=False)
