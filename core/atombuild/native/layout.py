"""Whether the packages that the settings name are there."""

from __future__ import annotations

from typing import Final

from atombuild.errors import SourceRejected
from atombuild.native.absence import why_absent
from atombuild.native.modules import SETTINGS, Modules, join, setting_of
from atombuild.native.tree import Kind, SourceTree
from atombuild.project.model import Project

_TABLE: Final = ".".join(SETTINGS)


def check_layout(project: Project, modules: Modules, tree: SourceTree) -> None:
    """Make sure that every module is where it must be. Raises :class:`SourceRejected`."""
    for module in modules.modules:
        if module.init is not None and not tree.is_file(module.init):
            raise _module_missing(project, modules, module.init, tree)
        for folder in module.bare:
            for init in ("__init__.py", "__init__.pyi"):
                if tree.exists(join(folder, init)):
                    raise SourceRejected(
                        f"For namespace packages, `{init}` is not allowed in parent directory: {folder or '.'}",
                        hint=f"remove {join(folder, init)}, or name that package itself in module-name",
                        where=setting_of(project, "module-name"),
                    )


def _module_missing(project: Project, modules: Modules, init: str, tree: SourceTree) -> SourceRejected:
    absence = why_absent(project, tree, init)
    return SourceRejected(
        f"Expected a Python module at: {init}",
        hint=_create(modules, init, tree) if absence.is_plain else absence.hint,
        where=absence.where or setting_of(project, "module-name"),
        why=(f"{init} {absence.words}",),
    )


def _create(modules: Modules, init: str, tree: SourceTree) -> str:
    """Return what to do where nothing is there."""
    folder = init.rpartition("/")[0]
    if tree.kind(folder) in {Kind.DIRECTORY, Kind.SYMLINK}:
        return f"create {init}; it may be empty"
    if not modules.root or tree.kind(modules.root) is not None:
        return f"create {init}, or set module-name in [{_TABLE}] to the package's name"
    return f'create {init}, or set module-root in [{_TABLE}] ("" for a flat layout)'
