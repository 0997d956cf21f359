"""The text of ``entry_points.txt``. Source: packaging.python.org, "Entry points specification"; order and edges: uv."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from atombuild.errors import SourceRejected
from atombuild.project.model import CoreMetadata
from atombuild.project.one_line import is_one_line
from atombuild.project.pyproject import Pyproject

_OWN_KEYS: Final = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
"""Groups that ``[project]`` has keys for; they may not stand in ``entry-points``."""

_GROUP: Final = re.compile(r"\w[\w.]*")
_SCRIPT: Final = re.compile(r"(?=.*[^.])[\w.-]+")


def entry_points_text(metadata: CoreMetadata, pyproject: Pyproject) -> str | None:
    """Return the file's text, or None where the project has none of its keys, not even an empty one.

    ``pyproject`` gives errors their place. Raises :class:`SourceRejected`.
    """
    keys = (metadata.scripts, metadata.gui_scripts, metadata.entry_points)
    if all(key is None for key in keys):
        return None
    text = ""
    for group, scripts in (("console_scripts", metadata.scripts), ("gui_scripts", metadata.gui_scripts)):
        if scripts is not None:
            _check_script_names(_OWN_KEYS[group], scripts, pyproject)
            text += _section(group, scripts)
    groups = metadata.entry_points or {}
    for group in sorted(groups, key=str.encode):
        _check_group(group, pyproject)
        text += _section(group, groups[group])
    _check_lines(metadata, pyproject)
    return text


def _section(group: str, entries: Mapping[str, str]) -> str:
    lines = "".join(f"{name} = {entries[name]}\n" for name in sorted(entries, key=str.encode))
    return f"[{group}]\n{lines}\n"


def _check_lines(metadata: CoreMetadata, pyproject: Pyproject) -> None:
    """Refuse what would be more than one line: the next one could be any entry, of any group. uv_build writes it."""
    groups: dict[tuple[str, ...], Mapping[str, str] | None] = {
        ("scripts",): metadata.scripts,
        ("gui-scripts",): metadata.gui_scripts,
    }
    groups |= {("entry-points", group): entries for group, entries in (metadata.entry_points or {}).items()}
    for keys, entries in groups.items():
        for name, value in (entries or {}).items():
            # A name in brackets would begin a group, and "a]" as a value ends what "[a" as a name begins.
            if is_one_line(name) and is_one_line(value) and not name.lstrip().startswith("["):
                continue
            raise SourceRejected(
                "Invalid project metadata",
                hint="write a name without brackets and line breaks, and a value like package.module:function",
                where=pyproject.at_key("project", *keys, name),
                why=(f"the entry point {name!r} would forge other lines of entry_points.txt",),
            )


def _check_script_names(key: str, scripts: Mapping[str, str], pyproject: Pyproject) -> None:
    for name in sorted(scripts, key=str.encode):
        if not _SCRIPT.fullmatch(name):
            raise SourceRejected(
                "Invalid project metadata",
                hint="use only letters, digits, dots, underscores and dashes in the name of a script",
                where=pyproject.at_key("project", key, name),
                why=(
                    (
                        f"Script entry point name `{name}` must include a non-dot character "
                        "and consist only of letters, numbers, dots, underscores and dashes"
                    ),
                ),
            )


def _check_group(group: str, pyproject: Pyproject) -> None:
    where = pyproject.at_key("project", "entry-points", group)
    own_key = _OWN_KEYS.get(group)
    if own_key:
        raise SourceRejected(
            "Invalid project metadata",
            hint=f"move these lines to [project.{own_key}]",
            where=where,
            why=(f"Use `project.{own_key}` instead of `project.entry-points.{group}`",),
        )
    if not _GROUP.fullmatch(group):
        raise SourceRejected(
            "Invalid project metadata",
            hint="name the group like my_app.plugins: letters, digits and underscores, with dots between",
            where=where,
            why=(f"Entrypoint groups must consist of letters and numbers separated by dots, invalid group: {group}",),
        )
