"""The globs of ``[tool.uv.workspace]``, in the dialect of Rust's ``glob`` crate, which uv reads them with.

In ``members`` no star crosses a slash, and what matches is looked for on the disk. In ``exclude`` a star does cross,
and the whole path of a folder, relative to the root, is matched. Names with a leading dot are matched like any other;
``{`` and the backslash are characters like any other.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_RECURSIVE: Final = "**"
_SPECIAL: Final = re.compile(r"[*?\[]")


class PatternError(ValueError):
    """A glob that can't be read; its text is in uv's words."""

    def __init__(self, position: int, words: str) -> None:
        """``position`` counts characters from 0."""
        super().__init__(f"Pattern syntax error near position {position}: {words}")


def check(pattern: str) -> None:
    """Raise :class:`PatternError` if the glob can't be read."""
    _translated(pattern, crossing=False)


def normal(pattern: str) -> str:
    """Return the glob without ``./``, a slash at its end, and ``..`` after anything, be it a star."""
    found = posixpath.normpath(pattern) if pattern else "."
    found = found[1:] if found.startswith("//") else found
    return "" if found == "." else found


def excludes(pattern: str, root: Path, path: str) -> bool:
    """Whether an exclude of the workspace in ``root`` names the folder ``path``, which is relative to it."""
    pattern = normal(pattern)
    if not pattern:
        return False
    whole = path if not posixpath.isabs(pattern) else posixpath.join(root.as_posix(), path)
    return re.compile(_translated(pattern, crossing=True), re.DOTALL).fullmatch(whole) is not None


def includes(pattern: str, root: Path, path: str) -> bool:
    """Whether a glob of ``members`` names the folder ``path``, relative to the root, without a look at the disk."""
    pattern = normal(pattern)
    whole = path if not posixpath.isabs(pattern) else posixpath.join(root.as_posix(), path)
    return re.compile(_translated(pattern, crossing=False), re.DOTALL).fullmatch(whole) is not None


def expand(pattern: str, root: Path) -> Iterator[Path]:
    """Yield what stands at a glob of ``members``, in the order of names; nothing that can't be listed raises."""
    pattern = normal(pattern)
    start = Path("/") if pattern.startswith("/") else root
    yield from _below(start, [part for part in pattern.split("/") if part])


def _below(folder: Path, parts: list[str], *, dots: bool = True) -> Iterator[Path]:
    """Yield what ``parts`` find in a folder. ``dots``: a first part that begins with a dot finds ``..``, too."""
    if not parts:
        yield folder
        return
    first, *rest = parts
    if first == _RECURSIVE:
        while rest and rest[0] == _RECURSIVE:
            rest = rest[1:]
        yield from _recursive(folder, rest)
    elif _SPECIAL.search(first) is None:
        child = folder / first
        if os.path.lexists(child) and (not rest or child.is_dir()):
            yield from _below(child, rest)
    else:
        matches = re.compile(_translated(first, crossing=False), re.DOTALL).fullmatch
        special = (".", "..") if dots and first.startswith(".") else ()
        for name in sorted((*special, *_names(folder))):
            if matches(name) and (not rest or (folder / name).is_dir()):
                # Not joined by pathlib, which drops a dot.
                yield from _below(Path(f"{folder}/{name}"), rest)


def _recursive(folder: Path, rest: list[str]) -> Iterator[Path]:
    """Yield what ``rest`` finds in this folder and all below it; ``**`` at the end finds folders alone."""
    if rest:
        yield from _below(folder, rest, dots=False)
    for name in _names(folder):
        child = folder / name
        if child.is_dir() and not child.is_symlink():
            if not rest:
                yield child
            yield from _recursive(child, rest)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 (names are wanted, not paths)
    except OSError:  # no folder, or none that we may read: nothing is found in it
        return []


def _translated(pattern: str, *, crossing: bool) -> str:
    """Return a regular expression for the glob. Raises :class:`PatternError`."""
    one, many = (".", ".*") if crossing else ("[^/]", "[^/]*")
    found: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            stars = re.compile(r"\*+").match(pattern, at)
            end = stars.end() if stars else at + 1
            if end - at == 1:
                found.append(many)
                at = end
            else:
                at = _after_recursive(pattern, at, end)
                found.append("(?:.*/)?" if at > end else ".*")
        elif char == "[":
            text, at = _range(pattern, at, crossing=crossing)
            found.append(text)
        else:
            found.append(one if char == "?" else re.escape(char))
            at += 1
    return "".join(found)


def _after_recursive(pattern: str, start: int, end: int) -> int:
    """Return where the glob goes on after ``**``, and the slash that belongs to it."""
    if end - start > len(_RECURSIVE):
        raise PatternError(start + 2, "wildcards are either regular `*` or recursive `**`")
    alone = "recursive wildcards must form a single path component"
    if start > 0 and pattern[start - 1] != "/":
        raise PatternError(start - 1, alone)
    if end == len(pattern):
        return end
    if pattern[end] != "/":
        raise PatternError(end, alone)
    return end + 1


def _range(pattern: str, at: int, *, crossing: bool) -> tuple[str, int]:
    """Return the regular expression of ``[…]`` and where it ends. The first character in it is never its end."""
    negated = pattern[at + 1 : at + 2] == "!"
    first = at + 2 if negated else at + 1
    end = pattern.find("]", first + 1)
    if end < 0 or first >= len(pattern):
        raise PatternError(at, "invalid range pattern")
    inside, parts, index = pattern[first:end], [], 0
    while index < len(inside):
        if index + 2 < len(inside) and inside[index + 1] == "-":
            low, high = inside[index], inside[index + 2]
            if low <= high:  # a range that runs backwards holds nothing
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
            index += 3
        else:
            parts.append(re.escape(inside[index]))
            index += 1
    no_slash = "" if crossing else "(?!/)"
    if not parts:
        return (f"{no_slash}." if negated else "(?!)"), end + 1
    return f"{no_slash}[{'^' if negated else ''}{''.join(parts)}]", end + 1
