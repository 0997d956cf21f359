"""The wheel of a native project that goes into an environment on this machine, and to no index."""

from __future__ import annotations

from pathlib import Path

from atombuild.errors import ProjectMissing, WriteFailed
from atombuild.native.editable import build_editable
from atombuild.native.project import source_tree
from atombuild.native.wheel import build_wheel, wheel_filename
from atombuild.project.build_system import why_not_native
from atombuild.project.load import load_project
from atombuild.project.pyproject import read_pyproject
from atombuild.workbench import Workbench


def build_native_wheel(root: Path, editable: bool, folder: Path, bench: Workbench) -> Path | None:
    """Build the wheel of the project in ``root`` into ``folder``; None: it is not ours to build.

    ``editable``: it leads to the sources in place (PEP 660). Raises whatever is wrong with the project, and
    :class:`WriteFailed`.
    """
    try:
        pyproject = read_pyproject(root)
    except ProjectMissing:
        return None
    if why_not_native(pyproject) is not None:
        return None
    project = load_project(pyproject)
    build = build_editable if editable else build_wheel
    distribution = build(project, source_tree(root, root / "dist"), bench.pulse)
    path = folder / wheel_filename(project)
    try:
        with path.open("wb") as file:
            file.writelines(distribution.chunks())
    except OSError as error:
        raise WriteFailed(path, error) from error
    return path
