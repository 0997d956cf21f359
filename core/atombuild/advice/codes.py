"""The kinds of findings: each has a code by which an author can silence it, and one line that says what it means."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Final

from atombuild.errors import Location
from atombuild.finding import Finding, Severity


class Code(enum.Enum):
    """The kinds of findings: the word that silences each, how much it matters, and what it means."""

    word: str
    severity: Severity
    meaning: str

    def __init__(self, word: str, severity: Severity, meaning: str) -> None:
        self.word = word
        self.severity = severity
        self.meaning = meaning

    SETTINGS_IGNORED = (
        "settings-ignored",
        Severity.PROBLEM,
        "`[tool.uv.build-backend]` has no effect, because `[build-system]` does not name `uv_build`",
    )
    UNKNOWN_KEY = ("unknown-key", Severity.PROBLEM, "a key that nobody reads, often a typing error")
    SETTING_REFUSED = (
        "setting-refused",
        Severity.PROBLEM,
        "a value in `[tool.atombuild]` that its setting does not take: the setting has no effect",
    )
    SETTING_NOT_FOLLOWED = (
        "setting-not-followed",
        Severity.ADVICE,
        "a setting of uv's or pip's that would change what is built there, and changes nothing here",
    )
    BACKEND_NOT_REQUIRED = (
        "backend-not-required",
        Severity.PROBLEM,
        "`requires` does not name the distribution that holds the `build-backend`",
    )
    BACKEND_RANGE = (
        "backend-range",
        Severity.ADVICE,
        "`requires` does not admit the `uv_build` whose behaviour is followed here",
    )
    INCLUDE_MATCHES_NOTHING = (
        "include-matches-nothing",
        Severity.PROBLEM,
        "an item of `source-include` adds no file to the sdist",
    )
    INCLUDE_EXCLUDED = (
        "include-excluded",
        Severity.PROBLEM,
        "all that an item of `source-include` matches is excluded again",
    )
    EXCLUDE_HALF_EFFECT = (
        "exclude-half-effect",
        Severity.PROBLEM,
        "an exclude names a folder of a module by its place, and its files stay in the wheel",
    )
    EXCLUDE_BY_CHECKOUT = (
        "exclude-by-checkout",
        Severity.PROBLEM,
        "an exclude drops files from the wheel because of the names of folders above the project",
    )
    SDIST_NOT_BUILDABLE = (
        "sdist-not-buildable",
        Severity.PROBLEM,
        "the sdist lacks a file without which no wheel can be built from it",
    )
    WHEEL_NOT_IN_SDIST = (
        "wheel-not-in-sdist",
        Severity.PROBLEM,
        "a wheel built from the tree holds files that the sdist lacks",
    )
    WHEEL_WITHOUT_MODULE = ("wheel-without-module", Severity.PROBLEM, "no file of a module is left in the wheel")
    ENTRY_POINT = (
        "entry-point",
        Severity.PROBLEM,
        "an entry point that no installer takes, that can't start, or whose module the wheel lacks",
    )
    DIRECT_DEPENDENCY = (
        "direct-dependency",
        Severity.PROBLEM,
        "a dependency by URL: PyPI refuses the upload",
    )
    LOCAL_VERSION = ("local-version", Severity.PROBLEM, "a version with a `+` part: PyPI refuses the upload")
    SECRET = ("secret", Severity.PROBLEM, "a file that is packed holds a private key, a password or a token")
    REPOSITORY = ("repository", Severity.PROBLEM, "`.git` or the like among the packed files")
    NODE_MODULES = ("node-modules", Severity.PROBLEM, "`node_modules` among the packed files")
    COMPILED_MODULE = (
        "compiled-module",
        Severity.PROBLEM,
        "a compiled module or library in a wheel that is tagged for every platform",
    )
    METADATA_INVALID = ("metadata-invalid", Severity.PROBLEM, "metadata that its specification, and PyPI, refuse")
    WHEEL_EMPTY = ("wheel-empty", Severity.PROBLEM, "a wheel that holds nothing but its own metadata")
    MODULE_NOT_IN_WHEEL = (
        "module-not-in-wheel",
        Severity.PROBLEM,
        "the sdist holds modules of a package that the wheel lacks",
    )
    SDIST_OTHER_TEXT = (
        "sdist-other-text",
        Severity.PROBLEM,
        "the sdist holds another text of a Python file than the tree: the backend packs what is committed",
    )
    LINK_LEADS_NOWHERE = (
        "link-leads-nowhere",
        Severity.PROBLEM,
        "a link in the sdist to what the sdist does not hold: those who unpack it lack that file",
    )
    OWN_FILE = (
        "own-file",
        Severity.PROBLEM,
        "atombuild's own records, cache, state or redirected output among the packed files",
    )
    TOP_LEVEL_NAME = (
        "top-level-name",
        Severity.PROBLEM,
        "`tests`, `docs` or the like at the top of the wheel: it is installed for everybody to import",
    )
    VERSION_TAGGED = (
        "version-tagged",
        Severity.ADVICE,
        "the backend adds to the static version, as setuptools does by `tag_build`",
    )
    BACKEND_UNBOUNDED = ("backend-unbounded", Severity.ADVICE, "no upper bound on `uv_build`")
    BACKEND_REQUIRES = ("backend-requires", Severity.ADVICE, "`requires` names more than `uv_build`")
    UNKNOWN_CODE = ("unknown-code", Severity.ADVICE, "a code in `silence` that no finding has")
    LICENSE_CLASSIFIER = (
        "license-classifier",
        Severity.ADVICE,
        "a licence classifier: PEP 639 replaces it by an expression; next to one it is deprecated",
    )
    LICENSE_TABLE = ("license-table", Severity.ADVICE, "`license` as a table, which PEP 639 replaces")
    LICENSE_LEFT_OUT = (
        "license-left-out",
        Severity.ADVICE,
        "a licence file in the project folder that the metadata does not name",
    )
    README_LEFT_OUT = ("readme-left-out", Severity.ADVICE, "a README that the metadata does not name")
    PACKAGE_LEFT_OUT = ("package-left-out", Severity.ADVICE, "a package beside the modules that the wheel lacks")
    TYPED_WITHOUT_MARKER = (
        "typed-without-marker",
        Severity.ADVICE,
        "the classifier `Typing :: Typed` without a `py.typed` in the wheel",
    )
    IMPORT_NAME = ("import-name", Severity.ADVICE, "an import name that the wheel does not hold")
    BYTECODE = ("bytecode", Severity.ADVICE, "compiled bytecode among the packed files")
    LARGE_FILE = ("large-file", Severity.ADVICE, "a very large file among the packed files")
    LINK_LEADS_OUT = (
        "link-leads-out",
        Severity.ADVICE,
        "a link to a file outside the project: its content is packed",
    )
    NAME_NOT_UTF8 = ("name-not-utf8", Severity.ADVICE, "a file name that archives can't hold as it is")
    NAMES_DIFFER_IN_CASE = (
        "names-differ-in-case",
        Severity.ADVICE,
        "two packed files that are one where upper and lower case are the same",
    )
    COMMA = ("comma", Severity.ADVICE, "a keyword or person with a comma, which readers take for two")
    DESCRIPTION_MISSING = ("description-missing", Severity.ADVICE, "no description for the project's page on PyPI")
    SECRET_FOR_SHOW = (
        "secret-for-show",
        Severity.NOTE,
        "the same in a test suite, an example or the documentation, where it was made for that",
    )
    LEFTOVER = ("leftover", Severity.NOTE, "what editors, tools and systems leave behind, among the packed files")
    EXCLUDE_MATCHES_NOTHING = ("exclude-matches-nothing", Severity.NOTE, "an exclude leaves out nothing")
    REDUNDANT_MODULE_NAME = ("redundant-module-name", Severity.NOTE, "a module name that another one covers")
    VALUE_IGNORED = ("value-ignored", Severity.NOTE, "of two values that exclude each other, the one that is ignored")
    MANY_FILES = ("many-files", Severity.NOTE, "a build that looks at more than 10,000 files")


CODES: Final[Mapping[str, Code]] = {code.word: code for code in Code}
"""Every code by its word."""


def found(code: Code, where: Location, words: str, remedy: str) -> Finding:
    """Return the finding, with the severity of its code."""
    return Finding(code.word, code.severity, where, words, remedy)


def some(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    most = 3
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
