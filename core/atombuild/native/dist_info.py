"""The files of a dist-info folder that are made, not copied: WHEEL, entry_points.txt, METADATA.

Source: packaging.python.org, "Binary distribution format", "The .dist-info directory".
"""

from __future__ import annotations

from typing import Final

import atombuild
from atombuild.native.distribution import Generated
from atombuild.native.entry_points import entry_points_text
from atombuild.native.metadata import core_metadata
from atombuild.native.tree import SourceTree
from atombuild.project.model import Project

WHEEL_TEXT: Final = f"""\
Wheel-Version: 1.0
Generator: atombuild {atombuild.__version__}
Root-Is-Purelib: true
Tag: py3-none-any
"""


def dist_info_name(project: Project) -> str:
    """Return the folder's name."""
    return f"{project.stem}.dist-info"


def dist_info_files(project: Project, tree: SourceTree, licenses: tuple[str, ...]) -> tuple[Generated, ...]:
    """Return the files but RECORD, in uv_build's order; ``licenses`` are the matched files.

    Raises :class:`atombuild.errors.SourceRejected` and :class:`atombuild.errors.SourceUnreadable`.
    """
    folder = dist_info_name(project)
    entry_points = entry_points_text(project.metadata, project.pyproject)
    return (
        Generated(f"{folder}/WHEEL", WHEEL_TEXT.encode()),
        *([] if entry_points is None else [Generated(f"{folder}/entry_points.txt", entry_points.encode())]),
        Generated(f"{folder}/METADATA", core_metadata(project, tree, licenses)),
    )
