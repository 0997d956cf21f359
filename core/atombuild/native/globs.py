"""Globs as uv_build matches them: on the bytes of whole relative paths.

A glob is checked, then taken apart, then translated to two regular expressions. They are over bytes because
uv_build's are: ``?`` is half an ``é`` there, and so it must be here. Globs with so many stars that a regular expression
may try for minutes, or so deep that none can be made, become automata instead.
"""

from __future__ import annotations

import enum
import functools
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from atombuild.native.glob_automaton import ANY, NO_NEWLINE, NO_SLASH, Automaton, Step
from atombuild.native.glob_check import Dialect, GlobFault, check_glob

_MOST_STARS: Final = 2
"""In one component, and of ``**`` in all: a regular expression tries all places of one with all of the other."""

_DEEPEST: Final = 50
"""Components. Each is a group in a group, and Python's parser of them ends at some hundred."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A checked glob, as the source of regular expressions over the bytes of whole relative paths."""

    text: str
    """As it was parsed: an exclude has its ``**/`` already."""

    path_pattern: bytes
    """Matches the paths that the glob matches."""

    folder_pattern: bytes
    """Matches the folders that may hold such a path, and the path itself."""

    automata: tuple[Automaton, Automaton] | None = None
    """What matches in place of the two."""


def exclude_text(written: str) -> str:
    """Return an exclude as a glob over whole paths: anchored by a leading slash, else good at any depth."""
    return written[1:] if written.startswith("/") else f"**/{written}"


def globset_escaped(path: str) -> str:
    """Return ``path`` with its glob characters in brackets, as uv writes the folders it adds by itself."""
    return "".join(f"[{char}]" if char in "?*[]" else char for char in path)


def exact(path: str) -> Glob:
    """Return the glob that matches ``path`` and nothing else, whatever characters are in it."""
    if path.count("/") > _DEEPEST:
        return _as_automata(path, tuple(_literal(path)))
    pattern = re.escape(os.fsencode(path))
    *folders, name = (re.escape(os.fsencode(part)) for part in path.split("/"))
    nested = name
    for folder in reversed(folders):
        nested = folder + b"(?:/" + nested + b")?"
    return Glob(path, pattern, nested)


def parse(text: str, dialect: Dialect) -> Glob | GlobFault:
    """Return the glob, or what is wrong with it."""
    fault = check_glob(text, dialect)
    if fault is not None:
        return fault
    tokens = _tokens(text)
    if isinstance(tokens, GlobFault):
        return tokens
    if _is_hard(tokens):
        return _as_automata(text, tokens)
    return Glob(text, _path_pattern(tokens), _folder_pattern(tokens))


class GlobSet:
    """Several globs at once."""

    def __init__(self, globs: Iterable[Glob]) -> None:
        self.globs = tuple(globs)
        plain = [glob for glob in self.globs if glob.automata is None]
        self._automata = tuple(glob.automata for glob in self.globs if glob.automata is not None)
        self._path = re.compile(_any_of(glob.path_pattern for glob in plain), re.DOTALL)
        # Here a dot does not match a line feed: uv_build's two automata differ in that, and such names get lost.
        self._folder = re.compile(_any_of(glob.folder_pattern for glob in plain))

    def __or__(self, other: GlobSet) -> GlobSet:
        """Return the globs of both."""
        return GlobSet((*self.globs, *other.globs))

    def matches(self, path: str) -> bool:
        """Whether any of the globs matches this path."""
        data = os.fsencode(path)
        return self._path.fullmatch(data) is not None or any(whole.matches(data) for whole, _ in self._automata)

    def may_hold(self, folder: str) -> bool:
        """Whether a path that matches may lie below this folder, or be this path itself."""
        if not folder:
            return True
        data = os.fsencode(folder)
        return self._folder.fullmatch(data) is not None or any(upper.matches(data) for _, upper in self._automata)


def _any_of(patterns: Iterable[bytes]) -> bytes:
    # An empty alternation would match the empty path; (?!) matches nothing.
    return b"|".join(b"(?:%b)" % pattern for pattern in patterns) or b"(?!)"


class _Star(enum.Enum):
    """The tokens that stand for no fixed number of characters."""

    WITHIN = b"[^/]*"
    """``*``"""

    LEADING = b"(?:/?|.*/)"
    """``**/`` at the start"""

    BETWEEN = b"(?:/|/.*/)"
    """``/**/``"""

    BELOW = b"/.*"
    """``/**`` at the end"""


_ONE: Final = b"[^/]"
_SLASH: Final = b"/"
_Token = bytes | _Star


def _tokens(text: str) -> tuple[_Token, ...] | GlobFault:
    """Take a checked glob apart. What ``**`` means depends on what stands before and after it."""
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*":
            if not text.startswith("*", at):
                tokens.append(_Star.WITHIN)
                continue
            before = text[at - 2] if at > 1 else "/"
            at += 1
            if before != "/":
                tokens.append(_Star.WITHIN)
                continue
            ends = at == len(text)
            at += 1
            previous = tokens.pop() if tokens else _Star.LEADING
            if previous is _Star.LEADING:
                tokens.append(_Star.LEADING)
            else:
                tokens.append(_Star.BELOW if ends else _Star.BETWEEN)
        elif char == "?":
            tokens.append(_ONE)
        elif char == "[":
            found = _class(text, at)
            if isinstance(found, GlobFault):
                return found
            pattern, at = found
            tokens.append(pattern)
        elif char == "\\":
            tokens += _literal(text[at])
            at += 1
        else:
            tokens += _literal(char)
    return tuple(tokens)


