"""Where uv's settings for builds stand.

    UV_NO_CONFIG      none is read
    UV_CONFIG_FILE    that one alone
    else              of the project, and under it the user's uv.toml, and under that the system's

Of the project: from the root of its workspace upward the first folder that has a ``uv.toml``, or a ``pyproject.toml``
with ``[tool.uv]``; a ``uv.toml`` beside such a table hides it. ``uv build`` begins in the folder where it is started;
here it is the project's, so that the same is built wherever one stands (uv's reference, "Configuration files").
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from atombuild.descriptors import read_regular
from atombuild.errors import Location, ProjectInvalid, UsageMistake, system_reason
from atombuild.project.checks import Findings, Table
from atombuild.project.document import parse_document
from atombuild.project.pyproject import MAX_SIZE, Pyproject
from atombuild.uv_settings.table import Unfollowed, UvSettings, read_table

_UV_TOML: Final = "uv.toml"
_PYPROJECT: Final = "pyproject.toml"
_KEYS: Final = ("tool", "uv")
_FALSE: Final = frozenset({"", "0", "false", "no", "off", "f", "n"})


@dataclass(slots=True)
class SettingsReader:
    """Reads the settings of one project again and again."""

    _documents: dict[Path, tuple[bytes, Pyproject | ProjectInvalid]] = field(default_factory=dict)
    _settings: dict[Path, tuple[Pyproject, UvSettings]] = field(default_factory=dict)

    def read(self, start: Path, own: Pyproject | None) -> UvSettings:
        """Return the settings for a project.

        ``start`` is the root of its workspace, or its own folder; ``own`` its document. Raises :class:`ProjectInvalid`
        for what is wrong in files of the project, and :class:`UsageMistake` in those of the user and the system.
        """
        if os.environ.get("UV_NO_CONFIG", "").lower() not in _FALSE:
            return UvSettings()
        named = os.environ.get("UV_CONFIG_FILE")
        if named:
            return self._users(Path(named).absolute(), must_be=True)
        settings = self._of_project(start, own)
        for path in _beyond_projects():
            settings = settings.over(self._users(path))
        return settings

    def _of_project(self, start: Path, own: Pyproject | None) -> UvSettings:
        passed: tuple[Unfollowed, ...] = ()
        for folder in (start, *start.parents):
            path = folder / _UV_TOML
            document = self._document(path)
            if isinstance(document, ProjectInvalid):
                raise document
            if document is not None:
                settings = self._parsed(document, (), document.table)
                return replace(settings, files=(path,), unfollowed=passed + settings.unfollowed)
            path = folder / _PYPROJECT
            document = own if own is not None and own.path == path else self._document(path)
            if isinstance(document, ProjectInvalid):  # of a folder above: no project of ours
                where = document.problems[0].where or Location(path)
                passed += (Unfollowed(_PYPROJECT, where, "it can't be read, so what it says about uv is not known"),)
                continue
            table = _uv_table(document.table) if document is not None else None
            if document is not None and table is not None:
                settings = self._parsed(document, _KEYS, table)
                return replace(settings, files=(path,), unfollowed=passed + settings.unfollowed)
        return UvSettings(unfollowed=passed)

    def _users(self, path: Path, *, must_be: bool = False) -> UvSettings:
        """Return what a file of the user or of the system says; no project is to blame for it."""
        try:
            document = self._document(path, must_be=must_be)
            if isinstance(document, ProjectInvalid):
                raise document
            if document is None:
                return UvSettings()
            return replace(self._parsed(document, (), document.table), files=(path,))
        except ProjectInvalid as error:
            report = error.reports()[0]
            raise UsageMistake(
                f"uv's settings in {path} can't be used: {report.what}",
                hint=report.hint,
                where=report.where,
                why=report.why,
            ) from None

    def _document(self, path: Path, *, must_be: bool = False) -> Pyproject | ProjectInvalid | None:
        """Return a document, or what is wrong with it; None: there is none."""
        try:
            data = read_regular(path, MAX_SIZE + 1)
        except (OSError, ValueError) as error:
            if must_be or (path.name == _UV_TOML and not isinstance(error, (FileNotFoundError, NotADirectoryError))):
                reason = system_reason(error) if isinstance(error, OSError) else "no file can have such a name"
                raise UsageMistake(
                    f"uv's settings in {path} can't be read: {reason}",
                    hint="make it a file that you may read, or take it away",
                    where=Location(path),
                ) from error
            return None
        known = self._documents.get(path)
        if known is None or known[0] != data:
            found: Pyproject | ProjectInvalid
            try:
                found = Pyproject(path, data, *parse_document(path, data))
            except ProjectInvalid as error:
                found = error
            known = self._documents[path] = data, found
        return known[1]

    def _parsed(self, document: Pyproject, keys: tuple[str, ...], table: Mapping[str, Any]) -> UvSettings:
        known = self._settings.get(document.path)
        if known is not None and known[0] is document:
            return known[1]
        findings = Findings(document)
        settings = read_table(Table(findings, keys, table), document.path)
        findings.raise_if_any()
        self._settings[document.path] = document, settings
        return settings


def _uv_table(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tool = document.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _beyond_projects() -> tuple[Path, ...]:
    """Return where the user's settings and those of the system may stand."""
    if sys.platform == "win32":
        roaming, drive = os.environ.get("APPDATA"), os.environ.get("SYSTEMDRIVE", "C:")
        system = Path(f"{drive}\\ProgramData\\uv") / _UV_TOML
        return (*((Path(roaming) / "uv" / _UV_TOML,) if roaming else ()), system)
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folders = (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    systems = [Path(folder) / "uv" / _UV_TOML for folder in folders] + [Path("/etc/uv") / _UV_TOML]
    return (home / "uv" / _UV_TOML, next((path for path in systems if path.is_file()), systems[-1]))
