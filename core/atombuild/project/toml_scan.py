"""A tolerant scan of TOML text for one thing only: where every key and value begins.

The parser (tomli) gives values without places. This scan runs after it, over text it accepted, so it may assume
correct TOML 1.1; on anything else it still ends and never raises, it just knows less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import tomli

MAX_DEPTH: Final = 80
"""How deep uv's parser follows nested values, and how many parts it allows in a key."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[^\s.=\[\]{},\"'#]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}#\r\n]*")
_BRACKET: Final = re.compile(r"[\[\]{}\"'#]")
_STRING_STOP: Final = {
    '"': re.compile(r'\\.|"', re.DOTALL),
    '"""': re.compile(r'\\.|"""', re.DOTALL),
    "'": re.compile(r"'"),
    "'''": re.compile(r"'''"),
}


@dataclass(slots=True)
class Node:
    """A key with its value; offsets count characters of the text."""

    key: int
    """Where the key begins; for an item of an array, where the item begins."""

    value: int
    """Where the value begins; for a table with a header, where that header begins."""

    end: int = 0
    """Where a value ends; 0 for a table with a header, which has no single end."""

    children: dict[str | int, Node] = field(default_factory=dict)
    """By key, or by index in an array."""

    repeated: bool = False
    """An array of tables: later headers add to its last item."""


class Scan:
    """One pass over a document. ``root`` is the finished tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.root = Node(0, 0)
        self.too_deep: int | None = None
        """Where nesting first goes beyond :data:`MAX_DEPTH`, if it does."""
        self._document()

    def _document(self) -> None:
        table = self.root
        while self._skip(_BLANK):
            before = self.at
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table, 1)
            if self.at == before:  # nothing we know: step over it
                self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Step over what ``pattern`` matches; whether text is left."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def _accept(self, mark: str) -> bool:
        """Step over ``mark`` if it comes next."""
        found = self.text.startswith(mark, self.at)
        if found:
            self.at += len(mark)
        return found

    def _header(self) -> Node:
        start = self.at
        repeated = self._accept("[[") or not self._accept("[")
        path = self._key_path()
        self._accept("]]" if repeated else "]")
        if not path:
            return self.root
        table = self._enter(self.root, path[:-1])
        name, key = path[-1]
        if not repeated:
            node = table.children.setdefault(name, Node(key, start))
            node.key, node.value = key, start  # an earlier [a.b] may have made this table in passing
            return node
        array = table.children.setdefault(name, Node(key, start, repeated=True))
        item = array.children[len(array.children)] = Node(key, start)
        return item

    def _pair(self, table: Node, depth: int) -> None:
        path = self._key_path()
        self._skip(_SPACE)
        if not path or not self._accept("="):
            return
        self._skip(_SPACE)
        table = self._enter(table, path[:-1])
        name, key = path[-1]
        node = table.children[name] = Node(key, self.at)
        self._value(node, depth)

    def _enter(self, table: Node, path: list[tuple[str, int]]) -> Node:
        """Return the table at ``path`` below ``table``, made where it is only implied."""
        for name, key in path:
            table = table.children.setdefault(name, Node(key, key))
            if table.repeated:
                table = table.children[len(table.children) - 1]
        return table

    def _key_path(self) -> list[tuple[str, int]]:
        path: list[tuple[str, int]] = []
        while self._skip(_SPACE):
            start = self.at
            if self.text[start] in "\"'":
                self.at = self._string_end()
                path.append((_unquoted(self.text[start : self.at]), start))
            elif match := _BARE_KEY.match(self.text, start):
                self.at = match.end()
                path.append((match.group(), start))
            self._skip(_SPACE)
            if self.at == start or not self._accept("."):
                break
        if len(path) > MAX_DEPTH:
            self._note_depth(path[0][1])
        return path[: MAX_DEPTH + 1]

    def _value(self, node: Node, depth: int) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening and opening in "[{":
            if depth > MAX_DEPTH:
                self._note_depth(self.at)
                self._skip_brackets()
            elif opening == "[":
                self._array(node, depth)
            else:
                self._inline_table(node, depth)
        elif opening and opening in "\"'":
            self.at = self._string_end()
        else:
            self._skip(_BARE_VALUE)
            node.end = node.value + len(self.text[node.value : self.at].rstrip())
            return
        node.end = self.at

    def _array(self, node: Node, depth: int) -> None:
        self.at += 1
        while self._skip(_BLANK) and not self._accept("]"):
            before = self.at
            item = node.children[len(node.children)] = Node(before, before)
            self._value(item, depth + 1)
            self._skip(_BLANK)
            self._accept(",")
            self.at = max(self.at, before + 1)

    def _inline_table(self, node: Node, depth: int) -> None:
        self.at += 1
        while self._skip(_BLANK) and not self._accept("}"):
            before = self.at
            self._pair(node, depth + 1)
            self._skip(_BLANK)
            self._accept(",")
            self.at = max(self.at, before + 1)

    def _skip_brackets(self) -> None:
        """Step over a bracketed value without looking into it."""
        depth = 0
        while match := _BRACKET.search(self.text, self.at):
            self.at = match.start()
            mark = match.group()
            if mark in "\"'":
                self.at = self._string_end()
                continue
            if mark == "#":
                self._skip(_BLANK)
                continue
            self.at += 1
            depth += 1 if mark in "[{" else -1
            if depth == 0:
                return
        self.at = len(self.text)

    def _string_end(self) -> int:
        """Return where the string that begins here ends, whichever of the four kinds it is."""
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        at = self.at + len(fence)
        while match := _STRING_STOP[fence].search(self.text, at):
            at = match.end()
            if match.group() == fence:
                # up to two more quotes before the closing three belong to the text
                surplus = 2 if len(fence) > 1 else 0
                while surplus and self.text.startswith(quote, at):
                    at, surplus = at + 1, surplus - 1
                return at
        return len(self.text)

    def _note_depth(self, offset: int) -> None:
        if self.too_deep is None:
            self.too_deep = offset


def _unquoted(key: str) -> str:
    """Return the name that a quoted key stands for."""
    if "\\" not in key or key.startswith("'"):
        return key[1:-1]
    try:
        return str(tomli.loads(f"key = {key}")["key"])
    except tomli.TOMLDecodeError:
        return key[1:-1]
