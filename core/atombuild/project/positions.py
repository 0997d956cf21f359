"""Where in the text of a TOML document each key and value stands, for messages that point at it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from atombuild.project.toml_scan import Node, Scan

Keys = tuple[str | int, ...]
"""A path into a document: names of keys, and indexes of array items."""

Place = tuple[int, int]
"""Line and column, both from 1, the column in characters."""


class Positions:
    """The places of one document. Made once, never changed."""

    __slots__ = ("_line_starts", "_root", "_too_deep", "text")

    text: str
    """The document, without a byte order mark."""

    def __init__(self, text: str, root: Node, too_deep: int | None) -> None:
        self.text = text
        self._root = root
        self._too_deep = too_deep
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    @classmethod
    def of_text(cls, text: str) -> Positions:
        """Scan ``text``, which tomli accepted. A byte order mark does not count as a column."""
        scan = Scan(text.removeprefix("\ufeff"))
        return cls(scan.text, scan.root, scan.too_deep)

    def of(self, keys: Keys) -> Place:
        """Return where the value under ``keys`` begins, or else the innermost table around it that is there."""
        return self._place(self._nearest(keys).value)

    def of_key(self, keys: Keys) -> Place:
        """Return where the key itself begins, or else the innermost table around it that is there."""
        found = self._find(keys)
        return self._place(found.key) if found else self.of(keys)

    def span(self, keys: Keys) -> tuple[int, int] | None:
        """Return the offsets in :attr:`text` between which a value stands as written; None for a table by header."""
        found = self._find(keys)
        return (found.value, found.end) if found and found.end else None

    @property
    def too_deep(self) -> Place | None:
        """Where nesting goes deeper than uv's parser follows, if it does; below that nothing is known."""
        return None if self._too_deep is None else self._place(self._too_deep)

    def _find(self, keys: Keys) -> Node | None:
        node: Node | None = self._root
        for key in keys:
            node = node.children.get(key) if node else None
        return node

    def _nearest(self, keys: Keys) -> Node:
        node = self._root
        for child in self._walk(keys):
            node = child
        return node

    def _walk(self, keys: Keys) -> Iterator[Node]:
        node = self._root
        for key in keys:
            child = node.children.get(key)
            if child is None:
                return
            yield child
            node = child

    def _place(self, offset: int) -> Place:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1
