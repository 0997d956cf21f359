"""The thread that a session lives in: an inbox, a quiet timer, and clocks for what no hint tells.

    notifier ──hints──►┐
    view ──commands───►├─ inbox ─► engine thread: settle ─► session.examine ─► session.attempt ─► events ─► view
    timers ───────────►┘

Everything a view may call returns at once and is safe from any thread.
"""

from __future__ import annotations

import enum
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeAlias

from atombuild.checks.result import Check
from atombuild.debug_log import logged
from atombuild.errors import Cancelled, OurBug
from atombuild.events import (
    ArtifactStatus,
    Cause,
    ChangesIgnored,
    ChangesSeen,
    Event,
    Failure,
    Looked,
    Mode,
    ModeChanged,
    TouchedMeanwhile,
    Warned,
)
from atombuild.rounds import CALM_SECONDS, LONGEST_CALM, Move
from atombuild.session import Session
from atombuild.status import ArtifactKind
from atombuild.watch.filter import WatchFilter
from atombuild.watch.hints import Directories, Hint, Look, Lost, Paths, Polling, RootBack, RootGone, Unwatched, Watching
from atombuild.watch.removal import Removal
from atombuild.watch.settle import Settle

_LOG: Final = logging.getLogger(__name__)

_REFRESH_SECONDS: Final = 0.5
"""How often the output directory is looked at: two lstat calls."""


_OF_A_LOOK: Final = (Looked, ChangesSeen, ChangesIgnored, ArtifactStatus, ModeChanged)
"""What a look makes us say."""


class _Command(enum.Enum):
    BUILD = enum.auto()
    """What is wanted stands in :class:`_Wanted`."""

    TOGGLE_PAUSE = enum.auto()
    STOP = enum.auto()


_Message: TypeAlias = _Command | Hint


class _Wanted:
    """The builds that were asked for and not begun: many requests are one build of all they named."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: set[ArtifactKind] = set()

    def add(self, kinds: Iterable[ArtifactKind]) -> None:
        with self._lock:
            self._kinds.update(kinds)

    def take(self) -> tuple[ArtifactKind, ...]:
        """Return what is wanted, in the order of building, and want nothing any more."""
        with self._lock:
            kinds, self._kinds = self._kinds, set()
        return tuple(kind for kind in ArtifactKind if kind in kinds)


class HintSource(Protocol):
    """What gives hints: :class:`atombuild.watch.notify.Notifier`, or a test's own."""

    def start(self) -> None:
        """Begin to call back, from a thread of its own."""

    def stop(self) -> None:
        """End that thread."""


class Beside(Protocol):
    """What works beside the session, and hears what it says."""

    def note(self, event: Event) -> None:
        """Take notice of an event of the session, before anybody else hears of it."""

    def close(self) -> None:
        """End everything."""


class After(Beside, Protocol):
    """What runs the project's commands: :class:`atombuild.after.runner.AfterBuild`."""

    def allow(self) -> None:
        """Allow the one that was refused last, as it was told. Returns at once."""


class Checks(Beside, Protocol):
    """What runs checks: :class:`atombuild.checks.checker.Checker`."""

    def ask(self, check: Check) -> None:
        """Check this. Returns at once."""

    def cancel(self) -> None:
        """Give up what runs and what waits. Returns at once."""


