"""Advice on packed files by their names, sizes and number, of any backend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from atombuild.advice.codes import Code, found
from atombuild.errors import Location
from atombuild.finding import Finding
from atombuild.units import size_words

LARGE: Final = 10_000_000
"""Bytes from which on a file is worth a question."""

MANY: Final = 10_000
"""Files from which on uv_build warns."""


def advise_on_size(path: str, size: int | None, where: Location, remedy: str) -> Iterator[Finding]:
    """Yield that a file is very large; ``remedy`` is how it is left out."""
    if size is not None and size > LARGE:
        words = f"{path} is {size_words(size)} large"
        yield found(Code.LARGE_FILE, where, words, f"if it is not needed at run time, {remedy}")


def advise_on_number(number: int, where: Location) -> Iterator[Finding]:
    """Yield that there are very many files."""
    if number > MANY:
        yield found(
            Code.MANY_FILES,
            where,
            f"{number:,} files are packed",
            "if that is not meant, look with --list at what comes in, and exclude it",
        )


def advise_on_names(paths: Iterable[str], at: Callable[[str], Location]) -> Iterator[Finding]:
    """Yield names that archives can't hold as they are, and pairs that are one file on other systems."""
    folded: dict[str, str] = {}
    for path in paths:
        if not path.isprintable() or any("\udc80" <= char <= "\udcff" for char in path):
            yield found(
                Code.NAME_NOT_UTF8,
                at(path),
                "a file's name holds bytes or characters that archives and terminals can't show as they are",
                "rename it",
            )
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            yield found(
                Code.NAMES_DIFFER_IN_CASE,
                at(path),
                f"{path} and {other} are one file where upper and lower case are the same (macOS, Windows)",
                "rename one of the two",
            )
