"""Globs of both dialects against odd paths: in time, and never lost on the way down.

A walk that looks into a folder only where a match may lie below it must not lose any: for every path that a glob
matches, all folders above it may hold one.
"""

from __future__ import annotations

from typing import Final

from atombuild.native.glob_check import Dialect, GlobFault
from atombuild.native.globs import GlobSet, exact, exclude_text, globset_escaped, parse
from fuzz import material
from fuzz.choices import Choices
from fuzz.oracle import Broken, Playground
from fuzz.target import Target

PIECES: Final = (
    "a", "b", "foo", "*", "?", "/", "**/", "/**", "**", "[a-c]", "[!a]", "[", "]", "[]", "[z-a]", ".", "..", "\\*",
    "\\", "-", "_", "é", "日", "[é]", "[--9]", "{a}", " ", "*a", "a*", "/*/", "**/a/",
)  # fmt: skip
PARTS: Final = ("a", "b", "foo", "aa", "ab.c", "é", "日", "x y", "-", "...", "a" * 60, "ab" * 40, "\n", "\udcff", "[a]")


def attempt(choices: Choices, _playground: Playground) -> None:
    """Parse globs, and match paths with all of them and with each."""
    globs = [_glob(choices) for _ in range(1 + choices.below(4))]
    dialect = choices.pick((Dialect.UV, Dialect.UV, Dialect.PEP639))
    parsed = []
    for text in globs:
        found = parse(exclude_text(text) if choices.one_in(3) else text, dialect)
        if isinstance(found, GlobFault):
            if not (found.words and found.hint):
                raise Broken(f"a fault without words: {found}")
        else:
            parsed.append(found)
    paths = ["/".join(choices.pick(PARTS) for _ in range(1 + choices.below(6))) for _ in range(1 + choices.below(5))]
    paths.append("/".join(choices.pick(PARTS) for _ in range(choices.pick((2, 20, 200)))))
    paths.append(choices.pick(("a", "ab", "aab", "b/")) * choices.pick((10, 80, 200)) + choices.pick(("", "c", "b")))
    together = GlobSet(parsed)
    for path in (each.strip("/") for each in paths):
        matches = together.matches(path)
        if matches != any(GlobSet([one]).matches(path) for one in parsed):
            raise Broken(f"{path!r} is matched by all together and by none alone, or the other way round")
        if matches and "\n" not in path:
            _check_way_down(together, path)
        if not GlobSet([exact(path)]).matches(path):
            raise Broken(f"{path!r} does not match itself")
        globset_escaped(path)


def _check_way_down(globs: GlobSet, path: str) -> None:
    parts = path.split("/")
    for depth in range(len(parts)):
        if not globs.may_hold("/".join(parts[:depth])):
            raise Broken(f"{path!r} is matched, and lost in {'/'.join(parts[:depth])!r}: {globs.globs}")


def _glob(choices: Choices) -> str:
    if choices.one_in(6):
        piece = choices.pick(("*a", "?*", "**/a/", "*/", "[a-c]*", "a/", "**/", "a*b"))
        return piece * choices.pick((3, 12, 40, 400)) + choices.pick(("", "b", "*", "**"))
    if choices.one_in(10):
        return material.text(choices)
    return "".join(choices.pick(PIECES) for _ in range(choices.below(9)))


GLOBS: Final = Target("globs", attempt, examples=200, on_disk=False, size=120)