def _literal(text: str) -> list[_Token]:
    """Return a token a byte."""
    return [re.escape(bytes([byte])) for byte in os.fsencode(text)]


def _class(text: str, at: int) -> tuple[bytes, int] | GlobFault:
    """Read a character class whose first member is at ``at``; return it and where the text goes on."""
    end = text.find("]", at + 1)
    if end < 0:
        return GlobFault(
            f"error parsing glob '{text}': unclosed character class; missing ']'",
            "close the bracket, or leave it out",
        )
    ranges: list[tuple[str, str]] = []
    open_range = False
    for place, char in enumerate(text[at:end]):
        if char == "-" and place > 0 and not open_range:
            open_range = True
        elif open_range:
            first = ranges.pop()[0]
            if char < first:
                return GlobFault(
                    f"error parsing glob '{text}': invalid range; '{first}' > '{char}'",
                    f"write the range the other way round: {char}-{first}",
                )
            ranges.append((first, char))
            open_range = False
        else:
            ranges.append((char, char))
    if open_range:
        ranges.append(("-", "-"))
    members = (_hex(first) if first == last else _hex(first) + b"-" + _hex(last) for first, last in ranges)
    return b"[" + b"".join(members) + b"]", end + 1


def _hex(char: str) -> bytes:
    # Byte by byte, as uv_build's own expression has it: a class never matches a whole non-ASCII character.
    return b"".join(b"\\x%02x" % byte for byte in os.fsencode(char))


def _path_pattern(tokens: tuple[_Token, ...]) -> bytes:
    if tokens == (_Star.LEADING,):
        return b".*"
    return b"".join(_source(token) for token in tokens)


def _folder_pattern(tokens: tuple[_Token, ...]) -> bytes:
    """Nest the pattern so that it may end after any component, and from a ``**`` on hold everything."""
    parts: list[bytes] = []
    depth = 0
    for token in tokens:
        if isinstance(token, _Star) and token is not _Star.WITHIN:
            parts.append(b".*" if token is _Star.LEADING else b"(?:/.*)?")
            break
        source = _source(token)
        if re.fullmatch(source, _SLASH):  # a class may hold the slash too: [--9]
            parts.append(b"(?:" + source)
            depth += 1
        else:
            parts.append(source)
    return b"".join(parts) + b")?" * depth


def _source(token: _Token) -> bytes:
    return token.value if isinstance(token, _Star) else token


# Hard globs. A token that is no star stands for one byte.


def _is_hard(tokens: tuple[_Token, ...]) -> bool:
    doubles = slashes = within = 0
    for token in tokens:
        if token is _Star.WITHIN:
            within += 1
        elif isinstance(token, _Star):
            doubles, within = doubles + 1, 0
        elif token == _SLASH:
            slashes, within = slashes + 1, 0
        if max(doubles, within) > _MOST_STARS or slashes > _DEEPEST:
            return True
    return False


def _as_automata(text: str, tokens: tuple[_Token, ...]) -> Glob:
    return Glob(text, b"", b"", (_path_automaton(tokens), _folder_automaton(tokens)))


def _path_automaton(tokens: tuple[_Token, ...]) -> Automaton:
    if tokens == (_Star.LEADING,):
        return Automaton([_AT_THE_END], [0])
    steps = [step for token in tokens for step in _steps(token)]
    return Automaton(steps, [len(steps) - (tokens[-1:] == (_Star.BELOW,))])


def _folder_automaton(tokens: tuple[_Token, ...]) -> Automaton:
    """As :func:`_folder_pattern` has it: the end may be before any slash, and from a ``**`` on everything is held."""
    steps: list[Step] = []
    ends = []
    for token in tokens:
        if isinstance(token, _Star) and token is not _Star.WITHIN:
            ends.append(len(steps))
            if token is not _Star.LEADING:
                steps.append(Step(frozenset(b"/")))
                ends.append(len(steps))
            steps.append(Step(frozenset(), NO_NEWLINE))
            return Automaton(steps, ends)
        if not isinstance(token, _Star) and _SLASH[0] in _bytes_of(token):
            ends.append(len(steps))
        steps += _steps(token)
    return Automaton(steps, [*ends, len(steps)])


def _steps(token: _Token) -> tuple[Step, ...]:
    return _STEPS[token] if isinstance(token, _Star) else (Step(_bytes_of(token)),)


@functools.cache
def _bytes_of(source: bytes) -> frozenset[int]:
    pattern = re.compile(source, re.DOTALL)
    return frozenset(byte for byte in ANY if pattern.fullmatch(bytes([byte])))


_AT_THE_END: Final = Step(frozenset(), ANY)
_TO_A_SLASH: Final = Step(frozenset(b"/"), ANY, optional_first=True)
"""``.*/``, or nothing."""

_STEPS: Final = {
    _Star.WITHIN: (Step(frozenset(), NO_SLASH, optional=True),),
    _Star.LEADING: (_TO_A_SLASH,),
    _Star.BETWEEN: (Step(frozenset(b"/")), _TO_A_SLASH),
    _Star.BELOW: (Step(frozenset(b"/")), _AT_THE_END),
}
