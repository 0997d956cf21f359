"""What a build requires, taken apart: what an installer fetches, and what is built from a folder of this disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement

from atombuild.errors import Location, Problem, ProjectInvalid
from atombuild.workspace.never_asked import folders_by_name
from atombuild.workspace.sources import Asker, Required, Tree

if TYPE_CHECKING:
    from packaging.utils import NormalizedName


@dataclass(frozen=True, slots=True)
class Needs:
    """The requirements of one environment."""

    requirements: tuple[str, ...]
    """For the installer."""

    trees: tuple[Tree, ...] = ()
    """To be built and installed from where they stand."""

    files: tuple[Path, ...] = ()
    """Files of this disk that :attr:`requirements` name."""

    barred: tuple[Tree, ...] = ()
    """The members of the workspace: no index is ever asked for one of these names."""

    @property
    def names(self) -> tuple[str, ...]:
        """For people: what is required, and from where if it lies on this disk."""
        return (*self.requirements, *(f"{tree.name} from {tree.root}" for tree in self.trees))


def needs_of(
    asker: Asker, wanted: Iterable[tuple[str, Location | None]], extras: frozenset[str] = frozenset()
) -> Needs:
    """Return the needs of a project.

    ``wanted`` are requirements and where they stand; ``extras``, those of the project that were asked for. Raises
    :class:`ProjectInvalid` with all that is wrong.
    """
    requirements: dict[str, None] = {}
    trees: list[Tree] = []
    files: dict[Path, None] = {}
    problems: list[Problem] = []
    for text, where in wanted:
        try:
            origin = asker.origin(text, where, extras)
        except InvalidRequirement:
            requirements[text] = None  # the installer's to refuse
            continue
        except ProjectInvalid as error:
            problems += error.problems
            continue
        if isinstance(origin, Tree):
            trees.append(origin)
        elif isinstance(origin, Required):
            requirements[origin.text] = None
            if origin.file is not None:
                files[origin.file] = None
    if problems:
        raise ProjectInvalid(tuple(dict.fromkeys(problems)))
    return Needs(tuple(requirements), merged(trees), tuple(files), barred_for(asker))


def barred_for(asker: Asker) -> tuple[Tree, ...]:
    """Return the members of the project's workspace. A project alone is none that counts."""
    return tuple(Tree(name, folder, editable=True) for name, folder in folders_by_name(asker.workspace).items())


def merged(trees: Iterable[Tree]) -> tuple[Tree, ...]:
    """Return each tree once, with all the extras that were asked for; editable if anything wants it so."""
    found: dict[NormalizedName, Tree] = {}
    for tree in trees:
        known = found.get(tree.name)
        if known is None:
            found[tree.name] = tree
        else:
            editable = known.editable or tree.editable
            found[tree.name] = Tree(tree.name, known.root, editable, known.extras | tree.extras)
    return tuple(found.values())
