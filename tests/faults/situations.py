"""What a doomed build finds: a project and its output directory, and what they hold when nothing goes wrong."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from support.backends import copy_of
from support.processes import once
from support.projects import big_project
from support.wholeness import finals


@dataclass(frozen=True)
class Situation:
    """A project that was or was not built before, and is about to be built once more."""

    name: str
    make: Callable[[Path], Path]
    """Makes the project in this folder; returns its root."""

    targets: dict[str, str]
    """By kind: the artifact's file name."""

    built_before: bool = False
    edit: Callable[[Path], None] | None = None
    """What happens to the sources after that build."""

    native: bool = True
    """Built by us, and not by another backend."""

    fails: bool = False
    """The doomed build, and every one after it, fails by itself."""


@dataclass(frozen=True)
class Prepared:
    """A situation that was laid once; every fault gets a copy."""

    situation: Situation
    root: Path
    old: dict[str, bytes]
    """What stands under final names before the doomed build."""

    new: dict[str, bytes] = field(default_factory=dict)
    """What stands there after an undisturbed one."""

    def copy_to(self, folder: Path) -> Path:
        """Return the root of a copy."""
        root = folder / self.root.name
        shutil.copytree(self.root, root, symlinks=True)
        return root


def prepare(situation: Situation, folder: Path) -> Prepared:
    """Lay a situation, and find out how it ends without a fault."""
    root = situation.make(folder / "laid")
    if situation.built_before:
        done = once(root)
        assert done.returncode == 0, done.stderr
        if situation.edit is not None:
            situation.edit(root)
    old = artifacts(root / "dist")
    undisturbed = folder / "undisturbed" / root.name
    shutil.copytree(root, undisturbed, symlinks=True)
    done = once(undisturbed)
    assert done.returncode == (1 if situation.fails else 0), done.stderr
    return Prepared(situation, root, old, artifacts(undisturbed / "dist"))


def artifacts(dist: Path) -> dict[str, bytes]:
    """Return the artifacts in an output directory, and their bytes; one that goes just now does not stand there."""
    found = {}
    for path in finals(dist):
        with contextlib.suppress(FileNotFoundError):
            found[path.name] = path.read_bytes()
    return found


def _native(folder: Path) -> Path:
    return big_project(folder, 0, name="tiny")


def _edit_native(root: Path) -> None:
    (root / "src/tiny/__init__.py").write_text("edited = True\n")


def _break_native(root: Path) -> None:
    (root / "src/tiny/__init__.py").unlink()


def _isolated(folder: Path) -> Path:
    return copy_of("in-tree", folder)


def _edit_isolated(root: Path) -> None:
    (root / "src/night_sky/horizon.py").write_text("edited = True\n")


def _break_isolated(root: Path) -> None:
    (root / "_build/workshop/texts.py").unlink()


_TINY = {"sdist": "tiny-1.0.tar.gz", "wheel": "tiny-1.0-py3-none-any.whl"}
_SKY = {"sdist": "night_sky-1.1.tar.gz", "wheel": "night_sky-1.1-py3-none-any.whl"}

SITUATIONS = {
    each.name: each
    for each in (
        Situation("native, over nothing", _native, _TINY),
        Situation("native, over old", _native, _TINY, built_before=True, edit=_edit_native),
        Situation("native, failing over old", _native, _TINY, built_before=True, edit=_break_native, fails=True),
        Situation("isolated, over nothing", _isolated, _SKY, native=False),
        Situation("isolated, over old", _isolated, _SKY, native=False, built_before=True, edit=_edit_isolated),
        Situation(
            "isolated, failing over old",
            _isolated,
            _SKY,
            native=False,
            built_before=True,
            edit=_break_isolated,
            fails=True,
        ),
    )
}
