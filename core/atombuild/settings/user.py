"""The settings of a person: a file in the place where this system keeps such files.

What is wrong in it is told with its line, and costs that one setting; a file that is no TOML costs none that held
before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from atombuild.advice.spelling import nearest
from atombuild.descriptors import read_regular
from atombuild.errors import Blame, Location, Problem, ProjectInvalid, Report, system_reason
from atombuild.project.checks import Findings, Table
from atombuild.project.document import parse_document
from atombuild.project.pyproject import Pyproject
from atombuild.settings.reading import read_settings_table
from atombuild.settings.registry import Place, settings_of
from atombuild.units import size_words

_MOST_TOLD: Final = 100
"""Mistakes that are told at once: a file with more of them is no settings file."""

_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What a person has set."""

    theme: str | None = None
    editor: str | tuple[str, ...] | None = None
    bell: bool = True
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of an action."""

    where: Mapping[str, Location] = field(default_factory=dict)
    """Where each value stands: ``theme``, ``keys.build``."""


class SettingsFile:
    """The file, read again whenever it is another one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings = UserSettings()
        self._seen: tuple[int, ...] | str | None = "unread"

    def changed(self) -> bool:
        """Look whether the file is another one than was read last: one call of stat."""
        return self._stat() != self._seen

    def read(self) -> tuple[Report, ...]:
        """Read it; return what is wrong in it. :attr:`settings` hold what is right."""
        self._seen = self._stat()
        try:
            data = _read(self.path)
        except FileNotFoundError:
            self.settings = UserSettings()
            return ()
        except OSError as error:
            hint = "look at its permissions; until then the settings are as they were"
            return (
                Report(
                    Blame.MACHINE, f"{self.path.name} can't be read", hint, Location(self.path), (system_reason(error),)
                ),
            )
        try:
            table, positions = parse_document(self.path, data)
        except ProjectInvalid as error:
            return tuple(_of_settings(report, self.path) for report in error.reports())
        document = Pyproject(self.path, data, table, positions)
        self.settings, problems = _understood(document)
        return ProjectInvalid(problems[:_MOST_TOLD]).reports() if problems else ()

    def _stat(self) -> tuple[int, ...] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _read(path: Path) -> bytes:
    """Read a settings file. Raises ``OSError``, also for what can be none."""
    data = read_regular(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(f"it is larger than {size_words(_LARGEST)}")
    return data


def _of_settings(report: Report, path: Path) -> Report:
    """Name the right file: the parser was made for another one."""
    what = report.what.replace("pyproject.toml", path.name)
    return Report(report.blame, what, report.hint, report.where, report.why)


def _understood(document: Pyproject) -> tuple[UserSettings, tuple[Problem, ...]]:
    findings = Findings(document)
    values: dict[str, Any] = read_settings_table(Table(findings, (), document.table), Place.USER)
    names = [setting.name for setting in settings_of(Place.USER)]
    for name in document.table:
        if name not in names:
            findings.refuse((name,), f"`{name}` is no setting", _meant(name, names), at_key=True)
    where = {name: document.at(name) for name in values}
    where |= {f"keys.{name}": document.at("keys", name) for name in values.get("keys", {})}
    return UserSettings(**values, where=where), tuple(findings.problems)


def _meant(name: str, names: list[str]) -> str:
    if any(setting.name == name for setting in settings_of(Place.PROJECT)):
        return "it concerns one project: write it into [tool.atombuild] of its pyproject.toml"
    guess = nearest(name, names)
    return f"did you mean `{guess}`?" if guess else f"remove it; the settings are {', '.join(names)}"
