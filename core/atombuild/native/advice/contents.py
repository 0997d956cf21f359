"""Advice on the files that are packed: secrets, what other tools left there, what should not be in any package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from atombuild.finding import Finding
from atombuild.native.advice.codes import Code, found, some
from atombuild.native.advice.survey import Survey
from atombuild.native.advice.wording import SOURCE_EXCLUDE, as_glob, quoted
from atombuild.units import size_words

LARGE: Final = 10_000_000
"""Bytes from which on a file is worth a question."""

MANY: Final = 10_000
"""Files from which on uv_build warns."""

_SECRET: Final = re.compile(
    r"""\.env(\..+)? | .*\.(pem|key|p12|pfx|keystore|jks|kdbx) | id_(rsa|dsa|ecdsa|ed25519)
    | \.(pypirc|netrc|npmrc|pgpass|htpasswd|git-credentials) | _netrc
    | credentials(\.json)? | secrets?\.(json|ya?ml|toml) | service[-_]?account.*\.json""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_SECRET: Final = re.compile(r"\.env\.(example|sample|template|dist|defaults?)", re.IGNORECASE)
_LEFTOVER: Final = re.compile(
    r".*~ | .*\.(sw[a-z]|bak|orig|rej|tmp) | \#.*\# | \.DS_Store | Thumbs\.db | desktop\.ini | \.coverage(\..*)?",
    re.VERBOSE,
)
_REPOSITORIES: Final = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
_COMPILED: Final = (".so", ".pyd", ".dylib", ".dll")


def advise_on_contents(survey: Survey) -> Iterator[Finding]:
    """Yield one finding a kind, with the first files it is about."""
    packed = sorted(survey.packed())
    for code, concerns, words, remedy in _KINDS:
        yield from _of_kind(survey, code, [path for path in packed if concerns(path)], words, remedy)
    compiled = sorted(path for path in survey.wheel.sources if path.endswith(_COMPILED) or ".so." in path)
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


def _named(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda path: pattern.fullmatch(path.rpartition("/")[2]) is not None


def _is_secret(path: str) -> bool:
    name = path.rpartition("/")[2]
    return _SECRET.fullmatch(name) is not None and not _NO_SECRET.fullmatch(name)


def _has_part(*names: str) -> Callable[[str], bool]:
    wanted = frozenset(names)
    return lambda path: not wanted.isdisjoint(path.split("/"))


_KINDS: Final = (
    (
        Code.SECRET,
        _is_secret,
        "by its name this is a secret, and it is packed: {}",
        "take it out of the project's folders, and add {} to " + SOURCE_EXCLUDE,
    ),
    (
        Code.REPOSITORY,
        _has_part(*_REPOSITORIES),
        "the repository's own files are packed: {}",
        'add ".git" to ' + SOURCE_EXCLUDE,
    ),
    (
        Code.NODE_MODULES,
        _has_part("node_modules"),
        "what npm installed is packed: {}",
        'add "node_modules" to ' + SOURCE_EXCLUDE,
    ),
    (
        Code.BYTECODE,
        lambda path: path.endswith((".pyc", ".pyo")),
        "compiled bytecode is packed: {}",
        'set default-excludes = true, or add "*.pyc" to ' + SOURCE_EXCLUDE,
    ),
    (
        Code.LEFTOVER,
        _named(_LEFTOVER),
        "what an editor or a tool left behind is packed: {}",
        "delete it, or add {} to " + SOURCE_EXCLUDE,
    ),
)


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
