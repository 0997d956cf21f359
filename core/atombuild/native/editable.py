"""The editable wheel (PEP 660): a path file that leads to the module root, the data folders, and the dist-info folder.

As in uv_build its licence files stay out, though METADATA names them.
"""

from __future__ import annotations

import os

from atombuild.errors import Location, SourceRejected
from atombuild.native.dist_info import dist_info_files, dist_info_name
from atombuild.native.distribution import Distribution, Folder, Generated, Planned
from atombuild.native.layout import check_layout
from atombuild.native.licenses import matched_license_files
from atombuild.native.modules import Modules, find_modules
from atombuild.native.patterns import wheel_excludes
from atombuild.native.selection import data_files
from atombuild.native.tree import Pulse, SourceTree
from atombuild.native.wheel import copies, pack
from atombuild.project.model import Project


def build_editable(project: Project, tree: SourceTree, pulse: Pulse) -> Distribution:
    """Build the editable wheel in memory. It has the name of the wheel proper, and nothing in it is compressed.

    Raises :class:`atombuild.errors.SourceRejected`, :class:`atombuild.errors.SourceUnreadable`, and whatever ``pulse``
    raises.
    """
    return pack(project, _plan(project, tree), tree, pulse, stored=True)


def _plan(project: Project, tree: SourceTree) -> tuple[Planned, ...]:
    modules = find_modules(project)
    check_layout(project, modules, tree)
    return (
        _path_file(project, modules),
        *copies(project, data_files(project, wheel_excludes(project), tree)),
        Folder(dist_info_name(project)),
        *dist_info_files(project, tree, matched_license_files(project, tree)),
    )


def _path_file(project: Project, modules: Modules) -> Generated:
    # With the project itself as module root the path ends in a slash, as uv_build writes it.
    module_root = os.path.join(project.root, modules.root)  # noqa: PTH118 (pathlib would drop that slash)
    if len(module_root.splitlines()) > 1:
        # Python takes a path file line by line, and runs a line that begins with "import".
        raise SourceRejected(
            "the path of the project holds a line break, so no editable install can lead to it",
            hint="rename the folder, or install the project without -e",
            where=Location(project.root),
        )
    return Generated(f"{project.distribution}.pth", os.fsencode(module_root))
