"""Advice on the files that are packed: secrets, what other tools left there, what should not be in any package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.advice.packed import advise_on_names, advise_on_number, advise_on_size
from atombuild.advice.suspects import BUDGET, SUSPECTS, Secrets, is_compiled, is_worth_a_look
from atombuild.errors import AtombuildError, Cancelled
from atombuild.finding import Finding
from atombuild.native.advice.survey import Survey
from atombuild.native.advice.wording import SOURCE_EXCLUDE, as_glob, quoted

_LARGEST: Final = 1 << 20
"""Bytes. Larger files are not read for the sake of advice."""


def advise_on_contents(survey: Survey, breathe: Callable[[], object] = lambda: None) -> Iterator[Finding]:
    """Yield one finding a kind, with the first files it is about."""
    packed = sorted(survey.packed())
    yield from _secrets(survey, packed, breathe)
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
    for path in packed:
        remedy = f"add {quoted('/' + as_glob(path))} to {SOURCE_EXCLUDE}"
        yield from advise_on_size(path, survey.tree.size(path), survey.at(path), remedy)
    yield from advise_on_names(packed, survey.at)
    yield from _links(survey, packed)
    yield from advise_on_number(len(packed), survey.setting())


def _secrets(survey: Survey, packed: list[str], breathe: Callable[[], object]) -> Iterator[Finding]:
    secrets, budget = Secrets(), BUDGET
    for path in filter(is_worth_a_look, packed):
        size = survey.tree.size(path) or _LARGEST + 1
        budget -= size
        if size > _LARGEST or budget < 0:
            continue
        breathe()
        try:
            secret = survey.memory.secret_in(survey.tree, path)
        except Cancelled:
            raise
        except AtombuildError:
            continue  # no regular file, or none that can be read: the build says so
        if secret is not None:
            secrets.add(path, secret)
    for code, path, line, words in secrets.told():
        glob = quoted("/" + as_glob(path))
        yield found(code, replace(survey.at(path), line=line), words, _REMEDIES[code].format(glob))


def _of_kind(survey: Survey, code: Code, paths: list[str], words: str, remedy: str) -> Iterator[Finding]:
    if paths:
        glob = quoted("/" + as_glob(paths[0]))
        yield found(code, survey.at(paths[0]), words.format(some(paths)), remedy.format(glob))


_REMEDIES: Final = {
    Code.SECRET: "take it out of the project's folders, and add {} to "
    + SOURCE_EXCLUDE
    + "; if it was published, revoke it",
    Code.SECRET_FOR_SHOW: "if it opens nothing but the test or the example, nothing is to be done",
    Code.REPOSITORY: 'add ".git" to ' + SOURCE_EXCLUDE,
    Code.NODE_MODULES: 'add "node_modules" to ' + SOURCE_EXCLUDE,
    Code.BYTECODE: 'set default-excludes = true, or add "*.pyc" to ' + SOURCE_EXCLUDE,
    Code.LEFTOVER: "delete it, or add {} to " + SOURCE_EXCLUDE,
}


def _links(survey: Survey, packed: list[str]) -> Iterator[Finding]:
    links = survey.links()
    for path in packed:
        if path in links and survey.tree.leads_out(path):
            yield found(
                Code.LINK_LEADS_OUT,
                survey.at(path),
                f"{path} is a link to a file outside the project, whose content is packed",
                "copy the file into the project, or exclude the link",
            )
