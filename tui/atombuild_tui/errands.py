"""What takes longer than a key may wait, done in a thread of its own: reading archives, comparing, colouring code.

One errand at a time, the newest of its kind only: who moves on before an archive was read wants no answer any more. The
thread is a daemon: leaving waits for nobody.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from atombuild.errors import AtombuildError, Cancelled, OurBug, Report

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Answer(Generic[_Value]):
    """What came of an errand: a value, or what went wrong."""

    value: _Value | None
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class _Errand:
    doing: str
    number: int
    work: Callable[[Callable[[], None]], Any]
    then: Callable[[Answer[Any]], None]


class Errands:
    """A queue and its thread, which starts with the first errand."""

    def __init__(self, loop: AbstractEventLoop, tell: Callable[[tuple[Report, ...]], None]) -> None:
        """``loop`` is where answers are given, and where ``tell`` is called with what went wrong in taking one."""
        self._loop = loop
        self._tell = tell
        self._asked: queue.SimpleQueue[_Errand] = queue.SimpleQueue()
        self._newest: dict[str, int] = {}
        self._thread: threading.Thread | None = None
        self._open = 0

    @property
    def idle(self) -> bool:
        """Nothing is asked that was not answered or superseded."""
        return self._open == 0

    def ask(
        self, doing: str, work: Callable[[Callable[[], None]], _Value], then: Callable[[Answer[_Value]], None]
    ) -> None:
        """Do ``work`` in the thread, and call ``then`` with what came of it on the loop.

        ``doing`` says what that is: "reading the wheel". A later errand that does the same supersedes this one:
        ``work`` is given a function that raises then, to be called now and then, and ``then`` is never called.
        """
        number = self._newest.get(doing, 0) + 1
        self._newest[doing] = number
        self._open += 1
        self._asked.put(_Errand(doing, number, work, then))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="atombuild-errands", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            errand = self._asked.get()
            answer = None if self._superseded(errand) else self._done(errand)
            # The loop may have ended meanwhile: nobody wants to know any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._give, errand, answer)

    def _done(self, errand: _Errand) -> Answer[Any] | None:
        def breathe() -> None:
            if self._superseded(errand):
                raise Cancelled

        try:
            return Answer(errand.work(breathe))
        except Cancelled:
            return None
        except AtombuildError as error:
            return Answer(None, error.reports())
        except Exception as error:  # noqa: BLE001 (the thread's boundary: a bug of ours is shown, not lost)
            return Answer(None, OurBug(error, doing=errand.doing).reports())

    def _give(self, errand: _Errand, answer: Answer[Any] | None) -> None:
        self._open -= 1
        if answer is not None and not self._superseded(errand):
            try:
                errand.then(answer)
            except Exception as error:  # noqa: BLE001 (a loop prints what its callbacks raise, over the screen)
                self._tell(OurBug(error, doing=errand.doing).reports())

    def _superseded(self, errand: _Errand) -> bool:
        return self._newest[errand.doing] != errand.number
