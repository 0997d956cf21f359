"""Advice on the files that are packed: secrets, what other tools left there, what should not be in any package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.advice.suspects import SUSPECTS, is_compiled
from atombuild.finding import Finding
from atombuild.native.advice.survey import Survey
from atombuild.native.advice.wording import SOURCE_EXCLUDE, as_glob, quoted
from atombuild.units import size_words

LARGE: Final = 10_000_000
"""Bytes from which on a file is worth a question."""

MANY: Final = 10_000
"""Files from which on uv_build warns."""


def advise_on_contents(survey: Survey) -> Iterator[Finding]:
    """Yield one finding a kind, with the first files it is about."""
    packed = sorted(survey.packed())
    for code, (concerns, words) in SUSPECTS.items():
        yield from _of_kind(survey, code, [path for path in packed if concerns(path)], words, _REMEDIES[code])
    compiled = sorted(filter(is_compiled, survey.wheel.sources))
    yield from _of_kind(
        survey,
        Code.COMPILED_MODULE,
        compiled,
        "the wheel is tagged py3-none-any, for every platform, and holds what runs on one: {}",
        "use a backend that tags wheels by platform (maturin, scikit-build-core, meson-python), or leave them out",
    )
    yield from _sizes(survey, packed)
    yield from _names(survey, packed)
    if len(packed) > MANY:
        yield found(
            Code.MANY_FILES,
            survey.setting(),
            f"{len(packed):,} files are packed",
            "if that is not meant, look with --list at what comes in, and exclude it",
        )


def _of_kind(survey: Survey, code: Code, paths: list[str], words: str, remedy: str) -> Iterator[Finding]:
    if paths:
        glob = quoted("/" + as_glob(paths[0]))
        yield found(code, survey.at(paths[0]), words.format(some(paths)), remedy.format(glob))


_REMEDIES: Final = {
    Code.SECRET: "take it out of the project's folders, and add {} to " + SOURCE_EXCLUDE,
    Code.REPOSITORY: 'add ".git" to ' + SOURCE_EXCLUDE,
    Code.NODE_MODULES: 'add "node_modules" to ' + SOURCE_EXCLUDE,
    Code.BYTECODE: 'set default-excludes = true, or add "*.pyc" to ' + SOURCE_EXCLUDE,
    Code.LEFTOVER: "delete it, or add {} to " + SOURCE_EXCLUDE,
}


def _sizes(survey: Survey, packed: list[str]) -> Iterator[Finding]:
    for path in packed:
        size = survey.tree.size(path)
        if size is not None and size > LARGE:
            yield found(
                Code.LARGE_FILE,
                survey.at(path),
                f"{path} is {size_words(size)} large",
                f"if nobody needs it at run time, add {quoted('/' + as_glob(path))} to {SOURCE_EXCLUDE}",
            )


def _names(survey: Survey, packed: list[str]) -> Iterator[Finding]:
    for path in packed:
        if not path.isprintable() or any("\udc80" <= char <= "\udcff" for char in path):
            yield found(
                Code.NAME_NOT_UTF8,
                survey.at(path),
                "a file's name holds bytes or characters that archives and terminals can't show as they are",
                "rename it",
            )
    folded: dict[str, str] = {}
    for path in packed:
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            yield found(
                Code.NAMES_DIFFER_IN_CASE,
                survey.at(path),
                f"{path} and {other} are one file where upper and lower case are the same (macOS, Windows)",
                "rename one of the two",
            )
    links = survey.links()
    for path in packed:
        if path in links and survey.tree.leads_out(path):
            yield found(
                Code.LINK_LEADS_OUT,
                survey.at(path),
                f"{path} is a link to a file outside the project, whose content is packed",
                "copy the file into the project, or exclude the link",
            )
