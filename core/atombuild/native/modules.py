"""Which packages a distribution holds: the module root, the module names, and the layout they must have on disk.

Source: uv's documentation, "The uv build backend"; typing specification, "Stub-only packages".
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Final

from atombuild.errors import Location, SourceRejected
from atombuild.native.characters import is_alphabetic, is_alphanumeric
from atombuild.project.model import Project, normalised

SETTINGS: Final = ("tool", "uv", "build-backend")
"""The table of ``pyproject.toml`` that settings stand in."""

_STUBS: Final = "-stubs"


@dataclass(frozen=True, slots=True)
class Module:
    """One package to ship."""

    path: str
    """Its folder, relative to the module root."""

    init: str | None
    """The file that must be there, relative to the project; None where nothing is asked (``namespace = true``)."""

    bare: tuple[str, ...] = ()
    """Folders relative to the project ("" is the project) that must not be packages themselves."""


@dataclass(frozen=True, slots=True)
class Modules:
    """What ``module-root``, ``module-name`` and ``namespace`` ask for; nothing on disk was looked at."""

    root: str
    """The module root, relative to the project; "" is the project itself."""

    modules: tuple[Module, ...]
    """Sorted by name; none lies below another."""

    redundant: tuple[str, ...] = ()
    """Names that were dropped because another one covers them, as the author ordered them."""

    @property
    def folders(self) -> tuple[str, ...]:
        """The modules' folders, relative to the project."""
        return tuple(join(self.root, module.path) for module in self.modules)


def find_modules(project: Project) -> Modules:
    """Return the modules that the settings name. Raises :class:`SourceRejected`."""
    settings = project.settings
    root = inside_project(settings.module_root)
    if root is None:
        raise SourceRejected(
            f"Module root must be inside the project: {posixpath.normpath(settings.module_root)}",
            hint='name a folder of this project, or "" for the project folder itself',
            where=setting_of(project, "module-root"),
        )
    names, redundant = _names(project)
    if settings.namespace:
        modules = tuple(_namespace(project, name) for name in names)
    elif settings.module_name is None:
        modules = (_default(project, root),)
    else:
        modules = tuple(_named(project, root, name) for name in names)
    return Modules(root, modules, redundant)


def inside_project(path: str) -> str | None:
    """Return ``path`` in its normal form, relative to the project, or None where it leads out of it."""
    parts: list[str] = []
    if path.startswith("/"):
        return None
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def join(folder: str, path: str) -> str:
    """Return ``path`` below ``folder``; either may be ""."""
    return f"{folder}/{path}" if folder and path else folder or path


def _names(project: Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort the module names and drop those that another one covers; return the kept and the dropped."""
    written = project.settings.module_name
    if written is None:
        return (project.distribution,), ()
    if isinstance(written, str):
        return (written,), ()
    kept: list[str] = []
    for name in sorted(written, key=str.encode):
        # As in uv, only the last one can cover it: in "foo", "foo-stubs", "foo.bar" nothing is dropped.
        if not kept or not f"{name}.".startswith(f"{kept[-1]}."):
            kept.append(name)
    unused = list(kept)
    redundant: list[str] = []
    for name in written:
        if name in unused:
            unused.remove(name)
        else:
            redundant.append(name)
    return tuple(kept), tuple(redundant)


def _default(project: Project, root: str) -> Module:
    name = normalised(project.metadata.name)
    if name.endswith(_STUBS):
        path = name[: -len(_STUBS)].replace("-", "_") + _STUBS
        return Module(path, join(root, f"{path}/__init__.pyi"))
    return Module(project.distribution, join(root, f"{project.distribution}/__init__.py"))


def _named(project: Project, root: str, name: str) -> Module:
    first, *rest = name.split(".")
    stubs = first.endswith(_STUBS)
    for identifier in (first[: -len(_STUBS)] if stubs else first, *rest):
        why = identifier_fault(identifier)
        if why is not None:
            raise SourceRejected(
                f"Invalid module name: {name}",
                hint='write it as in an import statement, such as "package" or "namespace.package"',
                where=setting_of(project, "module-name"),
                why=(why,),
            )
    parents = [join(root, "/".join([first, *rest][:depth])) for depth in range(len(rest), -1, -1)]
    path = "/".join([first, *rest])
    return Module(path, join(root, f"{path}/__init__.pyi" if stubs else f"{path}/__init__.py"), tuple(parents))


def _namespace(project: Project, name: str) -> Module:
    path = name.replace(".", "/")
    # uv_build walks whatever such a name leads to, the root of the disk included; we don't follow it there.
    if path != inside_project(path):
        raise SourceRejected(
            f"Invalid module name: {name}",
            hint='write it as in an import statement, such as "namespace" or "namespace.package"',
            where=setting_of(project, "module-name"),
            why=(f"it stands for the folder `{path}`, which is not plainly below the module root",),
        )
    return Module(path, None)


def identifier_fault(text: str) -> str | None:
    """Return what keeps ``text`` from being a Python identifier, in uv's words, or None."""
    if not text:
        return "An identifier must not be empty"
    if not (text[0] == "_" or is_alphabetic(text[0])):
        return (
            f"Invalid first character `{text[0]}` for identifier `{text}`, "
            "expected an underscore or an alphabetic character"
        )
    for position, char in enumerate(text[1:], start=2):
        if not (char == "_" or is_alphanumeric(char)):
            return (
                f"Invalid character `{char}` at position {position} for identifier `{text}`, "
                "expected an underscore or an alphanumeric character"
            )
    return None


def setting_of(project: Project, key: str) -> Location:
    """Return where a setting of the build backend stands."""
    return project.pyproject.at(*SETTINGS, key)
