"""From a hook's call to a file in the front-end's folder, by the publish protocol.

    lock ──► read the project ──► remove the old file of this name ──► check prepared metadata ──► build ──► publish

The folder may be the user's own ``dist``, which ``python -m build`` and ``uv build`` hand through, and a session may be
building into it at this moment: so the hooks take the same lock. Its file stays behind, as the protocol wants it.
Where the folder is the front-end's own it goes with the folder, and front-ends look for the one name that the hook
returns. There is no ledger and no ``.gitignore``: the folder is not ours to manage. So a ``pyproject.toml`` that can't
be read leaves the old file where it is: nothing tells its name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from atombuild.errors import AtombuildError, OutputUnusable, RemovalRefused, SyncFailed
from atombuild.native.disk_tree import DiskTree
from atombuild.native.distribution import Distribution
from atombuild.native.editable import build_editable
from atombuild.native.prepared import check_prepared, prepare_metadata
from atombuild.native.project import source_tree
from atombuild.native.sdist import build_sdist, sdist_filename
from atombuild.native.tree import Pulse, SourceTree
from atombuild.native.wheel import build_wheel, wheel_filename
from atombuild.plain import Output, PlainView, standard_outputs
from atombuild.project.load import load_project
from atombuild.project.model import Project
from atombuild.project.pyproject import read_pyproject
from atombuild.publish import Holder, OutputDirectory
from atombuild.sanitise import visible

FAILED: Final = 1
"""The exit status of a hook that failed."""

_LOCK_PAUSE_SECONDS: Final = 0.1

Builder = Callable[[Project, SourceTree, Pulse], Distribution]
Check = Callable[[Project, SourceTree], None]


def deliver_sdist(directory: str) -> str:
    """Build the sdist of the project in the current directory; return its name in ``directory``."""
    with _told():
        return _deliver(directory, sdist_filename, build_sdist, _nothing_prepared)


def deliver_wheel(directory: str, prepared: str | None) -> str:
    """Build the wheel. ``prepared``: the dist-info folder that it must agree with, if there is one."""
    with _told():
        return _deliver(directory, wheel_filename, build_wheel, _check_of(prepared))


def deliver_editable(directory: str, prepared: str | None) -> str:
    """Build the editable wheel. ``prepared``: see :func:`deliver_wheel`."""
    with _told():
        return _deliver(directory, wheel_filename, build_editable, _check_of(prepared))


def deliver_metadata(directory: str) -> str:
    """Write the wheel's dist-info folder into ``directory``; return its name."""
    with _told():
        project = load_project(read_pyproject(Path.cwd()))
        return prepare_metadata(project, DiskTree(project.root), Path(directory).absolute())


@contextmanager
def _told() -> Iterator[None]:
    """Turn an error into words for the front-end to pass on; a traceback would bury them."""
    try:
        yield
    except AtombuildError as error:
        out, err = standard_outputs()
        view = PlainView(out, err, watching=False)
        for report in error.reports():
            view.report(report)
        raise SystemExit(FAILED) from None


def _deliver(directory: str, name_of: Callable[[Project], str], build: Builder, check: Check) -> str:
    root = Path.cwd()
    with (
        OutputDirectory.open(_real_folder(directory), create=False) as output,
        output.locked(root.name, _Patience()) as locks,
    ):
        if not locks:
            _warn(
                f"{output.path} is on a file system without locks",
                "make sure that only one program builds into it at a time",
            )
        # Only now: it may have changed while another builder had its turn.
        project = load_project(read_pyproject(root))
        target = name_of(project)
        output.sweep()
        for removal in output.remove((target,)):
            if removal.refused is not None:
                raise RemovalRefused(output.path / target, removal.refused)
        tree = source_tree(root, output.path)
        check(project, tree)
        _publish(output, target, build(project, tree, _no_pulse))
    return target


def _real_folder(directory: str) -> Path:
    """Return the folder itself, where the front-end names a link: which folder it means is for the front-end to say."""
    path = Path(directory).absolute()
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # a loop of links was a RuntimeError before Python 3.13
        raise OutputUnusable(path, error if isinstance(error, OSError) else OSError(str(error))) from error


def _publish(output: OutputDirectory, target: str, distribution: Distribution) -> None:
    with output.stage(target) as staged:
        with closing(distribution.chunks()) as chunks:
            for chunk in chunks:
                staged.write(chunk)
        staged.seal()
        if not output.is_still_in_place():
            raise OutputUnusable(output.path, OSError("another folder took its place during the build"))
        published = staged.publish()
    if published.unconfirmed is not None:
        for report in SyncFailed(output.path / target, published.unconfirmed).reports():
            _warn(f"{report.what}: {'; '.join(report.why)}", report.hint)


def _nothing_prepared(project: Project, tree: SourceTree) -> None:
    """Check nothing: there is no metadata that was prepared ahead."""


def _check_of(prepared: str | None) -> Check:
    if not prepared:
        return _nothing_prepared
    folder = Path(prepared).absolute()
    return lambda project, tree: check_prepared(project, tree, folder)


class _Patience:
    """Waits while another builder has the folder, and says for whom, once."""

    def __init__(self) -> None:
        self._told = False

    def __call__(self, holder: Holder | None) -> None:
        if not self._told:
            self._told = True
            _errors().line(visible(f"waiting for {holder or 'another builder'}"))
        time.sleep(_LOCK_PAUSE_SECONDS)


def _warn(what: str, hint: str) -> None:
    err = _errors()
    err.line(visible(f"warning: {what}"))
    err.line(visible(f"  next: {hint}"))


def _errors() -> Output:
    return standard_outputs()[1]


def _no_pulse(done: int, total: int) -> None:
    """Whoever wants a hook to stop ends its process; a nameless temporary then ends with it."""
