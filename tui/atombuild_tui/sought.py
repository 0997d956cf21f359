"""Where a text is found in another, capitals or not: the places to mark, as the text is written."""

from __future__ import annotations

from collections.abc import Iterator


def occurrences(text: str, sought: str) -> Iterator[tuple[int, int]]:
    """Yield from where to where ``sought``, which is casefolded, stands in a text; once for what overlaps."""
    folded = text.casefold()
    at = folded.find(sought) if sought else -1
    if at < 0:
        return
    # Some characters fold to two or three: then a place in the one text is another in the other.
    origin = None if len(folded) == len(text) else [n for n, each in enumerate(text) for _ in each.casefold()]
    while at >= 0:
        end = at + len(sought)
        yield (at, end) if origin is None else (origin[at], origin[end - 1] + 1)
        at = folded.find(sought, end)
