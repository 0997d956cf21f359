"""Constraints that keep the names of members from every index, for any installer.

A constraint with a URL has an installer take what stands there, if something requires the name, and ask no index for
it. Where the URL leads to nothing, it breaks off and names the URL. pip and uv both do so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atombuild.workspace.members import Workspace

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

_PLACE: Final = "member-of-the-workspace"


def folders_by_name(workspace: Workspace | None) -> Mapping[NormalizedName, Path]:
    """Return the folders of members by name, and those that may be one and can't be read.

    A project that is no part of a workspace has no names to keep: not even its own, which an index may know.
    """
    if workspace is None or not workspace.is_declared:
        return {}
    found = {name: each.folder for each in workspace.unusable for name in each.likely_names}
    found |= {name: each.folder for name, each in workspace.members.items()}
    return dict(sorted(found.items()))


def constraints(names: Iterable[str], near: Path) -> tuple[str, ...]:
    """Return lines of a constraints file; ``near`` is a folder of ours, in which nothing has such a name."""
    return tuple(f"{name} @ {(near / _PLACE / name).as_uri()}" for name in names)


def asked_for(names: Iterable[str], said: Iterable[str]) -> str | None:
    """Return the name that an installer broke off for, by what it said."""
    text = "".join(said)  # a program may break a long line
    return next(
        (name for name in names if re.search(rf"{_PLACE}[/\\]{re.escape(name)}(?![A-Za-z0-9-])", text)),
        None,
    )
