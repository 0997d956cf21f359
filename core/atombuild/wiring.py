"""Where the parts are put together: a project folder, or an sdist, becomes a session, and a session an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from atombuild.builder import Plan
from atombuild.engine import After, Checks, Engine
from atombuild.events import Event, Failure, ProjectUnusable
from atombuild.inspection.compared import Comparer
from atombuild.isolated import Options
from atombuild.native.ahead import leave_a_core
from atombuild.native.disk_tree import Look
from atombuild.native.tree import Seen
from atombuild.reading import AnyProject, Reader
from atombuild.sdist_file import SdistFile
from atombuild.session import Session
from atombuild.watch.filter import WatchFilter
from atombuild.watch.ground import Ground
from atombuild.watch.looker import Looker
from atombuild.watch.notify import Notifier
from atombuild.watch.removal import Removal


@dataclass(frozen=True, slots=True)
class ProjectSetup:
    """One project, one output directory, one plan."""

    root: Path
    out_dir: Path
    plan: Plan
    options: Options = field(default_factory=Options)
    """For backends that are not ours."""

    reader: Reader = field(init=False)
    """Holds what the builds of one session leave for the next; only its thread may build."""

    ground: Ground = field(init=False)
    """What is watched, as its last reading says."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", Reader(self.options))
        object.__setattr__(self, "ground", Ground(self.root, self.out_dir))

    def read_project(self, seen: Look = lambda _path: None) -> AnyProject:
        """Read the project. Raises whatever is wrong with it. ``seen``: see :class:`DiskTree`."""
        project = self.reader.read(self.root, self.out_dir, seen=seen)
        self.ground.learn(project)
        return project

    def session(self, emit: Callable[[Event], None], *, comparing: bool = False) -> Session:
        """Return a session that the caller drives itself. ``comparing``: it keeps successes, and compares them."""
        looker = Looker(self.root, self.out_dir, self.ground)

        def seen(path: str) -> Seen | None:
            # An attempt follows a look and is followed by another, which finds what came in between.
            found = looker.seen(path)
            if found is None:
                return None
            facts = (found.device, found.inode, found.size, found.mtime_ns, found.ctime_ns, found.executable)
            return Seen(facts, found.size)

        return Session(
            self.root,
            self.out_dir,
            self.plan,
            read_project=lambda: self.read_project(seen),
            look=looker,
            emit=emit,
            let_go=self.reader.close,
            comparer=Comparer(self.root, self.out_dir) if comparing else None,
        )

    def engine(
        self,
        *,
        beside_a_screen: bool = False,
        comparing: bool = True,
        make_checker: Callable[[Callable[[Event], None]], Checks] | None = None,
        make_after: Callable[[Callable[[Event], None]], After] | None = None,
    ) -> Engine:
        """Return an engine that watches and builds in threads of its own.

        ``beside_a_screen``: builds leave a core to what answers keys in this process. ``comparing``: see
        :meth:`session`. The makers: see :class:`Engine`.
        """
        if beside_a_screen:
            leave_a_core()
        return Engine(
            lambda emit: self.session(emit, comparing=comparing),
            lambda hear: Notifier(self.root, hear, self.ground),
            self.filter,
            removal=Removal(self.ground.unwatched_changes),
            make_checker=make_checker,
            make_after=make_after,
        )

    def filter(self, keep: Callable[[str], bool]) -> WatchFilter:
        """Return what decides which paths are worth a look."""
        return self.ground.filter(keep)


@dataclass(frozen=True, slots=True)
class SdistSetup:
    """One sdist file, one output directory; what is built is its wheel."""

    sdist: SdistFile
    out_dir: Path
    plan: Plan

    def read_project(self) -> AnyProject:
        """Unpack the sdist, and read the project in it. Raises whatever is wrong with either."""
        return self.sdist.read_project(self.out_dir)

    def session(self, emit: Callable[[Event], None]) -> Session:
        """Return a session that the caller drives itself. Its records are kept under the sdist's own path."""

        def tell(event: Event) -> None:
            if isinstance(event, Failure | ProjectUnusable):
                event = replace(event, reports=tuple(map(self.sdist.told, event.reports)))
            emit(event)

        return Session(
            self.sdist.archive, self.out_dir, self.plan, read_project=self.read_project, look=_Unwatched.look, emit=tell
        )


class _Unwatched:
    """A tree that nobody can change: what was unpacked for one build. See :class:`atombuild.session.View`."""

    @classmethod
    def look(cls, keep: Callable[[str], bool], breathe: Callable[[], object]) -> _Unwatched:
        del keep, breathe
        return cls()

    def changed_since(self, earlier: _Unwatched, *, by_stat: bool = False) -> tuple[str, ...]:
        del earlier, by_stat
        return ()

    def lacks(self, paths: Iterable[str]) -> tuple[str, ...]:
        del paths
        return ()

    def newest(self, paths: Iterable[str]) -> None:
        del paths

    @property
    def files(self) -> int:
        return 0

    @property
    def passed_over(self) -> tuple[tuple[str, str], ...]:
        return ()

    def fingerprint(self, admits: Callable[[str], bool]) -> None:
        del admits
