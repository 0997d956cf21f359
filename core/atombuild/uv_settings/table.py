"""One table of uv's settings: what in it concerns a build, typed; and two of them as one (uv's reference, "Settings").

What ``uv build`` reads and does not act on for the project itself (``config-settings-package``,
``extra-build-variables``, ``constraint-dependencies``, ``resolution``) is left out; seen with uv 0.13.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from atombuild.errors import Location
from atombuild.project.checks import Table
from atombuild.project.constraints import Constraint, parse_constraint
from atombuild.project.direct_build import FOLLOWED

ConfigSettings = Mapping[str, str | list[str]]
"""PEP 517's ``config_settings``."""

INSTALLER_KEYS: Final = (
    "index", "index-url", "extra-index-url", "no-index", "find-links", "index-strategy", "keyring-provider",
    "allow-insecure-host", "http-proxy", "https-proxy", "no-proxy", "native-tls", "system-certs", "offline",
    "exclude-newer", "exclude-newer-package", "no-build", "no-build-package", "no-binary", "no-binary-package",
)  # fmt: skip
"""Settings by which uv finds and chooses what is installed for a build. pip does not know them."""

_TEXTS: Final = frozenset({"index-url", "index-strategy", "keyring-provider", "exclude-newer"})
_PATHS: Final = frozenset({"index-url", "extra-index-url", "find-links"})
_EXTRA: Final = "extra-build-dependencies"


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A setting that would change what ``uv build`` builds, and changes nothing here."""

    key: str
    where: Location
    why: str


@dataclass(frozen=True, slots=True)
class UvSettings:
    """What uv's settings say about a build."""

    constraints: tuple[Constraint, ...] = ()
    """``build-constraint-dependencies``."""

    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``extra-build-dependencies``: requirements by the normalised name of the package that they are built for."""

    config_settings: ConfigSettings = field(default_factory=dict)
    no_build_isolation: bool = False
    no_build_isolation_packages: frozenset[str] = frozenset()
    installing: Mapping[str, Any] = field(default_factory=dict)
    """Of :data:`INSTALLER_KEYS` those that are set, paths absolute."""

    installing_at: Mapping[str, Location] = field(default_factory=dict)
    """Where each of them stands."""

    unfollowed: tuple[Unfollowed, ...] = ()
    files: tuple[Path, ...] = ()
    """What was read; a change of one may change all of the above."""

    def extra_for(self, name: str | None) -> tuple[str, ...]:
        """Return what else is installed to build a package of this name."""
        return self.extra.get(canonicalize_name(name), ()) if name is not None else ()

    def isolates(self, name: str | None) -> bool:
        """Whether a package of this name is built in an environment of its own."""
        named = name is not None and canonicalize_name(name) in self.no_build_isolation_packages
        return not (self.no_build_isolation or named)

    def over(self, other: UvSettings) -> UvSettings:
        """Return both as one; where they speak of the same these win, and lists are joined, as uv does it."""
        extra = {name: self.extra.get(name, ()) + other.extra.get(name, ()) for name in {**self.extra, **other.extra}}
        both = {
            key: [*value, *other.installing[key]]
            if isinstance(value, list) and isinstance(other.installing.get(key), list)
            else value
            for key, value in self.installing.items()
        }
        return replace(
            self,
            constraints=self.constraints + other.constraints,
            extra={name: tuple(dict.fromkeys(items)) for name, items in extra.items()},
            config_settings=joined(self.config_settings, other.config_settings),
            no_build_isolation=self.no_build_isolation or other.no_build_isolation,
            no_build_isolation_packages=self.no_build_isolation_packages | other.no_build_isolation_packages,
            installing={**other.installing, **both},
            installing_at={**other.installing_at, **self.installing_at},
            unfollowed=self.unfollowed + other.unfollowed,
            files=self.files + other.files,
        )


def joined(first: ConfigSettings, second: ConfigSettings) -> ConfigSettings:
    """Return both; a key of both has all values, the first's first."""
    found = {**second, **first}
    for key in first.keys() & second.keys():
        found[key] = [*_listed(first[key]), *_listed(second[key])]
    return found


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def read_table(table: Table, file: Path) -> UvSettings:
    """Return what a table of uv's settings says; what is wrong goes to the document's findings."""
    installing = {key: value for key in INSTALLER_KEYS if (value := _installing(table, key, file)) is not None}
    at = table.findings.pyproject.at_key
    return UvSettings(
        constraints=_constraints(table),
        extra=_extra(table),
        config_settings=_config_settings(table),
        no_build_isolation=table.boolean("no-build-isolation", default=False),
        no_build_isolation_packages=_names(table, "no-build-isolation-package"),
        installing=installing,
        installing_at={key: at(*table.keys, key) for key in installing},
        unfollowed=_unfollowed(table),
    )