class Engine:
    """Runs one session until it is stopped."""

    def __init__(
        self,
        make_session: Callable[[Callable[[Event], None]], Session],
        make_notifier: Callable[[Callable[[Hint], None]], HintSource],
        make_filter: Callable[[Callable[[str], bool]], WatchFilter],
        *,
        clock: Callable[[], float] = time.monotonic,
        settle: Settle | None = None,
        removal: Removal | None = None,
        make_checker: Callable[[Callable[[Event], None]], Checks] | None = None,
        make_after: Callable[[Callable[[Event], None]], After] | None = None,
    ) -> None:
        """``make_checker``: who runs the checks that are asked for. ``make_after``: who runs the project's commands.

        Without them, there are none.
        """
        self._make_checker = make_checker
        self._checker: Checks | None = None
        self._make_after = make_after
        self._after: After | None = None
        self._make_session = make_session
        self._notifier = make_notifier(self._hear)
        self._make_filter = make_filter
        self._clock = clock
        self._settle = settle or Settle()
        self._removal = removal or Removal()
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._session: Session | None = None
        self._wanted = _Wanted()
        self._stopping = False
        self._watcher = Mode.OFF
        """What the watcher does: LIVE or POLLING."""
        self._root_gone = False
        self._silent = True
        """Since the last look, nothing hinted at a change."""
        self._stirred = float("-inf")
        """When something hinted at a change last, or a build ended, by our clock."""
        self._calming: float | None = None
        """Since when a build waits until it is calm."""
        self._told: Mode | None = None
        self._say_meanwhile: Callable[[Event], None] | None = None
        """While an attempt runs and nothing was heard yet: whom to tell of the first."""
        self.failed = False
        """A bug of ours ended the engine; it was told as a :class:`Failure`."""

    # From any thread.

    def start(self, emit: Callable[[Event], None]) -> None:
        """Begin: ``emit`` is called from several threads of ours, but by one at a time.

        What the session says comes in its order, and so does what one check or command says.
        """
        one_at_a_time = threading.Lock()

        def say(event: Event) -> None:
            with one_at_a_time:
                emit(event)
            if self._session is not None and not isinstance(event, _OF_A_LOOK):
                self._session.rounds.spoke()

        self._checker = self._make_checker(logged(say)) if self._make_checker is not None else None
        self._after = self._make_after(logged(say)) if self._make_after is not None else None
        besides: list[Beside] = [each for each in (self._checker, self._after) if each is not None]

        def tell(event: Event) -> None:
            # Whoever uses the artifacts lets go of them before it is said that they fall, and may say so itself.
            for each in besides:
                each.note(event)
            say(event)

        self._session = self._make_session(tell)
        self._thread = threading.Thread(target=self._run, args=(self._session, tell), name="atombuild", daemon=True)
        self._thread.start()

    def build(self, kinds: tuple[ArtifactKind, ...] | None = None) -> None:
        """Build now, changed or not, paused or not; ``kinds`` narrows what.

        What is asked for while a build runs is one build after it, however often it was asked for.
        """
        self._wanted.add(kinds or tuple(ArtifactKind))
        self._inbox.put(_Command.BUILD)

    def toggle_pause(self) -> None:
        """Go on watching, but build only when asked to; or build on changes again."""
        self._inbox.put(_Command.TOGGLE_PAUSE)

    def cancel(self) -> None:
        """Stop the attempt that runs, and forget those that were asked for; watching goes on."""
        self._wanted.take()
        if self._session is not None:
            self._session.cancel()

    def check(self, check: Check) -> None:
        """Run a check beside the builds; what it says comes as an event."""
        if self._checker is not None:
            self._checker.ask(check)

    def cancel_checks(self) -> None:
        """Give up the check that runs, and those that wait."""
        if self._checker is not None:
            self._checker.cancel()

    def allow_commands(self) -> None:
        """Allow the command of the project that was refused last, as it was told."""
        if self._after is not None:
            self._after.allow()

    def stop(self, *, cancelling: bool = True) -> None:
        """End everything, a running attempt included unless it may run out. Returns at once; see :meth:`join`."""
        self._stopping = True
        if cancelling and self._session is not None:
            self._session.close()
        self.cancel_checks()
        self._inbox.put(_Command.STOP)

    def join(self, seconds: float | None = None) -> bool:
        """Wait for the end; return whether it came in time."""
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _hear(self, hint: Hint) -> None:
        """Take a hint, in the notifier's thread: what can't matter is dropped before it costs anything."""
        if isinstance(hint, Paths):
            if hint.deleted:  # wherever it was: the folders that are not watched are removed with the project
                self._removal.note(self._clock())
            keep = self._session.concerns if self._session is not None else _nothing
            watched = self._make_filter(keep)
            matters = [path for path in hint.paths if watched.verdict(path) is None]
            if not matters or (self._session is not None and self._session.rounds.echoes(matters)):
                return
            self._tell_meanwhile(matters)
        self._inbox.put(hint)

    def _tell_meanwhile(self, paths: list[str]) -> None:
        named = min(filter(None, paths), default="")
        if named:  # of the project's folder itself there is nothing to say
            say, self._say_meanwhile = self._say_meanwhile, None
            if say is not None:
                say(TouchedMeanwhile(named))

    # In the engine's thread.

    def _run(self, session: Session, emit: Callable[[Event], None]) -> None:
        try:
            session.begin()
            self._notifier.start()
            if not self._stopping:
                self._attempt(session, emit, Cause.START)
            while not self._stopping:
                self._turn(session, emit)
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours must be seen, not vanish)
            self.failed = True
            emit(Failure(OurBug(error, doing="watching").reports()))
        finally:
            self._notifier.stop()
            for each in (self._checker, self._after):
                if each is not None:
                    each.close()
            session.end()

    def _turn(self, session: Session, emit: Callable[[Event], None]) -> None:
        try:
            message = self._inbox.get(timeout=self._patience())
        except queue.Empty:
            session.compare(self._unless_something_came)
            session.advise(self._unless_something_came)
        else:
            self._take(message, session, emit)
        if self._settle.due(self._clock()):
            self._settle.reset()
            session.notice.settled = time.time()
            gone = session.gone
            found = session.examine()
            if session.gone > gone:
                self._removal.note(self._clock())
            if found and self._silent and self._watcher is Mode.LIVE:
                session.notice.missed += 1
            self._silent = True
            if session.pending and session.gone and self._removal.goes_on(self._clock()):
                self._settle.hint(self._clock())  # look again in a moment
            elif session.pending and self._is_to_calm(session):
                self._settle.hint(self._clock())
            elif session.pending and not self._stopping:
                self._attempt(session, emit, Cause.CHANGE)
        session.refresh()

    def _is_to_calm(self, session: Session) -> bool:
        """Whether the next build has to wait until nothing was written for a while, though not for ever."""
        now = self._clock()
        if session.rounds.move is not Move.CALM:
            self._calming = None
            return False
        if self._calming is None:
            self._calming = now
        return now - self._stirred < CALM_SECONDS and now - self._calming < LONGEST_CALM

    def _unless_something_came(self) -> None:
        """Raise :class:`Cancelled` where there is something better to do than to give advice."""
        if self._stopping or not self._inbox.empty():
            raise Cancelled

    def _take(self, message: _Message, session: Session, emit: Callable[[Event], None]) -> None:
        _LOG.debug("%s", message)
        if message is _Command.STOP:
            return
        if message is _Command.BUILD:
            self._build_wanted(session, emit)
            return
        if message is _Command.TOGGLE_PAUSE:
            session.paused = not session.paused
            self._tell_mode(session, emit)
            if session.paused:
                return
        else:
            self._tell(message, session, emit)
            self._silent = self._silent and isinstance(message, Look)
            if isinstance(message, Paths | Directories):
                self._stirred = self._clock()
            if isinstance(message, Directories) and not message.paths:
                session.notice.floods += 1
        self._hint(session)

    def _build_wanted(self, session: Session, emit: Callable[[Event], None]) -> None:
        wanted = self._wanted.take()
        within = tuple(kind for kind in wanted if kind in session.plan.kinds)
        if within and not self._stopping:
            self._attempt(session, emit, Cause.REQUEST, within)
        elif wanted and not within:
            named, built = (" and ".join(kind.value for kind in kinds) for kinds in (wanted, session.plan.kinds))
            emit(Warned(f"the {named} was not built: this session builds the {built} only", "start one that does"))

    def _tell(self, hint: Hint, session: Session, emit: Callable[[Event], None]) -> None:
        """Say what the watcher went through, where a person should know."""
        if isinstance(hint, Watching):
            self._watcher = Mode.POLLING if hint.polling else Mode.LIVE
            self._tell_mode(session, emit)
        elif isinstance(hint, RootGone):
            self._root_gone = True
            self._tell_mode(session, emit, "the project folder is gone; it is looked for until it is back")
        elif isinstance(hint, RootBack):
            self._root_gone = False
            self._tell_mode(session, emit, "the project folder is back")
        elif isinstance(hint, Polling):
            self._watcher = Mode.POLLING
            self._tell_mode(session, emit, hint.why)
            emit(Warned(f"watching by polling: {hint.why}", hint.remedy))
        elif isinstance(hint, Unwatched):
            emit(Warned(f"{hint.path} is not watched: {hint.why}", hint.remedy))
        elif isinstance(hint, Lost):
            emit(Warned(f"the watcher stumbled and was started again: {hint.why}", "nothing to do: all is looked at"))

    def _tell_mode(self, session: Session, emit: Callable[[Event], None], words: str = "") -> None:
        """Say what matters most of three things that are independent: the folder, the pause, the watcher."""
        mode = Mode.ROOT_GONE if self._root_gone else Mode.PAUSED if session.paused else self._watcher
        if mode is Mode.ROOT_GONE and not words:
            words = "paused: nothing will be built by itself" if session.paused else "it will be built when it is back"
        if mode is not self._told or words:
            self._told = mode
            emit(ModeChanged(mode, words))

    def _attempt(
        self,
        session: Session,
        emit: Callable[[Event], None],
        cause: Cause,
        kinds: tuple[ArtifactKind, ...] | None = None,
    ) -> None:
        self._say_meanwhile = emit
        try:
            session.attempt(cause, kinds)
        finally:
            self._say_meanwhile = None
        self._stirred, self._calming = self._clock(), None
        if session.pending:
            # Changed while it was built. The editor may still be at it, so this settles like any other change.
            self._hint(session)

    def _hint(self, session: Session) -> None:
        """Take notice that something may have changed."""
        if self._settle.deadline() is None:
            session.notice.noticed = time.time()
        self._settle.hint(self._clock())

    def _patience(self) -> float:
        deadline = self._settle.deadline()
        if deadline is None:
            return _REFRESH_SECONDS
        return max(0.0, min(_REFRESH_SECONDS, deadline - self._clock()))


def _nothing(_path: str) -> bool:
    return False
