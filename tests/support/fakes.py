"""Projects that do what a test says, and a listener that remembers what it heard."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

from atombuild.builder import Records
from atombuild.errors import Cancelled
from atombuild.events import Event
from atombuild.finding import Finding
from atombuild.ledger import Record
from atombuild.status import ArtifactKind
from atombuild.workbench import Workbench


@dataclass
class FakeContent:
    """Bytes in pieces; an exception among them is raised in its turn, a function is called."""

    filename: str
    pieces: list[bytes | Exception | Callable[[], object]]
    file_count: int = 1
    sources: tuple[str, ...] = ()

    def chunks(self) -> Generator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, bytes):
                yield piece
            else:
                piece()

    def stands_in(self, descriptor: int) -> None:
        os.close(descriptor)


@dataclass
class FakeProject:
    """Two artifacts of a project "demo", each with the pieces that a test gives it."""

    sdist_pieces: list[bytes | Exception | Callable[[], object]] = field(default_factory=lambda: [b"an ", b"sdist"])
    wheel_pieces: list[bytes | Exception | Callable[[], object]] = field(default_factory=lambda: [b"a ", b"wheel"])
    flaw: BaseException | None = None
    """Found by :meth:`check`."""

    kept_in_files: bool = False
    sources: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    version: str = "1.0"
    name: str = "demo"
    backend: str = "fake"
    source: str = "the source tree"
    written: frozenset[str] = frozenset()
    outer_inputs: tuple[Path, ...] = ()
    follows_history: bool = False
    ignore: tuple[str, ...] = ()
    heeds_gitignore: bool = False

    def target(self, kind: ArtifactKind) -> str:
        tail = ".tar.gz" if kind is ArtifactKind.SDIST else "-py3-none-any.whl"
        return f"{self.name}-{self.version}{tail}"

    def outdates(self, kind: ArtifactKind, names: tuple[str, ...], remembered: str | None) -> tuple[str, ...] | None:
        assert isinstance(names, tuple)
        return (self.target(kind),)

    def superseded(self, kind: ArtifactKind) -> tuple[str, ...]:
        return ()

    def check(self, kinds: tuple[ArtifactKind, ...], bench: Workbench) -> None:
        assert kinds
        if self.flaw is not None:
            raise self.flaw

    def settle(self, bench: Workbench, *, may_build: bool) -> None:
        """Its names are known."""

    def sdist(self, bench: Workbench) -> FakeContent:
        bench.pulse(0, 1)
        return FakeContent(self.target(ArtifactKind.SDIST), self.sdist_pieces, sources=self.sources)

    def wheel(self, bench: Workbench, *, from_sdist: bool) -> FakeContent:
        assert isinstance(from_sdist, bool)
        bench.pulse(0, 1)
        return FakeContent(self.target(ArtifactKind.WHEEL), self.wheel_pieces)

    def give_up_files(self, kind: ArtifactKind) -> bool:
        given_up, self.kept_in_files = self.kept_in_files, False
        return given_up

    def advise(self, breathe: Callable[[], object]) -> tuple[Finding, ...]:
        breathe()
        return self.findings

    def as_read(self) -> FakeProject:
        return self

    def admits(self, path: str) -> bool:
        return path.startswith("src/")

    def keeps(self, path: str) -> bool:
        return self.admits(path)


@dataclass
class FakeBench:
    """A bench for a project that is built outside of any attempt."""

    folder: Path | None = None
    lock: int | None = None
    events: list[Event] = field(default_factory=list)
    folders: int = 0

    def pulse(self, done: int, total: int) -> None:
        assert 0 <= done <= total

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def check_cancelled(self) -> None:
        """Nobody asks to stop."""

    def private_folder(self) -> Path:
        assert self.folder is not None
        self.folders += 1
        made = self.folder / f"private-{self.folders}"
        made.mkdir(parents=True)
        return made


class FakeListener:
    """Listens to an attempt; cancels it when told to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.records: dict[ArtifactKind, Record] = {}
        self.history: list[dict[ArtifactKind, Record]] = []
        self.cancelled = False
        self.on_lock_pause: Callable[[], object] = lambda: None

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def hold(self, records: Records) -> None:
        self.records = dict(records)
        self.history.append(dict(records))

    def pause_for_lock(self) -> None:
        self.on_lock_pause()
        self.check_cancelled()

    def check_cancelled(self) -> None:
        if self.cancelled:
            raise Cancelled
