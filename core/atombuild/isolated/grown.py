"""Folders of this disk as requirements: their wheels, and those of all that they depend on.

    trees that a build requires
      └─ each: state ► wheel (editable: PEP 660) by its own backend, in an environment of its own ► Requires-Dist
           ├─ what is a tree as well        ► the same again
           └─ what is not                   ► for the installer

The wheels are made here and not by the installer. pip knows no ``[tool.uv.sources]`` and would ask an index for what a
tree needs to be built; uv keeps the wheel of a folder until its ``pyproject.toml`` changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from atombuild.errors import EnvironmentFailure, Location
from atombuild.isolated.needs import Needs, merged, needs_of
from atombuild.workspace.sources import Asker, Tree


@dataclass(frozen=True, slots=True)
class GrownTree:
    """A tree as it was installed."""

    name: NormalizedName
    root: Path
    editable: bool
    state: str
    """See :mod:`atombuild.isolated.tree_state`."""

    left: tuple[str, ...] = ()
    """Folders that its build made in the tree: an editable install may lead there."""

    @property
    def is_whole(self) -> bool:
        """Whether these stand there still."""
        return all((self.root / each).is_dir() for each in self.left)


@dataclass(frozen=True, slots=True)
class TreeWheel:
    """The wheel of a tree."""

    path: Path
    metadata: bytes
    editable: bool
    """Whether it leads to the tree: a backend may know no such wheels."""

    behind: tuple[GrownTree, ...] = ()
    """The trees in the environment that it was built in."""

    left: tuple[str, ...] = ()
    """See :attr:`GrownTree.left`."""


@dataclass(frozen=True, slots=True)
class Grown:
    """Everything of an environment that comes from folders."""

    trees: tuple[GrownTree, ...] = ()
    wheels: tuple[Path, ...] = ()
    requirements: tuple[str, ...] = ()
    """What they depend on besides, for the installer."""

    files: tuple[Path, ...] = ()
    behind: tuple[GrownTree, ...] = ()
    """Trees that are not installed, and that the wheels were built with."""


@dataclass(frozen=True, slots=True)
class Grower:
    """Makes the wheels of trees."""

    build: Callable[[Tree], TreeWheel]
    asker: Callable[[Path], Asker]
    """Takes the folder of a tree."""

    state: Callable[[Tree], str]

    def grow(self, wanted: tuple[Tree, ...]) -> Grown:
        """Build these trees and all trees that they depend on. Raises whatever is wrong with one of them."""
        needed = {tree.name: tree for tree in merged(wanted)}
        waiting = list(needed)
        built: dict[NormalizedName, tuple[GrownTree, TreeWheel]] = {}
        resolved: dict[NormalizedName, tuple[Tree, Needs]] = {}
        while waiting:
            tree = needed[waiting.pop(0)]
            known = resolved.get(tree.name)
            if known is not None and known[0] == tree:
                continue
            if tree.name not in built:
                built[tree.name] = self._built(tree)
            needs = self._needs(tree, built[tree.name][1])
            resolved[tree.name] = tree, needs
            for other in needs.trees:
                before = needed.get(other.name)
                needed[other.name] = other if before is None else merged((before, other))[0]
                waiting.append(other.name)
        grown, wheels = zip(*built.values(), strict=True) if built else ((), ())
        return Grown(
            tuple(grown),
            tuple(wheel.path for wheel in wheels),
            tuple(dict.fromkeys(each for _, needs in resolved.values() for each in needs.requirements)),
            tuple(dict.fromkeys(each for _, needs in resolved.values() for each in needs.files)),
            tuple(dict.fromkeys(each for wheel in wheels for each in wheel.behind)),
        )

    def _built(self, tree: Tree) -> tuple[GrownTree, TreeWheel]:
        state = self.state(tree)  # before it is built: what is written meanwhile counts as new
        wheel = self.build(tree)
        if wheel.editable != tree.editable:
            state = self.state(Tree(tree.name, tree.root, wheel.editable))
        name = canonicalize_name(str(BytesParser().parsebytes(wheel.metadata, headersonly=True)["Name"]))
        if name != tree.name:
            raise EnvironmentFailure(
                f"{tree.root} is to be {tree.name}, and its metadata says {name}",
                hint="correct the name of the requirement, or the path it leads to",
                where=Location(tree.root / "pyproject.toml"),
            )
        return GrownTree(tree.name, tree.root, wheel.editable, state, wheel.left), wheel

    def _needs(self, tree: Tree, wheel: TreeWheel) -> Needs:
        lines = BytesParser().parsebytes(wheel.metadata, headersonly=True).get_all("Requires-Dist") or ()
        asker = self.asker(tree.root)
        where = asker.pyproject.at("project", "dependencies") if asker.pyproject is not None else Location(tree.root)
        return needs_of(asker, ((str(line), where) for line in lines), tree.extras)