def _constraints(table: Table) -> tuple[Constraint, ...]:
    found = []
    for keys, item in _items(table, "build-constraint-dependencies"):
        text, hashes = (
            (item.get("requirement"), item.get("hashes"))  # {requirement = "a==1", hashes = ["sha256:…"]}
            if isinstance(item, dict)
            else (item, [])
        )
        if not (isinstance(text, str) and isinstance(hashes, list) and all(isinstance(each, str) for each in hashes)):
            table.findings.wrong_type(keys, item, "a requirement", 'write "setuptools<80"')
            continue
        try:
            found.append(parse_constraint(text, hashes, table.findings.pyproject.at(*keys)))
        except ValueError as error:
            table.findings.refuse(
                keys,
                f"`build-constraint-dependencies` has an item that is no constraint: {text}",
                'write a requirement, such as "setuptools<80"',
                str(error),
            )
    return tuple(found)


def _extra(table: Table) -> dict[str, tuple[str, ...]]:
    extra = table.table(_EXTRA, expected="a map of package names to lists of requirements")
    found: dict[str, tuple[str, ...]] = {}
    for name in extra.values if extra is not None else ():
        if extra is not None:
            requirements = (_requirement(extra, keys, item) for keys, item in _items(extra, name))
            found[canonicalize_name(name)] = tuple(filter(None, requirements))
    return found


def _requirement(table: Table, keys: tuple[str | int, ...], item: Any) -> str | None:
    text = item
    if isinstance(item, dict):  # {requirement = "a", match-runtime = false}
        text = item.get("requirement")
        if item.get("match-runtime") is True:
            table.findings.refuse(
                keys,
                f"Extra build requirement `{text}` was declared with `match-runtime = true`, which `uv build` refuses",
                "write match-runtime = false, and the version that you mean",
                "it asks for the version of an environment in use, and a build has none",
            )
            return None
    if not isinstance(text, str):
        table.findings.wrong_type(keys, item, "a requirement", 'write "numpy>=2"')
        return None
    try:
        return str(Requirement(text))
    except InvalidRequirement as error:
        table.findings.refuse(
            keys,
            f"`{_EXTRA}` has an item that is no requirement: {text}",
            'write "numpy>=2"',
            str(error).splitlines()[0],
        )
        return None


def _config_settings(table: Table) -> dict[str, str | list[str]]:
    settings = table.table("config-settings", expected="a map")
    found: dict[str, str | list[str]] = {}
    for key, value in settings.values.items() if settings is not None else ():
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            found[key] = value
        elif settings is not None:
            settings.findings.wrong_type(
                (*settings.keys, key), value, "a string or list of strings", f'put it in quotes: {key} = "…"'
            )
    return found


def _names(table: Table, key: str) -> frozenset[str]:
    return frozenset(map(canonicalize_name, table.strings(key) or ()))


def _installing(table: Table, key: str, file: Path) -> Any:
    """Return a setting of the installer with its paths made absolute: it is passed on from elsewhere."""
    value = table.string(key) if key in _TEXTS and not _is_moment(table.values.get(key)) else table.values.get(key)
    if key in _PATHS:
        value = [_absolute(each, file) for each in value] if isinstance(value, list) else _absolute(value, file)
    if key == "index" and isinstance(value, list):
        value = [
            {**each, "url": _absolute(each.get("url"), file)} if isinstance(each, dict) else each for each in value
        ]
    return value


def _is_moment(value: Any) -> bool:
    return value is not None and not isinstance(value, (str, int, float, bool, list, dict))


def _absolute(value: Any, file: Path) -> Any:
    if isinstance(value, str) and "://" not in value and not value.startswith("file:"):
        return str(file.parent / value)
    return value


def _items(table: Table, key: str) -> list[tuple[tuple[str | int, ...], Any]]:
    value = table.values.get(key)
    if value is None:
        return []
    keys = (*table.keys, key)
    if not isinstance(value, list):
        table.findings.wrong_type(keys, value, "a sequence", f'write a list in brackets: {key} = ["…"]')
        return []
    return [((*keys, index), item) for index, item in enumerate(value)]


def _unfollowed(table: Table) -> tuple[Unfollowed, ...]:
    at = table.findings.pyproject.at_key
    found = []
    wanted = table.values.get("required-version")
    if isinstance(wanted, str) and not _admits_followed(wanted):
        why = f"it does not admit uv {FOLLOWED}, whose behavior is followed here; `uv build` refuses to start"
        found.append(Unfollowed("required-version", at(*table.keys, "required-version"), why))
    if table.values.get("require-build-hashes") is True:
        why = "hashes are checked where constraints have them, and not demanded of all that is installed"
        found.append(Unfollowed("require-build-hashes", at(*table.keys, "require-build-hashes"), why))
    for key in ("no-sources", "no-sources-package"):
        if table.values.get(key):
            why = "what `tool.uv.sources` names is installed all the same, so that no index is asked for it"
            found.append(Unfollowed(key, at(*table.keys, key), why))
    return tuple(found)


def _admits_followed(text: str) -> bool:
    try:
        return SpecifierSet(text if text[:1] in "<>=!~" else f"=={text}").contains(FOLLOWED, prereleases=True)
    except InvalidSpecifier:
        return True  # uv says so
