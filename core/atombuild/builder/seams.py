"""The seams of an attempt: what it builds with, and who it reports to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from atombuild.events import Event
from atombuild.finding import Finding
from atombuild.ledger import Record
from atombuild.status import ArtifactKind
from atombuild.workbench import Workbench

Records = Mapping[ArtifactKind, Record]


class Content(Protocol):
    """One distribution, ready to be written."""

    @property
    def filename(self) -> str:
        """Its final name."""

    @property
    def file_count(self) -> int:
        """How many files are in it."""

    @property
    def sources(self) -> Iterable[str]:
        """The files of the project that it was made from."""

    def chunks(self) -> Generator[bytes]:
        """Its bytes, once; producing them may raise any error of the tree."""

    def stands_in(self, descriptor: int) -> None:
        """Take over a descriptor of the published file, to read back from it what the next build may use again."""


class BuildableProject(Protocol):
    """One project's way to its distributions, fixed at one moment."""

    @property
    def name(self) -> str:
        """The project's name, verbatim."""

    @property
    def version(self) -> str:
        """In normal form; empty while only the backend knows it."""

    @property
    def backend(self) -> str:
        """Who builds."""

    @property
    def source(self) -> str:
        """What it is read from, in words: "the source tree" or "the sdist"."""

    @property
    def written(self) -> frozenset[str]:
        """What its backend wrote into the tree since this project was read, relative to it."""

    def target(self, kind: ArtifactKind) -> str | None:
        """Return the exact file name; None while only the backend knows it."""

    def outdates(self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None) -> tuple[str, ...] | None:
        """Return the names under which no file may stand any more once its build began; None: nobody can say yet.

        ``names`` is what is in the output directory, ``remembered`` the newest name that is known of the artifact, or
        of the project's other one. The name of :meth:`target` is always among them; the likeliest comes first.
        """

    def superseded(self, kind: ArtifactKind) -> tuple[str, ...]:
        """Return the names of files that this session built before, and that fall when this build begins.

        They are of other versions than this build, as far as that is known now; see :meth:`outdates`.
        """

    def check(self, kinds: tuple[ArtifactKind, ...], bench: Workbench) -> None:
        """Raise what makes the project as a whole unbuildable, before any step.

        What :meth:`outdates` could not say before, it may be able to say afterwards; otherwise when something is built.
        """

    def settle(self, bench: Workbench, *, may_build: bool) -> None:
        """Decide which old artifacts fall, where a build ends before anything was built: :meth:`outdates` says it then.

        ``may_build``: something may be built only to know it.
        """

    def sdist(self, bench: Workbench) -> Content:
        """Make the sdist."""

    def wheel(self, bench: Workbench, *, from_sdist: bool) -> Content:
        """Make the wheel, from the sdist that :meth:`sdist` made or from the tree."""

    def give_up_files(self, kind: ArtifactKind) -> bool:
        """Close the files of old artifacts that are kept for this one and those after it; whether there were any.

        Their names are gone, but not the room that they take on the disk.
        """

    def advise(self, breathe: Callable[[], object]) -> tuple[Finding, ...]:
        """Return what its author should know though it builds. ``breathe`` may raise to put it off."""

    def as_read(self) -> BuildableProject:
        """Return the same project, without what a build of it holds until it goes: files of old artifacts, memory."""

    @property
    def outer_inputs(self) -> tuple[Path, ...]:
        """Files and folders that a build depends on beyond the root, or passed over below it: absolute paths.

        Asked at every look, so it must cost little and may grow while a build finds out more. What is named here is an
        input like any other: :meth:`admits` says yes to its name (see :mod:`atombuild.watch.ground`).
        """

    @property
    def follows_history(self) -> bool:
        """Whether a commit or a tag can change an artifact: its version, or which files go in."""

    @property
    def ignore(self) -> tuple[str, ...]:
        """Patterns of what its author does not want watched, as ``.gitignore`` files hold them."""

    @property
    def heeds_gitignore(self) -> bool:
        """Whether what git ignores is no input, as long as no artifact holds it (:meth:`keeps`)."""

    def admits(self, path: str) -> bool:
        """Whether a change at this path can change an artifact."""

    def keeps(self, path: str) -> bool:
        """Whether :meth:`admits` says yes to this path, or may do so to one below it."""


class AttemptListener(Protocol):
    """Who ordered the attempt: hears what happens, and may stop it."""

    def emit(self, event: Event) -> None:
        """Pass an event on."""

    def hold(self, records: Records) -> None:
        """Take the artifacts' newest records; statuses are shown from them."""

    def pause_for_lock(self) -> None:
        """Wait a moment; raise :class:`Cancelled` to give up waiting."""

    def check_cancelled(self) -> None:
        """Raise :class:`Cancelled` if somebody asked to stop."""
