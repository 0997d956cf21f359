"""The thread that a session lives in: an inbox, a quiet timer, and clocks for what no hint tells.

    notifier ──hints──►┐
    view ──commands───►├─ inbox ─► engine thread: settle ─► session.examine ─► session.attempt ─► events ─► view
    timers ───────────►┘

Everything a view may call returns at once and is safe from any thread.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from atombuild.errors import OurBug
from atombuild.events import Cause, Event, Failure, Mode, ModeChanged, Warned
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.watch.filter import WatchFilter
from atombuild.watch.hints import Hint, Lost, Paths, Polling, RootBack, RootGone, Watching
from atombuild.watch.settle import Settle

_REFRESH_SECONDS: Final = 0.5
"""How often the output directory is looked at: two lstat calls."""


@dataclass(frozen=True, slots=True)
class _Build:
    kinds: tuple[ArtifactKind, ...] | None


@dataclass(frozen=True, slots=True)
class _Pause:
    pass


@dataclass(frozen=True, slots=True)
class _Resume:
    pass


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


_Message: TypeAlias = _Build | _Pause | _Resume | _Stop | Hint


class Notifier(Protocol):
    """What gives hints: :class:`atombuild.watch.notify.Notifier`, or a test's own."""

    def start(self) -> None:
        """Begin to call back, from a thread of its own."""

    def stop(self) -> None:
        """End that thread."""


class Engine:
    """Runs one session until it is stopped."""

    def __init__(
        self,
        make_session: Callable[[Callable[[Event], None]], Session],
        make_notifier: Callable[[Callable[[Hint], None]], Notifier],
        make_filter: Callable[[Callable[[str], bool]], WatchFilter],
        *,
        clock: Callable[[], float] = time.monotonic,
        settle: Settle | None = None,
    ) -> None:
        self._make_session = make_session
        self._notifier = make_notifier(self._hear)
        self._make_filter = make_filter
        self._clock = clock
        self._settle = settle or Settle()
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._stopping = False
        self._mode = Mode.OFF

    # From any thread.

    def start(self, emit: Callable[[Event], None]) -> None:
        """Begin: ``emit`` is called from the engine's thread, in order."""
        self._session = self._make_session(emit)
        self._thread = threading.Thread(target=self._run, args=(self._session, emit), name="atombuild", daemon=True)
        self._thread.start()

    def build(self, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        """Build now, changed or not, paused or not; ``kinds`` narrows what."""
        self._inbox.put(_Build(kinds))

    def pause(self) -> None:
        """Go on watching, but build only when asked to."""
        self._inbox.put(_Pause())

    def resume(self) -> None:
        """Build on changes again."""
        self._inbox.put(_Resume())

    def cancel(self) -> None:
        """Stop the attempt that runs; watching goes on."""
        if self._session is not None:
            self._session.cancel()

    def stop(self, *, cancelling: bool = True) -> None:
        """End everything, a running attempt included unless it may run out. Returns at once; see :meth:`join`."""
        self._stopping = True
        if cancelling and self._session is not None:
            self._session.close()
        self._inbox.put(_Stop())

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; return whether it came in time."""
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _hear(self, hint: Hint) -> None:
        """Take a hint, in the notifier's thread: what can't matter is dropped before it costs anything."""
        if isinstance(hint, Paths):
            keep = self._session.concerns if self._session is not None else _nothing
            watched = self._make_filter(keep)
            if all(watched.verdict(path) is not None for path in hint.paths):
                return
        self._inbox.put(hint)

    # In the engine's thread.

    def _run(self, session: Session, emit: Callable[[Event], None]) -> None:
        session.begin()
        try:
            self._notifier.start()
            if not self._stopping:
                self._attempt(session, Cause.START)
            while not self._stopping:
                self._turn(session, emit)
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours must be seen, not vanish)
            emit(Failure(OurBug(error, doing="watching").reports()))
        finally:
            self._notifier.stop()
            session.end()

    def _turn(self, session: Session, emit: Callable[[Event], None]) -> None:
        try:
            message = self._inbox.get(timeout=self._patience())
        except queue.Empty:
            pass
        else:
            self._take(message, session, emit)
        if self._settle.due(self._clock()):
            self._settle.reset()
            session.examine()
            if session.pending and not self._stopping:
                self._attempt(session, Cause.CHANGE)
        session.refresh()

    def _take(self, message: _Message, session: Session, emit: Callable[[Event], None]) -> None:
        if isinstance(message, _Stop):
            return
        if isinstance(message, _Build):
            self._attempt(session, Cause.REQUEST, message.kinds)
            return
        if isinstance(message, _Pause):
            session.pause()
            return
        if isinstance(message, _Resume):
            session.resume(self._mode)
        else:
            self._tell(message, emit)
        self._settle.hint(self._clock())

    def _tell(self, hint: Hint, emit: Callable[[Event], None]) -> None:
        """Say what the watcher went through, where a person should know."""
        if isinstance(hint, Watching) and not hint.polling:
            self._change_mode(Mode.LIVE, "", emit)
        elif isinstance(hint, RootGone):
            self._change_mode(Mode.ROOT_GONE, "the project folder is gone; it is looked for until it is back", emit)
        elif isinstance(hint, RootBack):
            self._change_mode(Mode.LIVE, "the project folder is back", emit)
        elif isinstance(hint, Polling):
            self._change_mode(Mode.POLLING, hint.why, emit)
            emit(Warned(f"watching by polling: {hint.why}", hint.remedy))
        elif isinstance(hint, Lost):
            emit(Warned(f"the watcher stumbled and was started again: {hint.why}", "nothing to do: all is looked at"))

    def _attempt(self, session: Session, cause: Cause, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        session.attempt(cause, kinds)
        if session.pending:
            # Changed while it was built. The editor may still be at it, so this settles like any other change.
            self._settle.hint(self._clock())

    def _patience(self) -> float:
        deadline = self._settle.deadline()
        if deadline is None:
            return _REFRESH_SECONDS
        return max(0.0, min(_REFRESH_SECONDS, deadline - self._clock()))

    def _change_mode(self, mode: Mode, words: str, emit: Callable[[Event], None]) -> None:
        if mode is not self._mode or words:
            self._mode = mode
            if self._session is None or not self._session.paused or mode is Mode.ROOT_GONE:
                emit(ModeChanged(mode, words))


def _nothing(_path: str) -> bool:
    return False
